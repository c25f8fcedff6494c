"""Summaries of a conversation, for one of those who are in it.

`flow` takes a wish for one to its end, step by step; the `clerk` does the steps: it reads the
`transcripts` and has minutes written, which `check` compares with the messages; `words` are what
the person reads. The objects are `bot/messages/minutes.py`; `bot/model/scribe.py` writes.
"""
