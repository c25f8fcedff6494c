"""A tool's arguments from a message, without a model: by the JSON schema of what the tool takes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from pydantic import ValidationError

from bot.model.quoting.compose import cut
from bot.model.wishes.subject import about, labelled, named, quoted, subject
from bot.model.wishes.values import Parameter, Schema, value_in
from bot.model.words import stems, vocabulary, words
from tools.spec import AnyTool

MAX_MESSAGE = 4_000
"""Characters of a message that can become arguments."""

_HEADLINES = vocabulary("title subject summary headline")
_BODIES = vocabulary(
    "description body text details detail message content comment note notes reason question"
)
_SEARCHES = vocabulary("query q search keyword keywords topic term filter about")


@dataclass(frozen=True)
class Filled:
    """What a message gives for a tool.

    Attributes:
        arguments: Valid for the tool where nothing is missing.
        missing: The required arguments that the message does not give.
        parameters: All that the tool takes.
    """

    arguments: Mapping[str, Any]
    missing: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] = ()

    @property
    def json(self) -> str:
        """The arguments as a model would write them."""
        return json.dumps(self.arguments, ensure_ascii=False)


def fill(
    tool: AnyTool, message: str, today: date, answers: Mapping[str, str] | None = None
) -> Filled:
    """Fill a tool's arguments from a message.

    Args:
        tool: The tool.
        message: What the person wants, in their words.
        today: The day on which they said it.
        answers: What they said when asked for an argument, by the argument's name.
    """
    text, given = message[:MAX_MESSAGE], answers or {}
    parameters = parameters_of(tool)
    arguments: dict[str, Any] = {}
    for parameter in parameters:
        value = _answered(given.get(parameter.name, ""), parameter, tool, today)
        value = _said(text, parameter, parameters, today) if value is None else value
        if value is not None:
            arguments[parameter.name] = value
    arguments = _texts(tool, text, parameters, given) | arguments
    return _checked(tool, parameters, arguments)


def parameters_of(tool: AnyTool) -> tuple[Parameter, ...]:
    """What a tool takes, in its order."""
    declared = tool.args.model_json_schema()
    defs = declared.get("$defs", {})
    schema = next(_forms(declared, defs), {})  # one that holds itself is a reference
    title = words(f"{tool.title} {tool.name.replace('_', ' ')}")
    return tuple(
        Parameter(
            name=name,
            schemas=tuple(_forms(inner, defs)),
            required=name in schema.get("required", ()),
            description=str(inner.get("description", "")),
            nouns=frozenset(stems([*title, *words(name.replace("_", " "))])),
        )
        for name, inner in schema.get("properties", {}).items()
    )


def _forms(schema: Schema, defs: Mapping[str, Schema], depth: int = 0) -> Iterator[Schema]:
    """The forms that a value may have: references followed, alternatives apart, null left out."""
    if depth > 8:
        return
    if "$ref" in schema:
        target = defs.get(str(schema["$ref"]).rsplit("/", 1)[-1], {})
        yield from _forms(target, defs, depth + 1)
        return
    several = [part for key in ("anyOf", "oneOf", "allOf") for part in schema.get(key, ())]
    if several:
        for part in several:
            yield from _forms(part, defs, depth + 1)
    elif schema.get("type") != "null":
        yield _with_items(schema, defs, depth)


def _with_items(schema: Schema, defs: Mapping[str, Schema], depth: int) -> Schema:
    if schema.get("type") != "array" or "items" not in schema:
        return schema
    inner = next(_forms(cast("Schema", schema["items"]), defs, depth + 1), {})
    return {**schema, "items": inner}


# --- one argument ---------------------------------------------------------------------------------


def _answered(answer: str, parameter: Parameter, tool: AnyTool, today: date) -> Any:
    """The value in an answer to our question: all of it where any text will do."""
    if not answer.strip():
        return None
    value = value_in(answer, parameter, today)
    if value is None and (schema := parameter.free_text):
        body = parameter.name in _BODIES
        about_it = answer if body else subject(answer, _nouns(tool)) or answer
        head = _headline(about_it) if parameter.name in _HEADLINES else about_it
        value = _fitted(head, schema, body)
    return value


def _said(text: str, parameter: Parameter, parameters: Sequence[Parameter], today: date) -> Any:
    """The value that a message gives by the argument's name, or else anywhere."""
    others = [other.name for other in parameters if other is not parameter]
    if value := labelled(text, parameter.name, others):
        if schema := parameter.free_text:
            return _fitted(value, schema, parameter.name in _BODIES)
        if (found := value_in(f"{parameter.name} {value}", parameter, today)) is not None:
            return found
    return value_in(text, parameter, today)


# --- free text ------------------------------------------------------------------------------------


def _texts(
    tool: AnyTool, text: str, parameters: Sequence[Parameter], answers: Mapping[str, str]
) -> dict[str, Any]:
    """What goes where any text may go.

    A headline is what the request is about, and a body the whole message. Words in quotes are
    meant literally. A search gets what follows "about"; other optional texts get nothing.
    """
    quotes = quoted(text)
    heads = any(p.name in _HEADLINES for p in parameters if p.required)
    found: dict[str, Any] = {}
    for parameter in parameters:
        schema = parameter.free_text
        if schema is None or not (parameter.required or parameter.name in _SEARCHES):
            continue
        body = parameter.name in _BODIES
        if body:
            said = _body(tool, text, answers) if heads else subject(text, _nouns(tool))
        elif quotes:
            said = quotes.pop(0)
        elif parameter.name in _HEADLINES:
            said = _headline(subject(text, _nouns(tool)))
        else:
            said = about(text) if parameter.name in _SEARCHES else named(text)
        if (value := _fitted(said, schema, body)) is not None:
            found[parameter.name] = value
    return found


def _body(tool: AnyTool, text: str, answers: Mapping[str, str]) -> str:
    """The message; or, where it only asked for the tool, what the person added to it."""
    added = [answer for answer in answers.values() if answer.strip()]
    return added[0] if added and not subject(text, _nouns(tool)) else text


def _headline(about_it: str) -> str:
    """The first sentence, with a capital letter."""
    first = _printable(about_it).strip().split("\n", 1)[0]
    for end in (". ", "! ", "? "):
        first = first.split(end, 1)[0]
    first = first.rstrip(" .!?,;:")
    return first[:1].upper() + first[1:]


def _fitted(text: str, schema: Schema, body: bool) -> str | None:
    """A text without control characters, within the schema's length; None if it is too short."""
    kept = _printable(text).strip() if body else " ".join(_printable(text).split())
    kept = cut(kept, int(schema.get("maxLength", MAX_MESSAGE)))
    return kept if len(kept) >= max(1, int(schema.get("minLength", 1))) else None


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c in "\n\t" else " " for c in text)


def _nouns(tool: AnyTool) -> list[str]:
    """What a request calls the tool and its options: "open an urgent IT ticket"."""
    options = [
        word
        for parameter in parameters_of(tool)
        for option in parameter.options
        for word in words(option.replace("_", " "))
    ]
    names = [parameter.name for parameter in parameters_of(tool) if parameter.options]
    return [*words(f"{tool.title} {tool.name.replace('_', ' ')}"), *options, *names]


# --- check ----------------------------------------------------------------------------------------


def _checked(
    tool: AnyTool, parameters: Sequence[Parameter], arguments: Mapping[str, Any]
) -> Filled:
    """Leave out what the tool refuses; what is then required and not there, is missing."""
    valid = dict(arguments)
    for name in _refused(tool, valid):
        valid.pop(name, None)
    missing = tuple(p for p in parameters if p.required and p.name not in valid)
    if not missing and (refused := _refused(tool, valid)):
        missing = tuple(p for p in parameters if p.name in refused) or tuple(parameters[:1])
    return Filled(arguments=valid, missing=missing, parameters=tuple(parameters))


def _refused(tool: AnyTool, arguments: Mapping[str, Any]) -> set[str]:
    """The names of the given arguments that the tool does not take so; empty if it takes all."""
    try:
        tool.args.model_validate_json(json.dumps(arguments))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        return {str(problem["loc"][0]) if problem["loc"] else "" for problem in problems}
    return set()
