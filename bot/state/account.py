"""A turn told in lines: the same for the terminal, for Slack and for the demo's panel."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, computed_field

from bot.config import Price
from bot.state.trace import Trace, TracedStep

Mood = Literal["good", "careful", "bad", "plain"]

_MOODS: Mapping[str, Mood] = {
    **dict.fromkeys(("allow", "ok", "grounded", "approved", "done"), "good"),
    **dict.fromkeys(("restrict", "ask", "unknown", "clarify", "open", "retry", "noted"), "careful"),
    **dict.fromkeys(("block", "withhold", "deny", "denied", "failed", "refused"), "bad"),
}
"""What a word on an outcome says to a reader at a glance."""

ASKS = ("reason", "take_part", "combine", "compact")
"""The steps that ask the model, and tell what that took."""

_MILLION = 1_000_000


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Frozen):
    """One step of a turn.

    Attributes:
        label: How it came out, in a word; empty where no word says it.
        detail: What matters of it, for everyone who may read the thread.
        private: More of it, for the person who asked and for admins: what they wrote, arguments.
    """

    step: str
    seconds: float
    label: str = ""
    mood: Mood = "plain"
    detail: str = ""
    private: str = ""


class Account(_Frozen):
    """A turn as it is told.

    Attributes:
        cost: What the model took, in `currency`; None where a price is not known.
        repairs: How often the model was told to mend its draft.
    """

    turn_id: str
    event: str
    status: str
    error: str | None
    mood: Mood
    seconds: float
    models: tuple[str, ...]
    input_tokens: int
    output_tokens: int
    cost: float | None
    currency: str
    repairs: int
    lines: tuple[Line, ...]

    @computed_field
    @property
    def spent(self) -> str:
        """Tokens and cost in words; empty where no model was asked."""
        if not (total := self.input_tokens + self.output_tokens):
            return ""
        told = f"{total:,} tokens ({self.input_tokens:,} in, {self.output_tokens:,} out)"
        return told if self.cost is None else f"{told}, {self.cost:.4f} {self.currency}"


def account(trace: Trace, prices: Mapping[str, Price], currency: str) -> Account:
    """Tell a turn. Prices are by the name of the model, for a million tokens."""
    asked = [step.result for step in trace.steps if step.name in ASKS and step.result["author"]]
    deciding = [step for step in trace.steps if step.name in ASKS and step.name != "compact"]
    paid = [one for one in asked if one["usage"]["input_tokens"]]
    return Account(
        turn_id=trace.turn_id,
        event=trace.event,
        status=trace.status,
        error=trace.error,
        mood=_MOODS.get(trace.status, "plain"),
        seconds=trace.seconds,
        models=tuple(dict.fromkeys(s.result["author"] for s in deciding if s.result["author"])),
        input_tokens=sum(one["usage"]["input_tokens"] for one in asked),
        output_tokens=sum(one["usage"]["output_tokens"] for one in asked),
        cost=_cost(paid, prices),
        currency=currency,
        repairs=sum(_repairs(step) for step in trace.steps),
        lines=tuple(map(_line, trace.steps)),
    )


def _repairs(step: TracedStep) -> int:
    match step.name, step.result:
        case "validate", {"problems": problems}:
            return int(bool(problems))
        case _, {"repairs": int(repairs)}:
            return repairs
        case _:
            return 0


def _cost(paid: Sequence[Mapping[str, Any]], prices: Mapping[str, Price]) -> float | None:
    """What the answers of the model took; None where one of them has no price."""
    total = 0.0
    for one in paid:
        if (price := prices.get(one["author"])) is None:
            return None
        usage = one["usage"]
        total += price.input * usage["input_tokens"] + price.output * usage["output_tokens"]
    return total / _MILLION


def _line(step: TracedStep) -> Line:
    label, detail, private = _told(step)
    return Line(
        step=step.name,
        seconds=step.seconds,
        label=label,
        mood=_MOODS.get(label, "plain"),
        detail=detail,
        private=private,
    )


def _told(step: TracedStep) -> tuple[str, str, str]:
    """A step's outcome in a word, its content in a line for all, and in one for the asker."""
    return (
        _of_evidence(step)
        or _of_the_model(step)
        or _of_a_summary(step.result)
        or _of_the_rest(step.result)
    )


def _of_evidence(step: TracedStep) -> tuple[str, str, str] | None:
    match step.name, step.result:
        case "screen", {"action": action, "findings": findings}:
            return action, "", _joined(f"{f['guardrail']} {f['score']:.2f}" for f in findings)
        case "retrieve", {"passages": passages, "query": query}:
            return "", f"{len(passages)} passages found", f"for “{query}”" if query else ""
        case "sift", {"passages": passages, "withheld": withheld} as found:
            suspect = found.get("suspect")
            named = (("held back", withheld), ("only quoted", suspect))
            told = [f"{how}: {_scored(some)}" for how, some in named if some]
            return _of_passages(withheld, suspect), _scored(passages), "; ".join(told)
        case "heed", {"posts": posts, "withheld": held}:
            heard = f"{len(posts)} earlier messages read, {held} held back"
            return "withhold" if held else "allow", heard, ""
        case "compact", {"replaced": replaced, "author": author}:
            return "", f"{replaced} older entries in short, by {author}", ""
        case "route", list(offers):
            return "", _joined(f"{offer['tool']} {offer['score']:.2f}" for offer in offers), ""
        case _:
            return None


def _of_passages(withheld: object, suspect: object) -> str:
    if withheld:
        return "withhold"
    return "restrict" if suspect else "allow"


def _of_the_model(step: TracedStep) -> tuple[str, str, str] | None:
    match step.name, step.result:
        case "reason", {"author": author, "calls": calls, "draft": draft, "problem": problem}:
            names = _joined(call["name"] for call in calls)
            full = _joined(f"{call['name']}({call['arguments']})" for call in calls)
            status = draft["status"] if draft else ""
            return status, f"{author} {names}".strip(), full or problem or ""
        case "judge", list(judgements):
            ruled = (f"{j['call']['name']}: {j['action']} ({j['rule']})" for j in judgements)
            return "", _joined(ruled), ""
        case "check_click", {"outcome": outcome, "by": by}:
            return outcome, f"by {by}" if by else "", ""
        case "validate", {"problems": problems, "reply": reply}:
            notes = _joined((reply or {}).get("notes", ()))
            return "retry" if problems else "ok", notes, _joined(problems)
        case _:
            return None


def _of_a_summary(result: Any) -> tuple[str, str, str] | None:
    """What was noted, in numbers: the words are for the one who asked."""
    match result:
        case {"minutes": {"items": items}, "author": author, "dropped": dropped, **rest}:
            read = f"{rest['messages']:,} messages" if "messages" in rest else "the parts"
            held = len(rest.get("withheld") or ())
            told = (
                author,
                f"from {read}: {len(items)} items",
                f"{dropped} dropped" * bool(dropped),
            )
            return "withhold" if held else "", _joined(told), f"held back: {held}" if held else ""
        case _:
            return None


def _of_the_rest(result: Any) -> tuple[str, str, str]:
    match result:
        case dict():
            label = next((str(result[k]) for k in ("outcome", "status") if k in result), "")
            return label, "", str(result.get("name") or result.get("ts") or "")
        case list():
            return "", _joined(map(_outcome, result)), ""
        case _:
            return "", "", ""


def _outcome(result: Any) -> str:
    """How a call came out: `find_oncall: ok`."""
    inner = result.get("result", result) if isinstance(result, dict) else {}
    return ": ".join(filter(None, (str(inner.get("name", "")), str(inner.get("outcome", "")))))


def _scored(found: Sequence[Mapping[str, Any]]) -> str:
    return _joined(f"{one['title']} {one['score']:.2f}" for one in found)


def _joined(words: Iterable[str]) -> str:
    return "; ".join(word for word in words if word)
