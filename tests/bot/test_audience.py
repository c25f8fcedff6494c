"""Who may read what: driven at Slack's wire, with the answer that needs no model."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.local_slack import Message
from tests.bot.test_flow import thinking
from tests.fakes.model_answers import Answer, say
from tests.fakes.model_server import ChatRequest
from tests.harness import (
    ADA,
    BEN,
    BEN_DM,
    BOARD,
    DM,
    FINANCE,
    GENERAL,
    GUEST,
    MIRA,
    PAGES,
    TEAM,
    Company,
    company,
    text_of,
)

SECRET = "The severance package is nine months of salary."
QUESTION = "How many months is the severance package?"
SEVERANCE = {**PAGES, "severance.md": f"# Severance terms\n\n## Package\n\n{SECRET}\n"}


def restrict(bot: Company, *audience: str) -> None:
    """Keep the page about severance for some channels and groups."""
    store = bot.bot.deps.library.store
    (page,) = [d for d in store.documents() if d.title == "Severance terms"]
    store.describe(page.document_id, audience=audience)


def offers(bot: Company, viewer: str, channel: str = GENERAL) -> list[Message]:
    """The offers of a private answer that a person sees."""
    return [
        m
        for m in bot.said(channel, viewer=viewer)
        if m.ephemeral and "answer_privately" in text_of(m)
    ]


async def told_in(bot: Company, channel: str, user: str) -> bool:
    reply = await bot.ask(QUESTION, user=user, channel=channel)
    await bot.idle()
    return SECRET in text_of(reply)


@pytest.mark.parametrize(
    ("audience", "channel", "user", "told"),
    [
        ((), GENERAL, BEN, True),
        ((GENERAL,), GENERAL, BEN, True),
        ((BOARD,), GENERAL, ADA, False),
        ((FINANCE,), GENERAL, ADA, False),  # anybody may read a public channel
        ((FINANCE,), BOARD, ADA, True),  # all of the board are in the group
        ((FINANCE,), TEAM, ADA, False),  # Ben is not
        ((BOARD,), TEAM, ADA, False),
        ((BOARD,), DM, ADA, True),
        ((FINANCE,), DM, ADA, True),
        ((BOARD,), BEN_DM, BEN, False),
        ((FINANCE,), BEN_DM, BEN, False),
        ((FINANCE, TEAM), BEN_DM, BEN, True),
        (("C01NOWHERE", "S01NOWHERE"), DM, ADA, False),
    ],
)
async def test_a_reply_uses_what_all_of_its_readers_may_read(
    tmp_path: Path, audience: tuple[str, ...], channel: str, user: str, told: bool
) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, *audience)
        assert await told_in(bot, channel, user) == told


async def test_in_a_public_channel_no_group_will_do_whoever_is_in_it(tmp_path: Path) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, FINANCE)
        bot.slack.set_group(FINANCE, ADA, BEN, MIRA, GUEST)
        assert not await told_in(bot, GENERAL, ADA)


async def test_a_private_reply_uses_what_the_asker_may_read(tmp_path: Path) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        for user, told in ((ADA, True), (BEN, False)):
            await bot.slack.command(user, GENERAL, "/ask", QUESTION)
            await bot.slack.wait_for(lambda user=user: bot.said(viewer=user))
            assert (SECRET in text_of(bot.said(viewer=user)[-1])) == told


@pytest.mark.parametrize("method", ["users.conversations", "usergroups.users.list"])
async def test_membership_that_slack_does_not_tell_is_none(tmp_path: Path, method: str) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD if method == "users.conversations" else FINANCE)
        bot.slack.fail_next(method, error="internal_error", times=9)
        assert not await told_in(bot, DM, ADA)


async def test_members_of_a_channel_that_slack_does_not_tell_are_not_in_a_group(
    tmp_path: Path,
) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, FINANCE)
        bot.slack.fail_next("conversations.members", error="internal_error", times=9)
        assert not await told_in(bot, BOARD, ADA)


async def test_membership_is_in_the_trace(tmp_path: Path) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD, FINANCE)
        await bot.ask(QUESTION, channel=TEAM)
        await bot.idle()
        assert await bot.step("membership") == {"here": [], "asker": [BOARD, FINANCE]}


async def test_nobody_is_looked_up_where_everything_is_for_everyone(tmp_path: Path) -> None:
    async with company(tmp_path) as bot:
        await bot.ask("How many days of annual leave do employees get?", channel=DM)
        await bot.idle()
        looked_up = {"users.conversations", "usergroups.users.list", "conversations.members"}
        assert looked_up.isdisjoint(call.method for call in bot.slack.calls)


async def test_who_leaves_a_group_while_the_answer_is_made_gets_nothing(tmp_path: Path) -> None:
    async with thinking_of_severance(
        tmp_path, lambda bot: bot.slack.set_group(FINANCE, MIRA)
    ) as bot:
        restrict(bot, FINANCE)
        reply = await bot.ask(QUESTION, channel=DM)
        assert "nine months" not in text_of(reply)
        assert "ask me again" in text_of(reply)


async def test_who_stays_gets_the_answer(tmp_path: Path) -> None:
    async with thinking_of_severance(tmp_path) as bot:
        restrict(bot, FINANCE)
        assert "nine months" in text_of(await bot.ask(QUESTION, channel=DM))


async def test_a_document_that_is_removed_meanwhile_is_not_quoted(tmp_path: Path) -> None:
    async with thinking_of_severance(tmp_path, remove) as bot:
        assert "nine months" not in text_of(await bot.ask(QUESTION, channel=DM))


@asynccontextmanager
async def thinking_of_severance(
    tmp_path: Path, meanwhile: Callable[[Company], object] = lambda _: None
) -> AsyncGenerator[Company]:
    """A model that answers from the page; while it thinks, something happens."""
    running: list[Company] = []

    def think(request: ChatRequest) -> Answer:
        meanwhile(running[0])
        return say("grounded", "It is nine months of salary [1].", [(source_of(request), SECRET)])

    async with thinking(tmp_path, think, pages=SEVERANCE) as (bot, _):
        running.append(bot)
        yield bot


def remove(bot: Company) -> None:
    """Remove the page about severance."""
    store = bot.bot.deps.library.store
    store.remove(next(d.document_id for d in store.documents() if d.title == "Severance terms"))


def source_of(request: ChatRequest) -> str:
    """The id of the passage that holds the secret."""
    before = request.text[: request.text.index(SECRET)]
    return before.rpartition('<passage id="')[2].partition('"')[0]


# --- the offer of a private answer ----------------------------------------------------------------


async def test_who_may_read_more_than_the_channel_is_offered_a_private_answer(
    tmp_path: Path,
) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        reply = await bot.ask(QUESTION)
        await bot.slack.wait_for(lambda: offers(bot, ADA))
        (offer,) = offers(bot, ADA)
        for told in (text_of(reply), text_of(offer)):
            assert "Severance terms" not in told
            assert "nine months" not in told
        assert offers(bot, BEN) == []
        await bot.slack.click(ADA, GENERAL, offer.ts, "answer_privately")
        await bot.slack.wait_for(lambda: SECRET in text_of(bot.said(viewer=ADA)[-1]))
        assert bot.said(viewer=ADA)[-1].ephemeral
        assert SECRET not in "".join(map(text_of, bot.said(viewer=BEN)))


async def test_a_second_press_does_not_answer_twice(tmp_path: Path) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        await bot.ask(QUESTION)
        await bot.slack.wait_for(lambda: offers(bot, ADA))
        (offer,) = offers(bot, ADA)
        for _ in range(2):
            await bot.slack.click(ADA, GENERAL, offer.ts, "answer_privately")
            await bot.idle()
        assert sum(SECRET in text_of(m) for m in bot.said(viewer=ADA)) == 1


async def test_a_private_answer_is_for_the_one_who_asked(tmp_path: Path) -> None:
    """Mira may read the page as well; but it was not her question, and her button is forged."""
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        await bot.ask("Which days are holidays?", user=MIRA)
        reply = await bot.ask(QUESTION)
        await bot.slack.wait_for(lambda: offers(bot, ADA))
        (offer,) = offers(bot, ADA)
        question = offer.blocks[-1]["elements"][0]["value"]
        await bot.slack.click(ADA, GENERAL, offer.ts, "answer_privately")
        await bot.idle()
        mine = await bot.ask(QUESTION, user=MIRA)
        await bot.slack.wait_for(lambda: offers(bot, MIRA))
        before = len(bot.said(viewer=MIRA))
        (own,) = offers(bot, MIRA)
        await bot.slack.click(MIRA, GENERAL, own.ts, "answer_privately", question)
        await bot.slack.wait_for(lambda: len(bot.said(viewer=MIRA)) > before)
        told = text_of(bot.said(viewer=MIRA)[-1])
        assert "not yours" in told
        assert SECRET not in told
        assert reply.ts != mine.ts


async def test_a_follow_up_is_understood_in_private_too(tmp_path: Path) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        first = await bot.ask("What is in the severance package?")
        await bot.ask("How many months is that?", thread=first.root)
        await bot.slack.wait_for(lambda: len(offers(bot, ADA)) == 2)
        await bot.slack.click(ADA, GENERAL, offers(bot, ADA)[-1].ts, "answer_privately")
        await bot.slack.wait_for(lambda: SECRET in text_of(bot.said(viewer=ADA)[-1]))
        await bot.idle()
        assert "What is in" in (await bot.step("retrieve"))["query"]


async def test_what_was_said_in_private_does_not_come_up_in_the_channel(tmp_path: Path) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        reply = await bot.ask(QUESTION)
        await bot.slack.wait_for(lambda: offers(bot, ADA))
        await bot.slack.click(ADA, GENERAL, offers(bot, ADA)[0].ts, "answer_privately")
        await bot.slack.wait_for(lambda: SECRET in text_of(bot.said(viewer=ADA)[-1]))
        await bot.idle()
        state = await bot.bot.engine.store(
            lambda db: db.execute("select id, state from threads").fetchall()
        )
        public = next(saved for thread, saved in state if thread.endswith(f":{reply.root}"))
        assert SECRET not in public


@pytest.mark.parametrize(("user", "channel"), [(BEN, GENERAL), (ADA, DM)])
async def test_nothing_is_offered_where_it_would_not_help(
    tmp_path: Path, user: str, channel: str
) -> None:
    async with company(tmp_path, pages=SEVERANCE) as bot:
        restrict(bot, BOARD)
        await bot.ask(QUESTION, user=user, channel=channel)
        await bot.idle()
        assert offers(bot, user, channel) == []
