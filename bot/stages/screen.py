"""Screen: decide what may enter the model's context."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from bot.config import Limits
from bot.guardrails.policy import Policy
from bot.guardrails.together import Together
from bot.messages.events import Message
from bot.messages.history import Entry, Returned, Said
from bot.messages.memory import Overheard, Post
from bot.messages.replies import Reply
from bot.messages.requester import Requester
from bot.messages.task import Evidence, Flagged, Spent, Task
from bot.messages.verdicts import Action, Finding, Origin, Risk, Verdict
from knowledge.documents import Passage
from tools.spec import ToolResult

MAX_CHARS = 8_000
"""Longer messages are refused: nobody asks a question of four pages."""

_UNBOUNDED: Risk = "LLM10:2025 Unbounded Consumption"
_EMOJI = re.compile(r":[a-z0-9_+'-]+:(?::skin-tone-\d:)?")


EARLIER = 5
"""Messages of a thread that are seen as one text with a new one."""

EARLIER_CHARS = 2_000
"""Characters of each of them."""

EARLIER_RESULTS = 3
"""Results of tools that are seen as one text with new ones."""

SPLIT = "over several texts: "


def screen(
    message: Message,
    requester: Requester,
    spent: Spent,
    history: Sequence[Entry],
    policy: Policy,
    limits: Limits,
) -> Verdict:
    """Decide whether a message is answered, and how freely, alone and as the end of its thread.

    First who asks and how much: guests, channels and budgets. Then every guardrail reads the text,
    so the record holds all findings and not only the first. A guardrail that raises is a bug and
    ends the turn: the stage fails closed.
    """
    if barred := _barred(message, requester, spent, limits):
        return Verdict(origin="requester", action="block", findings=(barred,))
    return _in_thread(assess(message.text, "requester", policy), message.text, history, policy)


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
    """Hold back the passages that carry instructions, alone or together, and name those that may.

    Those in quarantine stay there.
    """
    verdicts = [_judge_passage(passage, policy) for passage in evidence.passages]
    kept = [n for n, verdict in enumerate(verdicts) if verdict.action != "withhold"]
    # In the order in which their author wrote them, whichever was nearest to the question.
    kept.sort(key=lambda n: (evidence.passages[n].document_id, evidence.passages[n].chunk_id))
    texts = [_shown(evidence.passages[n]) for n in kept]
    for place, verdict in over_several(texts, "document", policy).items():
        verdicts[kept[place]] = _graver(verdicts[kept[place]], verdict)
    pairs = list(zip(evidence.passages, verdicts, strict=True))
    return evidence.model_copy(
        update={
            "passages": tuple(one for one, verdict in pairs if verdict.action != "withhold"),
            "withheld": tuple(_flagged(*pair) for pair in pairs if pair[1].action == "withhold"),
            "suspect": tuple(_flagged(*pair) for pair in pairs if pair[1].action == "restrict"),
        }
    )


def inspect(
    results: Sequence[ToolResult], task: Task, history: Sequence[Entry], policy: Policy
) -> tuple[Returned, ...]:
    """Hold back tool results that carry instructions: the model learns only that they did.

    They are judged alone, and together with the results before them.
    """
    verdicts = [assess(result.content, "tool", policy) for result in results]
    earlier = [e.result.content for e in history if isinstance(e, Returned)][-EARLIER_RESULTS:]
    kept = [n for n, verdict in enumerate(verdicts) if verdict.action != "withhold"]
    texts = [*earlier, *(results[n].content for n in kept)]
    for place, verdict in over_several(texts, "tool", policy).items():
        if place >= len(earlier):
            number = kept[place - len(earlier)]
            verdicts[number] = _graver(verdicts[number], verdict)
    pairs = zip(results, verdicts, strict=True)
    return tuple(_returned(result, verdict, task.message.user) for result, verdict in pairs)


def heed(found: Overheard, policy: Policy) -> Overheard:
    """Hold back the posts of a thread that carry instructions, alone or together.

    They are participants' words, the asker's own as well: nobody said them to the bot.
    """
    verdicts = [assess(_signed(post), "participant", policy) for post in found.posts]
    alone = [n for n, verdict in enumerate(verdicts) if verdict.action != "withhold"]
    together = over_several([found.posts[n].text for n in alone], "participant", policy)
    over = {alone[place] for place, verdict in together.items() if verdict.action == "withhold"}
    kept = tuple(found.posts[n] for n in alone if n not in over)
    return found.model_copy(update={"posts": kept, "withheld": len(found.posts) - len(kept)})


def _signed(post: Post) -> str:
    """A post with its author's name, which is text of theirs, too."""
    return f"{post.name}\n{post.text}" if post.name else post.text


def refused(barred: str) -> str:
    """What a person is told who may not ask in a place, by the reason."""
    return _REFUSALS[barred]


def refusal(verdict: Verdict) -> Reply:
    """What a person is told whose message is not answered; never more than they need to know."""
    reason = verdict.findings[0].guardrail if verdict.findings else ""
    text = _REFUSALS.get(reason, _REFUSALS["attack"])
    if reason == "budget":
        text = over_budget(verdict.findings[0].reason)
    return Reply(status="refused", text=text)


def over_budget(spent: str) -> str:
    """What a person is told whose budget is spent, and when there is more."""
    return f"{spent} Please come back {_when_it_is_refilled()}."


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
        (bool(over := used_up(spent, limits)), "budget", _UNBOUNDED, over),
    )
    for applies, guardrail, risk, reason in checks:
        if applies:
            return Finding(guardrail=guardrail, risk=risk, score=1.0, reason=reason)
    return None


def used_up(spent: Spent, limits: Limits) -> str:
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


def _in_thread(alone: Verdict, text: str, history: Sequence[Entry], policy: Policy) -> Verdict:
    """What a message and those before it say as one text, if that is worse than it alone.

    A message is not blocked for what older ones say without it.
    """
    said = [e.text for e in history if isinstance(e, Said) and e.by == "person"]
    earlier = [one[-EARLIER_CHARS:] for one in said[-EARLIER:]]
    if not earlier or alone.action == "block":
        return alone
    whole = assess(Together.of([*earlier, text]).text, "requester", policy)
    over = [f for f in whole.findings if f.score > alone.score]
    action = policy.action_for(over, "requester")
    if action == "allow":
        return alone
    older = Together.of(earlier).text
    if action == "block" and assess(older, "requester", policy).action != "allow":
        action = "restrict"
    findings = tuple(_of_several(finding) for finding in over)
    return alone.model_copy(update={"action": action, "findings": (*findings, *alone.findings)})


def over_several(texts: Sequence[str], origin: Origin, policy: Policy) -> dict[int, Verdict]:
    """Which of several texts carry instructions that only show when they are read as one."""
    if len(texts) < 2:
        return {}
    together = Together.of(texts)
    whole = assess(together.text, origin, policy)
    if whole.action == "allow":
        return {}
    found: dict[int, Verdict] = {}
    for finding in sorted(whole.findings, key=lambda finding: finding.score):
        if (action := policy.action_for([finding], origin)) != "allow":
            verdict = Verdict(origin=origin, action=action, findings=(_of_several(finding),))
            touched = together.touched(finding.start, finding.end)
            found |= dict.fromkeys(touched, verdict)  # the gravest comes last
    return found


def _graver(alone: Verdict, whole: Verdict) -> Verdict:
    """The verdict with the graver consequence; its own where they are alike."""
    return whole if alone.action == "allow" or whole.action == "withhold" else alone


def _of_several(finding: Finding) -> Finding:
    """A finding in several texts: its place in one of them would mean nothing."""
    return finding.model_copy(update={"reason": SPLIT + finding.reason, "start": 0, "end": 0})


def _flagged(passage: Passage, verdict: Verdict) -> Flagged:
    return Flagged(
        document_id=passage.document_id,
        title=passage.title,
        source=passage.source,
        heading=passage.heading,
        score=passage.score,
        verdict=verdict,
    )


def _shown(passage: Passage) -> str:
    return f"{passage.heading}\n{passage.text}"


def _judge_passage(passage: Passage, policy: Policy) -> Verdict:
    verdict = assess(_shown(passage), "document", policy)
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


def _returned(result: ToolResult, verdict: Verdict, user: str) -> Returned:
    if verdict.action == "withhold":
        note = "The result was withheld: it carries instructions to an assistant."
        result = result.model_copy(update={"outcome": "withheld", "content": note})
    return Returned(result=result, verdict=verdict, private_to=user if result.private else "")
