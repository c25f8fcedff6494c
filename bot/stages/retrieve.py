"""Retrieve: find the passages that the reply may rest on."""

import re
from collections.abc import Sequence

from bot.library import Library
from bot.messages.events import Message
from bot.messages.history import Entry, Said
from bot.messages.memory import Condensed, Overheard
from bot.messages.task import Evidence, Readers
from knowledge import EmptyIndex
from knowledge.documents import Passage
from knowledge.search import ANSWERABLE, answerable, search

PASSAGES = 8
"""How many passages a turn works with."""

_MENTIONED = re.compile(r"@[UW][A-Z0-9]{2,}\b")
"""A person, by an id that no document knows."""

HEARD = 300
"""Characters of a post above the question that are searched for together with it."""

_OF_THE_FIRST = re.compile(
    r"\b(my|the|your|our|that|this) (very )?first (question|answer|message|thing|one|point)\b"
    r"|\bat the (very )?(beginning|start|top)\b|\b(asked|said|told|wrote)\b.{0,20}\bfirst\b",
    re.IGNORECASE,
)
_LEANS_ON_THE_LAST = re.compile(
    r"^(and|but|or|so|what about|how about|what if|also|then|same|is that|does that|why)\b"
    r"|\b(it|that|this|they|them|those|these|there|one|ones)\b",
    re.IGNORECASE,
)


def retrieve(
    message: Message, history: Sequence[Entry], readers: Readers, library: Library
) -> Evidence:
    """Find passages for a message in its context, best first.

    Quarantined passages come along, so that the reply can say that there are some; `sift` keeps
    them from the model. Only documents that everyone who can read the reply may read are searched;
    of what the asker alone may read, nothing comes along but whether it would be better.
    """
    query = in_context(message.text, history)
    passages = _search(query, readers.here, library, quarantined=True)
    better = _better_alone(query, passages, readers, library)
    return Evidence(passages=tuple(passages), query=query, better_alone=better)


def _search(
    query: str, readers: Sequence[str], library: Library, *, quarantined: bool
) -> list[Passage]:
    try:
        return search(
            library.store,
            library.embedder,
            query,
            readers=frozenset(readers),
            k=PASSAGES,
            include_quarantined=quarantined,
        )
    except EmptyIndex:
        return []


def _better_alone(
    query: str, passages: Sequence[Passage], readers: Readers, library: Library
) -> bool:
    """Whether the best passage that the asker may read is one that not everyone here may."""
    if set(readers.asker) <= set(readers.here):
        return False
    alone = _search(query, (*readers.here, *readers.asker), library, quarantined=False)
    if not alone or answerable(alone) < ANSWERABLE:
        return False
    return alone[0].chunk_id not in {passage.chunk_id for passage in passages}


def in_context(text: str, history: Sequence[Entry]) -> str:
    """The question as it stands in its thread: a follow-up is read together with the one before.

    "And for contractors?" says nothing by itself; after "How much leave do I get?" it does. One
    that speaks of the first question is read together with that.
    """
    earlier = [question for entry in history for question in _asked(entry) if question != text]
    alone = _MENTIONED.sub("", text).strip() or text
    if earlier and _OF_THE_FIRST.search(alone):
        return f"{earlier[0]} {alone}"
    if earlier and _is_follow_up(alone):
        return f"{earlier[-1]} {alone}"
    return alone


def _asked(entry: Entry) -> list[str]:
    """What people have said in an entry of a thread."""
    match entry:
        case Said(by="person"):
            return [entry.text]
        case Overheard():
            return [post.text[:HEARD] for post in entry.posts if post.author == "person"]
        case Condensed():
            return [turn.asked for turn in entry.turns]
        case _:
            return []


def _is_follow_up(text: str) -> bool:
    words = text.split()
    return len(words) <= 4 or (len(words) <= 12 and bool(_LEANS_ON_THE_LAST.search(text.strip())))
