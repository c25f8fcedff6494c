"""Drives headless Chromium over the DevTools protocol, for the tests of the web page.

It needs a Chromium on the PATH and nothing else: no driver, no download. What a person does is done
as a person does it, with mouse and keys at the place where the thing stands on the screen. Nothing
sleeps: waiting happens in the page, until what is waited for is there.
"""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Final

import aiohttp

Json = dict[str, Any]

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_LISTENING: Final = re.compile(r"DevTools listening on (ws://\S+)")
_PATIENCE_S: Final = 60.0
_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",  # only our own page on loopback is opened, often in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--mute-audio",
    "--lang=en-GB",
    # Whatever a page asks for, nothing but this machine can be reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--remote-debugging-port=0",
)
_KEYS: Final[dict[str, tuple[int, str]]] = {
    "Enter": (13, "\r"),
    "Tab": (9, ""),
    "Escape": (27, ""),
    "ArrowUp": (38, ""),
    "ArrowDown": (40, ""),
    "ArrowRight": (39, ""),
}
_SHIFT: Final = 8

# The innermost visible element with that text; a dialog hides what is behind it.
_FIND: Final = """
((selector, text) => {
  const scope = document.querySelector("dialog[open]") ?? document;
  const seen = [...scope.querySelectorAll(selector)].filter(
    (e) => e.checkVisibility() && (!text || `${e.innerText} ${e.ariaLabel ?? ""}`.includes(text)));
  return seen.findLast((e) => !seen.some((other) => other !== e && e.contains(other))) ?? null;
})
"""


# Where to press: its middle, once it stands still there and nothing lies over it.
_MIDDLE: Final = f"""
(async (selector, text) => {{
  const element = {_FIND}(selector, text);
  if (!element) return null;
  element.scrollIntoView({{ block: "nearest" }});
  const place = () => {{
    const box = element.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  }};
  const [x, y] = place();
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  const [x2, y2] = place();
  const hit = document.elementFromPoint(x, y);
  return x === x2 && y === y2 && element.isConnected && element.contains(hit) ? [x, y] : null;
}})
"""


class PageError(AssertionError):
    """The page did not do what a test waited for, or the browser refused a command."""


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None; the variable CHROMIUM goes before the PATH."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in _NAMES if (path := shutil.which(name))), None)


@dataclass
class Page:
    """One tab, with what it asked the network for and what went wrong in it.

    Attributes:
        requests: Every URL that the page asked for, in order.
        errors: Uncaught exceptions, console errors and refused loads.
    """

    _connection: "_Connection"
    _session: str
    _context: str
    requests: list[str] = field(default_factory=list[str])
    errors: list[str] = field(default_factory=list[str])

    async def open(self, url: str) -> None:
        """Go to a URL; returns once its modules have run."""
        await self.send("Page.navigate", url=url)
        await self.wait_for("document.readyState === 'complete' && location.href !== 'about:blank'")

    async def close(self) -> None:
        """Close the tab, with its storage."""
        self._connection.pages.pop(self._session, None)
        await self._connection.send("Target.disposeBrowserContext", browserContextId=self._context)

    async def evaluate(self, expression: str) -> Any:
        """Run JavaScript in the page; a promise is awaited. The value comes back as JSON."""
        answer = await self.send(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if details := answer.get("exceptionDetails"):
            thrown = details.get("exception", {}).get("description", details["text"])
            raise PageError(f"{expression}: {thrown}")
        return answer["result"].get("value")

    async def wait_for(self, expression: str, *, timeout_s: float = _PATIENCE_S) -> Any:
        """Wait until an expression is truthy and return its value."""
        looking = f"""new Promise((resolve, reject) => {{
          const look = async () => {{
            const value = await ({expression});
            if (value) resolve(value); else setTimeout(() => look().catch(reject), 15);
          }};
          look().catch(reject);
        }})"""
        try:
            async with asyncio.timeout(timeout_s):
                return await self.evaluate(looking)
        except TimeoutError as error:
            shown = await self.evaluate("document.body.innerText.slice(-1500)")
            raise PageError(
                f"waited in vain for {expression}\nErrors: {self.errors}\nThe page shows:\n{shown}"
            ) from error

    async def wait_for_text(self, text: str, *, within: str = "body") -> None:
        """Wait until an element that matches `within` shows a text."""
        wanted = f"[...document.querySelectorAll({json.dumps(within)})]"
        await self.wait_for(f"{wanted}.some((e) => e.innerText.includes({json.dumps(text)}))")

    async def text(self, selector: str) -> str:
        """What the first element that matches shows; empty where there is none."""
        return await self.evaluate(
            f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"
        )

    async def count(self, selector: str) -> int:
        """How many elements match."""
        return await self.evaluate(f"document.querySelectorAll({json.dumps(selector)}).length")

    async def _middle(self, selector: str, text: str) -> tuple[float, float]:
        middle = await self.wait_for(f"{_MIDDLE}({json.dumps(selector)}, {json.dumps(text)})")
        return middle[0], middle[1]

    async def hover(self, selector: str, text: str = "") -> None:
        """Move the mouse over the innermost, last element that matches and shows `text`."""
        x, y = await self._middle(selector, text)
        await self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    async def click(self, selector: str, text: str = "") -> None:
        """Click the innermost, last element that matches and shows `text`, once it is there."""
        x, y = await self._middle(selector, text)
        await self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        press: Json = {"x": x, "y": y, "button": "left", "clickCount": 1}
        await self.send("Input.dispatchMouseEvent", type="mousePressed", **press)
        await self.send("Input.dispatchMouseEvent", type="mouseReleased", **press)

    async def type(self, text: str) -> None:
        """Type into what has the focus."""
        await self.send("Input.insertText", text=text)

    async def press(self, key: str, *, shift: bool = False) -> None:
        """Press one of the named keys."""
        code, text = _KEYS[key]
        pressed: Json = {
            "key": key,
            "code": key,
            "windowsVirtualKeyCode": code,
            "modifiers": _SHIFT if shift else 0,
        }
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        await self.send("Input.dispatchKeyEvent", **pressed, **down)
        await self.send("Input.dispatchKeyEvent", **pressed, type="keyUp")

    async def look(self, *, width: int, height: int, dark: bool = False) -> None:
        """Set the size of the window in pixels, and the colour scheme."""
        await self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        still = {"name": "prefers-reduced-motion", "value": "reduce"}
        await self.send("Emulation.setEmulatedMedia", features=[scheme, still])

    async def screenshot(self, path: Path) -> None:
        """Write what is seen as a PNG."""
        shot = await self.send("Page.captureScreenshot", format="png")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))

    async def send(self, method: str, **params: Any) -> Json:
        """Send a command of the DevTools protocol to this tab."""
        return await self._connection.send(method, session=self._session, **params)

    def note(self, method: str, params: Json) -> None:
        """Keep what an event of the tab says."""
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(params["url"])
        elif error := _error_in(method, params):
            self.errors.append(error)


def _error_in(method: str, params: Json) -> str | None:
    if method == "Runtime.exceptionThrown":
        details = params["exceptionDetails"]
        return str(details.get("exception", {}).get("description", details["text"]))
    if method == "Runtime.consoleAPICalled" and params["type"] in ("error", "assert"):
        parts = (arg.get("value", arg.get("description", "")) for arg in params["args"])
        return " ".join(str(part) for part in parts)
    if method == "Log.entryAdded" and params["entry"]["level"] == "error":
        return f"{params['entry']['text']} {params['entry'].get('url', '')}".strip()
    return None


class _Connection:
    """The browser's end of the DevTools protocol: commands out, answers and events in."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self.pages: dict[str, Page] = {}

    async def send(self, method: str, *, session: str | None = None, **params: Any) -> Json:
        number = next(self._ids)
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        command = {"id": number, "method": method, "params": params}
        await self._socket.send_json(command | ({"sessionId": session} if session else {}))
        return await answer

    async def listen(self) -> None:
        """Hand out what arrives, until the browser hangs up."""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(json.loads(message.data))
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(PageError("the browser hung up"))

    def _take(self, message: Json) -> None:
        answer = self._waiting.pop(message.get("id", 0), None)
        if answer and not answer.done():
            if "error" in message:
                answer.set_exception(PageError(message["error"]["message"]))
            else:
                answer.set_result(message["result"])
        elif page := self.pages.get(message.get("sessionId", "")):
            page.note(message.get("method", ""), message.get("params", {}))


@dataclass
class Browser:
    """A running Chromium."""

    _connection: _Connection

    async def new_page(self, *, width: int = 1440, height: int = 900, dark: bool = False) -> Page:
        """Open an empty tab with its own storage."""
        created = await self._connection.send("Target.createBrowserContext")
        context = created["browserContextId"]
        target = await self._connection.send(
            "Target.createTarget", url="about:blank", browserContextId=context
        )
        attached = await self._connection.send(
            "Target.attachToTarget", targetId=target["targetId"], flatten=True
        )
        page = Page(self._connection, attached["sessionId"], context)
        self._connection.pages[attached["sessionId"]] = page
        for domain in ("Page", "Runtime", "Network", "Log"):
            await page.send(f"{domain}.enable")
        await page.look(width=width, height=height, dark=dark)
        return page


@asynccontextmanager
async def chromium(path: str) -> AsyncGenerator[Browser]:
    """Run a Chromium with a profile of its own, gone at the end."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            path,
            *_FLAGS,
            f"--user-data-dir={profile}",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with _connected(process) as connection:
                yield Browser(connection)
                with contextlib.suppress(PageError, ConnectionError):
                    await connection.send("Browser.close")
        finally:
            await _ended(process)


@asynccontextmanager
async def _connected(process: asyncio.subprocess.Process) -> AsyncGenerator[_Connection]:
    async with asyncio.timeout(_PATIENCE_S):
        address = await _address(process)
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(address, max_msg_size=0) as socket,
    ):
        connection = _Connection(socket)
        # No task group: it would wrap whatever a test raises.
        tasks = [asyncio.create_task(connection.listen()), asyncio.create_task(_drain(process))]
        try:
            yield connection
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr
    said: list[str] = []
    while line := (await process.stderr.readline()).decode(errors="replace"):
        if found := _LISTENING.search(line):
            return found[1]
        said.append(line)
    raise PageError("Chromium did not start:\n" + "".join(said[-20:]))


async def _drain(process: asyncio.subprocess.Process) -> None:
    # A full pipe would stop the browser.
    assert process.stderr
    while await process.stderr.readline():
        pass


async def _ended(process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(30):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
