import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.tools.openapi.pets import make_app
from tools.client import api_client
from tools.config import Auth, OpenApiSource, Override
from tools.errors import SourceError
from tools.openapi.document import Document
from tools.openapi.source import Loaded, load_openapi
from tools.run import run
from tools.spec import AnyTool, ToolCall, ToolContext, ToolResult

BASE = "https://pets.test/api"


def source(**given: Any) -> OpenApiSource:
    return OpenApiSource.model_validate(
        {"name": "pets", "spec": "x", "base_url": BASE, "operations": ["*"]} | given
    )


def spec(*operations: dict[str, Any], **root: Any) -> Document:
    """A document with these operations, each `post /n` unless it says otherwise."""
    paths = {f"/n{i}": {"post": {"operationId": f"op{i}", **o}} for i, o in enumerate(operations)}
    return Document({"openapi": "3.1.0", "paths": paths} | root, "doc.json")


def body(schema: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}
    } | more


def obj(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


@pytest.fixture
def pets() -> Loaded:
    app, _ = make_app()
    return load_openapi(source(), Document(app.openapi(), "pets.json"))


def named(loaded: Loaded, start: str) -> AnyTool:
    return next(tool for tool in loaded.tools if tool.name.startswith(f"pets_{start}"))


async def called(
    tool: AnyTool, arguments: dict[str, Any], app: Any, idempotency_key: str = "turn:c1"
) -> ToolResult:
    api = api_client(BASE, transport=httpx2.ASGITransport(app=app, root_path="/api"))
    context = ToolContext("U01ADA", "Ada", idempotency_key, api)
    call = ToolCall(id="c1", name=tool.name, arguments=json.dumps(arguments))
    try:
        return await run(call, tool, context)
    finally:
        await api.aclose()


def wrong(tool: AnyTool, **arguments: Any) -> bool:
    from tools.run import check

    call = ToolCall(id="c1", name=tool.name, arguments=json.dumps(arguments))
    return check(call, tool) is not None


def test_what_a_framework_writes_becomes_tools(pets: Loaded) -> None:
    assert not pets.left_out
    effects = {tool.title: (tool.effect, tool.description) for tool in pets.tools}
    assert effects["List pets"] == ("read", "List Pets. Find pets by status")
    assert effects["Create pet"] == ("write", "Create Pet. Put a pet up for sale")
    assert effects["Sell"][0] == "write"


def test_arguments_are_strict(pets: Loaded) -> None:
    create, find = named(pets, "create"), named(pets, "list")
    assert not wrong(create, name="Rex", price=3, category={"name": "a", "parent": {"name": "b"}})
    assert not wrong(create, name="Rex", code=3)
    assert wrong(create)
    assert wrong(create, name=7)
    assert wrong(create, name="x" * 41)
    assert wrong(create, name="Rex", status="lost")
    assert wrong(create, name="Rex", price=-1)
    assert wrong(create, name="Rex", colour="red")
    assert wrong(create, name="Rex", category={"name": "a", "parent": {"name": 1}})
    assert wrong(create, name="Rex", tags=["x"] * 201)
    assert wrong(create, name="Rex", tags=["x" * 10_001])
    assert wrong(create, name="Rex", code=1.5)
    assert wrong(find, limit="3")
    assert wrong(find, limit=51)
    assert not wrong(find, limit=50, status=None)


async def test_a_call_is_what_the_document_says() -> None:
    app, seen = make_app()
    loaded = load_openapi(source(), Document(app.openapi(), "pets.json"))
    given = {"tags": ["a", "b"], "limit": 2, "x-request-id": "r\n1"}
    result = await called(named(loaded, "list"), given, app)
    assert result.outcome == "ok"
    assert [pet["tags"] for pet in json.loads(result.content)] == [["a", "b"]] * 2
    assert seen[0].url.query == "limit=2&tags=a&tags=b"
    assert seen[0].headers["x-request-id"] == "r 1"
    assert seen[0].headers["x-sluice-user"] == "U01ADA"
    made = await called(named(loaded, "create"), {"name": "Rex", "status": "sold"}, app)
    assert json.loads(made.content)["status"] == "sold"
    assert "idempotency-key" not in seen[1].headers


async def test_a_write_carries_its_key_in_the_header_that_is_set_up() -> None:
    app, seen = make_app()
    document = Document(app.openapi(), "pets.json")
    loaded = load_openapi(source(idempotency_header="X-Once"), document)
    await called(named(loaded, "create"), {"name": "Rex"}, app)
    await called(named(loaded, "list"), {}, app)
    assert [r.headers.get("x-once") for r in seen] == ["turn:c1", None]


async def test_a_list_is_asked_for_and_kept_up_to_the_limit() -> None:
    app, seen = make_app()
    loaded = load_openapi(source(max_items=3), Document(app.openapi(), "pets.json"))
    result = await called(named(loaded, "list"), {}, app)
    assert "limit=3" in seen[0].url.query
    assert len(json.loads(result.content)) == 3


@pytest.mark.parametrize(
    ("answer", "kept"),
    [
        ([1, 2, 3], {"items": [1, 2], "note": "the first 2 of 3"}),
        (
            {"rows": [1, 2, 3], "n": 3, "few": [1]},
            {"rows": [1, 2], "n": 3, "few": [1], "note": "the first 2 of 3 rows"},
        ),
        ({"n": 1}, {"n": 1}),
        ("text", "text"),
    ],
)
async def test_a_long_list_is_cut_with_a_note(answer: Any, kept: Any) -> None:
    loaded = load_openapi(source(max_items=2), spec({}))
    transport = httpx2.MockTransport(lambda _: httpx2.Response(200, json=answer))
    async with api_client(BASE, transport=transport) as api:
        call = ToolCall(id="c1", name=loaded.tools[0].name)
        result = await run(call, loaded.tools[0], ToolContext("U", "A", "k", api))
    assert json.loads(result.content) == kept


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [(401, "failed", "credentials"), (429, "failed", "busy"), (500, "failed", "happened")],
)
async def test_an_api_that_fails_is_explained(code: int, outcome: str, words: str) -> None:
    app, _ = make_app()
    loaded = load_openapi(source(), Document(app.openapi(), "pets.json"))
    result = await called(named(loaded, "sell"), {"pet_id": code}, app)
    assert (result.outcome, words in result.content) == (outcome, True)


async def test_html_in_place_of_json_is_explained(pets: Loaded) -> None:
    app, _ = make_app()
    result = await called(named(pets, "page"), {"pet_id": 1}, app)
    assert (result.outcome, "not JSON" in result.content) == ("failed", True)


@pytest.mark.parametrize("value", ["..", "a/../b", "", "x" * 300])
async def test_no_argument_changes_the_path(value: str) -> None:
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {"/a/{id}/b": {"get": {"operationId": "g", "parameters": [parameter]}}}
    loaded = load_openapi(source(), Document({"openapi": "3.0.3", "paths": paths}, "d"))
    app, _ = make_app()
    assert (await called(loaded.tools[0], {"id": value}, app)).outcome == "retry"


async def test_no_argument_says_who_asks_or_by_what_right() -> None:
    """A document may name any header as a parameter; those that we set are not the model's."""
    ours = ["X-Sluice-User", "x-api-key", "Idem-Key", "X-Forwarded-For", "Transfer-Encoding"]
    names = [*ours, "X-Trace"]
    parameters = [{"name": n, "in": "header", "schema": {"type": "string"}} for n in names]
    operation = {"operationId": "look", "parameters": parameters}
    auth = Auth(variable="KEY", scheme="header", header="X-Api-Key")
    made = source(auth=auth, idempotency_header="Idem-Key")
    (tool,) = load_openapi(made, spec(operation)).tools
    assert list(tool.args.model_json_schema()["properties"]) == ["X-Trace"]


def test_effects_and_the_rest_can_be_overridden() -> None:
    override = {
        "op0": {"effect": "read", "title": "Look", "may": "admins", "private": True},
        "pets_op1": {"effect": "egress", "destination": "to", "danger": True},
    }
    loaded = load_openapi(
        source(override=override), spec({}, body(obj(to={"type": "string", "format": "email"})))
    )
    one, two = loaded.tools
    assert (one.effect, one.title, one.may, one.private) == ("read", "Look", "admins", True)
    assert (two.effect, two.destination, two.danger) == ("egress", "to", True)


def test_only_chosen_operations_become_tools() -> None:
    document = spec({}, {}, {})
    assert len(load_openapi(source(operations=["op1"]), document).tools) == 1
    assert len(load_openapi(source(operations=["POST /n[01]"]), document).tools) == 2


@pytest.mark.parametrize(
    ("given", "document", "words"),
    [
        ({"operations": ["absent"]}, spec({}), "no operation has such an id"),
        ({"override": {"absent": {}}}, spec({}), "override.absent names no chosen operation"),
        ({}, spec({}, servers=[{"url": "https://evil.example/api"}]), "evil.example"),
        ({}, spec({"servers": [{"url": "//evil.example"}]}), "evil.example"),
        (
            {"override": {"op0": {"effect": "egress", "destination": "to"}}},
            spec({}),
            "no argument to",
        ),
    ],
)
def test_a_source_that_is_wrong_says_what_to_do(
    given: dict[str, Any], document: Document, words: str
) -> None:
    with pytest.raises(SourceError, match=words):
        load_openapi(source(**given), document)


def test_a_server_of_our_own_host_is_no_other_host() -> None:
    servers = [{"url": "/v2"}, {"url": "https://PETS.test/v2"}, {"no": 1}, 7]
    assert load_openapi(source(), spec({}, servers=servers)).tools


@pytest.mark.parametrize(
    "servers",
    [
        ["https://sandbox.example/api", "https://pets.test/api"],
        ["https://{tenant}.test/api"],
        ["{scheme}://{host}/api"],
        ["https://{host}:{port}/", "https://evil.example"],
    ],
)
def test_one_of_several_servers_has_to_be_ours_and_variables_may_be_anything(
    servers: list[str],
) -> None:
    there = [{"url": url} for url in servers]
    ported = source(base_url="https://pets.test:443/api") if "port" in servers[0] else source()
    assert load_openapi(ported, spec({}, servers=there)).tools


def test_a_variable_is_no_way_to_another_host() -> None:
    for url in ("https://{x}.evil.example", "https://{x}/evil.example", "https://pets.test.{x}"):
        left = load_openapi(source(), spec({}, {"servers": [{"url": url}]})).left_out
        assert ("op1" in left) is (url != "https://{x}/evil.example")


def test_an_operation_of_another_server_is_left_out_and_the_others_work() -> None:
    loaded = load_openapi(source(), spec({}, {"servers": [{"url": "https://uploads.test"}]}))
    assert [tool.name for tool in loaded.tools] == ["pets_op0"]
    assert "uploads.test" in loaded.left_out["op1"]


def test_a_name_that_a_framework_made_of_the_path_is_short_where_that_is_clear() -> None:
    paths = {
        "/a/{id}": {"get": {"operationId": "show_a__id__get"}},
        "/b": {"get": {"operationId": "list_b_get"}, "post": {"operationId": "add_b_post"}},
        "/c": {"get": {"operationId": "list_c_get"}},
    }
    loaded = load_openapi(source(), Document({"openapi": "3.1.0", "paths": paths}, "x"))
    names = [tool.name for tool in loaded.tools]
    assert names == ["pets_show", "pets_list_b_get", "pets_add", "pets_list_c_get"]


DEEP = {"name": "q", "in": "query", "required": True, "style": "deepObject", "schema": {}}
COOKIE = {"name": "c", "in": "cookie", "required": True, "schema": {}}
ODD = {"name": "o", "in": "query", "content": {}}
FILE = {"requestBody": {"required": True, "content": {"multipart/form-data": {}}}}


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ({"parameters": [DEEP]}, "deepObject"),
        ({"parameters": [{**ODD, "required": True}]}, "kind I cannot send"),
        (FILE, "body is not JSON"),
        (body({"$ref": "https://evil.example/s.json"}), "leads out of the document"),
        (body({"$ref": "#/components/absent"}), "leads nowhere"),
        (body({"oneOf": [{"type": "string"}] * 21}), "choice of more than 20"),
        (body(obj(**{f"p{n}": {} for n in range(121)})), "more than 120 properties"),
        (body(obj(a={"$ref": "#/components/schemas/loop"})), "circle"),
        (body({"$ref": "#/components/schemas/all"}), "circle"),
    ],
)
def test_what_cannot_be_called_safely_is_left_out_and_named(
    operation: dict[str, Any], words: str
) -> None:
    schemas = {
        "loop": {"$ref": "#/components/schemas/loop"},
        "all": {"allOf": [{"$ref": "#/components/schemas/all"}]},
    }
    loaded = load_openapi(source(), spec({}, operation, components={"schemas": schemas}))
    assert len(loaded.tools) == 1
    assert words in loaded.left_out["op1"]


def test_what_may_be_left_out_of_a_request_is() -> None:
    loaded = load_openapi(
        source(), spec({"parameters": [COOKIE, ODD], "requestBody": {"content": {}}})
    )
    assert list(loaded.tools[0].args.model_fields) == []


def test_two_operations_of_one_name_are_not_mixed_up() -> None:
    loaded = load_openapi(source(), spec({"operationId": "a b"}, {"operationId": "a-b"}))
    assert (len(loaded.tools), list(loaded.left_out)) == (1, ["a-b"])


@pytest.mark.parametrize(
    ("schema", "right", "not_right"),
    [
        ({"type": "string", "nullable": True}, [None, "x"], [1]),
        ({"type": ["string", "null"]}, [None, "x"], [1]),
        ({"type": ["string", "integer"]}, ["x", 1], [1.5]),
        ({"enum": ["a", 1, None]}, ["a", 1, None], ["b", 2]),
        ({"const": "a"}, ["a"], ["b"]),
        ({"enum": []}, ["a"], [1]),
        ({"enum": [{"a": 1}]}, [{"a": 1}], []),
        ({"type": "integer", "minimum": 1, "exclusiveMaximum": 5}, [1, 4], [0, 5, True, "1"]),
        ({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, [2], [1]),
        ({"type": "integer", "maximum": 5, "exclusiveMaximum": True}, [4], [5]),
        ({"type": "number"}, [1, 1.5], ["1", True]),
        ({"type": "boolean"}, [True], [1, "true"]),
        ({"type": "string", "pattern": "^a+$"}, ["aa"], ["b"]),
        ({"type": "string", "pattern": "^(?=a)b"}, ["anything"], [1]),
        ({"type": "string", "format": "date"}, ["2026-11-24"], ["tomorrow"]),
        ({"type": "string", "minLength": 2, "maxLength": 99_999}, ["ab"], ["a", "x" * 10_001]),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 1}, [[1]], [[], ["a"]]),
        ({"items": {}}, [[1, "a"]], ["a"]),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, ["a", None], [1]),
        ({"anyOf": [{"type": "integer"}, obj(a={"type": "string"})]}, [1, {"a": "b"}], ["x"]),
        (
            {"allOf": [obj(a={"type": "integer"}), {"allOf": [obj(b={"type": "string"})]}]},
            [{"a": 1, "b": "x"}],
            [{"a": 1}, {"a": 1, "b": "x", "c": 1}],
        ),
        ({"type": "object"}, [{"any": [1]}], [[1]]),
        ({"additionalProperties": {"type": "integer"}}, [{"a": 1}], [{"a": "b"}]),
        ({"additionalProperties": False}, [{}], [1]),
        ({"properties": {"a": {"readOnly": True}, "b": {"type": "string"}}}, [{"b": "x"}],
         [{"a": 1}]),
        ({"properties": {"copy": {"type": "string"}, "model_x": {}, "_y": {}, "1": {}}},
         [{"copy": "x", "model_x": 1, "_y": 2, "1": 3}], [{"copy": 1}]),
        (True, [1, "a", None], []),
        ({"type": "unheard of"}, [1], []),
    ],
)  # fmt: skip
def test_a_schema_becomes_a_strict_type(
    schema: Any, right: list[Any], not_right: list[Any]
) -> None:
    (tool,) = load_openapi(source(), spec(body(obj(v=schema)))).tools
    assert [value for value in right if wrong(tool, v=value)] == []
    assert [value for value in not_right if not wrong(tool, v=value)] == []


async def test_a_body_that_is_no_object_is_one_argument() -> None:
    (tool,) = load_openapi(
        source(), spec(body({"type": "array", "items": {"type": "integer"}}))
    ).tools
    sent: list[bytes] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        sent.append(request.content)
        return httpx2.Response(200, json={})

    async with api_client(BASE, transport=httpx2.MockTransport(answer)) as api:
        call = ToolCall(id="c", name=tool.name, arguments='{"body": [1, 2]}')
        await run(call, tool, ToolContext("U", "A", "k", api))
    assert json.loads(sent[0]) == [1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON .line 1"),
        ("[" * 100_000, "nested too deeply"),
        ("a: [", "neither JSON nor YAML"),
        ("a: &a [*a]", "not an OpenAPI"),
        ("- 1", "not an object"),
        ("swagger: '2.0'", "it says no version"),
        ("openapi: 4.0.0", "it says '4.0.0'"),
        ("openapi: 3.0.0", "has no paths"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"#" * 3_000_001, "convert it to JSON"),
        (b"{" * 24_000_001, "more than 24 MB"),
    ],
)
def test_a_document_that_is_broken_says_so(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = tmp_path / "spec.txt"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(SourceError, match=words):
        Document.read(path)


def test_a_document_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No such file"):
        Document.read(tmp_path / "absent.json")


def test_yaml_is_read_with_its_dates_as_text(tmp_path: Path) -> None:
    path = tmp_path / "spec.yaml"
    path.write_text(
        "openapi: 3.0.0\npaths:\n  /a:\n    get: {operationId: a, summary: 2026-11-24}\n  x-b: 1\n"
    )
    (tool,) = load_openapi(source(), Document.read(path)).tools
    assert tool.title == "2026-11-24"


def test_a_document_of_five_megabytes_is_read(tmp_path: Path) -> None:
    paths = {
        f"/r{n}": {"get": {"operationId": f"get_r{n}", "description": "x" * 5_000}}
        for n in range(1_000)
    }
    path = tmp_path / "large.json"
    path.write_text(json.dumps({"openapi": "3.1.0", "paths": paths}))
    assert path.stat().st_size > 5_000_000
    assert len(load_openapi(source(operations=["get_r1*"]), Document.read(path)).tools) == 111


@pytest.mark.parametrize(
    "given",
    [
        {"base_url": "ftp://x"},
        {"base_url": "https://user:x@pets.test"},
        {"base_url": "https://pets.test/?a=b"},
        {"name": "Pets"},
        {"operations": []},
        {"override": {"a": {"effect": "egress"}}},
        {"auth": {"variable": "not a variable"}},
    ],
)
def test_a_source_is_checked_when_it_is_read(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        source(**given)


def test_a_secret_goes_where_it_is_said_to_go() -> None:
    assert Auth(variable="T").headers("s") == {"Authorization": "Bearer s"}
    assert Auth(variable="T", scheme="header", header="X-Key").headers("s") == {"X-Key": "s"}
    assert Override().declared().get("may") == "employees"
