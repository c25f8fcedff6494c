"""What an operation takes, from its parameters and its body: arguments with their types."""

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from tools.arguments import shorten
from tools.config import OpenApiSource
from tools.errors import SourceError
from tools.openapi.document import Document, Json, Operation
from tools.openapi.names import argument_name, identifier
from tools.openapi.request import Part
from tools.openapi.schemas import FieldSpec, Schemas, description_of, field
from tools.spec import Effect

EFFECTS: dict[str, Effect] = {"get": "read", "head": "read", "options": "read"}
"""By method; every other one writes."""

_JSON = re.compile(r"application/(?:[\w.+-]+\+)?json", re.IGNORECASE)
_PAGE_SIZES = frozenset(
    "limit per_page perpage page_size pagesize size count max_results maxresults top first".split()
)

_OURS = frozenset(
    "x-sluice-user authorization proxy-authorization accept accept-encoding content-type "
    "content-length content-encoding transfer-encoding host cookie connection upgrade te trailer "
    "expect forwarded x-real-ip x-http-method-override x-method-override x-http-method "
    "x-original-url x-rewrite-url".split()
)
"""Headers that no argument may set, in lower case."""

Taken = tuple[str, Part, FieldSpec]
"""An argument: its name, where it goes, and its type."""


def arguments_of(
    operation: Operation, source: OpenApiSource, document: Document, schemas: Schemas
) -> dict[str, tuple[Part, FieldSpec]]:
    """Everything an operation takes, by the name of the argument.

    Raises:
        SourceError: Something required cannot be sent, or two arguments have one name.
    """
    taken: dict[str, tuple[Part, FieldSpec]] = {}
    for name, part, made in (
        *_parameters(operation, source, schemas),
        *_body(operation, document, schemas),
    ):
        if name in taken:
            raise SourceError(f"two arguments are called {name}")
        taken[name] = part, made
    return taken


def _parameters(operation: Operation, source: OpenApiSource, schemas: Schemas) -> Iterator[Taken]:
    for parameter in operation.parameters:
        wire, place = str(parameter.get("name", "")), parameter.get("in")
        required = parameter.get("required") is True or place == "path"
        if place == "cookie" or (place == "header" and _is_ours(wire, source)):
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
        yield argument_name(wire), part, (kind, told)


def _page_size(most: int, told: dict[str, Any], *, required: bool) -> FieldSpec:
    """How many entries are asked for, never more than are kept."""
    bounded = {"description": told["description"], "ge": 1, "le": most, "strict": True}
    return int, bounded if required else {**bounded, "default": most}


def _body(operation: Operation, document: Document, schemas: Schemas) -> Iterator[Taken]:
    if "requestBody" not in operation.body or operation.method in EFFECTS:
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
    made = schemas.type_of(media.get("schema") or {}, identifier(operation.id))
    if required and isinstance(made, type) and issubclass(made, BaseModel):
        for info in made.model_fields.values():
            wire = str(info.alias)
            inner = (schema.get("properties") or {}).get(wire)
            yield argument_name(wire), Part("body", wire), _again(info, inner)
        return
    yield "body", Part("content", "body"), field(made, schema, required=required)


def _again(info: FieldInfo, schema: Any) -> FieldSpec:
    """A field of the body's model as an argument of the tool."""
    kind: Any = info.annotation
    for bound in info.metadata:
        kind = Annotated[kind, bound]
    told = {"description": description_of(schema)}
    return kind, told if info.is_required() else {**told, "default": None}


def _is_ours(header: str, source: OpenApiSource) -> bool:
    """Whether a header says who asks, by what right, or how the request is sent."""
    name = header.lower()
    own = (source.auth.header if source.auth else "", source.idempotency_header or "")
    return name in _OURS or name.startswith("x-forwarded-") or name in {o.lower() for o in own}
