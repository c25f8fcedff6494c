"""Word, PowerPoint and Excel files, written by the libraries that many programs use."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from inline_snapshot import snapshot
from pptx.util import Inches

from knowledge import UnreadableDocument
from knowledge.readers import convert
from tests.knowledge.readers.packing import edited, packed

Make = Callable[[], bytes]


def word() -> bytes:
    document: Any = docx.Document()
    document.add_heading("Travel policy", 0)
    document.add_paragraph("Book early.")
    document.add_heading("Limits", 1)
    document.add_paragraph("Hotels", style="List Bullet")
    document.add_paragraph("Porto", style="List Bullet 2")
    table = document.add_table(0, 2)
    for row in (("City", "Limit"), ("Porto", "90 | 95")):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.add_paragraph("Seen").add_run(" never seen").font.hidden = True
    changed = document.add_paragraph("Trains ")
    changed._p.append(_tracked("w:ins", "w:t", "are"))
    changed._p.append(_tracked("w:del", "w:delText", "were"))
    document.core_properties.title = ""
    return _saved(document)


def _tracked(tag: str, text_tag: str, text: str) -> Any:
    change: Any = OxmlElement(tag)
    run: Any = OxmlElement("w:r")
    words: Any = OxmlElement(text_tag)
    change.set(qn("w:id"), "1")
    words.text = text
    run.append(words)
    change.append(run)
    return change


def _saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_word_file_keeps_its_structure_and_loses_what_is_deleted_or_hidden() -> None:
    assert convert("a.docx", word()).markdown.strip() == snapshot("""\
# Travel policy


Book early.


# Limits

- Hotels
- Porto

| City | Limit |
| --- | --- |
| Porto | 90 \\| 95 |

Seen


Trains are\
""")


def test_a_word_file_is_called_by_the_title_in_its_properties() -> None:
    document: Any = docx.Document()
    document.add_paragraph("Text.")
    document.core_properties.title = "Leave  policy"

    assert convert("a.docx", _saved(document)).title == "Leave policy"


def slides() -> bytes:
    show: Any = pptx.Presentation()
    first = show.slides.add_slide(show.slide_layouts[1])
    first.shapes.title.text = "The plan"
    first.placeholders[1].text_frame.text = "Hire"
    paragraph = first.placeholders[1].text_frame.add_paragraph()
    paragraph.text, paragraph.level = "two people", 1
    first.notes_slide.notes_text_frame.text = "Thank the team."
    second = show.slides.add_slide(show.slide_layouts[6])
    table = second.shapes.add_table(2, 2, Inches(1), Inches(1), Inches(4), Inches(1)).table
    for index, text in enumerate(("Year", "Budget", "2027", "5")):
        table.cell(index // 2, index % 2).text = text
    box = second.shapes.add_textbox(Inches(1), Inches(3), Inches(4), Inches(1))
    box.text_frame.text = "In millions."
    hidden = show.slides.add_slide(show.slide_layouts[1])
    hidden.shapes.title.text = "Secret"
    hidden._element.set("show", "0")
    return _saved(show)


def test_a_presentation_has_a_section_a_slide_with_the_notes_of_its_speaker() -> None:
    page = convert("a.pptx", slides())

    assert page.title == "The plan"
    assert page.markdown == snapshot("""\
## The plan (slide 1)

- Hire
  - two people

Speaker notes: Thank the team.

## Slide 2

| Year | Budget |
| --- | --- |
| 2027 | 5 |

In millions.\
""")


def workbook() -> bytes:
    book: Any = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Bonus"
    sheet.append(["Level", "Share", "Since", "Pay", "Cost"])
    sheet.append(["Junior", 0.15, date(2026, 1, 1), 1200, "secret"])
    sheet.append(["Senior", 0.2, date(2025, 1, 1), 1500.5, "secret"])
    sheet.append(["Ghost", 0.9, date(2025, 1, 1), 1, "secret"])
    for row in (2, 3):
        sheet.cell(row, 2).number_format = "0%"
        sheet.cell(row, 4).number_format = '#,##0.00 "€"'
    sheet.row_dimensions[4].hidden = True
    sheet.column_dimensions["E"].hidden = True
    sheet.append([])
    sheet.append(["Note"])
    sheet.append(["Paid in March."])
    rooms = book.create_sheet("Rooms")
    rooms.append(["Room", "Seats"])
    rooms.append(["Lark", 8])
    book.create_sheet("Hidden").sheet_state = "hidden"
    book["Hidden"].append(["never"])
    return _saved(book)


def test_a_workbook_is_a_section_a_sheet_with_values_as_they_are_shown() -> None:
    assert convert("a.xlsx", workbook()).markdown == snapshot("""\
## Bonus

| Level | Share | Since | Pay |
| --- | --- | --- | --- |
| Junior | 15% | 2026-01-01 | €1200 |
| Senior | 20% | 2025-01-01 | €1500.5 |

| Note |
| --- |
| Paid in March. |

## Rooms

| Room | Seats |
| --- | --- |
| Lark | 8 |\
""")


@pytest.mark.parametrize(
    ("make", "name", "kind"),
    [(word, "word/document.xml", "Word"), (slides, "ppt/presentation.xml", "pres"),
     (workbook, "xl/workbook.xml", "workbook")],
)  # fmt: skip
def test_an_office_file_with_broken_parts_is_damaged(make: Make, name: str, kind: str) -> None:
    data = edited(make(), name, lambda xml: xml[: len(xml) // 2])

    with pytest.raises(UnreadableDocument, match=f"it is a damaged {kind}"):
        convert("a.docx", data)


WIDE = "<?xml version='1.0' encoding='UTF-16'?><!DOCTYPE a [<!ENTITY a 'ha'>]><a/>"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>"""


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (word, "word/document.xml"),
        (word, "word/styles.xml"),
        (slides, "ppt/slides/slide1.xml"),
        (workbook, "xl/worksheets/sheet1.xml"),
        (workbook, "docProps/core.xml"),
    ],
)
def test_entities_are_refused_before_anything_expands_them(make: Make, name: str) -> None:
    data = edited(make(), name, lambda xml: BOMB + xml.rpartition(b"?>")[2])

    with pytest.raises(UnreadableDocument, match="it defines entities, as XML bombs do"):
        convert("a.docx", data)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_entities_are_refused_in_every_encoding_that_a_parser_knows(encoding: str) -> None:
    data = edited(word(), "word/document.xml", lambda _: WIDE.encode(encoding))

    with pytest.raises(UnreadableDocument, match="it defines entities, as XML bombs do"):
        convert("a.docx", data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (packed({"mimetype": b"x", "content.xml": b"<a/>"}), "an OpenDocument file"),
        (packed({"xl/workbook.bin": b"x"}), "a binary workbook"),
        (packed({"a.md": b"x"}), "a zip archive: give it a name that ends in .zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 99, "an old Office file"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password: save it without one",
        ),
    ],
)
def test_what_only_looks_like_an_office_file_is_told_apart(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableDocument, match=why):
        convert("a.docx", data)
