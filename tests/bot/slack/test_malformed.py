"""Bodies that are signed and have no shape that Slack sends: answered, and told in the log."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.commands.run import serving
from bot.local_slack import LocalSlack, Manifest
from bot.local_slack.http_transport import sign
from bot.manifest import MANIFEST
from tests.bot.slack.test_wire import free_port
from tests.fakes.embedder import HashEmbedder
from tests.harness import WORKSPACE, settings_for

_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"
EVENT = {"type": "event_callback", "team_id": "T1"}
ACTIONS = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}}

EVENTS: dict[str, Any] = {
    "no event": EVENT,
    "an event that is null": {**EVENT, "event": None},
    "an event that is a list": {**EVENT, "event": []},
    "an event that is text": {**EVENT, "event": "message"},
    "an event without a type": {**EVENT, "event": {}},
    "a user that is a number": {**EVENT, "event": {"type": "message", "user": 7}},
    "a team that is a list": {
        "type": "event_callback",
        "team_id": [],
        "event": {"type": "message"},
    },
    "authorizations of text": {**EVENT, "authorizations": "x", "event": {"type": "message"}},
    "authorizations of null": {**EVENT, "authorizations": [None], "event": {"type": "message"}},
    "a message that was changed into null": {
        **EVENT,
        "event": {"type": "message", "subtype": "message_changed", "message": None},
    },
    "no type": {},
    "a type that is a list": {"type": ["event_callback"]},
    "a list": [],
    "null": None,
    "a number": 7,
}
PRESSED: dict[str, Any] = {
    "no actions": ACTIONS,
    "empty actions": {**ACTIONS, "actions": []},
    "actions of null": {**ACTIONS, "actions": None},
    "an action that is null": {**ACTIONS, "actions": [None]},
    "an action that is text": {**ACTIONS, "actions": ["approve"]},
    "an action without a value": {**ACTIONS, "actions": [{"action_id": "approve"}]},
    "a user that is null": {**ACTIONS, "user": None, "actions": [{"action_id": "approve"}]},
    "a team that is text": {**ACTIONS, "team": "T1", "actions": [{"action_id": "approve"}]},
    "a view that is null": {"type": "view_submission", "view": None},
    "a view without state": {"type": "view_submission", "view": {}},
    "a message action without a message": {"type": "message_action", "callback_id": "kb_add"},
    "a list": [],
    "null": None,
}


class Door:
    """The bot's HTTP address, for whoever holds the signing secret."""

    def __init__(self, url: str, secret: str, session: aiohttp.ClientSession) -> None:
        self._url, self._secret, self._session = url, secret, session

    async def post(self, body: str, content_type: str) -> int:
        at = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": at,
            "X-Slack-Signature": sign(self._secret, at, body.encode()),
        }
        async with self._session.post(self._url, data=body, headers=headers) as response:
            return response.status


async def test_what_has_no_known_shape_is_no_error_of_ours(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    async with (
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack,
        aiohttp.ClientSession() as session,
    ):
        settings = settings_for(slack, tmp_path, {"SLUICE_PORT": str(port)}, http=True)
        async with serving(settings, HashEmbedder()):
            door = Door(f"http://127.0.0.1:{port}/slack/events", slack.signing_secret, session)
            answers = {n: await door.post(json.dumps(b), _JSON) for n, b in EVENTS.items()}
            for name, body in PRESSED.items():
                pressed = urlencode({"payload": json.dumps(body)})
                answers[f"pressed: {name}"] = await door.post(pressed, _FORM)
    assert {name: code for name, code in answers.items() if code not in (200, 400)} == {}
    assert "event.unreadable" in caplog.text
