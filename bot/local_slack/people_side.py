"""What people do in the local Slack, as its methods."""

from bot.local_slack.errors import PersonRefusal
from bot.local_slack.forms import Values
from bot.local_slack.parts import Parts
from bot.local_slack.records import CommandOutcome, FormOutcome, Json


class PeopleSide:
    """The half of `LocalSlack` that stands for people.

    Each method returns what Slack would have produced and raises `PersonRefusal` for what Slack's
    client would not have let that person do. What the app is told goes out on its own.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def post(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> str:
        """Write a message as a person types it, and return its ts."""
        return self._parts.persons.post(user, channel, text, thread_ts)

    def wrote(
        self, user: str, channel: str, text: str, at: float, thread_ts: str | None = None
    ) -> str:
        """Put a message where it stood before the app was there, and return its ts; nobody is told.

        `at` is in seconds on the server's clock, after all that stands in the channel.
        """
        return self._parts.persons.wrote(user, channel, text, at, thread_ts)

    async def edit(self, user: str, channel: str, ts: str, text: str) -> None:
        """Change one's own message."""
        self._parts.persons.edit(user, channel, ts, text)

    async def delete(self, user: str, channel: str, ts: str) -> None:
        """Delete one's own message."""
        self._parts.persons.delete(user, channel, ts)

    async def react(self, user: str, channel: str, ts: str, name: str, *, add: bool = True) -> None:
        """Add a reaction, or take it away."""
        self._parts.persons.react(user, channel, ts, name, add=add)

    async def share_file(
        self,
        user: str,
        channel: str,
        name: str,
        content: bytes,
        *,
        mimetype: str = "application/octet-stream",
        text: str = "",
    ) -> str:
        """Upload a file into a channel and return the ts of its message."""
        return self._parts.persons.share_file(user, channel, name, content, mimetype, text)

    async def join(self, user: str, channel: str, *, inviter: str | None = None) -> None:
        """Enter a channel; also for the bot, whom somebody invites."""
        self._parts.persons.join(user, channel, inviter)

    async def leave(self, user: str, channel: str) -> None:
        """Leave a channel or be removed from it."""
        self._parts.persons.leave(user, channel)

    async def command(
        self, user: str, channel: str, command: str, text: str = ""
    ) -> CommandOutcome:
        """Run a slash command and wait for its acknowledgement."""
        self._parts.persons.room(user, channel)
        return await self._parts.interactions.command(user, channel, command, text)

    async def click(
        self,
        user: str,
        channel: str,
        ts: str,
        action_id: str,
        value: str | None = None,
        *,
        block_id: str | None = None,
    ) -> CommandOutcome:
        """Press a button in a message as that person sees it; a given value is a forgery."""
        message = self._parts.persons.visible(user, channel, ts)
        return await self._parts.interactions.click(user, message, action_id, block_id, value)

    async def shortcut(self, user: str, channel: str, ts: str, callback_id: str) -> CommandOutcome:
        """Choose a shortcut in the menu of a message."""
        message = self._parts.persons.visible(user, channel, ts)
        return await self._parts.interactions.shortcut(user, message, callback_id)

    def modal(self, user: str) -> Json | None:
        """The modal that a person sees."""
        return self._parts.world.views.open_for(user)

    async def submit(self, user: str, view_id: str, values: Values) -> FormOutcome:
        """Send a modal with what was filled in; what is left out is as it was at first."""
        return await self._parts.interactions.submit(user, view_id, values)

    async def close_modal(self, user: str, view_id: str) -> None:
        """Close a modal without sending it."""
        await self._parts.interactions.close(user, view_id)

    async def click_home(
        self, user: str, action_id: str, value: str | None = None, *, block_id: str | None = None
    ) -> CommandOutcome:
        """Press a button in a person's App Home."""
        view = self._parts.world.views.homes.get(user)
        if view is None:
            raise PersonRefusal("view_not_found")
        return await self._parts.interactions.click_home(user, view, action_id, block_id, value)

    async def open_home(self, user: str) -> Json | None:
        """Open the App Home; the view that stands there at that moment."""
        return self._parts.persons.open_app(user, "home")

    async def open_dm_tab(self, user: str) -> None:
        """Open the app's messages tab."""
        self._parts.persons.open_app(user, "messages")

    async def stop(self, user: str, channel: str, thread_ts: str) -> None:
        """Press the stop button that Slack shows while an agent works."""
        self._parts.persons.stop(user, channel, thread_ts)

    async def change_context(self, user: str, channel: str) -> None:
        """Look at a channel while the app is open beside it."""
        self._parts.persons.change_context(user, channel)

    async def revoke_tokens(self) -> None:
        """Take the app's tokens away, and tell it so."""
        self._parts.api.revoked = True
        bot = self._parts.world.workspace.bot_user_id
        self._parts.world.events.send(
            "tokens_revoked", {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [bot]}}
        )
