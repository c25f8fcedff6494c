"""Taking code out of a text, because what stands in code is no link."""

import re
from collections.abc import Iterator

_MRKDWN_CODE = re.compile(r"```.+?```|(?<!`)`[^`\n]+`(?!`)", re.DOTALL)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
# A run of backticks ends only at a run of the same length, within its paragraph.
_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)((?:(?!\n[ \t]*\n).)+?)(?<!`)\1(?!`)", re.DOTALL)


def without_mrkdwn_code(text: str) -> str:
    """A mrkdwn text without its code; a fence or backtick that is never closed is no code."""
    return _MRKDWN_CODE.sub(" ", text)


def without_markdown_code(text: str) -> str:
    """A Markdown text without its fenced blocks and code spans, as CommonMark reads them."""
    return _SPAN.sub(" ", "\n".join(_outside_fences(text)))


def _outside_fences(text: str) -> Iterator[str]:
    fence = ""
    for line in text.splitlines():
        mark = _FENCE.fullmatch(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not mark[2].strip()
            fence = "" if closes else fence
        elif mark and not ("`" in mark[1] and "`" in mark[2]):
            fence = mark[1]
            # A blank line keeps the paragraphs before and after it apart.
            yield ""
        else:
            yield line
