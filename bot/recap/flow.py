"""One summary of a conversation, from the wish to its end; `bot/flow.py` is about questions.

A person asks for themself: they must be in the conversation, and they alone see the summary. Part
by part is read and noted, from the newest on, and each part is a step: after a crash the next one
goes on. No tools are offered, whatever the conversation says.
"""

from bot.errors import SurfaceError
from bot.messages.events import Place, Posted, Recap
from bot.messages.minutes import Noted, Part, Position, people_of
from bot.office.notices import Notice, Sheet
from bot.recap import words
from bot.recap.clerk import PARTS, ROOM, Clerk, Show
from bot.recap.words import Progress
from bot.state.turn import Turn


async def recap(turn: Turn, asked: Recap, clerk: Clerk | None) -> None:
    """Sum a conversation up for the one who asks, in their direct messages.

    Raises:
        SurfaceError: This is no place for it, or the conversation cannot be read.
    """
    if clerk is None:
        raise SurfaceError(f"{asked.id}: there are no conversations here")
    if asked.problem:
        await tell(turn, asked.place, "problem", words.rejected(asked.problem), clerk)
        return
    leave = await turn.step(clerk.admit, asked)
    if leave.outcome == "refused":
        await tell(turn, asked.place, "refused", leave.notice, clerk)
        return
    home = await turn.step(clerk.office.dm_of, asked.user, asked.place)
    started = words.working(leave.name, asked, Progress(0, 0))
    board = await tell(turn, home, "board", started, clerk)
    if home.channel != asked.place.channel:
        await tell(turn, asked.place, "begun", words.begun(leave.name, asked), clerk)
    async with clerk.progress(asked, leave.name, board) as show:
        parts = await read_all(turn, asked, clerk, show)
        whole = await make_one(turn, asked, parts, clerk, show)
    again = await turn.step(clerk.readmit, asked)
    if again.outcome == "refused":
        gone = Notice(text=words.GONE)
        await put(turn, home, board, gone, clerk)
    elif whole is None:
        nothing = words.nothing(leave.name, asked)
        await put(turn, home, board, nothing, clerk)
    else:
        link = clerk.link_of(asked.place)
        sheet = words.sheet(leave.name, asked, parts, whole, link, clerk.gate)
        await hand_over(turn, home, board, sheet, clerk)


async def read_all(turn: Turn, asked: Recap, clerk: Clerk, show: Show) -> list[Part]:
    """Read the conversation part by part, backwards; the parts in the order of their messages."""
    parts: list[Part] = []
    at: Position | None = Position(latest=f"{asked.received_at.timestamp():.6f}")
    while at is not None and len(parts) < PARTS:
        read = sum(part.messages for part in parts)

        def further(now: Progress, read: int = read) -> None:
            show(now._replace(messages=read + now.messages, parts=len(parts)))

        parts.append(await turn.step(clerk.take_part, asked, at, len(parts), further))
        at = parts[-1].next
    return parts if asked.root else parts[::-1]


async def make_one(
    turn: Turn, asked: Recap, parts: list[Part], clerk: Clerk, show: Show
) -> Noted | None:
    """Make one of the parts, some at a time, until there is one; None if nothing was written."""
    level = [part for part in parts if part.messages]
    show(Progress(sum(part.messages for part in level), len(level), joining=True))
    number = 0
    while len(level) > 1:
        groups, level = grouped(level), []
        for group in groups:
            noted = await turn.step(clerk.combine, asked, number, group)
            number += 1
            level.append(_as_part(noted, group))
    return level[0] if level else None


def grouped(parts: list[Part]) -> list[list[Part]]:
    """Parts by twos or more, as many as a model reads at once; a last one joins the others."""
    groups: list[list[Part]] = [[]]
    room = ROOM
    for part in parts:
        size = len(part.minutes.model_dump_json())
        if size > room and len(groups[-1]) > 1:
            groups.append([])
            room = ROOM
        groups[-1].append(part)
        room -= size
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return groups


def _as_part(noted: Noted, group: list[Part]) -> Part:
    """What several parts have become, as one."""
    lost = sum(part.dropped for part in group)
    made = noted.model_copy(update={"dropped": noted.dropped + lost})
    return Part(
        **dict(made),
        messages=sum(part.messages for part in group),
        first=group[0].first,
        last=group[-1].last,
        people=people_of(group),
    )


async def hand_over(turn: Turn, home: Place, board: Posted, sheet: Sheet, clerk: Clerk) -> None:
    """Show the summary in the place of its progress; what is too long goes on below it."""
    first, *more = clerk.office.pages(sheet)
    board = await put(turn, home, board, first, clerk)
    below = home.model_copy(update={"root": board.ts})
    for number, page in enumerate(more, 2):
        key = f"{turn.id}/page.{number}"
        await turn.effect(clerk.office.tell, below, key, page, lookup=clerk.office.find)


async def put(turn: Turn, home: Place, board: Posted, said: Notice | Sheet, clerk: Clerk) -> Posted:
    """Say something in the place of the progress, or anew if that was deleted."""
    if await turn.step(clerk.office.show_end, board, said):
        return board
    return await tell(turn, home, "whole", said, clerk)


async def tell(turn: Turn, place: Place, what: str, said: Notice | Sheet, clerk: Clerk) -> Posted:
    """Say something once, through the gate."""
    said, key = said.passed(clerk.gate), f"{turn.id}/{what}"
    return await turn.effect(clerk.office.tell, place, key, said, lookup=clerk.office.find)
