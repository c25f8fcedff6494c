"""What an operation and its arguments are called: by the model, and by people."""

import re

from tools.arguments import shorten
from tools.openapi.document import Operation

MAX_NAME = 60
_PLAIN_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def tool_name(source: str, operation: Operation) -> str:
    """The tool's name, e.g. `crm_list_customers`."""
    return f"{source}_{identifier(operation.id)}"[:MAX_NAME].rstrip("_")


def identifier(text: str) -> str:
    """A text as lower_snake_case."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-zA-Z0-9]+", "_", snake).strip("_").lower() or "operation"


def argument_name(wire: str) -> str:
    """A name that the model's API takes for a property."""
    if _PLAIN_NAME.fullmatch(wire):
        return wire
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", wire).strip("_")[:64] or "argument"


def title_of(operation: Operation) -> str:
    """What people see: the summary, or the id in words."""
    words = identifier(operation.id).replace("_", " ")
    return shorten(" ".join(str(operation.body.get("summary") or words).split()), 100).rstrip(".")


def describe(operation: Operation) -> str:
    """What the model and the router read."""
    given = operation.body.get("summary"), operation.body.get("description")
    texts = [" ".join(text.split()) for text in given if isinstance(text, str) and text.strip()]
    words = ". ".join(text.rstrip(".") for text in dict.fromkeys(texts))
    return shorten(words or f"{operation.method.upper()} {operation.path}", 300)
