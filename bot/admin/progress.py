"""How far a document has come, in words."""

from typing import Final

from bot.office.notices import Notice
from knowledge.load import Step

STAGES: Final = ("read", "split", "screened", "embedded", "searchable")
_WORDS: Final = {
    "read": ("Reading", "Read"),
    "split": ("Splitting into passages", "Split into passages"),
    "screened": ("Screening for hidden instructions", "Screened for hidden instructions"),
    "embedded": ("Working out what it is about", "Worked out what it is about"),
    "searchable": ("Making it searchable", "Searchable"),
}


def working(name: str, step: Step | None = None) -> Notice:
    """The message as it stands while a document is loaded."""
    at = STAGES.index(step.stage) if step else 0
    lines = [_line(stage, at - index, step) for index, stage in enumerate(STAGES)]
    return Notice(text=f"*Adding {name}*\n" + "\n".join(lines))


def _line(stage: str, ahead: int, step: Step | None) -> str:
    doing, done = _WORDS[stage]
    finished = step is not None and step.total > 0 and step.done >= step.total
    if ahead > 0 or (ahead == 0 and finished):
        return f":white_check_mark: {done}"
    if ahead < 0:
        return f":white_circle: {done}"
    count = f" ({step.done:,} of {step.total:,})" if step and step.total > 1 else ""
    return f":hourglass_flowing_sand: {doing}{count}"
