"""What stands around a form, and how far it excuses it.

People who work ask how to ignore a file, and talk about attacks. A question about doing something
is not an order to do it, and a form in quotation marks that somebody asks about is being discussed.
"""

import re

from bot.guardrails.forms.form import REACH

ASKED = 0.4
"""Factor for a question about doing it ("how do I ignore ...") or a tale of it ("I had to ...")."""

DISCUSSED = 0.5
"""Factor for a form that is quoted or named in a sentence about attacks."""

OWN = 0.45
"""Factor for somebody who takes back what they wrote themselves ("my last message")."""

NEGATED = 0.3
"""Factor for a warning against it ("never send your password to ...")."""

_OBJECT = 30
"""Characters after a form in which its object may still stand."""

_END = re.compile(r"[.!?\n](?=\s|$)|\n")

_ASKING = re.compile(
    r"(?:how (?:do|can|to|would|should|does|did|could|might)|(?:can|should|could|may|do|did|must"
    r"|had"
    r"|might|would) (?:i|we|they|anyone|people|one|somebody|someone|he|she)"
    r"|(?:i|we|they|he|she) (?:\w{1,12} ){0,2}?(?:had|have|want\w{0,2}|need\w{0,2}|tr(?:y|ied)|can"
    r"|could|would|will|accidentally|usually|always|just|did|do|must|never)"
    r"|(?:is|was|be) it (?:\w{1,6} )?(?:safe|ok|okay|fine|possible|allowed|right|wise|normal|legal)"
    r"|remind me|where (?:do|can)|who (?:can|may|is)|(?:does|do|did|is|are) (?:the|our|this|my|"
    r"anyone|it|there)\b|(?:asking|asks|asked|tells|telling|told|wants|lets|allows|forces)"
    r" (?:me|us|them|people|you)|what happens|(?:guide|docs?|page|manual|wiki|article|policy|it)"
    r" (?:says|said|tells|asks)|option to|setting to|way to|ways to|possible to|able to"
    r"|instead of|rather than|why|when (?:i|we)|if (?:i|we)|forgot to|tried to|trying to"
    r"|permission to|(?:what|which) \w{1,15} (?:do|does|can|should))\b(?!.{0,60}\byou(?:'re| are|"
    r" must| should| need| have| will| to)?\b)"
)
_DISCUSSING = re.compile(
    r"(?:what (?:do|does|is|are|did)|mean(?:s|ing)?|phrases?|(?:prompt )?injections?"
    r"|(?:attack(?:s|ers?|ing)?|adversar\w{1,5}|malicious)|jailbreak(?:s|ing)?|phish\w{1,4}"
    r"|for example|examples?|e\.g|such as|says?|said|called|detect\w{0,5}|prevent\w{0,5}|blocked"
    r"|blocks?|flag(?:s|ged)?|refus\w{1,4}|explain\w{0,3}|explanation|defen[cds]\w{0,4}|guardrails?"
    r"|scanners?|classif\w{1,6}|trick\w{0,3}|attempt\w{0,3}|wrote|written|trying to|tries to"
    r"|words like|text like|like this|report\w{0,3}|training|suspicious|security|known as|titled)\b"
)
_NAMING = re.compile(
    r"(?:what (?:do|does|is|are)|mean(?:s|ing)?|(?:prompt )?injections?|attack(?:s|ers?)?"
    r"|adversar\w{1,5}|jailbreak(?:s|ing)|phishing|detect\w{0,5}|prevent\w{0,5}"
    r"|defend|scanners?|guard against)\b"
)
_OPENING = re.compile(r"(?:^|[\s(\[:,>=])[\"'`*_]{1,3}[^\"`\n]{0,80}$")
_CLOSING = re.compile(r"^[^\"`\n]{0,120}[\"'`*_](?:[\s)\].,;:!?<]|$)")
_NEGATION = re.compile(
    r"(?:never|do not|don'?t|must not|should not|shouldn'?t|avoid|nobody|not to|won'?t|will not"
    r"|no one)(?: (?:ever|ask you to|\w{1,12}))?\s?$"
)
_MINE = re.compile(
    r"\bmy (?:\w{1,12} ){0,2}?(?:messages?|e-?mails?|posts?|requests?|comments?|questions?|notes?"
    r"|instructions?|drafts?|texts?|ones?|ping|replies|reply)\b|\b(?:i|we) (?:said|wrote|sent"
    r"|posted|typed|told"
    r"|asked)\b"
)


def factor(key: str, start: int, end: int, *, calm: bool) -> float:
    """Return by how much the context of `start:end` weakens a form, 0 to 1.

    Args:
        key: The whole text in small letters.
        start: Where the form begins.
        end: Where it ends, exclusive.
        calm: The form is harmless in a question about it.
    """
    before, after = _sentence(key, start, end)
    weight = 1.0
    if calm and _ASKING.search(before):
        weight *= ASKED
    elif _NEGATION.search(before):
        weight *= NEGATED
    if _discussed(before, after):
        weight *= DISCUSSED
    if (mine := _MINE.search(key, start, end + _OBJECT)) and mine.start() < end:
        weight *= OWN
    return weight


def _sentence(key: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a form in its own sentence."""
    before = key[max(0, start - REACH) : start]
    ends = [match.end() for match in _END.finditer(before)]
    after = key[end : end + REACH]
    stop = _END.search(after)
    return before[ends[-1] if ends else 0 :], after[: stop.start() if stop else None]


def _discussed(before: str, after: str) -> bool:
    if _OPENING.search(before) and _CLOSING.search(after):
        return bool(_DISCUSSING.search(before) or _DISCUSSING.search(after))
    return bool(_NAMING.search(before) or _NAMING.search(after))
