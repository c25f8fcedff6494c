"""sluice eval: how good it is, measured."""

import json
from pathlib import Path

import click

from bot.commands.kb import PASSAGE_FIELDS
from bot.parts import follow, open_store
from bot.settings import Settings
from knowledge import Embedder, Store, answerable
from knowledge.chunkers import by_chunker
from knowledge.evaluate import (
    DEPTH,
    Evaluation,
    Question,
    Retrieval,
    evaluate,
    load_questions,
)
from knowledge.search import search

COLUMNS = {
    "first": "recall_at_1",
    "in 5": "recall_at_5",
    "in 10": "recall_at_10",
    "MRR": "mrr",
    "nDCG@10": "ndcg_at_10",
}
WIDTH = 9


def retrieval(
    questions: Path, dump: Path | None, settings: Settings, *, chunkers: bool, as_json: bool
) -> None:
    """Search for every question; print how often the answer is found, and dump what was found.

    A file whose questions carry no judgement is only dumped.
    """
    asked = load_questions(questions)
    with open_store(settings) as store:
        embedder = follow(settings, store)
        if dump is not None:
            _dump(asked, dump, store, embedder)
            click.echo(f"wrote {len(asked)} lines to {dump}", err=True)
        if dump is not None and not any(question.gold_quote for question in asked):
            return
        found = evaluate(store, embedder, asked)
        if chunkers:
            plain = by_chunker(store, embedder, asked)
            found = found.model_copy(update={"by_chunker": plain})
    click.echo(found.model_dump_json(indent=2) if as_json else _table(found))


def _dump(asked: list[Question], path: Path, store: Store, embedder: Embedder) -> None:
    with path.open("w", encoding="utf-8") as file:
        for question in asked:
            passages = search(store, embedder, question.question, k=DEPTH)
            results = [p.model_dump(mode="json", include=PASSAGE_FIELDS) for p in passages]
            line = {"results": results, "answerable_score": answerable(passages)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _line(name: str, figures: Retrieval) -> str:
    values = (getattr(figures, column) for column in COLUMNS.values())
    return f"{name:<{WIDTH}}" + "".join(f"{value:9.3f}" for value in values)


def _table(found: Evaluation) -> str:
    lines = [
        f"{found.answerable} answerable questions over {found.chunks} chunks",
        "",
        " " * WIDTH + "".join(f"{head:>9}" for head in COLUMNS),
        *(_line(name, figures) for name, figures in found.retrieval.items()),
    ]
    for chunker, modes in found.by_chunker.items():
        lines += ["", f"split by {chunker}", *(_line(name, one) for name, one in modes.items())]
    if found.answerable_auc is not None:
        told = f"{found.unanswerable} unanswerable ones told apart with AUC"
        lines += ["", f"{told} {found.answerable_auc:.3f}"]
    if found.unfindable:
        lines += ["", f"in no passage: {', '.join(found.unfindable)}"]
    return "\n".join(lines)
