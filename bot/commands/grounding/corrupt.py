"""True sentences made false, one change at a time, the same ones for the same seed.

A changed word is taken from the sentence's own source where there is one of its kind, every other
time: a number that stands in the passage, but says something else, is the hardest to see.
"""

import random
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

Kind = Literal["number", "date", "name", "identifier", "negation", "invented"]

MONTHS = (
    "January February March April May June July August September October November December".split()
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
WORDS = "one two three four five six seven eight nine ten eleven twelve twenty".split()

_DATE = re.compile(rf"\b(?:{'|'.join((*MONTHS, *DAYS))})\b|\b(?:19|20)\d\d\b|\b\d\d?:\d\d\b")
_IDENTIFIER = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s)\];,\"]+[\w/]|#[a-z][\w-]+|\b[A-Z]{2,}-?\d[\w-]*"
    r"|(?<=extension )\d+"
)
_NUMBER = re.compile(
    rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(WORDS[1:])})\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[\w,;] )(?!UK\b)[A-Z][\w&-]+(?: (?:of )?[A-Z][\w&-]+)*")
_CAPITAL = re.compile(r"\b[A-Z][\w&-]* $")
_FALSE_NAMES = (
    "Marek Dvorak", "Workday", "Lisbon", "Northwind", "Priya Raman", "Zendesk", "Osaka", "Legal",
)  # fmt: skip
_DENIALS: Sequence[tuple[str, str]] = (
    (r"\bcannot\b", "can"), (r"\bneed not\b", "must"), (r"\bdo not\b", "do"),
    (r"\bdoes not\b", "does"), (r"\bis not\b", "is"), (r"\bare not\b", "are"),
    (r"\bmay not\b", "may"), (r"\bmust not\b", "must"), (r"\bwas not\b", "was"),
    (r"\bnever\b", "always"), (r"\balways\b", "never"), (r"\bnobody\b", "everybody"),
    (r"\bnot\b ", ""), (r"\bneither (.*?) nor\b", r"either \1 or"), (r"\bwithout\b", "with"),
    (r"\bcan\b", "cannot"), (r"\bmay\b", "may not"), (r"\bmust\b", "need not"),
    (r"\bwill\b", "will not"), (r"\bhas to\b", "does not have to"),
    (r"\bhave to\b", "do not have to"), (r"\bis\b", "is not"), (r"\bare\b", "are not"),
    (r"\bwas\b", "was not"), (r"\bneeds\b", "does not need"), (r"\bneed\b", "do not need"),
    (r"\bgets\b", "does not get"), (r"\bget\b", "do not get"), (r"\bhas\b", "does not have"),
    (r"\bhave\b", "do not have"), (r"\bpays\b", "does not pay"), (r"\btakes\b", "does not take"),
)  # fmt: skip
_CLAUSES = (
    ", and your union representative signs as well", ", which the works council checks afterwards",
    ", and a voucher for the cinema comes with it", ", although a psychologist has to agree first",
    ", and whoever recommends a friend is given priority", ", but trainees are treated differently",
    ", provided that your parking permit is valid", ", and the auditors publish a list of names",
)  # fmt: skip
_SENTENCES = (
    "Interns are asked to present it at a conference.", "The supervisory board looks at each case.",
    "You can also send a fax to the branch in the capital.", "A lottery decides who goes first.",
    "Your spouse has to confirm it in writing.", "Volunteers of the fire brigade are exempt.",
    "It is deducted from the pension fund.", "The insurance company sends you a certificate.",
)  # fmt: skip


class Corrupted(NamedTuple):
    """A sentence that was made false."""

    kind: Kind
    text: str


def corrupted(sentence: str, source: str, others: Sequence[str], seed: str) -> list[Corrupted]:
    """Make a true sentence false in each way that it lends itself to.

    Args:
        sentence: It holds in `source`.
        source: The text it rests on.
        others: Sentences that hold somewhere else.
        seed: The same seed gives the same changes.
    """
    chance = random.Random(seed)  # noqa: S311 - to be repeated, not to be secret
    made = [
        *_facts("number", _numbers(sentence), sentence, source, chance),
        *_facts("date", [*_DATE.finditer(sentence)], sentence, source, chance),
        *_facts("name", _names(sentence), sentence, source, chance),
        *_facts("identifier", [*_IDENTIFIER.finditer(sentence)], sentence, source, chance),
        *_denied(sentence),
        Corrupted("invented", _clause(sentence, chance)),
        Corrupted("invented", chance.choice(_SENTENCES)),
        *(Corrupted("invented", text) for text in chance.sample(others, min(1, len(others)))),
    ]
    return [one for one in dict.fromkeys(made) if one.text != sentence]


def _facts(
    kind: Kind,
    found: "Sequence[re.Match[str]]",
    sentence: str,
    source: str,
    chance: random.Random,
) -> list[Corrupted]:
    """Each fact of a kind changed twice: to one of the source's, and to one of nobody's."""
    made: list[Corrupted] = []
    for match in found:
        beside = " ".join(line for line in source.splitlines() if match[0] in line)
        near = [
            one
            for one in _kin(kind, match[0], source)
            if one not in sentence and not (kind == "name" and one in beside)
        ]
        new = [chance.choice(near)] if near else []
        new.append(_strange(kind, match[0], chance))
        made += [Corrupted(kind, _put(sentence, match, word)) for word in new]
    return made


def _kin(kind: Kind, word: str, source: str) -> list[str]:
    """What a source has of a word's make, to take its place."""
    match kind:
        case "number":
            found = [m[0] for m in _numbers(source)]
            return sorted({n for n in found if len(n) == len(word) and n[0].isdigit()})
        case "date":
            there = {m[0] for m in _DATE.finditer(source)}
            return sorted(one for one in there if _make(one) == _make(word))
        case "name":
            return sorted({m[0] for m in _names(source)})
        case _:
            there = {m[0] for m in _IDENTIFIER.finditer(source)}
            return sorted(one for one in there if _shape(one) == _shape(word))


def _shape(identifier: str) -> str:
    return next((mark for mark in ("@", "://", "#") if mark in identifier), "")


def _make(date: str) -> str:
    kin = next((name for name, all_ in (("month", MONTHS), ("day", DAYS)) if date in all_), "")
    return kin or ("clock" if ":" in date else "year")


def _strange(kind: Kind, word: str, chance: random.Random) -> str:
    """Another of its make that the source need not have."""
    if kind == "name":
        return chance.choice(_FALSE_NAMES)
    if kind == "date" and _make(word) in ("month", "day"):
        return chance.choice([one for one in (MONTHS if word in MONTHS else DAYS) if one != word])
    return _misspelled(word, chance) if kind == "identifier" else _changed(word, chance)


def _numbers(text: str) -> "list[re.Match[str]]":
    """The numbers that are no part of a date or an identifier."""
    taken = [m.span() for pattern in (_DATE, _IDENTIFIER) for m in pattern.finditer(text)]
    return [m for m in _NUMBER.finditer(text) if not any(a <= m.start() < b for a, b in taken)]


def _names(text: str) -> "list[re.Match[str]]":
    taken = [m.span() for pattern in (_DATE, _IDENTIFIER) for m in pattern.finditer(text)]
    return [
        m
        for m in _NAME.finditer(text)
        if not any(m.start() < b and a < m.end() for a, b in taken)
        and not _CAPITAL.search(text, 0, m.start())
    ]


def _misspelled(name: str, chance: random.Random) -> str:
    """An identifier with one character changed, a digit where it has one."""
    digits = [i for i, c in enumerate(name) if c.isdigit()]
    at = chance.choice(digits) if digits else (1 if "@" in name else len(name) - 1)
    pool = "123456789" if digits else "bkqz"
    return name[:at] + chance.choice([c for c in pool if c != name[at]]) + name[at + 1 :]


def _changed(number: str, chance: random.Random) -> str:
    """Another number of the same make: `1,500` to `1,700`, `three` to `six`."""
    if number.lower() in WORDS:
        return chance.choice([w for w in WORDS[1:] if w != number.lower()])
    at = chance.choice([i for i, c in enumerate(number) if c.isdigit()][:2])
    new = chance.choice([d for d in "123456789" if d != number[at]])
    return number[:at] + new + number[at + 1 :]


def _denied(sentence: str) -> list[Corrupted]:
    """Deny what is said, or say what is denied; a leading yes or no turns with it."""
    head = re.match(r"(?:Yes|No)\b[:,.]? ?", sentence)
    start = head.end() if head else 0
    body = sentence[start:]
    for pattern, new in _DENIALS:
        if re.search(pattern, body):
            lead = {"Y": "No, ", "N": "Yes, "}[sentence[0]] if head else ""
            return [Corrupted("negation", lead + re.sub(pattern, new, body, count=1))]
    return []


def _clause(sentence: str, chance: random.Random) -> str:
    return re.sub(r"[.!]?$", f"{chance.choice(_CLAUSES)}.", sentence, count=1)


def _put(sentence: str, match: "re.Match[str]", new: str) -> str:
    return sentence[: match.start()] + new + sentence[match.end() :]
