"""PDF: text in reading order, with the headings, lists and tables that its layout shows."""

from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from knowledge.errors import UnreadableDocument
from knowledge.readers import Page
from knowledge.readers.pdf_layout import to_markdown
from knowledge.readers.pdf_lines import Line, lines_of

_UNKNOWN = "\ufffd"


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Read what is printed on the pages; a passage's heading names its page.

    Raises:
        UnreadableDocument: It is damaged, protected by a password, or holds pictures only.
    """
    document = _open(data)
    lines = list(_lines(document))
    if not lines:
        raise UnreadableDocument(
            "it has no text, only pictures: run text recognition (OCR) on it and add the result"
        )
    if _is_garbled(lines):
        raise UnreadableDocument(
            "its fonts don't tell which letters they show: print it to a new PDF with text"
            " recognition (OCR) and add that"
        )
    return Page(*to_markdown(lines))


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in {pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY}:
            problem = "it is protected by a password: save it without one and add that"
        else:
            problem = "it is a damaged PDF: open it, save it anew and add that"
        raise UnreadableDocument(problem) from error


def _lines(document: pdfium.PdfDocument) -> Iterator[Line]:
    for number in range(len(document)):
        try:
            page = document[number]
        except pdfium.PdfiumError:  # one page is damaged, the others are not
            continue
        yield from lines_of(page, number + 1)
        page.close()


def _is_garbled(lines: list[Line]) -> bool:
    text = "".join(line.text for line in lines)
    return text.count(_UNKNOWN) > len(text) // 4
