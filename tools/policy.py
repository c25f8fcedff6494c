"""Whether a call may run: a table of rules in code, which holds even if the model is hijacked."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from tools.arguments import arguments_of
from tools.errors import ToolRetry
from tools.spec import AnyTool, Caller, Effect, ToolCall

Action = Literal["allow", "ask", "deny"]
Approver = Literal["requester", "another"]


class Ruling(BaseModel):
    """What the policy says of a call, by which rule, and why in words for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    rule: str
    reason: str
    approver: Approver = "requester"
    approvals: int = 1


@dataclass(frozen=True)
class Circumstances:
    """What the turn brings to a decision; nothing of it comes from the model.

    Attributes:
        offered: Names of the tools that were offered in this turn.
        caller: Who asks, and from where.
        tainted: A text that is neither the system's nor the requester's own is in the context.
        restricted: The guardrails let the message pass, but not without suspicion.
        suspect: They did so with a document or a tool result that is in the context.
        destinations: Hosts and e-mail domains that data may go to, in lower case; a leading dot
            stands for all below.
        leaking: The arguments hold a secret, or a link that leads nowhere allowed.
    """

    offered: frozenset[str]
    caller: Caller = field(default_factory=Caller)
    tainted: bool = False
    restricted: bool = False
    suspect: bool = False
    destinations: frozenset[str] = frozenset()
    leaking: bool = False


@dataclass(frozen=True)
class Question:
    """All that a rule may look at."""

    tool: AnyTool | None
    call: ToolCall
    circumstances: Circumstances

    @property
    def effect(self) -> Effect | None:
        """What the tool declares, None if that is nothing the policy knows."""
        return self.tool.effect if self.tool and self.tool.effect in get_args(Effect) else None

    @property
    def acts(self) -> bool:
        """Whether the tool does more than read."""
        return self.effect in ("write", "egress")

    @property
    def dangerous(self) -> bool:
        """Whether somebody other than the requester has to agree."""
        return self.tool is not None and self.tool.danger and self.effect is not None


@dataclass(frozen=True)
class Rule:
    """One row of the table. The docstring of `when` says in words when it applies."""

    name: str
    when: Callable[[Question], bool]
    action: Action
    reason: str
    approver: Approver = "requester"


def decide(tool: AnyTool | None, call: ToolCall, circumstances: Circumstances) -> Ruling:
    """Rule on a call: the first rule that applies decides, and one always does."""
    question = Question(tool, call, circumstances)
    rule = next(rule for rule in RULES if rule.when(question))
    return Ruling(
        action=rule.action,
        rule=rule.name,
        reason=rule.reason,
        approver="another" if question.dangerous else rule.approver,
        approvals=tool.approvals if tool else 1,
    )


# --- the rules, in the order in which they are asked ----------------------------------------------


def _unknown(question: Question) -> bool:
    """No tool has this name."""
    return question.tool is None or question.tool.name != question.call.name


def _not_offered(question: Question) -> bool:
    """The tool was not offered in this turn."""
    return question.call.name not in question.circumstances.offered


def _not_permitted(question: Question) -> bool:
    """The person may not call the tool, or not from here."""
    return question.tool is not None and not question.tool.open_to(question.circumstances.caller)


def _to_elsewhere(question: Question) -> bool:
    """The tool sends data out, and not to allowed destinations only."""
    if question.tool is None or question.effect != "egress":
        return False
    allowed = question.circumstances.destinations
    to = destinations_of(question.call, question.tool)
    return not to or not all(_is_allowed(host, allowed) for host in to)


def _leaking(question: Question) -> bool:
    """The tool sends data out, with a secret or a link that leads nowhere allowed in it."""
    return question.effect == "egress" and question.circumstances.leaking


def _dangerous(question: Question) -> bool:
    """The tool is marked as dangerous."""
    return question.dangerous


def _restricted(question: Question) -> bool:
    """The message is under suspicion, and the tool does more than read."""
    return question.circumstances.restricted and question.acts


def _suspect(question: Question) -> bool:
    """A text that was read is under suspicion, and the tool does more than read."""
    return question.circumstances.suspect and question.acts


def _tainted(question: Question) -> bool:
    """A document or a tool result is in the context, and the tool does more than read."""
    return question.circumstances.tainted and question.acts


def _egress(question: Question) -> bool:
    """The tool sends data out, to an allowed destination."""
    return question.effect == "egress"


def _write(question: Question) -> bool:
    """The tool changes something."""
    return question.effect == "write"


def _asks_always(question: Question) -> bool:
    """The tool is declared to ask always."""
    if question.tool is None or question.effect is None:
        return False
    return question.tool.consent == "always" or question.tool.approvals > 1


def _read(question: Question) -> bool:
    """The tool only reads."""
    return question.effect == "read"


def _otherwise(question: Question) -> bool:  # noqa: ARG001 - every rule has the same shape
    """Anything else."""
    return True


RULES: tuple[Rule, ...] = (
    Rule("unknown", _unknown, "deny", "there is no such tool"),
    Rule("not-offered", _not_offered, "deny", "this tool is not available here"),
    Rule("not-permitted", _not_permitted, "deny", "the person may not use this tool here"),
    Rule("destination", _to_elsewhere, "deny", "data may not be sent there"),
    Rule("leak", _leaking, "deny", "it would carry a secret or a link out of the company"),
    Rule("danger", _dangerous, "ask", "it can do harm", "another"),
    Rule("restricted", _restricted, "ask", "it changes something and your message looked unusual"),
    Rule(
        "suspect",
        _suspect,
        "ask",
        "it changes something, and a text that I have read may try to give me orders: look closely",
    ),
    Rule(
        "tainted",
        _tainted,
        "ask",
        "it changes something and I have read texts that you did not write",
    ),
    Rule("egress", _egress, "ask", "it sends data out of the company"),
    Rule("write", _write, "ask", "it changes something"),
    Rule("always", _asks_always, "ask", "it is set up to ask each time"),
    Rule("read", _read, "allow", "it only reads"),
    Rule("otherwise", _otherwise, "deny", "no rule allows it"),
)
"""The first that applies decides. `docs/security.md` shows this table."""


# --- where data goes ------------------------------------------------------------------------------

MAX_DESTINATION_CHARS = 2_000
_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)"
_DESTINATION = re.compile(
    rf"(?:https://{_HOST}(?::\d{{1,5}})?(?:[/?#][^\s\\]*)?)"
    rf"|(?:(?:[a-z0-9._+-]+@)?{_HOST.replace('host', 'domain')})",
    re.ASCII | re.IGNORECASE,
)


def destinations_of(call: ToolCall, tool: AnyTool) -> tuple[str, ...]:
    """Return the hosts and e-mail domains that a call sends data to, none if any is not certain.

    Anything that two programs could read differently (user names in a URL, backslashes, other
    alphabets, spaces) is not certain, nor is what is longer than any real address.
    """
    try:
        arguments = arguments_of(call, tool)
    except ToolRetry:
        return ()
    value: object = getattr(arguments, tool.destination or "", None)
    named: list[Any] = list(value) if isinstance(value, list | tuple) else [value]
    hosts = [_host_in(str(one)) for one in named]
    return () if None in hosts else tuple(host for host in hosts if host)


def _host_in(text: str) -> str | None:
    match = _DESTINATION.fullmatch(text) if len(text) <= MAX_DESTINATION_CHARS else None
    return (match["host"] or match["domain"]).lower() if match else None


def _is_allowed(host: str, allowed: frozenset[str]) -> bool:
    return host in allowed or any(
        entry.startswith(".") and (host.endswith(entry) or host == entry[1:]) for entry in allowed
    )
