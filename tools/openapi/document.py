"""An OpenAPI document: read within limits, its references followed inside it and nowhere else."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from tools.arguments import shorten
from tools.errors import SourceError

Json = dict[str, Any]

MAX_JSON_BYTES = 24_000_000
MAX_YAML_BYTES = 3_000_000
"""YAML takes a minute for what JSON takes a second for: a longer one has to be converted."""

MAX_HOPS = 20
METHODS = ("get", "put", "post", "delete", "options", "head", "patch")


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the parameters of both.

    `servers` are the addresses that it or its path names in place of the document's.
    """

    method: str
    path: str
    body: Json
    parameters: tuple[Json, ...]
    servers: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Its operationId, or a name made of the method and the path."""
        given = self.body.get("operationId")
        return given if isinstance(given, str) and given else f"{self.method} {self.path}"


class Document:
    """A document that is one of OpenAPI 3.0 or 3.1."""

    def __init__(self, root: Json, name: str) -> None:
        version = str(root.get("openapi", ""))
        if not version.startswith(("3.0", "3.1")):
            found = f"it says {shorten(version, 20)!r}" if version else "it says no version"
            raise SourceError(f"{name}: this is not an OpenAPI 3.0 or 3.1 document ({found})")
        if not isinstance(root.get("paths"), dict):
            raise SourceError(f"{name}: the document has no paths")
        self.root, self.name = root, name

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Read a file.

        Raises:
            SourceError: It is missing, too large, or not a document of the kind.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceError(f"{path}: cannot be read ({error.strerror})") from None
        root = _parsed(data, path.name)
        if not isinstance(root, dict):
            raise SourceError(f"{path.name}: the document is not an object")
        return cls(root, path.name)

    def resolve(self, node: Any) -> Json:
        """Follow references until something else stands there.

        Raises:
            SourceError: One leads out of the document, nowhere, or in a circle.
        """
        for _ in range(MAX_HOPS):
            if not isinstance(node, dict):
                raise SourceError(f"{self.name}: an object was expected, and there is none")
            if not isinstance(node.get("$ref"), str):
                return node
            node = self._at(node["$ref"])
        raise SourceError(f"{self.name}: a $ref leads in a circle")

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            shown = shorten(reference, 80)
            raise SourceError(
                f"{self.name}: $ref {shown!r} leads out of the document; bundle it into one file"
            )
        node: Any = self.root
        for part in reference[2:].split("/"):
            key = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(node, list) and key.isdecimal() and int(key) < len(node):
                node = node[int(key)]
            elif isinstance(node, dict) and key in node:
                node = node[key]
            else:
                raise SourceError(f"{self.name}: $ref {shorten(reference, 80)!r} leads nowhere")
        return node

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the document's order."""
        for path, item in self.root["paths"].items():
            if not isinstance(path, str) or not path.startswith("/"):
                continue
            resolved = self.resolve(item)
            for method in METHODS:
                if isinstance(body := resolved.get(method), dict):
                    parameters, servers = self._parameters(resolved, body), _servers(body, resolved)
                    yield Operation(method, path, body, parameters, servers)

    def _parameters(self, item: Json, operation: Json) -> tuple[Json, ...]:
        """Those of the path, with the operation's own in their place."""
        merged: dict[tuple[Any, Any], Json] = {}
        for parameter in (*item.get("parameters", ()), *operation.get("parameters", ())):
            resolved = self.resolve(parameter)
            merged[resolved.get("in"), resolved.get("name")] = resolved
        return tuple(merged.values())

    @property
    def servers(self) -> tuple[str, ...]:
        """The addresses at which it says the API is."""
        return _servers(self.root)


def _servers(*holders: Json) -> tuple[str, ...]:
    """Those of the first that names any."""
    for holder in holders:
        given: Any = holder.get("servers")
        listed: list[Any] = given if isinstance(given, list) else []
        urls = [one.get("url") for one in listed if isinstance(one, dict)]
        if named := tuple(url for url in urls if isinstance(url, str)):
            return named
    return ()


def _parsed(data: bytes, name: str) -> Any:
    if len(data) > MAX_JSON_BYTES:
        raise SourceError(f"{name}: the document has more than {MAX_JSON_BYTES // 10**6} MB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{name}: the document is not text in UTF-8") from None
    if text.lstrip()[:1] in ("{", "["):
        return _json(text, name)
    if len(data) > MAX_YAML_BYTES:
        raise SourceError(
            f"{name}: a YAML document of more than {MAX_YAML_BYTES // 10**6} MB takes too long to "
            "read; convert it to JSON"
        )
    try:
        return yaml.load(text, Loader=_loader())  # noqa: S506 - a safe loader, with dates as text
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" (line {mark.line + 1})" if mark else ""
        raise SourceError(f"{name}: the document is neither JSON nor YAML{where}") from None


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise SourceError(f"{name}: the document is not JSON (line {error.lineno})") from None
    except (ValueError, RecursionError):
        raise SourceError(f"{name}: the document is nested too deeply") from None


def _loader() -> Any:
    """The safe loader, in C where that is there, which leaves a date as the text it is."""
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader = type("Loader", (base,), {})
    loader.yaml_implicit_resolvers = {  # pyright: ignore[reportAttributeAccessIssue]
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in base.yaml_implicit_resolvers.items()
    }
    return loader
