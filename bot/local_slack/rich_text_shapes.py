"""The shape of a rich_text block."""

from collections.abc import Mapping
from typing import Any, Final

from bot.local_slack.limits import URL
from bot.local_slack.rules import (
    Inspection,
    Rule,
    Shape,
    boolean,
    integer,
    list_of,
    one_of,
    string,
    typed,
    url,
    written,
)

_STYLE: Final = Shape(
    {}, {name: boolean for name in ("bold", "italic", "strike", "code", "underline")}
)
_STYLED: Final[Mapping[str, Rule]] = {"style": _STYLE}
_TEXT: Final = written(12_000)

_PARTS: Final = typed(
    {
        "text": Shape({"text": _TEXT}, _STYLED),
        "link": Shape({"url": url(URL)}, {**_STYLED, "text": _TEXT, "unsafe": boolean}),
        "emoji": Shape({"name": string(100)}, {**_STYLED, "unicode": string(50)}),
        "user": Shape({"user_id": string(50)}, _STYLED),
        "channel": Shape({"channel_id": string(50)}, _STYLED),
        "usergroup": Shape({"usergroup_id": string(50)}, _STYLED),
        "team": Shape({"team_id": string(50)}, _STYLED),
        "broadcast": Shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
        "color": Shape({"value": string(10)}, _STYLED),
        "date": Shape(
            {"timestamp": integer, "format": string(255)},
            {**_STYLED, "url": url(URL), "fallback": string(255)},
        ),
    }
)
_SECTION: Final = Shape({"elements": list_of(_PARTS, 1000, 0)})
_LINES: Final = Shape(
    {"elements": list_of(_PARTS, 1000)}, {"border": integer, "language": string(50)}
)
_LIST: Final = Shape(
    {
        "elements": list_of(typed({"rich_text_section": _SECTION}), 1000),
        "style": one_of("bullet", "ordered"),
    },
    {"indent": integer, "offset": integer, "border": integer},
)


def _elements(look: Inspection, value: Any, at: str) -> None:
    shapes: dict[str, Rule] = {
        "rich_text_section": _SECTION,
        "rich_text_list": _LIST,
        "rich_text_preformatted": _LINES,
        "rich_text_quote": _LINES,
    }
    list_of(typed(shapes), 1000)(look, value, at)


RICH_TEXT_FIELDS: Final[Mapping[str, Rule]] = {"elements": _elements}
