"""How the knowledge base reads on a terminal."""

from datetime import UTC, datetime

import click

from bot.wording import counted
from knowledge import Document


def bold(text: str) -> str:
    """Text that the eye goes to first."""
    return click.style(text, bold=True)


def dim(text: str) -> str:
    """Text that is there for who looks for it."""
    return click.style(text, dim=True)


def day(moment: datetime) -> str:
    """A day as it is written in a list."""
    return f"{moment.astimezone(UTC):%Y-%m-%d}"


def moment(at: datetime) -> str:
    """A day and the minute, in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def readers(audience: tuple[str, ...]) -> str:
    """Who may read."""
    return ", ".join(audience) or "everyone"


def badges(document: Document) -> str:
    """What an admin has to look at."""
    held = f"  {document.quarantined} in quarantine" if document.quarantined else ""
    return click.style(held, fg="red") + expiry(document.expires_at)


def expiry(expires_at: datetime | None) -> str:
    """That a document has expired, if it has."""
    if expires_at is None or expires_at > datetime.now(UTC):
        return ""
    return click.style(f"  expired on {day(expires_at)}", fg="yellow")


def facts(document: Document) -> str:
    """What is known of a document, in a line."""
    parts = [counted(document.chunks, "chunk"), f"for {readers(document.audience)}"]
    if document.version > 1:
        parts.append(f"version {document.version}")
    if document.owner:
        parts.append(f"owner {document.owner}")
    if document.expires_at and not document.expired(datetime.now(UTC)):
        parts.append(f"expires {day(document.expires_at)}")
    return " · ".join(parts)


def listed(document: Document) -> str:
    """A document in a list: two lines."""
    first = f"{document.document_id}  {bold(document.title)}{badges(document)}"
    return f"{first}\n{' ' * 14}{dim(f'{document.source} · {facts(document)}')}"
