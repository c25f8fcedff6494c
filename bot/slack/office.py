"""Slack as administration sees it."""

import asyncio
import contextlib
from collections.abc import Set

from bot import log
from bot.errors import SurfaceError
from bot.messages.events import Errand, Place, Posted
from bot.messages.requester import Requester
from bot.office.notices import Notice, Sheet
from bot.office.office import Download
from bot.slack import kb_forms
from bot.slack.blocks import Block
from bot.slack.client import Refused, call
from bot.slack.directory import Directory
from bot.slack.downloads import Downloads
from bot.slack.notice_blocks import notice_blocks, plain_notice
from bot.slack.sheet_blocks import plain_sheet, sheet_blocks, sheet_pages
from bot.slack.surface import SlackSurface


class SlackOffice:
    """Tells admins things in Slack. One per workspace."""

    def __init__(self, surface: SlackSurface, directory: Directory, downloads: Downloads) -> None:
        self._surface, self._directory, self._downloads = surface, directory, downloads

    async def identify(self, user: str, place: Place) -> Requester:
        """Look a person up."""
        return await self._directory.identify(user, place)

    async def dm_of(self, user: str, place: Place) -> Place:
        """The direct messages with a person; what is told there starts a thread of its own."""
        opened = await call(
            "conversations.open", self._surface.client.conversations_open(users=user)
        )
        channel = str((opened.get("channel") or {}).get("id") or "")
        if not channel:
            raise SurfaceError("conversations.open: no channel")
        return Place(team=place.team, channel=channel, root="", user=user, kind="im")

    async def tell(self, place: Place, key: str, notice: Notice | Sheet) -> Posted:
        """Tell a person something, in its thread or to them alone."""
        return await self._surface.post(place, key, *_shown(notice))

    async def find(self, place: Place, key: str, said: Notice | Sheet) -> Posted | None:
        """Look for our own message with this key."""
        return await self._surface.find(place, key, said)

    def pages(self, sheet: Sheet) -> tuple[Sheet, ...]:
        """The sheet as messages."""
        return sheet_pages(sheet)

    async def retell(self, posted: Posted, notice: Notice | Sheet) -> None:
        """Edit a message; it may be gone, which changes nothing about what was done."""
        try:
            await self._edit(posted, notice)
        except SurfaceError as error:
            log.warning("notice.not_updated", reason=str(error))

    async def show_end(self, posted: Posted, said: Notice | Sheet) -> bool:
        """Edit a message that somebody waits for; False if it is gone."""
        try:
            await self._edit(posted, said)
        except Refused as error:
            log.warning("notice.not_updated", reason=str(error))
            return False
        return True

    async def _edit(self, posted: Posted, said: Notice | Sheet) -> None:
        text, blocks = _shown(said)
        request = self._surface.client.chat_update(
            channel=posted.channel, ts=posted.ts, text=text, blocks=blocks
        )
        await call("chat.update", request)

    async def replace(self, place: Place, posted: Posted, notice: Notice) -> None:
        """Edit the message in which a button was pressed."""
        if posted.ts:
            return await self.retell(posted, notice)
        if place.response_url:
            text, blocks = plain_notice(notice), notice_blocks(notice)
            try:
                await self._surface.respond(place.response_url, text, blocks, replace=True)
            except SurfaceError as error:
                log.warning("notice.not_updated", reason=str(error))

    async def download(self, file_id: str) -> Download:
        """Get a file that somebody shared with us."""
        return await self._downloads.get(file_id)

    async def names(self, ids: Set[str]) -> dict[str, str]:
        """What people and user groups are called."""
        found: dict[str, str] = {}
        if any(one.startswith("S") for one in ids):
            with contextlib.suppress(SurfaceError):
                found |= {group: handle for group, handle in await self.groups()}
        people = sorted(one for one in ids if not one.startswith("S"))
        looked_up = await asyncio.gather(*map(self._directory.name_of, people))
        return {
            one: name
            for one, name in (found | dict(zip(people, looked_up, strict=True))).items()
            if name
        }

    async def groups(self) -> list[tuple[str, str]]:
        """The user groups there are, by id and handle.

        Raises:
            SurfaceError: Slack does not tell.
        """
        body = await call("usergroups.list", self._surface.client.usergroups_list())
        return [
            (str(g["id"]), str(g.get("handle") or g["id"])) for g in body.get("usergroups") or ()
        ]

    def ask_value(self, errand: Errand, at: int, about: str) -> str:
        """What the button carries that opens the form for a proposed file."""
        return kb_forms.add_value(errand, at, about)


def _shown(said: Notice | Sheet) -> tuple[str, list[Block]]:
    """What is said in plain words, and as blocks."""
    if isinstance(said, Sheet):
        return plain_sheet(said), sheet_blocks(said)
    return plain_notice(said), notice_blocks(said)
