"""Random replies over the wire of a local Slack: each is taken, and no text is lost.

    python -m benchmarks.replies 5000 [SEED]

The texts are those of `tests/bot/slack/test_limits.py`: up to 60,000 characters of prose, code,
tables, links, emoji and scripts of both directions. Each is said as the bot says it, as messages or
as a summary and a file, and read again by what a person sees.
"""

import asyncio
import sys
import time

from hypothesis import HealthCheck, Phase, given, seed, settings

from bot.config import Access
from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from bot.messages.events import Place
from bot.messages.replies import Reply
from bot.slack.client import make_client
from bot.slack.directory import Directory
from bot.slack.markup import inert_markdown
from bot.slack.surface import SlackSurface
from bot.terminal import Unwatched
from tests.bot.slack.test_limits import TURN, replies, visible
from tests.harness import ADA, DM, WORKSPACE


async def drive(count: int, number: int) -> dict[str, int]:
    """Say so many replies and count what they became."""
    said: list[Reply] = []

    @seed(number)
    @settings(
        max_examples=count,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(replies())
    def collect(reply: Reply) -> None:
        said.append(reply)

    await asyncio.to_thread(collect)
    counts = {"replies": len(said), "messages": 0, "files": 0}
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        client = make_client(slack.bot_token, slack.api_url)
        surface = SlackSurface(client, Directory(client, Access()))
        await surface.connect()
        root = await slack.post(ADA, DM, "question")
        place = Place(team="T01TEAM", channel=DM, root=root, user=ADA, kind="im")
        for reply in said:
            await _say(surface, slack, place, reply, counts)
    return counts


async def _say(
    surface: SlackSurface, slack: LocalSlack, place: Place, reply: Reply, counts: dict[str, int]
) -> None:
    key, read = f"{TURN}/grounded", ""
    for page in surface.pages(place, reply):
        posted = await surface.say(place, key, page, Unwatched())
        blocks = next(m for m in reversed(slack.messages(DM)) if m.ts == posted.ts).blocks
        read += "".join(block["text"] for block in blocks if block["type"] == "markdown")
        counts["messages"] += 1
        if page.attachment:
            await surface.attach(place, key, page)
            counts["files"] += 1
            assert page.attachment == reply.text
            return
    assert visible(read) == visible(inert_markdown(reply.text) if reply.text.strip() else read)


def main() -> None:
    """Print what they became; any that is refused or loses text is an error."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    clock = time.perf_counter()
    counts = asyncio.run(drive(count, number))
    told = ", ".join(f"{n:,} {name}" for name, n in counts.items())
    sys.stdout.write(f"{told}; none refused, none lost; {time.perf_counter() - clock:.0f} s\n")


if __name__ == "__main__":
    main()
