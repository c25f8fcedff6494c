"""What people watch while a turn is under way, at Slack's wire."""

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from bot.local_slack import Message
from bot.slack.pace import Allowance
from tests.fakes.model_answers import Answer, call, hang, say, slow
from tests.fakes.model_server import ChatRequest, ModelServer
from tests.harness import ADA, BEN, BOT_USER, GENERAL, MIRA, PAGES, Company, company, text_of
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox

STATUS = "assistant.threads.setStatus"
QUESTION = "How many days of annual leave do employees get?"
QUOTE = "Employees get 25 days of annual leave a year."
GOOD = "Employees get 25 days a year. [1] Contractors get none from us. Ask their agency. [1]"


def cited(text: str, quote: str = QUOTE) -> Callable[[ChatRequest], Answer]:
    def think(request: ChatRequest) -> Answer:
        passages = re.findall(r'<passage id="(p\d+)"(.*?)</passage>', request.text, re.DOTALL)
        source = next((one for one, inner in passages if quote in inner), "p1")
        return say("grounded", text, [(source, quote)])

    return think


def drip(
    think: Callable[[ChatRequest], Answer], pause_s: float = 0.12, size: int = 12
) -> Callable[[ChatRequest], Answer]:
    """The same answer in pieces, with time to look at it in between."""
    return lambda request: slow(replace(think(request), pieces=(size,)), pause_s)


def held(
    think: Callable[[ChatRequest], Answer], said: str, go: asyncio.Event, size: int = 12
) -> Callable[[ChatRequest], Answer]:
    """The same answer in pieces, of which those after `said` wait until they may go on."""
    return lambda request: replace(think(request), pieces=(size,), held=(said, go))


@asynccontextmanager
async def dripping(
    tmp_path: Path,
    *minds: Callable[[ChatRequest], Answer],
    pages: Mapping[str, str] = PAGES,
) -> AsyncGenerator[Company]:
    left = list(minds)
    async with ModelServer() as model:
        model.mind = lambda request: left.pop(0)(request)
        env = {
            "OPENAI_BASE_URL": model.base_url,
            "OPENAI_API_KEY": model.api_key,
            "SLUICE_MODEL": model.model,
        }
        async with company(tmp_path, pages=pages, env=env) as bot:
            yield bot


def drafts(bot: Company, channel: str = GENERAL) -> list[Message]:
    """What the bot is writing."""
    done = {m.ts for m in bot.said(channel)}
    return [m for m in bot.slack.messages(channel) if m.user == BOT_USER and m.ts not in done]


def drafted(bot: Company) -> str:
    return "".join(text_of(message) for message in drafts(bot))


def methods(bot: Company) -> list[str]:
    return [c.method for c in bot.slack.calls]


async def test_sentences_appear_one_by_one_and_the_message_ends_with_its_sources(
    tmp_path: Path,
) -> None:
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(GOOD), "from us", go)) as bot:
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: "25 days" in drafted(bot))
        draft = drafts(bot)[0]
        assert "Ask their agency" not in text_of(draft)
        assert [b["type"] for b in draft.blocks] == ["plan", "markdown"]
        assert "Searched the documents" in text_of(draft)
        assert bot.slack.session(GENERAL, ts) == {"status": "processing", "title": None}
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert reply.ts == draft.ts
        assert GOOD in text_of(reply)
        assert "Leave" in text_of(reply)
        assert '"sources_open"' in text_of(reply)
        assert "chat.postMessage" not in methods(bot)
        assert "chat.update" not in methods(bot)
        assert bot.slack.session(GENERAL, ts) == {"status": "active", "title": None}


async def test_what_people_see_of_turns_waits_for_those_that_want_to_go_on(tmp_path: Path) -> None:
    """A delivery that takes its time makes turns go on slowly, one step after the other."""
    asked: list[str] = []

    def think(request: ChatRequest) -> Answer:
        asked.extend([] if asked else methods(bot))
        return drip(cited(GOOD))(request)

    async with dripping(tmp_path, *[think] * 3) as bot:
        with bot.bot.engine.order.delivery():
            for _ in range(3):
                await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
            await bot.slack.wait_for(lambda: bool(asked))
        await bot.slack.wait_for(lambda: STATUS in methods(bot))
        await bot.slack.wait_for(lambda: len(bot.said(GENERAL)) == 3)
    assert "users.info" in asked
    assert STATUS not in asked


async def test_a_sentence_that_stands_in_no_passage_is_never_shown_and_is_repaired(
    tmp_path: Path,
) -> None:
    bad = "Employees get 25 days a year. [1] They may carry over 99 days. Really they may. [1]"
    first, second = asyncio.Event(), asyncio.Event()
    minds = held(cited(bad), "carry over", first), held(cited(GOOD), "{", second)
    async with dripping(tmp_path, *minds) as bot:
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        seen: list[str] = []
        await bot.slack.wait_for(lambda: seen.append(drafted(bot)) or "25 days" in seen[-1])
        first.set()
        await bot.slack.wait_for(lambda: seen.append(drafted(bot)) or "checking" in seen[-1])
        second.set()
        await bot.slack.wait_for(lambda: seen.append(drafted(bot)) or bot.said())
        await bot.idle()
        assert not any("99 days" in one for one in seen)  # time stamps may hold a 99
        assert any("25 days" in one for one in seen)
        assert any("checking" in one for one in seen)
        assert GOOD in text_of(bot.said()[0])
        assert [len(bot.said()), drafts(bot)] == [1, []]
        sent = json.dumps([c.args for c in bot.slack.calls if c.method.startswith("chat.")])
        assert "99 days" not in sent


async def test_a_link_that_is_not_allowed_is_never_alive_in_a_stream(tmp_path: Path) -> None:
    text = "Employees get 25 days a year. [1] See [the page](https://evil.example/x) now. All. [1]"
    async with dripping(tmp_path, drip(cited(text))) as bot:
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.next_reply(0)
        await bot.idle()
        assert bot.slack.unfurled == []


@pytest.mark.parametrize("error", ["unknown_method", "feature_not_enabled", "method_deprecated"])
async def test_without_streams_a_message_is_posted_and_edited(tmp_path: Path, error: str) -> None:
    go = asyncio.Event()
    minds = [held(cited(GOOD), "from us", go)] * 2
    async with dripping(tmp_path, *minds) as bot:
        bot.slack.fail_next("chat.startStream", error=error)
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: "25 days" in drafted(bot))
        assert '"stop_turn"' in drafted(bot)
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert GOOD in text_of(reply)
        assert '"stop_turn"' not in text_of(reply)
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.next_reply(1)
        await bot.idle()
        assert methods(bot).count("chat.startStream") == 1
        assert [len(bot.said()), drafts(bot)] == [2, []]


@pytest.mark.parametrize("when", ["25 days", "Ask their agency"])
async def test_a_stream_that_slack_has_closed_is_completed_by_an_edit(
    tmp_path: Path, when: str
) -> None:
    go = asyncio.Event()
    after = "from us" if when == "25 days" else '"citations"'
    async with dripping(tmp_path, held(cited(GOOD), after, go)) as bot:
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: when in drafted(bot))
        bot.slack.age_streams()
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert GOOD in text_of(reply)
        assert [len(bot.said()), drafts(bot)] == [1, []]
        assert "chat.update" in methods(bot)


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
async def test_a_stream_that_is_full_is_ended_and_completed_by_an_edit(
    tmp_path: Path, method: str
) -> None:
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(GOOD), '"citations"', go)) as bot:
        bot.slack.fail_next(method, error="msg_too_long")
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: "chat.appendStream" in methods(bot))
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert GOOD in text_of(reply)
        assert [len(bot.said()), drafts(bot)] == [1, []]
        assert "chat.update" in methods(bot)


async def test_a_429_in_the_middle_loses_no_text(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(GOOD), '"citations"', go)) as bot:
        bot.slack.fail_next("chat.appendStream", status=429, retry_after=1)
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: "chat.appendStream" in methods(bot))
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert GOOD in text_of(reply)
        assert [len(bot.said()), drafts(bot)] == [1, []]


async def test_an_append_whose_answer_was_lost_is_neither_repeated_nor_lost(
    tmp_path: Path,
) -> None:
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(GOOD), '"citations"', go)) as bot:
        bot.slack.drop_next("chat.appendStream")
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: "chat.appendStream" in methods(bot))
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert text_of(reply).count("Ask their agency.") == text_of(reply).count("25 days a year.")
        assert GOOD in text_of(reply)
        assert len(bot.said()) == 1


async def test_a_stream_whose_start_was_lost_is_found_and_completed(tmp_path: Path) -> None:
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(GOOD), '"citations"', go)) as bot:
        bot.slack.drop_next("chat.startStream")
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: "chat.startStream" in methods(bot))
        go.set()
        reply = await bot.next_reply(0)
        await bot.idle()
        assert GOOD in text_of(reply)
        assert [len(bot.said()), drafts(bot)] == [1, []]


async def test_the_stop_button_ends_the_turn_and_its_calls(tmp_path: Path) -> None:
    async with dripping(tmp_path, lambda _: hang()) as bot:
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: bool(drafts(bot)))
        await bot.slack.stop(ADA, GENERAL, ts)
        reply = await bot.next_reply(0)
        await bot.idle()
        assert "Stopped, as you asked." in text_of(reply)
        assert [len(bot.said()), drafts(bot)] == [1, []]
        assert ((await bot.trace()).status, (await bot.trace()).error) == ("failed", "Stopped")


class Slow(httpx2.AsyncBaseTransport):
    """An API that never answers what changes something."""

    def __init__(self) -> None:
        self.reached, self.asked = asyncio.Event(), 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            self.asked += 1
            self.reached.set()
            await asyncio.Event().wait()
        return httpx2.Response(200, json={"tickets": [], "total": 0})


async def test_a_stop_during_an_approved_call_says_that_nobody_knows(tmp_path: Path) -> None:
    api, toolbox = Slow(), Toolbox()
    toolbox.add(api_client("http://127.0.0.1:9/", transport=api), *COMPANY_TOOLS)
    async with company(tmp_path, toolbox=toolbox) as bot:
        card = await bot.ask("Open a ticket: my laptop screen flickers")
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")
        await api.reached.wait()
        await bot.slack.stop(ADA, GENERAL, card.root)
        reply = await bot.next_reply(1)
        await bot.idle()
        assert "can't tell whether" in text_of(reply)
        assert [r.event for r in (await bot.trace()).related] == ["stop", "message"]
        failed = await bot.bot.engine.store(
            lambda db: db.execute("select error from inbox where state = 'failed'").fetchall()
        )
        assert failed == [("InDoubt",)]
        await bot.slack.click(ADA, GENERAL, card.ts, "approve")  # the approval is spent
        await bot.idle()
        assert api.asked == 1


async def test_somebody_else_cannot_stop_a_turn_but_an_admin_can(tmp_path: Path) -> None:
    async with dripping(tmp_path, lambda _: hang()) as bot:
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: bool(drafts(bot)))
        await bot.slack.stop(BEN, GENERAL, ts)
        await bot.slack.wait_for(lambda: bot.said(viewer=BEN))
        assert "Only the person who asked" in text_of(bot.said(viewer=BEN)[0])
        assert [m.visible_to for m in bot.said()] == [BEN]
        await bot.slack.stop(MIRA, GENERAL, ts)
        await bot.slack.wait_for(lambda: len(bot.said()) == 2)
        assert any("Stopped" in text_of(m) for m in bot.said())


async def test_the_button_of_a_message_without_streams_stops_it_too(tmp_path: Path) -> None:
    async with dripping(tmp_path, lambda _: hang()) as bot:
        bot.slack.fail_next("chat.startStream", error="unknown_method")
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: bool(drafts(bot)))
        await bot.slack.click(ADA, GENERAL, drafts(bot)[0].ts, "stop_turn")
        assert "Stopped" in text_of(await bot.next_reply(0))


async def test_a_message_that_is_deleted_takes_its_preview_along(tmp_path: Path) -> None:
    async with dripping(tmp_path, lambda _: hang()) as bot:
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: bool(drafts(bot)))
        await bot.slack.delete(ADA, GENERAL, ts)
        await bot.slack.wait_for(lambda: not drafts(bot))
        await bot.idle()
        assert bot.said() == []


async def test_a_message_that_is_edited_is_answered_in_the_same_preview(tmp_path: Path) -> None:
    async with dripping(tmp_path, lambda _: hang(), drip(cited(GOOD))) as bot:
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> What?")
        await bot.slack.wait_for(lambda: bool(drafts(bot)))
        draft = drafts(bot)[0]
        await bot.slack.edit(ADA, GENERAL, ts, f"<@{BOT_USER}> {QUESTION}")
        reply = await bot.next_reply(0)
        await bot.idle()
        assert reply.ts == draft.ts
        assert [len(bot.said()), drafts(bot)] == [1, []]


async def test_a_card_takes_the_place_of_the_preview(tmp_path: Path) -> None:
    ticket = call("open_ticket", title="Screen flickers", description="My screen flickers")
    async with dripping(tmp_path, lambda _: slow(ticket, 0.2)) as bot:
        ts = await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> Open a ticket: screen flickers")
        await bot.slack.wait_for(lambda: bool(drafts(bot)))
        card = await bot.next_reply(0)
        await bot.idle()
        assert '"approve"' in text_of(card)
        assert [len(bot.said()), drafts(bot)] == [1, []]
        assert bot.slack.session(GENERAL, ts) == {"status": "suspended", "title": None}


async def test_a_long_answer_ends_as_a_summary_and_a_file_once(tmp_path: Path) -> None:
    long = "Employees get 25 days a year. [1] " * 800
    async with dripping(tmp_path, drip(cited(long), 0.02, 900)) as bot:
        bot.slack.drop_next("files.completeUploadExternal")
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: len(bot.said()) >= 2)
        await bot.idle()
        summary, file = bot.said()
        assert "the whole answer is in the file" in text_of(summary)
        assert [one["title"] for one in file.files] == ["The whole answer"]
        assert drafts(bot) == []


CODE = "```python\n" + "\n".join(["print('leave', 'is', 'granted')  # as it is"] * 60) + "\n```\n"
TABLE = "| who | gets |\n|---|---|\n" + "| employees | annual leave, paid by us |\n" * 50
SAID = "Employees get 25 days a year. [1] "


@pytest.mark.parametrize("block", [CODE, TABLE], ids=["code", "table"])
async def test_a_stream_rolls_over_before_it_is_full_outside_code_and_tables(
    tmp_path: Path, block: str
) -> None:
    before = SAID * ((9_000) // len(SAID))
    text = f"{before}\n\n{block}\n{SAID * 60}".strip()
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(text), '"citations"', go, 500)) as bot:
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: methods(bot).count("chat.startStream") == 2, timeout=60)
        go.set()
        await bot.slack.wait_for(lambda: len(bot.said()) >= 2, timeout=60)
        await bot.idle()
        first, second = [_markdown(message) for message in bot.said()]
        assert first.strip() == before.strip()
        assert second.startswith(block.rstrip("\n"))
        assert [t.count("```") % 2 for t in (first, second)] == [0, 0]
        assert methods(bot).count("chat.startStream") == 2
        assert drafts(bot) == []
        sizes = dict[str, int]()
        for one in bot.slack.calls:
            if one.method in ("chat.appendStream", "chat.stopStream"):
                assert one.error is None
                chunks = one.args.get("chunks") or []
                written = "".join(c.get("text", "") for c in chunks)
                sizes[one.args["ts"]] = sizes.get(one.args["ts"], 0) + len(written.encode())
        assert len(sizes) == 2
        assert max(sizes.values()) <= 10_000


async def test_a_stream_that_lives_for_five_minutes_is_completed_on_both_pages(
    tmp_path: Path,
) -> None:
    text = f"{SAID * 330}\n\n{SAID * 30}".strip()
    go = asyncio.Event()
    async with dripping(tmp_path, held(cited(text), '"citations"', go, 500)) as bot:
        await bot.slack.post(ADA, GENERAL, f"<@{BOT_USER}> {QUESTION}")
        await bot.slack.wait_for(lambda: methods(bot).count("chat.startStream") == 2, timeout=60)
        bot.slack.age_streams()
        go.set()
        await bot.slack.wait_for(lambda: len(bot.said()) >= 2, timeout=60)
        await bot.idle()
        shown = "".join(map(_markdown, bot.said()))
        assert shown.count("25 days a year") == 360
        assert drafts(bot) == []


def _markdown(message: Message) -> str:
    return "".join(b["text"] for b in message.blocks if b["type"] == "markdown")


def test_calls_are_free_until_they_are_used_up_and_come_back() -> None:
    allowance = Allowance()
    waits = [allowance.take(10.0, 3) for _ in range(5)]
    assert waits[:2] == [0.0, 0.0]
    assert waits[2:] == [pytest.approx(after, abs=0.1) for after in (10.0, 20.0, 30.0)]
