"""PDF files, as reportlab writes them and as they break."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from inline_snapshot import snapshot
from reportlab.lib import colors, pdfencrypt
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    Flowable,
    ListFlowable,
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

from knowledge import UnreadableDocument
from knowledge.readers import convert

Draw = Callable[[Canvas], None]

STYLES = getSampleStyleSheet()
LONG = (
    "Book early and <b>always</b> by train if it takes less than five hours, as flights cost more"
)


def text(words: str, style: str = "Normal") -> Paragraph:
    return Paragraph(words, STYLES[style])


def policy() -> bytes:
    grid = [
        ("GRID", (0, 0), (-1, -1), 1, colors.black),
        ("BACKGROUND", (0, 0), (-1, 0), colors.navy),
        ("TEXTCOLOR", (0, 0), (-1, 0), colors.white),
    ]
    rows = [["City", "Limit", "Note"], ["Porto", "90", "low season"], ["London", "150", ""]]
    story: list[Flowable] = [
        text("Travel policy", "Title"), text(LONG), Spacer(1, 12), text("A second paragraph."),
        text("Limits", "Heading2"), Table(rows, style=grid),
        text("Rules", "Heading2"),
        ListFlowable([text("Ask first"), text(LONG)], bulletType="bullet"),
        text("Steps", "Heading2"),
        ListFlowable([text("Search"), text("Book")], bulletType="1", bulletFormat="%s."),
        PageBreak(), text("It goes on overleaf."),
    ]  # fmt: skip
    file = io.BytesIO()
    SimpleDocTemplate(file, pagesize=A4).build(story)
    return file.getvalue()


def line(words: str) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, words)

    return draw


def drawn(*pages: Draw, encrypt: Any = None) -> bytes:
    """Return a PDF whose pages these functions draw."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, encrypt=encrypt)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def test_headings_lists_and_tables_are_told_by_their_look() -> None:
    page = convert("a.pdf", policy())

    assert page.title == "Travel policy"
    assert page.markdown == snapshot("""\
# Travel policy

Book early and always by train if it takes less than five hours, as flights cost more

A second paragraph.

## Limits (page 1)

| City | Limit | Note |
| --- | --- | --- |
| Porto | 90 | low season |
| London | 150 |  |

## Rules (page 1)

- Ask first
- Book early and always by train if it takes less than five hours, as flights cost more

## Steps (page 1)

1. Search
2. Book

## Steps (page 2)

It goes on overleaf.\
""")


def test_pages_without_headings_are_sections() -> None:
    assert convert("a.pdf", drawn(line("One."), line("Two."))).markdown == snapshot("""\
## Page 1

One.

## Page 2

Two.\
""")


def test_running_titles_and_page_numbers_are_left_out() -> None:
    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            canvas.drawString(72, 800, "Acme Ltd, confidential")
            for row in range(6):
                canvas.drawString(72, 700 - 14 * row, f"row {row} about topic {'abcd'[number]}")
            canvas.drawString(280, 30, f"Page {number} of 4")

        return draw

    markdown = convert("a.pdf", drawn(*(page(number) for number in range(4)))).markdown

    assert "Acme" not in markdown
    assert "of 4" not in markdown
    assert markdown.count("about topic") == 24


def test_words_that_nobody_sees_are_left_out() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Seen.")
        canvas.setFillColor(colors.white)
        canvas.drawString(72, 680, "White on white.")
        canvas.setFillColor(colors.black)
        canvas.setFont("Helvetica", 0.5)
        canvas.drawString(72, 660, "Too small.")
        canvas.setFont("Helvetica", 12)
        canvas.drawString(72, 2000, "Off the page.")
        invisible = canvas.beginText(72, 640)
        invisible.setTextRenderMode(3)
        invisible.textLine("Invisible.")
        canvas.drawText(invisible)
        canvas.setFillAlpha(0)
        canvas.drawString(72, 620, "Transparent.")

    assert convert("a.pdf", drawn(draw)).markdown == "## Page 1\n\nSeen."


def test_text_that_recognition_put_behind_a_scan_is_read() -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(Image.new("RGB", (60, 80), "white")), 0, 0, *A4)
        recognised = canvas.beginText(72, 700)
        recognised.setTextRenderMode(3)
        recognised.textLine("Recognised words.")
        canvas.drawText(recognised)

    assert "Recognised words." in convert("a.pdf", drawn(draw)).markdown


def test_a_scan_is_said_to_have_no_text() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(9, 9, 99, 99)

    with pytest.raises(UnreadableDocument, match="no text, only pictures: run text recognition"):
        convert("a.pdf", drawn(draw))


def test_a_password_is_asked_for_in_vain() -> None:
    lock = pdfencrypt.StandardEncryption("secret", "owner")
    data = drawn(line("Hello."), encrypt=lock)

    with pytest.raises(UnreadableDocument, match="protected by a password: save it without one"):
        convert("a.pdf", data)


def test_a_file_that_only_may_not_be_printed_is_read() -> None:
    lock = pdfencrypt.StandardEncryption("", "owner", canPrint=0)
    data = drawn(line("Hello."), encrypt=lock)

    assert "Hello." in convert("a.pdf", data).markdown


@pytest.mark.parametrize("end", [9, 100, 600])
def test_a_file_that_was_cut_off_is_damaged(end: int) -> None:
    with pytest.raises(UnreadableDocument, match=r"it is a damaged PDF|no text"):
        convert("a.pdf", policy()[:end])


def test_printed_text_cannot_pass_for_a_heading_or_the_end_of_one() -> None:
    assert (
        convert("a.pdf", drawn(line("# not a heading"))).markdown
        == "## Page 1\n\n\\# not a heading"
    )
