# ruff: noqa: RUF001 - look-alikes are what this file is about
"""Letters that look like Latin ones, and words that were written with them.

A word is folded only where that cannot wreck an honest one: a word that mixes scripts, or a word of
look-alikes alone that spells an English word. Russian, Greek and Armenian text stays as it is.
"""

import re
from functools import cache

from bot.guardrails.layers.traced import Piece, Traced
from bot.guardrails.layers.words import WORDS

# Each pair is a letter and the Latin letter it passes for.
_STRICT = (
    "аa еe оo рp сc уy хx ѕs іi јj һh ԁd ԛq ԝw ѵv "
    "АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT ХX УY ԌG ԚQ ԜW "
    "αa οo νv ιi υu ρp ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX "
    "օo հh ոn սu ցg "
    "ᎠD ᎡR ᎢT ᎥI ᎪA ᎫJ ᎬE ᎳW ᎷM ᎻH ᎽY ᏀG ᏃZ ᏎS ᏔW ᏙV ᏞL ᏟC ᏢP ᏦK"
)
# These pass for one only inside a word that is mostly Latin.
_LOOSE = "вb гr кk мm нh пn тt иu ьb яr шw ёe єe лn βb γy εe ηn κk τt ωw χx σo μu πn δd"
# Letters of no living orthography: they pass for Latin wherever they stand.
_ALWAYS = "ɑa ɡg ɩi ɪi ʀr ɴn ʏy ʟl ʙb ɢg ʜh ᴀa ᴄc ᴅd ᴇe ᴊj ᴋk ᴍm ᴏo ᴘp ꜱs ᴛt ᴜu ᴠv ᴡw ᴢz ꜰf ɔo ǀl"

_CYRILLIC = "aа eе oо pр cс yу xх AА BВ EЕ KК MМ HН OО PР CС TТ XХ"


def _pairs(listed: str) -> dict[str, str]:
    return {pair[0]: pair[1] for pair in listed.split()}


@cache
def _always() -> dict[int, str]:
    table = {ord(a): b for a, b in _pairs(_ALWAYS).items()}
    for first, letter in ((0x1F150, "A"), (0x1F170, "A"), (0x1F1E6, "a")):
        # Letters in black circles, in black squares, and the halves of flags.
        table |= {first + n: chr(ord(letter) + n) for n in range(26)}
    return table


@cache
def _tables() -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    strict = _pairs(_STRICT)
    return strict, strict | _pairs(_LOOSE), _pairs(_CYRILLIC)


_WORD = re.compile(r"[^\W_]+")
_BORROWED = re.compile(r"[\u0370-\u058f\u13a0-\u13f5]")


def fold_look_alikes(traced: Traced) -> Traced:
    """Return the text with words in borrowed letters written in the script they pass for."""
    if traced.text.isascii():
        return traced
    folded = traced.text.translate(_always())
    whole = Traced(folded, traced.starts, traced.ends)
    return whole.rewrite(_folded_words(folded))


def _folded_words(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for match in _WORD.finditer(text) if _BORROWED.search(text) else ():
        word = match[0]
        if _BORROWED.search(word) and (folded := _fold(word)) != word:
            pieces.append((match.start(), match.end(), folded))
    return pieces


def _fold(word: str) -> str:
    """Return the word in one script, or as it is where no script can hold all its letters."""
    strict, loose, cyrillic = _tables()
    latin = [letter for letter in word if letter.isascii()]
    if not any(letter.isalpha() for letter in latin):
        folded = "".join(strict.get(letter, letter) for letter in word)
        return folded if len(word) > 2 and folded.lower() in WORDS else word
    table = loose if 2 * len(latin) >= len(word) else strict
    folded = "".join(table.get(letter, letter) for letter in word)
    if folded.isascii():
        return folded
    russian = "".join(cyrillic.get(letter, letter) for letter in word)
    return word if any(letter.isascii() and letter.isalpha() for letter in russian) else russian
