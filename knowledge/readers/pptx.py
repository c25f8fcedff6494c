"""Presentations: each slide a heading, its text and tables, and what its speaker wrote below."""

import io
from collections.abc import Iterator
from typing import Any

import pptx
from pptx.exc import PackageNotFoundError

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument
from knowledge.readers import Page
from knowledge.readers.office import DAMAGE, check, title_of
from knowledge.readers.table import table

_FOOTERS = {13, 15, 16}  # the slide's number, its footer and its date


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Read the slides that are shown, in order."""
    archive = Archive.of_bytes(data)
    check(archive)
    title = title_of(archive)
    try:
        slides = list(pptx.Presentation(io.BytesIO(data)).slides)
        texts = [
            _slide(number, slide)
            for number, slide in enumerate(slides, 1)
            if slide.element.get("show") not in {"0", "false"}
        ]
        first = _title(slides[0]) if slides else None
    except (PackageNotFoundError, *DAMAGE) as error:
        raise UnreadableDocument("it is a damaged presentation: save it anew") from error
    return Page(title or first, "\n\n".join(texts))


def _slide(number: int, slide: Any) -> str:
    """Write a slide; its number tells where a passage stands."""
    title = _title(slide)
    heading = f"## {title} (slide {number})" if title else f"## Slide {number}"
    parts = [heading, *_shapes(slide.shapes, slide.shapes.title)]
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        parts += [f"Speaker notes: {notes}"] if notes else []
    return "\n\n".join(part for part in parts if part.strip())


def _title(slide: Any) -> str | None:
    shape = slide.shapes.title
    return " ".join(shape.text_frame.text.split()) or None if shape is not None else None


def _shapes(shapes: Any, title: Any) -> Iterator[str]:
    for shape in shapes:
        if shape.is_placeholder and shape.placeholder_format.type in _FOOTERS:
            continue
        if shape == title or _hidden(shape):
            continue
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes, title)
        elif getattr(shape, "has_table", False):
            yield table([[cell.text for cell in row.cells] for row in shape.table.rows])
        elif shape.has_text_frame:
            yield _text(shape)


def _hidden(shape: Any) -> bool:
    return any(node.get("hidden") in {"1", "true"} for node in shape.element.iter("{*}cNvPr"))


def _text(shape: Any) -> str:
    """Write a text box: several paragraphs are the points of a list, indented as on the slide."""
    paragraphs = [
        (paragraph.level, " ".join(paragraph.text.split()))
        for paragraph in shape.text_frame.paragraphs
        if paragraph.text.strip()
    ]
    if len(paragraphs) == 1:
        return paragraphs[0][1]
    return "\n".join(f"{'  ' * level}- {text}" for level, text in paragraphs)
