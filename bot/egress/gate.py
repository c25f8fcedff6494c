"""The one exit: what leaves for Slack, or for a tool that sends data out, passes here.

A URL stays a link only if its host is allowed or it stands word for word in a cited source that
the admins loaded; anything else is shown as inert code. Secrets are masked, and so are
numbers of cards and accounts that no cited document holds. Mentions are made inert
where Slack's own markup is written, in `bot/slack`, since only there they mean something.
"""

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from bot.egress.code_spans import inline, joined, parts
from bot.egress.folding import Folded, fold
from bot.guardrails.masking import mask_numbers, mask_secrets

_MARKDOWN_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*<?([^()\s<>]*)>?(?:\s+[^()]*)?\)")
_REFERENCE = re.compile(r"(?m)^[ \t>]*\[([^\]\n]{1,200})\]:[ \t]*\n?[ \t]*<?(\S+?)>?(?:[ \t].*)?$")
_SLACK_LINK = re.compile(r"<((?:[a-z][a-z0-9+.-]{0,30}:)[^<>|\s]*)(?:\|([^<>]*))?>", re.IGNORECASE)
# A scheme is looked for once, where its characters begin: whatever stands before it is its part.
_URL = re.compile(
    r"(?<![a-z0-9+.-])[a-z0-9+.-]++://[^\s<>\"`\x00]+"
    r"|(?=[bdfjmstv])\b(?:javascript|data|vbscript|mailto|tel|sms|file|blob):[^\s\x00]+",
    re.IGNORECASE,
)
_BARE_HOST = re.compile(
    r"\bwww\.[^\s<>\"`\x00]+|(?<![\w@.-])(?:(?:[\w-]{1,63}+\.){1,10}(?:[^\W\d_]{2,24}|xn--[a-z0-9-]{1,59})"
    r"|\d{1,3}(?:\.\d{1,3}){3}|(?:0x[0-9a-f]+\.){1,3}0x[0-9a-f]+|\[[0-9a-f:.]*:[0-9a-f:.]+\])"
    r"\.?(?::\d+)?(?:[/?#][^\s<>\"`\x00]*)?(?![\w@-])",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"https?://", re.IGNORECASE)
_ENTITY = re.compile(r"&(?=#|[A-Za-z][A-Za-z0-9]{1,30};)")
_FILE = re.compile(
    r"[\w-]+\.(?:pdf|docx?|xlsx?|pptx?|txt|md|csv|json|ya?ml|toml|log|png|jpe?g|gif|svg|html?"
    r"|py|js|ts|go|rs|java|sh|zip|gz)",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?*_~)'\"]"
_UNESCAPES = 3


@dataclass(frozen=True)
class Gate:
    """What may leave.

    Attributes:
        hosts: Hosts that links may lead to; a leading dot allows the host and all below it.
        destinations: Hosts and e-mail domains that tools may send data to, in the same form.
        masks_numbers: Whether numbers of cards and bank accounts are masked.
    """

    hosts: frozenset[str] = field(default_factory=frozenset[str])
    destinations: frozenset[str] = field(default_factory=frozenset[str])
    masks_numbers: bool = True

    def passed(self, text: str, cited: Iterable[str] = ()) -> str:
        """The text as it may leave. `cited` are the texts of cited documents, not of tools."""
        documents = "\n".join(cited)
        pieces = [
            piece
            for part, is_code in parts(text.replace("\x00", ""))
            for piece in ([(part, True)] if is_code else self._prose(part, documents))
        ]
        return self._masked(joined(pieces), documents)

    def holds_back(self, arguments: str) -> bool:
        """Whether the JSON arguments of a call hold what may not be sent out.

        That is a secret, a number of a card or an account, or a link. Names of files are no links
        here, nor are addresses that `destinations` allows.
        """
        try:
            texts = list(_strings(json.loads(arguments)))
        except (ValueError, RecursionError):
            return True
        wider = Gate(hosts=self.hosts | self.destinations)
        return any(
            self._masked(text) != text or any(not wider.allows(url) for url in _links_in(text))
            for text in texts
        )

    def allows(self, url: str, documents: str = "") -> bool:
        """Whether a URL may stay a link."""
        if _stands_in(url, documents):
            return True
        if not _PLAIN.match(url) or not url.isascii() or "\\" in url:
            return False
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
        except ValueError:
            return False
        if "@" in parts.netloc or "*" in parts.netloc or "xn--" in host:
            return False
        return host in self._exact or host.endswith(self._below)

    def _masked(self, text: str, documents: str = "") -> str:
        text = mask_secrets(text)
        return mask_numbers(text, documents) if self.masks_numbers else text

    @cached_property
    def _exact(self) -> frozenset[str]:
        return frozenset(host.lstrip(".") for host in self.hosts)

    @cached_property
    def _below(self) -> tuple[str, ...]:
        return tuple(host for host in self.hosts if host.startswith("."))

    def _prose(self, text: str, documents: str) -> list[tuple[str, bool]]:
        """Rewrite every link of a text without code, from the plainest form to the best hidden."""
        aside: list[tuple[str, bool]] = []

        def keep(piece: str, is_code: bool) -> str:
            aside.append((piece, is_code))
            return f"\x00{len(aside) - 1}\x00"

        def link(label: str, url: str, image: bool = False) -> str:
            if self.allows(url, documents) and not image and not _hides_link(label):
                return keep(f"[{label}]({url})", False)
            return f"{label} {keep(inline(url), True)}".strip() if url else label

        def bare(found: str) -> str:
            url = found.rstrip(_TRAILING)
            if "://" in url and self.allows(url, documents):
                return keep(url, False) + found[len(url) :]
            return keep(inline(url), True) + found[len(url) :]

        text = _unescaped(text)
        text = _MARKDOWN_LINK.sub(lambda m: link(m[2], m[3], bool(m[1])), text)
        text = _REFERENCE.sub(lambda m: f"{m[1]}: {link('', m[2])}", text)
        text = _SLACK_LINK.sub(lambda m: link(m[2] or "", m[1]) if m[2] else m[1], text)
        text = _URL.sub(lambda m: bare(m[0]), text) if ":" in text else text
        text = _BARE_HOST.sub(lambda m: bare(m[0]), text) if "." in text else text
        text = _without_split_links(text, keep)
        return _put_back(text.replace("](", "] (").replace("][", "] ["), aside)


def _unescaped(text: str) -> str:
    """Resolve entities, which Markdown would: a host must not hide behind `&#46;`."""
    for _ in range(_UNESCAPES):
        if not _ENTITY.search(text):
            return text
        text = html.unescape(text).replace("\x00", "")
    return _ENTITY.sub("& ", text)


def _without_split_links(text: str, keep: Callable[[str, bool], str]) -> str:
    """Show as code the links that only appear once formatting and invisible marks are gone."""
    folded = fold(text)
    if folded.text == text:
        return text
    pieces: list[str] = []
    end = 0
    for start, stop, url in _hidden(folded):
        if start >= end:
            pieces += [text[end:start], keep(inline(url), True)]
            end = stop
    return "".join([*pieces, text[end:]])


def _hidden(folded: Folded) -> Iterator[tuple[int, int, str]]:
    found = [*_URL.finditer(folded.text), *_BARE_HOST.finditer(folded.text)]
    for match in sorted(found, key=lambda m: m.start()):
        url = match[0].rstrip(_TRAILING)
        start, stop = match.start(), match.start() + len(url)
        yield folded.at(start), folded.at(stop - 1) + 1, url


def _put_back(text: str, aside: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    pieces: list[tuple[str, bool]] = []
    for index, part in enumerate(re.split(r"\x00(\d+)\x00", text)):
        pieces.append(aside[int(part)] if index % 2 else (part, False))
    return pieces


def _hides_link(label: str) -> bool:
    if label.isascii() and not any(mark in label for mark in ".:\x00"):
        return False  # folding takes away, it adds no dot and no colon
    folded = fold(label).text
    return bool(_URL.search(folded) or _BARE_HOST.search(folded) or "\x00" in label)


def _links_in(text: str) -> Iterator[str]:
    folded = fold(_unescaped(text)).text
    for match in _URL.finditer(folded):
        yield match[0].rstrip(_TRAILING)
    for match in _BARE_HOST.finditer(_URL.sub(" ", folded)):
        if not _FILE.fullmatch(match[0].rstrip(_TRAILING)):
            yield f"https://{match[0].rstrip(_TRAILING)}"


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from (text for pair in value.items() for one in pair for text in _strings(one))
        case list():
            yield from (text for one in value for text in _strings(one))
        case _:
            return


def _stands_in(url: str, documents: str) -> bool:
    """Whether a URL stands in a document whole, not as the beginning of a longer one."""
    if url not in documents or not url.startswith(("https://", "http://")):
        return False
    return re.search(rf"{re.escape(url)}(?![\w/?#&=%@-]|[.:]\w)", documents) is not None
