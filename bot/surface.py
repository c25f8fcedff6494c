"""What the flow asks of the place where people are: Slack, or a terminal."""

from typing import Protocol

from bot.messages import Card, Click, Consent, Message, Pending, Place, Posted, Reply, Requester


class Surface(Protocol):
    """A place where people write and read.

    `say` and `ask` act on the world and are called as effects; a `key` marks what was said, so
    that `find` can tell after a crash whether it was.
    """

    async def identify(self, user: str, place: Place) -> Requester:
        """Look a person up. Who cannot be looked up is a guest."""
        ...

    async def belongs(self, user: str, named: frozenset[str], *, fresh: bool) -> frozenset[str]:
        """Which of these channels and user groups a person is in; who cannot be looked up is not.

        `fresh`: believe nothing that was looked up before.
        """
        ...

    async def all_belong(
        self, place: Place, named: frozenset[str], *, fresh: bool
    ) -> frozenset[str]:
        """In which of these everyone is who can read a place; none where that is not certain."""
        ...

    async def status(self, message: Message, text: str) -> None:
        """Show that something happens. Best effort: it never fails a turn."""
        ...

    async def say(self, place: Place, key: str, reply: Reply) -> Posted:
        """Post a reply.

        Raises:
            SurfaceError: It was refused.
        """
        ...

    async def ask(self, place: Place, key: str, card: Card) -> Posted:
        """Post an approval card."""
        ...

    async def find(self, place: Place, key: str, said: Reply | Card) -> Posted | None:
        """Where something said under `key` stands; None if it was not said."""
        ...

    async def settle(self, pending: Pending, click: Click, consent: Consent) -> Posted:
        """Edit an approval card to its end. Doing it again changes nothing."""
        ...

    async def offer(self, place: Place, key: str, question: str) -> Posted:
        """Offer the person of a place, and nobody else, a private answer to a question."""
        ...

    async def explain(self, click: Click, consent: Consent) -> None:
        """Tell the one who clicked, and nobody else, why the click did nothing. Best effort."""
        ...
