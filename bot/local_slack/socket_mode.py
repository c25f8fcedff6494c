"""Socket Mode: one-time tickets, connections, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from aiohttp import WSMsgType, web

from bot.local_slack.records import Json
from bot.local_slack.transport import Ack, Envelope, Retry

MAX_CONNECTIONS: Final = 10


class SocketMode:
    """The open connections of the app; each envelope goes to one of them, in turn."""

    def __init__(self, app_id: str, ack_timeout_s: float, changed: Callable[[], None]) -> None:
        self.warnings: list[str] = []
        self._app_id = app_id
        self._timeout = ack_timeout_s
        self._changed = changed
        self._tickets: set[str] = set()
        self._connections: deque[web.WebSocketResponse] = deque()
        self._waiting: dict[str, asyncio.Future[Json]] = {}

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    def issue_ticket(self) -> str:
        """A ticket for one connection."""
        ticket = secrets.token_urlsafe(16)
        self._tickets.add(ticket)
        return ticket

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve a connection until it closes."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=408)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(heartbeat=20)
        await socket.prepare(request)
        if len(self._connections) >= MAX_CONNECTIONS:
            await _disconnect(socket, "too_many_websockets")
            return socket
        await self._serve(socket)
        return socket

    async def _serve(self, socket: web.WebSocketResponse) -> None:
        self._connections.append(socket)
        try:
            await socket.send_json(self._hello())
            self._changed()
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._receive(message.data)
        finally:
            if socket in self._connections:
                self._connections.remove(socket)
            self._changed()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {"host": "local-slack", "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._app_id},
        }

    def _receive(self, text: str) -> None:
        answer = _as_object(text)
        waiting = self._waiting.get(str(answer.get("envelope_id")))
        if waiting is None or waiting.done():
            # Slack drops an acknowledgement that comes too late or belongs to nothing.
            self.warnings.append(f"unexpected message: {text[:200]}")
            return
        waiting.set_result(answer)

    async def deliver(self, kind: Envelope, payload: Json, retry: Retry | None) -> Ack:
        socket = self._next()
        if socket is None:
            return Ack(None, failure="no_connection")
        envelope_id = f"{secrets.token_hex(4)}-{secrets.token_hex(6)}"
        answer = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        try:
            async with asyncio.timeout(self._timeout):
                await socket.send_json(_envelope(envelope_id, kind, payload, retry))
                return self._ack(kind, await answer)
        except TimeoutError:
            return Ack(None, failure="timeout")
        except ConnectionError:
            return Ack(None, failure="connection_failed")
        finally:
            del self._waiting[envelope_id]

    def _ack(self, kind: Envelope, answer: Json) -> Ack:
        payload = answer.get("payload")
        if payload and kind == "events_api":
            self.warnings.append("an events_api envelope takes no response payload")
        return Ack(200, json.dumps(payload) if payload else "")

    def _next(self) -> web.WebSocketResponse | None:
        if not self._connections:
            return None
        self._connections.rotate(-1)
        return self._connections[-1]

    async def refresh(self, reason: str = "refresh_requested", *, close: bool = False) -> None:
        """Ask every connection to make way for a new one, as Slack does every few hours."""
        for socket in tuple(self._connections):
            # No envelope may go to a connection that was told to leave.
            self._connections.remove(socket)
            await _disconnect(socket, reason, close=close)
        self._changed()

    async def close(self) -> None:
        """Close every connection."""
        for socket in tuple(self._connections):
            await socket.close()


async def _disconnect(socket: web.WebSocketResponse, reason: str, *, close: bool = True) -> None:
    message = {"type": "disconnect", "reason": reason, "debug_info": {"host": "local-slack"}}
    await socket.send_json(message)
    if close:
        await socket.close()


def _envelope(envelope_id: str, kind: Envelope, payload: Json, retry: Retry | None) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope["retry_attempt"] = retry.num if retry else 0
        envelope["retry_reason"] = retry.reason if retry else ""
    return envelope


def _as_object(text: str) -> Json:
    try:
        loaded: Any = json.loads(text)
    except ValueError:
        return {}
    return loaded if isinstance(loaded, dict) else {}
