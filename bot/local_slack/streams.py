"""Open streams: who may append to a message that is still being written, and how much."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from bot.local_slack.errors import ApiRefusal
from bot.local_slack.records import Json

LIFETIME_S: Final = 300.0
MAX_BYTES: Final = 12_000

Mode = Literal["text", "chunks"]


@dataclass
class Stream:
    """One stream; `mode` is fixed by the first content it gets."""

    started: float
    display_mode: str
    mode: Mode | None = None
    text: str = ""
    bytes: int = 0
    plan_title: str | None = None
    tasks: dict[str, Json] = field(default_factory=dict[str, Json])
    blocks: list[Json] = field(default_factory=list[Json])
    stopped_by_user: bool = False

    def add(self, chunk: Json) -> None:
        """Take one chunk in; a task with a known id replaces what it showed."""
        match chunk["type"]:
            case "markdown_text":
                self.text += chunk["text"]
            case "plan_update":
                self.plan_title = chunk["title"]
            case "task_update":
                self.tasks[chunk["id"]] = self.tasks.get(chunk["id"], {}) | chunk
            case _:
                self.blocks += chunk["blocks"]

    def shown_blocks(self) -> tuple[Json, ...]:
        """The message's blocks: its tasks, what was written, and blocks that were sent."""
        cards = [_card(task) for task in self.tasks.values()]
        if self.plan_title is not None or (cards and self.display_mode == "plan"):
            title = self.plan_title or cards[0]["title"]
            cards = [{"type": "plan", "block_id": "plan", "title": title, "tasks": cards}]
        written: list[Json] = []
        if self.text:
            written = [{"type": "markdown", "block_id": "text", "text": self.text}]
        return (*cards, *written, *self.blocks)


def _card(task: Json) -> Json:
    card: Json = {"type": "task_card", "block_id": f"task-{task['id']}", "task_id": task["id"]}
    card |= {name: task[name] for name in ("title", "status", "sources") if name in task}
    for name in ("details", "output"):
        if name in task:
            section = {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": task[name]}],
            }
            card[name] = {"type": "rich_text", "elements": [section]}
    return card


@dataclass
class Streams:
    """Streams by (channel, ts). Slack closes each after five minutes, however busy it is."""

    clock: Callable[[], float]
    _open: dict[tuple[str, str], Stream] = field(default_factory=dict[tuple[str, str], Stream])

    def start(self, channel: str, ts: str, stream: Stream) -> None:
        self._open[channel, ts] = stream

    def is_open(self, channel: str, ts: str) -> bool:
        stream = self._open.get((channel, ts))
        return stream is not None and not self._over(stream)

    def get(self, channel: str, ts: str) -> Stream:
        """An open stream.

        Raises:
            ApiRefusal: It is closed: stopped, five minutes old, or stopped by the person.
        """
        stream = self._open.get((channel, ts))
        if stream is not None and stream.stopped_by_user:
            raise ApiRefusal("stopped_by_user")
        if stream is None or self._over(stream):
            raise ApiRefusal("message_not_in_streaming_state")
        return stream

    def close(self, channel: str, ts: str) -> None:
        self._open.pop((channel, ts), None)

    def stop_by_user(self, channel: str, among: set[str]) -> list[str]:
        """Stop the open streams with one of these ts, as the native stop button does."""
        stopped = [ts for (where, ts) in self._open if where == channel and ts in among]
        stopped = [ts for ts in stopped if self.is_open(channel, ts)]
        for ts in stopped:
            self._open[channel, ts].stopped_by_user = True
        return stopped

    def age(self) -> None:
        """Let five minutes pass for every open stream."""
        for stream in self._open.values():
            stream.started -= LIFETIME_S

    def _over(self, stream: Stream) -> bool:
        return stream.stopped_by_user or self.clock() - stream.started >= LIFETIME_S
