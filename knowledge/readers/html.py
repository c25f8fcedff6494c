from knowledge.readers import Page
from knowledge.readers.text import decode
from knowledge.webpage import to_markdown


def read(name: str, data: bytes) -> Page:  # noqa: ARG001 - all readers are called alike
    """Read a web page: what somebody who looks at it sees."""
    return Page(*to_markdown(decode(data)))
