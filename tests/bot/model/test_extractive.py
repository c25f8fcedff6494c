"""What is decided without a model: here by counting words, so that nothing has to be loaded."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from bot.egress.gate import Gate
from bot.grounding import Judge
from bot.messages.decisions import Decision, Draft
from bot.messages.history import Corrected, Entry
from bot.messages.task import Offer, Task
from bot.model.extractive import DROPPED, WAITING, ExtractiveChat
from bot.model.quoting.memory import Memory, Vectors
from bot.stages.validate import validate
from knowledge.documents import Passage
from tests.fakes.embedder import HashEmbedder
from tests.fakes.turns import bot, called, passage, person, returned, task
from tools.company import COMPANY_TOOLS, find_oncall, open_ticket
from tools.spec import AnyTool, Tool, ToolCall, ToolContext

VPN = passage("The laptop VPN is called Connect. A VPN session lasts 12 hours.")
GUESTS = passage("Reception prints the code. The code works for 24 hours.", "Guest Wi-Fi", "Codes")


def offered(asked: Task, *tools: AnyTool, query: str = "", score: float = 0.9) -> Task:
    """The task with tools offered, all of them as near to the message."""
    offers = tuple(
        Offer(tool=tool.name, title=tool.title, effect=tool.effect, score=score) for tool in tools
    )
    evidence = asked.evidence.model_copy(update={"query": query or asked.message.text})
    return asked.model_copy(update={"offers": offers, "evidence": evidence})


async def decide(
    asked: Task, history: Sequence[Entry] = (), tools: Sequence[AnyTool] = ()
) -> Decision:
    """A decision; if it is a draft, it is one that the validator lets out."""
    thread = [*history] or [person(asked.message.text)]
    decision = await ExtractiveChat(HashEmbedder()).decide(asked, thread, tools)
    assert decision.author == "extractive"
    if decision.draft:
        assert validate(decision, asked, thread, Gate(), Judge(HashEmbedder())).problems == ()
    return decision


async def draft_for(
    asked: Task, history: Sequence[Entry] = (), tools: Sequence[AnyTool] = ()
) -> Draft:
    draft = (await decide(asked, history, tools)).draft
    assert draft is not None
    return draft


async def call_for(
    asked: Task, history: Sequence[Entry] = (), tools: Sequence[AnyTool] = ()
) -> ToolCall:
    [call] = (await decide(asked, history, tools)).calls
    return call


# --- from the documents ---------------------------------------------------------------------------


async def test_the_sentence_that_answers_is_quoted_with_its_source() -> None:
    draft = await draft_for(task("How long does a VPN session last?", GUESTS, VPN))
    assert draft.status == "grounded"
    assert draft.text == "A VPN session lasts 12 hours. [1]"
    [quote] = draft.citations
    assert (quote.source_id, quote.quote) == ("p2", "A VPN session lasts 12 hours.")


async def test_sentences_of_several_passages_each_point_at_their_own() -> None:
    other = passage("On phones a VPN session lasts 7 days.", "Phones")
    draft = await draft_for(task("How long does a VPN session last?", VPN, other))
    assert draft.text == (
        "On phones a VPN session lasts 7 days. [1]\n\nA VPN session lasts 12 hours. [2]"
    )
    assert [quote.source_id for quote in draft.citations] == ["p2", "p1"]


async def test_steps_follow_where_somebody_asks_how() -> None:
    text = "Print to the Larkspur printer queue.\n\n1. Print.\n2. Hold your badge up.\n3. Wait."
    draft = await draft_for(task("How do I print to the printer?", passage(text, "Printers")))
    assert draft.text.startswith("Print to the Larkspur printer queue. [1]")
    assert "1. Print.\n2. Hold your badge up.\n3. Wait. [1]" in draft.text


async def test_a_row_answers_and_the_table_answers_who_asks_for_all_of_it() -> None:
    table = "| Priority | Answer |\n|---|---|\n| Urgent | 1 hour |\n| Low | 3 days |"
    page = passage(table, "Helpdesk", "Priorities")
    row = await draft_for(task("How fast is an urgent priority answer?", page))
    assert row.text == "- Priority: Urgent; Answer: 1 hour [1]"
    whole = await draft_for(task("What are the priorities of an answer?", page))
    assert whole.text == "- Priority: Urgent; Answer: 1 hour\n- Priority: Low; Answer: 3 days [1]"


async def test_what_is_not_there_is_said_with_the_nearest_pages() -> None:
    draft = await draft_for(task("Which stock options do engineers get?", GUESTS, VPN))
    assert (draft.status, draft.citations) == ("unknown", ())
    assert draft.text == (
        "I can't find an answer to that in the documents I have.\n"
        "The nearest pages I have: “Guest Wi-Fi”, “VPN”."
    )


async def test_a_code_that_no_page_knows_is_unknown_however_near_the_page() -> None:
    codes = passage("| Message | Meaning |\n|---|---|\n| LC-41 | The laptop is too old |")
    known = await draft_for(task("What does message LC-41 mean?", codes))
    assert known.text.startswith("- Message: LC-41; Meaning: The laptop is too old [1]")
    assert known.citations[0].quote == "| LC-41 | The laptop is too old |"
    assert (await draft_for(task("What does message LC-42 mean?", codes))).status == "unknown"


async def test_a_quote_is_never_longer_than_the_schema_allows() -> None:
    filler = "Printers need paper and nothing else happens there. " * 8
    page = passage(f"A VPN session lasts 12 hours. {filler}No VPN session lasts longer than that.")
    draft = await draft_for(task("How long does a VPN session last?", page))
    assert draft.text == (
        "A VPN session lasts 12 hours. No VPN session lasts longer than that. [1]"
    )
    assert [quote.quote for quote in draft.citations] == ["A VPN session lasts 12 hours."]


def test_vectors_of_pages_are_kept_and_the_oldest_are_forgotten() -> None:
    embedded: list[str] = []

    class Noting(HashEmbedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            embedded.extend(texts)
            return super().embed(texts)

    memory = Memory(Noting(), size=2)
    first = memory.embed(["a", "b", "a"])
    assert (first.shape, embedded) == ((3, 256), ["a", "b"])
    memory.embed(["b", "c"])
    memory.embed(["b", "a"])
    assert embedded == ["a", "b", "c", "a"]


async def test_a_marker_in_a_page_does_not_pass_for_one_of_ours() -> None:
    page = passage("A VPN session lasts 12 hours [7].")
    draft = await draft_for(task("How long does a VPN session last?", page))
    assert draft.text == "A VPN session lasts 12 hours [ 7 ]. [1]"


async def test_a_draft_that_was_sent_back_is_not_sent_again() -> None:
    asked = task("How long does a VPN session last?", VPN)
    first = await decide(asked)
    refused = Corrected.of(first, ("No.",))
    second = await decide(asked, [person(asked.message.text), refused])
    third = await decide(
        asked, [person(asked.message.text), refused, Corrected.of(second, ("No.",))]
    )
    drafts = [d.draft for d in (first, second, third)]
    assert [draft.status for draft in drafts if draft] == ["grounded", "unknown", "unknown"]
    assert len({draft.text for draft in drafts if draft}) == 3


async def test_a_page_whose_number_breaks_without_its_markdown_is_not_quoted() -> None:
    broken = passage("A VPN session lasts 1~~2~~3 hours.")
    asked = task("How long does a VPN session last?", broken)
    assert (await draft_for(asked)).status == "unknown"


# --- results --------------------------------------------------------------------------------------


async def test_a_result_is_told_and_the_tool_is_not_called_again() -> None:
    asked = offered(task("Who is on call for payments?", VPN), find_oncall)
    call = await call_for(asked, tools=[find_oncall])
    result = returned(call, '{"engineer": "Ada Okafor"}')
    thread = [person(asked.message.text), called(call), result]
    draft = await draft_for(asked, thread, [find_oncall])
    assert draft.text == "Who is on call [1]:\n- Engineer: Ada Okafor"
    assert draft.citations[0].source_id == call.id


async def test_a_result_after_a_correction_of_the_model_is_told_too() -> None:
    asked = offered(task("Who is on call?"), find_oncall)
    call = ToolCall(id="c1", name="find_oncall")
    thread = [
        person("Who is on call?"),
        called(call),
        returned(call, '{"engineer": "Ada"}'),
        Corrected(draft="{}", problems=("No citation.",)),
    ]
    assert "- Engineer: Ada" in (await draft_for(asked, thread, [find_oncall])).text


async def test_a_failure_that_names_a_number_from_nowhere_is_told_without_it() -> None:
    asked = offered(task("Who is on call?"), find_oncall)
    call = ToolCall(id="c1", name="find_oncall")
    late = returned(call, "It did not answer in 37 s.", "failed")
    draft = await draft_for(asked, [person("Who is on call?"), called(call), late])
    assert draft.text == "Find who is on call: failed."


async def test_a_call_that_still_waits_is_not_made_twice() -> None:
    asked = offered(task("Open a ticket: no sound"), open_ticket)
    call = await call_for(asked, tools=[open_ticket])
    thread = [person(asked.message.text), called(call)]
    assert (await draft_for(asked, thread, [open_ticket])).text == WAITING


# --- tools ----------------------------------------------------------------------------------------


async def test_a_call_has_the_same_id_whenever_it_is_decided_and_another_in_another_message() -> (
    None
):
    asked = offered(task("Open a ticket: no sound"), open_ticket)
    again = asked.message.model_copy(update={"id": "T01LARK:C01ASKIT:2.0"})
    first = await call_for(asked, tools=[open_ticket])
    assert first == await call_for(asked, tools=[open_ticket])
    other = await call_for(asked.model_copy(update={"message": again}), tools=[open_ticket])
    assert (other.arguments, other.id == first.id) == (first.arguments, False)


async def test_a_tool_that_is_not_offered_is_not_called() -> None:
    asked = task("Open a ticket: no sound")
    assert (await decide(asked, tools=[open_ticket])).calls == ()


@pytest.mark.parametrize("score", [0.2, 0.7])
async def test_a_write_is_wanted_only_by_who_asks_for_it(score: float) -> None:
    for text in ("How do I open a ticket?", "my ticket is open", "the sound is gone"):
        asked = offered(task(text), open_ticket, score=score)
        assert (await decide(asked, tools=[open_ticket])).calls == ()
    wanted = offered(task("Please open a ticket: no sound"), open_ticket, score=0.3)
    assert json.loads((await call_for(wanted, tools=[open_ticket])).arguments) == {
        "title": "No sound",
        "description": "Please open a ticket: no sound",
    }


async def test_the_page_about_a_thing_is_told_from_the_thing() -> None:
    page = passage("You open a ticket in the portal. Open a ticket for each problem.", "Helpdesk")
    asked = offered(task("How do I open a ticket?", page), *COMPANY_TOOLS, score=0.5)
    assert (await draft_for(asked, tools=COMPANY_TOOLS)).status == "grounded"


async def test_what_is_missing_is_asked_for_and_the_answer_completes_it() -> None:
    asked = offered(task("Who is on call?"), find_oncall)
    question = await draft_for(asked, tools=[find_oncall])
    assert question.status == "clarify"
    assert question.text == (
        "Find who is on call: which team? I know payments, identity, platform or routing."
    )
    thread = [person("Who is on call?"), bot(question.text), person("payments")]
    answered = offered(task("payments"), find_oncall, score=0.1)
    assert json.loads((await call_for(answered, thread, [find_oncall])).arguments) == {
        "team": "payments"
    }


async def test_a_no_to_our_question_drops_it() -> None:
    thread = [person("Open a ticket"), *await asked_back("Open a ticket"), person("never mind")]
    draft = await draft_for(offered(task("never mind"), open_ticket), thread, [open_ticket])
    assert draft.text == DROPPED


async def test_a_question_in_place_of_an_answer_is_a_question() -> None:
    text = "How long does a VPN session last?"
    thread = [person("Open a ticket"), *await asked_back("Open a ticket"), person(text)]
    asked = offered(task(text, VPN), open_ticket, score=0.1)
    assert (await draft_for(asked, thread, [open_ticket])).status == "grounded"


async def asked_back(text: str) -> list[Entry]:
    draft = await draft_for(offered(task(text), open_ticket), tools=[open_ticket])
    assert draft.status == "clarify"
    return [bot(draft.text)]


async def test_an_answer_that_is_none_is_not_asked_for_twice() -> None:
    thread = [person("Who is on call?")]
    first = await draft_for(offered(task("Who is on call?"), find_oncall), thread, [find_oncall])
    thread += [bot(first.text), person("the blue one")]
    asked = offered(task("the blue one"), find_oncall, score=0.1)
    assert (await draft_for(asked, thread, [find_oncall])).status == "unknown"


class Booking(BaseModel):
    model_config = ConfigDict(extra="forbid")

    room: str = Field(description="Its name.")
    seats: int


async def book(args: Booking, context: ToolContext) -> Booking:
    return args


BOOK_ROOM: AnyTool = Tool(
    name="book_room", title="Book a room", description="Book it.", args=Booking, function=book,
    effect="write",
)  # fmt: skip


async def test_two_missing_details_are_asked_for_one_after_the_other() -> None:
    thread: list[Entry] = []
    for said, reply in (
        ("Book a room", "Book a room: what is the room? Its name."),
        ("Alecrim", "Book a room: what is the seats?"),
    ):
        thread.append(person(said))
        draft = await draft_for(offered(task(said), BOOK_ROOM), thread, [BOOK_ROOM])
        assert draft.text == reply
        thread.append(bot(draft.text))
    thread.append(person("for 4 people"))
    call = await call_for(offered(task("for 4 people"), BOOK_ROOM), thread, [BOOK_ROOM])
    assert json.loads(call.arguments) == {"room": "Alecrim", "seats": 4}


async def test_a_follow_up_asks_a_reading_tool_again_for_another_value() -> None:
    query = "Who is on call for payments? And on Friday?"
    asked = offered(task("And on Friday?"), find_oncall, query=query)
    thread = [person("Who is on call for payments?"), bot("Ada."), person("And on Friday?")]
    assert json.loads((await call_for(asked, thread, [find_oncall])).arguments) == {
        "team": "payments",
        "at": "2026-11-27T12:00:00+00:00",
    }


async def test_a_follow_up_never_opens_the_ticket_of_before_again() -> None:
    query = "Open a ticket: no sound and is it urgent?"
    asked = offered(task("and is it urgent?"), open_ticket, query=query)
    assert (await decide(asked, tools=[open_ticket])).calls == ()


# --- small talk, and anything ---------------------------------------------------------------------


@pytest.mark.parametrize("text", ["hi", "Hello there!", "good morning Sluice", "what can you do?"])
async def test_a_greeting_is_answered_with_what_there_is_to_do(text: str) -> None:
    draft = await draft_for(offered(task(text, VPN), find_oncall, open_ticket), tools=COMPANY_TOOLS)
    assert (draft.status, draft.citations) == ("clarify", ())
    assert "- Find who is on call\n" in draft.text
    assert "- Open an IT ticket\n" in draft.text


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("thanks!", "You're welcome"),
        ("Thank you so much", "You're welcome"),
        ("bye", "Bye!"),
        ("yes", "press its button"),
        ("", "I see no words in that."),
        ("🎉 🎉", "I see no words in that."),
        (" \n\t", "I see no words in that."),
        ("Wie viele Wochen bekomme ich und wann?", "I understand English best"),
        ("育児休暇は何週間ですか", "I understand English best"),
    ],
)
async def test_what_asks_nothing_is_answered_kindly(text: str, reply: str) -> None:
    assert reply in (await draft_for(task(text, GUESTS))).text


async def test_a_question_that_begins_with_a_greeting_is_a_question() -> None:
    draft = await draft_for(task("Hi! How long does a VPN session last?", VPN))
    assert draft.status == "grounded"


@pytest.mark.parametrize(
    "text", ["word " * 20_000, "a" * 100_000, "\x00\x00", "\ud83d", "?" * 5_000, "LC-1 " * 9_000]
)
async def test_no_message_is_too_odd(text: str) -> None:
    asked = offered(task(text, VPN, GUESTS), *COMPANY_TOOLS, score=0.6)
    assert await ExtractiveChat(HashEmbedder()).decide(asked, [person(text)], COMPANY_TOOLS)


TOKENS = [
    *"3.,:;|-*_`[]()# \n\t!?1é€…",
    "lark ",
    "van ",
    "**",
    "- ",
    "\n\n",
    "[1]",
    "1. ",
    "](http://a.b/c)",
]
PAGES = st.lists(
    st.lists(st.sampled_from(TOKENS), max_size=60).map(
        lambda words: passage("".join(words), title="Page 1", heading="Part > 2.")
    ),
    max_size=4,
)


@settings(deadline=None)
@given(PAGES, st.floats(0, 1))
async def test_whatever_the_pages_hold_the_validator_lets_the_draft_out(
    pages: list[Passage], score: float
) -> None:
    about = " ".join(page.text[-80:] for page in pages)  # so that it is answered from them
    asked = offered(task(f"{about} lark?", *pages), *COMPANY_TOOLS, score=score)
    await decide(asked, tools=COMPANY_TOOLS)


@settings(deadline=None)
@given(st.lists(st.sampled_from(["hi", "payments", "Open a ticket", "no"]), max_size=5))
async def test_a_thread_of_any_shape_is_answered(said: list[str]) -> None:
    call: Any = ToolCall(id="c1", name="open_ticket")
    thread: list[Entry] = []
    for text in said:
        thread += [person(text), bot(text), called(call), returned(call, "{}")]
        asked = offered(task(text), *COMPANY_TOOLS)
        for length in range(len(thread)):
            await decide(asked, thread[: length + 1], COMPANY_TOOLS)
