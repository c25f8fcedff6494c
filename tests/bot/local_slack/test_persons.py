"""What people may do, and what their client makes of what they type."""

import io

import aiohttp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.local_slack import LocalSlack, Manifest, PersonRefusal
from bot.local_slack.typed import as_sent, rich_text
from tests.bot.local_slack.conftest import (
    ADA,
    BEN,
    BOT,
    DM_ADA,
    GENERAL,
    GUEST,
    HIDDEN,
    MANIFEST,
    RANDOM,
    Client,
    refused,
    running,
    small_workspace,
)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d"),
        ("<@U01BEN> hi", "<@U01BEN> hi"),
        ("@Tester and @Ben Castillo, @ada!", "<@U01BOT> and <@U01BEN>, <@U01ADA>!"),
        ("mail a@ben.example", "mail a@ben.example"),
        ("@benjamin", "@benjamin"),
        ("see https://a.example/x?y=1&z=2.", "see <https://a.example/x?y=1&amp;z=2>."),
        ("<https://a.example>", "<https://a.example>"),
        ("<!channel> in <#C01GENERAL>", "<!channel> in <#C01GENERAL>"),
        ("<script>", "&lt;script&gt;"),
    ],
)
def test_typed_text_becomes_what_the_client_sends(typed: str, sent: str) -> None:
    assert as_sent(typed, small_workspace()) == sent


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&@|!#UC01 benhtps:/."), max_size=40))
def test_no_typed_text_breaks_out_of_its_escape(typed: str) -> None:
    sent = as_sent(typed, small_workspace())
    block = rich_text(sent, "b")
    assert block["elements"][0]["type"] == "rich_text_section"
    assert sent.count("<") == sent.count(">")


async def test_a_persons_message_carries_rich_text(slack: LocalSlack, client: Client) -> None:
    text = "@Tester see #general <#C01GENERAL> <!here> <!subteam^S1> https://a.example <b>"
    await slack.post(ADA, GENERAL, text)
    (message,) = (await client.conversations_history(channel=GENERAL))["messages"]
    elements = message["blocks"][0]["elements"][0]["elements"]
    assert [e["type"] for e in elements if e["type"] != "text"] == [
        "user",
        "channel",
        "broadcast",
        "usergroup",
        "link",
    ]
    assert elements[-1]["text"] == " <b>"


@pytest.mark.parametrize(
    ("user", "channel", "error"),
    [
        ("U404", GENERAL, "user_not_found"),
        (ADA, "C404", "channel_not_found"),
        (GUEST, GENERAL, "not_in_channel"),
        (BEN, HIDDEN, "not_in_channel"),
        (BEN, DM_ADA, "not_in_channel"),
    ],
)
async def test_people_write_where_they_are_members(
    slack: LocalSlack, user: str, channel: str, error: str
) -> None:
    with pytest.raises(PersonRefusal, match=error):
        await slack.post(user, channel, "hi")


@pytest.mark.parametrize("text", ["", "  \n"])
async def test_nobody_can_send_nothing(slack: LocalSlack, text: str) -> None:
    with pytest.raises(PersonRefusal, match="no_text"):
        await slack.post(ADA, GENERAL, text)
    ts = await slack.post(ADA, GENERAL, "x")
    with pytest.raises(PersonRefusal, match="no_text"):
        await slack.edit(ADA, GENERAL, ts, text)


async def test_a_very_long_message_is_cut(slack: LocalSlack) -> None:
    await slack.post(ADA, GENERAL, "x" * 100_000)
    assert len(slack.messages(GENERAL)[0].text) == 40_000


async def test_a_reply_to_a_reply_joins_the_thread(slack: LocalSlack) -> None:
    root = await slack.post(ADA, GENERAL, "root")
    reply = await slack.post(BEN, GENERAL, "reply", thread_ts=root)
    await slack.post(ADA, GENERAL, "again", thread_ts=reply)
    assert slack.messages(GENERAL)[-1].thread_ts == root
    with pytest.raises(PersonRefusal, match="thread_not_found"):
        await slack.post(ADA, GENERAL, "lost", thread_ts="1.000001")


async def test_people_change_only_their_own(slack: LocalSlack) -> None:
    ts = await slack.post(ADA, GENERAL, "mine")
    with pytest.raises(PersonRefusal, match="cant_update_message"):
        await slack.edit(BEN, GENERAL, ts, "yours")
    with pytest.raises(PersonRefusal, match="cant_update_message"):
        await slack.delete(BEN, GENERAL, ts)
    await slack.edit(ADA, GENERAL, ts, "changed")
    (message,) = slack.messages(GENERAL)
    assert message.text == "changed"
    assert message.edited is not None
    await slack.delete(ADA, GENERAL, ts)
    assert slack.messages(GENERAL) == []
    with pytest.raises(PersonRefusal, match="message_not_found"):
        await slack.delete(ADA, GENERAL, ts)


async def test_what_a_tombstone_covers_cannot_be_changed(slack: LocalSlack) -> None:
    root = await slack.post(ADA, GENERAL, "root")
    await slack.post(BEN, GENERAL, "reply", thread_ts=root)
    await slack.delete(ADA, GENERAL, root)
    with pytest.raises(PersonRefusal, match="message_not_found"):
        await slack.edit(ADA, GENERAL, root, "back")


async def test_who_sees_what(slack: LocalSlack) -> None:
    await slack.post(ADA, RANDOM, "public")
    await slack.post(ADA, HIDDEN, "private")
    assert len(slack.messages(RANDOM, viewer=BEN)) == 1
    assert slack.messages(RANDOM, viewer=GUEST) == []
    assert slack.messages(HIDDEN, viewer=BEN) == []
    assert len(slack.messages(HIDDEN)) == 1


async def test_people_come_and_go(slack: LocalSlack, client: Client) -> None:
    await slack.leave(BEN, GENERAL)
    members = (await client.conversations_members(channel=GENERAL))["members"]
    assert members == [ADA, BOT]
    with pytest.raises(PersonRefusal, match="not_in_channel"):
        await slack.leave(BEN, GENERAL)
    await slack.join(BEN, GENERAL)
    assert slack.deliveries[-1].type == "member_joined_channel"
    with pytest.raises(PersonRefusal, match="already_in_channel"):
        await slack.join(BEN, GENERAL)
    await slack.leave(BOT, GENERAL)
    assert (await refused(client.chat_postMessage(channel=GENERAL, text="x")))["error"] == (
        "not_in_channel"
    )


async def test_people_react(slack: LocalSlack) -> None:
    ts = await slack.post(ADA, GENERAL, "hi")
    await slack.react(BEN, GENERAL, ts, "eyes")
    with pytest.raises(PersonRefusal, match="already_reacted"):
        await slack.react(BEN, GENERAL, ts, "eyes")
    event = slack.deliveries[-1].payload["event"]
    assert (event["reaction"], event["item"]["ts"], event["item_user"]) == ("eyes", ts, ADA)
    await slack.react(BEN, GENERAL, ts, "eyes", add=False)
    assert slack.messages(GENERAL)[0].reactions == ()


async def test_an_app_without_a_messages_tab_cannot_be_written_to() -> None:
    without = MANIFEST.replace("messages_tab_enabled: true", "messages_tab_enabled: false")
    async with running(manifest=Manifest.parse_yaml(without)) as slack:
        with pytest.raises(PersonRefusal, match="messages_tab_disabled"):
            await slack.post(ADA, DM_ADA, "hi")
    read_only = MANIFEST.replace("read_only_enabled: false", "read_only_enabled: true")
    async with running(manifest=Manifest.parse_yaml(read_only)) as slack:
        with pytest.raises(PersonRefusal, match="messages_tab_read_only"):
            await slack.post(ADA, DM_ADA, "hi")


@pytest.mark.parametrize("name", ["notes.txt", "../../etc/passwd", 'a"b\r\nX: y.txt', "ünï.md"])
async def test_a_shared_file_is_read_with_the_token_only(
    slack: LocalSlack, client: Client, name: str
) -> None:
    ts = await slack.share_file(ADA, GENERAL, name, b"secret", mimetype="text/plain", text="see")
    (message,) = (await client.conversations_history(channel=GENERAL))["messages"]
    assert (message["ts"], message["subtype"], message["text"]) == (ts, "file_share", "see")
    (file,) = message["files"]
    assert (file["name"], file["size"]) == (name, 6)
    assert [d.type for d in slack.deliveries] == ["message.channels", "file_shared"]
    async with aiohttp.ClientSession() as session:
        async with session.get(file["url_private"]) as response:
            assert (response.status, response.content_type) == (200, "text/html")
            assert b"secret" not in await response.read()
        headers = {"Authorization": f"Bearer {slack.bot_token}"}
        async with session.get(file["url_private"], headers=headers) as response:
            assert await response.read() == b"secret"
        lost = f"{slack.url}/files-pri/F404/a.txt"
        async with session.get(lost, headers=headers) as response:
            assert response.status == 404
    assert (await client.files_info(file=file["id"]))["file"]["name"] == name


async def test_a_file_out_of_the_bots_sight_is_not_found(slack: LocalSlack, client: Client) -> None:
    await slack.share_file(ADA, HIDDEN, "a.txt", b"x")
    file_id = slack.messages(HIDDEN)[0].files[0]["id"]
    assert (await refused(client.files_info(file=file_id)))["error"] == "file_not_found"
    assert (await refused(client.files_info(file="F404")))["error"] == "file_not_found"


async def test_the_bot_uploads_in_three_steps(slack: LocalSlack, client: Client) -> None:
    root = await slack.post(ADA, GENERAL, "q")
    await client.files_upload_v2(
        filename="a.csv",
        content="a,b",
        title="Table",
        channel=GENERAL,
        thread_ts=root,
        initial_comment="see https://a.example",
    )
    shared = slack.messages(GENERAL)[-1]
    assert (shared.thread_ts, shared.files[0]["title"]) == (root, "Table")
    assert slack.unfurled == ["https://a.example"]


async def test_an_upload_is_what_was_announced(slack: LocalSlack, client: Client) -> None:
    announced = await client.files_getUploadURLExternal(filename="a", length=3)
    early = await refused(client.files_completeUploadExternal(files=[{"id": announced["file_id"]}]))
    assert early["error"] == "file_upload_not_found"
    async with aiohttp.ClientSession() as session:
        url = announced["upload_url"]
        async with session.post(url, data=b"four") as response:
            assert response.status == 400
        empty = aiohttp.FormData(default_to_multipart=True)
        async with session.post(url, data=empty) as response:
            assert response.status == 400
        async with session.post(url, data={"file": io.BytesIO(b"abc")}) as response:
            assert response.status == 200
        async with session.post(url, data=b"abc") as response:
            assert response.status == 404
    unseen = await refused(client.files_info(file=announced["file_id"]))
    assert unseen["error"] == "file_not_found"
    done = await client.files_completeUploadExternal(files=[{"id": announced["file_id"]}])
    assert done["files"][0]["size"] == 3
    zero = await refused(client.files_getUploadURLExternal(filename="a", length=0))
    assert zero["error"] == "invalid_arguments"
    for wrong in ({"id": announced["file_id"], "colour": "red"}, {"title": "x"}):
        body = await refused(client.files_completeUploadExternal(files=[wrong]))
        assert body["error"] == "invalid_arguments"
