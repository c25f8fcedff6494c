import asyncio
import gzip
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.tools.hostile import HostileServer, Step, http
from tools.client import MAX_BYTES, api_client, get_json, post_json, send_json
from tools.errors import ToolFailed, ToolInDoubt, ToolRetry
from tools.spec import ToolContext


class Api:
    """A client of a hostile server that writes its waits down in place of waiting."""

    def __init__(self, server: HostileServer, key: str, timeout_s: float) -> None:
        self.server = server
        self.waits: list[float] = []
        client = api_client(
            server.base_url + "/v1/",
            headers={"Authorization": "Bearer t0ken"},
            timeout_s=timeout_s,
            sleep=self._sleep,
        )
        self.context = ToolContext("U01ADA", "Ada Okafor", key, client)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def get(self, *segments: str, **options: Any) -> Any:
        return await get_json(self.context, *(segments or ("things",)), **options)

    async def post(self) -> Any:
        return await post_json(self.context, "things", body={"name": "x"})


@asynccontextmanager
async def api(
    *answers: tuple[Step, ...] | Step, key: str = "turn-1:c1", timeout_s: float = 10
) -> AsyncGenerator[Api]:
    async with HostileServer(*answers) as server:
        it = Api(server, key, timeout_s)
        async with it.context.api:
            yield it


# --- what is sent ---------------------------------------------------------------------------------


async def test_a_request_names_the_person_and_carries_the_credentials() -> None:
    async with api(http(200, b'{"a": 1}')) as it:
        assert await it.get("things", "INC-1", params={"q": "a&b=c", "none": None}) == {"a": 1}
    (seen,) = it.server.requests
    assert (seen.method, seen.target) == ("GET", "/v1/things/INC-1?q=a%26b%3Dc")
    assert seen.headers["x-sluice-user"] == "U01ADA"
    assert seen.headers["authorization"] == "Bearer t0ken"
    assert "idempotency-key" not in seen.headers


async def test_a_write_carries_its_idempotency_key() -> None:
    async with api(http(201, b'{"id": 7}')) as it:
        assert await it.post() == {"id": 7}
    (seen,) = it.server.requests
    assert (seen.method, seen.target, seen.body) == ("POST", "/v1/things", b'{"name":"x"}')
    assert seen.headers["idempotency-key"] == "turn-1:c1"


@pytest.mark.parametrize(
    ("segment", "target"),
    [
        ("a b", "/v1/things/a%20b"),
        ("a?admin=1", "/v1/things/a%3Fadmin%3D1"),
        ("a#b", "/v1/things/a%23b"),
        ("a/b", "/v1/things/a%2Fb"),
        ("a%2Fb", "/v1/things/a%252Fb"),
        ("http://evil.example", None),
        ("é", "/v1/things/%C3%A9"),
        ("a\r\nX-Admin: 1", "/v1/things/a%0D%0AX-Admin%3A%201"),
        ("...", "/v1/things/..."),
        ("..", None),
        (".", None),
        ("", None),
        ("../admin", None),
        ("a/../admin", None),
        ("a\\..\\admin", None),
        ("x" * 201, None),
    ],
)
async def test_an_argument_cannot_change_the_path(segment: str, target: str | None) -> None:
    async with api(http(200)) as it:
        if target is None:
            with pytest.raises(ToolRetry, match="cannot be the name"):
                await it.get("things", segment)
        else:
            await it.get("things", segment)
    assert [seen.target for seen in it.server.requests] == ([target] if target else [])


async def test_a_cookie_of_one_request_is_not_sent_with_the_next() -> None:
    async with api(http(200, Set_Cookie="session=ada; Path=/"), http(200)) as it:
        await it.get()
        await it.get()
    assert [seen.headers.get("cookie") for seen in it.server.requests] == [None, None]


async def test_a_redirect_is_not_followed() -> None:
    async with HostileServer(http(200)) as elsewhere:
        async with api(http(302, Location=elsewhere.base_url)) as it:
            with pytest.raises(ToolFailed, match="elsewhere"):
                await it.get()
        assert elsewhere.requests == []


async def test_no_proxy_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    async with HostileServer(http(200)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url)
        monkeypatch.setenv("ALL_PROXY", proxy.base_url)
        async with api(http(200, b"[1]")) as it:
            assert await it.get() == [1]
        assert proxy.requests == []


async def test_no_credentials_are_taken_from_netrc(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password hunter2\n")
    monkeypatch.setenv("NETRC", str(netrc))
    async with HostileServer(http(200)) as server, api_client(server.base_url) as client:
        await get_json(ToolContext("U01ADA", "Ada Okafor", "", client), "things")
    assert "authorization" not in server.requests[0].headers


# --- what comes back ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not accept my credentials"),
        (403, "does not allow this"),
        (404, "nothing by that name"),
        (409, "conflicts"),
        (418, "HTTP 418"),
        (500, "HTTP 500"),
        (304, "elsewhere"),
    ],
)
async def test_an_error_of_the_service_is_named_and_its_text_is_not_repeated(
    status: int, words: str
) -> None:
    async with api(http(status, b"" if status == 304 else b"SECRET stack trace")) as it:
        with pytest.raises(ToolFailed, match=words) as caught:
            await it.get()
    assert "SECRET" not in str(caught.value)
    assert len(it.server.requests) == 1


async def test_what_is_missing_may_be_none() -> None:
    async with api(http(404)) as it:
        assert await it.get(missing_ok=True) is None


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"error": "no such team"}', "no such team"),
        (b'{"error": {"message": "no such\\nteam"}}', "no such team"),
        (b'{"title": "Bad Request", "detail": "no such team"}', "no such team"),
        (b'{"detail": [{"loc": ["body", "team"], "msg": "bad"}, 3]}', "body.team: bad; 3"),
        (b'["a", "b"]', "a; b"),
        (b'{"code": 7}', "it gives no reason."),
        (b"<html>", "it gives no reason."),
        (b"", "it gives no reason."),
        (b'"' + b"x" * 5_000 + b'"', "x" * 197 + "..."),
    ],
)
async def test_an_invalid_request_goes_back_to_the_model_with_the_reason(
    status: int, body: bytes, reason: str
) -> None:
    async with api(http(status, body)) as it:
        with pytest.raises(ToolRetry) as caught:
            await it.get()
    assert str(caught.value) == f"The service finds this invalid: {reason}"


async def test_no_content_is_none() -> None:
    async with api(http(204, b"")) as it:
        assert await it.get() is None


@pytest.mark.parametrize(
    "body", [b"<html><body>Please log in</body></html>", b"[" * 100_000, b"\xff\xfe", b'{"a": 1']
)
async def test_what_is_not_json_fails(body: bytes) -> None:
    async with api(http(200, body, "text/html")) as it:
        with pytest.raises(ToolFailed, match="not JSON"):
            await it.get()


@pytest.mark.parametrize(
    "framing",
    [b"Content-Length: 50000000", b"Connection: close"],
)
async def test_reading_stops_at_two_megabytes(framing: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + framing + b"\r\n\r\n"
    async with api((head, "flood")) as it:
        with pytest.raises(ToolFailed, match="more than 2 MB"):
            await it.get()
    assert it.server.flooded < 10 * MAX_BYTES


async def test_a_compressed_answer_is_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * 1_000_000)
    async with api(http(200, bomb, Content_Encoding="gzip")) as it:
        with pytest.raises(ToolFailed, match="encoding"):
            await it.get()
    assert it.server.requests[0].headers["accept-encoding"] == "identity"


GARBAGE = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnot a chunk\r\n"


@pytest.mark.parametrize(
    "answer", [(GARBAGE,), (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "drop")]
)
async def test_a_body_that_breaks_off_fails(answer: tuple[Step, ...]) -> None:
    async with api(answer) as it:
        with pytest.raises(ToolFailed, match="could not be reached"):
            await it.get()


@pytest.mark.parametrize(
    "answer",
    ["hang", (b"HTTP/1.1 200 OK\r\n", "hang"), (b"HTTP/1.1 200 OK\r\n\r\n{", "hang")],
)
async def test_a_server_that_hangs_is_given_up_and_not_asked_again(
    answer: Step | tuple[Step, ...],
) -> None:
    async with api(answer, timeout_s=0.1) as it:
        with pytest.raises(ToolFailed, match="did not answer in time"):
            await it.get()
    assert len(it.server.requests) == 1


# --- what is repeated -----------------------------------------------------------------------------

Ask = Callable[[Api], Awaitable[Any]]
BOTH = pytest.mark.parametrize("ask", [Api.get, Api.post], ids=["get", "post"])


@BOTH
@pytest.mark.parametrize(
    "passing",
    ["drop", b"nonsense\r\n\r\n", http(502), http(503), http(504), http(429)],
    ids=["drop", "nonsense", "502", "503", "504", "429"],
)
async def test_what_is_safe_is_repeated(ask: Ask, passing: Step) -> None:
    async with api(passing, passing, http(200, b'{"a": 1}')) as it:
        assert await ask(it) == {"a": 1}
    assert len(it.server.requests) == 3
    assert len({seen.headers.get("idempotency-key") for seen in it.server.requests}) == 1
    assert len({seen.body for seen in it.server.requests}) == 1
    assert 0.2 <= it.waits[0] <= 0.4 <= it.waits[1] <= 0.6


@BOTH
async def test_repeating_ends_after_three_attempts(ask: Ask) -> None:
    async with api(*[http(503)] * 9) as it:
        with pytest.raises(ToolFailed, match="HTTP 503"):
            await ask(it)
    assert len(it.server.requests) == 3


@pytest.mark.parametrize("passing", ["drop", http(503), http(429)])
async def test_a_write_without_a_key_is_never_repeated(passing: Step) -> None:
    async with api(passing, http(200), key="") as it:
        with pytest.raises(ToolFailed):
            await it.post()
    (seen,) = it.server.requests
    assert "idempotency-key" not in seen.headers


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("3", 3, 3),
        ("0", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0, 0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0, 0),
        ("soon", 0.2, 0.4),
        ("-5", 0.2, 0.4),
    ],
)
async def test_the_wait_that_the_server_asks_for_is_kept(
    asked: str, least: float, most: float
) -> None:
    async with api(http(429, Retry_After=asked), http(200)) as it:
        await it.get()
    (wait,) = it.waits
    assert least <= wait <= most


async def test_the_moment_that_the_server_names_is_waited_for() -> None:
    moment = format_datetime(datetime.now(UTC) + timedelta(seconds=4), usegmt=True)
    async with api(http(429, Retry_After=moment), http(200)) as it:
        await it.get()
    (wait,) = it.waits
    assert 1 <= wait <= 4


@pytest.mark.parametrize("asked", ["6", "9" * 500, "Wed, 21 Oct 2199 07:28:00 GMT"])
async def test_a_longer_wait_than_a_person_has_patience_for_fails_at_once(asked: str) -> None:
    async with api(http(429, Retry_After=asked), http(200)) as it:
        with pytest.raises(ToolFailed, match=r"busy\. It asks to wait"):
            await it.get()
    assert it.waits == []


@pytest.mark.parametrize("unread", [[], [http(200, Content_Encoding="gzip")]])
async def test_connections_of_unread_answers_are_given_back(unread: list[Step]) -> None:
    async def no_wait(seconds: float) -> None:
        return

    async with HostileServer(*unread, *[http(503)] * 2, http(200)) as server:
        one_connection = httpx2.AsyncHTTPTransport(limits=httpx2.Limits(max_connections=1))
        client = api_client(server.base_url, transport=one_connection, timeout_s=1, sleep=no_wait)
        context = ToolContext("U01ADA", "Ada Okafor", "", client)
        async with client:
            for _ in unread:
                with pytest.raises(ToolFailed, match="encoding"):
                    await get_json(context, "things")
            assert await get_json(context, "things") == {}


# --- what is in doubt -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answers",
    [
        ["drop"] * 3,
        [http(500)],
        [http(503)] * 3,
        [http(201, b"<html>")],
        [http(503), http(429), http(429)],
        [http(502), http(401)],
        [http(502), http(422)],
        [GARBAGE],
    ],
)
async def test_a_write_that_may_have_happened_is_in_doubt(answers: list[Step]) -> None:
    async with api(*answers) as it:
        with pytest.raises(ToolInDoubt):
            await it.post()
    assert len(it.server.requests) == len(answers)


async def test_a_write_that_hangs_is_in_doubt() -> None:
    async with api("hang", timeout_s=0.1) as it:
        with pytest.raises(ToolInDoubt, match="did not answer in time"):
            await it.post()


@pytest.mark.parametrize("status", [302, 401, 403, 404, 409, 429])
async def test_a_write_that_was_refused_is_not_in_doubt(status: int) -> None:
    async with api(*[http(status)] * 3) as it:
        with pytest.raises(ToolFailed) as caught:
            await it.post()
    assert not isinstance(caught.value, ToolInDoubt)


async def test_a_write_that_was_never_sent_is_not_in_doubt() -> None:
    async with api() as it:
        it.server.stop_listening()
        with pytest.raises(ToolFailed, match="could not be reached") as caught:
            await it.post()
    assert not isinstance(caught.value, ToolInDoubt)
    assert len(it.waits) == 2


async def test_cancelling_is_not_mistaken_for_a_failure() -> None:
    async with api("hang") as it:
        task = asyncio.create_task(it.get())
        await it.server.asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_header_of_a_call_replaces_none_of_ours() -> None:
    async with api(http(200)) as it:
        given = {"X-Sluice-User": "U0BOSS", "Authorization": "Bearer mine", "X-Trace": "1"}
        await send_json(it.context, "GET", "x", headers=given)
        (seen,) = it.server.requests
    assert seen.headers["x-sluice-user"] != "U0BOSS"
    assert seen.headers["authorization"] != "Bearer mine"
    assert seen.headers["x-trace"] == "1"
