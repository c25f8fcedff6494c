"""Starts bots as processes, thousands of times: `python -m tests.chaos.nursery FOLDER SHAPE`.

What a bot imports takes seconds to load. This process loads it once, and forks a bot for every
`start` or `standby` that it reads; a line with the bot's process id answers. From the fork on the
bot is a process like any other: it has its own loop, threads, files and connections, and dies of
kill -9 as any other would. SHAPE is `sluice` or `usual`.
"""

import asyncio
import os
import random
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from bot.commands.run import run
from bot.log import set_up
from bot.settings import Settings
from tests.chaos import usual
from tests.chaos.world import Mind
from tests.fakes.embedder import HashEmbedder
from tests.fakes.model_server import ModelServer
from tests.harness import company
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox

Shape = Callable[[Path, bool], Coroutine[Any, Any, None]]
API_URL, API_TOKEN = "CHAOS_API_URL", "CHAOS_API_TOKEN"


def toolbox() -> Toolbox:
    """The tools of the sample company, with an API that outlives the bot."""
    tools = Toolbox()
    headers = {"Authorization": f"Bearer {os.environ[API_TOKEN]}"}
    tools.add(api_client(os.environ[API_URL], headers=headers), *COMPANY_TOOLS)
    return tools


async def sluice(folder: Path, standby: bool) -> None:
    """What `sluice run` does, with an embedder that needs no process and tools from outside."""
    tools = toolbox()
    await run(Settings.from_env(os.environ, folder), HashEmbedder(), toolbox=tools, standby=standby)
    await tools.aclose()


async def the_usual(folder: Path, standby: bool) -> None:
    """The bot to compare with."""
    del folder, standby
    await usual.run(os.environ)


SHAPES = {"sluice": sluice, "usual": the_usual}


def live(shape: Shape, folder: Path, standby: bool) -> None:
    """A bot's life, to its end."""
    asyncio.run(shape(folder, standby))


def born(life: Callable[[], object], log: Path) -> int:
    """Fork a bot; its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with log.open("a", buffering=1) as stream:
            os.dup2(os.open(os.devnull, os.O_RDWR), 0)
            os.dup2(stream.fileno(), 1)
            os.dup2(stream.fileno(), 2)
            set_up(sys.stderr)
            life()
    except BaseException:  # noqa: BLE001 - the log of the bot has it
        traceback.print_exc()
    finally:
        os._exit(0)


async def warm() -> None:
    """Answer a question once, so that all that is loaded and built on first use is there."""
    async with ModelServer() as model:
        model.mind = Mind(lambda _: None, 0.0, random.Random())
        env = {"OPENAI_API_KEY": model.api_key, "OPENAI_BASE_URL": model.base_url}
        env["SLUICE_MODEL"] = model.model
        with tempfile.TemporaryDirectory() as folder:
            async with company(Path(folder), env=env) as there:
                await there.ask("Open a ticket: my laptop screen flickers Q00000")
                await there.ask("What is this Q00000")


def main() -> None:
    """Fork a bot for each line until there are no more."""
    asyncio.run(warm())
    folder, shape = Path(sys.argv[1]), SHAPES[sys.argv[2]]
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the system
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        standby = line.strip() == "standby"
        life = partial(live, shape, folder, standby)
        pid = born(life, folder / "bot.log")
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
