"""What the local Slack remembers and shows to tests: messages, calls, deliveries."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Json = dict[str, Any]
"""A JSON object."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Edited(_Record):
    """Who changed a message last, and when."""

    user: str
    ts: str


class Reaction(_Record):
    """An emoji and those who gave it."""

    name: str
    users: tuple[str, ...]


class Message(_Record):
    """A message as it stands now.

    `visible_to` is set for an ephemeral message, which only that person sees. `trigger_id` is that
    of the slash command it answers. `streaming` holds while a stream is open on it.
    """

    channel: str
    ts: str
    thread_ts: str | None = None
    user: str
    bot_id: str | None = None
    username: str | None = None
    text: str = ""
    blocks: tuple[Json, ...] = ()
    files: tuple[Json, ...] = ()
    edited: Edited | None = None
    deleted: bool = False
    visible_to: str | None = None
    reactions: tuple[Reaction, ...] = ()
    metadata: Json | None = None
    trigger_id: str | None = None
    streaming: bool = False
    subtype: str | None = None
    client_msg_id: str | None = None

    @property
    def ephemeral(self) -> bool:
        return self.visible_to is not None

    @property
    def root(self) -> str:
        """The ts of the thread this message is in, its own for the first one."""
        return self.thread_ts or self.ts

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None and self.thread_ts != self.ts


class ApiCall(_Record):
    """A Web API call as it arrived, without its token.

    `error` is what the app was told, None for success; `warnings` name what Slack would have
    swallowed without a word. `at` is in seconds on the server's clock.
    """

    method: str
    args: Json
    token: Literal["bot", "app", "unknown", "none"]
    status: int = 200
    error: str | None = None
    warnings: tuple[str, ...] = ()
    response: Json = {}
    at: float = 0.0

    @property
    def ok(self) -> bool:
        return self.error is None


class Attempt(_Record):
    """One try at handing something to the app; `status` is None when no answer came in time."""

    status: int | None
    seconds: float
    retry_num: int = 0
    retry_reason: str | None = None
    failure: str | None = None


class Delivery(_Record):
    """Something sent to the app: an event with its retries, a command or an interaction."""

    event_id: str
    kind: Literal["events_api", "slash_commands", "interactive"]
    type: str
    payload: Json
    attempts: tuple[Attempt, ...] = ()
    acked: bool = False
    done: bool = False


class CommandOutcome(_Record):
    """How the app answered a slash command or a click; `ack_status` is None when it did not."""

    ack_status: int | None
    ack_body: str
    trigger_id: str


class FormOutcome(_Record):
    """How the app answered a form; with `errors` it stays open, as it does without an answer."""

    ack_status: int | None
    errors: dict[str, str] = {}
    closed: bool = False


class Unfurl(_Record):
    """A URL that Slack's servers would have fetched."""

    url: str
    method: str
    channel: str
    ts: str


class Notification(_Record):
    """A mention in the app's own text that would have notified people."""

    mention: str
    method: str
    channel: str
    ts: str
