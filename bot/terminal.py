"""A terminal as the flow sees it: one person, who reads replies and answers cards by y or n."""

from dataclasses import dataclass, field
from typing import Self

from bot.config import Access
from bot.messages.approvals import Card, Consent, Pending
from bot.messages.events import Click, Place, Posted
from bot.messages.memory import Overheard
from bot.messages.replies import Reply, Step
from bot.messages.requester import Requester
from bot.surface import Live


class Unwatched:
    """A preview that nobody sees."""

    def show(self, *steps: Step) -> None:
        """Show nothing."""

    def write(self, text: str) -> None:
        """Show nothing."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


@dataclass
class TerminalSurface:
    """Keeps what the flow says, for the command that started the turn to print."""

    access: Access
    replies: list[Reply] = field(default_factory=list[Reply])
    cards: list[Card] = field(default_factory=list[Card])
    explanations: list[str] = field(default_factory=list[str])

    async def identify(self, user: str, place: Place) -> Requester:  # noqa: ARG002
        """Whoever can run the command is taken at their word: they could read the files as well."""
        return Requester(user=user, name=user, admin=user in self.access.admins)

    async def belongs(self, user: str, named: frozenset[str], *, fresh: bool) -> frozenset[str]:  # noqa: ARG002
        """Nobody has looked up who sits at the terminal, and unknown membership is none."""
        return frozenset()

    async def all_belong(
        self,
        place: Place,  # noqa: ARG002
        named: frozenset[str],  # noqa: ARG002
        *,
        fresh: bool,  # noqa: ARG002
    ) -> frozenset[str]:
        """As above."""
        return frozenset()

    async def earlier(self, place: Place, before: str) -> Overheard:  # noqa: ARG002
        """A terminal has no threads."""
        return Overheard()

    def live(self, place: Place, turn: str, *, fresh: bool) -> "Unwatched":  # noqa: ARG002
        """A terminal shows nothing while it waits."""
        return Unwatched()

    def pages(self, place: Place, reply: Reply) -> tuple[Reply, ...]:  # noqa: ARG002
        """A terminal has room for everything."""
        return (reply,)

    async def say(self, place: Place, key: str, reply: Reply, live: Live) -> Posted:  # noqa: ARG002
        """Keep a reply."""
        self.replies.append(reply)
        return Posted(channel=place.channel)

    async def attach(self, place: Place, key: str, reply: Reply) -> Posted:  # noqa: ARG002
        """Nothing is too long for a terminal."""
        return Posted(channel=place.channel)

    async def attached(self, place: Place, key: str, reply: Reply) -> Posted | None:  # noqa: ARG002
        """As above."""
        return None

    async def ask(self, place: Place, key: str, card: Card, live: Live) -> Posted:  # noqa: ARG002
        """Keep an approval card."""
        self.cards.append(card)
        return Posted(channel=place.channel)

    async def find(
        self,
        place: Place,  # noqa: ARG002
        key: str,  # noqa: ARG002
        said: Reply | Card,  # noqa: ARG002
        live: Live,  # noqa: ARG002
    ) -> Posted | None:
        """What a terminal of an earlier run has shown is gone; show it again."""
        return None

    async def settle(self, pending: Pending, click: Click, consent: Consent) -> Posted:  # noqa: ARG002
        """A printed card cannot be edited."""
        return Posted(channel=click.place.channel)

    async def offer(self, place: Place, key: str, question: str) -> Posted:  # noqa: ARG002
        """A terminal has one reader: there is nothing better to say in private."""
        return Posted(channel=place.channel)

    async def explain(self, click: Click, consent: Consent) -> None:  # noqa: ARG002
        """Keep why an answer to a card did nothing."""
        self.explanations.append(consent.explanation)
