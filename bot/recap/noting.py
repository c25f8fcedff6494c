"""Has minutes written, and mended until they hold."""

from bot import log
from bot.errors import ModelUnavailable
from bot.messages.decisions import Usage
from bot.messages.history import Corrected
from bot.messages.minutes import Brief, Noted, Writing
from bot.model.scribe import Scribe
from bot.recap.check import check

REPAIRS = 2
"""How often the model may mend what it noted; then what does not hold is left out."""

UNREACHED = "the language model was not available"
GAVE_UP = "the language model's notes could not be read"


async def note(brief: Brief, scribe: Scribe, backup: Scribe) -> Noted:
    """Have minutes written and mended until they hold; at last without what does not."""
    corrections: list[Corrected] = []
    usage = Usage()
    best: Noted | None = None
    for attempt in range(REPAIRS + 1):
        try:
            writing = await scribe.write(brief, corrections)
        except ModelUnavailable as error:
            log.warning("model.unavailable", type=type(error).__name__, reason=str(error))
            break
        usage = _sum(usage, writing.usage)
        found, problems = _judged(writing, brief, attempt)
        best = found or best
        if not problems:
            break
        draft = writing.draft.model_dump_json() if writing.draft else ""
        corrections.append(Corrected(draft=draft, problems=problems[:10]))
    if best is not None:
        return best.model_copy(update={"usage": usage})
    degraded = GAVE_UP if len(corrections) > REPAIRS else UNREACHED
    writing = await backup.write(brief, ())
    found, _ = _judged(writing, brief, len(corrections))
    return (found or Noted()).model_copy(update={"usage": usage, "degraded": degraded})


def _judged(writing: Writing, brief: Brief, repairs: int) -> tuple[Noted | None, tuple[str, ...]]:
    """What of an attempt holds, if it could be read at all, and what is wrong with the rest."""
    if writing.draft is None:
        return None, (writing.problem,)
    minutes, problems, dropped = check(writing.draft, brief)
    noted = Noted(minutes=minutes, author=writing.author, dropped=dropped, repairs=repairs)
    return (noted if minutes.summary else None), problems


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        requests=one.requests + other.requests,
    )
