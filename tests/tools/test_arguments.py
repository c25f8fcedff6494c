import contextlib
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from tests.tools.samples import Note, a_call, a_tool
from tools.arguments import MAX_CHARS, arguments_of
from tools.errors import ToolRetry


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: Literal["small", "large"]
    count: float = 1


ORDER = a_tool(args=Order)


def test_arguments_become_the_declared_model() -> None:
    order = arguments_of(a_call('{"size": "large", "count": 2}'), ORDER)
    assert order == Order(size="large", count=2)


@pytest.mark.parametrize(
    ("arguments", "explanation"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ('{"size": "small"} and more', "not valid JSON"),
        ('{"size": "small", "count": NaN}', "not valid JSON"),
        ("[" * 40_000, "not valid JSON"),
        ("9" * 10_000, "not valid JSON"),
        ('["small"]', "not a JSON object"),
        ("null", "not a JSON object"),
        ('"small"', "not a JSON object"),
        ("{}", "size: Field required"),
        ('{"size": "huge"}', "size: Input should be 'small' or 'large'"),
        ('{"size": "small", "colour": "red"}', "colour: Extra inputs are not permitted"),
        ('{"size": "small", "size": "large"}', "given twice"),
        ('{"size": "small", "count": {"a": 1, "a": 2}}', "given twice"),
        ('{"size": "small", "count": "many"}', "count: Input should be a valid number"),
        ('{"text": "\\ud800"}', "Invalid JSON"),
        ("{" + " " * MAX_CHARS + "}", f"longer than {MAX_CHARS} characters"),
    ],
)
def test_wrong_arguments_are_explained(arguments: str, explanation: str) -> None:
    declared = a_tool(args=Note) if "text" in arguments else ORDER
    with pytest.raises(ToolRetry) as caught:
        arguments_of(a_call(arguments), declared)
    assert explanation in str(caught.value)


def test_an_explanation_repeats_no_long_value_or_name() -> None:
    secret = "s3cret" * 1_000
    with pytest.raises(ToolRetry) as caught:
        arguments_of(a_call(f'{{"size": "{secret}", "{secret}": "{secret}"}}'), ORDER)
    assert len(str(caught.value)) < 400
    assert secret[:100] not in str(caught.value)


def test_an_explanation_stops_after_five_problems() -> None:
    unknown = ", ".join(f'"unknown{n}": 1' for n in range(50))
    with pytest.raises(ToolRetry, match="and 46 more") as caught:
        arguments_of(a_call(f"{{{unknown}}}"), ORDER)
    assert str(caught.value).count("Extra inputs") <= 5


@given(st.text(max_size=200))
def test_any_text_is_understood_or_sent_back(text: str) -> None:
    with contextlib.suppress(ToolRetry):
        assert isinstance(arguments_of(a_call(text), ORDER), Order)
