"""Several texts seen as one, for an attack may be split over them."""

from collections.abc import Sequence
from dataclasses import dataclass

BETWEEN = "\n"


@dataclass(frozen=True)
class Together:
    """Texts one after the other, and where each stands."""

    text: str
    spans: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, parts: Sequence[str]) -> "Together":
        """Put texts together in their order."""
        spans: list[tuple[int, int]] = []
        at = 0
        for part in parts:
            spans.append((at, at + len(part)))
            at += len(part) + len(BETWEEN)
        return cls(BETWEEN.join(parts), tuple(spans))

    def touched(self, start: int, end: int) -> tuple[int, ...]:
        """Which of the texts a stretch stands in, by their places."""
        return tuple(n for n, (a, b) in enumerate(self.spans) if max(a, start) < min(b, end))
