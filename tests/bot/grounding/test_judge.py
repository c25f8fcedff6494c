from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from bot.grounding import Judge
from bot.grounding.judge import WHY
from bot.grounding.sources import prepare
from tests.fakes.embedder import HashEmbedder

HOURS = "The helpdesk is open from 07:30 to 18:00 in Porto and from 09:00 to 17:00 in Toronto."
PAY = (
    "Contractors do not get paid parental leave from Larkspur. Employees get 20 weeks at full pay."
)
UPDATES = """\
| Severity | In the channel | Status page |
|---|---|---|
| SEV1 | Every 15 minutes | Every 30 minutes |
| SEV2 | Every 30 minutes | Every 60 minutes |
"""
FIRE = "- Porto: the garden of the library.\n- Leeds: the canal steps.\n"


class Counting(HashEmbedder):
    """Counts what it embeds."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.texts += texts
        return super().embed(texts)


def why(sentence: str, source: str, asked: str = "") -> str:
    return Judge(HashEmbedder()).judge(sentence, prepare((source,), "Handbook", asked)).why


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("The helpdesk in Toronto is open from 09:00 until 17:00.", HOURS),
        ("In Porto it opens at 07:30.", HOURS),
        ("Employees have 20 weeks on full pay.", PAY),
        ("No, Larkspur does not pay parental leave to contractors.", PAY),
        ("In a SEV2 the status page gets an update every 60 minutes.", UPDATES),
        ("In Leeds everybody gathers at the canal steps.", FIRE),
        ("Yes.", PAY),
        ("Vertragspartner bekommen keine bezahlte Elternzeit von der Firma Larkspur.", PAY),
    ],
)
def test_what_the_source_says_in_other_words_is_supported(sentence: str, source: str) -> None:
    assert why(sentence, source) == ""


@pytest.mark.parametrize(
    ("sentence", "source", "reason"),
    [
        ("The helpdesk in Toronto is open from 07:30 until 17:00.", HOURS, "amount"),
        ("Employees have 30 weeks on full pay.", PAY, "amount"),
        ("Employees have 20 days on full pay.", PAY, "amount"),
        ("In a SEV2 the status page gets an update every 30 minutes.", UPDATES, "amount"),
        ("In Porto everybody gathers at the canal steps.", FIRE, "name"),
        ("The helpdesk in Osaka is open from 09:00 until 17:00.", HOURS, "name"),
        ("Larkspur pays parental leave to contractors.", PAY, "denial"),
        ("Employees do not have 20 weeks at full pay.", PAY, "denial"),
        ("A lottery decides which grandmother receives vouchers.", PAY, "strange"),
        ("Employees have 20 weeks, and the auditors publish cinema vouchers.", PAY, "strange"),
        ("Vertragspartner bekommen dreißig Wochen und 45 Tage von der Firma.", PAY, "amount"),
    ],
)
def test_what_it_does_not_say_is_not_and_the_reason_is_told(
    sentence: str, source: str, reason: str
) -> None:
    assert why(sentence, source) == WHY[reason]


def test_what_the_person_said_may_be_said_again() -> None:
    asked = "Can I be away for 3 weeks in Spain?"
    assert why("Yes, employees have 20 weeks, and 3 weeks in Spain fit.", PAY, asked) == ""


def test_without_a_source_nothing_is_supported() -> None:
    assert Judge(HashEmbedder()).judge("Lamps glow.", prepare(())).why == WHY["strange"]


def test_the_meaning_is_looked_at_only_where_words_leave_it_open_and_once() -> None:
    embedder = Counting()
    judge, prepared = Judge(embedder), prepare((PAY,))
    judge.judge("Employees have 20 weeks on full pay.", prepared)
    assert embedder.texts == []
    judge.judge("Employees get 20 weeks, spouses too.", prepared)
    first = len(embedder.texts)
    assert 0 < first <= 3
    judge.judge("Employees get 20 weeks, spouses too.", prepared)
    assert len(embedder.texts) == first
