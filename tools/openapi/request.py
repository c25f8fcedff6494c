"""One call of an operation as an HTTP request, and its answer cut to size."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Part:
    """Where an argument goes: `place` is path, query, header, body, or content (the whole body)."""

    place: str
    wire: str
    explode: bool = True


def segments(path: str, parts: Mapping[str, Part], given: Mapping[str, Any]) -> list[str]:
    """The pieces of the path, with the values in their places; the client escapes them."""
    values = {p.wire: _text(given[a]) for a, p in parts.items() if p.place == "path"}
    return [
        re.sub(r"\{([^{}]+)\}", lambda m: values.get(m[1], m[0]), piece)
        for piece in filter(None, path.split("/"))
    ]


def query(parts: Mapping[str, Part], given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What stands behind the ?, a pair each."""
    pairs: list[tuple[str, str]] = []
    for argument, part in parts.items():
        if part.place != "query" or argument not in given:
            continue
        value = given[argument]
        if isinstance(value, list) and part.explode:
            pairs += [(part.wire, _text(one)) for one in value]
        else:
            pairs.append((part.wire, _text(value)))
    return pairs


def headers(parts: Mapping[str, Part], given: Mapping[str, Any]) -> dict[str, str]:
    """The headers that are arguments, of printable ASCII."""
    found = {
        p.wire: _text(given[a]) for a, p in parts.items() if p.place == "header" and a in given
    }
    return {name: re.sub(r"[^\x20-\x7e]+", " ", value) for name, value in found.items()}


def content(parts: Mapping[str, Part], given: Mapping[str, Any]) -> Any:
    """The body, None if there is none."""
    places = {part.place for part in parts.values()}
    if "content" in places:
        return given.get("body")
    if "body" not in places:
        return None
    return {p.wire: given[a] for a, p in parts.items() if p.place == "body" and a in given}


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(_text(one) for one in value)
        case _:
            return str(value)


def shortened(found: Any, most: int) -> Any:
    """Keep the first entries of a long list, and say that there are more."""
    if isinstance(found, list) and len(found) > most:
        return {"items": found[:most], "note": f"the first {most} of {len(found)}"}
    if isinstance(found, dict):
        long = {k: v for k, v in found.items() if isinstance(v, list) and len(v) > most}
        cut = {k: v[:most] for k, v in long.items()}
        notes = [f"the first {most} of {len(v)} {k}" for k, v in long.items()]
        return {**found, **cut, **({"note": "; ".join(notes)} if notes else {})}
    return found
