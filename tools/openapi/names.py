"""What an operation and its arguments are called: by the model, and by people."""

import re
from collections import Counter
from collections.abc import Sequence

from tools.arguments import shorten
from tools.openapi.document import Operation

MAX_NAME = 60
_PLAIN_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


def tool_names(source: str, operations: Sequence[Operation]) -> list[str]:
    """The tool's name of each operation, e.g. `crm_list_customers`.

    FastAPI makes ids of the function, the path and the method; of these the function is enough
    where no other operation is called the same.
    """
    short = [_without_path(operation) for operation in operations]
    often = Counter(short)
    ids = [o.id if often[name] > 1 else name for o, name in zip(operations, short, strict=True)]
    return [f"{source}_{identifier(name)}"[:MAX_NAME].rstrip("_") for name in ids]


def _without_path(operation: Operation) -> str:
    tail = re.sub(r"\W", "_", f"{operation.path}_{operation.method}")
    return operation.id.removesuffix(tail).rstrip("_") or operation.id


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
    words = identifier(_without_path(operation)).replace("_", " ")
    title = " ".join(str(operation.body.get("summary") or words).split())
    if title.casefold() == words:  # a framework made it of the name, "List Orders"
        title = words.capitalize()
    return shorten(title, 100).rstrip(".")


def describe(operation: Operation) -> str:
    """What the model and the router read."""
    given = operation.body.get("summary"), operation.body.get("description")
    texts = [" ".join(text.split()) for text in given if isinstance(text, str) and text.strip()]
    words = ". ".join(text.rstrip(".") for text in dict.fromkeys(texts))
    return shorten(words or f"{operation.method.upper()} {operation.path}", 300)
