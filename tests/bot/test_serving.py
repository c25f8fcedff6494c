"""A server that stops leaves no connection open, whenever it came."""

import asyncio
import gc
import socket
from contextlib import suppress

import pytest
from aiohttp import web

from bot.serving import stop_serving


@pytest.mark.parametrize("rounds", range(6))
def test_a_connection_that_comes_while_a_server_stops_is_closed(rounds: int) -> None:
    """What asyncio complains of when a connection is left open is an error in these tests."""

    async def stop_after_a_connection() -> None:
        runner = web.AppRunner(web.Application())
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        client.connect(runner.addresses[0])
        for _ in range(rounds):
            await asyncio.sleep(0)
        await stop_serving(runner)

    with socket.socket() as client:
        asyncio.run(stop_after_a_connection())
        client.settimeout(10)
        with suppress(ConnectionResetError):  # where it was not accepted any more
            assert client.recv(1) == b""
    gc.collect()
