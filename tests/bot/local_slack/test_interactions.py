"""Slash commands, clicks, response URLs and views."""

import json
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.local_slack import LocalSlack, Manifest, PersonRefusal
from tests.bot.local_slack.apps import BUTTON, bare, raw_socket, status
from tests.bot.local_slack.conftest import (
    ADA,
    BEN,
    DM_ADA,
    GENERAL,
    GUEST,
    MANIFEST,
    RANDOM,
    Client,
    Clock,
    client_of,
    manifest_without,
    refused,
    running,
)

ACTIONS: dict[str, Any] = {"type": "actions", "block_id": "b1", "elements": [BUTTON]}


def answering(**body: Any) -> Any:
    return lambda: web.json_response(body)


async def test_a_command_arrives_as_a_form() -> None:
    async with running() as slack, bare(slack) as app:
        outcome = await slack.command(ADA, GENERAL, "/ask", "what & why @ben?")
        form = app.form()
        assert (form["command"], form["text"]) == ("/ask", "what &amp; why <@U01BEN|ben>?")
        assert (form["user_id"], form["channel_id"], form["team_id"]) == (ADA, GENERAL, "T01TEAM")
        assert (form["channel_name"], form["user_name"]) == ("general", "ada")
        assert form["trigger_id"] == outcome.trigger_id
        assert form["response_url"].startswith(f"{slack.url}/commands/")
        await slack.command(ADA, DM_ADA, "/raw", "ask @ben at https://a.example")
        assert app.form()["text"] == "ask @ben at https://a.example"
        assert app.form()["channel_name"] == "directmessage"


async def test_a_command_works_where_the_bot_is_no_member() -> None:
    async with running() as slack, bare(slack, answering(text="here")):
        await slack.command(ADA, RANDOM, "/ask", "hi")
        assert [m.text for m in slack.messages(RANDOM, viewer=ADA)] == ["here"]


async def test_a_command_that_is_not_in_the_manifest_never_leaves() -> None:
    async with running() as slack, bare(slack) as app:
        with pytest.raises(PersonRefusal, match="/dance is not a valid command"):
            await slack.command(ADA, GENERAL, "/dance")
        assert app.bodies == []
    async with running(manifest=manifest_without("commands")) as slack:
        with pytest.raises(PersonRefusal, match="missing_scope"):
            await slack.command(ADA, GENERAL, "/ask")


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (lambda: web.Response(text="plain"), ["plain"]),
        (lambda: web.Response(), []),
        (answering(text="json"), ["json"]),
        (answering(response_type="in_channel", text="all"), ["all"]),
        (status(500), ['/ask failed with the error "dispatch_failed"']),
        (answering(txt="typo"), ['/ask failed with the error "invalid_arguments"']),
        (answering(blocks=[{"type": "video"}]), ['/ask failed with the error "invalid_blocks"']),
        (lambda: web.Response(text="{nope"), ['/ask failed with the error "invalid_payload"']),
        (answering(response_type="loud"), ['/ask failed with the error "invalid_arguments"']),
        (answering(text=""), ['/ask failed with the error "no_text"']),
    ],
)
async def test_the_acknowledgement_is_what_the_person_sees(answer: Any, shown: list[str]) -> None:
    async with running() as slack, bare(slack, answer):
        outcome = await slack.command(ADA, GENERAL, "/ask", "hi")
        messages = slack.messages(GENERAL, viewer=ADA)
        assert [m.text for m in messages] == shown
        assert all(m.trigger_id == outcome.trigger_id for m in messages)
        others = slack.messages(GENERAL, viewer=BEN)
        assert [m.text for m in others] == [text for text in shown if text == "all"]


async def test_silence_is_shown_and_not_repeated() -> None:
    async with running(ack_timeout_s=0.05) as slack, raw_socket(slack) as socket:
        outcome = await slack.command(ADA, GENERAL, "/ask", "hi")
        assert (outcome.ack_status, outcome.ack_body) == (None, "")
        (note,) = slack.messages(GENERAL, viewer=ADA)
        assert "operation_timeout" in note.text
        assert note.username == "Slackbot"
        assert (await socket.receive_json())["type"] == "slash_commands"
        assert [len(d.attempts) for d in slack.deliveries] == [1]
    async with running() as slack:
        await slack.command(ADA, GENERAL, "/ask", "hi")
        assert "dispatch_failed" in slack.messages(GENERAL)[0].text


async def test_a_response_url_serves_five_times() -> None:
    async with running() as slack, bare(slack) as app:
        outcome = await slack.command(ADA, GENERAL, "/ask", "hi")
        hook = AsyncWebhookClient(app.form()["response_url"])
        for number in range(5):
            assert (await hook.send(text=f"n{number}")).status_code == 200
        spent = await hook.send(text="n5")
        assert (spent.status_code, json.loads(spent.body)["error"]) == (404, "used_url")
        messages = slack.messages(GENERAL, viewer=ADA)
        assert [m.text for m in messages] == [f"n{number}" for number in range(5)]
        assert {m.trigger_id for m in messages} == {outcome.trigger_id}
        assert slack.messages(GENERAL, viewer=BEN) == []


async def test_a_response_url_lives_for_half_an_hour(clock: Clock) -> None:
    async with running(clock=clock) as slack, bare(slack) as app:
        await slack.command(ADA, GENERAL, "/ask", "hi")
        hook = AsyncWebhookClient(app.form()["response_url"])
        clock.advance(30 * 60)
        assert (await hook.send(text="just in time")).status_code == 200
        clock.advance(1)
        late = await hook.send(text="late")
        assert (late.status_code, json.loads(late.body)["error"]) == (404, "expired_url")
        unknown = await AsyncWebhookClient(f"{slack.url}/commands/guess").send(text="x")
        assert unknown.status_code == 404


async def test_a_mistake_at_a_response_url_is_a_400() -> None:
    async with running() as slack, bare(slack) as app:
        await slack.command(ADA, GENERAL, "/ask", "hi")
        url = app.form()["response_url"]
        async with aiohttp.ClientSession() as session:
            for body in (b"{", b"[]", b'{"text": ""}', b'{"texxt": "x"}'):
                async with session.post(url, data=body) as response:
                    assert response.status == 400
        assert [call.error for call in slack.calls] == [
            "invalid_payload",
            "invalid_payload",
            "no_text",
            "invalid_arguments",
        ]


async def test_a_link_in_a_response_is_fetched_unless_both_switches_are_off() -> None:
    async with running() as slack, bare(slack) as app:
        await slack.command(ADA, GENERAL, "/ask", "hi")
        hook = AsyncWebhookClient(app.form()["response_url"])
        await hook.send(text="https://a.example/quiet", unfurl_links=False, unfurl_media=False)
        assert slack.unfurled == []
        await hook.send(text="https://a.example/loud")
        assert slack.unfurled == ["https://a.example/loud"]


async def test_a_click_tells_who_what_and_where() -> None:
    async with running() as slack, bare(slack) as app:
        client = client_of(slack)
        root = await slack.post(ADA, GENERAL, "q")
        metadata = {"event_type": "card", "event_payload": {"id": 1}}
        posted = await client.chat_postMessage(
            channel=GENERAL, text="x", thread_ts=root, blocks=[ACTIONS], metadata=metadata
        )
        outcome = await slack.click(BEN, GENERAL, posted["ts"], "go")
        payload = json.loads(app.form()["payload"])
        (action,) = payload["actions"]
        assert (action["action_id"], action["block_id"], action["value"]) == ("go", "b1", "1")
        assert action["action_ts"]
        assert (payload["user"]["id"], payload["team"]["id"]) == (BEN, "T01TEAM")
        assert payload["channel"] == {"id": GENERAL, "name": "general"}
        assert payload["container"] == {
            "type": "message",
            "message_ts": posted["ts"],
            "channel_id": GENERAL,
            "is_ephemeral": False,
            "thread_ts": root,
        }
        assert payload["message"]["metadata"] == metadata
        assert payload["trigger_id"] == outcome.trigger_id
        await slack.click(BEN, GENERAL, posted["ts"], "go", value="forged")
        assert json.loads(app.form()["payload"])["actions"][0]["value"] == "forged"


async def test_an_ephemeral_button_is_pressed_by_its_reader_only() -> None:
    async with running() as slack, bare(slack) as app:
        client = client_of(slack)
        shown = await client.chat_postEphemeral(
            channel=GENERAL, user=ADA, text="x", blocks=[ACTIONS]
        )
        ts = shown["message_ts"]
        with pytest.raises(PersonRefusal, match="message_not_found"):
            await slack.click(BEN, GENERAL, ts, "go")
        await slack.click(ADA, GENERAL, ts, "go")
        payload = json.loads(app.form()["payload"])
        assert payload["container"]["is_ephemeral"] is True
        assert "message" not in payload
        hook = AsyncWebhookClient(payload["response_url"])
        await hook.send_dict({"text": "replaced", "replace_original": True})
        assert [m.text for m in slack.messages(GENERAL, viewer=ADA)] == ["replaced"]
        await hook.send_dict({"delete_original": True})
        assert slack.messages(GENERAL, viewer=ADA) == []
        gone = await hook.send_dict({"delete_original": True})
        assert json.loads(gone.body)["error"] == "message_not_found"


async def test_what_cannot_be_pressed_is_not_pressed() -> None:
    async with running() as slack, bare(slack):
        client = client_of(slack)
        ts = (await client.chat_postMessage(channel=GENERAL, text="x", blocks=[ACTIONS]))["ts"]
        with pytest.raises(PersonRefusal, match="no_such_element"):
            await slack.click(ADA, GENERAL, ts, "stop")
        with pytest.raises(PersonRefusal, match="no_such_element"):
            await slack.click(ADA, GENERAL, ts, "go", block_id="b2")
        await slack.click(ADA, GENERAL, ts, "go", block_id="b1")
    off = MANIFEST.replace("is_enabled: true", "is_enabled: false")
    async with running(manifest=Manifest.parse_yaml(off)) as slack:
        ts = (await client_of(slack).chat_postMessage(channel=GENERAL, text="x", blocks=[ACTIONS]))[
            "ts"
        ]
        with pytest.raises(PersonRefusal, match="interactivity_disabled"):
            await slack.click(ADA, GENERAL, ts, "go")


async def test_a_click_that_is_not_answered_is_shown() -> None:
    async with running() as slack, bare(slack) as app:
        client = client_of(slack)
        ts = (await client.chat_postMessage(channel=GENERAL, text="x", blocks=[ACTIONS]))["ts"]
        await slack.wait_for(lambda: slack.deliveries[0].acked)
        app.answers.append(status(500))
        assert (await slack.click(ADA, GENERAL, ts, "go")).ack_status == 500
        assert "dispatch_failed" in slack.messages(GENERAL, viewer=ADA)[-1].text
        assert len(slack.messages(GENERAL, viewer=BEN)) == 1


async def test_menus_and_feedback_are_pressed_too() -> None:
    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "b")]
    feedback = {
        "type": "feedback_buttons",
        "action_id": "rate",
        "positive_button": {"text": {"type": "plain_text", "text": "Good"}, "value": "up"},
        "negative_button": {"text": {"type": "plain_text", "text": "Bad"}, "value": "down"},
    }
    text = {"type": "mrkdwn", "text": "x"}
    menu = {"type": "overflow", "action_id": "more", "options": options}
    blocks = [
        {"type": "section", "text": text, "accessory": menu},
        {"type": "context_actions", "elements": [feedback]},
        {"type": "card", "title": text, "actions": [BUTTON]},
    ]
    async with running() as slack, bare(slack) as app:
        client = client_of(slack)
        ts = (await client.chat_postMessage(channel=GENERAL, text="x", blocks=blocks))["ts"]

        async def pressed(action_id: str, value: str | None = None) -> dict[str, Any]:
            await slack.click(ADA, GENERAL, ts, action_id, value)
            return json.loads(app.form()["payload"])["actions"][0]

        assert (await pressed("more"))["selected_option"]["value"] == "a"
        assert (await pressed("more", "b"))["selected_option"]["value"] == "b"
        assert (await pressed("more", "c"))["selected_option"]["value"] == "c"
        assert (await pressed("rate"))["value"] == "up"
        assert (await pressed("rate", "down"))["value"] == "down"
        assert (await pressed("go"))["value"] == "1"


def modal(title: str = "Title", **more: Any) -> dict[str, Any]:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
    shown = {"type": "plain_text", "text": title}
    return {"type": "modal", "title": shown, "blocks": [block], **more}


async def test_a_modal_opens_within_three_seconds_and_once(clock: Clock) -> None:
    async with running(clock=clock) as slack, bare(slack):
        client = client_of(slack)
        trigger = (await slack.command(ADA, GENERAL, "/ask")).trigger_id
        clock.advance(3.0)
        opened = await client.views_open(trigger_id=trigger, view=modal())
        assert [view["id"] for view in slack.modals(ADA)] == [opened["view"]["id"]]
        again = await refused(client.views_open(trigger_id=trigger, view=modal()))
        assert again["error"] == "exchanged_trigger_id"
        late = (await slack.command(ADA, GENERAL, "/ask")).trigger_id
        clock.advance(3.1)
        expired = await refused(client.views_open(trigger_id=late, view=modal()))
        assert expired["error"] == "expired_trigger_id"
        unknown = await refused(client.views_open(trigger_id="1.2.3", view=modal()))
        assert unknown["error"] == "invalid_trigger_id"


async def test_a_modal_is_checked_and_updated() -> None:
    async with running() as slack, bare(slack):
        client = client_of(slack)
        trigger = (await slack.command(ADA, GENERAL, "/ask")).trigger_id
        opened = (await client.views_open(trigger_id=trigger, view=modal(external_id="e1")))["view"]
        trigger = (await slack.command(ADA, GENERAL, "/ask")).trigger_id
        twice = await refused(client.views_open(trigger_id=trigger, view=modal(external_id="e1")))
        assert twice["error"] == "duplicate_external_id"
        long = await refused(client.views_update(view_id=opened["id"], view=modal("x" * 25)))
        assert long["error"] == "invalid_arguments"
        assert "[json-pointer:/view/title/text]" in str(long["response_metadata"])
        changed = await client.views_update(
            view_id=opened["id"], hash=opened["hash"], view=modal("New", external_id="e1")
        )
        assert slack.modals(ADA)[0]["title"]["text"] == "New"
        stale = await refused(
            client.views_update(external_id="e1", hash=opened["hash"], view=modal())
        )
        assert (stale["error"], changed["view"]["hash"] != opened["hash"]) == (
            "hash_conflict",
            True,
        )
        lost = await refused(client.views_update(view_id="V404", view=modal()))
        assert lost["error"] == "not_found"
        none = await refused(client.api_call("views.update", json={"view": modal()}))
        assert none["error"] == "invalid_arguments"


async def test_the_home_is_published_for_one_person(slack: LocalSlack, client: Client) -> None:
    image = {"type": "image", "image_url": "https://img.example/a.png", "alt_text": "a"}
    home = {"type": "home", "blocks": [ACTIONS, image]}
    view = (await client.views_publish(user_id=ADA, view=home))["view"]
    assert slack.home(ADA) == view
    assert (slack.home(BEN), slack.unfurled) == (None, ["https://img.example/a.png"])
    await client.views_publish(user_id=ADA, view=home, hash=view["hash"])
    stale = await refused(client.views_publish(user_id=ADA, view=home, hash=view["hash"]))
    assert stale["error"] == "hash_conflict"
    assert (await refused(client.views_publish(user_id="U404", view=home)))["error"] == (
        "user_not_found"
    )
    assert (await refused(client.views_publish(user_id=ADA, view=modal())))["error"] == (
        "invalid_arguments"
    )


async def test_the_home_needs_its_tab() -> None:
    off = Manifest.parse_yaml(MANIFEST.replace("home_tab_enabled: true", "home_tab_enabled: false"))
    async with running(manifest=off) as slack:
        home = {"type": "home", "blocks": [ACTIONS]}
        body = await refused(client_of(slack).views_publish(user_id=ADA, view=home))
    assert body["error"] == "not_enabled"


async def test_a_button_in_the_home_comes_with_its_view() -> None:
    async with running() as slack, bare(slack, status(500)) as app:
        with pytest.raises(PersonRefusal, match="view_not_found"):
            await slack.click_home(ADA, "go")
        home = {"type": "home", "blocks": [ACTIONS]}
        await client_of(slack).views_publish(user_id=ADA, view=home)
        await slack.click_home(ADA, "go", value="2")
        payload = json.loads(app.form()["payload"])
        assert payload["container"]["type"] == "view"
        assert payload["view"]["type"] == "home"
        assert payload["actions"][0]["value"] == "2"
        assert "dispatch_failed" in slack.messages(DM_ADA, viewer=ADA)[-1].text
        assert slack.messages(DM_ADA, viewer=GUEST) == []


async def test_a_picture_is_a_file_that_is_there_and_is_a_picture(
    slack: LocalSlack, client: Client
) -> None:
    for file_id in ("F0NONE", await _uploaded(client, b"no picture", "a.png")):
        view = _pictured(file_id)
        wrong = await refused(client.views_publish(user_id=ADA, view=view))
        assert wrong["response_metadata"]["messages"] == [
            "[ERROR] invalid slack_file [json-pointer:/blocks/0/slack_file]"
        ]
    right = await _uploaded(client, b"\x89PNG\r\n\x1a\n....", "a.png")
    await client.views_publish(user_id=ADA, view=_pictured(right))
    wrong = await refused(
        client.chat_postMessage(channel=GENERAL, text="x", blocks=_pictured("F0NONE")["blocks"])
    )
    assert wrong["error"] == "invalid_blocks"


def _pictured(file_id: str) -> dict[str, Any]:
    return {
        "type": "home",
        "blocks": [{"type": "image", "slack_file": {"id": file_id}, "alt_text": "A chart"}],
    }


async def _uploaded(client: Client, content: bytes, name: str) -> str:
    ticket = await client.files_getUploadURLExternal(filename=name, length=len(content))
    async with aiohttp.ClientSession() as http:
        await http.post(ticket["upload_url"], data=content)
    await client.files_completeUploadExternal(files=[{"id": ticket["file_id"], "title": name}])
    return str(ticket["file_id"])
