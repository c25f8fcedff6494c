"""sluice kb: documents in, documents out, and what is found in them."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bot.app import KNOWLEDGE, make_embedder, make_policy
from bot.settings import Settings
from bot.stages.screen import chunk_screen
from knowledge import Document, Progress, Store
from knowledge import add as add_documents
from knowledge import sync as sync_documents
from knowledge.search import search as search_passages

PASSAGE_FIELDS = {"chunk_id", "document_id", "title", "source", "heading", "text", "score"}
"""What a passage is in JSON, for others to rely on."""

_MARKS = {
    "added": ("+", "green"),
    "replaced": ("~", "green"),
    "unchanged": ("=", None),
    "removed": ("-", "yellow"),
    "skipped": (".", None),
    "failed": ("!", "red"),
}


def open_store(settings: Settings) -> Store:
    """The knowledge base of this home."""
    settings.sluice_home.mkdir(parents=True, exist_ok=True)
    return Store(settings.sluice_home / KNOWLEDGE)


def add(
    paths: Sequence[Path], audience: Sequence[str] | None, settings: Settings, *, as_json: bool
) -> int:
    """Load files and folders; 1 if one of them failed."""
    screen = chunk_screen(make_policy(settings))
    with open_store(settings) as store:
        embedder = make_embedder(settings)
        loading = add_documents(store, paths, embedder, audience=audience, screen=screen)
        return _report(loading, as_json=as_json)


def sync(settings: Settings, *, as_json: bool) -> int:
    """Read again everything that was added; 1 if something failed."""
    screen = chunk_screen(make_policy(settings))
    with open_store(settings) as store:
        loading = sync_documents(store, make_embedder(settings), screen=screen)
        return _report(loading, as_json=as_json)


def list_documents(settings: Settings, *, as_json: bool) -> None:
    """Print what is loaded."""
    with open_store(settings) as store:
        documents = store.documents()
    if as_json:
        click.echo(json.dumps([d.model_dump(mode="json") for d in documents], indent=2))
        return
    for document in documents:
        held = f", {document.quarantined} in quarantine" if document.quarantined else ""
        readers = ", ".join(document.audience) or "everyone"
        click.echo(
            f"{document.document_id}  {click.style(document.title, bold=True)}  "
            f"({document.chunks} chunks{held}; for {readers})"
        )
        click.echo(click.style(f"              {document.source}", dim=True))
    if not documents:
        click.echo("Nothing is loaded yet: `sluice kb add PATH` loads files and folders.")


def search(query: str, k: int, settings: Settings, *, as_json: bool) -> None:
    """Print the passages that answer a query best, those for everyone only."""
    with open_store(settings) as store:
        passages = search_passages(store, make_embedder(settings), query, k=k)
    if as_json:
        rows = [passage.model_dump(mode="json", include=PASSAGE_FIELDS) for passage in passages]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for passage in passages:
        where = f"{passage.title} · {passage.heading}" if passage.heading else passage.title
        click.echo(f"{click.style(f'{passage.score:.2f}', fg='green')}  {_bold(where)}")
        click.echo(click.style(f"      {passage.source}", dim=True))
        click.echo("      " + " ".join(passage.text.split())[:300])


def remove(document_id: str, settings: Settings, *, as_json: bool) -> None:
    """Forget a document."""
    with open_store(settings) as store:
        removed = store.remove(document_id)
    if as_json:
        click.echo(removed.model_dump_json(indent=2))
    else:
        click.echo(f"- {removed.title} ({removed.source})")


def _report(loading: Iterable[Progress], *, as_json: bool) -> int:
    seen: list[Progress] = []
    for progress in loading:
        seen.append(progress)
        if not as_json:
            _line(progress)
    failed = sum(progress.outcome == "failed" for progress in seen)
    if as_json:
        click.echo(json.dumps([_row(progress) for progress in seen], indent=2))
    else:
        counts = {o: sum(p.outcome == o for p in seen) for o in _MARKS}
        click.echo(", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n) or "nothing")
    return 1 if failed else 0


def _line(progress: Progress) -> None:
    mark, colour = _MARKS[progress.outcome]
    document: Document | None = progress.document
    detail = f" ({document.chunks} chunks)" if document and progress.outcome != "removed" else ""
    if document and document.quarantined and progress.outcome != "removed":
        detail += click.style(f" {document.quarantined} in quarantine", fg="red")
    if progress.problem:
        detail = f": {progress.problem}"
    click.echo(f"{click.style(mark, fg=colour)} {progress.source}{detail}")


def _row(progress: Progress) -> dict[str, object]:
    document = progress.document.model_dump(mode="json") if progress.document else None
    return {
        "source": progress.source,
        "outcome": progress.outcome,
        "problem": progress.problem,
        "document": document,
    }


def _bold(text: str) -> str:
    return click.style(text, bold=True)
