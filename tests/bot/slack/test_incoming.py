from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages.events import Click, Place
from bot.slack.buttons import button_value
from bot.slack.incoming import HomeOpened, read
from bot.slack.written import Deletion, Edit, Heard

BOT = "U01BOT"


def event(**fields: Any) -> dict[str, Any]:
    base = {"type": "message", "user": "U1", "channel": "C1", "ts": "1.2", "text": "hi"}
    return {"type": "event_callback", "team_id": "T1", "event": {**base, **fields}}


def click(value: str, **fields: Any) -> dict[str, Any]:
    action = {"action_id": "approve", "value": value, "action_ts": "9.9"}
    container = {"channel_id": "C1", "message_ts": "3.4", "thread_ts": "1.2"}
    base = {"team": {"id": "T1"}, "user": {"id": "U1"}, "container": container}
    return {"type": "block_actions", "actions": [{**action, **fields}], **base}


def heard(body: dict[str, Any]) -> Heard:
    incoming = read(body, BOT)
    assert isinstance(incoming, Heard)
    return incoming


def test_a_mention_and_its_twin_are_one_message() -> None:
    mention = heard(event(type="app_mention", text=f"<@{BOT}> hi"))
    twin = heard(event(channel_type="channel", text=f"<@{BOT}> hi"))
    assert mention.message.id == twin.message.id == "T1:C1:1.2"
    assert mention.addressed
    assert twin.addressed
    assert twin.message.text == "hi"


def test_before_we_know_who_we_are_the_event_says_it() -> None:
    body = event(type="app_mention", text=f"<@{BOT}> hi <@U2>")
    told = {**body, "authorizations": [{"is_bot": False}, {"is_bot": True, "user_id": BOT}]}
    for one in (body, told):
        incoming = read(one, "")
        assert isinstance(incoming, Heard)
        assert incoming.message.text == "hi @U2"
    twin = {**event(text=f"<@{BOT}> hi"), "authorizations": told["authorizations"]}
    assert isinstance(heard_twin := read(twin, ""), Heard)
    assert heard_twin.addressed


def test_a_direct_message_is_addressed_and_roots_a_thread() -> None:
    incoming = heard(event(channel="D1", channel_type="im"))
    assert incoming.addressed
    assert incoming.message.thread == "T1:D1:1.2"
    assert incoming.message.place.kind == "im"


def test_a_message_in_a_channel_is_heard_but_not_addressed() -> None:
    incoming = heard(event(channel_type="channel", thread_ts="1.0"))
    assert not incoming.addressed
    assert incoming.message.thread == "T1:C1:1.0"


@pytest.mark.parametrize(
    "fields",
    [
        {"bot_id": "B1"},
        {"user": BOT},
        {"user": None},
        {"subtype": "channel_join"},
        {"subtype": "bot_message"},
        {"ts": "soon"},
        {"ts": None},
        {"channel": "C1:2"},
        {"channel": None},
        {"text": "<@U01BEN> can you look?"},
        {"type": "reaction_added"},
    ],
)
def test_what_is_not_for_us_is_left_alone(fields: dict[str, Any]) -> None:
    assert read(event(**fields), BOT) is None


def test_an_edit_and_a_deletion_name_the_turn_they_concern() -> None:
    inner = {"ts": "1.2", "thread_ts": "1.0", "text": f"<@{BOT}> better"}
    edited = read(event(subtype="message_changed", message=inner, ts="5.0"), BOT)
    assert edited == Edit("T1:C1:1.2", "T1:C1:1.0", "better")
    gone = read(event(subtype="message_deleted", deleted_ts="1.2", ts="5.0"), BOT)
    assert gone == Deletion("T1:C1:1.2", "T1:C1:1.2", Place(team="T1", channel="C1", root="1.2"))


def test_a_command_is_private_and_a_thread_of_its_own() -> None:
    body = {"command": "/ask", "text": "why?", "user_id": "U1", "channel_id": "C1"}
    body |= {"team_id": "T1", "trigger_id": "7.8", "response_url": "https://hooks.slack.com/x"}
    message = heard(body).message
    assert message.place.private
    assert message.thread == "T1:C1:ask-7.8"
    assert "hooks" not in repr(message)


def test_a_click_carries_only_a_key_to_our_own_record() -> None:
    incoming = read(click(button_value("T1:C1:1.2", "call_1", "d")), BOT)
    assert isinstance(incoming, Click)
    assert (incoming.thread, incoming.call_id, incoming.approve) == ("T1:C1:1.2", "call_1", True)


@pytest.mark.parametrize(
    "value",
    ["", "not json", "[]", '{"thread": 1}', button_value("T2:C1:1.2", "call_1", "d")],
)
def test_a_forged_click_cannot_name_a_thread_elsewhere(value: str) -> None:
    incoming = read(click(value), BOT)
    assert isinstance(incoming, Click)
    assert incoming.thread == "T1:C1:1.2"


def test_other_buttons_are_not_ours() -> None:
    assert read(click("{}", action_id="open_link"), BOT) is None


def test_opening_the_app_is_noticed() -> None:
    opened = read(event(type="app_home_opened", tab="messages", channel="D1"), BOT)
    assert opened == HomeOpened("U1", "D1", "messages")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["event_callback", "block_actions", "x"])},
        optional={
            "team_id": JSON,
            "event": JSON
            | st.fixed_dictionaries(
                {"type": st.sampled_from(["message", "app_mention", "app_home_opened"])},
                optional={
                    name: JSON
                    for name in ("ts", "channel", "user", "text", "subtype", "message", "thread_ts")
                },
            ),
            "actions": JSON,
            "container": JSON,
            "user": JSON,
            "team": JSON,
            "command": st.sampled_from(["/ask", "/other"]),
        },
    )
)
def test_no_body_raises(body: dict[str, Any]) -> None:
    read(body, BOT)
