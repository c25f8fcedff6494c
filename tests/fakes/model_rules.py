"""What Chat Completions accepts, as rules that are stricter than those of the real API.

Strict on purpose: what passes here passes on OpenAI, Azure, vLLM, Ollama and llama.cpp, whose chat
templates read the arguments of old calls as JSON and allow a system message only at the start.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

from pydantic_core import from_json

Json = dict[str, Any]

NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
MAX_TOOLS = 128
MAX_CALL_ID = 40

PARAMETERS = {
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "model",
    "parallel_tool_calls",
    "response_format",
    "seed",
    "stop",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_p",
}
"""Those that every server of the protocol knows."""

MESSAGE_FIELDS = {
    "system": {"role", "content", "name"},
    "user": {"role", "content", "name"},
    "assistant": {"role", "content", "name", "refusal", "tool_calls"},
    "tool": {"role", "content", "tool_call_id"},
}
NOT_IN_STRICT = {
    "allOf",
    "contains",
    "default",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "not",
    "oneOf",
    "patternProperties",
    "then",
    "unevaluatedProperties",
    "uniqueItems",
}


class Refused(Exception):
    """The request is wrong; `param` says where."""

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


def check_request(body: object, models: Sequence[str], lacks: Collection[str] = ()) -> Json:
    """Return the request if every rule holds; `lacks` are parameters that need not be there.

    Raises:
        Refused: A rule does not hold; the first one found.
    """
    request = _object(body, "body")
    if unknown := sorted(request.keys() - PARAMETERS):
        raise Refused(f"Unrecognized request argument supplied: {unknown[0]}", unknown[0])
    for name in ("model", "messages"):
        if name not in request:
            raise Refused(f"Missing required parameter: '{name}'.", name)
    if request["model"] not in models:
        raise Refused(f"The model '{request['model']}' does not exist; there is {models}.", "model")
    if request.get("stream") is not True:
        raise Refused("Only streams are served here: 'stream' must be true.", "stream")
    usage = request.get("stream_options")
    if "stream_options" not in lacks and usage != {"include_usage": True}:
        raise Refused("Ask for the usage: {'include_usage': true}.", "stream_options")
    _check_messages(_array(request["messages"], "messages"))
    _check_tools(request)
    if "response_format" in request:
        _check_format(_object(request["response_format"], "response_format"))
    return request


def _check_messages(messages: list[object]) -> None:
    if not messages:
        raise Refused("[] is too short - 'messages'", "messages")
    conversation = _Conversation()
    for index, message in enumerate(messages):
        conversation.take(_object(message, f"messages[{index}]"), index)
    conversation.end()


class _Conversation:
    """Follows the order of the messages, and which calls are still to be answered."""

    def __init__(self) -> None:
        self.waiting: list[str] = []
        self.seen: set[str] = set()
        self.last = ""

    def take(self, message: Json, index: int) -> None:
        where = f"messages[{index}]"
        role = message.get("role")
        if role not in MESSAGE_FIELDS:
            raise Refused(f"Invalid value: {role!r}.", f"{where}.role")
        if unknown := sorted(message.keys() - MESSAGE_FIELDS[role]):
            raise Refused(f"Unknown parameter: '{where}.{unknown[0]}'.", f"{where}.{unknown[0]}")
        if (role == "system") != (index == 0):
            raise Refused("One system message, and it comes first.", f"{where}.role")
        if role == "tool":
            self._answer(message, where)
        else:
            self._nothing_waits(where)
        if role == "assistant" and "tool_calls" in message:
            self._call(message, where)
        else:
            _check_text(message.get("content"), f"{where}.content")
        self.last = role

    def _call(self, message: Json, where: str) -> None:
        if message.get("content") is not None:
            _check_text(message["content"], f"{where}.content")
        calls = _array(message["tool_calls"], f"{where}.tool_calls")
        if not calls:
            raise Refused("[] is too short", f"{where}.tool_calls")
        for position, item in enumerate(calls):
            call_id = _check_call(item, f"{where}.tool_calls[{position}]")
            if call_id in self.seen:
                raise Refused(f"Duplicate value for 'tool_call_id' of {call_id}", where)
            self.seen.add(call_id)
            self.waiting.append(call_id)

    def _answer(self, message: Json, where: str) -> None:
        if message.get("tool_call_id") not in self.waiting:
            raise Refused(
                "Invalid parameter: messages with role 'tool' must be a response to a preceding "
                "message with 'tool_calls', once for each call.",
                where,
            )
        self.waiting.remove(message["tool_call_id"])

    def _nothing_waits(self, where: str) -> None:
        if self.waiting:
            raise Refused(
                "An assistant message with 'tool_calls' must be followed by tool messages "
                f"responding to each 'tool_call_id'. Without a response: {self.waiting}",
                where,
            )

    def end(self) -> None:
        self._nothing_waits("messages")
        if self.last not in ("user", "tool"):
            raise Refused("The last message is the assistant's own.", "messages")


def _check_call(item: object, where: str) -> str:
    call = _object(item, where)
    if call.keys() != {"id", "type", "function"} or call["type"] != "function":
        raise Refused("A call has an id, a function and the type 'function'.", where)
    if not isinstance(call["id"], str) or not 0 < len(call["id"]) <= MAX_CALL_ID:
        raise Refused(f"An id has 1 to {MAX_CALL_ID} characters.", f"{where}.id")
    function = _object(call["function"], f"{where}.function")
    if function.keys() != {"name", "arguments"}:
        raise Refused("A function called has a name and arguments.", f"{where}.function")
    _check_name(function["name"], f"{where}.function.name")
    try:
        arguments = from_json(function["arguments"], allow_inf_nan=False)
    except (TypeError, ValueError):
        arguments = None
    if not isinstance(arguments, dict):
        raise Refused("Not the text of a JSON object.", f"{where}.function.arguments")
    return call["id"]


def _check_tools(request: Json) -> None:
    if "tools" not in request:
        if "tool_choice" in request or "parallel_tool_calls" in request:
            raise Refused("'tool_choice' is only allowed when 'tools' are specified.", "tools")
        return
    tools = _array(request["tools"], "tools")
    if not 0 < len(tools) <= MAX_TOOLS:
        raise Refused(f"1 to {MAX_TOOLS} tools, not {len(tools)}.", "tools")
    names = [_check_tool(tool, f"tools[{index}]") for index, tool in enumerate(tools)]
    if len(set(names)) < len(names):
        raise Refused("Two tools have one name.", "tools")


def _check_tool(item: object, where: str) -> str:
    tool = _object(item, where)
    if tool.keys() != {"type", "function"} or tool["type"] != "function":
        raise Refused("A tool has a function and the type 'function'.", where)
    function = _object(tool["function"], f"{where}.function")
    if unknown := sorted(function.keys() - {"name", "description", "parameters", "strict"}):
        raise Refused(f"Unknown parameter: '{unknown[0]}'.", f"{where}.function.{unknown[0]}")
    _check_name(function.get("name"), f"{where}.function.name")
    _check_text(function.get("description"), f"{where}.function.description")
    parameters = _object(function.get("parameters"), f"{where}.function.parameters")
    if parameters.get("type") != "object" or not isinstance(parameters.get("properties"), dict):
        raise Refused("Parameters are an object with properties.", f"{where}.function.parameters")
    _check_schema(parameters, parameters, f"{where}.function.parameters", strict=False)
    if function.get("strict"):
        _check_schema(parameters, parameters, f"{where}.function.parameters", strict=True)
    return function["name"]


def _check_format(response_format: Json) -> None:
    where = "response_format"
    if (
        response_format.keys() != {"type", "json_schema"}
        or response_format["type"] != "json_schema"
    ):
        raise Refused("Only a json_schema is a format here.", where)
    named = _object(response_format["json_schema"], f"{where}.json_schema")
    if unknown := sorted(named.keys() - {"name", "description", "schema", "strict"}):
        raise Refused(f"Unknown parameter: '{unknown[0]}'.", f"{where}.json_schema")
    _check_name(named.get("name"), f"{where}.json_schema.name")
    if named.get("strict") is not True:
        raise Refused("The format must be strict.", f"{where}.json_schema.strict")
    schema = _object(named.get("schema"), f"{where}.json_schema.schema")
    if schema.get("type") != "object":
        raise Refused("The root of a strict schema is an object.", where)
    _check_schema(schema, schema, "schema", strict=True)


def _check_schema(item: object, root: Json, where: str, *, strict: bool) -> None:
    schema = _object(item, where)
    if "$ref" in schema:
        _check_reference(schema, root, where, strict=strict)
    if strict:
        _check_strict(schema, where)
    for key in ("properties", "$defs"):
        for name, part in cast(Json, schema.get(key, {})).items():
            _check_schema(part, root, f"{where}.{key}.{name}", strict=strict)
    for index, part in enumerate(cast(list[object], schema.get("anyOf", []))):
        _check_schema(part, root, f"{where}.anyOf[{index}]", strict=strict)
    if "items" in schema:
        _check_schema(schema["items"], root, f"{where}.items", strict=strict)


def _check_reference(schema: Json, root: Json, where: str, *, strict: bool) -> None:
    if strict and len(schema) > 1:
        raise Refused("$ref cannot have keywords beside it.", where)
    kind, _, name = str(schema["$ref"]).removeprefix("#/").partition("/")
    if kind != "$defs" or name not in root.get("$defs", {}):
        raise Refused(f"Reference {schema['$ref']!r} can't be resolved.", where)


def _check_strict(schema: Json, where: str) -> None:
    if banned := sorted(schema.keys() & NOT_IN_STRICT):
        raise Refused(f"'{banned[0]}' is not permitted.", where)
    if not schema.keys() & {"type", "$ref", "anyOf", "enum", "const"}:
        raise Refused("Schema must have a 'type' key.", where)
    if schema.get("type") != "object":
        return
    if schema.get("additionalProperties") is not False:
        raise Refused("'additionalProperties' is required to be supplied and to be false.", where)
    if set(schema.get("required", ())) != set(schema.get("properties", {})):
        raise Refused("'required' must be an array including every key in properties.", where)


def _check_name(name: object, where: str) -> None:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Refused(f"{name!r} does not match {NAME.pattern}.", where)


def _check_text(text: object, where: str) -> None:
    if not isinstance(text, str) or not text.strip():
        raise Refused("Expected a text that is not blank.", where)
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise Refused("A text holds a null character or half a surrogate pair.", where)


def _object(value: object, where: str) -> Json:
    if not isinstance(value, Mapping):
        raise Refused(f"Expected an object, but got {type(value).__name__}.", where)
    return cast(Json, value)


def _array(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise Refused(f"Expected an array, but got {type(value).__name__}.", where)
    return cast(list[object], value)
