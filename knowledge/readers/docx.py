"""Word documents: what is printed, without what was deleted or hidden."""

import io
import zipfile
from xml.etree import ElementTree as ET

import mammoth

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument
from knowledge.readers import Page
from knowledge.readers.office import CORE, DAMAGE, part, title_of
from knowledge.webpage import to_markdown

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PARTS = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
_OFF = {"0", "false", "none", "off"}
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh
p[style-name='Code'] => pre:separator('\n')
"""


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Read headings, lists, tables, notes and inserted text; leave comments out."""
    archive = Archive.of_bytes(data)
    title = title_of(archive)
    try:
        shown = _shown(archive)
        result = mammoth.convert_to_html(
            io.BytesIO(shown),
            style_map=_STYLES,
            convert_image=mammoth.images.img_element(_no_image),
        )
    except DAMAGE as error:
        raise UnreadableDocument("it is a damaged Word file: save it anew and add that") from error
    return Page(title, to_markdown(result.value)[1])


def _no_image(_image: object) -> dict[str, str]:
    return {"src": ""}


def _shown(archive: Archive) -> bytes:
    """Return the document with only the parts that hold text, and without its hidden runs."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as out:
        for name in sorted(archive.names()):
            if name.endswith((".xml", ".rels")) and not name.startswith(("word/media", CORE)):
                text = part(archive, name)
                out.writestr(name, _without_hidden(text) if name in _PARTS else text)
    return kept.getvalue()


def _without_hidden(xml: bytes) -> bytes:
    root = ET.fromstring(xml)  # noqa: S314 - `part` has refused entities
    for parent in list(root.iter()):
        for run in [child for child in parent if child.tag == f"{_W}r" and _hidden(child)]:
            parent.remove(run)
    return ET.tostring(root)


def _hidden(run: ET.Element) -> bool:
    """Whether a run's own format hides it: what nobody sees is no source."""
    found = run.find(f"{_W}rPr/{_W}vanish")
    return found is not None and found.get(f"{_W}val", "1") not in _OFF
