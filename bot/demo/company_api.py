"""The sample company's internal API: a small, strict HTTP server for the demo and the tests.

    GET  /oncall/{team}?at=             who is on call
    GET  /tickets?status=&query=        tickets, newest first; or ?idempotency_key=
    POST /tickets                       open one, once for each Idempotency-Key
    GET  /tickets/{ticket_id}           one ticket in full
    GET  /leave/{user}                  the balance of the person who asks

Every request carries a bearer token and, for whom it is made, X-Sluice-User.
"""

import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal, Self

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from bot.demo.company_data import LEAVE, PEOPLE
from bot.demo.company_rota import ROTAS, shift_at
from bot.demo.company_tickets import Conflict, NewTicket, Status, TicketStore
from bot.serving import stop_serving

MAX_BODY_BYTES = 64 * 1024
MAX_TICKETS = 20
KEPT_REQUESTS = 1_000

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class OncallQuery(BaseModel):
    """Parameters of GET /oncall/{team}."""

    model_config = ConfigDict(extra="forbid")

    at: (
        Annotated[
            AwareDatetime,
            Field(ge=datetime(2020, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
        ]
        | None
    ) = None


class TicketsQuery(BaseModel):
    """Parameters of GET /tickets."""

    model_config = ConfigDict(extra="forbid")

    status: Status | Literal["open"] | None = None
    query: Annotated[str, Field(max_length=200)] | None = None
    idempotency_key: Annotated[str, Field(min_length=1, max_length=200)] | None = None


@dataclass(frozen=True)
class Recorded:
    """A request that arrived, for tests."""

    method: str
    path: str
    user: str | None
    key: str | None
    status: int


class CompanyApi:
    """The server, for as long as the `async with` block lasts.

    Args:
        path: Where tickets and idempotency keys are kept; in memory only without it.
        token: What callers must send as bearer token.
        clock: Tells the time.
        host: The address to listen on; everybody who reaches it and has the token may call.
        port: 0 takes a free one.
    """

    def __init__(
        self,
        path: Path | None,
        token: str,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.requests: deque[Recorded] = deque(maxlen=KEPT_REQUESTS)
        self.base_url = ""
        self._tickets = TicketStore(path, clock)
        self._token = token
        self._clock = clock
        self._host = host
        self._port = port

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        host, port = self._runner.addresses[0][:2]
        self.base_url = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await stop_serving(self._runner)

    def _app(self) -> web.Application:
        app = web.Application(
            middlewares=[self._record, self._explain, self._authenticate],
            client_max_size=MAX_BODY_BYTES,
        )
        app.add_routes(
            [
                web.get("/oncall/{team}", self._oncall),
                web.get("/tickets", self._list_tickets),
                web.post("/tickets", self._open_ticket),
                web.get("/tickets/{ticket_id}", self._ticket),
                web.get("/leave/{user}", self._leave),
            ]
        )
        return app

    # --- around every request ---------------------------------------------------------------------

    @web.middleware
    async def _record(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        self.requests.append(
            Recorded(
                method=request.method,
                path=request.path_qs,
                user=request.headers.get("X-Sluice-User"),
                key=request.headers.get("Idempotency-Key"),
                status=response.status,
            )
        )
        return response

    @web.middleware
    async def _explain(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Say in JSON what is wrong."""
        try:
            return await handler(request)
        except ValidationError as error:
            return _refusal(422, _first_problem(error))
        except web.HTTPException as error:
            return _refusal(error.status, error.reason)

    @web.middleware
    async def _authenticate(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        sent = request.headers.get("Authorization", "").encode("utf-8", "replace")
        if not hmac.compare_digest(sent, f"Bearer {self._token}".encode()):
            return _refusal(401, "a bearer token is needed")
        return await handler(request)

    # --- the answers ------------------------------------------------------------------------------

    async def _oncall(self, request: web.Request) -> web.Response:
        team = request.match_info["team"]
        query = OncallQuery.model_validate(_query(request))
        if team not in ROTAS:
            return _refusal(404, f"there is no such team, only {', '.join(ROTAS)}")
        shift = shift_at(team, query.at or self._clock())
        return web.json_response(
            {
                "team": team,
                "engineer": shift.engineer,
                "phone": shift.phone,
                "secondary": shift.secondary,
                "since": shift.since.isoformat(),
                "until": shift.until.isoformat(),
            }
        )

    async def _list_tickets(self, request: web.Request) -> web.Response:
        query = TicketsQuery.model_validate(_query(request))
        if query.idempotency_key:
            opened = self._tickets.opened_with(query.idempotency_key, _user(request))
            found = [opened] if opened else []
        else:
            found = self._tickets.find(query.status, query.query)
        shown = [ticket.shown() for ticket in found[:MAX_TICKETS]]
        return web.json_response({"tickets": shown, "total": len(found)})

    async def _ticket(self, request: web.Request) -> web.Response:
        ticket = self._tickets.get(request.match_info["ticket_id"])
        return web.json_response(ticket.shown()) if ticket else _refusal(404, "no such ticket")

    async def _open_ticket(self, request: web.Request) -> web.Response:
        key = request.headers.get("Idempotency-Key", "")
        if not 1 <= len(key) <= 200:
            return _refusal(400, "an Idempotency-Key of up to 200 characters is needed")
        new = NewTicket.model_validate_json(await request.read())
        try:
            ticket, is_new = await self._tickets.open(new, _user(request), key)
        except Conflict:
            return _refusal(409, "this Idempotency-Key was used for something else")
        return web.json_response(ticket.shown(), status=201 if is_new else 200)

    async def _leave(self, request: web.Request) -> web.Response:
        user = request.match_info["user"]
        if user != _user(request):
            return _refusal(403, "a balance is shown to its own person only")
        leave = LEAVE.get(user)
        if leave is None:
            return _refusal(404, "no such record")
        today = self._clock().date()
        return web.json_response(
            {
                "person": PEOPLE[user],
                "year": today.year,
                "days_left": leave.left,
                "days_a_year": leave.a_year,
                "days_carried_over": leave.carried_over,
                "days_taken": leave.taken,
                "days_booked": leave.booked,
                "as_of": today.isoformat(),
            }
        )


def _refusal(status: int, reason: str) -> web.Response:
    return web.json_response({"error": reason}, status=status)


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg']}"


def _query(request: web.Request) -> dict[str, str]:
    query = dict(request.query)
    if len(query) < len(request.query):
        raise web.HTTPBadRequest(reason="a parameter is given twice")
    return query


def _user(request: web.Request) -> str:
    user = request.headers.get("X-Sluice-User", "")
    if not user:
        raise web.HTTPBadRequest(reason="X-Sluice-User is needed")
    return user
