"""Which URLs Slack would fetch, and whom a text would notify."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from bot.local_slack.code_spans import without_markdown_code, without_mrkdwn_code
from bot.local_slack.records import Json

_EXPLICIT = re.compile(r"<(https?://[^\s<>|]+)(?:\|[^<>]*)?>")
_BARE = re.compile(r"(?<![\w@])(?:https?://|www\.)[^\s<>|\"'`\]\[]+", re.IGNORECASE)
# Slack also links a bare domain. File names look like domains, so only common endings count.
_DOMAIN = re.compile(
    r"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|net|org|io|dev|app|co|ai|info|biz|xyz|me|edu|gov|cloud"
    r"|site|online|example|test|uk|de|pt|ca|eu|fr|nl|ch|ru|cn|us|tv|ly|gg|link)"
    r"(?![\w.-]*@)(?![\w-])(?:[/?#][^\s<>|\"'`\]\[]*)?",
    re.IGNORECASE,
)
_MENTION = re.compile(r"<(?:@[UW]\w+|!(?:channel|here|everyone|subteam\^\w+))(?:\|[^<>]*)?>")
_TRAILING: Final = ".,;:!?)*_~}"


def links_in(text: str) -> list[str]:
    """The URLs that Slack makes a link of in mrkdwn, in order, each once.

    In code a URL stays text, unless it is written as `<https://...>`, which Slack links there too.
    """
    return _links(text, without_mrkdwn_code(text))


def markdown_links_in(text: str) -> list[str]:
    """The same for Markdown, where code is inert whatever stands in it."""
    prose = without_markdown_code(text)
    return _links(prose, prose)


def _links(explicit_in: str, bare_in: str) -> list[str]:
    found = [*_EXPLICIT.findall(explicit_in), *_bare(_EXPLICIT.sub(" ", bare_in))]
    return list(dict.fromkeys(found))


def _bare(prose: str) -> Iterator[str]:
    for match in _BARE.finditer(prose):
        yield _trimmed(match[0])
    for match in _DOMAIN.finditer(_BARE.sub(" ", prose)):
        yield _trimmed(match[0])


def _trimmed(url: str) -> str:
    # A closing bracket belongs to the URL only where one was opened in it.
    while url and (
        url[-1] in _TRAILING and not (url[-1] == ")" and url.count("(") >= url.count(")"))
    ):
        url = url[:-1]
    return url


def links_of_blocks(blocks: Sequence[Json]) -> list[str]:
    """The URLs in mrkdwn, Markdown and rich text of blocks."""
    return list(dict.fromkeys(_walk_links(list(blocks))))


def _walk_links(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        yield from _links_of_node(node)
        for key, value in node.items():
            if key != "url":
                yield from _walk_links(value)
    elif isinstance(node, list):
        for item in node:
            yield from _walk_links(item)


def _links_of_node(node: Mapping[Any, Any]) -> Iterator[str]:
    kind, text = node.get("type"), node.get("text")
    if kind == "mrkdwn" and isinstance(text, str):
        # Verbatim text is left as it is: only what is written as a link is one.
        yield from _EXPLICIT.findall(text) if node.get("verbatim") is True else links_in(text)
    elif kind == "markdown" and isinstance(text, str):
        yield from markdown_links_in(text)
    elif kind == "link" and isinstance(node.get("url"), str):
        yield node["url"]


def images_of_blocks(blocks: Sequence[Json]) -> list[str]:
    """The `image_url`s, which Slack's proxy fetches whatever the message says of unfurling."""
    return list(dict.fromkeys(_walk_images(list(blocks))))


def _walk_images(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in ("image_url", "thumbnail_url", "icon_url") and isinstance(value, str):
                yield value
            else:
                yield from _walk_images(value)
    elif isinstance(node, list):
        for item in node:
            yield from _walk_images(item)


def mentions_in(text: str) -> list[str]:
    """The mentions that notify someone."""
    return _MENTION.findall(text)


def mentions_of_blocks(blocks: Sequence[Json]) -> list[str]:
    """The same in blocks; a rich_text element is written as the mention it stands for."""
    return list(_walk_mentions(list(blocks)))


def _walk_mentions(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        yield from _mentions_of_node(node)
        for value in node.values():
            yield from _walk_mentions(value)
    elif isinstance(node, list):
        for item in node:
            yield from _walk_mentions(item)


def _mentions_of_node(node: Mapping[Any, Any]) -> Iterator[str]:
    match node.get("type"):
        case "mrkdwn" | "markdown":
            yield from mentions_in(str(node.get("text")))
        case "user" if "user_id" in node:
            yield f"<@{node['user_id']}>"
        case "usergroup":
            yield f"<!subteam^{node.get('usergroup_id')}>"
        case "broadcast":
            yield f"<!{node.get('range')}>"
        case _:
            pass
