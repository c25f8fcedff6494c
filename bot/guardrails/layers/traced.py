"""A text that knows where each of its characters came from."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Piece = tuple[int, int, str]
"""Replace the characters `start:end` with this text."""


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """A text made from another, with the place in the original for every character.

    Attributes:
        starts: For each character, where in the original its source begins.
        ends: For each character, where in the original its source ends, exclusive.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def whole(cls, text: str) -> "Traced":
        """Return the original itself, each character standing for itself."""
        return cls(text, array("I", range(len(text))), array("I", range(1, len(text) + 1)))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the original the characters `start:end` came from."""
        if start >= end:
            return (0, 0)
        return self.starts[start], self.ends[end - 1]

    def rewrite(self, pieces: Iterable[Piece]) -> "Traced":
        """Return the text with pieces replaced, in rising order and apart from one another.

        A replacement of equal length maps character by character; any other maps to the whole of
        what it replaces.
        """
        parts: list[str] = []
        starts, ends = array("I"), array("I")
        done = 0
        for start, end, new in pieces:
            self._keep(done, start, parts, starts, ends)
            parts.append(new)
            if len(new) == end - start:
                starts.extend(self.starts[start:end])
                ends.extend(self.ends[start:end])
            else:
                first, last = self.span(start, end)
                starts.extend([first] * len(new))
                ends.extend([last] * len(new))
            done = end
        if not done:
            return self
        self._keep(done, len(self.text), parts, starts, ends)
        return Traced("".join(parts), starts, ends)

    def pick(self, places: Sequence[int], text: str) -> "Traced":
        """Return a new text whose characters stand for the characters at these places."""
        return Traced(
            text,
            array("I", [self.starts[at] for at in places]),
            array("I", [self.ends[at] for at in places]),
        )

    def region(self, start: int, end: int, text: str) -> "Traced":
        """Return a new text that stands, as a whole, for the characters `start:end`."""
        first, last = self.span(start, end)
        return Traced(text, array("I", [first] * len(text)), array("I", [last] * len(text)))

    def _keep(
        self, start: int, end: int, parts: list[str], starts: "array[int]", ends: "array[int]"
    ) -> None:
        parts.append(self.text[start:end])
        starts.extend(self.starts[start:end])
        ends.extend(self.ends[start:end])


def joined(texts: Iterable[Traced]) -> Traced:
    """Return several texts as one, each on a line of its own."""
    parts: list[str] = []
    starts, ends = array("I"), array("I")
    for text in texts:
        if parts:
            parts.append("\n")
            starts.append(ends[-1])
            ends.append(ends[-1])
        parts.append(text.text)
        starts.extend(text.starts)
        ends.extend(text.ends)
    return Traced("".join(parts), starts, ends)
