"""Run one call of a tool: arguments checked, time and size bounded, every end a `ToolResult`."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Literal, TypeVar

from pydantic import BaseModel

from tools.arguments import arguments_of, shorten
from tools.errors import ToolError, ToolFailed, ToolInDoubt, ToolRetry
from tools.spec import AnyTool, ToolCall, ToolContext, ToolResult

log = logging.getLogger("sluice")

MAX_EXPLANATION_CHARS = 500
CRASHED = "the tool failed"

ResultT = TypeVar("ResultT", bound=BaseModel | None)


async def run(call: ToolCall, tool: AnyTool, context: ToolContext) -> ToolResult:
    """Run a call and return what the model is told about it.

    Whoever calls this has asked the policy, and a person where it says so. A tool that raises
    anything but `ToolRetry` or `ToolFailed` is a bug: the log gets the type, and the text of the
    exception reaches nobody, since it may hold what the model or a channel must not see.
    """
    try:
        args = arguments_of(call, tool)
        return _ok(call, tool, await _within_time(tool, tool.function(args, context)))
    except ToolRetry as error:
        return _not_ok(call, "retry", str(error))
    except ToolFailed as error:
        if isinstance(error, ToolInDoubt):
            return await _settle(call, tool, context, str(error))
        return _not_ok(call, "failed", str(error))
    except Exception as error:  # noqa: BLE001 - a tool is foreign code, and one call is its edge
        _log_crash(call, error)
        if tool.effect == "read":
            return _not_ok(call, "failed", CRASHED)
        return await _settle(call, tool, context, CRASHED)


def check(call: ToolCall, tool: AnyTool) -> ToolResult | None:
    """Return the result that asks the model to correct its arguments, or None if they are valid.

    For use before a person is asked: nobody should approve a call that cannot run.
    """
    try:
        arguments_of(call, tool)
    except ToolRetry as error:
        return _not_ok(call, "retry", str(error))
    return None


async def found(call: ToolCall, tool: AnyTool, context: ToolContext) -> ToolResult | None:
    """Ask the API whether a call has happened: its result, or None if it has not.

    Raises:
        ToolInDoubt: The API cannot tell, or does not answer.
    """
    if tool.lookup is None:
        raise ToolInDoubt(f"{tool.title}: nobody can tell whether it happened")
    try:
        value = await _within_time(tool, tool.lookup(context))
    except Exception as error:
        _log_crash(call, error)
        raise ToolInDoubt(f"{tool.title}: nobody can tell whether it happened") from error
    return None if value is None else _ok(call, tool, value)


async def _within_time(tool: AnyTool, running: Awaitable[ResultT]) -> ResultT:
    deadline = asyncio.timeout(tool.timeout_s)
    try:
        async with deadline:
            return await running
    except TimeoutError:
        if not deadline.expired():
            raise
    problem = f"{tool.title}: it did not answer in {tool.timeout_s:g} s"
    raise ToolFailed(problem) if tool.effect == "read" else ToolInDoubt(problem)


async def _settle(call: ToolCall, tool: AnyTool, context: ToolContext, problem: str) -> ToolResult:
    """Ask the API whether a write without an answer happened; say so where it cannot tell."""
    problem = problem.rstrip(".")
    doubt = f"{problem}. Nobody can tell whether it happened: check before asking again."
    if tool.lookup is None:
        return _not_ok(call, "failed", doubt)
    try:
        found = await _within_time(tool, tool.lookup(context))
        if found is not None:
            return _ok(call, tool, found)
    except ToolError:
        return _not_ok(call, "failed", doubt)
    except Exception as error:  # noqa: BLE001 - as in run: what a lookup says reaches nobody
        _log_crash(call, error)
        return _not_ok(call, "failed", doubt)
    return _not_ok(call, "failed", f"{problem}. It had not happened when I looked.")


def _ok(call: ToolCall, tool: AnyTool, value: BaseModel) -> ToolResult:
    content = value.model_dump_json()
    result = ToolResult(
        call_id=call.id, name=call.name, outcome="ok", content=content, private=tool.private
    )
    if len(content) <= tool.max_chars:
        return result
    note = f"\n[cut: the first characters of a result that is {len(content)} characters long]"
    cut = content[: max(0, tool.max_chars - len(note))] + note
    return result.model_copy(update={"content": cut, "truncated": True})


def _not_ok(call: ToolCall, outcome: Literal["retry", "failed"], text: str) -> ToolResult:
    content = shorten(text, MAX_EXPLANATION_CHARS)
    return ToolResult(call_id=call.id, name=call.name, outcome=outcome, content=content)


def _log_crash(call: ToolCall, error: Exception) -> None:
    log.error("tool.crashed", extra={"tool": call.name, "error": type(error).__name__})
