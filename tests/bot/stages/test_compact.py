"""Older turns in short: what gives way, who words it, and what stays as it is."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.guardrails.policy import Policy
from bot.messages.approvals import Card, Pending
from bot.messages.decisions import Decision, Draft, Usage
from bot.messages.history import Corrected, Entry, Said, ThreadState
from bot.messages.memory import Condensed, Overheard, Post
from bot.messages.task import Task
from bot.model.chat import Chat, Hear, unheard
from bot.stages import compact as stage
from bot.stages.compact import RECALLED_CHARS, VERBATIM, Compaction, compact, is_long
from tests.fakes.turns import bot, called, message, person, returned, task
from tools.spec import AnyTool, ToolCall

POLICY = Policy.default()
NOW = message("And now?")
CALL = ToolCall(id="call_1", name="open_ticket", arguments='{"title": "Screen"}')


def turns(count: int, answer: str = "It is 7.") -> list[Entry]:
    """So many turns of a thread."""
    return [said for n in range(count) for said in (person(f"Question {n}?"), bot(answer))]


class Wording:
    """A model that answers one thing, or nothing at all."""

    def __init__(self, text: str | None, author: str = "a-model") -> None:
        self._text, self._author = text, author

    async def decide(
        self,
        task: Task,
        history: Sequence[Entry],
        tools: Sequence[AnyTool],
        hear: Hear = unheard,
    ) -> Decision:
        if self._text is None:
            await asyncio.Event().wait()
        draft = Draft(status="clarify", text=self._text or "", citations=())
        return Decision(author=self._author, draft=draft, usage=Usage(input_tokens=5))


async def made(history: list[Entry], mind: Chat | None = None, **state: object) -> Compaction:
    return await compact(NOW, ThreadState(history=history, **state), mind, POLICY)  # type: ignore[arg-type]


async def test_the_newest_turns_stay_and_the_older_ones_are_their_first_sentences() -> None:
    history = turns(10, "It is 7. " + "More of it. " * 60)
    compaction = await made(history)
    kept = compaction.applied(history)
    assert isinstance(kept[0], Condensed)
    assert kept[1:] == history[-2 * VERBATIM :]
    assert [turn.asked for turn in kept[0].turns] == [f"Question {n}?" for n in range(4)]
    assert kept[0].turns[0].answered.startswith("It is 7. More of it.")
    assert kept[0].turns[0].answered.endswith("…")
    assert compaction.author == "extractive"


async def test_where_nothing_is_old_nothing_changes() -> None:
    history = turns(1)
    assert (await made(history)).applied(history) == history


def test_a_thread_is_long_by_its_turns_or_by_what_its_calls_gave() -> None:
    assert not is_long(turns(12))
    assert is_long(turns(13))
    assert is_long([person("Look it up."), called(CALL), returned(CALL, "x" * 24_000)])


async def test_what_was_overheard_is_kept_in_short_and_a_draft_is_not() -> None:
    post = Post(ts="1796000000.0", author="person", user="U01BEN", text="The lift is stuck.")
    broken = Corrected(draft="{}", problems=("no",))
    history: list[Entry] = [Overheard(posts=(post,)), *turns(8), broken]
    (heard, *_) = (await made(history)).condensed.turns
    assert (heard.user, heard.asked, heard.answered) == ("U01BEN", "The lift is stuck.", "")
    assert not is_long(history)
    assert is_long([*history, Corrected(draft="x" * 30_000, problems=("no",))])


@pytest.mark.parametrize(("hours", "stays"), [(1, True), (-1, False)])
async def test_a_call_that_waits_for_a_person_stays(hours: int, stays: bool) -> None:
    history = [*turns(2), person("Open one."), called(CALL), returned(CALL, "?"), *turns(9)]
    card = Card(
        call_id=CALL.id,
        thread="T01LARK:C01ASKIT:1.0",
        requester="U01ADA",
        title="Open ticket",
        effect="write",
        system="Tickets",
        arguments=(),
        reason="it changes something",
        digest="d",
        expires_at=datetime.now(UTC) + timedelta(hours=hours),
    )
    pending = Pending(call=CALL, card=card, task=task("Open one."))
    compaction = await made(history, pending={CALL.id: pending})
    assert (called(CALL) in compaction.applied(history)) is stays


async def test_a_models_words_stand_where_they_say_what_was_said() -> None:
    told = "1. Asked for the number: 7.\n2. They get 99 of it.\n3. " + "x" * 500
    compaction = await made(turns(9), Wording(told))
    assert [turn.by for turn in compaction.condensed.turns] == [
        "a-model",
        "extractive",
        "extractive",
    ]
    assert compaction.usage.input_tokens == 5


@pytest.mark.parametrize("mind", [Wording(None), Wording("1. It is 7.", "extractive")])
async def test_without_a_models_words_the_first_sentences_stand(
    mind: Wording, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "MODEL_S", 0.05)
    compaction = await made(turns(9), mind)
    assert {turn.by for turn in compaction.condensed.turns} == {"extractive"}


async def test_what_is_private_is_not_shown_to_the_model_and_stays_private() -> None:
    mine = Said(by="bot", text="It is 7.", private_to="U01ADA")
    history: list[Entry] = [person("What do I earn?"), mine, *turns(VERBATIM)]
    compaction = await made(history, Wording("1. It is 7."))
    assert [turn.private_to for turn in compaction.condensed.turns] == ["U01ADA"]
    assert compaction.usage == Usage()


async def test_what_is_kept_in_short_is_bounded() -> None:
    history: list[Entry] = turns(200, "A sentence of some length stands here. " * 10)
    condensed = (await made(history)).condensed
    assert condensed.turns[0].asked == "Question 0?"
    assert condensed.left_out == 200 - VERBATIM - len(condensed.turns) > 0
    assert sum(len(turn.model_dump_json()) for turn in condensed.turns[1:]) <= RECALLED_CHARS
    again = (await made([condensed, *turns(7)])).condensed
    assert again.left_out == condensed.left_out + len(condensed.turns) + 1 - len(again.turns)
