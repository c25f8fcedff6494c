"""What a turn does to the world: it calls tools, asks people, and speaks. Each happens once."""

from collections.abc import Sequence

from bot.deps import Deps
from bot.errors import SluiceError
from bot.messages import Called, Click, Consent, Event, Pending, Place, Posted, Reply, Task
from bot.stages.consent import judge
from bot.stages.execute import decline, execute, perform, performed
from bot.stages.screen import inspect
from bot.state.turn import Turn
from knowledge.errors import KnowledgeError
from tools.spec import ToolCall

ANSWERED_PRIVATELY = "I have answered privately: what I found is for the person who asked."


async def act(turn: Turn, task: Task, calls: Sequence[ToolCall], deps: Deps) -> bool:
    """Run the calls that may run and ask for the rest; True if a person has been asked."""
    state, surface = turn.state, deps.surface
    state.history.append(Called(calls=tuple(calls)))
    seen = state.seen_by(task.message.user)
    judgements = await turn.step(judge, calls, task, seen, deps.toolbox, deps.gate)
    results = await turn.step(execute, judgements, task, deps.toolbox)
    state.history += await turn.step(inspect, results, task, seen, deps.policy)
    asked = [(judged.call, judged.card) for judged in judgements if judged.card]
    for call, card in asked:
        key = f"{turn.id}/{call.id}"
        place = task.message.place.alone if card.private else task.message.place
        posted = await turn.effect(surface.ask, place, key, card, lookup=surface.find)
        state.pending[call.id] = Pending(task=task, call=call, card=card, posted=posted)
    return bool(asked)


async def settle(turn: Turn, pending: Pending, click: Click, consent: Consent, deps: Deps) -> None:
    """Run a call that was approved or drop it, and edit its card to its end.

    Where a second person has to approve, the first click is only noted.
    """
    state, call, task = turn.state, pending.call, pending.task
    if consent.outcome == "noted":
        state.pending[call.id] = pending.noted(click.user)
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


async def say(turn: Turn, place: Place, reply: Reply, deps: Deps) -> None:
    """Post a reply, once; what is for one person goes to them, and the others get a note."""
    key = f"{turn.id}/{reply.status}"
    if reply.private and place.shared:
        await turn.effect(deps.surface.say, place.alone, key, reply, lookup=deps.surface.find)
        reply = Reply(status=reply.status, text=ANSWERED_PRIVATELY)
    await turn.effect(deps.surface.say, place, key, reply, lookup=deps.surface.find)


async def apologise(turn: Turn, event: Event, error: Exception, deps: Deps) -> None:
    """Tell the person that their turn has failed, in words that were written for them."""
    ours = isinstance(error, SluiceError | KnowledgeError)
    apology = error.apology if ours else SluiceError.apology
    await say(turn, event.place, Reply(status="failed", text=apology), deps)
