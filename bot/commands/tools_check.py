"""sluice tools check and agree: whether sources can be used, and what an admin agrees to."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import click

from bot.commands.tools import printable
from bot.counted import counted
from bot.parts import make_policy
from bot.settings import Settings
from bot.tool_sources import PINS, headers_for, mcp_session, open_mcp, read_openapi, screen_by
from tools.client import api_client
from tools.config import McpSource, OpenApiSource
from tools.errors import SourceError
from tools.openapi.source import Loaded

if TYPE_CHECKING:
    from tools.mcp.source import Found

REACH_S = 5.0
SHOWN = 10
"""Operations that are named where many were left out."""


@dataclass(frozen=True)
class Checked:
    """What became of one source.

    Attributes:
        at: Where it is: an address, or a command.
        acting: How many of its tools do more than read.
        problem: What keeps it from being used; None if nothing does.
        left_out: What did not become a tool, with why.
        changed: Those of them that an admin has to look at.
    """

    source: str
    kind: str
    at: str
    tools: int = 0
    acting: int = 0
    problem: str | None = None
    left_out: Mapping[str, str] = field(default_factory=dict[str, str])
    changed: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether nobody has to do anything."""
        return not self.problem and not self.changed

    def having(self, loaded: Loaded, problem: str | None = None) -> "Checked":
        """The same with what was found there."""
        return Checked(
            self.source,
            self.kind,
            self.at,
            tools=len(loaded.tools),
            acting=sum(tool.effect != "read" for tool in loaded.tools),
            problem=problem,
            left_out=dict(loaded.left_out),
            changed=tuple(name for name, why in loaded.left_out.items() if "has changed" in why),
        )

    def failing(self, error: SourceError) -> "Checked":
        """The same with why it cannot be used."""
        return Checked(self.source, self.kind, self.at, problem=str(error))


async def check_tools(settings: Settings, *, as_json: bool) -> int:
    """Read and reach every source, and name what is no tool; 1 if somebody has to act."""
    checked = [await _check_openapi(source, settings) for source in settings.config.tools.openapi]
    checked += [await _check_mcp(source, settings) for source in settings.config.tools.mcp]
    if as_json:
        click.echo(json.dumps([asdict(one) for one in checked], indent=2))
    else:
        _print(checked)
    return 0 if all(one.good for one in checked) else 1


def _print(checked: Sequence[Checked]) -> None:
    for one in checked:
        mark = click.style("ok", fg="green") if one.good else click.style("wrong", fg="red")
        click.echo(
            f"{click.style(one.source, bold=True)}  {mark}  {one.kind} at {printable(one.at)}"
        )
        click.echo(f"    {counted(one.tools, 'tool')}: {_what_they_do(one)}")
        for line in _remarks(one):
            click.echo(f"    {printable(line)}")
    if not checked:
        click.echo("No sources: [[tools.openapi]] and [[tools.mcp]] in sluice.toml name some.")
        return
    wrong = sum(not one.good for one in checked)
    total = f"{counted(len(checked), 'source')}, {counted(sum(c.tools for c in checked), 'tool')}"
    click.echo(f"\n{total}; " + (f"{wrong} to mend." if wrong else "nothing to mend."))


def _what_they_do(one: Checked) -> str:
    return f"{one.tools - one.acting} read, {one.acting} ask first"


def _remarks(one: Checked) -> Iterator[str]:
    if one.problem:
        yield one.problem
    others = [name for name in one.left_out if name not in one.changed]
    for name in [*one.changed, *others[:SHOWN]]:
        yield f"left out: {name}: {one.left_out[name]}"
    if (more := len(others) - SHOWN) > 0:
        yield f"left out: {more} more; --json names them all"


async def _check_openapi(source: OpenApiSource, settings: Settings) -> Checked:
    checked = Checked(source.name, "OpenAPI", source.base_url)
    try:
        loaded = read_openapi(source, settings)
        return checked.having(loaded, await _reach(source, settings))
    except SourceError as error:
        return checked.failing(error)


async def _reach(source: OpenApiSource, settings: Settings) -> str | None:
    """Whether anything answers there; what it answers is not our business, but for 401 and 403."""
    import httpx2

    headers = headers_for(source.auth, settings)
    api = api_client(source.base_url, headers=headers, timeout_s=REACH_S)
    try:
        response = await api.get("")
    except httpx2.HTTPError as error:
        return f"it cannot be reached ({type(error).__name__}): is base_url right, is it running?"
    finally:
        await api.aclose()
    if response.status_code not in (401, 403):
        return None
    named = f"look at {source.auth.variable}" if source.auth else "`auth` names no variable"
    return f"it does not accept our credentials (HTTP {response.status_code}): {named}"


async def _check_mcp(source: McpSource, settings: Settings) -> Checked:
    checked = Checked(source.name, "MCP", source.url or " ".join(source.command))
    try:
        async with open_mcp(source, settings, make_policy(settings)) as loaded:
            return checked.having(loaded)
    except SourceError as error:
        return checked.failing(error)


# --- agree ----------------------------------------------------------------------------------------


async def agree(name: str, settings: Settings, *, yes: bool) -> int:
    """Show what a server says of a tool now, and hold it to that from now on.

    `yes` agrees without asking, for scripts.
    """
    from tools.mcp.pins import Pins, digest_of

    pins = Pins(settings.sluice_home / PINS)
    found = await _look_for(name, settings, pins)
    if found.problem and "has changed" not in found.problem:
        raise click.ClickException(f"{name}: {printable(found.problem)}")
    for line in _told(found):
        click.echo(printable(line))
    if not yes and not click.confirm("\nDo you agree to this?"):
        click.echo("Nothing has changed.")
        return 1
    pins.set(name, digest_of(found.tool))
    click.echo(f"{name} is agreed to as it stands above. Restart the bot to use it.")
    return 0


async def _look_for(name: str, settings: Settings, pins: Any) -> "Found":
    from tools.mcp.source import look

    screen = screen_by(make_policy(settings))
    for source in settings.config.tools.mcp:
        if not name.startswith(f"{source.name}_"):
            continue
        async with mcp_session(source, settings) as session:
            for found in await look(source, session, pins, screen):
                if found.name == name:
                    return found
    raise click.ClickException(
        f"there is no tool {name} on any MCP server in sluice.toml; `sluice tools check` shows them"
    )


def _told(found: "Found") -> Iterator[str]:
    """All that a model and people are told of a tool, in lines."""
    tool = found.tool
    yield f"{found.name}: {tool.title or tool.name}"
    yield from (f"    {line}" for line in (tool.description or "no description").splitlines())
    required: Any = tool.input_schema.get("required", ())
    for name, schema in (tool.input_schema.get("properties") or {}).items():
        needed = ", required" if name in required else ""
        yield f"  {name}{needed}: {json.dumps(schema, ensure_ascii=False)}"
