"""Sentences with what they rest on, and whether they hold: read from files of several makes."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import click
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.commands.grounding.corrupt import corrupted
from bot.grounding import Basis
from bot.grounding.pieces import sentences
from knowledge.embed import Embedder
from knowledge.markdown import plain
from knowledge.read import read
from knowledge.split import Piece, Splitter

TRUE = "true"
"""The kind of a sentence that holds."""

PAGES = "demo/handbook"
ANSWERS = "demo/answers.jsonl"


class Case(NamedTuple):
    """A sentence; `kind` is `true`, or what is wrong with it."""

    id: str
    kind: str
    sentence: str
    basis: Basis


Row = TypeVar("Row", bound=BaseModel)


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Answer(_Row):
    """A true answer to a question, in words of its own; `quote` says which passage it is from."""

    id: str
    question: str
    path: str
    quote: str
    answer: str


class Label(_Row):
    """A part of an answer that does not hold: characters `start` to `end`."""

    start: int = Field(ge=0)
    end: int = Field(ge=0)
    kind: str = Field(default="unsupported", alias="label_type")


class Labelled(_Row):
    """An answer whose parts were judged, with what it rests on."""

    id: str = ""
    question: str = ""
    answer: str
    sources: tuple[str, ...]
    labels: tuple[Label, ...] = ()


def demo_cases(embedder: Embedder, rounds: int = 1) -> list[Case]:
    """The answers from the demo's handbook, and what corrupting them so many times gives."""
    folder = files("bot")
    with Path(str(folder.joinpath(ANSWERS))).open(encoding="utf-8") as lines:
        rows = [Answer.model_validate_json(line) for line in lines if line.strip()]
    return [*_made(rows, Path(str(folder.joinpath(PAGES))), embedder, rounds)]


def file_cases(
    paths: Sequence[Path], pages: Path | None, embedder: Embedder, rounds: int = 1
) -> list[Case]:
    """The cases of files; which make a file is of, its lines tell.

    Raises:
        click.ClickException: A line is of no make that is known, or its source is missing.
    """
    rows = [row for path in paths for row in _rows(path)]
    told = {str(row["source_id"]): row for row in rows if "source_info" in row}
    answers: list[Answer] = []
    cases: list[Case] = []
    for row in rows:
        if "source_info" in row:
            continue
        if "quote" in row and pages:
            answers.append(_read(Answer, row))
        else:
            cases += _judged(_read(Labelled, _from_ragtruth(row, told)))
    return [*cases, *(_made(answers, pages, embedder, rounds) if pages else ())]


def _made(rows: Sequence[Answer], pages: Path, embedder: Embedder, rounds: int) -> Iterator[Case]:
    """Each true sentence, then the same one made false in every way it lends itself to."""
    found = [(row, one) for row in rows for one in _sentences(row.answer)]
    chunks = {path: _pieces(pages / path, embedder) for path in {row.path for row in rows}}
    for number, (row, sentence) in enumerate(found):
        title, pieces = chunks[row.path]
        piece = _holding(row, pieces)
        titles = f"{title}\n{piece.heading}"
        facts = (titles, piece.text, row.question)
        basis = Basis(facts=facts, texts=(piece.text,), titles=titles, asked=row.question)
        yield Case(row.id, TRUE, sentence, basis)
        others = [one for other, one in found if other.path != row.path]
        for seed in _seeds(f"{row.id}.{number}", rounds):
            for made in corrupted(sentence, piece.text, others, seed):
                yield Case(row.id, made.kind, made.text, basis)


def _seeds(first: str, rounds: int) -> list[str]:
    return [first, *(f"{first}/{again}" for again in range(1, rounds))]


def _pieces(path: Path, embedder: Embedder) -> tuple[str, tuple[Piece, ...]]:
    document = read(path)
    return document.title, Splitter(document, embedder).pieces()


def _holding(row: Answer, pieces: Iterable[Piece]) -> Piece:
    """The passage that a quote stands in."""
    quote = _spaced(row.quote)
    for piece in pieces:
        if quote in _spaced(piece.text):
            return piece
    raise click.ClickException(f"{row.id}: the quote stands in no passage of {row.path}")


def _spaced(text: str) -> str:
    return " ".join(plain(text).split())


def _judged(row: Labelled) -> Iterator[Case]:
    basis = Basis(
        facts=(*row.sources, row.question), texts=row.sources, titles="", asked=row.question
    )
    for span in sentences(row.answer):
        wrong = [one.kind for one in row.labels if one.start < span.end and span.start < one.end]
        yield Case(row.id, wrong[0] if wrong else TRUE, span.of(row.answer), basis)


def _sentences(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


# --- files ----------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise click.ClickException(f"{path}, line {number}: this is not JSON") from error
        if not isinstance(row, dict):
            raise click.ClickException(f"{path}, line {number}: this is no object")
        yield {**row, "id": str(row.get("id", f"{path.stem}:{number}"))}


def _from_ragtruth(row: dict[str, Any], told: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A line of RAGTruth's `response.jsonl` with its source from `source_info.jsonl`."""
    if "response" not in row:
        return {**row, "labels": [_renamed(label) for label in row.get("labels") or ()]}
    if (source := told.get(str(row.get("source_id")))) is None:
        raise click.ClickException(
            f"{row['id']}: its source {row.get('source_id')!r} is in none of the files: give "
            "source_info.jsonl as well"
        )
    info = source["source_info"]
    asked = info.get("question", "") if isinstance(info, dict) else ""
    texts = [info] if isinstance(info, str) else [*_lines(info)]
    return {**row, "answer": row["response"], "sources": texts, "question": asked}


def _lines(info: Any, name: str = "") -> Iterator[str]:
    """A source that is data rather than text, a line a value, with the names that lead there."""
    match info:
        case dict():
            for key, value in info.items():
                yield from _lines(value, f"{name} {key}".strip())
        case list():
            for value in info:
                yield from _lines(value, name)
        case _:
            yield f"{name}: {info}" if name and name != "passages" else str(info)


def _renamed(label: dict[str, Any]) -> dict[str, Any]:
    return {**label, "label_type": label.get("kind", label.get("label_type", "unsupported"))}


def _read(model: type[Row], row: dict[str, Any]) -> Row:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"]))
        raise click.ClickException(f"{row['id']}: {where}: {problem['msg']}") from error
