"""How a server on this machine stops."""

import asyncio

from aiohttp import web


async def stop_serving(runner: web.AppRunner) -> None:
    """Stop a server; a connection that has just been accepted is closed as well.

    asyncio loses a connection whose server is closed in the two rounds of the loop between
    accepting and serving it: it stays open until it is collected, with a complaint
    (https://github.com/python/cpython/issues/109564). So accept no more, wait, and close then.
    """
    loop = asyncio.get_running_loop()
    for site in runner.sites:
        server = site._server  # pyright: ignore[reportPrivateUsage]
        for listening in getattr(server, "sockets", ()):
            loop.remove_reader(listening)
    for _ in range(2):
        await asyncio.sleep(0)
    await runner.cleanup()
