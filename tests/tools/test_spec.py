from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from tests.tools.samples import Note, Receipt, a_context
from tools.spec import ToolContext, tool


class Loose(BaseModel):
    text: str


class Nothing(BaseModel):
    model_config = ConfigDict(extra="forbid")


async def test_a_function_becomes_a_tool() -> None:
    @tool(effect="write", title="Send a note", examples=("note that",), may="admins", danger=True)
    async def send_note(args: Note, context: ToolContext) -> Receipt:
        """Send a note.

        Only this first line is for the model.
        """
        return Receipt(text=f"{args.text} from {context.user_name}")

    assert send_note.name == "send_note"
    assert send_note.title == "Send a note"
    assert send_note.description == "Send a note."
    assert send_note.args is Note
    assert (send_note.effect, send_note.may, send_note.danger) == ("write", "admins", True)
    assert send_note.examples == ("note that",)
    result = await send_note.function(Note(text="hi"), a_context())
    assert result == Receipt(text="hi from Ada Okafor")


def test_a_tool_without_a_title_is_named_after_its_function() -> None:
    @tool(effect="read")
    async def find_oncall(args: Note, context: ToolContext) -> Receipt:
        """Find who is on call."""
        raise NotImplementedError

    assert find_oncall.title == "Find oncall"


def test_an_egress_tool_names_its_destination() -> None:
    @tool(effect="egress", destination="to")
    async def mail(args: Note, context: ToolContext) -> Receipt:
        """Mail a note."""
        raise NotImplementedError

    assert mail.destination == "to"


async def undocumented(args: Note, context: ToolContext) -> Receipt:
    raise NotImplementedError


async def blank(args: Note, context: ToolContext) -> Receipt:
    """ """
    raise NotImplementedError


def not_async(args: Note, context: ToolContext) -> Receipt:
    """Not async."""
    raise NotImplementedError


async def loose(args: Loose, context: ToolContext) -> Receipt:
    """Takes what it does not know."""
    raise NotImplementedError


async def no_model(args: dict[str, str], context: ToolContext) -> Receipt:
    """Takes a dict."""
    raise NotImplementedError


async def untyped(args: Any, context: ToolContext) -> Receipt:
    """Takes anything."""
    raise NotImplementedError


async def no_context(args: Note, context: Note) -> Receipt:
    """Lacks a context."""
    raise NotImplementedError


async def one_parameter(args: Note) -> Receipt:
    """Takes one parameter."""
    raise NotImplementedError


async def three_parameters(args: Note, context: ToolContext, user: str = "") -> Receipt:
    """Takes three parameters."""
    raise NotImplementedError


async def by_name_only(args: Note, *, context: ToolContext) -> Receipt:
    """Takes the context by name."""
    raise NotImplementedError


async def returns_text(args: Note, context: ToolContext) -> str:
    """Return text."""
    raise NotImplementedError


async def returns_untyped(args: Note, context: ToolContext):
    """Return anything."""
    raise NotImplementedError


@pytest.mark.parametrize(
    ("function", "complaint"),
    [
        (undocumented, "needs a docstring"),
        (blank, "needs a docstring"),
        (not_async, "is an async function"),
        (loose, 'extra="forbid"'),
        (no_model, 'extra="forbid"'),
        (untyped, 'extra="forbid"'),
        (no_context, "is a ToolContext"),
        (one_parameter, "takes two parameters"),
        (three_parameters, "takes two parameters"),
        (by_name_only, "takes two parameters"),
        (returns_text, "returns a model"),
        (returns_untyped, "returns a model"),
    ],
)
def test_a_function_of_another_shape_is_refused(
    function: Callable[..., Any], complaint: str
) -> None:
    with pytest.raises(TypeError, match=f"^{function.__name__}: .*{complaint}"):
        tool(effect="read")(function)


@pytest.mark.parametrize("destination", [None, "elsewhere"])
def test_an_egress_tool_without_a_destination_is_refused(destination: str | None) -> None:
    async def mail(args: Note, context: ToolContext) -> Receipt:
        """Mail a note."""
        raise NotImplementedError

    with pytest.raises(TypeError, match=r"mail: .*destination"):
        tool(effect="egress", destination=destination)(mail)
