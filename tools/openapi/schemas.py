"""JSON schemas of a document, made into types that are strict and bounded."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, ForwardRef, Optional, Union

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    create_model,
)

from tools.arguments import shorten
from tools.errors import SourceError
from tools.openapi.document import Document, Json
from tools.openapi.scalars import choices, limit_of, scalar

MAX_ENTRIES = 200
MAX_CHOICES = 20
MAX_PROPERTIES = 120
MAX_DEPTH = 12
MAX_DESCRIPTION = 300

FieldSpec = tuple[Any, dict[str, Any]]
"""A field of a model before it has its name: a type, and what `Field` is told of it."""


class Strict(BaseModel):
    """What every object of a document becomes: no field that it does not name."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Schemas:
    """Makes types of the schemas of one document; a named schema is made once.

    A schema that holds itself becomes a type that holds itself.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made: dict[int, type[BaseModel]] = {}
        self._making: dict[int, str] = {}
        self._names: dict[str, type[BaseModel]] = {}
        self._unfinished: list[type[BaseModel]] = []

    def type_of(self, schema: Any, name: str) -> Any:
        """The type of a schema; `name` is what an object in it is called.

        Raises:
            SourceError: It holds what can't be made strict, or too much.
        """
        made = self._type(schema, name, 0)
        if not self._making:
            for model in self._unfinished:
                if not model.__pydantic_complete__:  # it holds itself
                    model.model_rebuild(_types_namespace=dict(self._names))
            self._unfinished.clear()
        return made

    def object_of(self, fields: dict[str, FieldSpec], name: str) -> type[BaseModel]:
        """A model with these fields, by the names that they have on the wire."""
        taken: set[str] = set()
        named: dict[str, Any] = {}
        for wire, (kind, told) in fields.items():
            named[_field_name(wire, taken)] = (kind, Field(alias=wire, **told))
        model = create_model(self._fresh(name), __base__=Strict, **named)
        self._names[model.__name__] = model
        return model

    def _type(self, schema: Any, name: str, depth: int) -> Any:
        if depth > MAX_DEPTH:
            return JsonValue  # deeper than any form that a person could approve
        if schema is True or schema == {}:
            return JsonValue
        if isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
            name = schema["$ref"].rpartition("/")[2]
        schema = self._document.resolve(schema)
        kind = self._plain_type(schema, name, depth)
        return Optional[kind] if _is_nullable(schema) else kind  # noqa: UP045 - kind may be a ForwardRef

    def _plain_type(self, schema: Json, name: str, depth: int) -> Any:
        if "enum" in schema or "const" in schema:
            return choices(schema.get("enum", [schema.get("const")]))
        for keyword in ("oneOf", "anyOf"):
            if isinstance(schema.get(keyword), list) and schema[keyword]:
                return self._one_of(schema[keyword], name, depth)
        if isinstance(schema.get("allOf"), list):
            schema = self._merged(schema, depth)
        match _kind(schema):
            case [_, _, *_] as kinds:
                return _union([self._plain_type({**schema, "type": k}, name, depth) for k in kinds])
            case ["object"]:
                return self._object(schema, name, depth)
            case ["array"]:
                return self._array(schema, name, depth)
            case [kind]:
                return scalar(kind, schema)
            case _:
                return JsonValue

    def _one_of(self, options: Sequence[Any], name: str, depth: int) -> Any:
        if len(options) > MAX_CHOICES:
            raise SourceError(f"{name}: a choice of more than {MAX_CHOICES} schemas")
        kinds = [
            self._type(o, f"{name}{n}", depth + 1)
            for n, o in enumerate(options, 1)
            if o != {"type": "null"}
        ]
        nothing = [type(None)] if len(kinds) < len(options) else []
        return _union([*kinds, *nothing])

    def _merged(self, schema: Json, depth: int) -> Json:
        """An `allOf` as one schema: all properties, and all that are required."""
        if depth > MAX_DEPTH:
            raise SourceError(f"{self._document.name}: an allOf leads in a circle")
        merged: Json = {k: v for k, v in schema.items() if k != "allOf"}
        properties: Json = dict(merged.get("properties") or {})
        required: list[str] = list(merged.get("required") or [])
        for part in schema["allOf"]:
            inner = self._document.resolve(part)
            inner = self._merged(inner, depth + 1) if "allOf" in inner else inner
            properties = {**(inner.get("properties") or {}), **properties}
            required += inner.get("required") or []
            merged = {**inner, **merged}
        if properties:
            merged |= {"type": "object", "properties": properties, "required": required}
        return merged

    def _object(self, schema: Json, name: str, depth: int) -> Any:
        key = id(schema)
        if key in self._made:
            return self._made[key]
        if key in self._making:
            return ForwardRef(self._making[key])
        properties = {
            n: p for n, p in (schema.get("properties") or {}).items() if not _is_read_only(p)
        }
        if not properties:
            return self._dictionary(schema, name, depth)
        if len(properties) > MAX_PROPERTIES:
            raise SourceError(f"{name}: an object of more than {MAX_PROPERTIES} properties")
        return self._model(key, properties, schema, name, depth)

    def _model(
        self, key: int, properties: Json, schema: Json, name: str, depth: int
    ) -> type[BaseModel]:
        called = self._making[key] = self._fresh(name)
        self._names[called] = Strict  # the name is taken from here on
        required: list[Any] = list(schema.get("required") or ())
        fields = {
            n: field(self._type(p, f"{name}_{n}", depth + 1), p, required=n in required)
            for n, p in properties.items()
        }
        del self._making[key]
        del self._names[called]
        model = self.object_of(fields, called)
        self._made[key] = model
        self._unfinished.append(model)
        return model

    def _dictionary(self, schema: Json, name: str, depth: int) -> Any:
        values = schema.get("additionalProperties", True)
        inner = (
            self._type(values, f"{name}_value", depth + 1)
            if isinstance(values, dict)
            else JsonValue
        )
        return Annotated[dict[str, inner], Field(max_length=MAX_PROPERTIES)]

    def _array(self, schema: Json, name: str, depth: int) -> Any:
        inner = self._type(schema.get("items", {}), f"{name}_item", depth + 1)
        low, high = limit_of(schema, "minItems"), limit_of(schema, "maxItems")
        most = min(high, MAX_ENTRIES) if high is not None else MAX_ENTRIES
        return Annotated[list[inner], Field(min_length=low, max_length=most)]

    def _fresh(self, name: str) -> str:
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:60] or "Object"
        plain = plain if not plain[0].isdigit() else f"_{plain}"
        called, number = plain, 2
        while called in self._names:
            called, number = f"{plain}_{number}", number + 1
        return called


def field(kind: Any, schema: Any, *, required: bool) -> FieldSpec:
    """A field of a model; one that is not required may be left out, and is None then."""
    told = {"description": description_of(schema)}
    if required:
        return kind, told
    return Optional[kind], {**told, "default": None}  # noqa: UP045 - as above


def description_of(schema: Any) -> str | None:
    """What a schema says of itself, on one line."""
    text = schema.get("description") if isinstance(schema, dict) else None
    return shorten(" ".join(text.split()), MAX_DESCRIPTION) if isinstance(text, str) else None


def _kind(schema: Json) -> list[str]:
    kind = schema.get("type")
    kinds: list[Any] = kind if isinstance(kind, list) else [kind] if kind else []
    known = [k for k in kinds if isinstance(k, str) and k != "null"]
    if known or kinds:
        return known
    if "properties" in schema or "additionalProperties" in schema:
        return ["object"]
    return ["array"] if "items" in schema else []


def _is_nullable(schema: Json) -> bool:
    kind, enum = schema.get("type"), schema.get("enum")
    listed = isinstance(enum, list) and None in enum
    return schema.get("nullable") is True or (isinstance(kind, list) and "null" in kind) or listed


def _is_read_only(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("readOnly") is True


def _union(kinds: Sequence[Any]) -> Any:
    return Union[tuple(kinds)] if kinds else JsonValue  # noqa: UP007 - of a list


def _field_name(wire: str, taken: set[str]) -> str:
    """A Python name for a field that clashes with none, nor with a model's own methods."""
    plain = re.sub(r"\W", "_", wire, flags=re.ASCII).strip("_") or "field"
    name = f"f_{plain}"
    while name in taken:
        name += "_"
    taken.add(name)
    return name
