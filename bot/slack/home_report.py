"""The report in an admin's App Home: what `sluice report` says, with a small chart as a picture."""

import asyncio

from bot import log
from bot.egress.gate import Gate
from bot.errors import SurfaceError
from bot.office.notices import Notice
from bot.reports.chart import chart, described
from bot.reports.digest import Reporter, digest
from bot.reports.report import Day
from bot.slack.blocks import Block
from bot.slack.home_sections import header
from bot.slack.incoming import HomeOpened
from bot.slack.notice_blocks import notice_blocks
from bot.slack.pictures import Pictures

TITLE = "Messages a day"
ALT = 1_900
"""Characters of a picture's description; Slack takes 2,000."""


class Reported:
    """For admins: the last week."""

    def __init__(self, reporter: Reporter, gate: Gate, pictures: Pictures) -> None:
        self._reporter, self._gate, self._pictures = reporter, gate, pictures

    async def __call__(self, opened: HomeOpened, admin: bool) -> list[Block]:  # noqa: ARG002
        """Nothing for anybody else; the words alone where the picture cannot be uploaded."""
        if not admin:
            return []
        found = await self._reporter.report()
        notice = _unpressed(digest(found)).passed(self._gate)
        picture = await self._picture(found.daily)
        return [header("The last week"), *picture, *notice_blocks(notice)]

    async def _picture(self, days: tuple[Day, ...]) -> list[Block]:
        content = await asyncio.to_thread(chart, days)
        try:
            file_id = await self._pictures.file_of(content, TITLE)
        except SurfaceError as error:
            log.warning("chart.failed", reason=str(error))
            return []
        title = {"type": "plain_text", "text": TITLE}
        shown = {"slack_file": {"id": file_id}, "alt_text": described(days)[:ALT]}
        return [{"type": "image", "title": title, **shown}]


def _unpressed(notice: Notice) -> Notice:
    """Without its buttons, which belong to a conversation."""
    rows = tuple(row.model_copy(update={"buttons": ()}) for row in notice.rows)
    foot = "The digest in our direct messages has a button to answer each once and for all."
    return notice.model_copy(update={"rows": rows, "foot": foot if rows else ""})
