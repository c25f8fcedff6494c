"""sluice run: the bot on Slack."""

import asyncio
import gc
import importlib
import signal
import sys
import threading
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

from pydantic import SecretStr

from bot import log
from bot.admin.reminders import keep_reminding, keep_telling
from bot.app import Bot, Loading, assembled
from bot.errors import SettingsError, StateError
from bot.guardrails.policy import Policy
from bot.settings import Settings
from bot.slack.catch_up import CatchUp
from bot.slack.client import make_client, open_session
from bot.slack.dialogs import Dialogs
from bot.slack.directory import Directory
from bot.slack.downloads import Downloads
from bot.slack.edge import Edge
from bot.slack.home import Home
from bot.slack.home_report import Reported
from bot.slack.home_sections import Abilities, State, Yours
from bot.slack.looks import Looks, SourcesLook
from bot.slack.office import SlackOffice
from bot.slack.pictures import Pictures
from bot.slack.serve import introduce, make_app, serve_http, serve_socket
from bot.slack.surface import SlackSurface
from bot.slack.transcripts import SlackTranscripts
from bot.slack.why import Why
from bot.sources_shown import Shelf
from bot.state.inbox import just_given_up
from bot.state.lock import in_turn, only_one
from bot.state.order import Order
from bot.state.upkeep import keep_up
from knowledge import KnowledgeError
from knowledge.load import Fetch
from knowledge.worker import EmbedderProcess
from tools.registry import Toolbox

SWITCH_S = 0.0005
"""How long a thread that computes keeps the loop waiting, in seconds; Python's own is ten times it.

An acknowledgement is handed from thread to thread, and waits that long at each of them.
"""

STATUS_S = 180.0
"""A status that is older than this, in seconds, Slack has cleared by itself."""


async def run(
    settings: Settings,
    embedder: Loading | None = None,
    *,
    toolbox: Toolbox | None = None,
    standby: bool = False,
) -> None:
    """Serve Slack until the process is told to stop; with `standby`, once it is our turn.

    What is not given is made from the settings.

    Raises:
        SettingsError: Something that Slack needs is not set.
        HomeInUse: Another process runs on this home.
        SurfaceError: Slack does not take our token.
    """
    sys.setswitchinterval(SWITCH_S)
    async with until_stopped(), serving(settings, embedder, toolbox=toolbox, standby=standby):
        gc.freeze()  # what is there now stays; each look through it stops the loop for 0.1 s
        log.info("bot.ready", model=settings.sluice_model if settings.has_model else "extractive")
        await asyncio.Event().wait()


@asynccontextmanager
async def until_stopped() -> AsyncGenerator[None]:
    """End the block in order at SIGTERM or SIGINT, and swallow that it was cancelled."""
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel if task else loop.stop)
    try:
        yield
    except asyncio.CancelledError:
        log.info("bot.stopped")


@asynccontextmanager
async def serving(
    settings: Settings,
    embedder: Loading | None = None,
    *,
    toolbox: Toolbox | None = None,
    policy: Policy | None = None,
    standby: bool = False,
    fetch: Fetch | None = None,
) -> AsyncGenerator[Bot]:
    """The bot at work: connected to Slack, and going on with what an earlier run left open."""
    if problems := settings.missing_for_slack():
        raise SettingsError(problems)
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(open_session())
        token, url = _secret(settings.slack_bot_token), settings.slack_api_url
        client = make_client(token, url, session)
        directory = Directory(client, settings.config.access)
        order = Order()
        surface = SlackSurface(client, directory, order)
        office = SlackOffice(surface, directory, Downloads(client))
        if standby:
            embedder = await _stand_by(settings, surface, embedder, stack)
        else:
            stack.enter_context(only_one(settings.sluice_home))
        async with (
            assembled(
                settings,
                surface,
                office=office,
                transcripts=SlackTranscripts(surface),
                embedder=embedder,
                toolbox=toolbox,
                policy=policy,
                fetch=fetch,
                order=order,
            ) as bot,
            _listening(settings, surface, office, bot) as catch_up,
        ):
            if not surface.bot_user:
                await introduce(surface)
            await bot.engine.start()
            async with _beside(_chores(settings, surface, bot, catch_up)):
                yield bot


async def _stand_by(
    settings: Settings, surface: SlackSurface, embedder: Loading | None, stack: AsyncExitStack
) -> Loading:
    """Make ready all that touches no file of the home, and wait until it is ours."""
    if embedder is None:
        process = EmbedderProcess(settings.config.knowledge.embedding_model)
        stack.callback(process.close)
        embedder = process
    threading.Thread(target=_load_quietly, args=(embedder,), daemon=True).start()
    if settings.has_model:  # importing it takes a second
        await asyncio.to_thread(importlib.import_module, "bot.model.openai_chat")
    await introduce(surface)
    await stack.enter_async_context(in_turn(settings.sluice_home))
    return embedder


def _load_quietly(embedder: Loading) -> None:
    """Load the model; what is wrong with it is told when we are at work."""
    with suppress(KnowledgeError):
        embedder.load()


def _chores(
    settings: Settings, surface: SlackSurface, bot: Bot, catch_up: CatchUp
) -> list[Coroutine[Any, Any, None]]:
    """What is done beside the answering, for as long as the bot runs."""
    admins, store = settings.config.access.admins, bot.deps.library.store
    desk = bot.deps.desk
    reopened = desk.given_up.reopened if desk else asyncio.Event()
    return [
        keep_reminding(bot.engine, store, surface.team, admins, settings.config.report),
        keep_telling(bot.engine, surface.team, admins),
        keep_up(bot.engine, settings.config.state.keep_days, reopened),
        catch_up.keep_up(surface.team),
        catch_up.keep_mark(),
        _clear_statuses(surface, bot),
    ]


async def _clear_statuses(surface: SlackSurface, bot: Bot) -> None:
    """Take away "is thinking" under what an earlier run gave up: no post of ours will."""
    since = time.time() - STATUS_S
    try:
        given_up = await bot.engine.store(partial(just_given_up, surface="slack", since=since))
    except StateError as error:
        log.error("upkeep.failed", error)
        return
    for thread in given_up:
        _, channel, root = thread.split(":", 2)
        if root.replace(".", "").isdigit():
            await surface.clear_status(channel, root)


@asynccontextmanager
async def _beside(chores: list[Coroutine[Any, Any, None]]) -> AsyncGenerator[None]:
    tasks = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def _listening(
    settings: Settings, surface: SlackSurface, office: SlackOffice, bot: Bot
) -> AsyncGenerator[CatchUp]:
    """Take events from the first moment on; they wait in the inbox until the engine starts."""
    deps = bot.deps
    dialogs = Dialogs(surface, office, settings.config.access, deps.library.store)
    home = _home(settings, surface, bot)
    shelf = Shelf(bot.engine.store, surface, deps.library, deps.toolbox)
    model = settings.config.model
    why = Why(bot.engine.store, surface, model.prices, model.currency)
    looks = Looks(
        surface,
        {
            "sources_open": ("Sources", SourcesLook(shelf)),
            "why_open": ("Why this answer?", why),
        },
    )
    edge = Edge(bot.engine, surface, home, dialogs, looks)
    catch_up = CatchUp(surface.client, bot.engine.store, edge.catch_up, edge.missing)
    app = make_app(surface.client, edge, _secret(settings.slack_signing_secret))
    if settings.slack_app_token is not None:
        token = _secret(settings.slack_app_token)
        async with serve_socket(app, token, settings.slack_api_url, catch_up):
            yield catch_up
    else:
        async with serve_http(app, settings.sluice_port, lambda: _waiting_for(surface, bot)):
            yield catch_up


def _home(settings: Settings, surface: SlackSurface, bot: Bot) -> Home:
    deps, store, client = bot.deps, bot.engine.store, surface.client
    sections = (
        Abilities(_abilities(bot)),
        Yours(client, store, deps.ledger, deps.limits),
        State(store, deps.library),
        *([Reported(deps.desk.reporter, deps.gate, Pictures(client))] if deps.desk else []),
    )
    return Home(client, settings.config.access.admins, sections)


def _waiting_for(surface: SlackSurface, bot: Bot) -> list[str]:
    missing = {"slack": not surface.bot_user, "embedding model": not bot.embedder.loaded}
    return [name for name, waiting in missing.items() if waiting]


def _abilities(bot: Bot) -> list[str]:
    return [
        tool.title if tool.effect == "read" else f"{tool.title}, once you have approved it"
        for tool in bot.deps.toolbox
    ]


def _secret(value: SecretStr | None) -> str:
    return value.get_secret_value() if value else ""
