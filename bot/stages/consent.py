"""Consent: what may run at once, what a person is asked, and what a click means."""

import html
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.egress.gate import Gate
from bot.messages.approvals import INVALID, Argument, Card, Consent, Judgement, Pending, digest_of
from bot.messages.events import Click
from bot.messages.history import Entry, Returned, Said, ThreadState, is_private
from bot.messages.memory import Condensed, Overheard, Recalled
from bot.messages.requester import Requester
from bot.messages.task import Task
from tools.arguments import arguments_of
from tools.policy import Circumstances, Ruling, decide
from tools.provenance import Origin, Text, provenance
from tools.registry import Toolbox
from tools.run import check
from tools.spec import AnyTool, ToolCall

VALID_FOR = timedelta(hours=24)
"""How long an approval may be given."""

MAX_SHOWN = 9_000
"""Characters of arguments that a card has room for."""

MAX_ARGUMENTS = 40

ONE_LINE = 80
"""Characters of a list or an object that is shown on one line."""


def judge(
    calls: Sequence[ToolCall], task: Task, history: Sequence[Entry], toolbox: Toolbox, gate: Gate
) -> tuple[Judgement, ...]:
    """Say of each call whether it runs, is refused, or needs a person's yes - then with a card."""
    circumstances = Circumstances(
        offered=frozenset(offer.tool for offer in task.offers),
        caller=task.requester.calling_from(task.message.place),
        tainted=is_tainted(task, history, toolbox),
        restricted=task.verdict.action == "restrict",
        suspect=_is_suspect(task, history),
        destinations=gate.destinations,
    )
    return tuple(_judge(call, task, history, toolbox, gate, circumstances) for call in calls)


def _is_suspect(task: Task, history: Sequence[Entry]) -> bool:
    """Whether a text that is read may carry an order, in the eyes of the guardrails."""
    results = (e.verdict.action for e in history if isinstance(e, Returned))
    return bool(task.evidence.suspect) or "restrict" in results


def is_tainted(task: Task, history: Sequence[Entry], toolbox: Toolbox) -> bool:
    """Whether a text that is neither the system's nor the requester's own is in the context."""
    return bool(task.evidence.passages) or any(
        _is_foreign(entry, task, toolbox) for entry in history
    )


def _is_foreign(entry: Entry, task: Task, toolbox: Toolbox) -> bool:
    match entry:
        case Returned():
            tool = toolbox.get(entry.result.name)
            return tool is None or tool.free_text
        case Said(by="person"):
            return entry.user != task.message.user
        case Overheard():
            return bool(entry.posts)
        case Condensed():
            return bool(entry.turns)
        case _:
            return False


def check_click(click: Click, pending: Pending | None, clicker: Requester) -> Consent:
    """Check a click against our own record: who, what, how late. All of it is client data."""
    now = datetime.now(UTC)
    refused = _refused(click, pending, clicker)
    if refused or pending is None:
        return Consent(outcome="refused", explanation=refused, by=clicker.name, at=now)
    if now > pending.card.expires_at:
        late = "This request has expired. Please ask again."
        return Consent(outcome="expired", explanation=late, by=clicker.name, at=now)
    outcome = _outcome(click, pending)
    return Consent(outcome=outcome, explanation="", by=clicker.name, at=now)


def waits(state: ThreadState, task: Task) -> bool:
    """Whether another call of the same task still waits for a person."""
    return any(pending.task.message.id == task.message.id for pending in state.pending.values())


def _outcome(click: Click, pending: Pending) -> Literal["approved", "noted", "denied"]:
    if not click.approve:
        return "denied"
    return "approved" if len(pending.approved_by) + 1 >= pending.card.approvals else "noted"


def _judge(
    call: ToolCall,
    task: Task,
    history: Sequence[Entry],
    toolbox: Toolbox,
    gate: Gate,
    circumstances: Circumstances,
) -> Judgement:
    tool = toolbox.get(call.name)
    ruling = decide(tool, call, replace(circumstances, leaking=_leaks(call, tool, gate)))
    judged = Judgement(call=call, action=ruling.action, rule=ruling.rule, reason=ruling.reason)
    if ruling.action != "ask" or tool is None:
        return judged
    if check(call, tool):
        return judged.model_copy(update=_denied(INVALID, "its arguments are wrong"))
    card = _card(call, ruling, task, history, tool)
    if not fits(card.arguments):
        return judged.model_copy(update=_denied("unshown", _TOO_LONG))
    if card.private and (card.approver == "another" or card.approvals > 1):
        why = "others would have to approve it, and it may hold what only the person may see"
        return judged.model_copy(update=_denied("private", why))
    return judged.model_copy(update={"card": card})


def fits(arguments: Sequence[Argument]) -> bool:
    """Whether a card can show all of a call: nobody may be asked to approve what they don't see."""
    texts = [html.escape(a.name + a.value + a.text, quote=False) for a in arguments]
    return len(arguments) <= MAX_ARGUMENTS and sum(map(len, texts)) <= MAX_SHOWN


def _denied(rule: str, reason: str) -> dict[str, str]:
    return {"action": "deny", "rule": rule, "reason": reason}


def _leaks(call: ToolCall, tool: AnyTool | None, gate: Gate) -> bool:
    """Whether the arguments of a tool that sends data out may not leave as they are."""
    return tool is not None and tool.effect == "egress" and gate.holds_back(call.arguments)


def _card(
    call: ToolCall, ruling: Ruling, task: Task, history: Sequence[Entry], tool: AnyTool
) -> Card:
    values = arguments_of(call, tool).model_dump(mode="json", exclude_none=True, by_alias=True)
    origins = provenance(values, _texts(task, history))
    return Card(
        call_id=call.id,
        thread=task.message.thread,
        digest=digest_of(call),
        title=tool.title,
        system=tool.system,
        arguments=tuple(_argument(name, value, origins[name]) for name, value in values.items()),
        reason=ruling.reason,
        requester=task.message.user,
        effect=tool.effect,
        approver=ruling.approver,
        approvers=tool.approvers,
        approvals=ruling.approvals,
        private=task.message.place.shared and is_private(history),
        expires_at=datetime.now(UTC) + VALID_FOR,
    )


def _argument(name: str, value: object, origin: Origin) -> Argument:
    return Argument(
        name=name,
        value=words_of(value),
        origin=origin.source,
        text=origin.name,
        partly=origin.partly,
    )


def words_of(value: object) -> str:
    """A value as people read it, with what they would not see written out."""
    match value:
        case bool():
            return "yes" if value else "no"
        case list() | dict():
            line = json.dumps(value, ensure_ascii=False)
            text = (
                line if len(line) <= ONE_LINE else json.dumps(value, ensure_ascii=False, indent=2)
            )
        case _:
            text = str(value)
    return "".join(f"\\u{ord(c):04x}" if _is_unseen(c) else c for c in text)


def _is_unseen(character: str) -> bool:
    return character != "\n" and unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")


def _texts(task: Task, history: Sequence[Entry]) -> list[Text]:
    """All that the model has read in this turn, each text with where it came from."""
    titles = {offer.tool: offer.title for offer in task.offers}
    texts = [Text("document", p.title, p.text) for p in task.evidence.passages]
    for entry in history:
        match entry:
            case Returned():
                name = titles.get(entry.result.name, entry.result.name)
                texts.append(Text("tool", name, entry.result.content))
            case Said(by="person"):
                own = entry.user == task.message.user
                texts.append(Text("requester" if own else "participant", "", entry.text))
            case Overheard():
                texts += [Text("participant", post.name, post.text) for post in entry.posts]
            case Condensed():
                texts += [t for turn in entry.turns for t in _recalled(turn, task)]
            case _:
                pass
    return texts


def _recalled(turn: Recalled, task: Task) -> tuple[Text, Text]:
    """What came of a turn may be from anywhere, once it is in other words."""
    own = turn.user == task.message.user
    asked = Text("requester" if own else "participant", "", turn.asked)
    return asked, Text("participant", "", turn.answered)


def _refused(click: Click, pending: Pending | None, clicker: Requester) -> str:
    """Why a click does nothing; empty if it counts."""
    if pending is None:
        return "This request has been settled already, or it is not one of mine."
    if click.digest != digest_of(pending.call):
        return "This button does not belong to the request it names, so I did nothing."
    if clicker.guest:
        return "Guests can't approve or deny requests."
    if click.approve:
        return _may_not_approve(pending, clicker)
    return _may_not_deny(pending.card, clicker)


def _may_not_approve(pending: Pending, clicker: Requester) -> str:
    card, own = pending.card, clicker.user == pending.card.requester
    if clicker.user in pending.approved_by:
        return "You have approved this already: now somebody else has to."
    if card.approver == "another":
        return "" if not own and _is_approver(card, clicker) else _WHO[bool(card.approvers)]
    if own or clicker.user in card.approvers:
        return ""
    if card.approvals > 1:
        return "" if _is_approver(card, clicker) else _WHO[bool(card.approvers)]
    return "Only the person who asked can approve or deny this."


def _may_not_deny(card: Card, clicker: Requester) -> str:
    alone = card.approver == "requester" and card.approvals == 1 and not card.approvers
    if clicker.user == card.requester or (not alone and _is_approver(card, clicker)):
        return ""
    if alone:
        return "Only the person who asked can approve or deny this."
    return "Only the person who asked or somebody who may approve this can deny it."


def _is_approver(card: Card, clicker: Requester) -> bool:
    """Whether a person may approve for others: those who are named, or an admin if nobody is."""
    return clicker.user in card.approvers if card.approvers else clicker.admin


_TOO_LONG = (
    f"a person has to see all of it on a card, which holds {MAX_SHOWN:,} characters and "
    f"{MAX_ARGUMENTS} arguments; ask for less at once"
)

_WHO = {
    False: "Somebody else has to approve this: an admin other than the person who asked.",
    True: "Somebody else has to approve this: one of the people who are set up as its approvers.",
}
