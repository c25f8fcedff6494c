"""Checking blocks and views, and giving them the ids that Slack would give them."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.local_slack.block_shapes import block_rule
from bot.local_slack.element_shapes import ELEMENTS, plain_text
from bot.local_slack.errors import ApiRefusal
from bot.local_slack.limits import (
    ALL_BLOCK_TEXT,
    CALLBACK_ID,
    MESSAGE_BLOCKS,
    PRIVATE_METADATA,
    VIEW_BLOCKS,
    VIEW_TITLE,
)
from bot.local_slack.records import Json
from bot.local_slack.rules import (
    Inspection,
    Mistake,
    Rule,
    Shape,
    Surface,
    boolean,
    list_of,
    string,
)

_NO_ACTION: Final = ("image",)
_VIEW_FIELDS: Final[Mapping[str, Rule]] = {
    "private_metadata": string(PRIVATE_METADATA, 0),
    "callback_id": string(CALLBACK_ID, 0),
    "external_id": string(CALLBACK_ID, 0),
}
_VIEW_BLOCKS: Final[Mapping[str, Rule]] = {"blocks": list_of(block_rule, VIEW_BLOCKS)}
_VIEWS: Final[Mapping[str, Shape]] = {
    "home": Shape(_VIEW_BLOCKS, _VIEW_FIELDS),
    "modal": Shape(
        {**_VIEW_BLOCKS, "title": plain_text(VIEW_TITLE)},
        {
            **_VIEW_FIELDS,
            "submit": plain_text(VIEW_TITLE),
            "close": plain_text(VIEW_TITLE),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
}


def checked_blocks(blocks: Sequence[Any], surface: Surface = "message") -> tuple[Json, ...]:
    """Check the blocks of a message and return them with the ids that were left out.

    Raises:
        ApiRefusal: `invalid_blocks` with every mistake, or `msg_blocks_too_long`.
    """
    look = inspect_blocks(blocks, surface)
    if look.mistakes:
        raise ApiRefusal("invalid_blocks", messages=_sentences(look), extra=_errors(look))
    if look.text_length > ALL_BLOCK_TEXT:
        raise ApiRefusal("msg_blocks_too_long")
    return tuple(_with_ids(block) for block in blocks)


def inspect_blocks(blocks: Sequence[Any], surface: Surface = "message") -> Inspection:
    """What is wrong with the blocks of a message."""
    look = Inspection(surface)
    maximum = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    list_of(block_rule, maximum, 0)(look, list(blocks), "/blocks")
    return look


def inspect_view(view: Json, types: Sequence[str]) -> list[Mistake]:
    """What is wrong with a view."""
    kind = view.get("type")
    if kind not in types:
        return [Mistake("/view/type", f"must be one of {', '.join(types)}")]
    look = Inspection("home" if kind == "home" else "modal")
    _VIEWS[str(kind)](look, view, "/view")
    if look.has_input and kind == "modal" and "submit" not in view:
        look.wrong("/view", "missing required field: submit (there is an input block)")
    return look.mistakes


def check_view(view: Json, types: Sequence[str]) -> Json:
    """Check a view and return it with the ids that were left out.

    Raises:
        ApiRefusal: `invalid_arguments` with every mistake, as views.* answers.
    """
    if mistakes := inspect_view(view, types):
        raise ApiRefusal("invalid_arguments", messages=[str(mistake) for mistake in mistakes])
    return view | {"blocks": [_with_ids(block) for block in view["blocks"]]}


def _sentences(look: Inspection) -> list[str]:
    return [str(mistake) for mistake in look.mistakes]


def _errors(look: Inspection) -> Json:
    return {"errors": _sentences(look)}


def _with_ids(block: Json) -> Json:
    named: Json = {"type": block["type"], "block_id": secrets.token_urlsafe(4), **block}
    for key in ("elements", "actions", "child_blocks", "tasks"):
        if isinstance(named.get(key), list):
            named[key] = [_named(item, key) for item in named[key]]
    for key in ("accessory", "element"):
        if key in named:
            named[key] = _named(named[key], key)
    return named


def _named(item: Json, key: str) -> Json:
    if key in ("child_blocks", "tasks") or item.get("type") == "card":
        return _with_ids(item)
    if item.get("type") in ELEMENTS and item["type"] not in _NO_ACTION:
        return {"action_id": secrets.token_urlsafe(4), **item}
    return item
