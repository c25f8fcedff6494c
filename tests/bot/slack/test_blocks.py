import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import (
    Argument,
    Card,
    Citation,
    Consent,
    Message,
    Pending,
    Place,
    Reply,
    Requester,
    Task,
    Verdict,
)
from bot.slack.blocks import card_blocks, settled_blocks
from bot.slack.replies import paged, reply_blocks
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


@given(st.lists(st.tuples(TEXT, TEXT), max_size=12))
def test_any_card_keeps_slacks_limits(pairs: list[tuple[str, str]]) -> None:
    made = card(*(Argument(name=n, value=v, origin="model") for n, v in pairs))
    limits_hold(card_blocks(made))


def test_an_argument_that_is_not_shown_whole_says_so() -> None:
    shown = json.dumps(card_blocks(card(Argument(name="text", value="x" * 4_000, origin="tool"))))
    assert "the first 1,500 of 4,000 characters" in shown
    assert "from a tool's result" in shown


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
    for outcome in ("approved", "denied", "expired"):
        consent = Consent.model_validate(
            {"outcome": outcome, "explanation": "", "by": "<!here>", "at": NOW}
        )
        blocks = settled_blocks(pending, consent)
        assert all(block["type"] != "actions" for block in blocks)
        assert outcome in json.dumps(blocks).lower()
        assert "<!here>" not in json.dumps(blocks)
