"""Slash commands and clicks, from a person's hand to the app's answer."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from bot.local_slack.answers import answer_in_ack, tell_failure
from bot.local_slack.delivery import Deliveries
from bot.local_slack.elements import Pressed, find_pressed
from bot.local_slack.errors import ApiRefusal, PersonRefusal
from bot.local_slack.forms import Values, filled
from bot.local_slack.manifest import SlashCommand
from bot.local_slack.payloads import message_json
from bot.local_slack.records import CommandOutcome, FormOutcome, Json, Message
from bot.local_slack.response_urls import ResponseUrl
from bot.local_slack.transport import Ack, Envelope
from bot.local_slack.typed import command_text
from bot.local_slack.world import World


class Interactions:
    """Sends commands and clicks to the app and shows the person how it answered."""

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries

    async def command(self, user: str, channel: str, command: str, text: str) -> CommandOutcome:
        """Run a slash command of the manifest.

        Raises:
            PersonRefusal: `dispatch_unknown_command`, as Slack's client says itself.
        """
        declared = self._declared(command)
        trigger_id = self._world.triggers.of_command(channel, user)
        place = ResponseUrl(channel, user, trigger_id, self._world.clock())
        url = self._world.response_urls.issue("commands", channel, user, trigger_id)
        escaped = command_text(text, self._world.workspace, escape=declared.should_escape)
        payload: Json = {
            "token": "verification-token",
            **self._who_and_where(user, channel),
            "command": command,
            "text": escaped,
            "api_app_id": self._world.workspace.app_id,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": trigger_id,
        }
        return await self._ask("slash_commands", command, payload, place)

    def _declared(self, command: str) -> SlashCommand:
        for declared in self._world.manifest.commands:
            if declared.command == command:
                if "commands" not in self._world.manifest.scopes:
                    raise PersonRefusal("missing_scope", "commands")
                return declared
        raise PersonRefusal("dispatch_unknown_command", f"{command} is not a valid command")

    def _who_and_where(self, user: str, channel: str) -> dict[str, str]:
        workspace, room = self._world.workspace, self._world.rooms.channels[channel]
        names = {"im": "directmessage", "private": "privategroup"}
        return {
            "team_id": workspace.team_id,
            "team_domain": workspace.team_domain,
            "channel_id": channel,
            "channel_name": names.get(room.kind, room.name),
            "user_id": user,
            "user_name": self._world.rooms.people[user].name,
        }

    async def click(
        self, user: str, message: Message, action_id: str, block_id: str | None, value: str | None
    ) -> CommandOutcome:
        """Press an interactive element of a message; `value` replaces its own (a forgery).

        Raises:
            PersonRefusal: There is no such element, or interactivity is off.
        """
        pressed = find_pressed(message.blocks, action_id, block_id)
        trigger_id = self._world.triggers.issue(user)
        place = ResponseUrl(message.channel, user, trigger_id, self._world.clock(), message.ts)
        url = self._world.response_urls.issue(
            "actions", message.channel, user, trigger_id, message.ts
        )
        container: Json = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.ephemeral,
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        room = self._world.rooms.channels[message.channel]
        payload = self._block_actions(user, trigger_id, container, pressed, value)
        payload |= {"channel": {"id": room.id, "name": room.name or "directmessage"}}
        payload |= {"state": {"values": {}}, "response_url": url}
        if not message.ephemeral:
            payload["message"] = message_json(message, self._world.rooms, metadata=True)
        return await self._ask("interactive", "That", payload, place)

    async def click_home(
        self,
        user: str,
        view: Mapping[str, Any],
        action_id: str,
        block_id: str | None,
        value: str | None,
    ) -> CommandOutcome:
        """Press an element of a person's App Home; it has no response URL."""
        pressed = find_pressed(view["blocks"], action_id, block_id)
        trigger_id = self._world.triggers.issue(user)
        container: Json = {"type": "view", "view_id": view["id"]}
        payload = self._block_actions(user, trigger_id, container, pressed, value)
        payload["view"] = dict(view)
        dm = self._world.rooms.dm_of(user)
        place = ResponseUrl(dm.id if dm else "", user, trigger_id, self._world.clock())
        return await self._ask("interactive", "That", payload, place)

    async def shortcut(self, user: str, message: Message, callback_id: str) -> CommandOutcome:
        """Choose a message shortcut of the manifest in the menu of a message.

        Raises:
            PersonRefusal: There is no such shortcut, or interactivity is off.
        """
        shortcuts = self._world.manifest.features.shortcuts
        if not any(s.callback_id == callback_id and s.type == "message" for s in shortcuts):
            raise PersonRefusal("no_such_shortcut", callback_id)
        if "commands" not in self._world.manifest.scopes:
            raise PersonRefusal("missing_scope", "commands")
        trigger_id = self._world.triggers.issue(user)
        place = ResponseUrl(message.channel, user, trigger_id, self._world.clock())
        room = self._world.rooms.channels[message.channel]
        names = {"im": "directmessage", "private": "privategroup"}
        payload = self._interaction("message_action", user, trigger_id)
        payload |= {
            "callback_id": callback_id,
            "action_ts": self._world.rooms.new_ts(),
            "message_ts": message.ts,
            "message": message_json(message, self._world.rooms),
            "channel": {"id": room.id, "name": names.get(room.kind, room.name)},
            "response_url": self._world.response_urls.issue(
                "actions", message.channel, user, trigger_id
            ),
        }
        return await self._ask("interactive", "That", payload, place)

    async def submit(self, user: str, view_id: str, values: Values) -> FormOutcome:
        """Send a modal with what was filled in.

        Raises:
            PersonRefusal: It is not open, or Slack's client would not send it like this.
        """
        view = self._open_view(user, view_id)
        view["state"] = {"values": filled(view, values)}
        payload = self._interaction("view_submission", user, self._world.triggers.issue(user))
        payload |= {"view": view, "response_urls": []}
        ack = await self._deliveries.ask(
            "interactive", f"In{secrets.token_hex(5)}", "That", payload
        )
        outcome = _form_outcome(ack, view)
        if outcome.closed:
            self._world.views.close(view_id)
        self._world.notices.tell("view", to=user)
        return outcome

    async def close(self, user: str, view_id: str) -> None:
        """Close a modal without sending it."""
        view = self._open_view(user, view_id)
        self._world.views.close(view_id)
        self._world.notices.tell("view", to=user)
        if view.get("notify_on_close"):
            payload = self._interaction("view_closed", user, "")
            payload |= {"view": view, "is_cleared": False}
            kind: Envelope = "interactive"
            await self._deliveries.ask(kind, f"In{secrets.token_hex(5)}", "That", payload)

    def _open_view(self, user: str, view_id: str) -> Json:
        views = self._world.views
        if views.owners.get(view_id) != user or view_id not in views.modals:
            raise PersonRefusal("view_not_found")
        return dict(views.modals[view_id])

    def _block_actions(
        self, user: str, trigger_id: str, container: Json, pressed: Pressed, value: str | None
    ) -> Json:
        pressed_now = [pressed.action(value, self._world.rooms.new_ts())]
        payload = self._interaction("block_actions", user, trigger_id)
        return payload | {"container": container, "actions": pressed_now}

    def _interaction(self, kind: str, user: str, trigger_id: str) -> Json:
        """What every interaction says of who did it where."""
        workspace = self._world.workspace
        person = self._world.rooms.people[user]
        if not self._world.manifest.settings.interactivity.is_enabled:
            raise PersonRefusal("interactivity_disabled", "settings.interactivity.is_enabled")
        return {
            "type": kind,
            "user": {
                "id": user,
                "username": person.name,
                "name": person.name,
                "team_id": person.team_id or workspace.team_id,
            },
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "trigger_id": trigger_id,
            "team": {"id": workspace.team_id, "domain": workspace.team_domain},
            "enterprise": None,
            "is_enterprise_install": False,
        }

    async def _ask(
        self, kind: Envelope, what: str, payload: Json, place: ResponseUrl
    ) -> CommandOutcome:
        ack = await self._deliveries.ask(kind, f"In{secrets.token_hex(5)}", what, payload)
        error = self._shown(ack, kind, place)
        if error and place.channel:
            tell_failure(self._world, place, what, error)
        return CommandOutcome(ack_status=ack.status, ack_body=ack.body, trigger_id=place.trigger_id)

    def _shown(self, ack: Ack, kind: Envelope, place: ResponseUrl) -> str | None:
        """Post what the acknowledgement says; the error that the person sees, or None."""
        if ack.status is None:
            return "operation_timeout" if "timeout" in (ack.failure or "") else "dispatch_failed"
        if not ack.ok:
            return "dispatch_failed"
        if kind == "interactive":
            return None
        try:
            answer_in_ack(self._world, place, ack.body)
        except ApiRefusal as refusal:
            return refusal.code
        return None


def _form_outcome(ack: Ack, view: Mapping[str, Any]) -> FormOutcome:
    """What an acknowledgement does to a form: nothing in it closes it."""
    if not ack.ok:
        return FormOutcome(ack_status=ack.status)
    try:
        said: Any = json.loads(ack.body) if ack.body.strip() else {}
    except ValueError:
        return FormOutcome(ack_status=ack.status)
    match said:
        case {"response_action": "errors", "errors": dict(errors)}:
            inputs = {block["block_id"] for block in view["blocks"] if block["type"] == "input"}
            if not errors or set(errors) - inputs:  # Slack shows a warning sign then
                return FormOutcome(ack_status=ack.status)
            return FormOutcome(ack_status=ack.status, errors=errors)
        case {"response_action": "clear"} | {}:
            return FormOutcome(ack_status=ack.status, closed=True)
        case _:
            return FormOutcome(ack_status=ack.status)
