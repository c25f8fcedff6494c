"""JSON schemas as Chat Completions wants them: the form of a reply, and of a tool's arguments."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, cast

from pydantic import BaseModel

from bot.messages.decisions import Draft
from tools.spec import AnyTool

Json = dict[str, Any]


@lru_cache(maxsize=1)
def reply_format() -> Json:
    """The `response_format` of a reply."""
    return format_of(Draft, "reply")


def format_of(form: type[BaseModel], name: str) -> Json:
    """The `response_format` of a form; strict: every property required, and no others."""
    schema = _strict(form.model_json_schema())
    named = {"name": name, "strict": True, "schema": schema}
    return {"type": "json_schema", "json_schema": named}


def function(tool: AnyTool) -> Json:
    """A tool as the model sees it: what it does and what it takes, nothing of who may call it."""
    described = {"name": tool.name, "description": tool.description}
    return {"type": "function", "function": described | {"parameters": _parameters(tool.args)}}


@lru_cache(maxsize=1_024)
def _parameters(args: type[BaseModel]) -> Json:
    """Making them takes longer than the rest of a request; nobody changes them."""
    parameters = _without(args.model_json_schema(), {"title"})
    parameters.pop("description", None)  # the class's docstring; the tool has its own
    return parameters


def _strict(schema: Json) -> Json:
    if "$ref" in schema:
        return {"$ref": schema["$ref"]}
    kept = {k: v for k, v in schema.items() if k not in ("title", "default")}
    if "properties" in kept:
        # An object's description is a docstring, written for those who read the code.
        kept.pop("description", None)
        kept |= {"additionalProperties": False, "required": list(kept["properties"])}
    return _each_part(kept, _strict)


def _without(schema: Json, keywords: set[str]) -> Json:
    kept = {k: v for k, v in schema.items() if k not in keywords}
    return _each_part(kept, lambda part: _without(part, keywords))


def _each_part(schema: Json, change: Callable[[Json], Json]) -> Json:
    """Change the schemas inside a schema, and not the names or values that look like keywords."""
    changed = dict(schema)
    for key in ("properties", "$defs"):
        if key in schema:
            changed[key] = {name: change(part) for name, part in schema[key].items()}
    for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
        if key in schema:
            changed[key] = [change(part) for part in schema[key]]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            changed[key] = change(cast(Json, schema[key]))
    return changed
