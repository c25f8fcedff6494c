"""What the app did, kept for tests and for the page."""

from collections.abc import Sequence

from bot.local_slack.links import (
    images_of_blocks,
    links_in,
    links_of_blocks,
    mentions_in,
    mentions_of_blocks,
)
from bot.local_slack.records import ApiCall, Json, Message, Notification, Unfurl


class Journal:
    """Calls, URLs that Slack would have fetched, and people the app would have notified."""

    def __init__(self) -> None:
        self.calls: list[ApiCall] = []
        self.unfurls: list[Unfurl] = []
        self.notifications: list[Notification] = []

    def sent(self, method: str, message: Message, *, unfurls: bool) -> None:
        """Take down what a text that the app sent sets off at Slack's servers."""
        links = links_in(message.text) + links_of_blocks(message.blocks) if unfurls else []
        urls = dict.fromkeys([*links, *images_of_blocks(message.blocks)])
        where = {"method": method, "channel": message.channel, "ts": message.ts}
        self._unfurl([Unfurl(url=url, **where) for url in urls])
        mentions = dict.fromkeys([*mentions_in(message.text), *mentions_of_blocks(message.blocks)])
        self.notifications += [Notification(mention=m, **where) for m in mentions]

    def shown(self, method: str, user: str, blocks: Sequence[Json]) -> None:
        """The same for a view: nothing is unfurled in it, but its images are fetched."""
        urls = images_of_blocks(blocks)
        self._unfurl([Unfurl(url=url, method=method, channel=user, ts="") for url in urls])

    def _unfurl(self, unfurls: Sequence[Unfurl]) -> None:
        self.unfurls += [unfurl for unfurl in unfurls if unfurl not in self.unfurls]
