"""The shapes of text objects and block elements."""

from collections.abc import Mapping
from typing import Any, Final

from bot.local_slack.limits import (
    ACTION_ID,
    ALT_TEXT,
    BUTTON_TEXT,
    BUTTON_VALUE,
    OPTION_TEXT,
    OPTION_VALUE,
    OPTIONS,
    PLACEHOLDER,
    URL,
)
from bot.local_slack.rules import (
    Inspection,
    Rule,
    Shape,
    boolean,
    exactly_one,
    integer,
    list_of,
    matching,
    one_of,
    only_in,
    string,
    typed,
    url,
    written,
)


def plain_text(maximum: int) -> Rule:
    """A plain_text object."""
    return typed({"plain_text": Shape({"text": written(maximum)}, {"emoji": boolean})})


def any_text(maximum: int) -> Rule:
    """A plain_text or mrkdwn object."""
    return typed(
        {
            "plain_text": Shape({"text": written(maximum)}, {"emoji": boolean}),
            "mrkdwn": Shape({"text": written(maximum)}, {"verbatim": boolean}),
        }
    )


def _action_id(look: Inspection, value: Any, at: str) -> None:
    string(ACTION_ID)(look, value, at)
    if isinstance(value, str):
        look.action_id(value, at)


_CONFIRM: Final = Shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": one_of("primary", "danger")},
)
_STYLE: Final = one_of("primary", "danger")
_ACTION: Final[Mapping[str, Rule]] = {"action_id": _action_id}
_CONFIRMED: Final[Mapping[str, Rule]] = {**_ACTION, "confirm": _CONFIRM}
_INPUT: Final[Mapping[str, Rule]] = {
    **_CONFIRMED,
    "placeholder": plain_text(PLACEHOLDER),
    "focus_on_load": boolean,
}

OPTION: Final = Shape(
    {"text": any_text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": any_text(OPTION_TEXT), "url": url(URL)},
)
_PLAIN_OPTION: Final = Shape(
    {"text": plain_text(OPTION_TEXT), "value": string(OPTION_VALUE)},
    {"description": plain_text(OPTION_TEXT), "url": url(URL)},
)
_GROUP: Final = Shape(
    {"label": plain_text(OPTION_TEXT), "options": list_of(_PLAIN_OPTION, OPTIONS)}
)
_CHOICE: Final[Mapping[str, Rule]] = {
    **_INPUT,
    "options": list_of(_PLAIN_OPTION, OPTIONS),
    "option_groups": list_of(_GROUP, OPTIONS),
}
_SLACK_FILE: Final = Shape({}, {"id": string(255), "url": url(URL)}, exactly_one("id", "url"))
_FEEDBACK: Final = Shape(
    {"text": plain_text(BUTTON_TEXT), "value": string(BUTTON_VALUE)},
    {"accessibility_label": string(BUTTON_TEXT)},
)
_DISPATCH: Final = Shape(
    {"trigger_actions_on": list_of(one_of("on_enter_pressed", "on_character_entered"), 2)}
)
_TYPED_INPUT: Final[Mapping[str, Rule]] = {
    **_INPUT,
    "initial_value": string(3000, 0),
    "dispatch_action_config": _DISPATCH,
}

IMAGE_FIELDS: Final[Mapping[str, Rule]] = {"image_url": url(URL), "slack_file": _SLACK_FILE}
IMAGE: Final = Shape(
    {"alt_text": string(ALT_TEXT)}, IMAGE_FIELDS, exactly_one("image_url", "slack_file")
)
SOURCE: Final = typed({"url": Shape({"url": url(URL), "text": written(256)})})


def _select(extra: Mapping[str, Rule], *, multi: bool = False) -> Shape:
    maximum: Mapping[str, Rule] = {"max_selected_items": integer} if multi else {}
    return Shape({}, {**_INPUT, **maximum, **extra})


_FILTER: Final = Shape(
    {},
    {
        "include": list_of(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def _ids(name: str, *, multi: bool) -> Mapping[str, Rule]:
    single = string(255)
    return {f"initial_{name}{'s' if multi else ''}": list_of(single, 100) if multi else single}


ELEMENTS: Final[Mapping[str, Rule]] = {
    "button": Shape(
        {"text": plain_text(BUTTON_TEXT)},
        {
            **_CONFIRMED,
            "url": url(URL),
            "value": string(BUTTON_VALUE, 0),
            "style": _STYLE,
            "accessibility_label": string(BUTTON_TEXT),
        },
    ),
    "icon_button": Shape(
        {"icon": string(50), "text": plain_text(BUTTON_TEXT)},
        {
            **_CONFIRMED,
            "value": string(BUTTON_VALUE, 0),
            "accessibility_label": string(BUTTON_TEXT),
            "visible_to_user_ids": list_of(string(255), 10),
        },
    ),
    "feedback_buttons": Shape(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, _ACTION
    ),
    "overflow": Shape({"options": list_of(_PLAIN_OPTION, 5)}, _CONFIRMED),
    "image": IMAGE,
    "checkboxes": Shape(
        {"options": list_of(OPTION, 10)},
        {**_CONFIRMED, "initial_options": list_of(OPTION, 10), "focus_on_load": boolean},
    ),
    "radio_buttons": Shape(
        {"options": list_of(OPTION, 10)},
        {**_CONFIRMED, "initial_option": OPTION, "focus_on_load": boolean},
    ),
    "static_select": Shape(
        {},
        {**_CHOICE, "initial_option": _PLAIN_OPTION},
        exactly_one("options", "option_groups"),
    ),
    "multi_static_select": Shape(
        {},
        {
            **_CHOICE,
            "initial_options": list_of(_PLAIN_OPTION, OPTIONS),
            "max_selected_items": integer,
        },
        exactly_one("options", "option_groups"),
    ),
    "users_select": _select(_ids("user", multi=False)),
    "multi_users_select": _select(_ids("user", multi=True), multi=True),
    "channels_select": _select({**_ids("channel", multi=False), "response_url_enabled": boolean}),
    "multi_channels_select": _select(_ids("channel", multi=True), multi=True),
    "conversations_select": _select(
        {
            **_ids("conversation", multi=False),
            "default_to_current_conversation": boolean,
            "filter": _FILTER,
            "response_url_enabled": boolean,
        }
    ),
    "multi_conversations_select": _select(
        {
            **_ids("conversation", multi=True),
            "default_to_current_conversation": boolean,
            "filter": _FILTER,
        },
        multi=True,
    ),
    "datepicker": _select({"initial_date": matching(r"\d{4}-\d\d-\d\d", "a date YYYY-MM-DD")}),
    "timepicker": _select(
        {"initial_time": matching(r"\d\d:\d\d", "a time HH:mm"), "timezone": string(255)}
    ),
    "datetimepicker": Shape(
        {}, {**_CONFIRMED, "initial_date_time": integer, "focus_on_load": boolean}
    ),
    "plain_text_input": Shape(
        {},
        {**_TYPED_INPUT, "multiline": boolean, "min_length": integer, "max_length": integer},
    ),
    "email_text_input": Shape({}, _TYPED_INPUT),
    "url_text_input": Shape({}, _TYPED_INPUT),
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        {**_TYPED_INPUT, "min_value": string(255), "max_value": string(255)},
    ),
    "file_input": only_in(
        ("modal",),
        Shape({}, {**_ACTION, "filetypes": list_of(string(20), 100), "max_files": integer}),
    ),
}

_MENUS: Final = tuple(
    name for name in ELEMENTS if name.endswith("_select") and not name.startswith("multi_")
)
_MULTI_MENUS: Final = tuple(name for name in ELEMENTS if name.startswith("multi_"))
_PICKERS: Final = ("checkboxes", "radio_buttons", "datepicker", "timepicker", *_MENUS)

ACCESSORIES: Final = ("button", "overflow", "image", *_PICKERS, *_MULTI_MENUS)
ACTIONS: Final = ("button", "overflow", "datetimepicker", *_PICKERS)
CONTEXT_ACTIONS: Final = ("feedback_buttons", "icon_button")
INPUTS: Final = (
    *_PICKERS,
    *_MULTI_MENUS,
    "datetimepicker",
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "file_input",
)
