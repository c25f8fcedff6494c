"""Slash commands and clicks, from a person's hand to the app's answer."""

import secrets
from collections.abc import Mapping
from typing import Any

from bot.local_slack.answers import answer_in_ack, tell_failure
from bot.local_slack.delivery import Deliveries
from bot.local_slack.elements import Pressed, find_pressed
from bot.local_slack.errors import ApiRefusal, PersonRefusal
from bot.local_slack.manifest import SlashCommand
from bot.local_slack.payloads import message_json
from bot.local_slack.records import CommandOutcome, Json, Message
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

    def _block_actions(
        self, user: str, trigger_id: str, container: Json, pressed: Pressed, value: str | None
    ) -> Json:
        workspace = self._world.workspace
        person = self._world.rooms.people[user]
        if not self._world.manifest.settings.interactivity.is_enabled:
            raise PersonRefusal("interactivity_disabled", "settings.interactivity.is_enabled")
        return {
            "type": "block_actions",
            "user": {
                "id": user,
                "username": person.name,
                "name": person.name,
                "team_id": person.team_id or workspace.team_id,
            },
            "api_app_id": workspace.app_id,
            "token": "verification-token",
            "container": container,
            "trigger_id": trigger_id,
            "team": {"id": workspace.team_id, "domain": workspace.team_domain},
            "enterprise": None,
            "is_enterprise_install": False,
            "actions": [pressed.action(value, self._world.rooms.new_ts())],
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
