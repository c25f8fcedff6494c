import html
import json
from datetime import UTC, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.local_slack.links import links_in, links_of_blocks
from bot.messages.approvals import Argument, Card, Consent, Pending
from bot.messages.events import Message, Place
from bot.messages.replies import Citation, Reply
from bot.messages.requester import Requester
from bot.messages.task import Task
from bot.messages.verdicts import Verdict
from bot.slack.blocks import card_blocks, settled_blocks
from bot.slack.markup import literal
from bot.slack.replies import paged, reply_blocks
from bot.stages.consent import MAX_ARGUMENTS, fits
from tools.spec import ToolCall

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TEXT = st.text(max_size=4_000)


def card(*arguments: Argument, title: str = "Open a ticket") -> Card:
    return Card(
        call_id="call_1",
        thread="T1:C1:1.2",
        digest="d" * 64,
        title=title,
        arguments=arguments,
        reason="it changes something",
        requester="U1",
        expires_at=NOW,
    )


def limits_hold(blocks: list[dict[str, object]]) -> None:
    """The limits of Slack that a text can break."""
    assert len(blocks) <= 50
    for block in blocks:
        if block["type"] == "markdown":
            assert len(str(block["text"])) <= 12_000
    assert sum(len(t) for t in _texts(blocks)) <= 13_000 + 12_000


def _texts(value: object) -> list[str]:
    if isinstance(value, dict):
        inner = [t for v in value.values() for t in _texts(v)]
        if value.get("type") == "mrkdwn":
            assert len(str(value["text"])) <= 3_000
        return inner
    if isinstance(value, list):
        return [t for v in value for t in _texts(v)]
    return [value] if isinstance(value, str) else []


@given(
    st.text(max_size=40_000),
    st.lists(st.tuples(TEXT, TEXT, TEXT, TEXT), max_size=12),
    st.lists(TEXT, max_size=7),
)
def test_any_reply_keeps_slacks_limits_and_mentions_nobody(
    text: str, sources: list[tuple[str, str, str, str]], notes: list[str]
) -> None:
    citations = tuple(
        Citation(number=n, title=a, source=b, heading=c, quote=d)
        for n, (a, b, c, d) in enumerate(sources, start=1)
    )
    reply = Reply(status="grounded", text=text, citations=citations, notes=tuple(notes))
    for page in paged(reply):
        limits_hold(reply_blocks(page, "T1:C1:1.2"))


def test_a_mention_in_a_reply_is_inert_everywhere() -> None:
    bad = "<!channel> <@U1>"
    citation = Citation(number=1, title=bad, source="x", heading=bad, quote=bad)
    reply = Reply(status="grounded", text=bad, citations=(citation,), label=bad, notes=(bad,))
    shown = json.dumps(reply_blocks(reply))
    assert "<!channel>" not in shown
    assert "<@U1>" not in shown


def test_a_title_is_no_way_out() -> None:
    """Whoever writes a page or offers a tool names it, and Slack links an address in a title."""
    bait = "see https://evil.example/x or evil.example"
    citation = Citation(number=1, title=bait, source="x", heading=f"{bait} 2", quote="q")
    reply = Reply(status="grounded", text="t", citations=(citation,), label=bait, notes=(bait,))
    asked = card(Argument(name=bait, value=bait, origin="document", text=bait), title=bait)
    asked = asked.model_copy(update={"system": bait, "reason": bait})
    assert links_of_blocks(reply_blocks(reply)) == []
    assert links_of_blocks(card_blocks(asked)) == []


@pytest.mark.parametrize(
    "value", [" https://evil.example/x", "https://evil.example/x ", "a\nwww.evil.example"]
)
def test_a_value_on_a_card_is_shown_as_code_and_nothing_as_nothing(value: str) -> None:
    shown = literal(value)
    assert links_in(shown) == []
    assert not shown.startswith("` ")
    assert literal(" ") == literal("") == "_nothing_"


def test_a_source_that_is_a_url_is_a_link_and_a_crafted_one_is_not() -> None:
    def shown(source: str) -> str:
        citation = Citation(number=1, title="T", source=source, heading="", quote="q")
        return json.dumps(reply_blocks(Reply(status="grounded", text="t", citations=(citation,))))

    assert "<https://it.example/vpn|T>" in shown("https://it.example/vpn")
    assert "<!channel" not in shown("https://it.example/|x> <!channel")


def test_the_json_of_a_tool_is_not_quoted_at_people() -> None:
    citation = Citation(number=1, title="Look up", source="find", heading="", quote='{"a": 1}')
    shown = json.dumps(reply_blocks(Reply(status="grounded", text="t", citations=(citation,))))
    assert "what the tool answered" in shown
    assert '{\\"a' not in shown


@given(st.lists(st.tuples(st.text(max_size=100), TEXT), max_size=MAX_ARGUMENTS))
def test_any_card_that_fits_keeps_slacks_limits_and_shows_all_of_it(
    pairs: list[tuple[str, str]],
) -> None:
    arguments = tuple(Argument(name=n, value=v, origin="model") for n, v in pairs)
    assume(fits(arguments))
    blocks = card_blocks(card(*arguments))
    limits_hold(blocks)
    assert sum(map(len, _texts(blocks))) <= 13_000
    shown = "".join(_texts(blocks))
    assert all(len(shown) >= len(value) for _, value in pairs)


def test_a_long_argument_is_shown_whole_over_several_sections() -> None:
    value = "".join(f"word{n}<" for n in range(800))
    blocks = card_blocks(card(Argument(name="text", value=value, origin="tool")))
    assert "from a tool's result" in json.dumps(blocks)
    sections = [block["text"]["text"] for block in blocks if block["type"] == "section"][1:]
    codes = [text.rpartition("\n")[2].strip("`") for text in sections]
    assert len(codes) > 1
    assert html.unescape("".join(codes)) == value


def test_a_card_says_in_which_system_it_acts() -> None:
    shown = json.dumps(card_blocks(card().model_copy(update={"system": "crm (crm.example.com)"})))
    assert "*Open a ticket* in crm (crm.example.com)?" in shown


def test_a_settled_card_has_nothing_to_press() -> None:
    message = Message(
        id="1",
        thread="t",
        place=Place(team="T1", channel="C1", root="1.2"),
        user="U1",
        text="",
        received_at=NOW,
    )
    task = Task(
        message=message,
        requester=Requester(user="U1", name="Ada"),
        verdict=Verdict(origin="requester", action="allow"),
    )
    pending = Pending(task=task, call=ToolCall(id="c", name="open_ticket"), card=card())
    first = Consent(outcome="noted", explanation="", by="Ada", at=NOW)
    both = pending.noted("U1", first)
    last = Consent(outcome="approved", explanation="", by="Mira", at=NOW)
    assert "Approved by Ada at 2026-11-22 12:00 UTC and by Mira" in json.dumps(
        settled_blocks(both, last)
    )
    assert "by Ada" not in json.dumps(
        settled_blocks(both, last.model_copy(update={"outcome": "denied"}))
    )
    for outcome in ("approved", "denied", "expired"):
        consent = Consent.model_validate(
            {"outcome": outcome, "explanation": "", "by": "<!here>", "at": NOW}
        )
        blocks = settled_blocks(pending, consent)
        assert all(block["type"] != "actions" for block in blocks)
        assert outcome in json.dumps(blocks).lower()
        assert "<!here>" not in json.dumps(blocks)
