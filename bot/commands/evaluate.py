"""sluice eval: how good it is, measured."""

import json
from pathlib import Path

import click

from bot.app import make_embedder, open_store
from bot.commands.kb import PASSAGE_FIELDS
from bot.settings import Settings
from knowledge import Embedder, Store, answerable
from knowledge.evaluate import DEPTH, Evaluation, Question, evaluate, load_questions
from knowledge.search import search


def retrieval(questions: Path, dump: Path | None, settings: Settings, *, as_json: bool) -> None:
    """Search for every question; print how often the answer is found, and dump what was found.

    A file whose questions carry no judgement is only dumped.
    """
    asked, embedder = load_questions(questions), make_embedder(settings)
    with open_store(settings) as store:
        if dump is not None:
            _dump(asked, dump, store, embedder)
            click.echo(f"wrote {len(asked)} lines to {dump}", err=True)
        if dump is not None and not any(question.gold_quote for question in asked):
            return
        found = evaluate(store, embedder, asked)
    click.echo(found.model_dump_json(indent=2) if as_json else _table(found))


def _dump(asked: list[Question], path: Path, store: Store, embedder: Embedder) -> None:
    with path.open("w", encoding="utf-8") as file:
        for question in asked:
            passages = search(store, embedder, question.question, k=DEPTH)
            results = [p.model_dump(mode="json", include=PASSAGE_FIELDS) for p in passages]
            line = {"results": results, "answerable_score": answerable(passages)}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _table(found: Evaluation) -> str:
    columns = ("recall_at_1", "recall_at_5", "recall_at_10", "mrr", "ndcg_at_10")
    heads = ("first", "in 5", "in 10", "MRR", "nDCG@10")
    lines = [
        f"{found.answerable} answerable questions over {found.chunks} chunks",
        "",
        "         " + "".join(f"{head:>9}" for head in heads),
    ]
    for name, figures in found.retrieval.items():
        values = (getattr(figures, column) for column in columns)
        lines.append(f"{name:<9}" + "".join(f"{value:9.3f}" for value in values))
    if found.answerable_auc is not None:
        told = f"{found.unanswerable} unanswerable ones told apart with AUC"
        lines += ["", f"{told} {found.answerable_auc:.3f}"]
    if found.unfindable:
        lines += ["", f"in no passage: {', '.join(found.unfindable)}"]
    return "\n".join(lines)
