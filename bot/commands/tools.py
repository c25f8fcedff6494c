"""sluice tools list: what a model may call, who may, and who is asked."""

import json
from typing import Any

import click

from bot.parts import open_toolbox
from bot.settings import Settings
from tools.policy import Circumstances, decide
from tools.spec import AnyTool, Caller, ToolCall


async def list_tools(settings: Settings, *, as_json: bool) -> None:
    """Print what a model may call."""
    async with open_toolbox(settings) as toolbox:
        rows = [_describe(tool) for tool in toolbox]
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        effect = click.style(row["effect"], fg="green" if row["effect"] == "read" else "yellow")
        notes = ", private" if row["private"] else ""
        where = f", in {printable(row['system'])}" if row["system"] else ""
        name = click.style(row["name"], bold=True)
        click.echo(f"{name}  {effect}, for {row['may']}, consent: {row['consent']}{notes}{where}")
        click.echo(f"    {printable(row['description'])}")
    if not rows:
        click.echo("No tools: `[tools] sample = true` in sluice.toml turns the sample ones on.")


def printable(text: str) -> str:
    """A text of somebody else's for a terminal, which must not obey it."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def _describe(tool: AnyTool) -> dict[str, Any]:
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "system": tool.system,
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
