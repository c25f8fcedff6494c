"""The arguments of a call: JSON text that a model wrote, made into what the tool declares."""

import json
from typing import Any, NoReturn

from pydantic import BaseModel, ValidationError

from tools.errors import ToolRetry
from tools.spec import AnyTool, ToolCall

MAX_CHARS = 50_000
MAX_PROBLEMS = 5


def arguments_of(call: ToolCall, tool: AnyTool) -> BaseModel:
    """Read and validate the JSON that the model wrote.

    Raises:
        ToolRetry: In words the model can act on, which repeat no value it sent.
    """
    if len(call.arguments) > MAX_CHARS:
        raise ToolRetry(f"The arguments are longer than {MAX_CHARS} characters.")
    try:
        arguments = json.loads(
            call.arguments, object_pairs_hook=_object_without_twins, parse_constant=_refuse_nan
        )
    except (ValueError, RecursionError):
        raise ToolRetry("The arguments are not valid JSON. Send one JSON object.") from None
    if not isinstance(arguments, dict):
        raise ToolRetry("The arguments are not a JSON object. Send one JSON object.")
    try:
        return tool.args.model_validate_json(call.arguments)
    except ValidationError as error:
        raise ToolRetry(_problems(error)) from None


def _object_without_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name given twice: what a person is shown must be what runs."""
    if len(dict(pairs)) < len(pairs):
        raise ToolRetry("An argument is given twice.")
    return dict(pairs)


def _refuse_nan(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _problems(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{_where(d['loc'])}: {shorten(d['msg'], 200)}" for d in details[:MAX_PROBLEMS]]
    more = [f"and {len(details) - MAX_PROBLEMS} more"] if len(details) > MAX_PROBLEMS else []
    return "The arguments are not valid. " + "; ".join(shown + more) + "."


def _where(location: tuple[str | int, ...]) -> str:
    return shorten(".".join(map(str, location)), 80) or "arguments"


def shorten(text: str, limit: int) -> str:
    """Cut a text to `limit` characters, the last three being dots where something is left out."""
    return text if len(text) <= limit else text[: limit - 3] + "..."
