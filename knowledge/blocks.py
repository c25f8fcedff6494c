from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["paragraph", "list", "table", "code"]


@dataclass(frozen=True)
class Block:
    """A span of a document that belongs together, and where it stands.

    Attributes:
        headings: The headings above it, outermost first.
        text: Markdown, as it was written.
    """

    kind: BlockKind
    headings: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class ReadDocument:
    """A file in memory: its title, and its text in the order in which it was written."""

    title: str
    blocks: tuple[Block, ...]
