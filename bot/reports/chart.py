"""A small chart of a report, as a PNG: a bar a day, of what became of its messages."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.reports.report import Day

WIDTH, HEIGHT = 560, 200
"""Pixels on the screen; it is drawn twice as large, for screens that are fine."""

_SCALE = 2
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 12, 34, 28
_INK, _FAINT, _LINE = "#1d1c1d", "#6b6a6c", "#e4e4e6"
_SERIES = (("answered", "#2a9d6f"), ("unanswered", "#e0a43b"), ("failed", "#c8423f"))


def chart(days: Sequence[Day]) -> bytes:
    """Draw the days, the oldest on the left; the same days give the same bytes."""
    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), "white")
    draw = ImageDraw.Draw(image)
    most = max([1, *(sum(_counts(day)) for day in days)])
    _legend(draw)
    _scale(draw, most)
    step = (WIDTH - _LEFT - _RIGHT) / max(1, len(days))
    for n, day in enumerate(days):
        _bar(draw, day, _LEFT + n * step, step, most)
    out = BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def described(days: Sequence[Day]) -> str:
    """What the chart shows, for who cannot see it."""
    told = (f"{day.day:%a %d %b}: {' '.join(_words(day))}" for day in days if any(_counts(day)))
    return f"Messages a day. {'; '.join(told) or 'None.'}"


def _words(day: Day) -> list[str]:
    names = (name for name, _ in _SERIES)
    return [f"{n} {name}" for n, name in zip(_counts(day), names, strict=True) if n]


def _counts(day: Day) -> tuple[int, int, int]:
    return day.answered, day.unanswered, day.failed


def _legend(draw: ImageDraw.ImageDraw) -> None:
    x = float(_LEFT)
    for name, colour in _SERIES:
        draw.rectangle(_box(x, 11, x + 10, 21), fill=colour)
        draw.text(_at(x + 15, 16), name, fill=_INK, font=_font(12), anchor="lm")
        x += 15 + draw.textlength(name, font=_font(12)) / _SCALE + 18


def _scale(draw: ImageDraw.ImageDraw, most: int) -> None:
    for value in sorted({0, most}):
        y = _y(value, most)
        draw.line([_at(_LEFT, y), _at(WIDTH - _RIGHT, y)], fill=_LINE, width=_SCALE)
        draw.text(_at(_LEFT - 6, y), f"{value:,}", fill=_FAINT, font=_font(11), anchor="rm")


def _bar(draw: ImageDraw.ImageDraw, day: Day, x: float, step: float, most: int) -> None:
    below, width = 0, min(step * 0.62, 44.0)
    left = x + (step - width) / 2
    for n, (_, colour) in zip(_counts(day), _SERIES, strict=True):
        if n:
            top, bottom = _y(below + n, most), _y(below, most)
            draw.rectangle(_box(left, top, left + width, bottom), fill=colour)
        below += n
    if below:
        over = _at(x + step / 2, _y(below, most) - 3)
        draw.text(over, f"{below:,}", fill=_INK, font=_font(11), anchor="ms")
    under = _at(x + step / 2, HEIGHT - _BOTTOM + 14)
    draw.text(under, f"{day.day:%a %d}", fill=_FAINT, font=_font(11), anchor="mm")


def _y(value: int, most: int) -> float:
    return HEIGHT - _BOTTOM - value / most * (HEIGHT - _BOTTOM - _TOP - 12)


def _at(x: float, y: float) -> tuple[float, float]:
    return x * _SCALE, y * _SCALE


def _box(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return (*_at(left, top), *_at(right, bottom))


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size * _SCALE)
