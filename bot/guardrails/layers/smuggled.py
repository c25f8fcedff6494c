"""Text carried by characters that nobody sees.

Tag characters and variation selectors each stand for a letter or a byte; two kinds of zero-width
characters make bits; a right-to-left override shows letters in another order than they are stored.
"""

import re
from collections import Counter
from collections.abc import Iterator

from bot.guardrails.layers.traced import Traced, joined
from bot.guardrails.layers.words import WORDS

_TAGS = re.compile("[\U000e0020-\U000e007e]+")
# The flags of England, Scotland and Wales are a black flag with a few tag letters.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,6}\U000e007f")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2,}")
_BITS = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff\u180e]{16,}")
_OVERRIDE = re.compile("[\u202e\u202d\u2067]([^\u202a-\u202e\u2066-\u2069\n]{4,2000})")

_LETTERS = re.compile(r"[^\W\d_]{2,}")


def smuggled(raw: Traced) -> Iterator[tuple[str, Traced]]:
    """Yield each text that unseen characters carry, named by how it was hidden."""
    if raw.text.isascii():
        return
    for name, reader in (
        ("tag characters", _tags),
        ("variation selectors", _selectors),
        ("zero-width characters", _bits),
        ("a direction override", _overrides),
    ):
        found = reader(raw)
        if found.text:
            yield name, found


def _tags(raw: Traced) -> Traced:
    flags = [match.span() for match in _FLAG.finditer(raw.text)]
    inside = {at for start, end in flags for at in range(start, end)}
    runs = (range(*match.span()) for match in _TAGS.finditer(raw.text))
    places = [at for run in runs for at in run if at not in inside]
    return raw.pick(places, "".join(chr(ord(raw.text[at]) - 0xE0000) for at in places))


def _selectors(raw: Traced) -> Traced:
    found: list[Traced] = []
    for match in _SELECTORS.finditer(raw.text):
        codes = [ord(sign) for sign in match[0]]
        data = bytes(code - 0xFE00 if code <= 0xFE0F else code - 0xE0100 + 16 for code in codes)
        if (text := data.decode("utf-8", "ignore")) and _reads(text):
            found.append(raw.region(*match.span(), text))
    return joined(found)


def _bits(raw: Traced) -> Traced:
    found: list[Traced] = []
    for match in _BITS.finditer(raw.text):
        signs = [sign for sign, _ in Counter(match[0]).most_common(2)]
        for zero, one in ((signs[0], signs[-1]), (signs[-1], signs[0])):
            if _reads(text := _from_bits(match[0], zero, one)):
                found.append(raw.region(*match.span(), text))
    return joined(found)


def _from_bits(signs: str, zero: str, one: str) -> str:
    digits = "".join("01"[sign == one] for sign in signs if sign in (zero, one))
    data = bytes(int(digits[at : at + 8], 2) for at in range(0, len(digits) - 7, 8))
    return data.decode("utf-8", "ignore")


def _overrides(raw: Traced) -> Traced:
    found: list[Traced] = []
    for match in _OVERRIDE.finditer(raw.text):
        text = match[1][::-1]
        if any(word.lower() in WORDS for word in _LETTERS.findall(text) if len(word) > 2):
            found.append(raw.region(*match.span(1), text))
    return joined(found)


def _reads(text: str) -> bool:
    """Tell whether decoded bytes look like words and their punctuation rather than chance."""
    letters = sum(map(len, _LETTERS.findall(text)))
    signs = sum(sign.isprintable() or sign == "\n" for sign in text)
    return letters >= 0.3 * len(text) > 0 and signs >= 0.9 * len(text)
