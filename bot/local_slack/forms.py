"""What a person fills into a modal, as Slack sends it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.local_slack.errors import PersonRefusal
from bot.local_slack.records import Json

Values = Mapping[str, Mapping[str, Any]]
"""What was filled in: by block and action, a text, an id, or a list of them."""

_FIELDS: Final = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "static_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "multi_static_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
}
"""By kind of element: where its value stands in the state, and what it has at first."""

_OPTIONS: Final = ("static_select", "radio_buttons", "multi_static_select", "checkboxes")


def filled(view: Mapping[str, Any], given: Values) -> Json:
    """The state of a modal with what a person filled in; the rest is as it was at first.

    Raises:
        PersonRefusal: There is no such input, or Slack's client would not send the form like this.
    """
    state: Json = {}
    inputs = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
    if unknown := [block for block in given if block not in inputs]:
        raise PersonRefusal("no_such_element", ", ".join(unknown))
    for block_id, block in inputs.items():
        element = block["element"]
        values = given.get(block_id, {})
        if unknown := [action for action in values if action != element["action_id"]]:
            raise PersonRefusal("no_such_element", ", ".join(unknown))
        value = _value(element, values)
        if not value and not block.get("optional"):
            raise PersonRefusal("field_required", block_id)
        name, _ = _FIELDS[element["type"]]
        state[block_id] = {element["action_id"]: {"type": element["type"], name: value}}
    return state


def _value(element: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    if element["type"] not in _FIELDS:
        raise PersonRefusal("unsupported_element", element["type"])
    _, first = _FIELDS[element["type"]]
    several = first.endswith("s")
    if element["action_id"] not in values:
        return element.get(first, [] if several else None)
    value = values[element["action_id"]]
    if element["type"] in _OPTIONS:
        chosen = _options(element, value if several else [value] if value else [])
        return chosen if several else next(iter(chosen), None)
    if element["type"].endswith("_input") and value:
        _check_length(element, str(value))
    return value or ([] if several else None)


def _options(element: Mapping[str, Any], chosen: Sequence[str]) -> list[Json]:
    offered = {option["value"]: option for option in element.get("options", ())}
    if unknown := [value for value in chosen if value not in offered]:
        raise PersonRefusal("no_such_option", ", ".join(unknown))
    return [offered[value] for value in chosen]


def _check_length(element: Mapping[str, Any], value: str) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if not least <= len(value) <= most:
        raise PersonRefusal("wrong_length", f"{least} to {most} characters")
