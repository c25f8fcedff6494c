"""Finding the interactive element that a person presses, and what pressing it says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.local_slack.errors import PersonRefusal
from bot.local_slack.records import Json

_PRESSABLE: Final = ("button", "icon_button", "feedback_buttons", "overflow", "static_select")


@dataclass(frozen=True)
class Pressed:
    """An element and the block it stands in."""

    block_id: str
    element: Mapping[str, Any]

    def action(self, value: str | None, action_ts: str) -> Json:
        """The entry of `actions` in the payload; a given value replaces the element's own."""
        kind = self.element["type"]
        action: Json = {
            "type": kind,
            "action_id": self.element["action_id"],
            "block_id": self.block_id,
            "action_ts": action_ts,
        }
        if kind in ("overflow", "static_select"):
            return action | {"selected_option": self._option(value)}
        if kind == "feedback_buttons":
            positive = self.element["positive_button"]["value"]
            return action | {"value": positive if value is None else value}
        shown = {k: self.element[k] for k in ("text", "style", "value") if k in self.element}
        return action | shown | ({} if value is None else {"value": value})

    def _option(self, value: str | None) -> Json:
        options = list(self.element.get("options", ()))
        chosen = next((o for o in options if value in (None, o["value"])), None)
        forged = {"text": {"type": "plain_text", "text": str(value)}, "value": value}
        return dict(chosen) if chosen else forged


def find_pressed(
    blocks: Sequence[Mapping[str, Any]], action_id: str, block_id: str | None
) -> Pressed:
    """The element with this action_id, in the block if one is named.

    Raises:
        PersonRefusal: `no_such_element`.
    """
    for block in blocks:
        if block_id in (None, block.get("block_id")):
            for element in _elements(block):
                if element.get("action_id") == action_id:
                    return Pressed(str(block.get("block_id", "")), element)
    raise PersonRefusal("no_such_element", action_id)


def _elements(block: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for candidate in (
        block.get("accessory"),
        *block.get("elements", ()),
        *block.get("actions", ()),
    ):
        if isinstance(candidate, Mapping) and candidate.get("type") in _PRESSABLE:
            yield candidate
    for child in (*block.get("child_blocks", ()), *block.get("elements", ())):
        if isinstance(child, Mapping) and child.get("type") not in _PRESSABLE:
            yield from _elements(child)
