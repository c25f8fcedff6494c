"""Consent: what may run at once, what a person is asked, and what a click means."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.messages import (
    INVALID,
    Argument,
    Card,
    Click,
    Consent,
    Entry,
    Judgement,
    Pending,
    Requester,
    Returned,
    Said,
    Task,
    ThreadState,
    digest_of,
)
from tools.arguments import arguments_of
from tools.policy import Circumstances, Ruling, decide, provenance
from tools.registry import Toolbox
from tools.run import check
from tools.spec import AnyTool, ToolCall

VALID_FOR = timedelta(hours=24)
"""How long an approval may be given."""


def judge(
    calls: Sequence[ToolCall], task: Task, history: Sequence[Entry], toolbox: Toolbox
) -> tuple[Judgement, ...]:
    """Say of each call whether it runs, is refused, or needs a person's yes - then with a card."""
    circumstances = Circumstances(
        offered=frozenset(offer.tool for offer in task.offers),
        tainted=is_tainted(task, history),
        restricted=task.verdict.action == "restrict",
    )
    return tuple(_judge(call, task, history, toolbox, circumstances) for call in calls)


def is_tainted(task: Task, history: Sequence[Entry]) -> bool:
    """Whether a text that is neither the system's nor the requester's own is in the context."""
    return bool(task.evidence.passages) or any(
        isinstance(entry, Returned)
        or (isinstance(entry, Said) and entry.by == "person" and entry.user != task.message.user)
        for entry in history
    )


def check_click(click: Click, pending: Pending | None, clicker: Requester) -> Consent:
    """Check a click against our own record: who, what, how late. All of it is client data."""
    now = datetime.now(UTC)
    refused = _refused(click, pending, clicker)
    if refused or pending is None:
        return Consent(outcome="refused", explanation=refused, by=clicker.name, at=now)
    if now > pending.card.expires_at:
        late = "This request has expired. Please ask again."
        return Consent(outcome="expired", explanation=late, by=clicker.name, at=now)
    outcome = "approved" if click.approve else "denied"
    return Consent(outcome=outcome, explanation="", by=clicker.name, at=now)


def waits(state: ThreadState, task: Task) -> bool:
    """Whether another call of the same task still waits for a person."""
    return any(pending.task.message.id == task.message.id for pending in state.pending.values())


def _judge(
    call: ToolCall,
    task: Task,
    history: Sequence[Entry],
    toolbox: Toolbox,
    circumstances: Circumstances,
) -> Judgement:
    tool = toolbox.get(call.name)
    ruling = decide(tool, call, circumstances)
    judged = Judgement(call=call, action=ruling.action, rule=ruling.rule, reason=ruling.reason)
    if ruling.action != "ask" or tool is None:
        return judged
    if check(call, tool):
        wrong = {"action": "deny", "rule": INVALID, "reason": "its arguments are wrong"}
        return judged.model_copy(update=wrong)
    return judged.model_copy(update={"card": _card(call, ruling, task, history, tool)})


def _card(
    call: ToolCall, ruling: Ruling, task: Task, history: Sequence[Entry], tool: AnyTool
) -> Card:
    values = arguments_of(call, tool).model_dump(mode="json", exclude_none=True)
    said = [entry for entry in history if isinstance(entry, Said) and entry.by == "person"]
    origins = provenance(
        values,
        {
            "requester": [e.text for e in said if e.user == task.message.user],
            "document": [p.text for p in task.evidence.passages],
            "tool": [e.result.content for e in history if isinstance(e, Returned)],
        },
    )
    return Card(
        call_id=call.id,
        thread=task.message.thread,
        digest=digest_of(call),
        title=tool.title,
        arguments=tuple(
            Argument(name=name, value=str(value), origin=origins[name])
            for name, value in values.items()
        ),
        reason=ruling.reason,
        requester=task.message.user,
        approver=ruling.approver,
        expires_at=datetime.now(UTC) + VALID_FOR,
    )


def _refused(click: Click, pending: Pending | None, clicker: Requester) -> str:
    """Why a click does nothing; empty if it counts."""
    if pending is None:
        return "This request has been settled already, or it is not one of mine."
    if click.digest != digest_of(pending.call):
        return "This button does not belong to the request it names, so I did nothing."
    if clicker.guest:
        return "Guests can't approve or deny requests."
    own = clicker.user == pending.card.requester
    if pending.card.approver == "requester" and not own:
        return "Only the person who asked can approve or deny this."
    if pending.card.approver == "another" and click.approve and (own or not clicker.admin):
        return "Somebody else has to approve this: an admin other than the person who asked."
    if pending.card.approver == "another" and not (own or clicker.admin):
        return "Only the person who asked or an admin can deny this."
    return ""
