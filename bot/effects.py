"""What a turn does to the world: it calls tools, asks people, and speaks. Each happens once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.deps import Deps
from bot.errors import SluiceError
from bot.messages.approvals import Consent, Pending
from bot.messages.events import Click, Event, Message, Place, Posted
from bot.messages.history import Called
from bot.messages.replies import Reply
from bot.messages.task import Task
from bot.stages.consent import judge
from bot.stages.execute import decline, execute, perform, performed
from bot.stages.screen import inspect
from bot.state.turn import Turn
from bot.steps import asking, waiting
from bot.surface import Live
from knowledge.errors import KnowledgeError
from tools.spec import ToolCall

LATE = timedelta(days=1)

ANSWERED_PRIVATELY = "I have answered privately: what I found is for the person who asked."


async def act(turn: Turn, task: Task, calls: Sequence[ToolCall], live: Live, deps: Deps) -> bool:
    """Run the calls that may run and ask for the rest; True if a person has been asked."""
    state, surface = turn.state, deps.surface
    live.write("")
    state.history.append(Called(calls=tuple(calls)))
    seen = state.seen_by(task.message.user)
    judgements = await turn.step(judge, calls, task, seen, deps.toolbox, deps.gate)
    steps = asking([j.call for j in judgements if j.action == "allow"], task.offers)
    live.show(*steps)
    results = await turn.step(execute, judgements, task, deps.toolbox)
    live.show(*(step.done() for step in steps))
    state.history += await turn.step(inspect, results, task, seen, deps.policy)
    asked = [(judged.call, judged.card) for judged in judgements if judged.card]
    for call, card in asked:
        key = f"{turn.id}/{call.id}"
        place = task.message.place.alone if card.private else task.message.place
        live.show(*waiting(card, task.requester.name))
        posted = await turn.effect(surface.ask, place, key, card, live, lookup=surface.find)
        state.pending[call.id] = Pending(task=task, call=call, card=card, posted=posted)
    return bool(asked)


async def settle(turn: Turn, pending: Pending, click: Click, consent: Consent, deps: Deps) -> None:
    """Run a call that was approved or drop it, and edit its card to its end.

    Where a second person has to approve, the first click is only noted.
    """
    state, call, task = turn.state, pending.call, pending.task
    if consent.outcome == "noted":
        state.pending[call.id] = pending.noted(click.user, consent)
        await turn.step(deps.surface.settle, pending, click, consent)
        return
    del state.pending[call.id]
    if consent.outcome == "approved":
        result = await turn.effect(perform, call, task, deps.toolbox, lookup=performed)
    else:
        result = decline(call, f"The person said no: the request was {consent.outcome}.")
    await turn.step(deps.surface.settle, pending, click, consent)
    seen = state.seen_by(task.message.user)
    state.history += await turn.step(inspect, (result,), task, seen, deps.policy)


async def offer(turn: Turn, task: Task, deps: Deps) -> None:
    """Offer the asker a private answer if that would be the better one."""
    if task.evidence.better_alone:
        question, place = task.message.id, task.message.place
        await turn.effect(deps.surface.offer, place, f"{turn.id}/offer", question, lookup=unseen)


async def unseen(place: Place, key: str, question: str) -> Posted | None:  # noqa: ARG001
    """Nobody can tell whether a private message was seen; once more does no harm."""
    return None


async def say(turn: Turn, event: Event, reply: Reply, live: Live, deps: Deps) -> None:
    """Say a reply, once; what is for one person goes to them, and the others get a note."""
    place = event.place
    if event.id == turn.id:  # else it waited for a person, and not for us
        reply = late(event, reply)
    if reply.private and place.shared:
        await _say(turn, place.alone, reply, live, deps)
        reply = Reply(status=reply.status, text=ANSWERED_PRIVATELY)
    await _say(turn, place, reply, live, deps)


async def _say(turn: Turn, place: Place, reply: Reply, live: Live, deps: Deps) -> None:
    surface, key = deps.surface, f"{turn.id}/{reply.status}"
    for n, page in enumerate(surface.pages(place, reply)):
        named = f"{key}.{n}" if n else key
        await turn.effect(surface.say, place, named, page, live, lookup=surface.find)
        if page.attachment:
            await turn.effect(surface.attach, place, named, page, lookup=surface.attached)


def late(event: Event, reply: Reply) -> Reply:
    """A reply that comes a day or more after its message, with a note of when that was."""
    sent = event.sent_at if isinstance(event, Message) else None
    if sent is None or datetime.now(UTC) - sent < LATE:
        return reply
    note = f"You wrote this on {sent:%d %B %Y at %H:%M} UTC, while I was away."
    return reply.model_copy(update={"notes": (note, *reply.notes)})


async def apologise(turn: Turn, event: Event, error: Exception, deps: Deps) -> None:
    """Tell the person that their turn has failed, in words that were written for them."""
    ours = isinstance(error, SluiceError | KnowledgeError)
    apology = error.apology if ours else SluiceError.apology
    async with deps.surface.live(event.place, turn.id, fresh=turn.first) as live:
        await say(turn, event, Reply(status="failed", text=apology), live, deps)
