"""Messages saved as files, pages saved with their pictures, and what Confluence calls Word."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart

from knowledge.errors import UnreadableDocument
from knowledge.readers import Page, convert
from knowledge.webpage import to_markdown

MAX_DEPTH = 3
"""A message in a message in a message."""

MAX_ATTACHMENTS = 30

_DEPTH = re.compile(r"\Adepth:(\d+)/")


def read(name: str, data: bytes) -> Page:
    """Read the subject as the title, who wrote to whom and when, the body and the attachments."""
    message = message_from_bytes(data, policy=policy.default)
    subject, body = _header(message, "subject"), _body(message)
    parts = [_envelope(message), body, *_attachments(message, _depth(name))]
    text = "\n\n".join(part for part in parts if part.strip())
    return Page(subject or None, text)


def _depth(name: str) -> int:
    found = _DEPTH.match(name)
    return int(found[1]) if found else 0


def _envelope(message: EmailMessage) -> str:
    shown = {"From": "from", "To": "to", "Date": "date"}
    lines = [
        f"{label}: {text}" for label, name in shown.items() if (text := _header(message, name))
    ]
    return "  \n".join(lines) if _header(message, "from") else ""


def _header(message: EmailMessage, name: str) -> str:
    """Return a header on one line; what is broken in it is left out."""
    try:
        return " ".join(str(message.get(name, "")).encode("utf-8", "ignore").decode().split())
    except (ValueError, IndexError, AttributeError, TypeError):  # the parser's on broken headers
        return ""


def _body(message: EmailMessage) -> str:
    """Return the text of the message; a page has headings and lists, so it is preferred."""
    found = message.get_body(("html", "plain"))
    if found is None:
        return ""
    text = _content(found)
    return to_markdown(text)[1] if found.get_content_subtype() == "html" else text


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError, ValueError):  # an encoding that does not exist
        payload = part.get_payload(decode=True)
        return payload.decode("latin-1") if isinstance(payload, bytes) else ""


def _attachments(message: EmailMessage, depth: int) -> Iterator[str]:
    for number, part in enumerate(message.iter_attachments()):
        if number == MAX_ATTACHMENTS:
            yield "(There are more attachments, which were not read.)"
            return
        if part.get_content_maintype() not in {"image", "audio", "video"}:
            yield _attached(" ".join(str(part.get_filename() or "").split()), part, depth + 1)


def _attached(name: str, part: MIMEPart, depth: int) -> str:
    heading = f"## Attachment: {name or 'message'}\n\n"
    if depth > MAX_DEPTH:
        return f"{heading}(It lies too deep and was not read.)"
    try:
        page = convert(f"depth:{depth}/{name}", _bytes(part))
    except UnreadableDocument as problem:
        return f"{heading}(It was not read: {problem}.)"
    return f"## Attachment: {name or page.title or 'message'}\n\n{_below(page.markdown)}"


def _bytes(part: MIMEPart) -> bytes:
    content = part.get_payload(decode=True)
    if isinstance(content, bytes):
        return content
    inner = part.get_payload()
    first = inner[0] if isinstance(inner, list) and inner else None
    return first.as_bytes() if isinstance(first, Message) else b""


def _below(markdown: str) -> str:
    """Put headings two levels deeper, below that of the attachment."""
    return re.sub(r"^(#{1,4})(?=[ \t])", r"##\1", markdown, flags=re.MULTILINE)
