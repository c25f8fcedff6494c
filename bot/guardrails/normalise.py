"""One text as detectors read it: its canonical form, and whatever is hidden in it.

Everything that a detector should not have to know about writing is undone here, once for all of
them: invisible characters, letters of other scripts, encodings, disguises, hidden markup. Each
layer keeps the way back, so that a finding points at the original text.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from bot.guardrails.layers.characters import canonical, key_of, with_breaks
from bot.guardrails.layers.disguises import backwards, leetspeak, rot13, words_backwards
from bot.guardrails.layers.encodings import decode
from bot.guardrails.layers.markup import unseen, without_tags
from bot.guardrails.layers.smuggled import smuggled
from bot.guardrails.layers.spacing import run_together, separated, spaced_out
from bot.guardrails.layers.traced import Traced

MAX_DEPTH = 3
"""Disguises inside disguises that are undone."""

MAX_LAYERS = 32
"""Layers of one text, over all depths."""

SPARE_CHARACTERS = 40_000
"""Characters that all hidden layers together may have beyond the length of the text itself."""


@dataclass(frozen=True)
class Layer:
    """A text that was found in a text.

    Attributes:
        name: How it was hidden, outermost first; empty for the canonical text.
        traced: The text, with its places in the original.
        unseen: A reader of the original would not see it.
        smuggled: It was carried by characters that show nothing.
    """

    name: str
    traced: Traced
    depth: int = 0
    unseen: bool = False
    smuggled: bool = False

    @property
    def text(self) -> str:
        """The layer's text, in canonical form."""
        return self.traced.text

    @cached_property
    def key(self) -> str:
        """The text for patterns, as long: in small letters, without accents, breaks as breaks."""
        return with_breaks(key_of(self.text))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the original the layer's characters `start:end` come from."""
        return self.traced.span(start, end)


@dataclass(frozen=True)
class Normalised:
    """A text in canonical form with its layers.

    Attributes:
        visible: The canonical text itself.
        layers: What was hidden in it, least nested first.
        complete: False where there was more to undo than the limits allow.
    """

    original: str
    visible: Layer
    layers: tuple[Layer, ...] = ()
    complete: bool = True

    @property
    def text(self) -> str:
        """The canonical text; letters keep their case."""
        return self.visible.text

    @property
    def every(self) -> tuple[Layer, ...]:
        """The canonical text and all that was hidden in it."""
        return (self.visible, *self.layers)


class _Found(NamedTuple):
    """What one step found inside a text, before it is brought into canonical form."""

    name: str
    raw: Traced
    unseen: bool = False
    smuggled: bool = False


_Undo = Callable[[Traced], Traced | None]

_DISGUISES: tuple[tuple[str, _Undo], ...] = (
    ("leetspeak", leetspeak),
    ("spacing", spaced_out),
    ("separators", separated),
    ("run-together words", run_together),
)
"""Undone where they stand, all in one step: the rest of the text stays around them.

They guess: what is certain, encodings and markup, is undone apart from them.
"""

_TURNED: tuple[tuple[str, _Undo], ...] = (
    ("rot13", rot13),
    ("reversal", backwards),
    ("reversed words", words_backwards),
)
"""Undone where they stand, each in a text of its own: two of them read the same letters."""


@lru_cache(maxsize=16)
def normalise(text: str) -> Normalised:
    """Return a text in canonical form, with everything that is hidden in it.

    Linear in the length of the text: layers are limited in depth, number and total size. Kept for
    the last few texts, since every detector asks for the same one.
    """
    return _Unwrapping(text).run()


class _Unwrapping:
    """Works through a text breadth first: what is hidden least deep is found first."""

    def __init__(self, text: str) -> None:
        self.raw = Traced.whole(text)
        self.visible = Layer("", canonical(self.raw))
        self.spare = len(text) + SPARE_CHARACTERS
        self.seen = {"", self.visible.text}
        self.layers: list[Layer] = []
        self.complete = True

    def run(self) -> Normalised:
        todo = deque([self.visible])
        for found in _carried(self.raw):
            todo += self._add(self.visible, found)
        while todo:
            layer = todo.popleft()
            for found in _inside(layer) if layer.depth < MAX_DEPTH else ():
                todo += self._add(layer, found)
        return Normalised(self.raw.text, self.visible, tuple(self.layers), self.complete)

    def _add(self, parent: Layer, found: _Found) -> Iterator[Layer]:
        """Keep what was found, unless it is there already or there is no room for it."""
        if found.raw.text in self.seen:
            return
        if len(self.layers) >= MAX_LAYERS or len(found.raw.text) > self.spare:
            self.complete = False
            return
        child = canonical(found.raw)
        if child.text.strip() in self.seen:
            return
        self.seen.add(child.text.strip())
        self.spare -= len(found.raw.text)
        name = " > ".join(filter(None, (parent.name, found.name)))
        unseen = parent.unseen or found.unseen
        self.layers.append(Layer(name, child, parent.depth + 1, unseen, found.smuggled))
        yield self.layers[-1]


def _inside(layer: Layer) -> Iterator[_Found]:
    """Yield what one step finds in a text; what the last step undid is not undone again."""
    traced, done = layer.traced, layer.name.rpartition(" > ")[2].split("+")
    names: list[str] = []
    if (hidden := unseen(traced)) is not None:
        yield _Found("hidden markup", hidden, unseen=True)
    for name, undo in _TURNED:
        if name not in done and (found := undo(traced)) is not None:
            yield _Found(name, found)
    yield from _plain(traced)
    for name, undo in _DISGUISES:
        if name not in done and (found := undo(traced)) is not None:
            names.append(name)
            traced = found
    if names:
        yield _Found("+".join(names), traced)


def _plain(traced: Traced) -> Iterator[_Found]:
    """Yield the text decoded and without its markup."""
    names: list[str] = []
    if decoded := decode(traced):
        names.append(decoded[0])
        yield from _carried(decoded[1])
        traced = canonical(decoded[1])
    if (shown := without_tags(traced)) is not None:
        names.append("markup")
        traced = shown
    if names:
        yield _Found("+".join(names), traced)


def _carried(raw: Traced) -> Iterator[_Found]:
    for name, found in smuggled(raw):
        yield _Found(name, found, unseen=True, smuggled=True)
