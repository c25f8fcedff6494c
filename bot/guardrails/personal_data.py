"""Numbers of people's money: payment cards and bank accounts, told by their check digits.

Nothing is reported that only looks like one: a number of an order or a ticket has no check digits.
Names, e-mail addresses and phone numbers are not looked for: who is on call and how to reach them
is what people ask a bot at work.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.guardrails.normalise import normalise
from bot.messages.verdicts import Finding, Origin

SCORE = 0.3
"""Below every threshold: a reason for a note and a mask, not to refuse to help."""

_CARD = re.compile(r"(?<![\w.,/=-])\d(?:[ -]?\d){12,18}(?![\w/=-]|[.,]\d)")
_ACCOUNT = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?=[ -]?[A-Za-z0-9])")
_LETTER_OR_DIGIT = re.compile(r"[A-Za-z0-9]")

_ISSUERS = (
    ("a Visa card", r"4(?:\d{12}|\d{15}|\d{18})"),
    ("a Mastercard", r"(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}"),
    ("an American Express card", r"3[47]\d{13}"),
    ("a Diners card", r"3(?:0[0-5]|[68]\d)\d{11}"),
    ("a Discover card", r"6(?:011|4[4-9]\d|5\d\d)\d{12}"),
    ("a JCB card", r"35(?:2[89]|[3-8]\d)\d{12}"),
)

_LENGTHS = dict(
    re.findall(
        r"([A-Z]{2})(\d\d)",
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 "
        "EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IS26 IT27 "
        "JO30 KW30 KZ20 LB28 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 "
        "PL28 PS29 PT25 QA29 RO24 RS22 SA24 SE24 SI19 SK24 SM27 TN24 TR26 UA29 VA22 XK20",
    )
)
"""Characters of an account number by its country (ISO 13616)."""


@dataclass(frozen=True)
class Number:
    """A card or an account, where it stands in the original text, and its digits and letters."""

    kind: str
    start: int
    end: int
    plain: str


def personal_data(text: str, origin: Origin) -> Finding | None:  # noqa: ARG001 - whoever wrote it
    """Report card and account numbers in a text, from the first to the last."""
    found = find_numbers(text)
    if not found:
        return None
    return Finding(
        guardrail="personal_data",
        risk="LLM02:2025 Sensitive Information Disclosure",
        score=SCORE,
        reason=", ".join(sorted({number.kind for number in found})),
        start=found[0].start,
        end=found[-1].end,
    )


def find_numbers(text: str) -> tuple[Number, ...]:
    """Return the card and account numbers of a text, in order and apart from one another."""
    if not any(character.isdigit() for character in text):
        return ()
    layer = normalise(text).visible
    found: list[Number] = []
    for kind, start, end in sorted((*_cards(layer.text), *_accounts(layer.text)), key=_start):
        place = layer.span(start, end)
        if not found or place[0] >= found[-1].end:
            found.append(Number(kind, *place, plain_of(layer.text[start:end])))
    return tuple(found)


def plain_of(text: str) -> str:
    """The letters and digits of a text, in capitals."""
    return "".join(_LETTER_OR_DIGIT.findall(text)).upper()


def _start(found: tuple[str, int, int]) -> int:
    return found[1]


def _cards(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _CARD.finditer(text):
        digits = plain_of(match[0])
        kinds = [kind for kind, form in _ISSUERS if re.fullmatch(form, digits)]
        if kinds and _luhn(digits) and len(set(digits)) > 1:
            yield kinds[0], *match.span()


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _accounts(text: str) -> Iterator[tuple[str, int, int]]:
    for match in _ACCOUNT.finditer(text):
        length = int(_LENGTHS.get(match[0][:2].upper(), "0"))
        end = _end_of(text, match.start(), length)
        if end is not None and _mod97(plain_of(text[match.start() : end])):
            yield "a bank account", match.start(), end


def _end_of(text: str, start: int, length: int) -> int | None:
    """Where so many letters and digits end that stand together or with single gaps."""
    form = rf"(?:[A-Za-z0-9][ -]?){{{max(0, length - 1)}}}[A-Za-z0-9](?![A-Za-z0-9])"
    match = re.compile(form).match(text, start) if length else None
    return match.end() if match else None


def _mod97(account: str) -> bool:
    return int("".join(str(int(c, 36)) for c in account[4:] + account[:4])) % 97 == 1
