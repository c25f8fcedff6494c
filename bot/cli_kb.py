"""`sluice kb`: the knowledge base from the terminal. What it does is in `bot/commands`."""

from collections.abc import Sequence
from datetime import datetime

import click

from bot.cli_options import AS_JSON, Audience, Expiry, Owner, Sections, load_settings, terminal_user

ID = click.argument("document_id", metavar="ID")
AUDIENCE = click.option(
    "--audience",
    type=Audience(),
    metavar="IDS",
    help="Who may read it: everyone, or channel and group ids: C0..,S0..",
)
TITLE = click.option("--title", help="A title to stand in the place of the document's own.")
OWNER = click.option(
    "--owner", type=Owner(), metavar="USER", help="Who is told when it expires: U0.., or nobody."
)


@click.group(cls=Sections)
def kb() -> None:
    """The knowledge base: what goes in, what is found, what is kept."""


@kb.command("add")
@click.argument("sources", metavar="PATH|URL...", nargs=-1, required=True)
@TITLE
@OWNER
@click.option(
    "--expires",
    type=Expiry(never=False),
    metavar="DAY",
    help="When replies begin to say that it has expired: 2027-03-31, or 90d from now.",
)
@AUDIENCE
@AS_JSON
def kb_add(
    sources: Sequence[str],
    title: str | None,
    owner: str | None,
    expires: datetime | None,
    audience: Sequence[str] | None,
    as_json: bool,
) -> int:
    """Load files, folders, zip exports and pages; what has not changed costs nothing."""
    from bot.commands.kb_load import add
    from knowledge import Details

    if title is not None and len(sources) > 1:
        raise click.UsageError("--title is for one document: add them one by one.")
    details = Details(title or None, audience, owner, expires, by=terminal_user())
    return add(sources, details, load_settings(), as_json=as_json)


@kb.command("list")
@AS_JSON
def kb_list(as_json: bool) -> None:
    """List what is loaded, with owner, expiry, version and quarantine."""
    from bot.commands.kb import list_documents

    list_documents(load_settings(), as_json=as_json)


@kb.command("show")
@ID
@AS_JSON
def kb_show(document_id: str, as_json: bool) -> None:
    """Show what is known of a document, and which others say the same."""
    from bot.commands.kb import show

    show(document_id, load_settings(), as_json=as_json)


@kb.command("search")
@click.argument("query")
@click.option("-k", default=6, show_default=True, type=click.IntRange(1, 100))
@AS_JSON
def kb_search(query: str, k: int, as_json: bool) -> None:
    """Find passages, best first."""
    from bot.commands.kb import search

    search(query, k, load_settings(), as_json=as_json)


@kb.command("edit")
@ID
@TITLE
@OWNER
@click.option(
    "--expires",
    type=Expiry(never=True),
    metavar="DAY",
    help="2027-03-31, 90d from now, or never.",
)
@AUDIENCE
@AS_JSON
def kb_edit(
    document_id: str,
    title: str | None,
    owner: str | None,
    expires: datetime | str | None,
    audience: Sequence[str] | None,
    as_json: bool,
) -> None:
    """Change title, owner, expiry or audience without loading it again."""
    from bot.commands.kb import edit
    from knowledge import Details

    if title is owner is expires is audience is None:
        raise click.UsageError("Say what to change: --title, --owner, --expires or --audience.")
    never = isinstance(expires, str)
    details = Details(title, audience, owner, None if isinstance(expires, str) else expires)
    edit(document_id, details, load_settings(), never_expires=never, as_json=as_json)


@kb.command("remove")
@ID
@click.option("--forever", is_flag=True, help="Keep no version: it cannot be undone.")
@AS_JSON
def kb_remove(document_id: str, forever: bool, as_json: bool) -> None:
    """Take a document out; it can be brought back for a month."""
    from bot.commands.kb import remove

    remove(document_id, load_settings(), by=terminal_user(), forever=forever, as_json=as_json)


@kb.command("undo")
@ID
@click.option("--to", type=click.IntRange(1), metavar="VERSION", help="Instead of the one before.")
@AUDIENCE
@AS_JSON
def kb_undo(
    document_id: str, to: int | None, audience: Sequence[str] | None, as_json: bool
) -> None:
    """Bring back the version before, or a removed document."""
    from bot.commands.kb import undo

    undo(document_id, to, audience, load_settings(), by=terminal_user(), as_json=as_json)


@kb.command("versions")
@ID
@AS_JSON
def kb_versions(document_id: str, as_json: bool) -> None:
    """List the versions of a document: when, by whom, for whom."""
    from bot.commands.kb import versions

    versions(document_id, load_settings(), as_json=as_json)


@kb.command("expired")
@AS_JSON
def kb_expired(as_json: bool) -> None:
    """List the documents whose time is up, and who owns them."""
    from bot.commands.kb import list_documents

    list_documents(load_settings(), expired=True, as_json=as_json)


@kb.command("sync")
@AS_JSON
def kb_sync(as_json: bool) -> int:
    """Read again what was added: changed is replaced, new is added, gone is removed."""
    from bot.commands.kb_load import sync

    return sync(load_settings(), by=terminal_user(), as_json=as_json)


@kb.group("quarantine")
def kb_quarantine() -> None:
    """What the guardrails hold back, for a second look."""


@kb_quarantine.command("list")
@AS_JSON
def quarantine_list(as_json: bool) -> None:
    """List what is held back, why, and what it says."""
    from bot.commands.kb_quarantine import list_held

    list_held(load_settings(), as_json=as_json)


@kb_quarantine.command("release")
@click.argument("held_id", metavar="ID")
@click.option("--yes", is_flag=True, help="Do not show it and ask: it has been looked at.")
@AS_JSON
def quarantine_release(held_id: str, yes: bool, as_json: bool) -> int:
    """Let go of a document's held passages, or of one passage, after a second look."""
    from bot.commands.kb_quarantine import release

    if as_json and not yes:
        raise click.UsageError("Look at it by `sluice kb quarantine list`, then add --yes.")
    return release(held_id, load_settings(), by=terminal_user(), sure=yes, as_json=as_json)
