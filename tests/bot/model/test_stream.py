"""Servers disagree on how calls are streamed; each of their ways gives the same calls."""

from typing import Any

import pytest

from bot.model.stream import Answer, Chunk

Json = dict[str, Any]


def piece(index: int | None, call_id: str | None, name: str | None, arguments: str) -> Json:
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": call_id, "type": "function", "function": function}


WAYS: dict[str, list[Json]] = {
    "an index each, pieces interleaved": [
        piece(0, "x", "find", '{"a"'),
        piece(1, "y", "leave", '{"b"'),
        piece(0, None, None, ": 1}"),
        piece(1, None, None, ": 2}"),
    ],
    "one index for all, told apart by their ids": [
        piece(0, "x", "find", '{"a": 1}'),
        piece(0, "y", "leave", '{"b"'),
        piece(0, "y", None, ": 2}"),
    ],
    "a new id for every piece": [
        piece(0, "x", "find", '{"a"'),
        piece(0, "z", None, ": 1}"),
        piece(1, "y", "leave", '{"b"'),
        piece(1, "w", None, ": 2}"),
    ],
    "the id and the name in every piece": [
        piece(0, "x", "find", '{"a"'),
        piece(0, "x", "find", ": 1}"),
        piece(1, "y", "leave", '{"b"'),
        piece(1, "y", "leave", ": 2}"),
    ],
    "no index": [piece(None, "x", "find", '{"a": 1}'), piece(None, "y", "leave", '{"b": 2}')],
    "indices from elsewhere": [
        piece(-7, "x", "find", '{"a": 1}'),
        piece(10**30, "y", "leave", '{"b": 2}'),
    ],
    "the name after the id": [
        piece(0, "x", None, ""),
        piece(0, None, "find", '{"a": 1}'),
        piece(1, "y", "leave", '{"b": 2}'),
    ],
}


def answer_of(*pieces: Json, together: bool = False) -> Answer:
    answer = Answer()
    groups = [list(pieces)] if together else [[p] for p in pieces]
    for calls in groups:
        choices = [{"index": 0, "delta": {"tool_calls": calls}}]
        answer.add(Chunk.model_validate({"choices": choices}))
    return answer


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("way", list(WAYS))
def test_calls_are_put_together(way: str, together: bool):
    calls = answer_of(*WAYS[way], together=together).calls()

    assert [(c.name, c.arguments) for c in calls] == [("find", '{"a": 1}'), ("leave", '{"b": 2}')]


def test_empty_pieces_come_to_an_end():
    answer = Answer(max_chars=100)
    empty = Chunk.model_validate({"choices": [{"delta": {"content": ""}}]})

    for _ in range(101):
        answer.add(empty)

    assert answer.over


def test_empty_pieces_of_calls_come_to_an_end():
    answer = answer_of(*[piece(0, None, None, "")] * 40_001, together=True)

    assert answer.over


def test_the_last_count_of_tokens_holds():
    answer = Answer()
    for tokens in (5, 9):
        usage = {"prompt_tokens": 100, "completion_tokens": tokens}
        answer.add(Chunk.model_validate({"choices": [], "usage": usage}))
    answer.add(Chunk.model_validate({"choices": None, "usage": None}))

    assert answer.tokens(lambda: 0) == (100, 9)
