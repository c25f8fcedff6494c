"""The acknowledgement leaves after the disk has the event: strace sees the system calls."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from bot.local_slack import LocalSlack, Manifest
from bot.manifest import MANIFEST
from tests.harness import ADA, DM, WORKSPACE
from tests.test_process import sluice, until

TRACED = "fsync,fdatasync,write,writev,pwrite64,sendto,sendmsg"

pytestmark = [
    pytest.mark.process,
    pytest.mark.timeout(240),
    pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed"),
]


async def test_the_event_is_synced_to_disk_before_slack_gets_its_200(tmp_path: Path) -> None:
    trace = tmp_path / "trace.txt"
    async with LocalSlack(WORKSPACE, Manifest.read(MANIFEST)) as slack:
        env = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_API_URL": slack.api_url,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLUICE_PORT": "0",
        }
        async with sluice(tmp_path, "run", env=env) as process:
            line = await until(process, "slack.listening")
            port = re.search(r'"port": (\d+)', line)
            assert port
            slack.send_events_to(f"http://127.0.0.1:{port[1]}/slack/events")
            await until(process, "embedder.loaded")
            command = ["strace", "-f", "-y", "-ttt", "-s", "200", "-e", f"trace={TRACED}"]
            watcher = await asyncio.create_subprocess_exec(
                *(*command, "-p", str(process.pid), "-o", str(trace)),
                stderr=asyncio.subprocess.PIPE,
            )
            assert watcher.stderr
            try:
                if b"ttached" not in await watcher.stderr.readline():
                    pytest.skip("this system does not let strace attach")
                await slack.post(ADA, DM, "hello")
                await slack.wait_for(lambda: slack.deliveries[0].acked, timeout=60)
            finally:
                watcher.terminate()
                await watcher.communicate()
    calls = trace.read_text().splitlines()
    written = _first(calls, r"pwrite64\(\d+<[^>]*state\.db-wal>")
    synced = _first(calls, r"f(data)?sync\(\d+<[^>]*state\.db-wal>", written)
    answered = _first(calls, r"HTTP/1\.1 200 OK")
    assert written < synced < answered


def _first(calls: list[str], pattern: str, after: int = -1) -> int:
    """The first call like this; a call that was interrupted counts where it ended."""
    for at, line in enumerate(calls):
        if at > after and re.search(pattern, line):
            if "<unfinished" not in line:
                return at
            thread = line.split()[0]
            resumed = (n for n in range(at + 1, len(calls)) if calls[n].startswith(f"{thread} "))
            return next(resumed)
    raise AssertionError(f"no {pattern} among {len(calls)} calls")
