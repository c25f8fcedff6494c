"""Summaries of a conversation, for one of those who are in it.

`flow` takes a wish for one to its end, step by step. The `clerk` does the steps: it reads the
`transcripts`, makes `lines` of them that a model may read, and has minutes noted (`noting`), which
`check` compares with the messages; `words` are what the person reads. The objects are
`bot/messages/minutes.py`; `bot/model/scribe.py` writes.
"""
