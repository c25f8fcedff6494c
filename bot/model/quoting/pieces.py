"""What can be quoted from a passage: sentences, list items, table rows, blocks of code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.model.quoting.blocks import ITEM, Block, Span, blocks_of, lines_of
from bot.model.words import vocabulary

MAX_PASSAGE = 8_000
"""Characters of a passage that are looked at; a chunk holds far fewer."""

MAX_PIECE = 700
"""Characters that are shown in one piece; a longer sentence or list is cut into several."""

_ABBREVIATIONS = vocabulary(
    """
    e.g i.e etc vs approx no nos mr mrs ms dr prof st inc ltd co corp dept est fig jan feb mar apr
    jun jul aug sep sept oct nov dec a.m p.m u.s u.k resp incl excl max min
    """
)
_END = re.compile(
    r"(?:(?<![.!?\u2026])[.!?\u2026]++[\"'\u201d\u2019)\]*_`]*(?=\s)|[\u3002\uff01\uff1f]+)\s*"
)
_COLONS = (":", "\uff1a")
_LEANS = re.compile(
    r"[\"'(*_]*(?:it|its|they|their|them|this|these|that|those|he|she|his|her|there|then|however|"
    r"but|and|or|so|also|both|neither|either|otherwise|instead|if not|if so|after that|in that|"
    r"outside (?:these|those)|such|for (?:this|that|these|those|anything else)|the same)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Piece:
    """A thing that may answer, and what has to be shown with it to be understood.

    Attributes:
        span: The piece itself.
        unit: What is shown and quoted: the piece, or the whole list it is an item of.
        lead: What stands before it and gives it its sense: the line before a list.
        plain: The piece in plain words.
        shown: The unit as it is shown, its Markdown made readable.
        steps: It is a numbered list: how something is done.
        whole: It is a list or a table, of which each part is a piece too.
    """

    span: Span
    unit: Span
    lead: str
    plain: str
    shown: str
    steps: bool = False
    whole: bool = False


def pieces_of(passage: str) -> list[Piece]:
    """The pieces of a passage, in order."""
    text = passage[:MAX_PASSAGE]
    blocks = blocks_of(text)
    around = zip([None, *blocks], blocks, [*blocks[1:], None], strict=False)
    return [p for before, block, after in around for p in _pieces(text, before, block, after)]


def _pieces(text: str, before: Block | None, block: Block, after: Block | None) -> Iterator[Piece]:
    match block.kind:
        case "list":
            yield from _list(text, block, _lead(text, before))
        case "table":
            yield from _rows(text, block)
        case "code":
            yield _code(text, block, _lead(text, before))
        case "paragraph":
            lead = _lead(text, block) if after and after.kind in ("code", "list") else None
            yield from (piece for piece in _sentences(text, block) if piece.span != lead)
            if lead and after and after.kind == "code":
                yield _code(text, after, lead, found=lead)
        case _:
            pass


def clean(markdown: str) -> str:
    """Take the Markdown off one line of prose; only marks go, the words and numbers stay."""
    text = re.sub(r"<!--.*?-->|<[a-zA-Z/][^<>]{0,300}>", " ", markdown)
    text = re.sub(r"!\[([^\[\]]*)\]\([^()\s]*\)", r"\1", text)
    text = re.sub(r"\[([^\[\]]+)\]\(([^()\s]+)(?: \"[^\"]*\")?\)", _link, text)
    text = re.sub(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]+?)(?<=\S)\1(?![\w*])", r"\2", text)
    return " ".join(re.sub(r"(?m)^[ \t]*>[ \t]?", "", text).split())


def _link(match: re.Match[str]) -> str:
    """A link as its words and, where it leads out of the page, its address."""
    words, address = match[1], match[2]
    if not re.match(r"https?://|mailto:", address):
        return words
    bare = address.removeprefix("mailto:")
    return bare if words.strip("<> ") in {bare, address} else f"{words} ({bare})"


def _lead(text: str, block: Block | None) -> Span | None:
    """The last sentence of the block before, if it announces what comes: "do these things:"."""
    if block is None or block.kind != "paragraph" or text[block.end - 1] not in (*_COLONS, "*"):
        return None
    last = list(_cut(text, block))[-1]
    return last if clean(last.of(text)).endswith(_COLONS) else None


# --- prose ----------------------------------------------------------------------------------------


def _sentences(text: str, block: Block) -> Iterator[Piece]:
    before: Span | None = None
    for span in _cut(text, block):
        plain = clean(span.of(text))
        if not plain:
            continue
        leans = before is not None and _LEANS.match(plain) is not None
        unit = Span(before.start, span.end) if before and leans else span
        if unit.end - unit.start > MAX_PIECE:
            unit = span
        yield Piece(span, unit, "", plain, clean(unit.of(text)))
        before = span


def _cut(text: str, span: Span) -> Iterator[Span]:
    """Cut prose at the ends of its sentences, and what is far too long at a blank."""
    start = span.start
    for end in [*_ends(text, span), span.end]:
        while end - start > MAX_PIECE:
            blank = text.rfind(" ", start + MAX_PIECE // 2, start + MAX_PIECE)
            stop = blank if blank > 0 else start + MAX_PIECE
            yield _trim(text, Span(start, stop))
            start = stop
        if text[start:end].strip():
            yield _trim(text, Span(start, end))
        start = end


def _ends(text: str, span: Span) -> Iterator[int]:
    for match in _END.finditer(text, span.start, span.end):
        word = text[max(span.start, match.start() - 12) : match.start()].split()[-1:]
        last = word[0].lstrip("(\"'*_").lower() if word else ""
        abbreviated = last in _ABBREVIATIONS or (len(last) == 1 and last.isalpha())
        follows = text[match.end() : match.end() + 1]
        if match[0].startswith(".") and (abbreviated or follows.islower()):
            continue
        yield match.end()


def _trim(text: str, span: Span) -> Span:
    piece = span.of(text)
    left = len(piece) - len(piece.lstrip())
    return Span(span.start + left, span.start + left + len(piece.strip()))


def _code(text: str, block: Block, lead: Span | None, found: Span | None = None) -> Piece:
    """A block of code with the line that announces it; either of them may be what is found."""
    whole = Span((lead or block).start, block.end)
    plain = clean((found or whole).of(text))
    said = clean(lead.of(text)) + "\n\n" if lead else ""
    return Piece(found or whole, whole, "", plain, said + block.of(text).strip("\n"))


# --- lists ----------------------------------------------------------------------------------------


def _list(text: str, block: Block, lead: Span | None) -> Iterator[Piece]:
    """The items; where the list is short and makes sense only whole, each shows all of it.

    So does then the list itself, which answers "how do I ...?" where no step of it does.
    """
    items = list(_items(text, block))
    ordered = text[block.start : block.end].lstrip()[:1].isdigit()
    whole = Span(lead.start if lead else block.start, block.end)
    together = (lead or ordered) and whole.end - whole.start <= MAX_PIECE
    said = clean(lead.of(text)) if lead else ""
    for item in items:
        unit = whole if together else item
        shown = _shown_list(text, lead if together else None, items if together else [item])
        yield Piece(item, unit, said, clean(item.of(text)), shown)
    if len(items) > 1 and whole.end - whole.start <= MAX_PIECE:
        shown = _shown_list(text, lead, items)
        yield Piece(whole, whole, "", " ".join(shown.split()), shown, steps=ordered, whole=True)


def _shown_list(text: str, lead: Span | None, items: list[Span]) -> str:
    said = [clean(lead.of(text))] if lead else []
    return "\n".join(said + [clean_item(item.of(text)) for item in items])


def clean_item(markdown: str) -> str:
    """An item with its mark; what is nested in it stays on lines of its own."""
    return "\n".join(
        line[: len(line) - len(line.lstrip())] + re.sub(r"^[*+•]", "-", clean(line))
        for line in markdown.strip("\n").split("\n")
        if line.strip()
    )


def _items(text: str, block: Block) -> Iterator[Span]:
    start: int | None = None
    end = outer = 0
    for line in lines_of(text, block):
        match = ITEM.match(line.of(text))
        indent = len(match["indent"]) if match else 99
        if match and (start is None or indent <= outer):
            if start is not None:
                yield Span(start, end)
            start, outer = line.start, indent
        end = line.end if line.of(text).strip() else end
    yield Span(block.start if start is None else start, end)


# --- tables ---------------------------------------------------------------------------------------


def _rows(text: str, block: Block) -> Iterator[Piece]:
    """Each row with the names of its columns: `Office: Porto; Reception: 08:00 to 19:00`."""
    lines = list(lines_of(text, block))
    header: list[str] = []
    if len(lines) > 1 and _is_ruler(lines[1].of(text)):
        header = _cells(lines[0].of(text))
        lines = lines[2:]
    rows: list[str] = []
    for line in lines:
        cells = _cells(line.of(text))
        if any(cells) and not _is_ruler(line.of(text)):
            rows.append("; ".join(_named(header, cells)))
            yield Piece(_trim(text, line), _trim(text, line), "", rows[-1], f"- {rows[-1]}")
    shown = "\n".join(f"- {row}" for row in rows)
    if len(rows) > 1 and len(shown) <= MAX_PIECE:
        yield Piece(block, block, "", shown.replace("\n", " "), shown, whole=True)


def _is_ruler(line: str) -> bool:
    return "-" in line and not line.strip("|-: \t")


def _cells(line: str) -> list[str]:
    inner = re.sub(r"^\s*\||\|\s*$", "", line)
    return [clean(cell).replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", inner)]


def _named(header: list[str], cells: list[str]) -> Iterator[str]:
    names = header + [""] * max(0, len(cells) - len(header))
    for name, cell in zip(names, cells, strict=False):
        if cell:
            yield f"{name}{'' if name.endswith(('?', ':')) else ':'} {cell}" if name else cell
