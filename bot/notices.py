"""What the bot tells an admin: words, rows and buttons, on whatever surface."""

from typing import Literal

from bot.egress import Gate
from bot.messages import Frozen


class Button(Frozen):
    """Something to press. `value` comes back as client data; `confirm` is asked before."""

    action: str
    label: str
    value: str
    style: Literal["primary", "danger"] | None = None
    confirm: str | None = None


class Row(Frozen):
    """One of several things: what it is called, what there is to know of it, what can be done."""

    title: str
    lines: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()


class Notice(Frozen):
    """Something to tell.

    Words that are not ours stand in it as they are: the gate and the surface make them harmless.
    """

    text: str
    rows: tuple[Row, ...] = ()
    buttons: tuple[Button, ...] = ()
    foot: str = ""

    def passed(self, gate: Gate) -> "Notice":
        """The notice as it may leave."""
        rows = tuple(
            row.model_copy(
                update={
                    "title": gate.passed(row.title),
                    "lines": tuple(map(gate.passed, row.lines)),
                }
            )
            for row in self.rows
        )
        words = {"text": gate.passed(self.text), "foot": gate.passed(self.foot)}
        return self.model_copy(update=words | {"rows": rows})


class Done(Frozen):
    """How an act came out, in a word for the audit and in words for the admin.

    Attributes:
        outcome: `done`, `refused`, `failed`, or what became of a document.
    """

    outcome: str
    document_id: str = ""
    notice: Notice
