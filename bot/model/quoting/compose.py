"""Drafts made without a model: quoted pieces, pages to look at, and the facts they must keep to."""

import re
from collections.abc import Iterator, Sequence

from bot.grounding import unsupported
from bot.messages.decisions import Draft, Quote
from bot.messages.history import Entry, Returned, Said
from bot.messages.task import Task
from bot.model.quoting.blocks import blocks_of
from bot.model.quoting.rank import Candidate
from knowledge.documents import Passage

MAX_QUOTE = 300
"""Characters of a quote, as the reply's schema says."""

NEAREST = 3
"""How many pages an `unknown` names."""

RELATED = 0.35
"""How near a page must be to be named: those of other subjects reach 0.3, those of the same 0.4."""

UNKNOWN = "I can't find an answer to that in the documents I have."

_MARKER = re.compile(r"\[(\d{1,3})\](?!\()")
_FENCE = "```"


def answer(chosen: Sequence[Candidate], task: Task) -> Draft:
    """The best pieces first, those that belong together in the passage's order; each with its [1].

    A passage is one citation, however many of its pieces are shown.
    """
    indexes = list(dict.fromkeys(c.passage for c in chosen))
    passages = task.evidence.passages
    quotes = tuple(
        Quote(
            source_id=task.source_id(index),
            quote=_quote([c for c in chosen if c.passage == index], passages[index]),
        )
        for index in indexes
    )
    paragraphs = [
        _paragraph(run, indexes.index(run[0].passage) + 1)
        for index in indexes
        for run in _runs([c for c in chosen if c.passage == index], passages[index])
    ]
    return Draft(status="grounded", text="\n\n".join(paragraphs), citations=quotes)


def _runs(pieces: Sequence[Candidate], passage: Passage) -> list[list[Candidate]]:
    """Pieces of one passage: those of one block together in its order, the best block first."""
    blocks = blocks_of(passage.text)
    runs: dict[int, list[Candidate]] = {}
    for candidate in pieces:
        start = candidate.piece.unit.start
        block = next((i for i, b in enumerate(blocks) if b.start <= start < b.end), -1)
        runs.setdefault(block, []).append(candidate)
    return [sorted(run, key=lambda c: c.piece.unit.start) for run in runs.values()]


def _paragraph(run: Sequence[Candidate], number: int) -> str:
    shown = [inert(c.piece.shown) for c in run]
    gap = "\n" if any(_is_block(text) for text in shown) else " "
    text = gap.join(shown)
    return f"{text}\n[{number}]" if text.endswith(_FENCE) else f"{text} [{number}]"


def _is_block(text: str) -> bool:
    return "\n" in text or text.startswith("- ")


def _quote(pieces: Sequence[Candidate], passage: Passage) -> str:
    """What is shown of a passage, as it stands there; the best piece where all is too long."""
    units = [c.piece.unit for c in pieces]
    whole = passage.text[min(u.start for u in units) : max(u.end for u in units)].strip()
    if len(whole) <= MAX_QUOTE:
        return whole
    best = pieces[0].piece
    unit = best.unit.of(passage.text).strip()
    return cut(unit if len(unit) <= MAX_QUOTE else best.span.of(passage.text))


def cut(text: str, limit: int = MAX_QUOTE) -> str:
    """The beginning of a text, verbatim, up to the last line or word that fits whole."""
    text = text.strip()
    if len(text) <= limit:
        return text
    for blank in ("\n", " "):
        end = text.rfind(blank, limit // 2, limit)
        if end > 0:
            return text[:end].rstrip()
    return text[:limit].rstrip()


def inert(text: str) -> str:
    """A text that holds nothing like a marker of ours: a page's own [1] points elsewhere."""
    return _MARKER.sub(r"[ \1 ]", text.replace("\x00", ""))


# --- no answer ------------------------------------------------------------------------------------


def unknown(task: Task, *, foreign: bool = False) -> Draft:
    """Say plainly that the documents do not have it, and which pages come nearest."""
    text = UNKNOWN
    if foreign:
        text += " I understand English best, so please try it in English."
    if pages := _pages(task):
        text += f"\nThe nearest pages I have: {pages}."
    return Draft(status="unknown", text=text, citations=())


def _pages(task: Task) -> str:
    near = [p for p in task.evidence.passages if max(p.similarity, p.nearest) >= RELATED]
    titles = dict.fromkeys(inert(" ".join(p.title.split())) for p in near)
    return ", ".join(f"“{title}”" for title in list(titles)[:NEAREST] if title)


def either(options: Sequence[str]) -> str:
    """Join words as in "a, b or c"."""
    *most, last = options
    return f"{', '.join(most)} or {last}" if most else last


# --- facts ----------------------------------------------------------------------------------------


def carried(draft: Draft, task: Task, history: Sequence[Entry]) -> bool:
    """Whether the draft's facts stand in what it may rest on, as the validator will ask.

    It is made of verbatim pieces, so they do, unless taking off the Markdown broke a number or an
    address. Better no answer than one that is sent back again and again.
    """
    return not unsupported(draft.text, [*_pages_of(draft, task), *_said(task, history)])


def _pages_of(draft: Draft, task: Task) -> Iterator[str]:
    cited = {quote.source_id for quote in draft.citations}
    for index, passage in enumerate(task.evidence.passages):
        yield passage.title
        if task.source_id(index) in cited:
            yield f"{passage.heading}\n{passage.text}"


def _said(task: Task, history: Sequence[Entry]) -> Iterator[str]:
    titles = {offer.tool: offer.title for offer in task.offers}
    for entry in history:
        match entry:
            case Returned(result=result) if result.outcome == "ok":
                yield f"{titles.get(result.name, result.name)}\n{result.content}"
            case Said(by="person"):
                yield entry.text
            case _:
                pass
