"""The operations of an OpenAPI document as tools."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any

from pydantic import BaseModel, JsonValue, RootModel
from pydantic.fields import FieldInfo

from tools.arguments import shorten
from tools.client import send_json
from tools.config import OpenApiSource, Override
from tools.errors import SourceError
from tools.openapi.document import Document, Json, Operation
from tools.openapi.schemas import FieldSpec, Schemas, description_of, field
from tools.spec import AnyTool, Effect, Tool, ToolContext

MAX_TOOLS = 1_000
MAX_NAME = 60
_EFFECTS: dict[str, Effect] = {"get": "read", "head": "read", "options": "read"}
_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
_PAGE_SIZES = frozenset(
    "limit per_page perpage page_size pagesize size count max_results maxresults top first".split()
)
_PLAIN_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class Answer(RootModel[JsonValue]):
    """Whatever JSON an API answers."""


@dataclass(frozen=True)
class Part:
    """Where an argument goes: `place` is path, query, header, body, or content (the whole body)."""

    place: str
    wire: str
    explode: bool = True


@dataclass(frozen=True)
class Loaded:
    """The tools of a source, and the operations that could not become one, each with why."""

    tools: tuple[AnyTool, ...]
    left_out: Mapping[str, str]


def load_openapi(source: OpenApiSource, document: Document) -> Loaded:
    """Make tools of the operations that a source allows.

    An operation that cannot be called safely is left out and named; the others work.

    Raises:
        SourceError: The document names another host, or no operation is left.
    """
    document.check_servers(source.base_url)
    schemas, tools, left_out = Schemas(document), dict[str, AnyTool](), dict[str, str]()
    for operation in _chosen(source, document):
        try:
            tool = _tool(operation, source, document, schemas)
        except SourceError as error:
            left_out[operation.id] = str(error)
            continue
        if tool.name in tools:
            left_out[operation.id] = f"another operation is called {tool.name}"
            continue
        tools[tool.name] = tool
    _check(source, document, tools, left_out)
    return Loaded(tuple(tools.values()), left_out)


def _chosen(source: OpenApiSource, document: Document) -> Iterator[Operation]:
    for operation in document.operations():
        names = (operation.id, f"{operation.method.upper()} {operation.path}")
        if any(fnmatchcase(name, pattern) for name in names for pattern in source.operations):
            yield operation


def _check(
    source: OpenApiSource,
    document: Document,
    tools: Mapping[str, AnyTool],
    left_out: Mapping[str, str],
) -> None:
    if not tools:
        why = next(iter(left_out.values()), "no operation has such an id")
        raise SourceError(f"{document.name}: none of the operations became a tool: {why}")
    if len(tools) > MAX_TOOLS:
        raise SourceError(f"{document.name}: more than {MAX_TOOLS} operations; choose fewer")
    known = {*tools, *(operation.id for operation in _chosen(source, document))}
    if unknown := sorted(source.override.keys() - known):
        raise SourceError(f"{document.name}: override.{unknown[0]} names no chosen operation")


def _tool(
    operation: Operation, source: OpenApiSource, document: Document, schemas: Schemas
) -> AnyTool:
    name = _name(source.name, operation)
    declared = source.override.get(operation.id) or source.override.get(name) or Override()
    parts, fields = dict[str, Part](), dict[str, FieldSpec]()
    for argument, part, made in (
        *_parameters(operation, source, schemas),
        *_body(operation, document, schemas),
    ):
        if argument in parts:
            raise SourceError(f"two arguments are called {argument}")
        parts[argument], fields[argument] = part, made
    if declared.destination is not None and declared.destination not in fields:
        raise SourceError(f"it has no argument {declared.destination} to be its destination")
    args = schemas.object_of(fields, f"{name}_arguments")
    return Tool(
        name=name,
        title=declared.title or _title(operation),
        description=declared.description or _description(operation),
        args=args,
        function=_caller(operation, source, parts),
        effect=declared.effect or _EFFECTS.get(operation.method, "write"),
        **declared.declared(),
    )


def _caller(operation: Operation, source: OpenApiSource, parts: Mapping[str, Part]) -> Any:
    async def call(args: BaseModel, context: ToolContext) -> Answer:
        given = args.model_dump(mode="json", by_alias=True, exclude_none=True)
        found = await send_json(
            context,
            operation.method.upper(),
            *_segments(operation.path, parts, given),
            params=_query(parts, given),
            headers=_headers(parts, given),
            body=_content(parts, given),
            idempotency_header=source.idempotency_header,
            slash=operation.path.endswith("/") and operation.path != "/",
        )
        return Answer(_shortened(found, source.max_items))

    return call


# --- what an operation takes ----------------------------------------------------------------------


def _parameters(
    operation: Operation, source: OpenApiSource, schemas: Schemas
) -> Iterator[tuple[str, Part, FieldSpec]]:
    for parameter in operation.parameters:
        wire, place = str(parameter.get("name", "")), parameter.get("in")
        required = parameter.get("required") is True or place == "path"
        if place == "cookie" or (place == "header" and _is_ours(wire)):
            continue  # those are the client's business
        schema = parameter.get("schema")
        if place not in ("path", "query", "header") or not isinstance(schema, dict):
            if not required:
                continue
            raise SourceError(f"its parameter {shorten(wire, 40)} is of a kind I cannot send")
        if parameter.get("style", "form") == "deepObject":
            raise SourceError(f"its parameter {shorten(wire, 40)} has the style deepObject")
        kind, told = field(schemas.type_of(schema, wire), schema, required=required)
        told["description"] = description_of(parameter) or told["description"]
        if place == "query" and wire.lower() in _PAGE_SIZES:
            kind, told = _page_size(source.max_items, told, required=required)
        part = Part(place, wire, parameter.get("explode", True) is not False)
        yield _argument(wire), part, (kind, told)


def _page_size(most: int, told: dict[str, Any], *, required: bool) -> FieldSpec:
    """How many entries are asked for, never more than are kept."""
    bounded = {"description": told["description"], "ge": 1, "le": most, "strict": True}
    return int, bounded if required else {**bounded, "default": most}


def _body(
    operation: Operation, document: Document, schemas: Schemas
) -> Iterator[tuple[str, Part, FieldSpec]]:
    if "requestBody" not in operation.body or operation.method in _EFFECTS:
        return
    body = document.resolve(operation.body["requestBody"])
    content: Json = body.get("content") or {}
    media = next((content[kind] for kind in content if _JSON.match(kind)), None)
    required = body.get("required") is True
    if not isinstance(media, dict):
        if required:
            raise SourceError("its body is not JSON")
        return
    schema = document.resolve(media.get("schema") or {})
    made = schemas.type_of(media.get("schema") or {}, _identifier(operation.id))
    if required and isinstance(made, type) and issubclass(made, BaseModel):
        for info in made.model_fields.values():
            wire = str(info.alias)
            inner = (schema.get("properties") or {}).get(wire)
            yield _argument(wire), Part("body", wire), _again(info, inner)
        return
    yield "body", Part("content", "body"), field(made, schema, required=required)


def _again(info: FieldInfo, schema: Any) -> FieldSpec:
    """A field of the body's model as an argument of the tool."""
    kind: Any = info.annotation
    for bound in info.metadata:
        kind = Annotated[kind, bound]
    told = {"description": description_of(schema)}
    return kind, told if info.is_required() else {**told, "default": None}


def _is_ours(header: str) -> bool:
    return header.lower() in {"authorization", "accept", "content-type", "host", "cookie"}


# --- names ----------------------------------------------------------------------------------------


def _name(source: str, operation: Operation) -> str:
    return f"{source}_{_identifier(operation.id)}"[:MAX_NAME].rstrip("_")


def _identifier(text: str) -> str:
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"[^a-zA-Z0-9]+", "_", snake).strip("_").lower() or "operation"


def _argument(wire: str) -> str:
    """A name that the model's API takes for a property."""
    if _PLAIN_NAME.fullmatch(wire):
        return wire
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", wire).strip("_")[:64] or "argument"


def _title(operation: Operation) -> str:
    words = _identifier(operation.id).replace("_", " ")
    return shorten(" ".join(str(operation.body.get("summary") or words).split()), 100).rstrip(".")


def _description(operation: Operation) -> str:
    given = operation.body.get("summary"), operation.body.get("description")
    texts = [" ".join(text.split()) for text in given if isinstance(text, str) and text.strip()]
    words = ". ".join(text.rstrip(".") for text in dict.fromkeys(texts))
    return shorten(words or f"{operation.method.upper()} {operation.path}", 300)


# --- a request ------------------------------------------------------------------------------------


def _segments(path: str, parts: Mapping[str, Part], given: Mapping[str, Any]) -> list[str]:
    values = {p.wire: _text(given[a]) for a, p in parts.items() if p.place == "path"}
    return [
        re.sub(r"\{([^{}]+)\}", lambda m: values.get(m[1], m[0]), piece)
        for piece in filter(None, path.split("/"))
    ]


def _query(parts: Mapping[str, Part], given: Mapping[str, Any]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for argument, part in parts.items():
        if part.place != "query" or argument not in given:
            continue
        value = given[argument]
        if isinstance(value, list) and part.explode:
            pairs += [(part.wire, _text(one)) for one in value]
        else:
            pairs.append((part.wire, _text(value)))
    return pairs


def _headers(parts: Mapping[str, Part], given: Mapping[str, Any]) -> dict[str, str]:
    found = {
        p.wire: _text(given[a]) for a, p in parts.items() if p.place == "header" and a in given
    }
    return {name: re.sub(r"[^\x20-\x7e]+", " ", value) for name, value in found.items()}


def _content(parts: Mapping[str, Part], given: Mapping[str, Any]) -> Any:
    places = {part.place for part in parts.values()}
    if "content" in places:
        return given.get("body")
    if "body" not in places:
        return None
    return {p.wire: given[a] for a, p in parts.items() if p.place == "body" and a in given}


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(_text(one) for one in value)
        case _:
            return str(value)


def _shortened(found: Any, most: int) -> Any:
    """Keep the first entries of a long list, and say that there are more."""
    if isinstance(found, list) and len(found) > most:
        return {"items": found[:most], "note": f"the first {most} of {len(found)}"}
    if isinstance(found, dict):
        long = {k: v for k, v in found.items() if isinstance(v, list) and len(v) > most}
        cut = {k: v[:most] for k, v in long.items()}
        notes = [f"the first {most} of {len(v)} {k}" for k, v in long.items()]
        return {**found, **cut, **({"note": "; ".join(notes)} if notes else {})}
    return found
