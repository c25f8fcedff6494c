"""What a tool may raise on purpose; anything else is a bug, and its text reaches nobody.

* SourceError     an API or a server that tools come from is not set up right
* ToolError
  x ToolRetry     the model may correct its arguments and try again
  + ToolFailed    final: the model is told and goes on without it
    x ToolInDoubt   final, and nobody can tell whether it happened
"""


class SourceError(Exception):
    """A document, a server or its configuration is wrong; the message says what to do."""


class ToolError(Exception):
    """Base class. The message is shown to the model, so it holds no secret and no stack."""


class ToolRetry(ToolError):
    """The arguments were wrong and the model can do better: it is asked to try again."""


class ToolFailed(ToolError):
    """Final: the model is told and goes on without it."""


class ToolInDoubt(ToolFailed):
    """A write was sent and its answer never came, so it may or may not have happened."""
