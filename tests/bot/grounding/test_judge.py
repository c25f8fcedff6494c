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
PENSION = (
    "Larkspur pays 7 % and you pay 5 % of your base salary, from the first month. "
    "You may pay more by salary sacrifice."
)
REVIEWS = "Access is reviewed in January, April and July. Other access is reviewed on Friday."
ROUNDS = (
    "Decisions are told by 15 June, and the new pay starts in July. In May managers write to staff."
)
LIMITS = """\
| Card | For each month | For one payment |
|---|---|---|
| Standard | €1,000, £850 or C$1,500 | €500, £430 or C$750 |
| Team lead | €3,000, £2,600 or C$4,500 | €1,000, £850 or C$1,500 |
"""
ESCALATION = """\
| Step | After | Who is paged |
|---|---|---|
| 2 | 10 minutes without an answer | Secondary |
| 3 | 20 minutes without an answer | Engineering manager of the team |
| 4 | 30 minutes without an answer | Head of engineering |
"""
TRIPS = (
    "Make sure to cancel bookings when trips are cancelled. Your bookings are your responsibility. "
    "Managers, Finance, Legal, or Navan do not cancel these bookings."
)
PHONES = "If you break 3 in 2 years, your manager is told. We do not repair private phones."
NOTICE = (
    "Visitors of the building are announced at the desk 2 days before and groups 5 days before. "
    "A lost badge is replaced in 2 days."
)
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
        ("You pay 5 % of your base salary and Larkspur pays 7 %.", PENSION),
        (
            "Announce visitors of the building at the desk 2 days before; a badge takes 2 days.",
            NOTICE,
        ),
        ("Decisions come by 15 June and the pay changes in July.", ROUNDS),
        ("One payment with a team lead's card may be €1,000, £850 or C$1,500.", LIMITS),
        ("The head of engineering is paged after 30 minutes without an answer.", ESCALATION),
        ("Neither Navan nor Finance cancels them for you.", TRIPS),
        ("Not without approval by Legal.", "Buy it only with approval by Legal."),
        ("The offer ends on 15 July 2026.", "The offer ends on 2026-07-15."),
        ("The offer ends on 2026-07-15.", "The offer ends on 15 July 2026."),
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
        ("Larkspur contributes 7 % of your base salary and you contribute 7 %.", PENSION, "amount"),
        ("After 2 broken phones in 2 years your manager is told.", PHONES, "amount"),
        ("Access is reviewed in January, April and April.", REVIEWS, "amount"),
        ("Decisions come by 15 June and the new pay starts in June.", ROUNDS, "amount"),
        ("Decisions come by 15 June and the new pay starts in May.", ROUNDS, "name"),
        ("One payment with a team lead's card may be €3,000, £850 or C$1,500.", LIMITS, "amount"),
        (
            "The head of engineering is called after 20 minutes without an answer.",
            ESCALATION,
            "amount",
        ),
        ("Not with approval by Legal.", "Buy it only with approval by Legal.", "denial"),
        ("The offer ends on 15 June 2026.", "The offer ends on 2026-07-15.", "amount"),
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
