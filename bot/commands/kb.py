"""sluice kb: what is loaded, what is found in it, and what becomes of it."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click
from pydantic import BaseModel

from bot.commands.kb_words import (
    badges,
    bold,
    day,
    dim,
    expiry,
    facts,
    listed,
    moment,
    readers,
)
from bot.counted import counted
from bot.parts import follow, open_store
from bot.settings import Settings
from knowledge import Alike, Details, Document, Released, Store, Version, near_duplicates
from knowledge.change import Change
from knowledge.reembed import undo as undo_change
from knowledge.search import search as search_passages

PASSAGE_FIELDS = {"chunk_id", "document_id", "title", "source", "heading", "text", "score"}
"""What a passage is in JSON, for others to rely on."""


def list_documents(settings: Settings, *, as_json: bool, expired: bool = False) -> None:
    """Print what is loaded, or what of it has expired."""
    with open_store(settings) as store:
        found = store.expired(datetime.now(UTC)) if expired else store.documents()
        change = store.change()
    if as_json:
        print_json(found)
        return
    for document in found:
        click.echo(listed(document))
    if found:
        click.echo(dim(_summary(found)))
        if change:
            click.echo(dim(change_line(change)))
    elif expired:
        click.echo("Nothing has expired.")
    else:
        click.echo("Nothing is loaded yet: `sluice kb add PATH` loads files and folders.")


def show(document_id: str, settings: Settings, *, as_json: bool) -> None:
    """Print what is known of a document."""
    with open_store(settings) as store:
        document = store.document(document_id)
        versions, alike = store.versions(document_id), near_duplicates(store, document_id)
        released, headings = store.released(document_id), _outline(store, document_id)
    if as_json:
        known = document.model_dump(mode="json") | {
            "near_duplicates": [alike_row(one) for one in alike],
            "versions": [version.model_dump(mode="json") for version in versions],
            "released": [one.model_dump(mode="json") for one in released],
            "headings": headings,
        }
        click.echo(json.dumps(known, indent=2))
        return
    click.echo(f"{bold(document.title)}{badges(document)}")
    for line in _known(document):
        click.echo(f"  {line}")
    _print_more(headings, alike, released, versions)


def search(query: str, k: int, settings: Settings, *, as_json: bool) -> None:
    """Print the passages that answer a query best, those for everyone only."""
    with open_store(settings) as store:
        passages = search_passages(store, follow(settings, store), query, k=k)
    if as_json:
        rows = [passage.model_dump(mode="json", include=PASSAGE_FIELDS) for passage in passages]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    for passage in passages:
        where = f"{passage.title} · {passage.heading}" if passage.heading else passage.title
        mark = expiry(passage.expires_at)
        click.echo(f"{click.style(f'{passage.score:.2f}', fg='green')}  {bold(where)}{mark}")
        click.echo(dim(f"      {passage.source}"))
        click.echo("      " + " ".join(passage.text.split())[:300])


def edit(
    document_id: str, details: Details, settings: Settings, *, never_expires: bool, as_json: bool
) -> None:
    """Change what is known of a document beside its text."""
    with open_store(settings) as store:
        document = store.describe(
            document_id,
            title=details.title,
            audience=details.audience,
            owner=details.owner,
            expires_at=None if never_expires else details.expires_at or ...,
        )
    _print_one("~", document, as_json=as_json)


def remove(document_id: str, settings: Settings, *, by: str, forever: bool, as_json: bool) -> None:
    """Take a document out."""
    with open_store(settings) as store:
        past = store.versions(document_id)
        loaded = any(version.current for version in past)
        removed = store.document(document_id) if loaded or not forever else past[0]
        if forever:
            store.forget(document_id, by)
        else:
            store.remove(document_id, by)
    if as_json:
        click.echo(removed.model_dump_json(indent=2))
        return
    back = "" if forever else dim(f"  `sluice kb undo {document_id}` brings it back")
    click.echo(f"{click.style('-', fg='yellow')} {bold(removed.title)}{back}")


def undo(
    document_id: str,
    to: int | None,
    audience: Sequence[str] | None,
    settings: Settings,
    *,
    by: str,
    as_json: bool,
) -> None:
    """Bring a version back."""
    with open_store(settings) as store:
        embedder = follow(settings, store)
        document = undo_change(store, embedder, document_id, by, to=to, audience=audience)
    _print_one("<", document, as_json=as_json)


def versions(document_id: str, settings: Settings, *, as_json: bool) -> None:
    """Print the versions of a document, newest first."""
    with open_store(settings) as store:
        found = store.versions(document_id)
    if as_json:
        print_json(found)
        return
    for version in found:
        click.echo(_version(version))


def print_json(models: Iterable[BaseModel]) -> None:
    """Print a list as JSON."""
    click.echo(json.dumps([model.model_dump(mode="json") for model in models], indent=2))


def alike_row(alike: Alike) -> dict[str, object]:
    """A near-duplicate in JSON."""
    other = alike.document
    return {
        "document_id": other.document_id,
        "title": other.title,
        "source": other.source,
        "share": round(alike.share, 2),
    }


def _print_one(mark: str, document: Document, *, as_json: bool) -> None:
    if as_json:
        click.echo(document.model_dump_json(indent=2))
    else:
        line = f"{bold(document.title)}{badges(document)}  {dim(facts(document))}"
        click.echo(f"{click.style(mark, fg='green')} {line}")


def change_line(change: Change) -> str:
    """How far a change of model has come, in words."""
    return (
        f"The embedding model is being changed to {change.model}: {change.done:,} of"
        f" {counted(change.total, 'chunk')} done; until then the one before answers"
    )


def _summary(documents: Sequence[Document]) -> str:
    chunks = sum(document.chunks for document in documents)
    held = sum(document.quarantined for document in documents)
    parts = [counted(len(documents), "document"), counted(chunks, "chunk")]
    if held:
        parts.append(f"{held} in quarantine: `sluice kb quarantine list`")
    return ", ".join(parts)


def _known(document: Document) -> list[str]:
    by = f" by {document.added_by}" if document.added_by else ""
    expires = day(document.expires_at) if document.expires_at else "never"
    rows = {
        "id": document.document_id,
        "source": document.source,
        "for": readers(document.audience),
        "owner": document.owner or "nobody",
        "expires": expires,
        "version": f"{document.version}, added {moment(document.added_at)}{by}",
        "chunks": f"{document.chunks:,}",
    }
    return [f"{dim(f'{name:<8}')} {value}" for name, value in rows.items()]


def _print_more(
    headings: Sequence[str],
    alike: Sequence[Alike],
    released: Sequence[Released],
    versions: Sequence[Version],
) -> None:
    blocks = {
        "What is in it": headings,
        "Documents that say the same": [alike_line(one) for one in alike],
        "Released after a second look": [
            f"{moment(one.released_at)} by {one.released_by}: {one.heading} ({one.reason})"
            for one in released
        ],
        "Versions": [_version(one) for one in versions] if len(versions) > 1 else [],
    }
    for title, lines in blocks.items():
        if lines:
            click.echo(f"\n  {bold(title)}")
        for line in lines:
            click.echo(f"    {line}")


def alike_line(alike: Alike) -> str:
    """A near-duplicate in words."""
    other = alike.document
    return (
        f"{alike.share:.0%} of it is in {bold(other.title)} ({other.source}, {other.document_id})"
    )


def _outline(store: Store, document_id: str) -> list[str]:
    headings = (chunk.heading for chunk in store.chunks_of(document_id))
    return [heading for heading in dict.fromkeys(headings) if heading]


def _version(version: Version) -> str:
    by = f" by {version.added_by}" if version.added_by else ""
    line = f"{version.version:>3}  {moment(version.added_at)}{by}  {bold(version.title)}"
    facts = f"{counted(version.chunks, 'chunk')}, for {readers(version.audience)}"
    if version.ended_at is None:
        return f"{line}  {dim(facts)}  {click.style('searched now', fg='green')}"
    who = f" by {version.ended_by}" if version.ended_by else ""
    return f"{line}  {dim(f'{facts}; {version.ended} {moment(version.ended_at)}{who}')}"
