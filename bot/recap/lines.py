"""What minutes are written from: messages that a model may read, and what was noted of parts."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from bot.guardrails.policy import Policy
from bot.messages.minutes import Left, Line, Minutes, Part, Written
from bot.stages.screen import assess, over_several

_NAMED = re.compile(r"@([UW][A-Z0-9]{2,})\b")


def screened(
    written: Sequence[Written], names: Mapping[str, str], policy: Policy
) -> tuple[tuple[Line, ...], tuple[Left, ...], tuple[str, ...]]:
    """The messages that may be read by a model, numbered; those that may not; and the people.

    They are judged alone and together, as texts of people who have asked nothing of us.
    """
    called = {user: _called(user, names.get(user, ""), policy) for user in _users(written)}
    texts = [_NAMED.sub(lambda m: f"@{called.get(m[1], m[1])}", w.text) for w in written]
    reasons = _reasons(texts, policy)
    lines: list[Line] = []
    left: list[Left] = []
    for at, (message, text) in enumerate(zip(written, texts, strict=True)):
        by = called[message.user] if message.user else _called("an app", message.author, policy)
        if reason := reasons.get(at):
            left.append(Left(by=by, ts=message.ts, root=message.root, reason=reason))
        else:
            lines.append(_line(message, text, by, len(lines) + 1))
    return tuple(lines), tuple(left), tuple(called.values())


def _reasons(texts: Sequence[str], policy: Policy) -> dict[int, str]:
    """Which texts carry instructions, by their places, and by which guardrail."""
    verdicts = {at: assess(text, "participant", policy) for at, text in enumerate(texts)}
    kept = [at for at, verdict in verdicts.items() if verdict.action != "withhold"]
    together = over_several([texts[at] for at in kept], "participant", policy)
    verdicts |= {kept[at]: verdict for at, verdict in together.items()}
    return {
        at: max(verdict.findings, key=lambda finding: finding.score).guardrail
        for at, verdict in verdicts.items()
        if verdict.action == "withhold"
    }


def _called(user: str, name: str, policy: Policy) -> str:
    """What a person is called; by their id where the name itself carries instructions."""
    shown = " ".join(name.split())[:60]
    fine = shown and assess(shown, "participant", policy).action == "allow"
    return shown if fine else user


def _users(written: Sequence[Written]) -> list[str]:
    """The people who wrote or are named, in order, each once."""
    return list(dict.fromkeys(u for w in written for u in (w.user, *w.mentioned) if u))


def _line(message: Written, text: str, by: str, number: int) -> Line:
    moment = datetime.fromtimestamp(float(message.ts), UTC)
    return Line(
        number=number,
        by=by,
        day=moment.date(),
        at=f"{moment:%a %Y-%m-%d %H:%M}",
        text=text,
        ts=message.ts,
        root=message.root,
    )


def notes_of(part: Part, numbered: int) -> list[Line]:
    """What was noted of a part as lines; those of its items can be cited."""
    minutes: Minutes = part.minutes
    day = datetime.fromtimestamp(float(part.last or 0), UTC).date()
    lines = [Line(kind="notes", day=day, text=minutes.summary)] if minutes.summary else []
    for number, item in enumerate(minutes.items, numbered + 1):
        said = datetime.fromtimestamp(float(item.ts), UTC)
        lines.append(
            Line(
                number=number,
                kind="action" if item.action else "decision",
                by=item.by,
                day=said.date(),
                at=f"{said:%a %Y-%m-%d %H:%M}",
                text=item.text,
                ts=item.ts,
                root=item.root,
                owner=item.owner,
                due=item.due,
            )
        )
    return lines
