import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from bot.demo.company_api import CompanyApi, Recorded
from bot.errors import StateError

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
TOKEN = "demo-token"
TICKET = {"title": "Broken screen", "description": "It is black.", "priority": "high"}


def the_api(path: Path | None = None) -> CompanyApi:
    return CompanyApi(path, TOKEN, lambda: NOW)


@asynccontextmanager
async def client_of(api: CompanyApi, user: str = "U01ADA") -> AsyncGenerator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {TOKEN}", "X-Sluice-User": user}
    async with httpx2.AsyncClient(
        base_url=api.base_url, headers=headers, trust_env=False
    ) as client:
        yield client


@pytest.fixture
async def api() -> AsyncIterator[CompanyApi]:
    async with the_api() as running:
        yield running


@pytest.fixture
async def ada(api: CompanyApi) -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(api) as client:
        yield client


async def open_ticket(
    client: httpx2.AsyncClient, key: str = "k1", **changes: Any
) -> httpx2.Response:
    return await client.post("/tickets", json=TICKET | changes, headers={"Idempotency-Key": key})


async def test_it_listens_on_loopback_only(api: CompanyApi) -> None:
    assert api.base_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize("token", [None, "", "Bearer", "Bearer wrong", TOKEN, "Bearer é"])
async def test_nothing_is_answered_without_the_token(api: CompanyApi, token: str | None) -> None:
    headers = [] if token is None else [(b"Authorization", token.encode())]
    async with httpx2.AsyncClient(base_url=api.base_url, trust_env=False) as client:
        for path in ("/tickets", "/oncall/payments", "/absent"):
            response = await client.get(path, headers=headers)
            assert (response.status_code, response.json()) == (
                401,
                {"error": "a bearer token is needed"},
            )


async def test_requests_are_recorded(api: CompanyApi, ada: httpx2.AsyncClient) -> None:
    await ada.get("/oncall/payments?at=x")
    await open_ticket(ada)
    assert list(api.requests) == [
        Recorded("GET", "/oncall/payments?at=x", "U01ADA", None, 422),
        Recorded("POST", "/tickets", "U01ADA", "k1", 201),
    ]


# --- on call --------------------------------------------------------------------------------------


async def test_who_is_on_call_now(ada: httpx2.AsyncClient) -> None:
    answer = (await ada.get("/oncall/payments")).json()
    assert answer == {
        "team": "payments",
        "engineer": "Ada Okafor",
        "phone": "+44 7700 900111",
        "secondary": "Tiago Brandão",
        "since": "2026-11-18T10:00:00+00:00",
        "until": "2026-11-25T10:00:00+00:00",
    }


async def test_who_is_on_call_next_week(ada: httpx2.AsyncClient) -> None:
    response = await ada.get("/oncall/payments", params={"at": "2026-11-26T00:00:00+01:00"})
    assert response.json()["engineer"] == "Tiago Brandão"


@pytest.mark.parametrize(
    "query",
    [
        "at=tomorrow",
        "at=2026-11-26T00:00:00",
        "at=9999-12-31T23:59:59Z",
        "at=",
        "when=now",
        "at=2026-11-26T00:00:00Z&at=2026-11-27T00:00:00Z",
    ],
)
async def test_a_wrong_query_is_refused_with_a_reason(ada: httpx2.AsyncClient, query: str) -> None:
    response = await ada.get(f"/oncall/payments?{query}")
    assert response.status_code in (400, 422)
    assert response.json()["error"]


async def test_an_unknown_team_is_not_found(ada: httpx2.AsyncClient) -> None:
    response = await ada.get("/oncall/catering")
    assert response.status_code == 404
    assert "payments, identity, platform, routing" in response.json()["error"]


# --- tickets --------------------------------------------------------------------------------------


async def test_tickets_are_listed_newest_first(ada: httpx2.AsyncClient) -> None:
    answer = (await ada.get("/tickets")).json()
    ids = [ticket["ticket_id"] for ticket in answer["tickets"]]
    assert ids == [f"INC-{number}" for number in range(1042, 1030, -1)]
    assert answer["total"] == 12
    opened = [ticket["opened_at"] for ticket in answer["tickets"]]
    assert opened == sorted(opened, reverse=True)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"query": "vpn"}, ["INC-1042", "INC-1034"]),
        ({"query": "Connect  VPN train"}, ["INC-1034"]),
        ({"query": "vpn", "status": "resolved"}, []),
        ({"status": "waiting"}, ["INC-1041", "INC-1033"]),
        ({"status": "resolved"}, ["INC-1035", "INC-1032", "INC-1031"]),
    ],
)
async def test_tickets_are_found_by_state_and_words(
    ada: httpx2.AsyncClient, query: dict[str, str], found: list[str]
) -> None:
    answer = (await ada.get("/tickets", params=query)).json()
    assert [ticket["ticket_id"] for ticket in answer["tickets"]] == found


async def test_open_means_not_resolved(ada: httpx2.AsyncClient) -> None:
    answer = (await ada.get("/tickets", params={"status": "open"})).json()
    assert answer["total"] == 9


async def test_a_list_is_bounded_and_says_how_many_there_are(ada: httpx2.AsyncClient) -> None:
    for n in range(10):
        await open_ticket(ada, key=f"k{n}")
    answer = (await ada.get("/tickets")).json()
    assert (len(answer["tickets"]), answer["total"]) == (20, 22)


async def test_one_ticket_in_full(ada: httpx2.AsyncClient) -> None:
    answer = (await ada.get("/tickets/INC-1042")).json()
    assert answer["title"] == "VPN refuses my new laptop"
    assert answer["url"] == "https://tickets.larkspur.example/INC-1042"
    assert answer["opened_at"] == "2026-11-22T09:00:00Z"
    assert (await ada.get("/tickets/INC-1")).status_code == 404


async def test_one_ticket_carries_an_injection(ada: httpx2.AsyncClient) -> None:
    answer = (await ada.get("/tickets/INC-1038")).json()
    assert "ignore all previous instructions" in answer["description"]
    assert "ignore" not in answer["title"]


async def test_a_ticket_is_opened_for_the_person_who_asks(ada: httpx2.AsyncClient) -> None:
    response = await open_ticket(ada)
    assert response.status_code == 201
    assert response.json() == TICKET | {
        "ticket_id": "INC-1043",
        "url": "https://tickets.larkspur.example/INC-1043",
        "status": "new",
        "requester": "Ada Okafor",
        "assignee": "nobody yet",
        "note": "",
        "opened_at": "2026-11-22T14:00:00Z",
        "updated_at": "2026-11-22T14:00:00Z",
    }
    assert (await ada.get("/tickets/INC-1043")).json() == response.json()


async def test_the_same_key_opens_one_ticket(ada: httpx2.AsyncClient) -> None:
    first, second = await open_ticket(ada), await open_ticket(ada)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    assert (await ada.get("/tickets")).json()["total"] == 13


async def test_the_same_key_at_the_same_time_opens_one_ticket(tmp_path: Path) -> None:
    async with the_api(tmp_path / "tickets.json") as api, client_of(api) as ada:
        responses = await asyncio.gather(*(open_ticket(ada) for _ in range(8)))
        assert sorted(r.status_code for r in responses) == [200] * 7 + [201]
        assert {r.json()["ticket_id"] for r in responses} == {"INC-1043"}


async def test_the_same_key_for_another_ticket_is_a_conflict(ada: httpx2.AsyncClient) -> None:
    await open_ticket(ada)
    response = await open_ticket(ada, title="Another screen")
    assert response.status_code == 409
    assert (await ada.get("/tickets")).json()["total"] == 13


async def test_a_ticket_is_found_by_its_key_and_by_its_own_person(
    api: CompanyApi, ada: httpx2.AsyncClient
) -> None:
    query = {"idempotency_key": "k1"}
    assert (await ada.get("/tickets", params=query)).json() == {"tickets": [], "total": 0}
    opened = (await open_ticket(ada)).json()
    assert (await ada.get("/tickets", params=query)).json() == {"tickets": [opened], "total": 1}
    async with client_of(api, "U01BEN") as ben:
        assert (await ben.get("/tickets", params=query)).json()["total"] == 0
        assert (await open_ticket(ben)).json()["ticket_id"] == "INC-1044"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "x"},
        {"title": "x" * 121},
        {"title": 7},
        {"title": None},
        {"description": "x" * 4_001},
        {"priority": "highest"},
        {"requester": "Mira Lindqvist"},
    ],
)
async def test_a_wrong_ticket_is_refused_with_a_reason(
    ada: httpx2.AsyncClient, changes: dict[str, Any]
) -> None:
    response = await open_ticket(ada, **changes)
    assert response.status_code == 422
    assert next(iter(changes)) in response.json()["error"]
    assert (await ada.get("/tickets")).json()["total"] == 12


@pytest.mark.parametrize(
    ("body", "status"), [(b"", 422), (b"{", 422), (b"[]", 422), (b"x" * 70_000, 413)]
)
async def test_a_broken_body_is_refused(ada: httpx2.AsyncClient, body: bytes, status: int) -> None:
    response = await ada.post("/tickets", content=body, headers={"Idempotency-Key": "k"})
    assert response.status_code == status
    assert response.json()["error"]


@pytest.mark.parametrize("key", ["", "k" * 201])
async def test_a_write_without_a_usable_key_is_refused(ada: httpx2.AsyncClient, key: str) -> None:
    assert (await open_ticket(ada, key=key)).status_code == 400


async def test_a_write_for_nobody_is_refused(api: CompanyApi) -> None:
    async with client_of(api, user="") as nobody:
        assert (await open_ticket(nobody)).status_code == 400


# --- leave ----------------------------------------------------------------------------------------


async def test_a_balance(ada: httpx2.AsyncClient) -> None:
    assert (await ada.get("/leave/U01ADA")).json() == {
        "person": "Ada Okafor",
        "year": 2026,
        "days_left": 10.5,
        "days_a_year": 27,
        "days_carried_over": 3,
        "days_taken": 14.5,
        "days_booked": 5,
        "as_of": "2026-11-22",
    }


async def test_a_balance_is_shown_to_its_own_person_only(ada: httpx2.AsyncClient) -> None:
    assert (await ada.get("/leave/U01BEN")).status_code == 403


async def test_others_have_no_record(api: CompanyApi) -> None:
    async with client_of(api, "U01GUEST") as guest:
        assert (await guest.get("/leave/U01GUEST")).status_code == 404


# --- the file -------------------------------------------------------------------------------------


async def test_tickets_and_keys_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "new" / "tickets.json"
    async with the_api(path) as api, client_of(api) as ada:
        opened = (await open_ticket(ada)).json()
    assert [file.name for file in path.parent.iterdir()] == ["tickets.json"]
    async with the_api(path) as api, client_of(api) as ada:
        again = await open_ticket(ada)
        assert (again.status_code, again.json()) == (200, opened)
        assert (await open_ticket(ada, key="k2")).json()["ticket_id"] == "INC-1044"


async def test_a_ticket_that_cannot_be_kept_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "tickets.json"
    async with the_api(path) as api, client_of(api) as ada:
        (tmp_path / "tickets.json.new").mkdir()  # nothing can be written there
        assert (await open_ticket(ada)).status_code == 500
        assert (await ada.get("/tickets")).json()["total"] == 12
        (tmp_path / "tickets.json.new").rmdir()
        assert (await open_ticket(ada)).json()["ticket_id"] == "INC-1043"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", json.dumps({"tickets": 1}).encode()])
def test_a_broken_file_is_reported_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "tickets.json"
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"tickets\.json cannot be read .*: .*move it away"):
        the_api(path)
    assert path.read_bytes() == content
