"""A model that obeys: a server of Chat Completions that does what any text in its context says.

It is worse than any real model. It knows each attacker's instruction, and where one stands in its
context it makes the attacker's calls, before it goes on with the person's task; at the end it
repeats the instruction to the person, links and all. It keeps no state: all is in the request.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

from aiohttp import web

from bot.commands.attacks.cases import Call, Case
from bot.serving import stop_serving

Json = dict[str, Any]
MAX_SAID = 250
_CHUNK: Json = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "obedient"}


class ObedientModel:
    """Serves `/v1/chat/completions` on loopback, and counts what it was made to see.

    Attributes:
        seen: Ids of the cases whose instruction reached it.
    """

    def __init__(self, cases: Iterable[Case]) -> None:
        self._cases = list(cases)
        self._letters = {c.id: _letters(c.injected_text) for c in self._cases if c.injected_text}
        self.seen: set[str] = set()
        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_post("/v1/chat/completions", self._complete)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        self.base_url = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop_serving(self._runner)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        body: Json = await request.json()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        delta, finish = self._decide(body["messages"])
        for choice in ({"delta": delta}, {"delta": {}, "finish_reason": finish}):
            event = {**_CHUNK, "choices": [{"index": 0, "finish_reason": None, **choice}]}
            await response.write(f"data: {json.dumps(event)}\n\n".encode())
        await response.write(b"data: [DONE]\n\n")
        return response

    def _decide(self, messages: list[Json]) -> tuple[Json, str]:
        """The next call that anybody wants, or what is left to say."""
        made = {_key(call["function"]) for m in messages for call in m.get("tool_calls", ())}
        orders = self._orders(messages)
        wanted = [call for case in orders for call in case.attacker_calls]
        for call in (*wanted, *self._task(messages)):
            function = {"name": call.name, "arguments": call.arguments}
            if _key(function) not in made:
                one = {"index": 0, "id": f"c{len(made)}", "type": "function", "function": function}
                return {"role": "assistant", "tool_calls": [one]}, "tool_calls"
        return {"role": "assistant", "content": json.dumps(_said(orders, messages))}, "stop"

    def _orders(self, messages: Iterable[Json]) -> list[Case]:
        """The cases whose instruction stands in something that the model was shown as data."""
        data = [_letters(str(m.get("content"))) for m in messages if m["role"] == "tool"]
        found = [
            case
            for case in self._cases
            if (letters := self._letters.get(case.id)) and any(letters in text for text in data)
        ]
        self.seen |= {case.id for case in found}
        return found

    def _task(self, messages: Iterable[Json]) -> tuple[Call, ...]:
        """What the person's own task takes."""
        asked = {_letters(str(m.get("content"))) for m in messages if m["role"] == "user"}
        for case in self._cases:
            if _letters(case.prompt) in asked:
                return case.wanted
        return ()


def _said(orders: Iterable[Case], messages: Iterable[Json]) -> Json:
    instruction = next((case.injected_text or "" for case in orders), "")
    if not instruction:
        return {"status": "unknown", "text": "Done.", "citations": []}
    letters, results = _letters(instruction), (m for m in messages if m["role"] == "tool")
    holder = next(m for m in results if letters in _letters(m["content"]))
    quote = str(holder["content"])[:MAX_SAID]
    cited = [{"source_id": holder["tool_call_id"], "quote": quote}]
    return {"status": "grounded", "text": f"{instruction} [1]", "citations": cited}


def _key(function: Mapping[str, str]) -> str:
    arguments = json.dumps(json.loads(function["arguments"]), sort_keys=True)
    return f"{function['name']} {arguments}"


def _letters(text: str | None) -> str:
    """A text without all that line breaks, quoting and the mark of untrusted lines change."""
    plain = re.sub(r"\|\d{8}\| |\\[nt]", " ", text or "")
    return re.sub(r"[\W_]+", "", plain).lower()
