"""The one exit: what leaves for Slack passes here.

A URL stays a link only if its host is allowed or it stands word for word in a cited source that
the admins loaded; anything else is shown as inert code. Secrets are masked. Mentions are made inert
where Slack's own markup is written, in `bot/slack`, since only there they mean something.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from bot.guardrails.masking import mask_secrets

_CODE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_MARKDOWN_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*<?([^()\s<>]*)>?(?:\s+[^()]*)?\)")
_REFERENCE = re.compile(r"(?m)^ {0,3}\[([^\]]+)\]:[ \t]*<?(\S+?)>?(?:[ \t].*)?$")
_SLACK_LINK = re.compile(r"<((?:[a-z][a-z0-9+.-]*:)[^>|\s]*)(?:\|([^>]*))?>", re.IGNORECASE)
_URL = re.compile(
    r"[a-z][a-z0-9+.-]*://[^\s<>\"`]+|(?:javascript|data|vbscript):\S+", re.IGNORECASE
)
_BARE_HOST = re.compile(
    r"(?<![\w@.-])(?:(?:[\w-]+\.)+[^\W\d_]{2,24}|\d{1,3}(?:\.\d{1,3}){3})"
    r"(?::\d+)?(?:/[^\s<>\"`]*)?(?![\w@-])"
)
_TRAILING = ".,;:!?*_~)'\"]"


@dataclass(frozen=True)
class Gate:
    """What may leave.

    Attributes:
        hosts: Hosts that links may lead to; a leading dot allows the host and all below it.
    """

    hosts: frozenset[str] = field(default_factory=frozenset[str])

    def passed(self, text: str, cited: Iterable[str] = ()) -> str:
        """The text as it may leave. `cited` are the texts of cited documents, not of tools."""
        documents = "\n".join(cited)
        pieces: list[str] = []
        end = 0
        for code in _CODE.finditer(text):
            pieces += [self._links(text[end : code.start()], documents), code.group()]
            end = code.end()
        pieces.append(self._links(text[end:], documents))
        return mask_secrets("".join(pieces))

    def allows(self, url: str, documents: str = "") -> bool:
        """Whether a URL may stay a link."""
        if _stands_in(url, documents):
            return True
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return False
        if parts.scheme not in ("http", "https") or "@" in parts.netloc or "\\" in url:
            return False
        if not url.isascii() or host.startswith("xn--") or ".xn--" in host:
            return False
        return any(
            host == allowed.lstrip(".") or (allowed.startswith(".") and host.endswith(allowed))
            for allowed in self.hosts
        )

    def _links(self, text: str, documents: str) -> str:
        """Rewrite every link of a text without code; what is rewritten is set aside as it is."""
        aside: list[str] = []

        def keep(piece: str) -> str:
            aside.append(piece)
            return f"\x00{len(aside) - 1}\x00"

        def link(label: str, url: str, image: bool = False) -> str:
            if self.allows(url, documents) and not image and not _URL.search(label):
                return keep(f"[{label}]({url})")
            return f"{label} {keep(_inert(url))}".strip()

        text = text.replace("\x00", "")
        text = _MARKDOWN_LINK.sub(lambda m: link(m[2], m[3], bool(m[1])), text)
        text = _REFERENCE.sub(lambda m: f"{m[1]}: {link('', m[2])}", text)
        text = _SLACK_LINK.sub(lambda m: link(m[2] or "", m[1]) if m[2] else m[1], text)
        text = _URL.sub(lambda m: self._bare(m[0], documents, keep), text)
        text = _BARE_HOST.sub(lambda m: self._bare(m[0], documents, keep), text)
        return re.sub(r"\x00(\d+)\x00", lambda m: aside[int(m[1])], text)

    def _bare(self, found: str, documents: str, keep: Callable[[str], str]) -> str:
        url = found.rstrip(_TRAILING)
        rest = found[len(url) :]
        if "://" in url and self.allows(url, documents):
            return keep(url) + rest
        return keep(_inert(url)) + rest


def _inert(url: str) -> str:
    return f"`{url.replace('`', '')}`" if url else ""


def _stands_in(url: str, documents: str) -> bool:
    """Whether a URL stands in a document whole, not as the beginning of a longer one."""
    if not url.startswith(("https://", "http://")):
        return False
    return re.search(rf"{re.escape(url)}(?![\w/?#&=%@-]|[.:]\w)", documents) is not None
