"""HTML to Markdown, so that everything after it knows one format."""

import re
from collections.abc import Iterator
from typing import Literal

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

_UNSEEN = frozenset({"script", "style", "noscript", "template", "svg", "nav", "head", "iframe"})
_BREAKS = frozenset(
    "address article aside blockquote body dd details div dl dt fieldset figcaption figure footer"
    " form header hr html main ol p section summary table tbody tfoot thead ul".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0*\.?0+(?![.\d])"
    r"|font-size\s*:\s*0*\.?0+(?![.\d])",
    re.IGNORECASE,
)
_CONTENT = ("#main-content", "main", "[role=main]")
"""Where a page keeps what it is about; the first is Confluence's, around which its frame stands."""

_CONTENT_CHARS = 40
"""What is emptier is filled by a script, or is no content."""

Step = tuple[Literal["enter", "leave", "text"], PageElement]


def to_markdown(markup: str) -> tuple[str | None, str]:
    """Return the page's title and its visible text as Markdown."""
    soup = BeautifulSoup(markup, "html.parser")
    title = " ".join(soup.title.get_text().split()) if soup.title else ""
    if soup.find(id="title-text") and soup.find(id="main-content"):
        title = title.partition(" : ")[2] or title  # Confluence puts the space before it
    return title or None, _Writer().write(_content(soup))


def _content(soup: BeautifulSoup) -> Tag:
    for selector in _CONTENT:
        found = soup.select_one(selector)
        if found is not None and len(found.get_text(strip=True)) >= _CONTENT_CHARS:
            return found
    return soup


def _walk(root: Tag) -> Iterator[Step]:
    """Enter and leave every element in order, without recursion: pages nest as deep as they like.

    Elements that a reader of the page does not see are left out.
    """
    stack: list[tuple[Tag, Iterator[PageElement]]] = [(root, iter(root.children))]
    while stack:
        tag, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "leave", tag
        elif isinstance(child, Tag):
            if not _unseen(child):
                yield "enter", child
                stack.append((child, iter(child.children)))
        elif isinstance(child, NavigableString) and not isinstance(child, PreformattedString):
            yield "text", child


def _unseen(tag: Tag) -> bool:
    style = tag.get("style")
    hidden = isinstance(style, str) and _HIDDEN.search(style) is not None
    return (
        hidden or tag.name in _UNSEEN or tag.has_attr("hidden") or tag.get("aria-hidden") == "true"
    )


class _Writer:
    """Writes Markdown while it walks over a page."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._line: list[str] = []  # what stands in the open block so far
        self._lists = 0  # how many lists are open
        self._pre = 0
        self._row: list[str] | None = None  # the cells of the open table row
        self._rows = 0  # rows written of the open table

    def write(self, root: Tag) -> str:
        for step, node in _walk(root):
            if isinstance(node, NavigableString):
                self._line.append(str(node) if self._pre else re.sub(r"\s+", " ", str(node)))
            elif isinstance(node, Tag) and step == "enter":
                self._enter(node)
            elif isinstance(node, Tag):
                self._leave(node)
        self._flush()
        return "\n".join(self._blocks)

    def _enter(self, tag: Tag) -> None:
        match tag.name:
            case "br":
                self._line.append("\n" if self._pre else " " if self._row is not None else "\n")
            case "td" | "th":
                self._line.clear()
            case "tr":
                self._flush()
                self._row = []
            case "li":
                self._flush()
                self._line.append("- ")
            case _ if self._row is None:
                self._enter_block(tag.name)
            case _:
                self._line.append(" ")

    def _enter_block(self, name: str) -> None:
        if name in _BREAKS or name in _HEADINGS or name == "pre":
            if self._line != ["- "]:  # a paragraph that opens an item is the item
                self._flush()
            self._lists += name in {"ul", "ol"}
            self._pre += name == "pre"
            self._rows = 0 if name == "table" else self._rows

    def _leave(self, tag: Tag) -> None:
        match tag.name:
            case "a":
                self._target(tag.get("href"))
            case "td" | "th" if self._row is not None:
                self._row.append(" ".join("".join(self._line).split()).replace("|", "\\|"))
                self._line.clear()
            case "tr" if self._row is not None:
                self._end_row(self._row)
            case "pre" if self._pre:
                self._pre -= 1
                self._code()
            case "li":
                self._flush()
            case _ if self._row is None:
                self._leave_block(tag.name)
            case _:
                self._line.append(" ")

    def _leave_block(self, name: str) -> None:
        if name in _HEADINGS:
            self._line = ["#" * _HEADINGS[name], " ", " ".join("".join(self._line).split())]
            self._flush(apart=True)
        elif name in _BREAKS:
            self._flush()
            self._lists -= name in {"ul", "ol"} and self._lists > 0

    def _target(self, href: object) -> None:
        """Keep where a link leads, if it leads out: a reply may only link what a source holds."""
        if isinstance(href, str) and href.startswith(("http://", "https://")):
            self._line.append(f" ({href})")

    def _end_row(self, cells: list[str]) -> None:
        self._row = None
        if any(cells):
            if not self._rows:
                self._blocks.append("")
            self._blocks.append(f"| {' | '.join(cells)} |")
            self._rows += 1
            if self._rows == 1:
                self._blocks.append("|" + " --- |" * len(cells))

    def _code(self) -> None:
        text = "".join(self._line).strip("\n")
        self._line.clear()
        fence = "```"
        while fence in text:
            fence += "`"
        self._blocks.extend(["", fence, text, fence, ""])

    def _flush(self, *, apart: bool = False) -> None:
        """End the open block. Items of a list stay together; all else stands apart."""
        text = "".join(self._line).strip()
        self._line.clear()
        if text.strip("#") in {"", "-"}:
            return
        text = "\n".join(line.strip() for line in text.splitlines())
        if self._lists and not apart:
            indent = "  " * (self._lists - 1)
            text = indent + text if text.startswith("- ") else f"{indent}  {text}"
            self._blocks.append(text)
        else:
            self._blocks.extend(["", text, ""])
