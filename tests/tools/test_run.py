import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.tools.samples import Note, Receipt, a_call, a_context, a_tool
from tools.errors import ToolFailed, ToolInDoubt, ToolRetry
from tools.run import check, run
from tools.spec import ToolContext, ToolResult

SECRET = "password=hunter2"


def raising(error: BaseException) -> Callable[..., Awaitable[Any]]:
    async def function(args: Note, context: ToolContext) -> Receipt:
        raise error

    return function


async def hanging(args: Note, context: ToolContext) -> Receipt:
    await asyncio.Event().wait()
    raise NotImplementedError


async def found(context: ToolContext) -> Receipt:
    return Receipt(text=f"found {context.idempotency_key}")


async def not_found(context: ToolContext) -> None:
    return None


async def lookup_fails(context: ToolContext) -> None:
    raise ToolFailed("down")


async def lookup_crashes(context: ToolContext) -> None:
    raise RuntimeError(SECRET)


async def lookup_hangs(context: ToolContext) -> None:
    await asyncio.Event().wait()


async def outcome_of(function: Callable[..., Awaitable[Any]], **declared: Any) -> ToolResult:
    return await run(a_call(), a_tool(function=function, **declared), a_context())


async def test_a_result_is_json_for_the_model() -> None:
    result = await run(a_call(), a_tool(), a_context())
    assert result == ToolResult(call_id="c1", name="echo", outcome="ok", content='{"text":"hello"}')


async def test_wrong_arguments_go_back_and_nothing_runs() -> None:
    never = a_tool(function=raising(AssertionError("it ran")))
    result = await run(a_call("{"), never, a_context())
    assert (result.outcome, result.content) == (
        "retry",
        "The arguments are not valid JSON. Send one JSON object.",
    )


async def test_check_gives_the_same_answer_as_run_would() -> None:
    assert check(a_call(), a_tool()) is None
    broken = a_call('{"text": 1}')
    assert check(broken, a_tool()) == await run(broken, a_tool(), a_context())


async def test_what_a_tool_says_on_purpose_reaches_the_model() -> None:
    assert (await outcome_of(raising(ToolRetry("No such team.")))).outcome == "retry"
    failed = await outcome_of(raising(ToolFailed("The roster is empty.")))
    assert (failed.outcome, failed.content) == ("failed", "The roster is empty.")


async def test_a_long_explanation_is_cut() -> None:
    result = await outcome_of(raising(ToolFailed("x" * 10_000)))
    assert len(result.content) == 500


@pytest.mark.parametrize("error", [RuntimeError(SECRET), TimeoutError(SECRET)])
async def test_a_crash_is_logged_by_type_and_told_to_nobody(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    result = await outcome_of(raising(error))
    assert (result.outcome, result.content) == ("failed", "the tool failed")
    (record,) = caplog.records
    assert (record.name, record.levelno, record.message) == (
        "sluice",
        logging.ERROR,
        "tool.crashed",
    )
    assert (vars(record)["tool"], vars(record)["error"]) == ("echo", type(error).__name__)
    assert SECRET not in str(vars(record))


async def test_a_result_that_is_no_model_is_a_crash(caplog: pytest.LogCaptureFixture) -> None:
    async def text(args: Note, context: ToolContext) -> str:
        return SECRET

    result = await outcome_of(text)
    assert (result.outcome, result.content) == ("failed", "the tool failed")
    assert [record.message for record in caplog.records] == ["tool.crashed"]


async def test_cancelling_the_turn_cancels_the_tool() -> None:
    task = asyncio.create_task(outcome_of(hanging))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_tool_that_hangs_is_stopped() -> None:
    result = await outcome_of(hanging, timeout_s=0.01)
    assert (result.outcome, result.content) == ("failed", "Echo: it did not answer in 0.01 s")


DOUBT = "Nobody can tell whether it happened: check before asking again."


@pytest.mark.parametrize("lookup", [None, lookup_fails, lookup_crashes, lookup_hangs])
@pytest.mark.parametrize(
    "function", [hanging, raising(ToolInDoubt("Gone.")), raising(RuntimeError(SECRET))]
)
async def test_a_write_without_an_answer_is_in_doubt(
    function: Callable[..., Awaitable[Any]], lookup: Any
) -> None:
    result = await outcome_of(function, effect="write", timeout_s=0.01, lookup=lookup)
    assert result.outcome == "failed"
    assert result.content.endswith(DOUBT)
    assert SECRET not in result.content


async def test_a_write_without_an_answer_that_happened_is_found() -> None:
    result = await outcome_of(hanging, effect="write", timeout_s=0.01, lookup=found)
    assert result.outcome == "ok"
    assert json.loads(result.content) == {"text": "found turn-1:c1"}


async def test_a_write_without_an_answer_that_did_not_happen_is_reported() -> None:
    in_doubt = raising(ToolInDoubt("The tickets did not answer."))
    result = await outcome_of(in_doubt, effect="write", lookup=not_found)
    assert result.outcome == "failed"
    assert result.content == "The tickets did not answer. It had not happened when I looked."


async def test_a_long_result_is_cut_and_marked() -> None:
    text = "x" * 1_000
    result = await run(a_call(f'{{"text": "{text}"}}'), a_tool(max_chars=200), a_context())
    assert result.truncated
    assert len(result.content) == 200
    assert result.content.endswith("of a result that is 1011 characters long]")


async def test_a_result_of_just_the_allowed_size_is_whole() -> None:
    result = await run(a_call(), a_tool(max_chars=len('{"text":"hello"}')), a_context())
    assert (result.content, result.truncated) == ('{"text":"hello"}', False)
