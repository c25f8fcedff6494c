"""One message that is still being written: begun, added to, and finished or deleted.

It is a stream where the workspace has them, and else a message that is posted and edited. A stream
turns into the second kind when it is closed, or when what it shows has to be taken back.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot import log
from bot.errors import SurfaceError
from bot.messages.events import Place
from bot.messages.replies import Step
from bot.slack.blocks import Block, preview_blocks
from bot.slack.client import Refused, call
from bot.slack.pace import Allowance, Pace
from bot.slack.sent import Sent, key_of, keyed
from bot.steps import WRITING

MISSING = ("unknown_method", "method_deprecated", "feature_not_enabled")
"""A workspace that says so of a method will say so again."""

_ENDED = ("message_not_in_streaming_state", "stopped_by_user")
"""What Slack says of a stream that is over; the message stands, and can be edited."""

_FULL = ("msg_too_long", "streaming_mode_mismatch")
"""What it says of one that does not take this, and is still open."""

TITLE = "Working on it"
AGAIN = "_I am checking that once more._"
CONTINUED = Step(id="more", title="Continued", status="complete")


@dataclass
class Draft:
    """A message that is not finished.

    Attributes:
        sent: The text that it shows; None where nobody can tell, after a call without an answer.
        steps: The steps that it shows, by id.
    """

    place: Place
    ts: str
    key: str
    streaming: bool
    sent: str | None = ""
    steps: dict[str, Step] = field(default_factory=dict[str, Step])

    def goes_on(self, text: str) -> bool:
        """Whether a text can be reached by adding to what is shown."""
        return self.streaming and self.sent is not None and text.startswith(self.sent)


class Left(NamedTuple):
    """What an earlier run of a turn has left: its drafts, and whether it has said its reply."""

    drafts: list[Draft]
    spoke: bool


class Wire:
    """Calls Slack for drafts. One for a workspace: it remembers what the workspace does not have.

    Attributes:
        most_pages: How many messages a reply may become; a longer one becomes a file.
        streams: The calls that may still be made to add to streams; of edits, `edits`.
    """

    most_pages = 2

    def __init__(self, client: AsyncWebClient, sent: Sent, pace: Pace) -> None:
        self._client, self._sent, self._pace = client, sent, pace
        self.streams, self.edits = Allowance(), Allowance()
        self._missing: set[str] = set()
        self._shown: set[tuple[str, str]] = set()

    async def status(self, channel: str, root: str, text: str) -> None:
        """Show a status under a thread; our next post, or an empty one, clears it. Best effort."""
        if text:
            self._shown.add((channel, root))
        else:
            self._shown.discard((channel, root))
        await self._try(
            "assistant.threads.setStatus",
            lambda: self._client.assistant_threads_setStatus(
                channel_id=channel, thread_ts=root, status=text
            ),
        )

    def shows_status(self, place: Place) -> bool:
        """Whether a status stands in a thread that no post of ours has cleared."""
        return (place.channel, place.root) in self._shown

    def cleared(self, place: Place) -> None:
        """Note that a post of ours has cleared a thread's status."""
        self._shown.discard((place.channel, place.root))

    async def begin(self, place: Place, key: str, steps: Sequence[Step]) -> Draft:
        """Open a message under a key. It begins with a step: a stream is known by nothing else."""
        steps = steps or (WRITING,)
        if "chat.startStream" not in self._missing:
            try:
                return await self._stream(place, key, steps)
            except Refused as error:
                if error.code in MISSING:
                    self._missing.add("chat.startStream")
                log.warning("live.no_stream", code=error.code)
        request = self._client.chat_postMessage(
            channel=place.channel,
            thread_ts=place.root,
            text=TITLE,
            blocks=preview_blocks("", steps, key),
            metadata=keyed(key),
            unfurl_links=False,
            unfurl_media=False,
        )
        async with self._pace.of(place.channel):
            body = await call("chat.postMessage", request)
        self.cleared(place)
        await self._session(place, "processing")
        return Draft(place, str(body["ts"]), key, False, steps=_by_id(steps))

    async def _stream(self, place: Place, key: str, steps: Sequence[Step]) -> Draft:
        request = self._client.chat_startStream(
            channel=place.channel,
            thread_ts=place.root,
            recipient_user_id=place.user,
            recipient_team_id=place.team,
            task_display_mode="plan",
            chunks=[{"type": "plan_update", "title": TITLE}, *_tasks(key, steps)],
        )
        body = await call("chat.startStream", request)
        self.cleared(place)
        await self._session(place, "processing")
        return Draft(place, str(body["ts"]), key, True, steps=_by_id(steps))

    async def put(self, draft: Draft, text: str, steps: Sequence[Step]) -> None:
        """Show a text and steps, with one call if anything is new."""
        changed = [step for step in steps if draft.steps.get(step.id) != step]
        if text == draft.sent and not changed:
            return
        if draft.streaming and draft.sent is not None and text and draft.sent.startswith(text):
            text = draft.sent  # an answer that is begun anew, and still says the same
        if draft.goes_on(text) and await self._append(draft, text, changed):
            return
        await self.close(draft)
        draft.steps |= _by_id(changed)
        shown = text or (AGAIN if draft.sent else "")
        blocks = preview_blocks(shown, [*draft.steps.values()], draft.key)
        await self._update(draft, TITLE, blocks, draft.key)
        draft.sent = text

    async def _append(self, draft: Draft, text: str, changed: Sequence[Step]) -> bool:
        """Add to a stream; False if it does not take that."""
        sent, draft.sent = draft.sent or "", None
        chunks = [*_tasks(draft.key, changed), *_written(text[len(sent) :])]
        if chunks:
            request = self._client.chat_appendStream(
                channel=draft.place.channel, ts=draft.ts, chunks=chunks
            )
            try:
                await call("chat.appendStream", request)
            except Refused as error:
                return self._closed(draft, error)
        draft.sent = text
        draft.steps |= _by_id(changed)
        return True

    async def close(self, draft: Draft) -> None:
        """End a stream as it is; the message goes by the same key from then on."""
        if draft.streaming:
            request = self._client.chat_stopStream(
                channel=draft.place.channel, ts=draft.ts, metadata=keyed(draft.key)
            )
            try:
                await call("chat.stopStream", request)
                draft.streaming = False
            except Refused as error:
                self._closed(draft, error)

    async def finish(
        self,
        draft: Draft,
        key: str,
        text: str,
        tail: Sequence[Block],
        fallback: str,
        *,
        waits: bool = False,
    ) -> None:
        """Make a draft the final message, under its own key.

        Raises:
            SurfaceError: It is still a draft.
        """
        state = "suspended" if waits else "active"
        if draft.goes_on(text) and await self._stop(draft, key, text, tail, state):
            return
        await self.close(draft)
        blocks: list[Block] = [{"type": "markdown", "text": text}] if text else []
        await self._update(draft, fallback, [*blocks, *tail], key)
        await self._session(draft.place, state)

    async def _stop(
        self, draft: Draft, key: str, text: str, tail: Sequence[Block], state: str
    ) -> bool:
        """End a stream with what is missing of the end; False if it does not take that."""
        over = [step.done() for step in draft.steps.values() if step.status == "in_progress"]
        request = self._client.chat_stopStream(
            channel=draft.place.channel,
            ts=draft.ts,
            chunks=[*_tasks(draft.key, over), *_written(text[len(draft.sent or "") :])] or None,
            blocks=tail or None,
            metadata=keyed(key),
            session_status=state,
        )
        try:
            await call("chat.stopStream", request)
        except Refused as error:
            return self._closed(draft, error)
        draft.streaming = False
        return True

    async def delete(self, draft: Draft) -> None:
        """Take a draft away."""
        await self.close(draft)
        request = self._client.chat_delete(channel=draft.place.channel, ts=draft.ts)
        await call("chat.delete", request)
        await self._session(draft.place, "active")

    async def find(self, place: Place, key: str) -> Left:
        """What an earlier run has left under a key: drafts, oldest first, and whether it spoke."""
        drafts, turn = list[Draft](), key.removesuffix("live")
        spoke = False
        async for message in self._sent.messages(place):
            if _is_draft(message, key):
                open_still = "metadata" not in message
                drafts.append(Draft(place, str(message["ts"]), key, open_still, sent=None))
            else:
                spoke = spoke or key_of(message).startswith(turn)
        return Left(drafts, spoke)

    async def _update(self, draft: Draft, text: str, blocks: Sequence[Block], key: str) -> None:
        request = self._client.chat_update(
            channel=draft.place.channel,
            ts=draft.ts,
            text=text,
            blocks=blocks,
            metadata=keyed(key),
        )
        await call("chat.update", request)

    def _closed(self, draft: Draft, error: Refused) -> bool:
        if error.code not in _ENDED + _FULL:
            raise error
        draft.streaming = error.code in _FULL
        return False

    async def _session(self, place: Place, status: str) -> None:
        """Tell Slack that we are at work, so that it shows its stop button. Best effort."""
        await self._try(
            "agents.sessions.setStatus",
            lambda: self._client.agents_sessions_setStatus(
                channel_id=place.channel, thread_ts=place.root, status=status
            ),
        )

    async def _try(self, name: str, ask: Callable[[], Awaitable[AsyncSlackResponse]]) -> None:
        if name in self._missing:
            return
        try:
            await call(name, ask())
        except SurfaceError as error:
            if isinstance(error, Refused) and error.code in MISSING:
                self._missing.add(name)
            log.warning("status.failed", method=name, reason=str(error))


def _is_draft(message: Mapping[str, Any], key: str) -> bool:
    """Whether a message of ours is a draft: by its metadata, or by its steps where it has none."""
    if known := key_of(message):
        return known == key or known.startswith(f"{key}.")
    shown = str(message.get("blocks") or "")
    return f"{key}:" in shown or f"{key}." in shown


def _tasks(key: str, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Steps as chunks of a stream; their ids tell whose the stream is."""
    chunks = [
        {
            "type": "task_update",
            "id": f"{key}:{step.id}",
            "title": step.title[:250],
            "status": step.status,
            "output": step.output[:250],
        }
        for step in steps
    ]
    return [{name: value for name, value in chunk.items() if value} for chunk in chunks]


def _written(text: str) -> list[dict[str, Any]]:
    return [{"type": "markdown_text", "text": text}] if text else []


def _by_id(steps: Sequence[Step]) -> dict[str, Step]:
    return {step.id: step for step in steps}
