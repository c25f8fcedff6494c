"""Results of tools in plain words."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.egress.gate import Gate
from bot.grounding import Judge
from bot.messages.decisions import Decision, Draft
from bot.messages.history import Returned
from bot.messages.task import Offer, Task
from bot.model.report import MAX_TEXT, humanise, report
from bot.stages.validate import validate
from tests.fakes.embedder import HashEmbedder
from tests.fakes.turns import person, returned, task
from tools.spec import ToolCall

CALL = ToolCall(id="call_1", name="find_oncall")
OFFERS = (
    Offer(tool="find_oncall", title="Find who is on call", effect="read", score=0.9),
    Offer(tool="open_ticket", title="Open an IT ticket", effect="write", score=0.2),
)
ASKED = task("Who is on call?").model_copy(update={"offers": OFFERS})


def told(value: Any, name: str = "find_oncall", outcome: str = "ok") -> Draft:
    """What is said about one result; it always passes the validator."""
    content = value if isinstance(value, str) else json.dumps(value)
    entry = returned(ToolCall(id="call_1", name=name), content, outcome)
    return reported(ASKED, entry)


def reported(asked: Task, *entries: Returned) -> Draft:
    draft = report([entry.result for entry in entries], asked)
    history = [person(asked.message.text), *entries]
    decision = Decision(author="extractive", draft=draft)
    assert validate(decision, asked, history, Gate(), Judge(HashEmbedder())).problems == ()
    return draft


def test_an_object_is_read_aloud_field_by_field() -> None:
    draft = told(
        {
            "team": "payments",
            "engineer": "Ada Okafor",
            "phone": "+44 7700 900111",
            "until": "2026-11-25T10:00:00Z",
            "hoursLeft": 47.5,
            "is_backup": False,
            "note": "",
            "contact": {"channel": "#on-call", "deep": {"x": 1}},
            "tags": ["red_alert", 2],
            "nobody": [],
        }
    )
    assert draft.status == "grounded"
    assert draft.text == snapshot("""\
Who is on call [1]:
- Team: payments
- Engineer: Ada Okafor
- Phone: +44 7700 900111
- Until: Wed 25 Nov 2026, 10:00 UTC
- Hours left: 47.5
- Is backup: no
- Contact: channel #on-call
- Tags: red alert, 2
- Nobody: none\
""")
    [quote] = draft.citations
    assert quote.source_id == "call_1"
    assert quote.quote.startswith('{"team": "payments"')
    assert len(quote.quote) <= 300


def test_a_list_has_a_line_for_each_item_with_its_name_first_and_its_link_last() -> None:
    ticket = {
        "url": "https://tickets.example/INC-1042",
        "ticket_id": "INC-1042",
        "title": "VPN drops",
        "status": "in_progress",
        "opened_at": "2026-11-23",
    }
    assert told({"tickets": [ticket], "total": 1}).text == snapshot("""\
Who is on call [1]:
- INC-1042 VPN drops: status in progress, opened Mon 23 Nov 2026, https://tickets.example/INC-1042
- Total: 1\
""")


def test_a_change_is_reported_as_done() -> None:
    draft = told({"ticket_id": "INC-1050"}, "open_ticket")
    assert draft.text == "Open an IT ticket: done [1]:\n- Ticket ID: INC-1050"


def test_a_tool_that_is_no_longer_offered_is_named_by_its_name() -> None:
    assert told({"a": 1}, "rename_branch").text.startswith("Rename branch [1]:")


@pytest.mark.parametrize(
    ("outcome", "content", "text"),
    [
        ("failed", "There is no such ticket.", "that did not work. There is no such ticket."),
        ("retry", "team: missing.", "that did not work, because the details do not fit. team: m"),
        ("denied", "The person said no: the request was denied.", "nothing was done, because it"),
        ("denied", "The person said no: the request was expired.", "the request expired before"),
        ("denied", "Not allowed: it is read-only.", "I may not do that. Not allowed: it is"),
        ("withheld", "", "the answer was held back"),
    ],
)
def test_what_went_wrong_is_said_plainly_and_claims_no_source(
    outcome: str, content: str, text: str
) -> None:
    draft = told(content, outcome=outcome)
    assert text in draft.text
    assert (draft.status, draft.citations) == ("unknown", ())


def test_several_results_are_told_together_each_with_its_own_number() -> None:
    first = returned(ToolCall(id="c1", name="find_oncall"), '{"team": "payments"}')
    lost = returned(ToolCall(id="c2", name="find_oncall"), "It is down.", "failed")
    last = returned(ToolCall(id="c3", name="open_ticket"), '{"id": "INC-7"}')
    draft = reported(ASKED, first, lost, last)
    assert [quote.source_id for quote in draft.citations] == ["c1", "c3"]
    assert "Who is on call [1]:" in draft.text
    assert "Open an IT ticket: done [2]:" in draft.text
    assert "It is down." in draft.text


def test_a_result_that_was_cut_is_read_as_far_as_it_goes_and_said_to_be_cut() -> None:
    entry = returned(CALL, '{"team": "payments", "notes": "aaa\n[cut: the first characters]')
    cut = entry.model_copy(update={"result": entry.result.model_copy(update={"truncated": True})})
    text = reported(ASKED, cut).text
    assert "- Team: payments" in text
    assert "The result was longer" in text


def test_what_is_too_long_to_be_read_aloud_ends_with_a_word_about_it() -> None:
    text = told([{"name": f"host {n}", "note": "x" * 600} for n in range(20)]).text
    assert len(text) <= MAX_TEXT + 200
    assert text.endswith("- There is more, which I leave out here.")
    many = told({"hosts": ["a", "b"] * 20, "rows": [{"name": "c"}] * 11}).text
    assert many.endswith("- c\n- ... and more")


def test_moments_keep_their_own_time_zone() -> None:
    text = told({"at": "2026-11-25T10:00:00-03:30", "on": "2026-11-25T10:00", "no": "2026-99-99"})
    assert "- At: Wed 25 Nov 2026, 10:00 (UTC -03:30)" in text.text
    assert "- On: Wed 25 Nov 2026, 10:00\n- No: 2026-99-99" in text.text


def test_a_marker_or_a_list_in_a_value_cannot_pass_for_ours() -> None:
    text = told({"note": "see [7]\n- Phone: 0\n\n[2] and [x](http://evil.example)"}).text
    assert text.count("\n") == 1
    assert "[ 7 ]" in text


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("opened_at", "Opened"),
        ("ticketId", "Ticket ID"),
        ("url", "Link"),
        ("days_a_year", "Days a year"),
        ("", "Value"),
    ],
)
def test_keys_become_words(key: str, words: str) -> None:
    assert humanise(key) == words


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@given(JSON)
def test_any_json_can_be_told(value: object) -> None:
    entry = returned(CALL, json.dumps(value, default=str))
    draft = report([entry.result], ASKED)
    assert draft.text.startswith("Who is on call")
    assert len(draft.text) <= MAX_TEXT + 200


@pytest.mark.parametrize(
    "content", ["", "not JSON", "9" * 7_000, "[" * 7_000, '{"a": ' * 900, "null", '"\\ud800"']
)
def test_any_text_can_be_told(content: str) -> None:
    assert report([returned(CALL, content).result], ASKED).text.startswith("Who is on call")
