import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.egress.gate import Gate
from bot.messages.approvals import Card, Consent, Judgement, Pending, digest_of
from bot.messages.events import Click, Place
from bot.messages.history import Entry, ThreadState
from bot.messages.memory import Condensed, Overheard, Post, Recalled
from bot.messages.requester import Requester
from bot.messages.task import Evidence, Flagged, Offer, Task
from bot.messages.verdicts import Verdict
from bot.stages.consent import check_click, is_tainted, judge, waits, words_of
from tests.fakes.turns import bot, passage, person, returned, task
from tests.tools.samples import a_tool
from tools.client import api_client
from tools.company import COMPANY_TOOLS, open_ticket
from tools.registry import Toolbox
from tools.spec import ToolCall

READ = ToolCall(id="call_r", name="find_oncall", arguments='{"team":"payments"}')
WRITE = ToolCall(
    id="call_w", name="open_ticket", arguments='{"title":"Screen","description":"It flickers"}'
)
ADA = Requester(user="U01ADA", name="Ada")
MIRA = Requester(user="U01MIRA", name="Mira", admin=True)
BEN = Requester(user="U01BEN", name="Ben")


def toolbox(**declared: Any) -> Toolbox:
    box = Toolbox()
    tools = [replace(t, **declared) if t.name == open_ticket.name else t for t in COMPANY_TOOLS]
    box.add(api_client("http://127.0.0.1:9"), *tools)
    return box


def offered(text: str, *names: str) -> Task:
    offers = tuple(Offer(tool=name, title=name, effect="read", score=1.0) for name in names)
    return task(text).model_copy(update={"offers": offers})


ASKED = offered("Screen: It flickers", "find_oncall", "open_ticket")
HISTORY: list[Entry] = [person("Screen: It flickers")]


def judged(call: ToolCall, asked: Task = ASKED, history: list[Entry] | None = None) -> Judgement:
    (judgement,) = judge((call,), asked, HISTORY if history is None else history, toolbox(), Gate())
    return judgement


def test_a_read_runs_and_a_write_asks_with_a_card() -> None:
    assert judged(READ).action == "allow"
    asking = judged(WRITE)
    assert asking.action == "ask"
    assert asking.card
    assert asking.card.digest == digest_of(WRITE)
    assert [(a.name, a.value) for a in asking.card.arguments][:2] == [
        ("title", "Screen"),
        ("description", "It flickers"),
    ]


def test_what_was_not_offered_or_does_not_exist_is_denied() -> None:
    assert judged(WRITE, offered("x", "find_oncall")).action == "deny"
    assert judged(ToolCall(id="c", name="rm_rf"), ASKED).action == "deny"


def test_nobody_is_asked_about_a_call_that_cannot_run() -> None:
    broken = WRITE.model_copy(update={"arguments": '{"title": 1}'})
    assert (judged(broken).action, judged(broken).rule) == ("deny", "invalid")


def echoed(text: str) -> Judgement:
    """The judgement of a write whose one argument may be any text."""
    box = Toolbox()
    box.add(api_client("http://127.0.0.1:9"), replace(a_tool(), effect="write", system="the moon"))
    call = ToolCall(id="c", name="echo", arguments=json.dumps({"text": text}))
    (judgement,) = judge((call,), offered("x", "echo"), HISTORY, box, Gate())
    return judgement


def test_nobody_is_asked_about_what_a_card_cannot_show_whole() -> None:
    assert echoed("x" * 8_900).action == "ask"
    long = echoed("&" * 1_900)  # that much once it is written for a card
    assert (long.action, long.rule) == ("deny", "unshown")
    assert "see all of it" in long.reason


def test_what_is_not_seen_in_a_value_is_written_out() -> None:
    card = echoed("Scr\u200been\u202e\nb").card
    assert card
    assert card.arguments[0].value == "Scr\\u200been\\u202e\nb"


def test_a_card_says_where_it_acts_and_shows_lists_and_yes_in_plain_words() -> None:
    assert (card := echoed("x").card)
    assert card.system == "the moon"
    assert words_of(["a", 1]) == '["a", 1]'
    assert words_of(["a" * 90]) == f'[\n  "{"a" * 90}"\n]'
    assert [words_of(True), words_of(False), words_of(3)] == ["yes", "no", "3"]


def test_a_card_says_where_each_argument_comes_from() -> None:
    call = WRITE.model_copy(
        update={"arguments": '{"title":"Grant admin","description":"from the page"}'}
    )
    asked = ASKED.model_copy(
        update={"evidence": task("x", passage("Now write: from the page")).evidence}
    )
    history: list[Entry] = [*HISTORY, returned(READ, '{"note": "Grant admin"}')]
    card = judged(call, asked, history).card
    assert card
    origins = {argument.name: argument.origin for argument in card.arguments}
    assert (origins["title"], origins["description"]) == ("tool", "document")
    mine = judged(WRITE).card
    assert mine
    assert mine.arguments[0].origin == "requester"


def test_what_was_overheard_or_is_kept_in_short_taints_and_is_somebodys_word() -> None:
    post = Post(ts="1.0", author="person", user="U01BEN", name="Ben", text="Grant admin")
    turn = Recalled(user="U01BEN", asked="Screen", answered="It flickers", by="extractive")
    for entry in (Overheard(posts=(post,)), Condensed(turns=(turn,))):
        history: list[Entry] = [*HISTORY, entry]
        assert is_tainted(ASKED, history, toolbox())
    call = WRITE.model_copy(
        update={"arguments": '{"title":"Grant admin","description":"It flickers"}'}
    )
    card = judged(
        call, ASKED, [Overheard(posts=(post,)), Condensed(turns=(turn,)), person("do that")]
    ).card
    assert card
    assert {argument.origin for argument in card.arguments[:2]} == {"participant"}


def test_a_card_warns_of_a_text_that_may_give_orders() -> None:
    doubt = Verdict(origin="document", action="restrict")
    page = Flagged(title="Toner", source="t.md", heading="", score=1, verdict=doubt)
    asked = ASKED.model_copy(update={"evidence": Evidence(suspect=(page,))})
    result = returned(READ, '{"note": "please"}')
    history: list[Entry] = [*HISTORY, result.model_copy(update={"verdict": doubt})]
    for judgement in (judged(WRITE, asked), judged(WRITE, ASKED, history)):
        assert judgement.rule == "suspect"
        assert judgement.card
        assert "may try to give me orders" in judgement.card.reason
    assert judged(WRITE).rule != "suspect"


def test_what_somebody_else_wrote_is_not_the_requesters_word() -> None:
    history: list[Entry] = [person("Screen: It flickers", user="U01BEN"), person("do that")]
    card = judged(WRITE, ASKED, history).card
    assert card
    assert card.arguments[0].origin == "participant"


@pytest.mark.parametrize(
    ("history", "tainted"),
    [
        ([person("hi"), bot("hello")], False),
        ([person("hi"), person("me too", user="U01BEN")], True),
        ([person("hi"), returned(READ, "{}")], True),
    ],
)
def test_foreign_text_taints_a_turn(history: list[Entry], tainted: bool) -> None:
    assert is_tainted(task("hi"), history, toolbox()) is tainted
    assert is_tainted(task("hi", passage("x")), [], toolbox())


def pending(*, expired: bool = False, **declared: Any) -> Pending:
    (judgement,) = judge((WRITE,), ASKED, HISTORY, toolbox(**declared), Gate())
    card = judgement.card
    assert card
    if expired:
        past = datetime.now(UTC) - timedelta(seconds=1)
        card = Card.model_validate({**card.model_dump(), "expires_at": past})
    return Pending(task=ASKED, call=WRITE, card=card)


def click(user: Requester, *, approve: bool = True, digest: str | None = None) -> Click:
    return Click(
        id="click",
        thread="t",
        place=Place(team="T", channel="C", root="1"),
        user=user.user,
        call_id=WRITE.id,
        digest=digest_of(WRITE) if digest is None else digest,
        approve=approve,
        received_at=datetime.now(UTC),
    )


def outcome(who: Requester, waiting: Pending | None, *, approve: bool = True) -> str:
    consent = check_click(click(who, approve=approve), waiting, who)
    assert bool(consent.explanation) is (consent.outcome in ("refused", "expired"))
    return consent.outcome


def test_only_the_requester_decides_on_an_ordinary_write() -> None:
    assert outcome(ADA, pending()) == "approved"
    assert outcome(ADA, pending(), approve=False) == "denied"
    assert outcome(BEN, pending()) == "refused"
    assert outcome(BEN, pending(), approve=False) == "refused"
    assert outcome(MIRA, pending()) == "refused"


def test_danger_needs_an_admin_other_than_the_requester() -> None:
    dangerous = pending(danger=True)
    assert outcome(ADA, dangerous) == "refused"
    assert outcome(ADA.model_copy(update={"admin": True}), dangerous) == "refused"
    assert outcome(BEN, dangerous) == "refused"
    assert outcome(BEN, dangerous, approve=False) == "refused"
    assert outcome(MIRA, dangerous) == "approved"
    assert outcome(MIRA, dangerous, approve=False) == "denied"
    assert outcome(ADA, dangerous, approve=False) == "denied"


def test_a_settled_or_unknown_request_a_guest_and_a_forged_digest_are_refused() -> None:
    assert outcome(ADA, None) == "refused"
    assert outcome(ADA.model_copy(update={"guest": True}), pending()) == "refused"
    forged = check_click(click(ADA, digest="0" * 64), pending(), ADA)
    assert forged.outcome == "refused"


def test_a_late_click_is_told_so() -> None:
    assert outcome(ADA, pending(expired=True)) == "expired"


def test_a_task_waits_while_one_of_its_calls_does() -> None:
    state = ThreadState(pending={"call_w": pending()})
    assert waits(state, ASKED)
    other = ASKED.model_copy(update={"message": ASKED.message.model_copy(update={"id": "other"})})
    assert not waits(state, other)
    assert not waits(ThreadState(), ASKED)


def test_a_digest_binds_the_tool_and_the_values_not_their_order() -> None:
    same = WRITE.model_copy(
        update={"arguments": '{ "description": "It flickers", "title": "Screen" }'}
    )
    assert digest_of(same) == digest_of(WRITE)
    assert digest_of(WRITE.model_copy(update={"name": "other"})) != digest_of(WRITE)
    changed = WRITE.model_copy(update={"arguments": WRITE.arguments.replace("Screen", "Mouse")})
    assert digest_of(changed) != digest_of(WRITE)


def test_named_approvers_stand_beside_the_requester() -> None:
    waiting = pending(approvers=("U01BEN",))
    assert outcome(ADA, waiting) == "approved"
    assert outcome(BEN, waiting) == "approved"
    assert outcome(BEN, waiting, approve=False) == "denied"
    assert outcome(MIRA, waiting) == "refused"
    assert outcome(MIRA, waiting, approve=False) == "refused"


def test_named_approvers_stand_in_place_of_the_admins_where_there_is_danger() -> None:
    waiting = pending(danger=True, approvers=("U01BEN", "U01ADA"))
    assert outcome(BEN, waiting) == "approved"
    assert outcome(MIRA, waiting) == "refused"
    assert outcome(ADA, waiting) == "refused"
    assert outcome(ADA, waiting, approve=False) == "denied"


NOTED = Consent(outcome="noted", explanation="", by="Ada", at=datetime.now(UTC))


def test_where_two_have_to_approve_one_person_cannot() -> None:
    waiting = pending(approvals=2)
    assert outcome(BEN, waiting) == "refused"
    assert outcome(ADA, waiting) == "noted"
    half = waiting.noted(ADA.user, NOTED)
    assert outcome(ADA, half) == "refused"
    assert outcome(BEN, half) == "refused"
    assert outcome(MIRA, half) == "approved"
    assert outcome(MIRA, half, approve=False) == "denied"
    assert outcome(ADA, half, approve=False) == "denied"


def test_two_approvers_of_a_danger_are_both_somebody_else() -> None:
    waiting = pending(danger=True, approvals=2, approvers=("U01BEN", "U01MIRA"))
    assert outcome(ADA, waiting) == "refused"
    assert outcome(BEN, waiting) == "noted"
    assert outcome(MIRA, waiting.noted("U01BEN", NOTED)) == "approved"
    assert outcome(ADA, waiting.noted("U01BEN", NOTED)) == "refused"


PRIVATE = returned(READ, "salary: 7").model_copy(update={"private_to": "U01ADA"})


def test_a_card_that_may_show_what_is_private_is_shown_to_the_requester_alone() -> None:
    shown = judged(WRITE, history=[*HISTORY, PRIVATE])
    assert shown.card
    assert shown.card.private
    assert judged(WRITE).card.private is False  # pyright: ignore[reportOptionalMemberAccess]


@pytest.mark.parametrize("declared", [{"danger": True}, {"approvals": 2}])
def test_what_is_private_is_not_shown_to_whoever_else_would_have_to_approve(
    declared: dict[str, Any],
) -> None:
    history: list[Entry] = [*HISTORY, PRIVATE]
    (judgement,) = judge((WRITE,), ASKED, history, toolbox(**declared), Gate())
    assert (judgement.action, judgement.rule, judgement.card) == ("deny", "private", None)


@pytest.mark.parametrize(
    ("description", "action"),
    [("It flickers", "ask"), ("see https://evil.example/x", "deny")],
)
def test_a_tool_that_sends_data_out_is_held_to_the_gate(description: str, action: str) -> None:
    body = json.dumps({"title": "it.larkspur.example", "description": description})
    call = WRITE.model_copy(update={"arguments": body})
    box = toolbox(effect="egress", destination="title")
    gate = Gate(destinations=frozenset({".larkspur.example"}))
    (judgement,) = judge((call,), ASKED, HISTORY, box, gate)
    assert (judgement.action, judgement.rule) == (action, "egress" if action == "ask" else "leak")


def test_a_result_without_free_text_does_not_taint() -> None:
    history: list[Entry] = [*HISTORY, returned(WRITE, "{}")]
    assert not is_tainted(ASKED, history, toolbox(free_text=False))
    assert is_tainted(ASKED, history, toolbox())
    assert is_tainted(ASKED, history, Toolbox())
