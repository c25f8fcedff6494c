"""What not every server of the protocol knows, and is then asked without."""

import json
from collections.abc import Mapping
from typing import Any

import openai

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "stream_options": ("stream_options", "include_usage"),
    "response_format": ("response_format", "json_schema", "structured output", "guided decoding"),
}
"""Parts of a request that an answer can be had without, by the words in which one is refused.

Without `stream_options` the tokens are estimated; without `response_format` the prompt alone says
what form the reply has, and what comes is checked all the same.
"""


def refused_by(error: openai.APIStatusError) -> frozenset[str]:
    """The parts that a server says it does not take; none if it complains of something else."""
    if error.status_code not in (400, 422, 501):
        return frozenset()
    said = f"{error.message} {_text(error.body)}".casefold()
    return frozenset(part for part, words in OPTIONAL.items() if any(w in said for w in words))


def _text(body: Any) -> str:
    try:
        return json.dumps(body)
    except (TypeError, ValueError):
        return str(body)
