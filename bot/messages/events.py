"""What arrives: the events that start a turn or end one, and the place where each stands."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from bot.messages.acts import Act
from bot.messages.frozen import Frozen


class Place(Frozen):
    """Where a message stands, and so where its reply goes.

    Attributes:
        root: `ts` of the thread's first message.
        user: Who wrote or clicked; a private reply goes to them alone.
        private: Only the requester sees the reply (a slash command).
        response_url: Where a private reply is posted; a capability, so never shown or logged.
    """

    team: str
    channel: str
    root: str
    user: str = ""
    kind: Literal["channel", "group", "im", "mpim", "terminal"] = "channel"
    private: bool = False
    response_url: str | None = Field(default=None, repr=False)

    @property
    def shared(self) -> bool:
        """Whether others than the requester read what is posted here."""
        return not self.private and self.kind in ("channel", "group", "mpim")

    @property
    def alone(self) -> "Place":
        """The same place, for the requester's eyes only."""
        return self.model_copy(update={"private": True})


class Posted(Frozen):
    """Where something we said now stands; `ts` is empty where nobody can say (a private reply)."""

    channel: str
    ts: str = ""


class Message(Frozen):
    """What a person wrote. Untrusted, all of it."""

    kind: Literal["message"] = "message"
    id: str = Field(description="`team:channel:ts`; equal for every delivery of the same post.")
    thread: str = Field(description="`team:channel:root`; a thread is answered in order.")
    place: Place
    user: str
    text: str
    received_at: AwareDatetime
    sent_at: AwareDatetime | None = Field(
        default=None, description="When it was written, by Slack's clock; None: as received."
    )

    @property
    def ts(self) -> str:
        """Its place in the channel; empty where it has none, as what a command asked."""
        last = self.id.rpartition(":")[2]
        return last if last.replace(".", "").isdigit() else ""


class Click(Frozen):
    """A press of Approve or Deny. All but `user` and `place` is client data until checked."""

    kind: Literal["click"] = "click"
    id: str
    thread: str
    place: Place
    user: str
    call_id: str
    digest: str
    approve: bool
    received_at: AwareDatetime
    sent_at: AwareDatetime | None = None


class Aside(Frozen):
    """A press of "Answer me privately": client data but for `user` and `place`, until checked.

    Attributes:
        question: The id of the message that is to be answered privately.
    """

    kind: Literal["aside"] = "aside"
    id: str
    thread: str
    place: Place
    user: str
    question: str
    received_at: AwareDatetime


class Choice(Frozen):
    """A press of one of the buttons under a question of ours: it says what the person meant.

    Client data but for `user` and `place`, until it is found in our own record.

    Attributes:
        question: The id of the turn that asked.
        number: Which of its choices, from 0.
    """

    kind: Literal["choice"] = "choice"
    id: str
    thread: str
    place: Place
    user: str
    question: str
    number: int
    received_at: AwareDatetime


class Rating(Frozen):
    """A press of a thumb under a reply, or what a person wrote about it.

    Client data but for `user` and `place`, until it is checked.

    Attributes:
        turn: The id of the turn whose reply it is about.
    """

    kind: Literal["rating"] = "rating"
    id: str
    thread: str
    place: Place
    user: str
    turn: str = Field(max_length=200)
    good: bool
    reason: str = Field(default="", max_length=500)
    received_at: AwareDatetime


class Errand(Frozen):
    """An act of administration, from a command, a button, a dialog, a dropped file or the clock.

    Client data but for `user` and `place`: that the person is an admin is checked when it is done.
    """

    kind: Literal["errand"] = "errand"
    id: str
    thread: str
    place: Place
    user: str
    act: Act
    pressed: "Posted | None" = Field(default=None, description="The message with the button.")
    received_at: AwareDatetime


class Stop(Frozen):
    """A press of the stop button: what is under way in a thread is to end.

    It is kept like any event, so that no crash makes it undone; but it waits for nothing, and is
    no turn of its own.
    """

    kind: Literal["stop"] = "stop"
    id: str
    thread: str
    place: Place
    user: str
    received_at: AwareDatetime


class Recap(Frozen):
    """A wish for a summary of a conversation: the channel in which it was asked for, or a thread.

    Attributes:
        root: `ts` of the first message of the thread; empty for the channel.
        hours: How far back the channel is read, from `received_at` on.
        problem: What was wrong with the command, if anything; then nothing is summed up.
    """

    kind: Literal["recap"] = "recap"
    id: str
    thread: str
    place: Place
    user: str
    root: str = ""
    hours: int = Field(default=24, ge=1, le=168)
    problem: str = ""
    received_at: AwareDatetime


Event = Annotated[
    Message | Click | Aside | Choice | Rating | Errand | Recap | Stop,
    Field(discriminator="kind"),
]
"""What starts a turn, or ends one."""


Kind = Literal["message", "click", "aside", "choice", "rating", "errand", "recap", "stop"]
"""Of an event."""
