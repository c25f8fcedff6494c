"""What the Office formats share: parts of XML in an archive."""

import re
from xml.etree import ElementTree as ET
from xml.parsers.expat import ExpatError

from knowledge.archive import Archive
from knowledge.errors import UnreadableDocument

CORE = "docProps/core.xml"
MAX_PART = 200_000_000
"""Bytes of one part, unpacked; the child's memory is the tighter limit."""

DAMAGE = (KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, ExpatError)
"""What the libraries raise on parts that are missing, cut off or not what they should be."""

_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MADE_UP = re.compile(
    r"(?:Microsoft \w+ - )|(?:(?:PowerPoint|Word) ?(?:Presentation|Document))", re.I
)


def part(archive: Archive, name: str) -> bytes:
    """Return a part. No Office program writes entities; what does, means harm.

    Raises:
        UnreadableDocument: It defines entities, or is damaged.
    """
    xml = archive.read(name, MAX_PART)
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml or b"<\x00!\x00" in xml or b"\x00<\x00!" in xml:
        raise UnreadableDocument(
            "it defines entities, as XML bombs do: open it, save it anew and add that"
        )
    return xml


def check(archive: Archive) -> None:
    """Look at every part before a library does.

    Raises:
        UnreadableDocument: One is damaged or made to do harm.
    """
    for name in archive.names():
        if name.endswith((".xml", ".rels", ".vml")):
            part(archive, name)


def title_of(archive: Archive) -> str | None:
    """Return the title in the file's properties, if a person wrote one."""
    if CORE not in archive.names():
        return None
    try:
        found = ET.fromstring(part(archive, CORE)).findtext(_TITLE)  # noqa: S314 - see `part`
    except ET.ParseError:
        return None
    title = " ".join((found or "").split())
    return None if not title or _MADE_UP.match(title) else title
