"""Retrieve: find the passages that the reply may rest on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.messages import Entry, Evidence, Message, Place, Said
from knowledge import Embedder, EmptyIndex, Store
from knowledge.search import search

PASSAGES = 8
"""How many passages a turn works with."""

_MENTIONED = re.compile(r"@[UW][A-Z0-9]{2,}\b")
"""A person, by an id that no document knows."""

_LEANS_ON_THE_LAST = re.compile(
    r"^(and|but|or|so|what about|how about|what if|also|then|same|is that|does that|why)\b"
    r"|\b(it|that|this|they|them|those|these|there|one|ones)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Library:
    """The knowledge base and the model that reads it."""

    store: Store
    embedder: Embedder


def retrieve(message: Message, history: Sequence[Entry], library: Library) -> Evidence:
    """Find passages for a message in its context, best first.

    Quarantined passages come along, so that the reply can say that there are some; `sift` keeps
    them from the model. Only documents that everyone who can read the reply may read are searched.
    """
    query = in_context(message.text, history)
    try:
        passages = search(
            library.store,
            library.embedder,
            query,
            readers=readers_of(message.place),
            k=PASSAGES,
            include_quarantined=True,
        )
    except EmptyIndex:
        passages = []
    return Evidence(passages=tuple(passages), query=query)


def in_context(text: str, history: Sequence[Entry]) -> str:
    """The question as it stands in its thread: a follow-up is read together with the one before.

    "And for contractors?" says nothing by itself; after "How much leave do I get?" it does.
    """
    asked = [entry.text for entry in history if isinstance(entry, Said) and entry.by == "person"]
    earlier = [question for question in asked if question != text]
    alone = _MENTIONED.sub("", text).strip() or text
    if earlier and _is_follow_up(alone):
        return f"{earlier[-1]} {alone}"
    return alone


def readers_of(place: Place) -> frozenset[str]:
    """The audiences that everyone who can read a reply belongs to.

    In a channel that is the channel. In a direct message nobody has looked up the groups of the
    person, and unknown membership is no membership.
    """
    return frozenset({place.channel}) if place.kind in ("channel", "group") else frozenset()


def _is_follow_up(text: str) -> bool:
    words = text.split()
    return len(words) <= 4 or (len(words) <= 12 and bool(_LEANS_ON_THE_LAST.search(text.strip())))
