"""A picture of how far scores can be believed."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

Judged = tuple[npt.NDArray[np.float64], Sequence[bool]]

SIZE, MARGIN, BINS = 420, 56, 10
COLOURS = {"requester": "#1264a3", "document": "#2bac76"}
NAMES = {"requester": "what people write", "document": "documents and results"}
INK, LINE = "#1d1c1d", "#c8c8c8"


def draw(path: Path, judged: Mapping[str, Judged]) -> None:
    """Draw, for each tenth of the scale, which share of the texts scored there are attacks.

    Attacks and harmless texts weigh alike, as if there were one of the other.
    """
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIZE + 2 * MARGIN, SIZE + 2 * MARGIN), "white")
    pen = ImageDraw.Draw(image)
    _axes(pen)
    for line, (origin, (scores, attacks)) in enumerate(judged.items()):
        points = [_place(x, y) for x, y in reliability(scores, np.array(attacks, dtype=bool))]
        colour = COLOURS.get(origin, INK)
        if len(points) > 1:
            pen.line(points, fill=colour, width=3)
        for x, y in points:
            pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=colour)
        pen.text((MARGIN + 14, MARGIN + 10 + 18 * line), NAMES.get(origin, origin), fill=colour)
    image.save(path, "PNG", optimize=True)


def reliability(
    scores: npt.NDArray[np.float64], attacks: npt.NDArray[np.bool_]
) -> list[tuple[float, float]]:
    """Mean score, and share of attacks, for each bin that holds texts of at least some number."""
    if not attacks.any() or attacks.all():
        return []
    weights = np.where(attacks, 0.5 / attacks.sum(), 0.5 / (~attacks).sum())
    bins = np.minimum((scores * BINS).astype(int), BINS - 1)
    points: list[tuple[float, float]] = []
    for number in range(BINS):
        some = bins == number
        if some.any():
            share = float(weights[some & attacks].sum() / weights[some].sum())
            points.append((float(np.average(scores[some], weights=weights[some])), share))
    return points


def _axes(pen: "ImageDraw") -> None:
    for step in range(0, 11, 2):
        part = step / 10
        pen.line([_place(part, 0), _place(part, 1)], fill=LINE)
        pen.line([_place(0, part), _place(1, part)], fill=LINE)
        x, y = _place(part, 0)
        pen.text((x - 8, y + 8), f"{part:.1f}", fill=INK)
        x, y = _place(0, part)
        pen.text((x - 28, y - 6), f"{part:.1f}", fill=INK)
    pen.line([_place(0, 0), _place(1, 1)], fill=LINE, width=2)
    pen.text((MARGIN + SIZE // 2 - 20, MARGIN + SIZE + 30), "score", fill=INK)
    pen.text((MARGIN - 40, 20), "share of attacks among texts with this score", fill=INK)


def _place(x: float, y: float) -> tuple[int, int]:
    return MARGIN + round(x * SIZE), MARGIN + round((1 - y) * SIZE)
