"""What administration and summaries ask of the place where people are, and tell there.

`office` is that place as a protocol, which Slack implements as it does `bot/surface.py`; `notices`
are what is told, and a `board` is a notice that shows how far something has come.
"""
