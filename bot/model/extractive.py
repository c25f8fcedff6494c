"""The answer without a model: quoted from the passages, or a tool where the message asks for one.

People get it when no model is configured and while the model is down, and the demo runs on it.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date

from bot.messages.decisions import EXTRACTIVE, Decision, Draft
from bot.messages.history import Called, Corrected, Entry, Returned, Said
from bot.messages.task import Task
from bot.model.chat import Chat, Hear, unheard
from bot.model.fill import Filled, fill
from bot.model.quoting.ambiguous import is_ambiguous
from bot.model.quoting.compose import UNKNOWN, answer, carried, unknown
from bot.model.quoting.memory import Embedder, Memory
from bot.model.quoting.rank import read
from bot.model.report import plain_report, report
from bot.model.wishes.asking import ask, resumed
from bot.model.wishes.pick import Pick, pick
from bot.model.wishes.smalltalk import declines, is_foreign, small_talk
from tools.spec import AnyTool, ToolCall, ToolResult

WAITING = "That waits for somebody to press Approve or Deny."
DROPPED = "All right, I will leave it. Nothing was done."
GENERAL = "I answer questions from your company's documents. What would you like to know?"
PLAIN_QUESTION = "I need one more detail for that. Please say it again with everything in it."
WHICH = "I found that in more than one place. Which do you mean?"
BARE = Draft(status="unknown", text=UNKNOWN, citations=())


class ExtractiveChat(Chat):
    """Decides by similarity and by words; the same thread always gives the same decision."""

    def __init__(self, embedder: Embedder) -> None:
        self._memory = Memory(embedder)

    async def decide(
        self,
        task: Task,
        history: Sequence[Entry],
        tools: Sequence[AnyTool],
        hear: Hear = unheard,  # noqa: ARG002 - there is nothing to watch: it comes at once
    ) -> Decision:
        """Decide in a thread: embedding takes the processor for some tens of milliseconds."""
        return await asyncio.to_thread(self._decide, task, tuple(history), tuple(tools))

    def _decide(self, task: Task, history: Sequence[Entry], tools: Sequence[AnyTool]) -> Decision:
        if results := _fresh_results(history):
            return _first_held(task, history, report(results, task), plain_report(results, task))
        if draft := small_talk(task.message.text, tools):
            return _first_held(task, history, draft, _clarify(GENERAL))
        if decision := _resumed(task, history, tools):
            return decision
        question = task.evidence.query or task.message.text
        reading = read(question, task.message.text, task.evidence.passages, self._memory)
        if picked := _picked(task, question, tools, reading.score):
            return _use(picked.tool, picked.filled, task, history)
        if reading.answers and is_ambiguous(question, reading, task, history):
            return _first_held(task, history, _clarify(WHICH), answer(reading.chosen, task))
        drafts = [answer(reading.chosen, task)] if reading.answers else []
        drafts.append(unknown(task, foreign=is_foreign(task.message.text)))
        return _first_held(task, history, *drafts, BARE)


def _resumed(task: Task, history: Sequence[Entry], tools: Sequence[AnyTool]) -> Decision | None:
    """Go on with a tool whose details were asked for, if this message gives some or says no."""
    text = task.message.text
    if (found := resumed(text, history, tools, _day_of(task))) is None:
        return None
    if declines(text):
        return _say(_clarify(DROPPED))
    question = ask(found.tool, found.filled.missing[0]) if found.filled.missing else ""
    repeated = any(isinstance(e, Said) and e.text == question for e in history[-3:])
    return None if repeated else _use(found.tool, found.filled, task, history)


def _picked(task: Task, question: str, tools: Sequence[AnyTool], pages: float) -> Pick | None:
    """The tool that this message wants, or that it asks again for another value.

    After "Who is on call for payments?" comes "And on Friday?". Only a tool that reads is meant by
    what was said before: nobody wants the same ticket twice.
    """
    text, today = task.message.text, _day_of(task)
    picked = pick(text, task.offers, tools, pages, today)
    if question == text or (picked and not picked.filled.missing):
        return picked
    again = [t for t in tools if t.effect == "read" and fill(t, text, today).arguments]
    return pick(question, task.offers, again, pages, today) or picked


# --- the thread -----------------------------------------------------------------------------------


def _fresh_results(history: Sequence[Entry]) -> list[ToolResult]:
    """The results at the end of the thread, which nobody has told the person yet."""
    fresh: list[ToolResult] = []
    for entry in reversed(history):
        if isinstance(entry, Returned):
            fresh.insert(0, entry.result)
        elif not isinstance(entry, Corrected):
            break
    return fresh


def _day_of(task: Task) -> date:
    return task.message.received_at.date()


# --- decisions ------------------------------------------------------------------------------------


def _use(tool: AnyTool, filled: Filled, task: Task, history: Sequence[Entry]) -> Decision:
    """Call a tool, or ask for what it needs; once a message."""
    if filled.missing:
        wanted = filled.missing[0]
        questions = (ask(tool, wanted), ask(tool, wanted, brief=True), PLAIN_QUESTION)
        return _first_held(task, history, *(_clarify(text) for text in questions))
    call = ToolCall(id=_id_of(tool, filled, task), name=tool.name, arguments=filled.json)
    if any(call.id == earlier.id for earlier in _calls(history)):
        return _say(_clarify(WAITING))
    return Decision(author=EXTRACTIVE, calls=(call,))


def _calls(history: Sequence[Entry]) -> Iterator[ToolCall]:
    for entry in history:
        if isinstance(entry, Called):
            yield from entry.calls


def _id_of(tool: AnyTool, filled: Filled, task: Task) -> str:
    """An id that is the same whenever this is decided again: effects are looked up by it."""
    named = f"{task.message.id}\n{tool.name}\n{filled.json}"
    return f"call_{hashlib.sha256(named.encode('utf-8', 'replace')).hexdigest()[:20]}"


def _first_held(task: Task, history: Sequence[Entry], *drafts: Draft) -> Decision:
    """The first draft that the validator will let out; the last one if none.

    One that was sent back is not sent again, or a turn would go round until its budget is spent.
    """
    refused = {entry.draft for entry in history if isinstance(entry, Corrected)}
    held = (d for d in drafts if carried(d, task, history) and d.model_dump_json() not in refused)
    return _say(next(held, drafts[-1]))


def _clarify(text: str) -> Draft:
    return Draft(status="clarify", text=text, citations=())


def _say(draft: Draft) -> Decision:
    return Decision(author=EXTRACTIVE, draft=draft)
