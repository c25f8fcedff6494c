"""The manifest and the workspace, as they are written down."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.local_slack import Channel, Manifest, User, Workspace
from tests.bot.local_slack.conftest import MANIFEST, manifest_without


def test_a_manifest_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "manifest.yml"
    path.write_text(MANIFEST, encoding="utf-8")
    manifest = Manifest.read(path)
    assert [command.command for command in manifest.commands] == ["/ask", "/raw"]
    assert manifest.problems() == []


@pytest.mark.parametrize(
    ("old", "new", "mistake"),
    [
        ("app_mention\n", "app_mentioned\n", "unknown events: app_mentioned"),
        ("- chat:write\n", "- chat:write\n      - chat:write\n", "a scope is listed twice"),
        ("name: Tester\n", "name: Tester\n  colour: red\n", "Extra inputs"),
        ("name: Tester\n", f"name: {'x' * 36}\n", "at most 35"),
        ("Answers questions", "x" * 301, "at most 300"),
        ("/raw", "/Raw Command", "pattern"),
    ],
)
def test_a_mistake_in_the_manifest_is_named(old: str, new: str, mistake: str) -> None:
    assert old in MANIFEST
    with pytest.raises(ValidationError, match=mistake):
        Manifest.parse_yaml(MANIFEST.replace(old, new))


def test_what_slack_would_not_send_is_a_problem() -> None:
    problems = manifest_without("im:history", "commands", "assistant:write").problems()
    assert problems == [
        "event app_context_changed needs the scope assistant:write",
        "event message.im needs the scope im:history",
        "slash commands need the scope commands",
        "agent_view needs the scope assistant:write",
    ]
    bare = manifest_without("bot_user: {display_name: Tester, always_online: true}")
    assert bare.problems() == ["bot scopes need features.bot_user"]


def test_names_and_colours_are_filled_in() -> None:
    user = User(id="U1", name="ada.okafor")
    assert user.real_name == "Ada Okafor"
    assert user.color == User(id="U1", name="other").color
    assert User(id="U2", name="x", is_restricted=True).is_guest


ADA = User(id="U1", name="ada")


@pytest.mark.parametrize(
    ("users", "channels", "mistake"),
    [
        ((ADA, ADA), (), "user U1 is there twice"),
        ((ADA,), (Channel(id="C1", name="a"), Channel(id="C1", name="b")), "channel C1"),
        ((ADA,), (Channel(id="C1", name="a", members=("U9",)),), "unknown members: U9"),
        ((User(id="U01BOT", name="bot"),), (), "the bot's user is not one of the people"),
        (
            (ADA,),
            (Channel(id="D1", kind="im", user="U1"), Channel(id="D2", kind="im", user="U1")),
            "direct message with U1 is there twice",
        ),
    ],
)
def test_a_workspace_is_consistent(
    users: tuple[User, ...], channels: tuple[Channel, ...], mistake: str
) -> None:
    with pytest.raises(ValidationError, match=mistake):
        Workspace(users=users, channels=channels)


def test_a_dm_has_a_user_and_a_channel_a_name() -> None:
    with pytest.raises(ValidationError, match="names its user"):
        Channel(id="D1", kind="im")
    with pytest.raises(ValidationError, match="names its user"):
        Channel(id="C1", name="a", user="U1")
    with pytest.raises(ValidationError, match="has a name"):
        Channel(id="C1")
