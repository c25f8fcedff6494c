"""Execute: run calls that may run."""

import asyncio
from collections.abc import Sequence

from bot.errors import InDoubt
from bot.messages.approvals import INVALID, Judgement
from bot.messages.task import Task
from tools.errors import ToolInDoubt
from tools.registry import Toolbox
from tools.run import check, found, run
from tools.spec import ToolCall, ToolResult


async def execute(
    judgements: Sequence[Judgement], task: Task, toolbox: Toolbox
) -> tuple[ToolResult, ...]:
    """Run the calls that the policy allows, side by side, and say no to those it denies.

    Calls that need a person's yes are left out. Results stand in the calls' order. Only tools that
    read are ever allowed without asking, so this is safe to run again.
    """
    ruled = [judged for judged in judgements if judged.action != "ask"]
    return tuple(await asyncio.gather(*(_one(judged, task, toolbox) for judged in ruled)))


async def perform(call: ToolCall, task: Task, toolbox: Toolbox) -> ToolResult:
    """Run a call that a person has approved. It acts on the world: never run it twice."""
    if (tool := toolbox.get(call.name)) is None:
        return decline(call, "This tool is not available any more.")
    return await run(call, tool, toolbox.context_for(tool, *_who(task), call.id))


async def performed(call: ToolCall, task: Task, toolbox: Toolbox) -> ToolResult | None:
    """Ask the API whether an approved call has happened; None if it has not.

    Raises:
        InDoubt: The API cannot tell.
    """
    if (tool := toolbox.get(call.name)) is None:
        return None
    try:
        return await found(call, tool, toolbox.context_for(tool, *_who(task), call.id))
    except ToolInDoubt as error:
        raise InDoubt(f"{task.message.id}: {call.name}") from error


def decline(call: ToolCall, why: str) -> ToolResult:
    """What the model is told of a call that may not run."""
    return ToolResult(call_id=call.id, name=call.name, outcome="denied", content=why)


async def _one(judged: Judgement, task: Task, toolbox: Toolbox) -> ToolResult:
    call, tool = judged.call, toolbox.get(judged.call.name)
    if tool is None or judged.action == "deny":
        wrong = check(call, tool) if tool and judged.rule == INVALID else None
        return wrong or decline(call, f"Not allowed: {judged.reason}.")
    return await run(call, tool, toolbox.context_for(tool, *_who(task), call.id))


def _who(task: Task) -> tuple[str, str]:
    return task.message.user, task.requester.name
