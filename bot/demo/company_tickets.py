"""The tickets of the sample company, with the idempotency keys that opened them."""

import asyncio
import hashlib
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.demo.company_data import FIRST_TICKET, PEOPLE, SEED_TICKETS
from bot.errors import StateError

Priority = Literal["low", "normal", "high", "urgent"]
Status = Literal["new", "in_progress", "waiting", "resolved"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewTicket(_Frozen):
    """What a person sends to open a ticket."""

    title: Annotated[str, StringConstraints(min_length=3, max_length=120)]
    description: Annotated[str, StringConstraints(max_length=4_000)]
    priority: Priority = "normal"


class Ticket(_Frozen):
    """One ticket."""

    number: int
    title: str
    description: str
    status: Status
    priority: Priority
    requester: str
    assignee: str
    note: str
    opened_at: AwareDatetime
    updated_at: AwareDatetime

    def shown(self) -> dict[str, object]:
        """The ticket as the API shows it."""
        fields = self.model_dump(mode="json", exclude={"number"})
        url = f"https://tickets.larkspur.example/INC-{self.number}"
        return {"ticket_id": f"INC-{self.number}", "url": url, **fields}


class Opened(_Frozen):
    """What was opened with an idempotency key: the ticket, and a digest of what asked for it."""

    number: int
    digest: str


class State(_Frozen):
    """All that is kept: tickets by number, and keys."""

    tickets: tuple[Ticket, ...]
    keys: dict[str, Opened]


class Conflict(Exception):
    """An idempotency key came back with another ticket or from another person."""


class TicketStore:
    """Tickets in memory and, where there is a path, in a file that is replaced as a whole.

    Raises:
        StateError: The file is there and cannot be read.
    """

    def __init__(self, path: Path | None, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        self._lock = asyncio.Lock()
        self._state = _load(path) or _first_day(clock())

    def find(self, status: str | None = None, query: str | None = None) -> list[Ticket]:
        """Return the tickets in a state that contain all words of a query, newest first."""
        words = (query or "").casefold().split()
        return [
            ticket
            for ticket in sorted(self._state.tickets, key=lambda t: t.number, reverse=True)
            if _is_in(ticket, status)
            and all(word in f"{ticket.title} {ticket.description}".casefold() for word in words)
        ]

    def get(self, ticket_id: str) -> Ticket | None:
        """Return a ticket by its id, None if there is none."""
        return next((t for t in self._state.tickets if f"INC-{t.number}" == ticket_id), None)

    def opened_with(self, key: str, user: str) -> Ticket | None:
        """Return the ticket that a person opened with an idempotency key."""
        opened = self._state.keys.get(_name(user, key))
        return self.get(f"INC-{opened.number}") if opened else None

    async def open(self, new: NewTicket, user: str, key: str) -> tuple[Ticket, bool]:
        """Open a ticket once for each key; it is on disk before this returns.

        Returns:
            The ticket, and whether this call opened it.

        Raises:
            Conflict: The same key came with another ticket.
        """
        name = _name(user, key)
        digest = hashlib.sha256(new.model_dump_json().encode()).hexdigest()
        async with self._lock:
            if opened := self._state.keys.get(name):
                if opened.digest != digest:
                    raise Conflict
                return self._state.tickets[opened.number - FIRST_TICKET], False
            ticket = self._made_of(new, user)
            after = State(
                tickets=(*self._state.tickets, ticket),
                keys=self._state.keys | {name: Opened(number=ticket.number, digest=digest)},
            )
            if self._path:
                await asyncio.to_thread(_save, self._path, after)
            self._state = after
            return ticket, True

    def _made_of(self, new: NewTicket, user: str) -> Ticket:
        now = self._clock()
        return Ticket(
            number=FIRST_TICKET + len(self._state.tickets),
            **new.model_dump(),
            status="new",
            requester=PEOPLE.get(user, user),
            assignee="nobody yet",
            note="",
            opened_at=now,
            updated_at=now,
        )


def _is_in(ticket: Ticket, status: str | None) -> bool:
    return status in (None, ticket.status) or (status == "open" and ticket.status != "resolved")


def _name(user: str, key: str) -> str:
    """Keys belong to a person: nobody finds a ticket with another's."""
    return f"{user} {key}"


def _first_day(now: datetime) -> State:
    tickets = [
        Ticket.model_validate(
            {
                "number": number,
                "title": seed.title,
                "description": seed.description,
                "status": seed.status,
                "priority": seed.priority,
                "requester": seed.requester,
                "assignee": seed.assignee,
                "note": seed.note,
                "opened_at": now - timedelta(hours=seed.opened_h),
                "updated_at": now - timedelta(hours=seed.updated_h),
            }
        )
        for number, seed in enumerate(SEED_TICKETS, FIRST_TICKET)
    ]
    return State(tickets=tuple(tickets), keys={})


def _load(path: Path | None) -> State | None:
    if path is None or not path.exists():
        return None
    try:
        return State.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        reason = f"{path} cannot be read ({type(error).__name__})"
        raise StateError(
            f"{reason}: it has only the sample company's tickets, so move it away and start again"
        ) from None


def _save(path: Path, state: State) -> None:
    """Replace the file so that a crash leaves the old one or the new one, and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(state.model_dump_json(indent=1))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
