"""What the parts of the project promise one another, where no type can say it."""

import ast
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel
from slack_sdk.web.async_client import AsyncWebClient

import bot.errors
import knowledge.errors
import tools.errors
from bot.cli import SECTIONS, sluice
from bot.config import Config
from bot.guardrails import GUARDRAILS
from bot.guardrails.policy import Thresholds
from bot.local_slack import Manifest
from bot.local_slack.manifest import EVENT_SCOPES
from bot.manifest import MANIFEST
from bot.messages.approvals import Card
from bot.messages.events import Click, Recap, Stop
from bot.parts import ORIGINS
from bot.settings import Settings, Variables
from bot.slack.blocks import card_blocks
from bot.slack.incoming import HomeOpened, read
from bot.slack.kb_forms import Errands
from bot.slack.written import Heard
from tools.company import COMPANY_TOOLS
from tools.policy import RULES
from tools.spec import AnyTool

ROOT = Path(__file__).resolve().parent.parent
BOT = "U01BOT"
Body = dict[str, Any]


def strings_in(path: Path) -> Iterator[str]:
    """The string constants of a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


# --- Slack: the manifest asks for what is used, no more and no less -------------------------------

SCOPES = {
    "app_mentions:read": {"app_mention"},
    "assistant:write": {
        "agent_view",
        "assistant_threads_setStatus",
        "assistant_threads_setSuggestedPrompts",
    },
    "channels:history": {"message.channels", "conversations_replies", "conversations_history"},
    "channels:read": {"conversations_info", "conversations_members", "users_conversations"},
    "chat:write": {
        "agents_sessions_setStatus",
        "agent_session_stopped",
        "chat_appendStream",
        "chat_delete",
        "chat_postEphemeral",
        "chat_postMessage",
        "chat_startStream",
        "chat_stopStream",
        "chat_update",
    },
    "commands": {"slash_commands", "shortcuts"},
    "files:read": {"files_info"},
    "files:write": {"files_completeUploadExternal", "files_getUploadURLExternal"},
    "groups:history": {"message.groups", "conversations_replies"},
    "groups:read": {"conversations_info", "conversations_members", "users_conversations"},
    "im:history": {"message.im", "conversations_replies", "conversations_history"},
    "im:write": {"conversations_open"},
    "mpim:history": {"message.mpim", "conversations_replies"},
    "mpim:read": {
        "conversations_info",
        "conversations_members",
    },  # nobody looks up what kind of channel a DM is
    "usergroups:read": {"usergroups_list", "usergroups_users_list"},
    "users:read": {"users_info"},
}
"""Each scope with the methods, events and features that need it, by Slack's documentation."""

FREE = {
    "app_home_opened",
    "apps_connections_open",
    "auth_test",
    "chat_getPermalink",
    "views_open",
    "views_publish",
    "views_update",
}
"""What needs no scope of the bot: `apps.connections.open` goes by the app token."""

FEATURES = {"agent_view", "slash_commands", "shortcuts"}


def commands_of(manifest: Manifest) -> set[str]:
    """What people type, with the slash."""
    return {command.command for command in manifest.commands}


@pytest.fixture(scope="module")
def manifest() -> Manifest:
    return Manifest.read(MANIFEST)


def methods_called() -> set[str]:
    """The methods of Slack's Web API that `bot/slack` calls."""
    known = {name for name, _ in inspect.getmembers(AsyncWebClient, inspect.iscoroutinefunction)}
    return {
        node.func.attr
        for path in (ROOT / "bot/slack").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if node.func.attr in known and "_" in node.func.attr.strip("_")
    }


def test_the_manifest_asks_for_exactly_the_scopes_that_are_used(manifest: Manifest) -> None:
    assert set(manifest.scopes) == set(SCOPES)
    used = methods_called() | set(manifest.events) | FEATURES
    assert {scope: needs - used for scope, needs in SCOPES.items() if needs - used} == {}


def test_no_call_and_no_event_lacks_its_scope(manifest: Manifest) -> None:
    covered = {need for scope in manifest.scopes for need in SCOPES[scope]} | FREE
    assert methods_called() - covered == set()
    assert set(manifest.events) - covered == set()
    assert manifest.features.agent_view is not None
    assert manifest.commands


def event_body(name: str) -> Body:
    """A delivery of an event, with all that any of them carries."""
    kind, _, of = name.partition(".")
    channel_type = {"channels": "channel", "groups": "group"}.get(of, of)
    event = {
        "type": kind,
        "user": "U01ADA",
        "text": f"<@{BOT}> hello",
        "ts": "1700000000.000100",
        "thread_ts": "1700000000.000100",
        "channel": "C01GENERAL",
        "channel_type": channel_type or "channel",
        "tab": "home",
    }
    return {"type": "event_callback", "team_id": "T01", "event": event}


def test_every_event_that_is_subscribed_is_handled(manifest: Manifest) -> None:
    for name in manifest.events:
        heard = read(event_body(name), BOT)
        assert isinstance(heard, Heard | HomeOpened | Stop), name
        if isinstance(heard, Heard):
            assert heard.addressed, name


def test_no_event_is_handled_that_is_not_subscribed(manifest: Manifest) -> None:
    for name in EVENT_SCOPES.keys() - set(manifest.events):
        assert read(event_body(name), BOT) is None, name


def command_body(command: str) -> Body:
    return {
        "command": command,
        "text": "hello",
        "team_id": "T01",
        "channel_id": "C01GENERAL",
        "channel_name": "general",
        "user_id": "U01ADA",
        "trigger_id": "1.2",
    }


def test_every_slash_command_of_the_manifest_is_handled_and_no_other(manifest: Manifest) -> None:
    heard = read(command_body("/ask"), BOT)
    assert isinstance(heard, Heard)
    assert heard.message.text == "hello"
    for command in commands_of(manifest) - {"/ask"}:
        assert isinstance(read(command_body(command), BOT), Errands | Recap), command
    commands = {text for text in strings_in(ROOT / "bot/slack/incoming.py") if text[:1] == "/"}
    assert commands == commands_of(manifest)
    assert read(command_body("/another"), BOT) is None


def test_every_shortcut_of_the_manifest_is_handled(manifest: Manifest) -> None:
    for shortcut in manifest.features.shortcuts:
        body = {
            "type": "message_action",
            "callback_id": shortcut.callback_id,
            "team": {"id": "T01", "domain": "team"},
            "user": {"id": "U01ADA"},
            "channel": {"id": "C01GENERAL", "name": "general"},
            "message": {"text": "hello", "user": "U01BEN", "ts": "1700000000.000100"},
            "trigger_id": "1.2",
        }
        assert isinstance(read(body, BOT), Errands | Recap)
        assert read({**body, "callback_id": "another"}, BOT) is None


def test_every_button_is_handled() -> None:
    card = Card(
        call_id="c1",
        thread="T01:C01GENERAL:1.0",
        digest="d",
        title="Open a ticket",
        arguments=(),
        reason="it changes something",
        requester="U01ADA",
        expires_at=datetime.now(UTC),
    )
    buttons = [e for block in card_blocks(card) for e in block.get("elements", ()) if "value" in e]
    assert len(buttons) == 2
    for button in buttons:
        body = {
            "type": "block_actions",
            "team": {"id": "T01"},
            "user": {"id": "U01ADA"},
            "container": {"channel_id": "C01GENERAL", "message_ts": "2.0", "thread_ts": "1.0"},
            "actions": [{**button, "action_ts": "3.0"}],
        }
        click = read(body, BOT)
        assert isinstance(click, Click)
        assert (click.call_id, click.thread) == ("c1", card.thread)


# --- the command ----------------------------------------------------------------------------------


def test_help_lists_every_command() -> None:
    listed = [name for names in SECTIONS.values() for name in names]
    assert sorted(listed) == sorted(sluice.commands)


HEAVY = ("torch", "slack_bolt", "openai", "sentence_transformers")


@pytest.mark.parametrize("module", ["bot.flow", "bot.cli"])
def test_an_import_loads_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print(*(set({HEAVY}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# --- settings: each is in its example, and the examples are the defaults --------------------------

VARIABLE = re.compile(r"(?m)^(?P<off># )?(?P<name>[A-Z][A-Z_]+)=(?P<value>.*)$")
KEY = re.compile(r"(?m)^# (\w+ = .+)$")


def test_every_variable_is_in_the_example_with_its_default() -> None:
    text = (ROOT / ".env.example").read_text("utf-8")
    found = {match["name"].lower(): match for match in VARIABLE.finditer(text)}
    assert found.keys() == Variables.model_fields.keys()
    for name, match in found.items():
        default = Variables.model_fields[name].default
        assert match["value"] == ("" if default is None else str(default)), name
        assert bool(match["off"]) == bool(match["value"]), f"{name}: a default is commented out"


def test_the_examples_load_as_they_are_and_change_nothing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text((ROOT / ".env.example").read_text("utf-8"))
    (tmp_path / "sluice.toml").write_text((ROOT / "sluice.example.toml").read_text("utf-8"))
    assert Settings.from_env({}, tmp_path) == Settings(folder=tmp_path)


def test_every_key_is_in_the_example_file() -> None:
    text = (ROOT / "sluice.example.toml").read_text("utf-8")
    tables = tomllib.loads(KEY.sub(r"\1", text))  # those without a default are commented out
    Config.model_validate(tables)
    assert tables.keys() == Config.model_fields.keys()
    for name, field in Config.model_fields.items():
        assert isinstance(field.default, BaseModel)
        assert tables[name].keys() == type(field.default).model_fields.keys(), name
    shipped = Thresholds().model_dump()
    apart = {name: tables["guardrails"].pop(name) for name in ORIGINS}
    assert tables["guardrails"] == shipped
    assert all(shipped[key] == at for some in apart.values() for key, at in some.items())


# --- errors ---------------------------------------------------------------------------------------

TREE_LINE = re.compile(r"(?m)^( *)[*x+] (\w+)")
ERRORS = [bot.errors, knowledge.errors, tools.errors]
INHERITS = {"HomeInUse": "raised when the process starts: nobody has asked anything yet"}
"""Leaf errors without an apology of their own, and why."""


def classes_of(module: ModuleType) -> list[type[Exception]]:
    found = vars(module).values()
    return [c for c in found if isinstance(c, type) and issubclass(c, Exception)]


@pytest.mark.parametrize("module", ERRORS)
def test_the_tree_in_the_docstring_is_the_tree_of_the_classes(module: ModuleType) -> None:
    drawn: dict[str, str] = {}
    above: list[tuple[int, str]] = [(-1, "Exception")]
    for indent, name in TREE_LINE.findall(module.__doc__ or ""):
        while above[-1][0] >= len(indent):
            above.pop()
        drawn[name] = above[-1][1]
        above.append((len(indent), name))
    assert drawn == {c.__name__: c.__bases__[0].__name__ for c in classes_of(module)}


@pytest.mark.parametrize("module", [bot.errors, knowledge.errors])
def test_every_leaf_error_has_an_apology_that_says_what_to_do(module: ModuleType) -> None:
    classes = classes_of(module)
    leaves = [c for c in classes if not any(c in other.__bases__ for other in classes)]
    without = {leaf.__name__ for leaf in leaves if "apology" not in vars(leaf)}
    assert without == INHERITS.keys() & {leaf.__name__ for leaf in leaves}
    for error in classes:
        apology = str(getattr(error, "apology", ""))
        assert re.search(r"\b[Pp]lease\b", apology), error
        assert apology.endswith("."), error


def test_what_people_are_told_names_only_commands_that_exist(manifest: Manifest) -> None:
    apologies = [str(getattr(c, "apology", "")) for m in ERRORS for c in classes_of(m)]
    for apology in apologies:
        for quoted in re.findall(r"`([^`]+)`", apology):
            first, *rest = quoted.split()
            assert first in commands_of(manifest) or (
                first == "sluice" and rest[0] in sluice.commands
            )


# --- tools and guardrails -------------------------------------------------------------------------


@pytest.mark.parametrize("tool", COMPANY_TOOLS, ids=lambda tool: tool.name)
def test_a_tool_says_what_it_is_for_and_is_strict_about_its_arguments(tool: AnyTool) -> None:
    assert tool.description.endswith(".")
    assert tool.args.model_config.get("extra") == "forbid"
    assert all(field.description for field in tool.args.model_fields.values())
    assert len(tool.examples) >= 5
    assert tool.effect == "read" or tool.lookup, "a write is looked up after a crash"


def test_no_two_tools_answer_to_the_same_words() -> None:
    examples = [example.casefold() for tool in COMPANY_TOOLS for example in tool.examples]
    assert len(examples) == len(set(examples))


def test_every_rule_of_the_policy_says_when_it_applies() -> None:
    assert all(inspect.getdoc(rule.when) for rule in RULES)
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_every_detector_is_in_force() -> None:
    """A module with a function of its own name that judges a text by its origin is a guardrail."""
    detectors: set[str] = set()
    for path in (ROOT / "bot/guardrails").glob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name == path.stem:
                takes = [argument.arg for argument in node.args.args]
                detectors |= {node.name} if takes == ["text", "origin"] else set()
    assert detectors == {guardrail.__name__ for guardrail in GUARDRAILS}
    assert all(inspect.getdoc(guardrail) for guardrail in GUARDRAILS)
