"""Arguments from what a person writes."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from bot.model.fill import fill
from bot.model.wishes.asking import ask
from bot.model.wishes.subject import asks_how, subject
from bot.model.wishes.when import day_in, moment_in
from tools.company import COMPANY_TOOLS, find_oncall, get_ticket, list_tickets, open_ticket
from tools.spec import AnyTool, Tool, ToolContext

TUESDAY = date(2026, 11, 24)


class Args(BaseModel):
    model_config = ConfigDict(extra="forbid")


def a_tool(args: type[BaseModel], title: str = "Do it") -> AnyTool:
    async def run(args: BaseModel, context: ToolContext) -> BaseModel:
        return args

    return Tool(
        name="do_it", title=title, description="Do.", args=args, function=run, effect="read"
    )


def filled(tool: AnyTool, text: str, **answers: str) -> dict[str, Any]:
    """The arguments, which the tool takes: nothing is missing."""
    found = fill(tool, text, TUESDAY, answers)
    assert found.missing == ()
    tool.args.model_validate_json(found.json)
    return dict(found.arguments)


def missing(tool: AnyTool, text: str, **answers: str) -> list[str]:
    return [parameter.name for parameter in fill(tool, text, TUESDAY, answers).missing]


# --- the sample tools -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Who is on call for payments right now?", {"team": "payments"}),
        ("who has the Payment pager", {"team": "payments"}),
        ("on call for identity on Friday", {"team": "identity", "at": "2026-11-27T12:00:00+00:00"}),
        ("routing, tomorrow at 3 pm", {"team": "routing", "at": "2026-11-25T15:00:00+00:00"}),
    ],
)
def test_a_team_and_a_time_are_found(text: str, arguments: dict[str, str]) -> None:
    assert filled(find_oncall, text) == arguments


@pytest.mark.parametrize("text", ["who is on call?", "payments or identity?", "not payments"])
def test_a_team_that_is_not_clear_is_missing_and_asked_for_with_its_options(text: str) -> None:
    found = fill(find_oncall, text, TUESDAY)
    assert [parameter.name for parameter in found.missing] == ["team"]
    assert ask(find_oncall, found.missing[0]) == (
        "Find who is on call: which team? I know payments, identity, platform or routing."
    )


@pytest.mark.parametrize(
    ("text", "ticket"),
    [
        ("status of INC-1042?", "INC-1042"),
        ("any news on inc-1042.", "INC-1042"),
        ("is ticket 1042 done", "INC-1042"),
        ("ticket #7", "INC-7"),
    ],
)
def test_a_number_is_found_by_the_pattern(text: str, ticket: str) -> None:
    assert filled(get_ticket, text) == {"ticket_id": ticket}


def test_what_only_looks_like_a_number_is_missing() -> None:
    assert missing(get_ticket, "is my ticket XINC-12-3 done, I have 3 of them") == ["ticket_id"]


@pytest.mark.parametrize(
    ("text", "title", "priority"),
    [
        ("Open a ticket: my laptop screen flickers", "My laptop screen flickers", None),
        ("Raise an urgent ticket, I lost my phone", "I lost my phone", "urgent"),
        ("Report to IT that the printer is jammed.", "The printer is jammed", None),
        ("My monitor is dead, please open a ticket", "My monitor is dead", None),
        ("Could you open a high-priority ticket for VPN access?", "VPN access", "high"),
        ("open a ticket. VPN is down and I can't work at all!", "VPN is down and I can't work at "
         "all", "urgent"),
        ("File a ticket asap: no sound", "No sound", "urgent"),
        ("open a ticket: the mouse squeaks, no rush", "The mouse squeaks, no rush", "low"),
        ('Open a ticket called "Screen is black"', "Screen is black", None),
    ],
)  # fmt: skip
def test_a_ticket_is_titled_by_what_it_is_about(
    text: str, title: str, priority: str | None
) -> None:
    expected = {"title": title, "description": text}
    assert filled(open_ticket, text) == expected | ({"priority": priority} if priority else {})


def test_what_is_given_by_name_goes_there() -> None:
    text = "open a ticket: title: Broken mouse; description: left button dead; priority: low"
    assert filled(open_ticket, text) == {
        "title": "Broken mouse",
        "description": "left button dead",
        "priority": "low",
    }


@pytest.mark.parametrize("text", ["Open a ticket", "please open an urgent ticket for me", "ticket"])
def test_a_ticket_about_nothing_misses_its_title(text: str) -> None:
    assert missing(open_ticket, text) == ["title"]


def test_an_answer_completes_the_request_before() -> None:
    assert filled(open_ticket, "Open an urgent ticket", title="my screen flickers.") == {
        "title": "My screen flickers",
        "description": "my screen flickers.",
        "priority": "urgent",
    }
    assert filled(find_oncall, "who is on call on Friday?", team="payments") == {
        "team": "payments",
        "at": "2026-11-27T12:00:00+00:00",
    }


def test_long_and_odd_text_is_fitted_to_what_the_tool_takes() -> None:
    text = "Open a ticket: \x00 the\u200b screen\tflickers " + "again and " * 2_000
    arguments = filled(open_ticket, text)
    assert len(arguments["title"]) <= 120
    assert arguments["title"].startswith("The screen flickers again")
    assert len(arguments["description"]) <= 4_000
    assert "\x00" not in arguments["description"]


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("Which tickets are open?", {"status": "open"}),
        ("list all tickets that are in progress", {"status": "in_progress"}),
        ("Are there any tickets about the VPN?", {"query": "VPN"}),
        ("show me the tickets", {}),
        ("open the list of tickets for me", {}),
    ],
)
def test_an_everyday_word_is_an_option_only_beside_what_it_describes(
    text: str, arguments: dict[str, str]
) -> None:
    assert filled(list_tickets, text) == arguments


@pytest.mark.parametrize("tool", COMPANY_TOOLS, ids=lambda tool: tool.name)
def test_every_example_of_a_sample_tool_fills_it_or_asks_one_thing(tool: AnyTool) -> None:
    for example in tool.examples:
        assert len(missing(tool, example)) <= 1


# --- any tool -------------------------------------------------------------------------------------


class Size(Enum):
    SMALL = "small"
    EXTRA_LARGE = "extra_large"


class Many(Args):
    size: Size
    count: int = Field(ge=1, le=9)
    day: date | None = None
    at: AwareDatetime | None = None
    colours: list[Literal["red", "green", "blue"]] = []
    ids: list[Annotated[str, StringConstraints(pattern=r"^LKS-\d{4}$")]] = []
    gift_wrap: bool = False
    mail: Annotated[str, Field(json_schema_extra={"format": "email"})] = "nobody@a.example"


def test_every_kind_of_argument_is_found() -> None:
    text = (
        "Order 3 extra large ones in red and blue for LKS-0417, LKS-0418 on 12 March, gift wrap, "
        "mail ada@larkspur.example."
    )
    assert filled(a_tool(Many), text) == {
        "size": "extra_large",
        "count": 3,
        "day": "2027-03-12",
        "at": "2027-03-12T12:00:00+00:00",
        "colours": ["red", "blue"],
        "ids": ["LKS-0417", "LKS-0418"],
        "gift_wrap": True,
        "mail": "ada@larkspur.example",
    }


def test_what_the_tool_would_refuse_is_left_out_and_missing_if_required() -> None:
    assert missing(a_tool(Many), "12 small ones") == ["count"]
    assert filled(a_tool(Many), "small, count 4, not gift wrap")["gift_wrap"] is False


class Nested(Args):
    tags: list[Literal["red"] | None] | None = None
    ratio: float | None = None
    days: list[date] = []
    deep: "Nested | None" = None


def test_what_is_declared_in_several_forms_is_found_in_one_of_them() -> None:
    assert filled(a_tool(Nested), "red, a ratio of 0.5 please, until tomorrow") == {
        "tags": ["red"],
        "ratio": 0.5,
        "days": ["2026-11-25"],
    }


class Place(Args):
    city: str


def test_a_name_is_what_follows_for_or_in() -> None:
    tool = a_tool(Place, "Show the weather")
    assert filled(tool, "show the weather in New Porto today") == {"city": "New Porto"}
    assert missing(tool, "show the weather") == ["city"]
    assert filled(tool, "show the weather", city="Leeds") == {"city": "Leeds"}


class Odd(Args):
    pattern: Annotated[str, Field(json_schema_extra={"pattern": "(["})] = ""
    nested: dict[str, int] = {}
    either: Literal["yes"] | int | None = None


def test_a_schema_that_cannot_be_filled_is_left_alone() -> None:
    assert filled(a_tool(Odd), "([ nested 4 pattern x") == {}


@given(st.text(max_size=300), st.sampled_from(COMPANY_TOOLS))
def test_whatever_is_written_the_arguments_are_valid_or_something_is_missing(
    text: str, tool: AnyTool
) -> None:
    found = fill(tool, text, TUESDAY, {"title": text, "team": text})
    if not found.missing:
        tool.args.model_validate_json(found.json)


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Open a ticket to get a new mouse", "get a new mouse"),
        ("I'd like to file a ticket about my keyboard", "my keyboard"),
        ("Hi Sluice! Could you please open a ticket? The printer is jammed.",
         "The printer is jammed."),
        ("Please open a ticket for me: no sound", "no sound"),
        ("the ticket machine is broken", "the ticket machine is broken"),
    ],
)  # fmt: skip
def test_the_subject_is_the_message_without_the_request(text: str, about: str) -> None:
    assert subject(text, ["ticket", "it"]) == about


@pytest.mark.parametrize(
    ("text", "how"),
    [
        ("How do I open a ticket?", True),
        ("hi, can you tell me how to open a ticket", True),
        ("Where do I open a ticket?", True),
        ("Can I open a ticket?", True),
        ("Can you open a ticket?", False),
        ("Open a ticket: how do I print?", False),
    ],
)
def test_asking_how_is_told_from_asking_for_it(text: str, how: bool) -> None:
    assert asks_how(text) is how


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", TUESDAY),
        ("tomorrow", date(2026, 11, 25)),
        ("the day after tomorrow", date(2026, 11, 26)),
        ("yesterday", date(2026, 11, 23)),
        ("in three days", date(2026, 11, 27)),
        ("in 2 weeks", date(2026, 12, 8)),
        ("on Tuesday", TUESDAY),
        ("next tuesday", date(2026, 12, 1)),
        ("last Friday", date(2026, 11, 20)),
        ("this weekend", date(2026, 11, 28)),
        ("on 2026-12-01.", date(2026, 12, 1)),
        ("1st of March", date(2027, 3, 1)),
        ("December 24th, 2027", date(2027, 12, 24)),
        ("31 June", None),
        ("2026-13-45", None),
        ("in 3 marbles", None),
        ("in 999 weeks of 9999", date(2026, 11, 24)),
        ("", None),
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: date | None) -> None:
    found = day_in(text, TUESDAY)
    assert found == day if "999" not in text else found is not None


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("right now", None),
        ("tonight", "2026-11-24T21:00:00+00:00"),
        ("at 14:30", "2026-11-24T14:30:00+00:00"),
        ("12:15 am on Friday", "2026-11-27T00:15:00+00:00"),
        ("2026-11-25T10:00:00+01:00", "2026-11-25T10:00:00+01:00"),
        ("2026-11-25 10:00", "2026-11-25T10:00:00+00:00"),
        ("2026-11-25T25:00:00Z", None),
    ],
)
def test_moments_are_in_utc_where_nothing_else_is_said(text: str, moment: str | None) -> None:
    found = moment_in(text, TUESDAY)
    assert (found.isoformat() if found else None) == moment
