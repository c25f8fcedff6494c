"""Screen: decide what may enter the model's context."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.guardrails.policy import Policy
from bot.messages import (
    Action,
    Evidence,
    Finding,
    Message,
    Origin,
    Reply,
    Requester,
    Returned,
    Risk,
    Spent,
    Task,
    Verdict,
    Withheld,
)
from bot.settings import Limits
from knowledge.documents import Passage
from tools.spec import ToolResult

MAX_CHARS = 8_000
"""Longer messages are refused: nobody asks a question of four pages."""

_UNBOUNDED: Risk = "LLM10:2025 Unbounded Consumption"
_EMOJI = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-\d:)?")


def screen(
    message: Message, requester: Requester, spent: Spent, policy: Policy, limits: Limits
) -> Verdict:
    """Decide whether a message is answered, and how freely.

    First who asks and how much: guests, channels and budgets. Then every guardrail reads the text,
    so the record holds all findings and not only the first. A guardrail that raises is a bug and
    ends the turn: the stage fails closed.
    """
    if barred := _barred(message, requester, spent, limits):
        return Verdict(origin="requester", action="block", findings=(barred,))
    return assess(message.text, "requester", policy)


def assess(text: str, origin: Origin, policy: Policy) -> Verdict:
    """What the guardrails say of one text, and what the policy makes of it."""
    findings = tuple(found for check in policy.guardrails if (found := check(text, origin)))
    return Verdict(origin=origin, action=policy.action_for(findings, origin), findings=findings)


def chunk_screen(policy: Policy) -> Callable[[str], str | None]:
    """Why the guardrails would hold a chunk back; None if they would not."""

    def screen(text: str) -> str | None:
        verdict = assess(text, "document", policy)
        if verdict.action != "withhold":
            return None
        worst = max(verdict.findings, key=lambda finding: finding.score)
        return f"{worst.guardrail}: {worst.reason}"

    return screen


def sift(evidence: Evidence, policy: Policy) -> Evidence:
    """Hold back the passages that carry instructions; those in quarantine stay there."""
    kept: list[Passage] = []
    withheld: list[Withheld] = []
    for passage in evidence.passages:
        verdict = _judge_passage(passage, policy)
        if verdict.action == "allow":
            kept.append(passage)
        else:
            withheld.append(
                Withheld(
                    document_id=passage.document_id,
                    title=passage.title,
                    source=passage.source,
                    heading=passage.heading,
                    score=passage.score,
                    verdict=verdict,
                )
            )
    return evidence.model_copy(update={"passages": tuple(kept), "withheld": tuple(withheld)})


def inspect(results: Sequence[ToolResult], task: Task, policy: Policy) -> tuple[Returned, ...]:
    """Hold back tool results that carry instructions: the model learns only that they did."""
    return tuple(_inspect(result, task.message.user, policy) for result in results)


def refusal(verdict: Verdict) -> Reply:
    """What a person is told whose message is not answered; never more than they need to know."""
    reason = verdict.findings[0].guardrail if verdict.findings else ""
    text = _REFUSALS.get(reason, _REFUSALS["attack"])
    if reason == "budget":
        text = f"{verdict.findings[0].reason} Please come back {_when_it_is_refilled()}."
    return Reply(status="refused", text=text)


def _when_it_is_refilled() -> str:
    now = datetime.now(UTC)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    hours, minutes = divmod(int((midnight - now).total_seconds()) // 60 + 1, 60)
    return f"after midnight UTC ({midnight:%Y-%m-%d} 00:00), which is in {hours} h {minutes} min"


_REFUSALS = {
    "attack": (
        "I can't act on that message: it reads like an attempt to change how I work. "
        "If you meant something else, please say it in other words."
    ),
    "empty": (
        "There is no question in your message. Ask me something about how things work here, "
        "for example: *How many days of leave do I get?*"
    ),
    "too_long": (
        f"That message is too long for me: I read up to {MAX_CHARS:,} characters. "
        "Please shorten it, or ask an admin to add the text to my documents."
    ),
    "guest": (
        "I only answer people who work here, not guests or people of other companies. "
        "Please ask your contact to look it up for you."
    ),
    "shared": "I don't answer in channels that are shared with another company.",
    "channel": "I am not set up to answer in this channel. Please ask me in a direct message.",
}


def _barred(message: Message, requester: Requester, spent: Spent, limits: Limits) -> Finding | None:
    checks: tuple[tuple[bool, str, Risk, str], ...] = (
        (requester.barred is not None, requester.barred or "", "Access", "may not ask here"),
        (not _says_something(message.text), "empty", "Access", "nothing to answer"),
        (
            len(message.text) > MAX_CHARS,
            "too_long",
            _UNBOUNDED,
            f"{len(message.text):,} characters",
        ),
        (bool(used_up := _used_up(spent, limits)), "budget", _UNBOUNDED, used_up),
    )
    for applies, guardrail, risk, reason in checks:
        if applies:
            return Finding(guardrail=guardrail, risk=risk, score=1.0, reason=reason)
    return None


def _used_up(spent: Spent, limits: Limits) -> str:
    """Which budget of today is spent, in words; empty while there is some left."""
    if spent.turns > limits.turns_a_day or spent.tokens >= limits.tokens_a_day:
        most = f"{limits.turns_a_day:,} messages or {limits.tokens_a_day:,} tokens a day"
        return f"You have used today's budget ({most})."
    if spent.all_turns > limits.all_turns_a_day or spent.all_tokens >= limits.all_tokens_a_day:
        most = f"{limits.all_turns_a_day:,} messages or {limits.all_tokens_a_day:,} tokens a day"
        return f"Everybody together has used today's budget ({most})."
    return ""


def _says_something(text: str) -> bool:
    return any(character.isalnum() for character in _EMOJI.sub("", text))


def _judge_passage(passage: Passage, policy: Policy) -> Verdict:
    verdict = assess(f"{passage.heading}\n{passage.text}", "document", policy)
    if passage.quarantine is None or verdict.action == "withhold":
        return verdict
    held = Finding(
        guardrail="quarantine",
        risk="LLM01:2025 Prompt Injection",
        score=1.0,
        reason=passage.quarantine,
    )
    action: Action = "withhold"
    return verdict.model_copy(update={"action": action, "findings": (held, *verdict.findings)})


def _inspect(result: ToolResult, user: str, policy: Policy) -> Returned:
    verdict = assess(result.content, "tool", policy)
    if verdict.action == "withhold":
        note = "The result was withheld: it carries instructions to an assistant."
        result = result.model_copy(update={"outcome": "withheld", "content": note})
    return Returned(result=result, verdict=verdict, private_to=user if result.private else "")
