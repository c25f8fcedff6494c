"""What admins read about the knowledge base."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from bot.messages.acts import Proposal, Source
from bot.office.notices import Button, Notice, Row
from bot.wording import counted, shorten
from knowledge.alike import Alike
from knowledge.change import Change
from knowledge.documents import Document, Held, Passage

PAGE = 8
"""Rows of a list; each may have buttons, and Slack takes 50 blocks a message."""

QUOTE = 280
HELD = 3
T = TypeVar("T")
Names = Mapping[str, str]
"""What people and user groups are called, by their ids."""

HELP = (
    "*What `/kb` can do*\n"
    "`/kb add https://…` loads a web page\n"
    "`/kb list` shows what is loaded; there you can change title, readers, owner and expiry\n"
    "`/kb search words` shows what a question finds\n"
    "`/kb remove ID` removes a document, `/kb undo ID` brings the version before back\n"
    "`/kb sync` reads files and pages again that have changed\n"
    "`/kb quarantine` shows what the guardrails hold back\n"
    "Drop a file in our direct messages to add it, or choose *Save to knowledge base* in the menu "
    "of a message."
)

REFUSED = (
    "Only admins can change or look through my documents. If something is missing or wrong there, "
    "please tell one of them: {admins}."
)


def help_notice(problem: str) -> Notice:
    """How the command is used, after what was wrong with it."""
    return Notice(text=f"{problem}\n{HELP}".strip())


def refused(admins: Sequence[str]) -> Notice:
    """What somebody is told who is no admin."""
    return Notice(text=REFUSED.format(admins=", ".join(admins) or "whoever runs me"))


def readers(document: Document, names: Names) -> str:
    """Who may read a document, in words."""
    if not document.audience:
        return "for everyone"
    return f"for {', '.join(_reader(one, names) for one in document.audience)}"


def _reader(one: str, names: Names) -> str:
    return f"@{names.get(one, one)}" if one.startswith("S") else f"#{one}"


def details(document: Document, names: Names, now: datetime) -> list[str]:
    """What there is to know of a document, a line each."""
    held = f" · :warning: {document.quarantined} held back" if document.quarantined else ""
    lines = [f"{counted(document.chunks, 'passage')}{held} · {readers(document, names)}"]
    owned = f"owned by {names.get(document.owner, document.owner)}" if document.owner else ""
    if document.expires_at:
        word = ":hourglass: expired" if document.expired(now) else "holds until"
        owned = " · ".join(filter(None, [owned, f"{word} {document.expires_at:%d %b %Y}"]))
    return [*lines, *([owned] if owned else [])]


def changing(change: Change | None) -> str:
    """How far a change of the embedding model has come, if one is under way."""
    if change is None:
        return ""
    return (
        f":hourglass_flowing_sand: The embedding model is being changed: {change.done:,} of "
        f"{counted(change.total, 'passage')} done. Until then I search with the one before."
    )


def listing(
    documents: Sequence[Document],
    page: int,
    names: Names,
    now: datetime,
    change: Change | None = None,
) -> Notice:
    """A page of what is loaded."""
    if not documents:
        return Notice(
            text="Nothing is loaded yet. `/kb add https://…` loads a page; or drop a file in our "
            "direct messages."
        )
    shown, pages = _paged(documents, page)
    rows = [
        Row(
            title=document.title,
            lines=(
                *details(document, names, now),
                f"`{document.document_id}` · `{shorten(document.source, 200).replace('`', '')}`",
            ),
            buttons=(edit_button(document), remove_button(document)),
        )
        for document in shown
    ]
    return Notice(
        text=f"*{counted(len(documents), 'document')}*\n{changing(change)}".strip(),
        rows=tuple(rows),
        buttons=_turning("kb_list", page, pages),
        foot=f"Page {min(page, pages)} of {pages}" if pages > 1 else "",
    )


def found(query: str, passages: Sequence[Passage], audiences: Mapping[str, str]) -> Notice:
    """What a search finds, with who may read it."""
    if not passages:
        return Notice(text=f"Nothing is loaded that answers “{query}”.")
    rows = [
        Row(
            title=_path(passage),
            lines=(
                shorten(passage.text, QUOTE),
                f"score {passage.score:.2f} · {audiences.get(passage.document_id, '')} · "
                f"`{passage.document_id}`{' · :warning: held back' if passage.quarantine else ''}",
            ),
        )
        for passage in passages
    ]
    return Notice(text=f"*What a search for “{query}” finds*", rows=tuple(rows))


def quarantine(held: Sequence[Held], page: int) -> Notice:
    """A page of what is held back, with the reason."""
    if not held:
        return Notice(text=":white_check_mark: Nothing is held back.")
    shown, pages = _paged(held, page)
    rows = [
        Row(
            title=f"{one.title} · {one.heading}" if one.heading else one.title,
            lines=(f":warning: {one.reason}", f"“{shorten(one.text, QUOTE)}”"),
            buttons=held_buttons(one),
        )
        for one in shown
    ]
    return Notice(
        text=f"*{counted(len(held), 'passage')} held back.* Nobody gets to read them in an answer, "
        "and the model never sees them.",
        rows=tuple(rows),
        buttons=_turning("kb_quarantine", page, pages),
        foot="Release only what you have read: what is released may reach the model.",
    )


def card(proposal: Proposal, value: str) -> Notice:
    """The question whether a dropped file shall be added."""
    source = proposal.source
    size = f" ({_size(source.size)})" if source.kind == "file" else ""
    return Notice(
        text=f"Shall I add *{source.name}*{size} to the knowledge base? I will ask who may read "
        "it first.",
        buttons=(
            Button(action="kb_add", label="Add to knowledge base…", value=value, style="primary"),
        ),
    )


def added(
    document: Document,
    outcome: str,
    names: Names,
    questions: Sequence[str],
    alike: Sequence[Alike],
    held: Sequence[Held],
    state: str,
) -> Notice:
    """What became of a document that was added, and what it can answer now."""
    word = {"unchanged": "was loaded already, and has not changed"}.get(outcome, "is searchable")
    lines = [f":white_check_mark: *{document.title}* {word}."]
    lines += [f"{counted(document.chunks, 'passage')} · {readers(document, names)}"]
    if questions:
        lines += ["*Ask me, for example:*", *(f"• {question}" for question in questions)]
    if alike:
        lines += [":twisted_rightwards_arrows: *Much of it is loaded already:*"]
        lines += [
            f"• {one.share:.0%} of it stands in {one.document.title} (`{one.document.document_id}`)"
            for one in alike[:3]
        ]
    rows = [
        Row(
            title=f":warning: Held back: {one.heading or one.title}",
            lines=(one.reason, f"“{shorten(one.text, QUOTE)}”"),
            buttons=held_buttons(one),
        )
        for one in held[:HELD]
    ]
    more = len(held) - len(rows)
    undo = (undo_button(document.document_id, state),) if outcome != "unchanged" else ()
    return Notice(
        text="\n".join(lines),
        rows=tuple(rows),
        buttons=undo,
        foot=f"… and {more} more held back: `/kb quarantine` shows them" if more > 0 else "",
    )


def origin(source: Source) -> str:
    """Where a document comes from, in words."""
    return {"page": "the page", "file": "the file", "message": "the message"}[source.kind]


def edit_button(document: Document) -> Button:
    """The button that opens the form with what is known of a document."""
    return Button(action="kb_edit", label="Edit…", value=document.document_id)


def remove_button(document: Document) -> Button:
    """The button that removes a document."""
    return Button(
        action="kb_remove",
        label="Remove",
        value=document.document_id,
        style="danger",
        confirm=f"Remove “{shorten(document.title, 100)}”? Nobody gets answers from it any "
        "more. You can undo this.",
    )


def undo_button(document_id: str, state: str) -> Button:
    """The button that takes the change back that made a state, and no other."""
    return Button(action="kb_undo", label="Undo", value=f"{document_id}/{state}")


def held_buttons(held: Held) -> tuple[Button, ...]:
    """Release or remove, after a second look at this very text."""
    release = Button(
        action="kb_release",
        label="Release",
        value=f"{held.chunk_id}/{held.digest}",
        confirm="Have you read it? Once released, it may be quoted and reaches the model.",
    )
    remove = Button(
        action="kb_remove",
        label="Remove document",
        value=held.document_id,
        style="danger",
        confirm=f"Remove “{shorten(held.title, 100)}”, the whole document? You can undo this.",
    )
    return release, remove


def expired(document: Document) -> Notice:
    """What the owner of a document is told, once, when its time is up."""
    until = f"{document.expires_at:%d %b %Y}" if document.expires_at else "now"
    return Notice(
        text=f":hourglass: *{document.title}* was to hold until {until}, and you own it. Is it "
        "still right? I go on answering from it until somebody renews or removes it.",
        buttons=(
            Button(
                action="kb_renew",
                label="Still right: 6 more months",
                value=document.document_id,
                style="primary",
            ),
            remove_button(document),
        ),
        foot="These buttons are for admins; if you are none, please pass this on to one.",
    )


def _turning(action: str, page: int, pages: int) -> tuple[Button, ...]:
    back = Button(action=f"{action}-back", label="Previous page", value=str(page - 1))
    on = Button(action=action, label="Next page", value=str(page + 1))
    return (*((back,) if page > 1 else ()), *((on,) if page < pages else ()))


def _paged(items: Sequence[T], page: int) -> tuple[Sequence[T], int]:
    pages = -(-len(items) // PAGE)
    at = (min(page, pages) - 1) * PAGE
    return items[at : at + PAGE], pages


def _path(passage: Passage) -> str:
    path = passage.heading.removeprefix(passage.title).removeprefix(" > ")
    return f"{passage.title} · {path}" if path else passage.title


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 100_000 else f"{max(1, round(size / 1000))} kB"
