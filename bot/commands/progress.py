"""One line at the foot of the terminal that says how far a long job is."""

import shutil
import sys
import time

import click

from knowledge import Step

EVERY_S = 0.08
"""How often the line is written anew at most: faster, and it flickers."""

BAR = 24
"""Its length in characters."""

_STAGES = {
    "read": "reading",
    "split": "splitting",
    "screened": "screening",
    "embedded": "embedding",
    "searchable": "searchable",
}


class LiveLine:
    """Shows the newest step on stderr, if that is a terminal; else nothing at all.

    Args:
        total: How many documents there are, None if nobody knows.
        quiet: Show nothing in any case.
    """

    def __init__(self, total: int | None = None, *, quiet: bool = False) -> None:
        self._on = sys.stderr.isatty() and not quiet
        self._total, self._number = total, 0
        self._written, self._shown = 0.0, False

    def __enter__(self) -> "LiveLine":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def tell(self, step: Step) -> None:
        """Show how far a document is."""
        share = step.done / step.total if step.total else 0.0
        count = f" {step.done:,}/{step.total:,}" if step.total > 1 else ""
        self.say(f"{_STAGES[step.stage]:<10} {_bar(share)}{count}", step.source, share == 1)

    def say(self, doing: str, source: str, whole: bool = False) -> None:
        """Show what is being done, to what."""
        now = time.monotonic()
        if not self._on or (now - self._written < EVERY_S and not whole):
            return
        self._written, self._shown = now, True
        number = (
            f"{self._number + 1:>{len(str(self._total))}}/{self._total}  " if self._total else ""
        )
        line = f"  {number}{doing}  "
        room = max(0, shutil.get_terminal_size().columns - len(line) - 1)
        name = source if len(source) <= room else f"…{source[len(source) - room + 1 :]}"
        click.echo(f"\r\x1b[2K{line}{click.style(name, dim=True)}", nl=False, err=True)

    def count(self) -> None:
        """Go on to the next document, and leave the line free for what became of this one."""
        self._number += 1
        self.clear()

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r\x1b[2K", nl=False, err=True)
            self._shown = False


def _bar(share: float) -> str:
    halves = round(share * BAR * 2)
    full, half = divmod(halves, 2)
    return ("━" * full + "╸" * half).ljust(BAR, "─")
