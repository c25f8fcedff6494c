"""The shapes of blocks, and which surface shows which."""

from collections.abc import Mapping
from typing import Any, Final

from bot.local_slack.element_shapes import (
    ACCESSORIES,
    ACTIONS,
    CONTEXT_ACTIONS,
    ELEMENTS,
    IMAGE,
    IMAGE_FIELDS,
    INPUTS,
    SOURCE,
    any_text,
    plain_text,
)
from bot.local_slack.limits import (
    ACTIONS_ELEMENTS,
    ALT_TEXT,
    BLOCK_ID,
    CONTEXT_ACTIONS_ELEMENTS,
    CONTEXT_ELEMENTS,
    FIELD_TEXT,
    HEADER_TEXT,
    LABEL,
    MARKDOWN,
    SECTION_FIELDS,
    SECTION_TEXT,
    TABLE_COLUMNS,
    TABLE_ROWS,
    TASK_TEXT,
)
from bot.local_slack.rich_text_shapes import RICH_TEXT_FIELDS
from bot.local_slack.rules import (
    Inspection,
    Rule,
    Shape,
    at_least_one,
    boolean,
    exactly_one,
    list_of,
    number,
    one_of,
    only_in,
    string,
    typed,
    written,
)

_RICH_TEXT: Final = typed({"rich_text": Shape(RICH_TEXT_FIELDS, {"block_id": string(BLOCK_ID)})})


def _block(
    required: Mapping[str, Rule],
    optional: Mapping[str, Rule] | None = None,
    also: Rule | None = None,
) -> Shape:
    return Shape(required, {"block_id": _block_id, **(optional or {})}, also)


def _block_id(look: Inspection, value: Any, at: str) -> None:
    string(BLOCK_ID)(look, value, at)
    if isinstance(value, str):
        look.block_id(value, at)


def _markdown(look: Inspection, value: Any, at: str) -> None:
    # The limit is that of all markdown blocks of a payload together.
    written(MARKDOWN)(look, value, at)
    if isinstance(value, str):
        look.markdown_length += len(value)
        if len(value) <= MARKDOWN < look.markdown_length:
            look.wrong(at, f"all markdown blocks must be less than {MARKDOWN + 1} characters")


def _input(look: Inspection, value: Any, at: str) -> None:
    look.has_input = True
    element = value.get("element")
    is_file = isinstance(element, dict) and element.get("type") == "file_input"
    if is_file and value.get("dispatch_action"):
        look.wrong(at, "a file_input cannot dispatch an action")


def _context_element(look: Inspection, value: Any, at: str) -> None:
    if isinstance(value, dict) and value.get("type") == "image":
        IMAGE(look, value, at)
    else:
        any_text(SECTION_TEXT)(look, value, at)


_CELLS: Final = typed(
    {
        "raw_text": Shape({"text": written(SECTION_TEXT)}),
        "raw_number": Shape({"value": number, "text": written(255)}),
        "rich_text": Shape(RICH_TEXT_FIELDS, {"block_id": string(BLOCK_ID)}),
    }
)


def _column(look: Inspection, value: Any, at: str) -> None:
    # null keeps a column as it is.
    if value is not None:
        Shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})(
            look, value, at
        )


def _table(look: Inspection, value: Any, at: str) -> None:
    look.tables += 1
    if look.tables > 1:
        look.wrong(at, "only_one_table_allowed")
    rows = value.get("rows")
    widths = {len(row) for row in rows if isinstance(row, list)} if isinstance(rows, list) else ()
    if len(widths) > 1:
        look.wrong(f"{at}/rows", "all rows must have the same number of cells")


def _task(look: Inspection, value: Any, at: str) -> None:
    look.begin_block()
    _TASK(look, value, at)


_TASK: Final = _block(
    {
        "task_id": string(255),
        "title": written(TASK_TEXT),
        "status": one_of("pending", "in_progress", "complete", "error"),
    },
    {"details": _RICH_TEXT, "output": _RICH_TEXT, "sources": list_of(SOURCE, 50)},
)


def _cards(look: Inspection, value: Any, at: str) -> None:
    list_of(typed({"card": _CARD}), 10)(look, value, at)


def _children(look: Inspection, value: Any, at: str) -> None:
    list_of(block_rule, 10)(look, value, at)


_CARD: Final = _block(
    {},
    {
        "hero_image": typed({"image": IMAGE}),
        "icon": typed({"image": IMAGE}),
        "title": any_text(150),
        "subtitle": any_text(150),
        "body": any_text(200),
        "actions": list_of(typed(ELEMENTS, ("button",)), ACTIONS_ELEMENTS),
    },
    at_least_one("hero_image", "title", "actions", "body"),
)

_IN_MESSAGES: Final[Mapping[str, Rule]] = {
    "markdown": _block({"text": _markdown}),
    "table": _block(
        {"rows": list_of(list_of(_CELLS, TABLE_COLUMNS), TABLE_ROWS)},
        {"column_settings": list_of(_column, TABLE_COLUMNS)},
        _table,
    ),
    "context_actions": _block(
        {"elements": list_of(typed(ELEMENTS, CONTEXT_ACTIONS), CONTEXT_ACTIONS_ELEMENTS)}
    ),
    "task_card": _task,
    "plan": _block({"title": written(TASK_TEXT)}, {"tasks": list_of(_task, 50)}),
    "alert": _block(
        {"text": any_text(SECTION_TEXT)},
        {"level": one_of("default", "info", "warning", "error", "success")},
    ),
    "card": _CARD,
    "carousel": _block({"elements": _cards}),
    "container": _block(
        {"child_blocks": _children},
        {
            "title": plain_text(150),
            "rich_text_title": _RICH_TEXT,
            "subtitle": any_text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": typed({"image": IMAGE}),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        at_least_one("title", "rich_text_title"),
    ),
}

BLOCKS: Final[Mapping[str, Rule]] = {
    "section": _block(
        {},
        {
            "text": any_text(SECTION_TEXT),
            "fields": list_of(any_text(FIELD_TEXT), SECTION_FIELDS),
            "accessory": typed(ELEMENTS, ACCESSORIES),
            "expand": boolean,
        },
        at_least_one("text", "fields"),
    ),
    "divider": _block({}),
    "header": _block({"text": plain_text(HEADER_TEXT)}),
    "image": _block(
        {"alt_text": string(ALT_TEXT)},
        {**IMAGE_FIELDS, "title": plain_text(2000)},
        exactly_one("image_url", "slack_file"),
    ),
    "context": _block({"elements": list_of(_context_element, CONTEXT_ELEMENTS)}),
    "actions": _block({"elements": list_of(typed(ELEMENTS, ACTIONS), ACTIONS_ELEMENTS)}),
    "rich_text": _block(RICH_TEXT_FIELDS),
    "input": _block(
        {"label": plain_text(LABEL), "element": typed(ELEMENTS, INPUTS)},
        {"hint": plain_text(LABEL), "optional": boolean, "dispatch_action": boolean},
        _input,
    ),
    **{name: only_in(("message",), rule) for name, rule in _IN_MESSAGES.items()},
}


def block_rule(look: Inspection, value: Any, at: str) -> None:
    """Check one block."""
    look.begin_block()
    typed(BLOCKS)(look, value, at)
