"""sluice kb quarantine: the second look at what the guardrails hold back."""

import textwrap

import click

from bot.commands.kb import print_json
from bot.commands.kb_words import bold, dim
from bot.counted import counted
from bot.parts import open_store
from bot.settings import Settings
from knowledge import Held

EXCERPT_CHARS = 600


def list_held(settings: Settings, *, as_json: bool) -> None:
    """Print what is held back, with the reason and what it says."""
    with open_store(settings) as store:
        held = store.quarantined()
    if as_json:
        print_json(held)
        return
    for one in held:
        _print(one, EXCERPT_CHARS)
    if held:
        click.echo("`sluice kb quarantine release ID` lets one go, or all of a document's.")
    else:
        click.echo("Nothing is held back.")


def release(name: str, settings: Settings, *, by: str, sure: bool, as_json: bool) -> int:
    """Show what is held back, ask, and let it go; 1 if there is nothing, or the answer is no."""
    with open_store(settings) as store:
        held = store.quarantined(name)
        if not held:
            store.document(name.split("-")[0])  # says if it is unknown
            click.echo(f"sluice: nothing of {name} is held back", err=True)
            return 1
        if not sure:
            for one in held:
                _print(one, None)
            if not click.confirm(f"Let {counted(len(held), 'passage')} be used for answers?"):
                return 1
        # Only what was shown: a sync may have changed the text since.
        digests = [one.digest for one in held]
        released = store.release(name, by=by, digests=digests)
    if as_json:
        print_json(released)
    else:
        click.echo(f"{counted(len(released), 'passage')} released.")
    return 0


def _print(held: Held, most: int | None) -> None:
    """Print a passage; what could move the cursor or colour the terminal is shown as it is."""
    where = f"{held.title} · {held.heading}" if held.heading else held.title
    click.echo(f"{held.chunk_id}  {bold(_plain(where))}")
    click.echo(f"  {click.style(_plain(held.reason), fg='red')}")
    click.echo(dim(f"  {held.source}"))
    text = _plain(held.text)
    if most is not None and len(text) > most:
        text = f"{text[:most]} …"
    click.echo(textwrap.indent(text, "  | ", lambda _line: True))
    click.echo()


def _plain(text: str) -> str:
    """Text whose invisible characters can be seen: that is where the orders are hidden."""
    return "".join(
        char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode()
        for char in text
    )
