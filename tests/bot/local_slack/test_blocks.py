"""Block Kit: each limit from both sides, and every mistake named where it is."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models import blocks as sdk

from bot.local_slack import ApiRefusal, LocalSlack
from bot.local_slack.blocks import checked_blocks, inspect_blocks, inspect_view
from tests.bot.local_slack.conftest import GENERAL, Client, refused

Block = dict[str, Any]


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def section(text: str = "x", **more: Any) -> Block:
    return {"type": "section", "text": mrkdwn(text), **more}


def button(**more: Any) -> Block:
    return {"type": "button", "text": plain("Go"), **more}


def actions(*elements: Block) -> Block:
    return {"type": "actions", "elements": list(elements)}


def buttons(count: int) -> list[Block]:
    return [button(action_id=f"a{index}") for index in range(count)]


def markdown(length: int) -> Block:
    return {"type": "markdown", "text": "x" * length}


def table(rows: int, columns: int) -> Block:
    row = [{"type": "raw_text", "text": "x"}] * columns
    return {"type": "table", "rows": [row] * rows}


def option(text: str = "One", value: str = "1") -> Block:
    return {"text": plain(text), "value": value}


def select(**more: Any) -> Block:
    return {"type": "static_select", "options": [option()], **more}


def url(length: int) -> str:
    return "https://a.example/".ljust(length, "x")


def image(address: str, alt_text: str = "x") -> Block:
    return {"type": "image", "image_url": address, "alt_text": alt_text}


def field(label: str) -> Block:
    return {"type": "input", "label": plain(label), "element": {"type": "plain_text_input"}}


FEEDBACK: Block = {
    "type": "feedback_buttons",
    "positive_button": {"text": plain("Good"), "value": "up"},
    "negative_button": {"text": plain("Bad"), "value": "down"},
}
RICH: Block = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "a", "style": {"bold": True}},
                {"type": "link", "url": "https://example.com", "text": "b"},
                {"type": "user", "user_id": "U1"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "c"}]}
            ],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "d"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "e"}]},
    ],
}
NUMBER: Block = {"type": "raw_number", "value": 1.5, "text": "1.5"}
TASK: Block = {"type": "task_card", "task_id": "t", "title": "Search", "status": "complete"}

FITS: list[list[Block]] = [
    [section("x" * 3_000)],
    [{"type": "section", "fields": [mrkdwn("x")] * 10}],
    [section(accessory=button(value="v" * 2_000, action_id="a" * 255, style="danger"))],
    [section(accessory=select(placeholder=plain("Pick")))],
    [{"type": "header", "text": plain("x" * 150)}],
    [{"type": "divider"}] * 50,
    [{"type": "context", "elements": [mrkdwn("x")] * 10}],
    [actions(*buttons(25))],
    [actions(button(action_id="a")), actions(button(action_id="a"))],
    [{"type": "context_actions", "elements": [FEEDBACK]}],
    [markdown(12_000)],
    [markdown(6_000), markdown(6_000)],
    [table(100, 20)],
    [{"type": "table", "rows": [[NUMBER]], "column_settings": [None, {"align": "left"}]}],
    [section(accessory={"type": "datepicker", "initial_date": "2026-11-22"})],
    [actions({"type": "datetimepicker", "initial_date_time": 1})],
    [image(url(3_000), "x" * 2_000)],
    [actions(select(options=[option()] * 100))],
    [actions(select(options=[option("x" * 75, "v" * 150)], placeholder=plain("x" * 150)))],
    [field("x" * 2_000)],
    [{"type": "image", "image_url": "https://example.com/i.png", "alt_text": "x"}],
    [RICH],
    [TASK | {"details": RICH, "sources": [{"type": "url", "url": "https://a.b", "text": "s"}]}],
    [{"type": "plan", "title": "Plan", "tasks": [TASK]}],
    [{"type": "alert", "text": mrkdwn("careful"), "level": "warning"}],
    [{"type": "card", "title": mrkdwn("t"), "actions": [button(action_id="a")]}],
    [{"type": "carousel", "elements": [{"type": "card", "title": mrkdwn("t")}]}],
    [{"type": "container", "title": plain("t"), "child_blocks": [section()]}],
    [
        {
            "type": "input",
            "label": plain("Why"),
            "element": {"type": "plain_text_input", "multiline": True},
        }
    ],
]


@pytest.mark.parametrize("blocks", FITS, ids=lambda blocks: str(blocks[0]["type"]))
def test_what_slack_takes_is_taken(blocks: list[Block]) -> None:
    assert [str(mistake) for mistake in inspect_blocks(blocks).mistakes] == []
    assert len(checked_blocks(blocks)) == len(blocks)


WRONG: list[tuple[list[Any], str]] = [
    (
        [section("x" * 3_001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "missing required field: text or fields [json-pointer:/blocks/0]"),
    ([{"type": "section", "fields": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
    ([{"type": "section", "fields": [mrkdwn("x" * 2_001)]}], "/blocks/0/fields/0/text"),
    ([section(accessory=FEEDBACK)], "unsupported type: feedback_buttons"),
    (
        [section(colour="red")],
        "invalid additional property: colour [json-pointer:/blocks/0/colour]",
    ),
    ([{"type": "header", "text": plain("x" * 151)}], "must be less than 151 characters"),
    ([{"type": "header", "text": mrkdwn("x")}], "unsupported type: mrkdwn"),
    ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    ([{"type": "context", "elements": [mrkdwn("x")] * 11}], "no more than 10 items allowed"),
    ([{"type": "context", "elements": []}], "no less than 1 items allowed"),
    ([{"type": "context", "elements": [button()]}], "unsupported type: button"),
    ([actions(*buttons(26))], "no more than 25 items allowed"),
    ([actions(button(action_id="a"), button(action_id="a"))], "action_id is there twice"),
    ([actions(button(action_id="a" * 256))], "must be less than 256 characters"),
    ([actions(button(value="v" * 2_001))], "must be less than 2001 characters"),
    ([actions(button() | {"text": plain("x" * 76)})], "must be less than 76 characters"),
    ([actions(button() | {"text": mrkdwn("x")})], "unsupported type: mrkdwn"),
    ([actions(button(style="green"))], "must be one of primary, danger"),
    ([actions(button(url="javascript:alert(1)"))], "must be a valid http or https URL"),
    ([actions(button(onclick="x"))], "invalid additional property: onclick"),
    ([actions({"type": "button"})], "missing required field: text"),
    ([actions(FEEDBACK)], "unsupported type: feedback_buttons"),
    ([actions(select(option_groups=[]))], "needs exactly one of options, option_groups"),
    ([section(block_id="b"), section(block_id="b")], "block_id is there twice: b"),
    ([section(block_id="b" * 256)], "must be less than 256 characters"),
    ([{"type": "context_actions", "elements": [FEEDBACK] * 6}], "no more than 5 items allowed"),
    ([markdown(12_001)], "must be less than 12001 characters [json-pointer:/blocks/0/text]"),
    ([markdown(6_000), markdown(6_001)], "all markdown blocks must be less than 12001 characters"),
    ([table(101, 2)], "no more than 100 items allowed"),
    ([table(1, 21)], "no more than 20 items allowed"),
    ([table(1, 1), table(1, 1)], "only_one_table_allowed"),
    (
        [{"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * n for n in (1, 2)]}],
        "all rows must have the same number of cells",
    ),
    ([{"type": "image", "alt_text": "x"}], "needs exactly one of image_url, slack_file"),
    ([{"type": "image", "image_url": "https://a.b/c"}], "missing required field: alt_text"),
    ([TASK | {"status": "done"}], "must be one of pending, in_progress, complete, error"),
    ([{"type": "video"}], "unsupported type: video [json-pointer:/blocks/0/type]"),
    ([{"text": "x"}], "missing required field: type"),
    (["text"], "must be an object [json-pointer:/blocks/0]"),
    (
        [{"type": "actions", "elements": "none"}],
        "must be an array [json-pointer:/blocks/0/elements]",
    ),
    ([section(accessory={"type": "datepicker", "initial_date": "today"})], "must be a date"),
    ([actions({"type": "datetimepicker", "initial_date_time": "now"})], "must be an integer"),
    (
        [{"type": "table", "rows": [[{"type": "raw_number", "value": "1", "text": "1"}]]}],
        "a number",
    ),
    (
        [table(1, 1) | {"column_settings": [None, {"align": "middle"}]}],
        "must be one of left, center, right",
    ),
    (
        [
            {
                "type": "input",
                "label": plain("File"),
                "element": {"type": "file_input"},
                "dispatch_action": True,
            }
        ],
        "a file_input cannot dispatch an action",
    ),
    (
        [actions(button(action_id=5))],
        "must be a string [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    ([section(block_id=5)], "must be a string [json-pointer:/blocks/0/block_id]"),
    ([section(accessory=5)], "must be an object [json-pointer:/blocks/0/accessory]"),
    ([{"type": "markdown", "text": 5}], "must be a string"),
    ([image(url(3_001))], "must be less than 3001 characters"),
    ([image(url(30), "x" * 2_001)], "must be less than 2001 characters"),
    ([actions(select(options=[option()] * 101))], "no more than 100 items allowed"),
    ([actions(select(options=[option("x" * 76)]))], "must be less than 76 characters"),
    ([actions(select(options=[option("x", "v" * 151)]))], "must be less than 151 characters"),
    ([actions(select(placeholder=plain("x" * 151)))], "must be less than 151 characters"),
    ([field("x" * 2_001)], "must be less than 2001 characters"),
    ([section() | {"text": "bare"}], "must be an object [json-pointer:/blocks/0/text]"),
    ([section() | {"text": mrkdwn("x") | {"text": 5}}], "must be a string"),
    ([section() | {"text": plain("x") | {"emoji": "yes"}}], "must be a boolean"),
]


@pytest.mark.parametrize(("blocks", "mistake"), WRONG)
def test_a_mistake_in_blocks_is_named(blocks: list[Any], mistake: str) -> None:
    with pytest.raises(ApiRefusal) as caught:
        checked_blocks(blocks)
    assert caught.value.code == "invalid_blocks"
    assert mistake in " ".join(caught.value.messages)


def test_the_text_of_all_blocks_together_has_a_limit() -> None:
    assert checked_blocks([section("x" * 2_600) for _ in range(5)])
    with pytest.raises(ApiRefusal, match="msg_blocks_too_long"):
        checked_blocks([section("x" * 2_600) for _ in range(5)] + [section("x")])


def test_ids_that_were_left_out_are_given() -> None:
    (block,) = checked_blocks([actions(button(), button())])
    first, second = block["elements"]
    assert block["block_id"]
    assert first["action_id"] != second["action_id"]


def test_what_the_sdk_builds_passes() -> None:
    built = [
        sdk.HeaderBlock(text="Title"),
        sdk.SectionBlock(text="*bold*", fields=["a", "b"]),
        sdk.DividerBlock(),
        sdk.MarkdownBlock(text="**bold**"),
        sdk.ContextBlock(elements=[sdk.MarkdownTextObject(text="small")]),
        sdk.ActionsBlock(
            elements=[
                sdk.ButtonElement(
                    text="Approve",
                    action_id="approve",
                    value="1",
                    style="primary",
                    confirm=sdk.ConfirmObject(title="Sure?", text="Really?"),
                )
            ]
        ),
        sdk.ContextActionsBlock(
            elements=[
                sdk.FeedbackButtonsElement(
                    action_id="feedback",
                    positive_button=sdk.FeedbackButtonObject(text="Good", value="up"),
                    negative_button=sdk.FeedbackButtonObject(text="Bad", value="down"),
                )
            ]
        ),
        sdk.TableBlock(rows=[[sdk.RawTextObject(text="a"), sdk.RawTextObject(text="b")]]),
    ]
    payload = json.loads(json.dumps([block.to_dict() for block in built]))
    assert [str(mistake) for mistake in inspect_blocks(payload).mistakes] == []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "block_id", "rows", "element", "fields"]),
            inner
            | st.sampled_from(["section", "table", "input", "actions", "rich_text", "button"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(ANYTHING, max_size=3))
def test_no_blocks_crash_the_check(blocks: list[Any]) -> None:
    inspect_blocks(blocks)


def modal(**more: Any) -> Block:
    return {"type": "modal", "title": plain("Title"), "blocks": [section()], **more}


@pytest.mark.parametrize(
    ("view", "mistake"),
    [
        (modal(title=plain("x" * 25)), "must be less than 25 characters"),
        (modal(private_metadata="x" * 3_001), "must be less than 3001 characters"),
        (modal(callback_id="x" * 256), "must be less than 256 characters"),
        (modal(blocks=[section()] * 101), "no more than 100 items allowed"),
        (modal(blocks=[markdown(1)]), "unsupported type: markdown in a modal"),
        (modal(colour="red"), "invalid additional property: colour"),
        ({"type": "modal", "blocks": [section()]}, "missing required field: title"),
        (
            {"type": "home", "blocks": [section()], "title": plain("x")},
            "additional property: title",
        ),
        ({"type": "dialog", "blocks": []}, "must be one of modal, home"),
        (
            modal(
                blocks=[
                    {
                        "type": "input",
                        "label": plain("Why"),
                        "element": {"type": "plain_text_input"},
                    }
                ]
            ),
            "missing required field: submit",
        ),
    ],
)
def test_a_mistake_in_a_view_is_named(view: Block, mistake: str) -> None:
    found = " ".join(str(one) for one in inspect_view(view, ("modal", "home")))
    assert mistake in found


def test_views_within_the_limits_pass() -> None:
    assert (
        inspect_view(modal(title=plain("x" * 24), private_metadata="x" * 3_000), ("modal",)) == []
    )
    assert inspect_view({"type": "home", "blocks": [section()] * 100}, ("home",)) == []


async def test_the_refusal_is_worded_as_slacks(client: Client) -> None:
    call = client.chat_postMessage(channel=GENERAL, text="x", blocks=[{"type": "video"}])
    body = await refused(call)
    assert body["error"] == "invalid_blocks"
    expected = "unsupported type: video [json-pointer:/blocks/0/type]"
    assert body["errors"] == [expected]
    assert body["response_metadata"]["messages"] == [f"[ERROR] {expected}"]


async def test_a_payload_can_be_checked_without_posting_it(
    slack: LocalSlack, client: Client
) -> None:
    await client.blocks_validate(blocks=[section()])
    await client.blocks_validate(view=modal())
    body = await refused(client.blocks_validate(blocks=[section("x" * 3_001)]))
    assert body["error"] == "invalid_blocks"
    assert body["errors"] == [
        {
            "pointer": "/0/text/text",
            "code": "failed_constraint",
            "message": "must be less than 3001 characters",
        }
    ]
    message = await refused(client.blocks_validate(message={"blocks": [{"type": "video"}]}))
    assert (message["error"], message["errors"][0]["pointer"]) == (
        "invalid_message",
        "/blocks/0/type",
    )
    view = await refused(client.blocks_validate(view=modal(title=plain("x" * 25))))
    assert (view["error"], view["errors"][0]["pointer"]) == ("invalid_view", "/title/text")
    long = await refused(client.blocks_validate(blocks=[section("x" * 2_700)] * 5))
    assert "13001" in long["errors"][0]["message"]
    odd = await refused(client.blocks_validate(message={"blocks": "none"}))
    assert odd["error"] == "invalid_message"
    none = await refused(client.blocks_validate())
    assert none["error"] == "invalid_arguments"
    assert slack.messages(GENERAL) == []
