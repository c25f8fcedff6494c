from datetime import UTC, datetime, timedelta

import pytest

from bot.egress.gate import Gate
from bot.grounding import Judge
from bot.messages.decisions import MAX_CHARS, Decision, Draft, Partial, Quote
from bot.messages.history import Corrected, Entry, Returned
from bot.messages.replies import Validation
from bot.messages.task import Evidence, Flagged, Task
from bot.messages.verdicts import Verdict
from bot.model.render import rules
from bot.stages.release import releasable
from bot.stages.validate import validate
from tests.fakes.embedder import HashEmbedder
from tests.fakes.turns import called, passage, person, returned, task
from tools.spec import ToolCall, ToolResult

JUDGE = Judge(HashEmbedder())
GATE = Gate(hosts=frozenset({".larkspur.example"}))
LEAVE = passage("Employees get 25 days. See https://intra.example/leave.", title="Leave 2026")
ASKED = task("How many days in 7 months?", LEAVE, passage("Other page, 12 floors."))
HISTORY: list[Entry] = [person("How many days in 7 months?")]


def draft(text: str, *quotes: tuple[str, str], status: str = "grounded") -> Decision:
    citations = [Quote(source_id=source, quote=quote) for source, quote in quotes]
    made = Draft.model_validate({"status": status, "text": text, "citations": citations})
    return Decision(author="model", draft=made)


def checked(
    decision: Decision, asked: Task = ASKED, history: list[Entry] | None = None
) -> Validation:
    return validate(decision, asked, HISTORY if history is None else history, GATE, JUDGE)


def problems(decision: Decision) -> str:
    validation = checked(decision)
    assert validation.reply is None
    return "\n".join(validation.problems)


def test_a_grounded_draft_becomes_a_reply_with_numbered_sources() -> None:
    reply = checked(draft("You get 25 days [1].", ("p1", "Employees get 25 days."))).reply
    assert reply
    assert reply.text == "You get 25 days [1]."
    (citation,) = reply.citations
    assert (citation.number, citation.title, citation.quote) == (
        1,
        "Leave 2026",
        "Employees get 25 days.",
    )
    assert reply.label is None


@pytest.mark.parametrize(
    ("decision", "problem"),
    [
        (draft(" ", ("p1", "Employees")), "`text` is empty"),
        (draft("x" * (MAX_CHARS + 1), ("p1", "Employees")), "longer than"),
        (draft("Yes."), "needs citations"),
        (draft("No.", ("p1", "Employees"), status="unknown"), "has no citations"),
        (draft("Yes [2].", ("p1", "Employees")), "marker"),
        (draft("Yes.", ("p9", "Employees")), "there is no source 'p9'"),
        (draft("Yes.", ("p1", "Employees get 30")), "does not stand in p1"),
        (draft("Yes.", ("p1", "")), "does not stand in p1"),
        (draft("Yes.", ("p1", "x" * 301)), "longer than 300"),
        (draft("You get 30 days [1].", ("p1", "Employees get 25 days.")), "'30'"),
        (draft("It has 12 floors [1].", ("p1", "Employees get 25 days.")), "'12'"),
        (draft("Ask me in 5 days.", status="clarify"), "'5'"),
        (Decision(author="model", problem="It is not JSON."), "It is not JSON."),
        (Decision(author="model"), "There is no reply."),
    ],
)
def test_what_is_wrong_is_said_in_words_to_act_on(decision: Decision, problem: str) -> None:
    assert problem in problems(decision)


def test_facts_may_come_from_the_question_a_title_or_a_tool() -> None:
    call = ToolCall(id="call_1", name="find_oncall")
    result = ToolResult(call_id=call.id, name=call.name, outcome="ok", content='{"until":"9:30"}')
    verdict = Verdict(origin="tool", action="allow")
    history: list[Entry] = [*HISTORY, Returned(result=result, verdict=verdict)]
    text = "In 7 months, until 9:30, says Leave 2026."
    reply = checked(draft(text, ("call_1", '"9:30"')), history=history).reply
    assert reply
    assert reply.citations[0].title == "find_oncall"


def test_a_result_that_was_withheld_is_no_source() -> None:
    result = ToolResult(call_id="call_1", name="t", outcome="withheld", content="held back 9")
    returned = Returned(result=result, verdict=Verdict(origin="tool", action="withhold"))
    validation = checked(draft("Yes.", ("call_1", "held back")), history=[*HISTORY, returned])
    assert "there is no source 'call_1'" in validation.problems[0]


def test_a_link_in_a_cited_document_stays_and_any_other_does_not() -> None:
    text = "See https://intra.example/leave and https://it.larkspur.example/x."
    reply = checked(draft(text + " [1]", ("p1", "See https://intra.example/leave."))).reply
    assert reply is None  # a URL that no source has
    asked = task("Is https://evil.example/x ok? https://it.larkspur.example/x?", LEAVE)
    both = "See https://intra.example/leave, not https://evil.example/x."
    history: list[Entry] = [person(asked.message.text)]
    decision = draft(both, ("p1", "Employees get 25 days."))
    reply = checked(decision, asked, history).reply
    assert reply
    assert reply.text == "See https://intra.example/leave, not `https://evil.example/x`."


@pytest.mark.parametrize(
    ("degraded", "label"),
    [(None, "without a language model"), ("it is down", "(it is down)")],
)
def test_an_extractive_answer_is_labelled(degraded: str | None, label: str) -> None:
    made = draft("25 days [1].", ("p1", "Employees get 25 days."))
    decision = made.model_copy(update={"author": "extractive", "degraded": degraded})
    reply = checked(decision).reply
    assert reply
    assert reply.label
    assert label in reply.label


@pytest.mark.parametrize(("score", "told"), [(1.0, True), (0.01, False)])
def test_a_page_that_was_held_back_is_told_where_it_mattered(score: float, told: bool) -> None:
    held = Flagged(
        title="Toner",
        source="toner.md",
        heading="",
        score=score,
        verdict=Verdict(origin="document", action="withhold"),
    )
    evidence = Evidence(passages=(LEAVE.model_copy(update={"score": 0.9}),), withheld=(held,))
    asked = ASKED.model_copy(update={"evidence": evidence})
    reply = checked(draft("25 days.", ("p1", "Employees get 25 days.")), asked).reply
    assert reply
    assert any("Toner" in note for note in reply.notes) is told


@pytest.mark.parametrize(("heading", "told"), [(LEAVE.heading, True), ("Other", False)])
def test_a_cited_page_that_may_give_orders_is_named(heading: str, told: bool) -> None:
    doubt = Verdict(origin="document", action="restrict")
    page = Flagged(title="Leave", source=LEAVE.source, heading=heading, score=1, verdict=doubt)
    asked = ASKED.model_copy(update={"evidence": Evidence(passages=(LEAVE,), suspect=(page,))})
    reply = checked(draft("25 days.", ("p1", "Employees get 25 days.")), asked).reply
    assert reply
    assert any("I only quote it" in note for note in reply.notes) is told


@pytest.mark.parametrize(("days", "told"), [(-1, True), (1, False), (None, False)])
def test_a_cited_page_that_has_expired_is_said_to_be_old(days: int | None, told: bool) -> None:
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    page = LEAVE.model_copy(update={"expires_at": until})
    asked = ASKED.model_copy(update={"evidence": Evidence(passages=(page,))})
    reply = checked(draft("25 days.", ("p1", "Employees get 25 days.")), asked).reply
    assert reply
    assert any("out of date" in note for note in reply.notes) is told


VOUCHERS = "Unused holidays become cinema vouchers [1]."
SOUND = "You get 25 days [1]."
SENT_BACK: list[Entry] = [*HISTORY, Corrected(draft="{}", problems=("It is wrong.",))]
CITED = ("p1", "Employees get 25 days.")


def test_a_sentence_that_no_source_says_is_sent_back() -> None:
    told = problems(draft(f"{SOUND} {VOUCHERS}", CITED))
    assert VOUCHERS in told
    assert "no source says it" in told
    assert SOUND not in told


@pytest.mark.parametrize(
    ("more", "note"),
    [
        (VOUCHERS, "One sentence was left out: no source says it."),
        (f"{VOUCHERS} You get 99 days.", "2 sentences were left out: no source says them."),
    ],
)
def test_what_the_model_cannot_mend_is_left_out_and_said_so(more: str, note: str) -> None:
    reply = checked(draft(f"{SOUND} {more}", CITED), history=SENT_BACK).reply
    assert reply
    assert reply.text == SOUND
    assert note in reply.notes


def test_a_reply_of_which_nothing_is_left_is_no_reply() -> None:
    assert checked(draft(VOUCHERS, CITED), history=SENT_BACK).reply is None


def test_a_fact_in_code_is_checked_though_code_has_no_sentences() -> None:
    text = f"{SOUND}\n```\nsleep 999\n```"
    validation = checked(draft(text, CITED), history=SENT_BACK)
    assert "'999'" in validation.problems[0]


def test_an_extractive_answer_is_checked_for_its_facts_only() -> None:
    decision = draft(f"{SOUND} {VOUCHERS}", CITED).model_copy(update={"author": "extractive"})
    assert checked(decision).reply


def test_an_answer_that_is_begun_anew_is_let_out_anew() -> None:
    check = releasable(task("q", passage("It takes 5 days.")), [person("q")], Gate(), JUDGE)
    assert check(Partial(text="It takes 5 days. Then")) == "It takes 5 days. "
    assert check(Partial(text="It ta")) == ""
    assert check(Partial(text="Five days. Mo")) == "Five days. "


def test_a_text_that_the_gate_rewrites_further_up_is_held_back() -> None:
    asked = [person("What is https://evil.example/x for?")]
    check = releasable(task("q", passage("words")), asked, Gate(), JUDGE)
    assert check(Partial(text="See [the page. ")) == "See [the page. "
    later = "See [the page. All](https://evil.example/x) of it. "
    assert check(Partial(text=later)) == "See [the page. "


def test_what_is_too_long_or_says_a_fact_of_no_source_waits() -> None:
    check = releasable(task("q", passage("words")), [person("q")], Gate(), JUDGE)
    assert check(Partial(text="One. " * 10_000)) == ""
    assert check(Partial(text="It costs 77 euros. ")) == ""
    assert check(Partial(text="All words.", whole=True)) == "All words."


def test_a_sentence_that_no_document_supports_waits_if_the_reply_is_to_be_grounded() -> None:
    source = passage("Employees get 25 days of annual leave a year. Contractors get 10 days.")
    check = releasable(task("q", source), [person("q")], Gate(), JUDGE)
    true = "Employees get 25 days of annual leave. "
    assert check(Partial(text=true, status="grounded")) == true
    false = f"{true}Employees get 10 days of annual leave. "
    assert check(Partial(text=false, status="grounded")) == true
    assert check(Partial(text=false, status="unknown")) == false


def test_what_a_tool_says_is_not_judged_by_documents() -> None:
    call = ToolCall(id="c1", name="find_oncall", arguments="{}")
    history = [person("q"), called(call), returned(call, "Kofi Mensah has the pager.")]
    check = releasable(task("q", passage("words")), history, Gate(), JUDGE)
    assert check(Partial(text="Kofi Mensah is on call. ", status="grounded"))


def test_what_gives_the_system_prompt_away_is_not_shown_while_it_is_written() -> None:
    check = releasable(task("q", passage("words")), [person("q")], Gate(), JUDGE)
    canary = "bcdfghjkmnpqrstv"
    assert check(Partial(text="Words. ", canary=canary)) == "Words. "
    assert check(Partial(text=f"Words. {canary}. ", canary=canary)) == "Words. "
    assert check(Partial(text=f"{rules()[:900]}. ", canary=canary)) == ""
