"""sluice demo: the real bot on a local Slack, with a handbook and an internal API."""

import asyncio
import json
import re
import shutil
import sys
import threading
import time
import webbrowser
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from sqlite3 import connect
from typing import Any

import click
from pydantic import SecretStr

from bot import log
from bot.app import Bot
from bot.commands.run import serving, until_stopped
from bot.config import Model
from bot.demo.larkspur import ADMINS, DEPOT, HANDBOOK, HOSTS, TALK, TOUR, WORKSPACE
from bot.errors import SettingsError
from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from bot.parts import KNOWLEDGE, SAMPLE, STATE, make_embedder, make_policy
from bot.settings import Settings
from bot.slack.sent import EVENT_TYPE
from bot.stages.screen import chunk_screen
from bot.state.account import account
from bot.state.trace import trace
from knowledge import Store, add, sync

READ = "handbook.db"
"""The handbook as it was read, which takes a while; every demo begins with a copy of it."""

_LIVE = re.compile(r"'task_id': '([^']+)/live[.:]")
"""The steps of a stream tell whose it is, for as long as it has no metadata."""


async def demo(settings: Settings, port: int, *, browser: bool, with_model: bool = False) -> None:
    """Serve the demo until Ctrl-C.

    It has a home of its own and starts afresh each time; only the handbook's index is kept. No
    model is asked, even if one is set up, unless that is said.

    Raises:
        SettingsError: The model is to answer, and none is set up.
    """
    if with_model and not settings.has_model:
        raise SettingsError([_NO_MODEL])
    home = settings.sluice_home / "demo"
    click.echo(f"{click.style('Sluice', bold=True)} demo: {_what_leaves(settings, with_model)}")
    await asyncio.to_thread(_prepare, settings, home)
    bots: list[Bot] = []
    async with (
        until_stopped(),
        _local_slack(port, bots, settings.config.model) as slack,
        serving(_settings(settings, home, slack, with_model=with_model)) as bot,
    ):
        bots.append(bot)
        click.echo(f"\n  Open {click.style(slack.url, bold=True, underline=True)}")
        click.echo("  Ctrl-C ends it.\n")
        if browser:
            threading.Thread(target=webbrowser.open, args=(slack.url,), daemon=True).start()
        await asyncio.Event().wait()


_NO_MODEL = "--with-model: no model is set up; OPENAI_API_KEY or OPENAI_BASE_URL names one"


def _what_leaves(settings: Settings, with_model: bool) -> str:
    """What this demo reaches beyond the machine, in words."""
    tools = settings.config.tools
    sources = [source.name for source in (*tools.openapi, *tools.mcp)]
    reached = [f"the model {settings.sluice_model}"] if with_model else []
    reached += [f"the tools of {', '.join(sources)}"] if sources else []
    if not reached:
        return "no keys, no network, nothing leaves"
    return f"on a local Slack, with {' and '.join(reached)} from your settings"


def _prepare(settings: Settings, home: Path) -> None:
    """Forget the last demo's conversations, tickets and documents, and read the handbook."""
    home.mkdir(parents=True, exist_ok=True)
    for name in (SAMPLE, *_files_of(STATE), *_files_of(KNOWLEDGE)):
        (home / name).unlink(missing_ok=True)
    shutil.rmtree(home / "handbook", ignore_errors=True)
    shutil.copytree(HANDBOOK, home / "handbook")
    click.echo("  Reading the handbook (the first time takes half a minute)...")
    embedder, screen = make_embedder(settings), chunk_screen(make_policy(settings))
    with Store(home / READ) as store:
        for progress in add(store, [home / "handbook"], embedder, screen=screen):
            if progress.outcome == "failed":
                raise SettingsError([f"{progress.source}: {progress.problem}"])
            if sys.stderr.isatty() and progress.outcome != "unchanged":
                click.echo(f"\r  Reading {progress.source:<60.60}", nl=False, err=True)
        for _ in sync(store, embedder, screen=screen):
            pass  # pages that an earlier version had
        pages = len(store.documents())
    with closing(connect(home / READ)) as read, closing(connect(home / KNOWLEDGE)) as fresh:
        read.backup(fresh)
    click.echo(f"\r  {pages} pages of the handbook are searchable.{' ' * 40}")


def _files_of(database: str) -> tuple[str, ...]:
    """The files that SQLite may have of a database."""
    return database, f"{database}-wal", f"{database}-shm"


@asynccontextmanager
async def _local_slack(port: int, bots: list[Bot], model: Model) -> AsyncGenerator[LocalSlack]:
    async def trace_of(message: Mapping[str, Any]) -> dict[str, Any] | None:
        for turn_id in _turns_of(message) if bots else ():
            if found := await bots[0].engine.store(partial(trace, turn_id=turn_id)):
                told = account(found, model.prices, model.currency)
                return {**found.model_dump(mode="json"), "account": told.model_dump(mode="json")}
        return None

    manifest = Manifest.read(MANIFEST)
    slack = LocalSlack(WORKSPACE, manifest, port=port, tour=TOUR, trace=trace_of)
    try:
        await slack.__aenter__()
    except OSError as error:
        log.error("demo.port", error, port=port)
        problem = f"port {port} is taken: choose another with `sluice demo --port {port + 1}`"
        raise SettingsError([problem]) from error
    _talk(slack)
    try:
        yield slack
    finally:
        await slack.__aexit__(None, None, None)


def _talk(slack: LocalSlack) -> None:
    """Let people have talked in a channel before anybody looks: something to sum up."""
    people = {user.name: user.id for user in WORKSPACE.users}
    now, root = time.time(), ""
    for line in TALK.read_text(encoding="utf-8").splitlines():
        said = json.loads(line)
        at, thread = now - said["minutes_ago"] * 60, root if said["reply"] else None
        ts = slack.wrote(people[said["user"]], DEPOT, said["text"], at, thread)
        root = root if said["reply"] else ts


def _turns_of(message: Mapping[str, Any]) -> list[str]:
    """The turn that a message started, or that said it; of a command's answer, either command's."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") == EVENT_TYPE:
        return [str(metadata["event_payload"]["key"]).rpartition("/")[0]]
    if under_way := _LIVE.search(str(message.get("blocks") or "")):
        return [under_way[1]]
    keys = f"{WORKSPACE.team_id}:{message.get('channel')}"
    if message.get("trigger_id"):
        kinds = ("ask", "kb", "summary")
        return [f"{keys}:{kind}-{message['trigger_id']}" for kind in kinds]
    return [f"{keys}:{message['ts']}"] if message.get("ts") else []


def _settings(settings: Settings, home: Path, slack: LocalSlack, *, with_model: bool) -> Settings:
    """The settings as they are, for the demo's company, its Slack and its home."""
    access, egress = settings.config.access, settings.config.egress
    config = settings.config.model_copy(
        update={
            "access": access.model_copy(update={"admins": ADMINS}),
            "egress": egress.model_copy(update={"allowed_hosts": (*egress.allowed_hosts, *HOSTS)}),
        }
    )
    model = {} if with_model else {"openai_api_key": None, "openai_base_url": None}
    return settings.model_copy(
        update={
            "sluice_home": home,
            "slack_api_url": slack.api_url,
            "slack_bot_token": SecretStr(slack.bot_token),
            "slack_app_token": SecretStr(slack.app_token),
            "config": config,
            **model,
        }
    )
