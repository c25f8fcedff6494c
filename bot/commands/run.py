"""sluice run: the bot on Slack."""

import asyncio
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from bot import log
from bot.app import Bot, Loading, assembled
from bot.errors import SettingsError
from bot.guardrails.policy import Policy
from bot.reminders import keep_reminding
from bot.settings import Settings
from bot.slack.client import make_client
from bot.slack.dialogs import Dialogs
from bot.slack.directory import Directory
from bot.slack.downloads import Downloads
from bot.slack.edge import Edge
from bot.slack.home import Home
from bot.slack.office import SlackOffice
from bot.slack.serve import introduce, make_app, serve_http, serve_socket
from bot.slack.surface import SlackSurface
from bot.state.lock import only_one
from knowledge.load import Fetch
from tools.registry import Toolbox


async def run(settings: Settings) -> None:
    """Serve Slack until the process is told to stop.

    Raises:
        SettingsError: Something that Slack needs is not set.
        HomeInUse: Another process runs on this home.
        SurfaceError: Slack does not take our token.
    """
    async with until_stopped(), serving(settings):
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
    fetch: Fetch | None = None,
) -> AsyncGenerator[Bot]:
    """The bot at work: connected to Slack, and going on with what an earlier run left open."""
    if problems := settings.missing_for_slack():
        raise SettingsError(problems)
    client = make_client(_secret(settings.slack_bot_token), settings.slack_api_url)
    directory = Directory(client, settings.config.access)
    surface = SlackSurface(client, directory)
    office = SlackOffice(surface, directory, Downloads(client))
    with only_one(settings.sluice_home):
        async with (
            assembled(
                settings,
                surface,
                office=office,
                embedder=embedder,
                toolbox=toolbox,
                policy=policy,
                fetch=fetch,
            ) as bot,
            _listening(settings, surface, office, bot),
        ):
            await introduce(surface)
            await bot.engine.start()
            admins = settings.config.access.admins
            reminding = asyncio.create_task(
                keep_reminding(bot.engine, bot.deps.library.store, surface.team, admins)
            )
            try:
                yield bot
            finally:
                reminding.cancel()
                await asyncio.gather(reminding, return_exceptions=True)


@asynccontextmanager
async def _listening(
    settings: Settings, surface: SlackSurface, office: SlackOffice, bot: Bot
) -> AsyncGenerator[None]:
    """Take events from the first moment on; they wait in the inbox until the engine starts."""
    dialogs = Dialogs(surface, office, settings.config.access, bot.deps.library.store)
    home = Home(surface.client, _abilities(bot))
    edge = Edge(bot.engine, surface, home, dialogs)
    app = make_app(surface.client, edge, _secret(settings.slack_signing_secret))
    if settings.slack_app_token is not None:
        token = _secret(settings.slack_app_token)
        async with serve_socket(app, token, settings.slack_api_url):
            yield
    else:
        async with serve_http(app, settings.sluice_port, lambda: _waiting_for(surface, bot)):
            yield


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
