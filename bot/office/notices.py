"""What the bot tells an admin: words, rows and buttons, on whatever surface."""

from typing import Literal

from bot.egress.gate import Gate
from bot.messages.frozen import Frozen


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


class Point(Frozen):
    """A thing that was said, with the message that says it; `link` is an address of ours."""

    bold: str = ""
    text: str
    aside: str = ""
    label: str
    link: str


class Sheet(Frozen):
    """A page of findings for one person; the words are not ours, as in a `Notice`.

    Attributes:
        label: How the text was made, where that is not by the model.
        sources: Messages that are not in it, and why.
    """

    title: str = ""
    lead: str = ""
    label: str = ""
    text: str = ""
    lists: tuple[tuple[str, tuple[Point, ...]], ...] = ()
    notes: tuple[str, ...] = ()
    sources: tuple[Point, ...] = ()

    def passed(self, gate: Gate) -> "Sheet":
        """The sheet as it may leave."""
        lists = tuple((head, tuple(_let(p, gate) for p in points)) for head, points in self.lists)
        return self.model_copy(
            update={
                "title": gate.passed(self.title),
                "text": gate.passed(self.text),
                "lists": lists,
                "sources": tuple(_let(point, gate) for point in self.sources),
            }
        )


def _let(point: Point, gate: Gate) -> Point:
    said = {name: gate.passed(getattr(point, name)) for name in ("bold", "text", "label")}
    return point.model_copy(update=said)


class Done(Frozen):
    """How an act came out, in a word for the audit and in words for the admin.

    Attributes:
        outcome: `done`, `refused`, `failed`, or what became of a document.
    """

    outcome: str
    document_id: str = ""
    notice: Notice
