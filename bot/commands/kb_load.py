"""sluice kb add and sync: loading, with what became of each document."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from bot.commands.kb import alike_line
from bot.commands.kb_words import badges, bold, dim
from bot.commands.progress import LiveLine
from bot.counted import counted
from bot.parts import follow, make_fetcher, make_policy, open_store
from bot.settings import Settings
from bot.stages.screen import chunk_screen
from knowledge import (
    Details,
    Document,
    Embedder,
    Progress,
    Store,
    near_duplicates,
    sample_questions,
)
from knowledge import add as add_documents
from knowledge import sync as sync_documents
from knowledge.find import find

QUESTIONS = 3
ALIKE_SHOWN = 10
COMPARED = 100
"""How many new documents are compared with the others: 0.1 s each where there are many."""

_MARKS = {
    "added": ("+", "green"),
    "replaced": ("~", "green"),
    "unchanged": ("=", None),
    "removed": ("-", "yellow"),
    "skipped": (".", None),
    "failed": ("!", "red"),
}


def add(sources: Sequence[str], details: Details, settings: Settings, *, as_json: bool) -> int:
    """Load files, folders and pages; 1 if one of them failed."""
    given = [source if _is_url(source) else Path(source) for source in sources]
    with open_store(settings) as store, LiveLine(_total(given), quiet=as_json) as live:
        embedder = follow(settings, store)
        loading = add_documents(
            store,
            given,
            embedder,
            details,
            screen=chunk_screen(make_policy(settings)),
            fetch=make_fetcher(settings).fetch,
            on_step=live.tell,
        )
        return _report(loading, store, embedder, live, as_json=as_json)


def sync(settings: Settings, *, by: str, as_json: bool) -> int:
    """Read again everything that was added; 1 if something failed."""
    with open_store(settings) as store, LiveLine(len(store.files()), quiet=as_json) as live:
        embedder = follow(settings, store)
        loading = sync_documents(
            store,
            embedder,
            by=by,
            screen=chunk_screen(make_policy(settings)),
            fetch=make_fetcher(settings).fetch,
            on_step=live.tell,
        )
        return _report(loading, store, embedder, live, as_json=as_json)


def _report(
    loading: Iterable[Progress], store: Store, embedder: Embedder, live: LiveLine, *, as_json: bool
) -> int:
    seen: list[Progress] = []
    for progress in loading:
        seen.append(progress)
        live.count()
        if not as_json and progress.outcome != "unchanged":
            _line(progress)
    if as_json:
        click.echo(json.dumps([_row(progress) for progress in seen], indent=2))
    else:
        counts = {o: sum(p.outcome == o for p in seen) for o in _MARKS}
        click.echo(", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n) or "nothing")
        new = [p.document for p in seen if p.document and p.outcome in ("added", "replaced")]
        _after(new, store, embedder, live)
    return 1 if any(progress.outcome == "failed" for progress in seen) else 0


def _after(documents: Sequence[Document], store: Store, embedder: Embedder, live: LiveLine) -> None:
    """Say what an admin may want to do next with what has just been loaded."""
    if held := sum(document.quarantined for document in documents):
        shown = "`sluice kb quarantine list` shows what they say"
        click.echo(f"\n{bold('Held back')}: {counted(held, 'passage')}; {shown}.")
    if alike := _alike(documents, store, live):
        click.echo(f"\n{bold('Perhaps loaded twice')}")
        for line in alike[:ALIKE_SHOWN]:
            click.echo(f"  {line}")
        if len(alike) > ALIKE_SHOWN:
            click.echo(f"  … and {counted(len(alike) - ALIKE_SHOWN, 'other')}")
        if len(documents) > COMPARED:
            click.echo(dim(f"  {COMPARED} were compared; `sluice kb show ID` compares one more"))
    if questions := _questions(documents, store, embedder, live):
        click.echo(f"\n{bold('Now you can ask')}")
        for question in questions:
            click.echo(f"  {question}")


def _alike(documents: Sequence[Document], store: Store, live: LiveLine) -> list[str]:
    """A line for each pair of documents that say the same, once."""
    lines: dict[frozenset[str], str] = {}
    for document in documents[:COMPARED]:
        live.say("comparing", document.source)
        for one in near_duplicates(store, document.document_id):
            pair = frozenset({document.document_id, one.document.document_id})
            lines.setdefault(pair, f"{document.source}: {alike_line(one)}")
    live.clear()
    return list(lines.values())


def _questions(
    documents: Sequence[Document], store: Store, embedder: Embedder, live: LiveLine
) -> list[str]:
    """Three questions: of one document, or of three from all over what was loaded."""
    found: list[str] = []
    each = QUESTIONS if len(documents) == 1 else 1
    for document in documents[:: max(1, len(documents) // (2 * QUESTIONS))]:
        live.say("looking for questions", document.source)
        found += sample_questions(store, embedder, document.document_id, each)
        if len(found) >= QUESTIONS:
            break
    live.clear()
    return found


def _line(progress: Progress) -> None:
    mark, colour = _MARKS[progress.outcome]
    document = progress.document if progress.outcome != "removed" else None
    detail = dim(f"  {counted(document.chunks, 'chunk')}") + badges(document) if document else ""
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


def _total(given: Sequence[str | Path]) -> int:
    return sum(1 if isinstance(one, str) else sum(1 for _ in find(one)) for one in given)


def _is_url(source: str) -> bool:
    return source.lower().startswith(("http://", "https://"))
