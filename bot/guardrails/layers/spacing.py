"""Words whose spaces were taken away, moved between the letters, or replaced by other signs."""

import re
from collections import Counter

from bot.guardrails.layers.english import cost, parted, words
from bot.guardrails.layers.traced import Piece, Traced

_LETTER = r"[^\W_]"
# Vowels of Indian scripts are no letters to `re`, so what stands between letters is named.
_APART = r"[\x00-/:-@\[-`{-\x7f\u2013-\u2026\u00b7]{1,5}"
_SPACED = re.compile(rf"(?<!{_LETTER}){_LETTER}(?:{_APART}{_LETTER}(?!{_LETTER})){{4,}}+")
_GAP = re.compile(rf"(?<={_LETTER}){_APART}(?={_LETTER})")
_LATIN = re.compile(r"(?<![\u00c0-\u024f])[A-Za-z]+(?![\u00c0-\u024fA-Za-z])")
_SIGN = re.compile(r"(?<=[a-z][.,;:!?])(?=[A-Za-z])")

# Words with one sign between them: without spaces around it, with them, or each on its own line.
_TOKEN = re.compile(r"\S{7,}+")
_MARKS = re.compile(r"(?<=\w)[_.|+~*=\\-](?=\w)")
_LEAST_MARKS = (3, 2)
"""Signs between words that make a row of them: hyphens join three in honest words, too."""
_ADDRESS = re.compile(r"://|\]\(|\./|www\.")
_ROW = re.compile(r"(?<!\S)\S++(\n| [^\w\s] )(?:\S++\1){2,}+\S++")

_APOSTROPHES = frozenset("'\u2019")
_SHORT_FORMS = ("s", "t", "d", "m", "re", "ve", "ll")

_SENTENCE, _KNOWN = 25, 0.6
"""Letters from which on names may stand in a row of words, and the share that is known then."""

_INNER_CAPITAL, _CAMEL = re.compile(r"[a-z][A-Z]"), 2
_STOPS = frozenset(".,;:!?")

_LONG_WORD, _LONG_ROW = 12, 4
_SHORT_WORD = 5
"""Letters of a word that may be two, where others of the text are known to be several."""

_WORTH = 2.4
"""The most that each letter of a row of words may cost: chance is 3.3, plain text about 1.7."""


def spaced_out(traced: Traced) -> Traced | None:
    """Return the text with `i g n o r e` and `i-g-n-o-r-e` as words, or None without any."""
    pieces: list[Piece] = []
    for match in _SPACED.finditer(traced.text):
        if (between := _between(match[0])) is not None:
            end, signs = _signs_after(traced.text, match.end(), between)
            pieces.append((match.start(), end, _together(match[0], between) + signs))
    return traced.rewrite(pieces) if pieces else None


def _between(spaced: str) -> str | None:
    """Return what stands between most letters, or None: for other signs, and for numbers."""
    if 2 * sum(sign.isalpha() for sign in spaced) < sum(sign.isalnum() for sign in spaced):
        return None
    gaps = _GAP.findall(spaced)
    sign, count = Counter[str](gaps).most_common(1)[0]
    return sign if 2 * count >= len(gaps) else None


def _signs_after(text: str, end: int, between: str) -> tuple[int, str]:
    """Return the signs that follow letters with the same distance, and where they end."""
    signs = ""
    while text.startswith(between, end):
        sign = text[end + len(between) : end + len(between) + 1]
        if not sign or sign.isalnum() or sign.isspace() or sign == between:
            break
        signs, end = signs + sign, end + len(between) + 1
    return end, signs


def _together(spaced: str, between: str) -> str:
    """Take away the sign that stands between all letters; a sign of the text itself stays."""
    joined = _GAP.sub(lambda gap: _own(gap[0], between), spaced)
    return _SIGN.sub(" ", _LATIN.sub(lambda run: " ".join(_row(run)), joined))


def _own(gap: str, between: str) -> str:
    if len(gap) > len(between) and gap.startswith(between) and gap.endswith(between):
        return gap[len(between) : -len(between)]
    return ""


def separated(traced: Traced) -> Traced | None:
    """Return the text with `ignore_all_previous` and `ignore . all` as words, or None."""
    pieces = sorted([*_marked(traced.text), *_rows(traced.text)])
    return traced.rewrite(pieces) if pieces else None


def _marked(text: str) -> list[Piece]:
    """Replace the sign by which a token without spaces is most often cut into words."""
    pieces: list[Piece] = []
    for token in _TOKEN.finditer(text):
        if _ADDRESS.search(token[0]):
            continue
        marks = Counter(_MARKS.findall(token[0])).most_common(1)
        if (
            marks
            and marks[0][1] >= _LEAST_MARKS[marks[0][0] == "_"]
            and _mostly_words(token[0].split(marks[0][0]))
        ):
            at = token.start()
            pieces += [
                (at + n, at + n + 1, " ") for n, sign in enumerate(token[0]) if sign == marks[0][0]
            ]
    return pieces


def _rows(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    for row in _ROW.finditer(text):
        if _mostly_words(row[0].split(row[1])):
            found = re.finditer(re.escape(row[1]), row[0])
            pieces += [(row.start() + m.start(), row.start() + m.end(), " ") for m in found]
    return pieces


def _mostly_words(parts: list[str]) -> bool:
    known = words()
    found = [part.strip(".,;:!?\"'()").lower() for part in parts]
    return len(found) > 2 and 2 * sum(part in known for part in found) > len(found)


def run_together(traced: Traced) -> Traced | None:
    """Return the text with `ignoreallprevious` as words, or None without any.

    Where there is a long row that is no name in camel case, short ones are parted as well.
    """
    runs = list(_LATIN.finditer(traced.text))
    rows = {
        run: row for run in runs if len(run[0]) >= _LONG_WORD and (row := _worth(run, _LONG_ROW))
    }
    if any(len(_INNER_CAPITAL.findall(run[0])) < _CAMEL for run in rows):
        rows = {
            run: row
            for run in runs
            if len(run[0]) >= _SHORT_WORD and (row := _worth(run, 2, _KNOWN))
        }
    pieces = [(*run.span(), " ".join(row)) for run, row in rows.items()]
    return traced.rewrite(_with_spaces(traced.text, pieces)) if pieces else None


def _with_spaces(text: str, pieces: list[Piece]) -> list[Piece]:
    """Add the space that was taken away after a comma or a full stop, too."""
    found: list[Piece] = []
    for start, end, new in pieces:
        before = " " if text[start - 1 : start] in _STOPS else ""
        after = text[end : end + 1]
        if after in _STOPS and text[end + 1 : end + 2].isalpha():
            end, new = end + 1, f"{new}{after} "
        found.append((start, end, before + new))
    return found


def _worth(run: re.Match[str], least: int, share: float = 1.0) -> list[str] | None:
    """Return the words of letters that were run together, or None where they are not that many.

    At least `share` of the letters has to be in known words; the others are names.
    """
    letters = run[0]
    if letters.lower() in words():
        return None
    row = _row(run)
    known = [word for word in row if word.lower() in words() or word in _SHORT_FORMS]
    size = sum(map(len, known))
    if len(letters) >= _SENTENCE:
        share = min(share, _KNOWN)
    sure = size >= share * len(letters) and _price(known) <= _WORTH * (size + 4)
    return row if len(row) >= least and sure else None


def _row(run: re.Match[str]) -> list[str]:
    """Return the words of a run of letters; after an apostrophe it may begin with a short form."""
    letters = run[0]
    row = parted(letters)
    if run.string[run.start() - 1 : run.start()] not in _APOSTROPHES:
        return row
    ends = [len(end) for end in _SHORT_FORMS if letters.lower().startswith(end)]
    rests = [(end, parted(letters[end:])) for end in ends]
    best = min(((_price(rest), end, rest) for end, rest in rests), default=(_price(row), 0, row))
    return [letters[: best[1]], *best[2]] if best[0] < _price(row) else row


def _price(row: list[str]) -> float:
    return sum(cost(word.lower()) for word in row)
