"""The page in a real browser, against the real local Slack and a small app on it."""

import os
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from bot.local_slack import LocalSlack, TourStep
from tests.bot.local_slack.conftest import GENERAL, running
from tests.bot.local_slack.page.app import connected
from tests.bot.local_slack.page.traces import trace_of
from tests.browser import Browser, Page, chromium, find_chromium

TOUR = (
    TourStep(title="An answer", message="How much leave do I get?", note="With its source."),
    TourStep(title="A follow-up", message="And for contractors?", reply=True),
    TourStep(title="In a channel", message="Who is on call?", channel=GENERAL),
)


# One browser for all tests of the page, so they share its event loop.
@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncGenerator[Browser]:
    path = find_chromium()
    if path is None:
        missing = "no Chromium on the PATH: install `chromium`, or name one in CHROMIUM"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    async with chromium(path) as running_browser:
        yield running_browser


@pytest_asyncio.fixture(loop_scope="session")
async def slack() -> AsyncGenerator[LocalSlack]:
    async with running(tour=TOUR, trace=trace_of) as local, connected(local):
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser, slack: LocalSlack) -> AsyncGenerator[Page]:
    """The page as Ada sees it, in her DM; afterwards it must have done nothing it should not."""
    opened = await browser.new_page()
    await opened.open(f"{slack.url}/")
    await opened.wait_for("document.body.classList.contains('live')")
    yield opened
    assert unexpected(opened.errors) == []
    assert [url for url in opened.requests if not url.startswith(slack.url)] == []
    await opened.close()


def unexpected(errors: list[str]) -> list[str]:
    """Errors but one: a browser notes each 404, and "no turn for this message" is one."""
    return [error for error in errors if "404" not in error or "/_local/trace?" not in error]
