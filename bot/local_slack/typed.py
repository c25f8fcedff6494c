"""What a person types, and what Slack's client makes of it before it is sent."""

import re
from collections.abc import Iterator

from bot.local_slack.records import Json
from bot.local_slack.workspace import Workspace

# What the client's own menus insert stands in the text already as an entity.
_ENTITY = re.compile(
    r"<(?:@[UW][A-Z0-9]+(?:\|[^<>]*)?|#C[A-Z0-9]+(?:\|[^<>]*)?"
    r"|!(?:here|channel|everyone|subteam\^[A-Z0-9]+)(?:\|[^<>]*)?|https?://[^\s<>]+)>"
)
_URL = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)\]}'\"]")


def as_sent(text: str, workspace: Workspace) -> str:
    """Turn typed text into what the client sends.

    Entities stay, `@name` of someone known becomes a mention, links are wrapped, and the three
    characters that Slack reserves are escaped.
    """
    return "".join(
        part if entity else _plain(part, workspace) for entity, part in _split(text, _ENTITY)
    )


def _plain(text: str, workspace: Workspace) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    linked = _URL.sub(lambda m: f"<{m[0]}>", escaped)
    for name, user in _handles(workspace):
        linked = re.sub(rf"(?<![\w<@])@{re.escape(name)}(?!\w)", f"<@{user}>", linked, flags=re.I)
    return linked


def _handles(workspace: Workspace) -> list[tuple[str, str]]:
    # Longest first, or "@Ada Okafor" would be taken for "@Ada".
    handles = [(workspace.bot_name, workspace.bot_user_id)]
    for user in workspace.users:
        handles += [(user.real_name, user.id), (user.name, user.id)]
    return sorted(handles, key=lambda handle: -len(handle[0]))


def command_text(text: str, workspace: Workspace, *, escape: bool) -> str:
    """The `text` of a slash command: entities only where the manifest says `should_escape`."""
    sent = as_sent(text, workspace)
    names = {user.id: user.name for user in workspace.users}
    names[workspace.bot_user_id] = workspace.bot_name.lower()

    def mention(match: re.Match[str]) -> str:
        name = names.get(match[1], match[1])
        return f"<@{match[1]}|{name}>" if escape else f"@{name}"

    sent = re.sub(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>", mention, sent)
    return sent if escape else re.sub(r"<(https?://[^\s<>|]+)>", r"\1", sent)


def rich_text(sent: str, block_id: str) -> Json:
    """The rich_text block that Slack adds to whatever a person writes."""
    elements = [_element(part) if entity else _text(part) for entity, part in _split(sent, _ENTITY)]
    section: Json = {"type": "rich_text_section", "elements": elements}
    return {"type": "rich_text", "block_id": block_id, "elements": [section]}


def _text(part: str) -> Json:
    plain = part.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return {"type": "text", "text": plain}


def _element(entity: str) -> Json:
    target = entity[1:-1].partition("|")[0]
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    return {"type": "link", "url": target}


def _split(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[bool, str]]:
    """Cut a text into (is it a match, part); empty parts are left out."""
    start = 0
    for match in pattern.finditer(text):
        if match.start() > start:
            yield False, text[start : match.start()]
        yield True, match[0]
        start = match.end()
    if start < len(text):
        yield False, text[start:]
