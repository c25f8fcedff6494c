"""sluice tools: what a model may call, where it comes from, and whether it can be called."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from bot.app import make_policy, open_toolbox
from bot.settings import Settings
from bot.sources import PINS, headers_for, open_mcp, read_openapi
from tools.client import api_client
from tools.config import McpSource, OpenApiSource
from tools.errors import SourceError
from tools.policy import Circumstances, decide
from tools.spec import AnyTool, Caller, ToolCall

REACH_S = 5.0


async def list_tools(settings: Settings, *, as_json: bool) -> None:
    """Print what a model may call."""
    async with open_toolbox(settings) as toolbox:
        rows = [_describe(tool) for tool in toolbox]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        name = click.style(row["name"], bold=True)
        effect = click.style(row["effect"], fg="green" if row["effect"] == "read" else "yellow")
        notes = ", private" if row["private"] else ""
        click.echo(f"{name}  {effect}, for {row['may']}, consent: {row['consent']}{notes}")
        click.echo(f"    {row['description']}")
    if not rows:
        click.echo("No tools: `[tools] sample = true` in sluice.toml turns the sample ones on.")


def _describe(tool: AnyTool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "effect": tool.effect,
        "may": _who(tool),
        "consent": _consent(tool),
        "danger": tool.danger,
        "private": tool.private,
        "timeout_s": tool.timeout_s,
        "max_chars": tool.max_chars,
        "arguments": tool.args.model_json_schema(),
    }


def _who(tool: AnyTool) -> str:
    named = [*tool.users, *tool.groups]
    people = f"{tool.may} among {', '.join(named)}" if named else tool.may
    return f"{people} in {', '.join(tool.channels)}" if tool.channels else people


def _consent(tool: AnyTool) -> str:
    """What the policy says of a call by somebody who may make it."""
    caller = Caller(
        user=next(iter(tool.users), ""),
        admin=True,
        groups=frozenset(tool.groups),
        channel=next(iter(tool.channels), ""),
    )
    offered = Circumstances(offered=frozenset({tool.name}), caller=caller)
    ruling = decide(tool, ToolCall(id="", name=tool.name), offered)
    if ruling.action != "ask":
        return {"allow": "not asked", "deny": "by destination"}[ruling.action]
    return f"asked of {'two, ' if ruling.approvals > 1 else ''}{ruling.approver}"


@dataclass(frozen=True)
class Checked:
    """What became of one source."""

    source: str
    kind: str
    tools: int
    problem: str | None
    left_out: Mapping[str, str]


async def check_tools(settings: Settings, *, as_json: bool) -> int:
    """Read and reach every source, and name what could not become a tool; 1 if one fails."""
    checked = [await _check_openapi(source, settings) for source in settings.config.tools.openapi]
    checked += [await _check_mcp(source, settings) for source in settings.config.tools.mcp]
    if as_json:
        rows = [{**vars(one), "left_out": dict(one.left_out)} for one in checked]
        click.echo(json.dumps(rows, indent=2))
    else:
        for one in checked:
            _print(one)
        if not checked:
            click.echo("No sources: [[tools.openapi]] and [[tools.mcp]] in sluice.toml name some.")
    return 1 if any(one.problem for one in checked) else 0


def _print(one: Checked) -> None:
    mark = click.style("wrong", fg="red") if one.problem else click.style("ok", fg="green")
    click.echo(f"{click.style(one.source, bold=True)}  {one.kind}  {mark}  {one.tools} tools")
    if one.problem:
        click.echo(f"    {one.problem}")
    for name, why in one.left_out.items():
        click.echo(f"    left out: {name}: {why}")


async def _check_openapi(source: OpenApiSource, settings: Settings) -> Checked:
    nothing: dict[str, str] = {}
    try:
        loaded = read_openapi(source, settings)
        problem = await _reach(source.base_url, headers_for(source.auth, settings))
    except SourceError as error:
        return Checked(source.name, "openapi", 0, str(error), nothing)
    return Checked(source.name, "openapi", len(loaded.tools), problem, loaded.left_out)


async def _reach(base_url: str, headers: Mapping[str, str]) -> str | None:
    """Whether anything answers there; what it answers is not our business, but for 401 and 403."""
    import httpx2

    api = api_client(base_url, headers=headers, timeout_s=REACH_S)
    try:
        response = await api.get("")
    except httpx2.HTTPError as error:
        return f"{base_url} cannot be reached ({type(error).__name__})"
    finally:
        await api.aclose()
    refused = response.status_code in (401, 403)
    return f"{base_url} does not accept our credentials" if refused else None


async def _check_mcp(source: McpSource, settings: Settings) -> Checked:
    nothing: dict[str, str] = {}
    try:
        async with open_mcp(source, settings, make_policy(settings)) as loaded:
            return Checked(source.name, "mcp", len(loaded.tools), None, loaded.left_out)
    except SourceError as error:
        return Checked(source.name, "mcp", 0, str(error), nothing)


async def agree(name: str, settings: Settings) -> int:
    """Show what a server says of a tool now, and hold it to that from now on."""
    from bot.sources import mcp_session, screen_by
    from tools.mcp.pins import Pins, digest_of
    from tools.mcp.source import look

    pins, screen = Pins(settings.sluice_home / PINS), screen_by(make_policy(settings))
    for source in settings.config.tools.mcp:
        if not name.startswith(f"{source.name}_"):
            continue
        async with mcp_session(source, settings) as session:
            for found in await look(source, session, pins, screen):
                if found.name != name:
                    continue
                if found.problem and "has changed" not in found.problem:
                    raise click.ClickException(f"{name}: {found.problem}")
                click.echo(found.tool.model_dump_json(indent=2, exclude_none=True))
                pins.set(name, digest_of(found.tool))
                click.echo(f"{name} is agreed to as it stands above. Restart the bot to use it.")
                return 0
    raise click.ClickException(f"there is no tool {name} on any MCP server in sluice.toml")
