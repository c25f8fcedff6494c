"""The tools of the sample company: its on-call roster, its tickets and its leave balances."""

from datetime import date
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from tools.client import get_json, post_json
from tools.errors import ToolFailed
from tools.spec import AnyTool, ToolContext, tool

Team = Literal["payments", "identity", "platform", "routing"]
Priority = Literal["low", "normal", "high", "urgent"]
Status = Literal["new", "in_progress", "waiting", "resolved"]


class Args(BaseModel):
    """Arguments that a model may give."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Result(BaseModel):
    """What the API says; what it may add one day is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def _printable(text: str) -> str:
    if not all(c.isprintable() or c in "\n\t" for c in text):
        raise ValueError("must not hold control characters")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of plain text")
    return text


def _ticket_id(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


# --- on call --------------------------------------------------------------------------------------


class OncallArgs(Args):
    """Whose shift, and when."""

    team: Team = Field(description="The team whose engineer is wanted.")
    at: AwareDatetime | None = Field(
        default=None, description="A moment with its UTC offset (ISO 8601); now if left out."
    )


class OncallShift(Result):
    """Who is on call from `since` to just before `until`."""

    team: str
    engineer: str
    phone: str
    secondary: str
    since: AwareDatetime
    until: AwareDatetime


@tool(
    effect="read",
    title="Find who is on call",
    examples=(
        "Who is on call for payments?",
        "Who is on call right now for identity?",
        "Which engineer has the platform pager tonight?",
        "Who can I call about routing this weekend?",
        "Who is on duty for payments on Friday?",
        "I need the phone number of the on-call engineer",
        "Who is the secondary on call this week?",
    ),
)
async def find_oncall(args: OncallArgs, context: ToolContext) -> OncallShift:
    """Find the engineer on call for a team now or at a given time, with a phone number."""
    at = args.at.isoformat() if args.at else None
    answer = await get_json(context, "oncall", args.team, params={"at": at})
    return OncallShift.model_validate(answer)


# --- tickets --------------------------------------------------------------------------------------


class ListTicketsArgs(Args):
    """Which tickets; all of them if nothing is given."""

    status: Status | Literal["open"] | None = Field(
        default=None, description='Only tickets in this state; "open" is all that is not resolved.'
    )
    query: Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)] | None = (
        Field(default=None, description="Words that the ticket contains, e.g. VPN.")
    )


class TicketSummary(Result):
    """One line of a list. The title is what a person wrote, and untrusted."""

    ticket_id: str
    title: str
    status: Status
    priority: Priority
    requester: str
    opened_at: AwareDatetime
    url: str


class TicketList(Result):
    """The newest tickets that were found, and how many there are in all."""

    tickets: tuple[TicketSummary, ...]
    total: int


@tool(
    effect="read",
    title="List IT tickets",
    examples=(
        "Which tickets are open?",
        "Show me the latest IT tickets",
        "Are there any tickets about the VPN?",
        "Is there already a ticket for the broken printer?",
        "List all urgent tickets that are in progress",
        "What is IT working on at the moment?",
    ),
)
async def list_tickets(args: ListTicketsArgs, context: ToolContext) -> TicketList:
    """List the newest IT tickets, all of them or those in a state or about a subject."""
    answer = await get_json(context, "tickets", params=args.model_dump())
    return TicketList.model_validate(answer)


class GetTicketArgs(Args):
    """Which ticket."""

    ticket_id: Annotated[
        str, StringConstraints(pattern=r"^INC-[0-9]{1,8}$"), BeforeValidator(_ticket_id)
    ] = Field(description="The ticket's number, e.g. INC-1042.")


class Ticket(TicketSummary):
    """A ticket in full. Its title, description and note are what people wrote, and untrusted."""

    description: str
    assignee: str
    note: str
    updated_at: AwareDatetime


@tool(
    effect="read",
    title="Look up an IT ticket",
    examples=(
        "What is the status of INC-1042?",
        "Show me ticket INC-1036",
        "Who is working on INC-1040?",
        "Is my ticket INC-1041 done yet?",
        "What does ticket INC-1039 say?",
        "Any news on INC-1037?",
    ),
)
async def get_ticket(args: GetTicketArgs, context: ToolContext) -> Ticket:
    """Look up one IT ticket by its number: its state, who works on it and what it says."""
    answer = await get_json(context, "tickets", args.ticket_id, missing_ok=True)
    if answer is None:
        raise ToolFailed(f"There is no ticket {args.ticket_id}.")
    return Ticket.model_validate(answer)


class OpenTicketArgs(Args):
    """What goes into the ticket; the person who asks is its requester."""

    title: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=3, max_length=120),
        AfterValidator(_one_line),
    ] = Field(description="What is wrong or wanted, in one line.")
    description: Annotated[str, StringConstraints(max_length=4_000), AfterValidator(_printable)] = (
        Field(description="What happened, what was tried, and who is affected.")
    )
    priority: Priority = Field(
        default="normal", description="urgent only if a person or team cannot work at all."
    )


class OpenedTicket(Result):
    """The ticket that now exists."""

    ticket_id: str
    title: str
    priority: Priority
    status: Status
    url: str


async def find_opened_ticket(context: ToolContext) -> OpenedTicket | None:
    """Return the ticket that was opened with the context's idempotency key, if there is one."""
    params = {"idempotency_key": context.idempotency_key}
    answer = TicketList.model_validate(await get_json(context, "tickets", params=params))
    if not answer.tickets:
        return None
    return OpenedTicket.model_validate(answer.tickets[0].model_dump())


@tool(
    effect="write",
    title="Open an IT ticket",
    examples=(
        "Open a ticket for me about this problem",
        "Please create an IT ticket for my broken laptop screen",
        "Report to IT that the printer in Leeds is jammed",
        "Raise an urgent ticket, I lost my phone",
        "Can you file a ticket that I need access to Coldline Depot?",
        "Tell the helpdesk that the meeting room camera is dead",
    ),
    lookup=find_opened_ticket,
)
async def open_ticket(args: OpenTicketArgs, context: ToolContext) -> OpenedTicket:
    """Open a new IT ticket for the person who asks, about something broken or wanted."""
    answer = await post_json(context, "tickets", body=args.model_dump())
    return OpenedTicket.model_validate(answer)


# --- leave ----------------------------------------------------------------------------------------


class LeaveArgs(Args):
    """Nothing: the person is the one who asks, and the model cannot name another."""


class LeaveBalance(Result):
    """Days of annual leave; `days_left` can still be booked."""

    person: str
    year: int
    days_left: float
    days_a_year: float
    days_carried_over: float
    days_taken: float
    days_booked: float
    as_of: date


@tool(
    effect="read",
    title="Show your leave balance",
    examples=(
        "How many days of leave do I have left?",
        "What is my leave balance?",
        "How much holiday have I got left this year?",
        "How many vacation days have I taken?",
        "Do I still have annual leave to book?",
        "Show my remaining days off",
    ),
)
async def leave_balance(args: LeaveArgs, context: ToolContext) -> LeaveBalance:  # noqa: ARG001
    """Show how many days of annual leave the person who asks has left, taken and booked."""
    answer = await get_json(context, "leave", context.user_id, missing_ok=True)
    if answer is None:
        raise ToolFailed("The leave system has no record for you; the People team can help.")
    return LeaveBalance.model_validate(answer)


COMPANY_TOOLS: tuple[AnyTool, ...] = (
    find_oncall,
    list_tickets,
    get_ticket,
    leave_balance,
    open_ticket,
)
"""All of them, in the order in which people meet them."""
