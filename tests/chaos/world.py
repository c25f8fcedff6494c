"""The world around the bot: a Slack, a model's server and an internal API that outlive it."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from aiohttp import web

from bot.demo.company_api import CompanyApi
from bot.local_slack import Channel, LocalSlack, Manifest, Message, User, Workspace
from bot.manifest import MANIFEST
from tests.fakes.model_server import Answer, ChatRequest, ModelServer, call, raw, say, slow

BOT = "U01BOT"
PEOPLE = tuple(f"U01P{i:02}" for i in range(8))
CHANNELS = tuple(f"C01C{i:02}" for i in range(6))
WORKSPACE = Workspace(
    users=tuple(User(id=person, name=person.lower()) for person in PEOPLE),
    channels=(
        *(Channel(id=c, name=c.lower(), members=(*PEOPLE, BOT)) for c in CHANNELS),
        *(Channel(id=f"D{p[1:]}", kind="im", user=p, members=(p, BOT)) for p in PEOPLE),
    ),
)
TOKEN = re.compile(r"\bQ\d{4,}\b")
RETRIES_S = (0.3, 0.5, 1.0, 1.0, 2.0, 2.0, 4.0, 4.0, 8.0)
"""Slack's retries, with minutes made seconds."""

Trap = Callable[[str], None]


class Api(CompanyApi):
    """The internal API; counts every write that it was asked to do, by the question's token."""

    def __init__(self, sprung: Trap) -> None:
        super().__init__(None, "chaos")
        self.written: Counter[str] = Counter()
        self._sprung = sprung

    async def _open_ticket(self, request: web.Request) -> web.Response:
        self._sprung("api before")
        token = token_of(str(json.loads(await request.read())))
        response = await super()._open_ticket(request)
        if response.status in (200, 201):
            self.written[token] += 1
        self._sprung("api after")
        return response


@dataclass
class Mind:
    """A model that takes its time: it opens a ticket where one is wanted, else it answers.

    Attributes:
        seconds: How long it thinks, half as long or half as long again.
        trouble: How often it fails, or is cut off in the middle of its stream.
        drips: How often its answer comes in pieces, for a second or so.
    """

    sprung: Trap
    seconds: float
    random: random.Random
    trouble: float = 0.0
    drips: float = 0.0
    troubles: Counter[str] = field(default_factory=Counter[str])

    async def __call__(self, asked: ChatRequest) -> Answer:
        self.sprung("model asked")
        if self.random.random() < self.trouble:
            kind = self.random.choice(("model 500", "stream cut"))
            self.troubles[kind] += 1
            return _refused() if kind == "model 500" else _cut()
        await asyncio.sleep(self.seconds * self.random.uniform(0.5, 1.5))
        wish = str(next(m for m in reversed(asked.messages) if m["role"] == "user")["content"])
        token = TOKEN.findall(wish)[-1] if TOKEN.search(wish) else "none"
        if "response_format" not in asked.body:  # the usual bot
            return raw(f"Noted: {token}")
        opens = next((tool for tool in asked.tools if tool.endswith("open_ticket")), None)
        if "ticket" in wish and asked.last["role"] != "tool" and opens:
            title = f"The screen flickers {token}"
            return call(opens, title=title, description="It flickers.", priority="normal")
        answer = say("clarify", f"I am not sure. What do you mean by {token}?")
        if self.random.random() < self.drips:
            return slow(replace(answer, pieces=(12,)), 0.12)
        return answer


@dataclass
class World:
    """What is there besides the bot, and what people see.

    Attributes:
        on: What is done when something happens by name; for killing at named points.
        asked: Every question by its token: channel, thread and time stamp, in the order of asking.
    """

    slack: LocalSlack
    model: ModelServer
    api: Api
    mind: Mind
    on: dict[str, Callable[[], None]] = field(default_factory=dict[str, Callable[[], None]])
    asked: dict[str, tuple[str, str, str]] = field(default_factory=dict[str, tuple[str, str, str]])
    tickets: set[str] = field(default_factory=set[str])

    def sprung(self, name: str) -> None:
        """Something happened; whoever waits for it acts at once, and once."""
        if act := self.on.pop(name, None):
            act()

    async def ask(self, person: str, channel: str, root: str | None, *, ticket: bool) -> str:
        """Write a question; its token."""
        token = f"Q{len(self.asked):05}"
        what = "Open a ticket: the screen flickers" if ticket else "What is this"
        mention = "" if channel.startswith("D") else f"<@{BOT}> "
        ts = await self.slack.post(person, channel, f"{mention}{what} {token}", root)
        self.asked[token] = channel, root or ts, ts
        if ticket:
            self.tickets.add(token)
        return token

    def said(self, channel: str) -> list[Message]:
        return [m for m in self.slack.messages(channel) if m.user == BOT]

    def env(self) -> dict[str, str]:
        """What a bot needs to know of this world."""
        return {
            "SLACK_BOT_TOKEN": self.slack.bot_token,
            "SLACK_APP_TOKEN": self.slack.app_token,
            "SLACK_API_URL": self.slack.api_url,
            "OPENAI_API_KEY": self.model.api_key,
            "OPENAI_BASE_URL": self.model.base_url,
            "SLUICE_MODEL": self.model.model,
            "CHAOS_API_URL": self.api.base_url,
            "CHAOS_API_TOKEN": "chaos",
        }


@asynccontextmanager
async def world(seed: int, model_s: float) -> AsyncGenerator[World]:
    """A world at peace."""
    here: list[World] = []

    def sprung(name: str) -> None:
        here[0].sprung(name)

    mind = Mind(sprung, model_s, random.Random(seed))
    manifest = Manifest.read(MANIFEST)
    async with (
        LocalSlack(WORKSPACE, manifest, retry_delays_s=RETRIES_S) as slack,
        ModelServer() as model,
        Api(sprung) as api,
    ):
        model.mind = mind
        here.append(World(slack, model, api, mind))
        yield here[0]
        model.errors.clear()  # the usual bot's requests are not by our rules


def token_of(text: str) -> str:
    """The question that a text is about."""
    found = TOKEN.search(text)
    return found[0] if found else ""


def _refused() -> Answer:
    return Answer(status=500, error={"error": {"message": "overloaded", "type": "server_error"}})


def _cut() -> Answer:
    return Answer(content='{"status": "clarify", "text": "What', ends="drops")
