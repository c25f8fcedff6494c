"""Administration in Slack: looking after the documents, and telling admins how things are.

`flow` takes one act from its event to its end, as `bot/flow.py` does a question; it works at a
`desk`, which holds what it needs. The `librarian` shows documents and changes what is known of
them, the `intake` brings them in, `given_up` tells of turns that failed and tries them again,
`reminders` are the acts that the clock asks for; `words`, `progress` and `forget_words` are what
people read.
"""
