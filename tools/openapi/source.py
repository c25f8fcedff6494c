"""The operations of an OpenAPI document as tools."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, JsonValue, RootModel

from tools.client import send_json
from tools.config import OpenApiSource, Override
from tools.errors import SourceError
from tools.openapi import request
from tools.openapi.document import Document, Operation
from tools.openapi.names import describe, title_of, tool_names
from tools.openapi.request import Part
from tools.openapi.schemas import Schemas
from tools.openapi.servers import check_servers
from tools.openapi.takes import EFFECTS, arguments_of
from tools.spec import AnyTool, Tool, ToolContext

MAX_TOOLS = 1_000


class Answer(RootModel[JsonValue]):
    """Whatever JSON an API answers."""


@dataclass(frozen=True)
class Loaded:
    """The tools of a source, and the operations that could not become one, each with why."""

    tools: tuple[AnyTool, ...]
    left_out: Mapping[str, str]


def load_openapi(source: OpenApiSource, document: Document) -> Loaded:
    """Make tools of the operations that a source allows.

    An operation that cannot be called safely is left out and named; the others work.

    Raises:
        SourceError: The document belongs to another host, or no operation is left.
    """
    check_servers(document.servers, source.base_url)
    schemas, tools, left_out = Schemas(document), dict[str, AnyTool](), dict[str, str]()
    chosen = list(_chosen(source, document))
    for operation, name in zip(chosen, tool_names(source.name, chosen), strict=True):
        try:
            tool = _tool(operation, name, source, document, schemas)
        except SourceError as error:
            left_out[operation.id] = str(error)
            continue
        if name in tools:
            left_out[operation.id] = f"another operation is called {name}"
            continue
        tools[name] = tool
    _check(source, document.name, {o.id for o in chosen}, tools, left_out)
    return Loaded(tuple(tools.values()), left_out)


def _chosen(source: OpenApiSource, document: Document) -> Iterator[Operation]:
    for operation in document.operations():
        names = (operation.id, f"{operation.method.upper()} {operation.path}")
        if any(fnmatchcase(name, pattern) for name in names for pattern in source.operations):
            yield operation


def _check(
    source: OpenApiSource,
    document: str,
    chosen: set[str],
    tools: Mapping[str, AnyTool],
    left_out: Mapping[str, str],
) -> None:
    if not tools:
        why = next(iter(left_out.values()), "no operation has such an id")
        raise SourceError(f"{document}: none of the operations became a tool: {why}")
    if len(tools) > MAX_TOOLS:
        raise SourceError(f"{document}: more than {MAX_TOOLS} operations; choose fewer")
    if unknown := sorted(source.override.keys() - tools.keys() - chosen):
        raise SourceError(f"{document}: override.{unknown[0]} names no chosen operation")


def _tool(
    operation: Operation, name: str, source: OpenApiSource, document: Document, schemas: Schemas
) -> AnyTool:
    check_servers(operation.servers, source.base_url)
    declared = source.override.get(operation.id) or source.override.get(name) or Override()
    taken = arguments_of(operation, source, document, schemas)
    if declared.destination is not None and declared.destination not in taken:
        raise SourceError(f"it has no argument {declared.destination} to be its destination")
    fields = {argument: made for argument, (_, made) in taken.items()}
    return Tool(
        name=name,
        title=declared.title or title_of(operation),
        description=declared.description or describe(operation),
        args=schemas.object_of(fields, f"{name}_arguments"),
        function=_caller(operation, source, {name: part for name, (part, _) in taken.items()}),
        system=f"{source.name} ({urlsplit(source.base_url).netloc})",
        effect=declared.effect or EFFECTS.get(operation.method, "write"),
        **declared.declared(),
    )


def _caller(operation: Operation, source: OpenApiSource, parts: Mapping[str, Part]) -> Any:
    async def call(args: BaseModel, context: ToolContext) -> Answer:
        given = args.model_dump(mode="json", by_alias=True, exclude_none=True)
        found = await send_json(
            context,
            operation.method.upper(),
            *request.segments(operation.path, parts, given),
            params=request.query(parts, given),
            headers=request.headers(parts, given),
            body=request.content(parts, given),
            idempotency_header=source.idempotency_header,
            slash=operation.path.endswith("/") and operation.path != "/",
        )
        return Answer(request.shortened(found, source.max_items))

    return call
