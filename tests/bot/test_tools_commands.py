"""`sluice tools list`, `check` and `agree`, as an admin calls them."""

import json
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import sluice

ROOT = Path(__file__).parents[2]
GONE = "http://127.0.0.1:9/api"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the settings; commands run where the tests' MCP server can be imported."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("SLUICE_CONFIG", str(tmp_path / "sluice.toml"))
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PETS_TOKEN", "t0p-secret")
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    operation = {"operationId": "listPets", "summary": "List \x1b[31mpets"}
    upload = {"operationId": "upload", "requestBody": {"required": True, "content": {"a/b": {}}}}
    paths = {"/pets": {"get": operation, "post": upload}}
    document = {"openapi": "3.1.0", "paths": paths}
    (tmp_path / "pets.json").write_text(json.dumps(document))
    return tmp_path


def configure(
    home: Path, *, kind: str = "calm", base_url: str = "", tools: str = "search_*"
) -> None:
    """One MCP server, and the API where it is."""
    api = f"""
        [[tools.openapi]]
        name = "pets"
        spec = "pets.json"
        base_url = "{base_url}"
        operations = ["*"]
        auth = {{ variable = "PETS_TOKEN" }}
    """
    (home / "sluice.toml").write_text(f"""
        [tools]
        sample = false
        [[tools.mcp]]
        name = "wiki"
        command = ["{sys.executable}", "-m", "tests.tools.mcp.server", "{kind}"]
        tools = ["{tools}"]
        {api if base_url else ""}
    """)


def call(*args: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(sluice, ["tools", *args], input=typed, standalone_mode=False)


def said(*args: str) -> str:
    return call(*args).stdout


@contextmanager
def answering(status: int) -> Generator[tuple[str, list[str]]]:
    """An API that answers everything with a status; and the credentials it has seen."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_list_says_where_a_tool_acts_and_no_terminal_obeys_it(home: Path) -> None:
    configure(home, base_url=GONE)
    listed = said("list")
    assert "pets_list_pets  read, for employees, consent: not asked, in pets (" in listed
    assert "wiki_search_pages  write, for employees, consent: asked of requester" in listed
    coloured = CliRunner().invoke(sluice, ["tools", "list"], color=True, standalone_mode=False)
    assert "\x1b[33mwrite" in coloured.output  # our own colours work
    assert "\x1b[31mpets" not in coloured.output


def test_sources_that_work_are_ok_and_what_is_left_out_is_named(home: Path) -> None:
    with answering(404) as (url, seen):
        configure(home, base_url=url)
        checked = call("check")
    assert checked.return_value == 0
    assert seen == ["Bearer t0p-secret"]
    assert f"pets  ok  OpenAPI at {url}/" in checked.output
    assert "1 tool: 1 read, 0 ask first" in checked.output
    assert "left out: upload: its body is not JSON" in checked.output
    assert "2 sources, 2 tools; nothing to mend." in checked.output
    assert "t0p-secret" not in checked.output


@pytest.mark.parametrize("status", [401, 403])
def test_credentials_that_are_refused_are_named_by_their_variable(home: Path, status: int) -> None:
    with answering(status) as (url, _):
        configure(home, base_url=url)
        checked = call("check")
    assert checked.return_value == 1
    assert f"does not accept our credentials (HTTP {status}): look at PETS_TOKEN" in checked.output
    assert "1 to mend" in checked.output


def test_an_api_that_is_not_there_is_to_mend(home: Path) -> None:
    configure(home, base_url=GONE)
    checked = call("check", "--json")
    assert checked.return_value == 1
    rows = {row["source"]: row for row in json.loads(checked.output)}
    assert "cannot be reached" in rows["pets"]["problem"]
    assert rows["wiki"]["problem"] is None


def test_a_broken_document_and_an_absent_program_are_named(home: Path) -> None:
    configure(home, base_url=GONE)
    (home / "pets.json").write_text("{")
    settings = (home / "sluice.toml").read_text().replace(sys.executable, "/absent/program")
    (home / "sluice.toml").write_text(settings)
    checked = call("check")
    assert "pets.json: the document is not JSON (line 1)" in checked.output
    assert "/absent/program" in checked.output
    assert "2 to mend" in checked.output


def test_without_sources_it_says_where_they_go(home: Path) -> None:
    (home / "sluice.toml").write_text("")
    assert "[[tools.openapi]]" in said("check")


def test_a_tool_that_has_changed_stops_until_an_admin_agrees(home: Path) -> None:
    configure(home)
    assert call("check").return_value == 0
    configure(home, kind="changed")
    checked = call("check")
    assert checked.return_value == 1
    assert "sluice tools agree wiki_search_pages" in checked.output
    assert "wiki_search_pages" not in said("list")
    refused = call("agree", "wiki_search_pages", typed="n\n")
    assert refused.return_value == 1
    assert "Search the wiki, and more." in refused.output
    assert "query, required" in refused.output
    assert call("check").return_value == 1
    assert call("agree", "wiki_search_pages", typed="y\n").return_value == 0
    assert call("check").return_value == 0
    assert "wiki_search_pages" in said("list")


def test_a_script_agrees_without_being_asked(home: Path) -> None:
    configure(home)
    assert call("agree", "wiki_search_pages", "--yes").return_value == 0


def test_nobody_agrees_to_orders_or_to_what_is_not_there(home: Path) -> None:
    configure(home, kind="orders", tools="*")
    checked = call("agree", "wiki_obey", "--yes")
    assert "reads like orders to an assistant" in str(checked.exception)
    checked = call("agree", "wiki_absent", "--yes")
    assert "there is no tool wiki_absent" in str(checked.exception)
    assert "there is no tool other_absent" in str(call("agree", "other_absent").exception)
