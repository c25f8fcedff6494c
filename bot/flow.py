"""One turn, from an event to its end. Start reading here.

A step runs once and is remembered; what acts on the world stands in `bot/effects.py` and happens at
most once. So a turn can go on after a crash, be shown and be replayed. No turn waits for a person:
a click is an event of its own.
"""

from bot import steps
from bot.admin.flow import administer
from bot.deps import Deps
from bot.effects import act, offer, say, settle
from bot.errors import BudgetSpent, InDoubt
from bot.messages.events import Aside, Choice, Click, Errand, Event, Message, Rating, Recap, Stop
from bot.messages.history import Corrected, Said
from bot.messages.task import Task
from bot.preview import preview
from bot.recap.flow import recap
from bot.recollect import recollect
from bot.stages.consent import check_click, waits
from bot.stages.membership import identify, in_private, membership, not_asked, still_readable
from bot.stages.reason import reason
from bot.stages.retrieve import retrieve
from bot.stages.route import route
from bot.stages.screen import refusal, screen, sift
from bot.stages.validate import validate
from bot.state.turn import Turn
from bot.surface import Live


async def answer(turn: Turn, event: Event, deps: Deps) -> None:
    """Take one event to its end, or raise a `TurnError`: `apologise` tells the person."""
    async with deps.surface.live(event.place, turn.id, fresh=turn.first) as live:
        match event:
            case Message():
                await on_message(turn, event, live, deps)
            case Click():
                await on_click(turn, event, live, deps)
            case Aside():
                await on_aside(turn, event, live, deps)
            case Choice():
                await on_choice(turn, event, live, deps)
            case Rating():
                await turn.step(deps.ratings.note, event)
            case Errand():
                await administer(turn, event, deps.desk)
            case Stop():
                pass  # it has ended another turn when it came
            case Recap():
                await recap(turn, event, deps.clerk)


async def on_message(turn: Turn, message: Message, live: Live, deps: Deps) -> None:
    """Screen, retrieve and route; then the model and its tools go to work."""
    live.show(steps.LOOKING)
    requester = await turn.step(identify, message.user, message.place, deps.surface, deps.toolbox)
    spent = await turn.step(deps.ledger.spent, message.user)
    history, policy = turn.state.history, deps.policy
    verdict = await turn.step(screen, message, requester, spent, history, policy, deps.limits)
    if verdict.action == "block":
        return await say(turn, message, refusal(verdict), live, deps)
    await recollect(turn, message, deps)
    live.show(*steps.searching(deps.library.size))
    readers = await turn.step(membership, message, deps.surface, deps.library)
    found = await turn.step(retrieve, message, history, readers, deps.library)
    evidence = await turn.step(sift, found, policy)
    live.show(*steps.found(evidence))
    offers = await turn.step(route, message, evidence, requester, verdict, deps.tool_index)
    history.append(Said.of(message))
    task = Task(
        message=message, requester=requester, verdict=verdict, evidence=evidence, offers=offers
    )
    await converse(turn, task, live, deps)


async def converse(turn: Turn, task: Task, live: Live, deps: Deps) -> None:
    """Reason and execute in turns, within the budget, until a reply holds or a person is asked."""
    history, user, deadline = turn.state.history, task.message.user, deps.deadline()
    for _ in range(deps.limits.decisions):
        seen = turn.state.seen_by(user)
        hear = preview(task, seen, live, deps)
        decision = await turn.step(reason, task, seen, deps.toolbox, deps.minds, deadline, hear)
        if decision.calls:
            if await act(turn, task, decision.calls, live, deps):
                return
            continue
        validation = await turn.step(validate, decision, task, seen, deps.gate, deps.judge)
        if validation.reply:
            reply = await turn.step(
                still_readable, validation.reply, task, deps.surface, deps.library
            )
            history.append(Said.to(user, reply))
            await say(turn, task.message, reply, live, deps)
            return await offer(turn, task, deps)
        live.write("")
        history.append(Corrected.of(decision, validation.problems))
    raise BudgetSpent(f"{task.message.id}: no reply after {deps.limits.decisions} decisions")


async def on_click(turn: Turn, click: Click, live: Live, deps: Deps) -> None:
    """Check the click, run the call or drop it, and go on with the task it belongs to."""
    pending = turn.state.pending.get(click.call_id)
    clicker = await turn.step(identify, click.user, click.place, deps.surface, deps.toolbox)
    consent = await turn.step(check_click, click, pending, clicker)
    if consent.outcome == "refused":
        return await deps.surface.explain(click, consent)
    if pending is None:  # given up after it had begun to act, and looked at again
        raise InDoubt(f"{click.id}: the approval is spent")
    await settle(turn, pending, click, consent, deps)
    if not waits(turn.state, pending.task):
        await converse(turn, pending.task, live, deps)


async def on_aside(turn: Turn, aside: Aside, live: Live, deps: Deps) -> None:
    """Answer a question of a channel again, to the one who asked it and with all they may read."""
    asked = await turn.step(deps.questions.of, aside)
    if asked is None:
        return await say(turn, aside, not_asked(), live, deps)
    turn.state.history = [*asked.history]
    await on_message(turn, in_private(asked.message, aside), live, deps)


async def on_choice(turn: Turn, choice: Choice, live: Live, deps: Deps) -> None:
    """Go on with what a person meant by a question that could be read in several ways."""
    if chosen := await turn.step(deps.questions.meant, choice):
        await on_message(turn, chosen, live, deps)
