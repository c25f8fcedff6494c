"""Line breaks that are written out, as tool results in JSON have them."""

import re
from functools import lru_cache

_BREAK = re.compile(r"\\[nrt]")


@lru_cache(maxsize=64)
def with_breaks(key: str) -> str:
    r"""Return a text with `\n`, `\r` and `\t` as white space, character for character.

    Without this, an order at the beginning of a line inside a JSON string begins with the letter n:
    no pattern that asks for a whole word sees it.
    """
    return _BREAK.sub(lambda found: " \n" if found[0] == "\\n" else "  ", key)
