"""How much memory a summary of a long channel takes, and how long: the bot in a process of its own.

    .venv/bin/python -m benchmarks.summary [MESSAGES...]

The local Slack and the model's server are in this process, the bot in another, whose own memory
(`RssAnon`) is looked at every 20 ms. The model answers at once, so the time is ours: reading,
screening, remembering, showing. Prints a line for each length.
"""

import asyncio
import json
import os
import re
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bot.commands.run import serving
from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from bot.settings import Settings
from tests.fakes.embedder import HashEmbedder
from tests.fakes.model_server import Answer, ChatRequest, ModelServer, raw
from tests.harness import ADA, BEN, DM, GENERAL, MIRA, WORKSPACE

WORDS = (
    "the depot has asked again when the tablets come and whether the printed lists stay until then"
)
LIMITS = "[limits]\ntokens_a_day = 100000000\n"


class Measured(NamedTuple):
    """A summary of so many messages; memory in MiB, time in seconds.

    Attributes:
        before: Held by the bot when it was asked.
        most: The most it held until the end.
        edits: How often the progress was shown.
    """

    messages: int
    before: float
    most: float
    seconds: float
    parts: int
    edits: int


async def measured(messages: int, folder: Path) -> Measured:
    """Let people have talked, have it summed up, and watch."""
    async with (
        ModelServer() as server,
        LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack,
    ):
        server.mind = note
        began = time.time() - 20 * 3600
        for n in range(messages):
            user = (ADA, BEN, MIRA)[n % 3]
            slack.wrote(user, GENERAL, f"{n}: {WORDS}, says depot {n % 97}.", began + n * 2)
        (folder / "sluice.toml").write_text(LIMITS)
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "benchmarks.summary", "bot", str(folder)),
            env={**os.environ, **_env(slack, server)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert bot.stdout
        assert bot.stdin
        try:
            assert await bot.stdout.readline() == b"ready\n"
            found = await _watched(messages, bot.pid, slack)
        finally:
            bot.stdin.close()
            await bot.wait()
        parts = sum("The messages, the oldest" in r.last["content"] for r in server.requests)
        return found._replace(parts=parts)


async def _watched(messages: int, pid: int, slack: LocalSlack) -> Measured:
    before = most = held(pid)
    clock = time.perf_counter()
    await slack.command(ADA, GENERAL, "/summarize")
    while not any("Summary of" in str(m.blocks) for m in slack.messages(DM)):
        most = max(most, held(pid))
        await asyncio.sleep(0.02)
    seconds = time.perf_counter() - clock
    edits = sum(call.method == "chat.update" for call in slack.calls)
    return Measured(messages, before, most, seconds, 0, edits)


def held(pid: int) -> float:
    """What a process holds beside files that are mapped, in MiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    assert found
    return int(found[1]) / 1024


def note(asked: ChatRequest) -> Answer:
    """Two decisions and three actions a part, as a talkative model would."""
    numbers = [int(n) for n in re.findall(r"(?m)^#(\d+) · ", asked.last["content"])]
    decisions = [{"text": f"{WORDS}.", "message": n} for n in numbers[:2]]
    actions = [
        {"task": f"{WORDS}.", "owner": "Ben", "due": None, "message": n} for n in numbers[2:5]
    ]
    return raw(json.dumps({"summary": WORDS * 8, "decisions": decisions, "actions": actions}))


def _env(slack: LocalSlack, server: ModelServer) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.api_url,
        "OPENAI_API_KEY": server.api_key,
        "OPENAI_BASE_URL": server.base_url,
        "SLUICE_MODEL": server.model,
    }


async def _bot(folder: Path) -> None:
    """The bot, until the one who watches it has seen enough."""
    env = {**os.environ, "SLUICE_HOME": str(folder / "home"), "SLUICE_PORT": "0"}
    with suppress(asyncio.CancelledError):
        async with serving(Settings.from_env(env, folder), HashEmbedder()):
            print("ready", flush=True)
            await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    """Measure each length that is named."""
    if sys.argv[1:2] == ["bot"]:
        return asyncio.run(_bot(Path(sys.argv[2])))
    for messages in [int(one) for one in sys.argv[1:]] or [500, 5_000, 20_000]:
        with tempfile.TemporaryDirectory() as folder:
            one = asyncio.run(measured(messages, Path(folder)))
        grown = one.most - one.before
        print(
            f"{one.messages:6,} messages, {one.parts:3} parts: {one.seconds:6.1f} s, "
            f"{one.before:.0f} MiB before, {grown:+.1f} MiB at most, shown {one.edits} times"
        )
    return None


if __name__ == "__main__":
    main()
