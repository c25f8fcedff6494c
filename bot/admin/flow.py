"""One act of administration, from the event to its end; `bot/flow.py` is about questions.

The same two rules hold: a step runs once and is remembered, and may run again after a crash; what
is said is said once. That the person is an admin is checked here, whatever was checked before.
"""

import hashlib

from bot.admin import words
from bot.admin.desk import Desk
from bot.admin.forget_words import told
from bot.admin.progress import working
from bot.errors import SurfaceError
from bot.messages.acts import (
    Answer,
    Details,
    Digest,
    Edit,
    Forget,
    Help,
    ListDocuments,
    ListQuarantine,
    Proposal,
    Propose,
    Release,
    Remind,
    Remove,
    Renew,
    Retry,
    Save,
    SavedMessage,
    SearchDocuments,
    Sync,
    TellParked,
    Undo,
)
from bot.messages.events import Errand, Place
from bot.messages.requester import Requester
from bot.office.notices import Done, Notice
from bot.office.office import Office
from bot.state.turn import Turn

SYNCING = Notice(text=":arrows_counterclockwise: *Reading everything again*")


async def administer(turn: Turn, errand: Errand, desk: Desk | None) -> None:
    """Do what an admin asks for; somebody else is told that they can't.

    Raises:
        SurfaceError: This is no place for it.
    """
    if desk is None:
        raise SurfaceError(f"{errand.id}: nobody administers here")
    if isinstance(errand.act, Remind | Digest | TellParked | Forget):
        return await without_permit(turn, errand, errand.act, desk)
    requester = await turn.step(desk.office.identify, errand.user, errand.place)
    permit = await turn.step(permit_admin, requester, desk.office, desk.admins)
    if permit.outcome == "refused":
        return await show(turn, errand.place, permit, desk)
    match errand.act:
        case Propose():
            await propose(turn, errand, errand.act, desk)
        case Save():
            await save(turn, errand, errand.act, requester, desk)
        case Answer():
            await answer_once(turn, errand, errand.act, requester, desk)
        case Sync():
            await sync(turn, errand, desk)
        case Edit():
            home = await turn.step(desk.office.dm_of, errand.user, errand.place)
            await show(turn, home, await act(turn, errand, desk), desk)
        case ListDocuments() | ListQuarantine():
            await turn_pages(turn, errand, errand.act, desk)
        case _:
            await show(turn, errand.place, await act(turn, errand, desk), desk)


async def without_permit(
    turn: Turn, errand: Errand, act: Remind | Digest | TellParked | Forget, desk: Desk
) -> None:
    """What the clock asks for is sent to whom it concerns; and anybody may be forgotten."""
    if isinstance(act, Forget):
        await forget(turn, errand, act, desk)
    else:
        await by_the_clock(turn, errand, act, desk)


async def forget(turn: Turn, errand: Errand, wish: Forget, desk: Desk) -> None:
    """Delete what a person has said, and tell them what that was; nobody may ask it for another."""
    place = f"{errand.place.team}:{errand.place.channel}"
    done = await turn.step(desk.memories.forget, turn.id, errand.user, place, wish.scope)
    await tell(turn, errand.place, f"{turn.id}/done", told(done, wish.scope), desk)


async def by_the_clock(
    turn: Turn, errand: Errand, act: Remind | Digest | TellParked, desk: Desk
) -> None:
    """What nobody asked for: it is sent to whom it concerns. The event's id makes it once."""
    match act:
        case Remind(document_id=document_id):
            done = await turn.step(desk.librarian.expired_document, document_id)
        case _ if errand.user not in desk.admins:
            return
        case Digest():
            done = await turn.step(desk.reporter.digest)
        case TellParked(group=group):
            done = await turn.step(desk.given_up.told, group)
    if done.outcome in ("done", "expired"):
        home = await turn.step(desk.office.dm_of, errand.user, errand.place)
        await show(turn, home, done, desk)


async def permit_admin(requester: Requester, office: Office, admins: tuple[str, ...]) -> Done:
    """Whether a person may administer, at this moment; guests never may."""
    if requester.admin and not requester.guest:
        return Done(outcome="allowed", notice=Notice(text=""))
    names = await office.names(frozenset(admins))
    return Done(outcome="refused", notice=words.refused([names.get(one, one) for one in admins]))


async def act(turn: Turn, errand: Errand, desk: Desk) -> Done:
    """Look something up, or change one document."""
    librarian, by = desk.librarian, errand.user
    match errand.act:
        case SearchDocuments(query=query):
            return await turn.step(librarian.search_documents, query)
        case Edit(document_id=document_id, details=details):
            return await turn.step(librarian.edit_document, document_id, details)
        case Remove(document_id=document_id):
            return await turn.step(librarian.remove_document, document_id, by)
        case Undo(document_id=document_id, state=pressed_for):
            state = pressed_for or await turn.step(librarian.state_of, document_id)
            added = pressed_for is not None
            return await turn.step(librarian.undo_change, document_id, state, by, added=added)
        case Release(held_id=held_id, digest=digest):
            return await turn.step(librarian.release_held, held_id, digest, by)
        case Renew(document_id=document_id):
            return await turn.step(librarian.renew_document, document_id)
        case Retry(group=group, error=error):
            return await turn.step(desk.given_up.tried, group, error)
        case Help(problem=problem):
            return Done(outcome="done", notice=words.help_notice(problem))
        case _:
            return Done(outcome="done", notice=words.help_notice(""))


async def propose(turn: Turn, errand: Errand, proposed: Propose, desk: Desk) -> None:
    """Remember what may be added. Of files a card asks; of the rest, a form is open already."""
    for at, source in enumerate(proposed.sources):
        key = f"{errand.id}/{at}"
        proposal = Proposal(source=source, by=errand.user)
        turn.state.proposals[key] = proposal
        if source.kind == "file":
            card = words.card(proposal, desk.office.ask_value(errand, at, source.name))
            await tell(turn, errand.place, key, card, desk)


async def save(turn: Turn, errand: Errand, given: Save, by: Requester, desk: Desk) -> None:
    """Load what was proposed, showing how far it is; where that fails it can be tried again."""
    proposal = turn.state.proposals.get(given.key)
    if proposal is None:
        gone = "That has been added already, or I don't know it any more. Please add it again."
        return await show(
            turn, errand.place, Done(outcome="failed", notice=Notice(text=gone)), desk
        )
    home = await turn.step(desk.office.dm_of, errand.user, errand.place)
    board = await turn.effect(
        desk.office.tell,
        home,
        f"{turn.id}/board",
        working(proposal.source.name).passed(desk.gate),
        lookup=desk.office.find,
    )
    done = await turn.step(desk.intake.add_document, proposal, given.details, by, board)
    if done.outcome != "failed":
        del turn.state.proposals[given.key]
    await turn.step(desk.office.retell, board, done.notice.passed(desk.gate))


async def answer_once(turn: Turn, errand: Errand, given: Answer, by: Requester, desk: Desk) -> None:
    """Load an admin's answer as a document of its own, titled by the question, with who said it."""
    source = SavedMessage(
        text=given.text,
        user=errand.user,
        link=f"answer:{hashlib.sha256(given.question.encode()).hexdigest()[:16]}",
        written_at=errand.received_at,
    )
    home = await turn.step(desk.office.dm_of, errand.user, errand.place)
    working_on = working(given.question).passed(desk.gate)
    key = f"{turn.id}/board"
    board = await turn.effect(desk.office.tell, home, key, working_on, lookup=desk.office.find)
    proposal = Proposal(source=source, by=errand.user)
    details = Details(title=given.question[:150], owner=errand.user)
    done = await turn.step(desk.intake.add_document, proposal, details, by, board)
    await turn.step(desk.office.retell, board, done.notice.passed(desk.gate))


async def sync(turn: Turn, errand: Errand, desk: Desk) -> None:
    """Read everything again, showing what is read."""
    home = await turn.step(desk.office.dm_of, errand.user, errand.place)
    key = f"{turn.id}/board"
    board = await turn.effect(desk.office.tell, home, key, SYNCING, lookup=desk.office.find)
    done = await turn.step(desk.intake.sync_documents, errand.user, board)
    await turn.step(desk.office.retell, board, done.notice.passed(desk.gate))


async def turn_pages(
    turn: Turn, errand: Errand, listed: ListDocuments | ListQuarantine, desk: Desk
) -> None:
    """Show a page of a list; in place of the one where the button was pressed."""
    librarian = desk.librarian
    lister = (
        librarian.list_documents if isinstance(listed, ListDocuments) else librarian.list_quarantine
    )
    done = await turn.step(lister, listed.page)
    if errand.pressed is None:
        return await show(turn, errand.place, done, desk)
    await turn.step(
        desk.office.replace, errand.place, errand.pressed, done.notice.passed(desk.gate)
    )


async def show(turn: Turn, place: Place, done: Done, desk: Desk) -> None:
    """Say how an act came out."""
    await tell(turn, place, f"{turn.id}/done", done.notice, desk)


async def tell(turn: Turn, place: Place, key: str, notice: Notice, desk: Desk) -> None:
    """Say something once, through the gate."""
    said = notice.passed(desk.gate)
    await turn.effect(desk.office.tell, place, key, said, lookup=desk.office.find)
