"""What the flow asks of the place where people are: Slack, or a terminal."""

from types import TracebackType
from typing import Protocol, Self

from bot.messages.approvals import Card, Consent, Pending
from bot.messages.events import Click, Place, Posted
from bot.messages.memory import Overheard
from bot.messages.replies import Reply, Step
from bot.messages.requester import Requester


class Live(Protocol):
    """What a person watches while a turn is under way: a preview of what it is going to say.

    Nothing here waits for anything and nothing fails a turn: what is shown may lag behind or stay
    away. What the turn says in the end takes its place.
    """

    def show(self, *steps: Step) -> None:
        """Show what is being done; a step with a known id replaces what was shown of it."""
        ...

    def write(self, text: str) -> None:
        """Show the reply's text so far. It is checked: nothing else may be given to this.

        A text that does not go on from the one before takes its place.
        """
        ...

    async def __aenter__(self) -> Self: ...
    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Take away what nothing was said in the place of; after an error it stays, to be found."""
        ...


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

    async def earlier(self, place: Place, before: str) -> Overheard:
        """What was said in a thread before a message, oldest first, as far as that is told."""
        ...

    def live(self, place: Place, turn: str, *, fresh: bool) -> Live:
        """What is shown of a turn in a place; `fresh` if no earlier run of it can have begun."""
        ...

    def pages(self, place: Place, reply: Reply) -> tuple[Reply, ...]:
        """The same reply in as many pieces as the place needs, in order."""
        ...

    async def say(self, place: Place, key: str, reply: Reply, live: Live) -> Posted:
        """Say a reply, or a page of one, in the place of what was shown live.

        Raises:
            SurfaceError: It was refused.
        """
        ...

    async def attach(self, place: Place, key: str, reply: Reply) -> Posted:
        """Add the file that a reply is too long for.

        Raises:
            SurfaceError: It was refused.
        """
        ...

    async def attached(self, place: Place, key: str, reply: Reply) -> Posted | None:
        """Where the file of a reply stands; None if there is none."""
        ...

    async def ask(self, place: Place, key: str, card: Card, live: Live) -> Posted:
        """Post an approval card, in the place of what was shown live."""
        ...

    async def find(self, place: Place, key: str, said: Reply | Card, live: Live) -> Posted | None:
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
