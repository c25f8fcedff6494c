"""One turn, from an event to its end. Start reading here.

A step runs once and is remembered; an effect acts on the world at most once. So a turn can go on
after a crash, be shown and be replayed. No turn waits for a person: a click is an event of its own.
"""

from collections.abc import Sequence

from bot.deps import Deps
from bot.errors import BudgetSpent, SluiceError
from bot.messages import (
    Called,
    Click,
    Corrected,
    Event,
    Message,
    Pending,
    Place,
    Reply,
    Said,
    Task,
)
from bot.stages.consent import check_click, judge, waits
from bot.stages.execute import decline, execute, perform, performed
from bot.stages.reason import reason
from bot.stages.retrieve import retrieve
from bot.stages.route import route
from bot.stages.screen import inspect, refusal, screen, sift
from bot.stages.validate import validate
from bot.state.turn import Turn
from knowledge.errors import KnowledgeError
from tools.spec import ToolCall


async def answer(turn: Turn, event: Event, deps: Deps) -> None:
    """Take one event to its end, or raise a `TurnError` for `apologise`."""
    match event:
        case Message():
            await on_message(turn, event, deps)
        case Click():
            await on_click(turn, event, deps)


async def on_message(turn: Turn, message: Message, deps: Deps) -> None:
    """Screen, retrieve and route; then the model and its tools go to work."""
    requester = await turn.step(deps.surface.identify, message.user, message.place)
    spent = await turn.step(deps.ledger.spent, message.user)
    verdict = await turn.step(screen, message, requester, spent, deps.policy, deps.limits)
    if verdict.action == "block":
        return await say(turn, message.place, refusal(verdict), deps)
    await deps.surface.status(message, "is searching the documents...")
    found = await turn.step(retrieve, message, turn.state.history, deps.library)
    evidence = await turn.step(sift, found, deps.policy)
    offers = await turn.step(route, message, evidence, requester, verdict, deps.tool_index)
    turn.state.history.append(Said(by="person", user=message.user, text=message.text))
    task = Task(
        message=message, requester=requester, verdict=verdict, evidence=evidence, offers=offers
    )
    await converse(turn, task, deps)


async def converse(turn: Turn, task: Task, deps: Deps) -> None:
    """Reason and execute in turns, within the budget, until a reply holds or a person is asked."""
    history, deadline = turn.state.history, deps.deadline()
    for _ in range(deps.limits.decisions):
        decision = await turn.step(reason, task, history, deps.toolbox, deps.minds, deadline)
        if decision.calls:
            if await act(turn, task, decision.calls, deps):
                return
            continue
        validation = await turn.step(validate, decision, task, history, deps.gate)
        if validation.reply:
            history.append(Said(by="bot", text=validation.reply.text))
            return await say(turn, task.message.place, validation.reply, deps)
        history.append(Corrected.of(decision, validation.problems))
    raise BudgetSpent(f"{task.message.id}: no reply after {deps.limits.decisions} decisions")


async def act(turn: Turn, task: Task, calls: Sequence[ToolCall], deps: Deps) -> bool:
    """Run the calls that may run and ask for the rest; True if a person has been asked."""
    state, surface = turn.state, deps.surface
    state.history.append(Called(calls=tuple(calls)))
    judgements = await turn.step(judge, calls, task, state.history, deps.toolbox)
    results = await turn.step(execute, judgements, task, deps.toolbox)
    state.history += await turn.step(inspect, results, deps.policy)
    asked = [(judged.call, judged.card) for judged in judgements if judged.card]
    for call, card in asked:
        key = f"{turn.id}/{call.id}"
        posted = await turn.effect(surface.ask, task.message.place, key, card, lookup=surface.find)
        state.pending[call.id] = Pending(task=task, call=call, card=card, posted=posted)
    return bool(asked)


async def on_click(turn: Turn, click: Click, deps: Deps) -> None:
    """Check the click, run the call or drop it, and go on with the task it belongs to."""
    state, pending = turn.state, turn.state.pending.get(click.call_id)
    clicker = await turn.step(deps.surface.identify, click.user, click.place)
    consent = await turn.step(check_click, click, pending, clicker)
    if pending is None or consent.outcome == "refused":
        return await deps.surface.explain(click, consent)
    del state.pending[click.call_id]
    call, task = pending.call, pending.task
    if consent.outcome == "approved":
        result = await turn.effect(perform, call, task, deps.toolbox, lookup=performed)
    else:
        result = decline(call, f"The person said no: the request was {consent.outcome}.")
    await turn.step(deps.surface.settle, pending, click, consent)
    state.history += await turn.step(inspect, (result,), deps.policy)
    if not waits(state, task):
        await converse(turn, task, deps)


async def say(turn: Turn, place: Place, reply: Reply, deps: Deps) -> None:
    """Post a reply, once."""
    key = f"{turn.id}/{reply.status}"
    await turn.effect(deps.surface.say, place, key, reply, lookup=deps.surface.find)


async def apologise(turn: Turn, event: Event, error: Exception, deps: Deps) -> None:
    """Tell the person that their turn has failed, in words that were written for them."""
    ours = isinstance(error, SluiceError | KnowledgeError)
    apology = error.apology if ours else SluiceError.apology
    await say(turn, event.place, Reply(status="failed", text=apology), deps)
