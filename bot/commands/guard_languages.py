"""How well attacks are told from harmless texts in each language, beside English."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from bot.commands.guard_measures import Scores
from bot.guardrails.training.texts import Text

Row = dict[str, int | float | None]


def by_language(texts: Sequence[Text], scores: Scores, at: float) -> dict[str, Row]:
    """What reaches a bar in each language: attacks, also as a part of English, and harmless texts.

    Empty if all texts are in one language. A figure is None where there is nothing to measure.
    """
    languages = np.array([one.lang for one in texts])
    guilty = np.array([one.attack for one in texts])
    found: dict[str, Row] = {}
    for language in sorted(set(languages), key=lambda name: (name != "en", name)):
        here = languages == language
        found[str(language)] = {
            "attacks": int((here & guilty).sum()),
            "caught": _share(scores[here & guilty], at),
            "harmless": int((here & ~guilty).sum()),
            "false_alarms": _share(scores[here & ~guilty], at),
        }
    english = found.get("en", {}).get("caught")
    for row in found.values():
        caught = row["caught"]
        row["of_english"] = round(caught / english, 2) if english and caught is not None else None
    return found if len(found) > 1 else {}


def _share(scores: Scores, at: float) -> float | None:
    return round(float((scores >= at).mean()), 4) if len(scores) else None


def language_table(found: Mapping[str, Mapping[str, Row]]) -> Iterator[str]:
    """The figures for a person, by origin and language."""
    columns = ("attacks", "caught", "of_english", "harmless", "false_alarms")
    if any(found.values()):
        yield f"{'language, at 1 %':<26}{'origin':<10}" + "".join(f"{c:>14}" for c in columns)
    for origin, rows in found.items():
        for language, row in rows.items():
            values = "".join(f"{'' if row[c] is None else row[c]!s:>14}" for c in columns)
            yield f"  {language:<24}{origin:<10}{values}"
