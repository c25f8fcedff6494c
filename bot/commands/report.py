"""sluice report: what people asked, what they got, and what they said of it."""

import sqlite3
from pathlib import Path

import click

from bot.counted import counted
from bot.errors import StateError
from bot.parts import STATE, make_embedder
from bot.reports.figures import Figures, read
from bot.reports.report import Report, report
from bot.settings import Settings


def print_report(settings: Settings, days: int, *, as_json: bool) -> None:
    """Print a table, or JSON."""
    path = settings.sluice_home / STATE
    if not path.is_file():
        raise StateError(f"there is nothing to report yet: {path} does not exist")
    found = report(_figures(path, days), make_embedder(settings))
    click.echo(found.model_dump_json(indent=2) if as_json else table(found))


def _figures(path: Path, days: int) -> Figures:
    try:
        db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        try:
            return read(db, days)
        finally:
            db.close()
    except sqlite3.Error as error:
        raise StateError(f"{path} cannot be read: {error}") from error


def table(found: Report) -> str:
    """The report for people."""
    lines = [
        f"The last {found.days} days: {counted(found.messages, 'message')} of "
        f"{counted(found.people, 'person', 'people')}",
        f"{found.answered} answered, {found.unanswered} without a good answer, "
        f"{found.failed} failed; {found.good} thumbs up, {found.bad} down",
    ]
    if found.groups:
        lines += ["", "Questions without a good answer"]
        lines += [f"  {group.asked:3} x  {group.question}" for group in found.groups]
    if found.pages:
        lines += ["", "Documents behind replies that people found wrong"]
        lines += [f"  {page.bad:3} of {page.cited}  {page.title}" for page in found.pages]
    if found.remarks:
        lines += ["", "What people wrote"]
        lines += [f"  {remark.question}: {remark.reason}" for remark in found.remarks]
    return "\n".join(lines)
