"""Ids that are made of parts, none of which may pass for another, and time stamps."""

import re
from datetime import UTC, datetime
from typing import Any

from bot.messages.events import Place

Body = dict[str, Any]


def keys(body: Body, channel: str, root: str) -> str:
    """`team:channel`, once the parts of an id are checked.

    Raises:
        ValueError: A part is none.
    """
    parts = (body["team_id"], channel, root)
    if not all(isinstance(part, str) and part and ":" not in part for part in parts):
        raise ValueError("not an id")
    return f"{body['team_id']}:{channel}"


def pressed_in(body: Body, container: Body, root: str, *, private: bool) -> Place:
    """Where a button was pressed."""
    channel = container["channel_id"]
    return Place(
        team=body["team"]["id"],
        channel=channel,
        root=root,
        user=body["user"]["id"],
        kind="im" if channel.startswith("D") else "channel",
        private=private,
        response_url=body.get("response_url"),
    )


def time_of(ts: str) -> datetime:
    """A time stamp of Slack's, which may lie in what our clock calls the future.

    Raises:
        ValueError: It is none.
    """
    if not re.fullmatch(r"\d{1,11}\.\d{1,9}", ts):
        raise ValueError("not a time stamp")
    return datetime.fromtimestamp(float(ts), UTC)
