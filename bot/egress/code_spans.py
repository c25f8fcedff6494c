"""Code in Markdown, written so that every reader agrees where it begins and ends.

Programs differ in what they take for code: an escaped backtick, two that meet one, a fence in the
middle of a line. What we call code and Slack does not would be a hole in the egress gate. So text
is taken apart here and put together again with spans that can be read in one way only.
"""

import re
from collections.abc import Iterator

_FENCE = "```"
_CODE = re.compile(r"```(?P<fenced>.*?)(?:```|\Z)|`(?P<inline>[^`\n]+)`", re.DOTALL)
_LANGUAGE = re.compile(r"[ \t]*([\w+#-]*)[ \t]*\n")


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """Take a text apart: prose without a backtick, and code as it is to be shown, in turn."""
    end = 0
    for match in _CODE.finditer(text):
        yield _prose(text[end : match.start()]), False
        yield _canonical(match), True
        end = match.end()
    yield _prose(text[end:]), False


def joined(pieces: list[tuple[str, bool]]) -> str:
    """Put pieces together so that no two spans of code touch, and no fence stands in a line."""
    texts: list[str] = []
    end = ""  # the last characters so far, as many as a fence has
    for piece, is_code in pieces:
        if not piece:
            continue
        between = _between(end, piece, is_code)
        texts += [between, piece]
        end = f"{end}{between}{piece[-len(_FENCE) :]}"[-len(_FENCE) :]
    return "".join(texts)


def _between(end: str, piece: str, is_code: bool) -> str:
    if not end:
        return ""
    opens = piece.startswith(_FENCE) and not end.endswith("\n")
    if opens or (end == _FENCE and not piece.startswith("\n")):
        return "\n"
    return " " if is_code and end.endswith(("`", "\\")) else ""


def inline(text: str) -> str:
    """A text as a span of code; nothing if there is nothing to show."""
    shown = " ".join(text.replace("`", "'").split())
    return f"`{shown}`" if shown else ""


def _prose(text: str) -> str:
    return text.replace("`", "'")


def _canonical(match: re.Match[str]) -> str:
    if match["inline"] is not None:
        return inline(match["inline"])
    inner = match["fenced"]
    language = _LANGUAGE.match(inner)
    if language:
        inner = inner[language.end() :]
    inner = inner.replace("`", "'").strip("\n")
    return f"```{language[1] if language else ''}\n{inner}\n```"
