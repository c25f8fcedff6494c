from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.local_slack import Channel, LocalSlack, Manifest, User, Workspace

MANIFEST = """
display_information:
  name: Tester
  description: An app under test
features:
  agent_view:
    agent_description: Answers questions
    suggested_prompts:
      - {title: Leave, message: "How much leave?"}
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user: {display_name: Tester, always_online: true}
  slash_commands:
    - {command: /ask, description: Ask in private, usage_hint: "[question]", should_escape: true}
    - {command: /raw, description: Text as typed}
  shortcuts:
    - {name: Save this, type: message, callback_id: save, description: Save a message}
oauth_config:
  scopes:
    bot:
      - app_mentions:read
      - assistant:write
      - channels:history
      - channels:read
      - chat:write
      - commands
      - files:read
      - files:write
      - groups:history
      - groups:read
      - im:history
      - im:read
      - im:write
      - reactions:read
      - reactions:write
      - users:read
settings:
  event_subscriptions:
    bot_events:
      - agent_session_stopped
      - app_context_changed
      - app_home_opened
      - app_mention
      - file_shared
      - member_joined_channel
      - message.channels
      - message.groups
      - message.im
      - reaction_added
      - tokens_revoked
  interactivity: {is_enabled: true}
  socket_mode_enabled: true
"""

ADA, BEN, GUEST, BOT = "U01ADA", "U01BEN", "U01GUEST", "U01BOT"
GENERAL, RANDOM, SECRET, HIDDEN = "C01GENERAL", "C01RANDOM", "C01SECRET", "C01HIDDEN"
DM_ADA = "D01ADA"


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def small_workspace() -> Workspace:
    return Workspace(
        team_id="T01TEAM",
        team_name="Larkspur",
        team_domain="larkspur",
        users=(
            User(id=ADA, name="ada", real_name="Ada Okafor", is_admin=True),
            User(id=BEN, name="ben", real_name="Ben Castillo"),
            User(id=GUEST, name="gil", is_ultra_restricted=True),
        ),
        channels=(
            Channel(id=GENERAL, name="general", members=(ADA, BEN, BOT)),
            Channel(id=RANDOM, name="random", members=(ADA, BEN)),
            Channel(id=SECRET, name="secret", kind="private", members=(ADA, BOT)),
            Channel(id=HIDDEN, name="hidden", kind="private", members=(ADA,)),
            Channel(id=DM_ADA, kind="im", user=ADA),
        ),
        bot_name="Tester",
    )


def manifest_without(*names: str) -> Manifest:
    """The test manifest without some scopes, events or other lines."""
    lines = [line for line in MANIFEST.splitlines() if line.strip("- ") not in names]
    return Manifest.parse_yaml("\n".join(lines))


@asynccontextmanager
async def running(**options: Any) -> AsyncGenerator[LocalSlack]:
    """A local Slack that retries at once."""
    manifest = options.pop("manifest", Manifest.parse_yaml(MANIFEST))
    workspace = options.pop("workspace", small_workspace())
    settings: dict[str, Any] = {"retry_delays_s": (0, 0, 0), **options}
    async with LocalSlack(workspace, manifest, **settings) as slack:
        yield slack


# slack_sdk types what a response holds as possibly None; tests look into it on every line.
Client = Any


def client_of(slack: LocalSlack, token: str | None = None) -> Client:
    return AsyncWebClient(token or slack.bot_token, base_url=slack.api_url, retry_handlers=[])


async def refused(call: Awaitable[Any]) -> dict[str, Any]:
    """The body of the refusal that a Web API call meets."""
    with pytest.raises(SlackApiError) as caught:
        await call
    response: Any = caught.value.response
    return dict(response.data)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def slack(clock: Clock) -> AsyncGenerator[LocalSlack]:
    async with running(clock=clock) as local:
        yield local


@pytest.fixture
def client(slack: LocalSlack) -> Client:
    return client_of(slack)
