"""Whether a call may run: a table of rules in code, which holds even if the model is hijacked."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from tools.arguments import arguments_of
from tools.errors import ToolRetry
from tools.spec import AnyTool, Effect, ToolCall

Action = Literal["allow", "ask", "deny"]
Approver = Literal["requester", "another"]


class Ruling(BaseModel):
    """What the policy says of a call, by which rule, and why in words for people."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Action
    rule: str
    reason: str
    approver: Approver = "requester"


@dataclass(frozen=True)
class Circumstances:
    """What the turn brings to a decision; nothing of it comes from the model.

    Attributes:
        offered: Names of the tools that were offered in this turn.
        tainted: A text that is neither the system's nor the requester's own is in the context.
        restricted: The guardrails let the message pass, but not without suspicion.
        destinations: Hosts and e-mail domains that data may go to, in lower case.
    """

    offered: frozenset[str]
    tainted: bool = False
    restricted: bool = False
    destinations: frozenset[str] = frozenset()


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
    return Ruling(action=rule.action, rule=rule.name, reason=rule.reason, approver=rule.approver)


# --- the rules, in the order in which they are asked ----------------------------------------------


def _unknown(question: Question) -> bool:
    """No tool has this name."""
    return question.tool is None or question.tool.name != question.call.name


def _not_offered(question: Question) -> bool:
    """The tool was not offered in this turn."""
    return question.call.name not in question.circumstances.offered


def _to_elsewhere(question: Question) -> bool:
    """The tool sends data out, and not to an allowed destination."""
    if question.tool is None or question.effect != "egress":
        return False
    return destination_of(question.call, question.tool) not in question.circumstances.destinations


def _dangerous(question: Question) -> bool:
    """The tool is marked as dangerous."""
    return question.tool is not None and question.tool.danger and question.effect is not None


def _restricted(question: Question) -> bool:
    """The message is under suspicion, and the tool does more than read."""
    return question.circumstances.restricted and question.acts


def _tainted(question: Question) -> bool:
    """A document or a tool result is in the context, and the tool does more than read."""
    return question.circumstances.tainted and question.acts


def _egress(question: Question) -> bool:
    """The tool sends data out, to an allowed destination."""
    return question.effect == "egress"


def _write(question: Question) -> bool:
    """The tool changes something."""
    return question.effect == "write"


def _read(question: Question) -> bool:
    """The tool only reads."""
    return question.effect == "read"


def _otherwise(question: Question) -> bool:  # noqa: ARG001 - every rule has the same shape
    """Anything else."""
    return True


RULES: tuple[Rule, ...] = (
    Rule("unknown", _unknown, "deny", "there is no such tool"),
    Rule("not-offered", _not_offered, "deny", "this tool is not available here"),
    Rule("destination", _to_elsewhere, "deny", "data may not be sent there"),
    Rule("danger", _dangerous, "ask", "it can do harm", "another"),
    Rule("restricted", _restricted, "ask", "it changes something and your message looked unusual"),
    Rule(
        "tainted",
        _tainted,
        "ask",
        "it changes something and I have read texts that you did not write",
    ),
    Rule("egress", _egress, "ask", "it sends data out of the company"),
    Rule("write", _write, "ask", "it changes something"),
    Rule("read", _read, "allow", "it only reads"),
    Rule("otherwise", _otherwise, "deny", "no rule allows it"),
)
"""The first that applies decides. `docs/security.md` shows this table."""


# --- where data goes, and where arguments come from -----------------------------------------------

MAX_DESTINATION_CHARS = 2_000
_HOST = r"(?P<host>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+)"
_DESTINATION = re.compile(
    rf"(?:https://{_HOST}(?::\d{{1,5}})?(?:[/?#][^\s\\]*)?)"
    rf"|(?:(?:[a-z0-9._+-]+@)?{_HOST.replace('host', 'domain')})",
    re.ASCII | re.IGNORECASE,
)


def destination_of(call: ToolCall, tool: AnyTool) -> str | None:
    """Return the host or e-mail domain that a call sends data to, None if that is not certain.

    Anything that two programs could read differently (user names in a URL, backslashes, other
    alphabets, spaces) is not certain, nor is what is longer than any real address.
    """
    try:
        value: object = getattr(arguments_of(call, tool), tool.destination or "", None)
    except ToolRetry:
        return None
    text = str(value)
    match = _DESTINATION.fullmatch(text) if len(text) <= MAX_DESTINATION_CHARS else None
    return (match["host"] or match["domain"]).lower() if match else None


Source = Literal["tool", "document", "requester"]
"""Where a text came from, the least trusted first."""


def provenance(
    arguments: Mapping[str, Any], texts: Mapping[Source, Sequence[str]]
) -> dict[str, Source | Literal["model"]]:
    """Say for each argument where its value comes from.

    That is the least trusted source with a text that contains the value, letter case and
    whitespace aside; `model` if none does. A value of several parts is as bad as its worst part.
    """
    known: dict[Source, list[str]] = {
        source: [_plain(text) for text in texts.get(source, ())] for source in _LEAST_TRUSTED_FIRST
    }
    return {name: _source_of(list(_leaves(value)), known) for name, value in arguments.items()}


_LEAST_TRUSTED_FIRST: tuple[Source, ...] = ("tool", "document", "requester")


def _source_of(
    values: Sequence[str], known: Mapping[Source, Sequence[str]]
) -> Source | Literal["model"]:
    for source, texts in known.items():
        if any(_contains(text, value) for text in texts for value in values):
            return source
    return "model"


def _leaves(value: object) -> Iterator[str]:
    match value:
        case None | bool():
            return
        case Mapping():
            for part in value.values():
                yield from _leaves(part)
        case list() | tuple():
            for part in value:
                yield from _leaves(part)
        case _:
            yield _plain(str(value))


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    visible = "".join(c for c in folded if unicodedata.category(c) != "Cf")
    return " ".join(visible.split()).strip(" .,;:!?\"'")


def _contains(text: str, value: str) -> bool:
    """Whether `value` stands in `text` as whole words, so that "no" is not found in "know".

    Only for ASCII: other writing systems may put no space between words.
    """
    return bool(value) and bool(re.search(rf"(?<!\w){re.escape(value)}(?!\w)", text, re.ASCII))
