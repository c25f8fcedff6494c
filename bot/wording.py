"""Words that people read: numbers with their nouns, texts cut to a length."""


def counted(number: int, one: str, more: str = "") -> str:
    """`1 page`, `1,204 pages`; `more` is the plural where it is not the noun with an s."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"


def shorten(text: str, most: int) -> str:
    """A text on one line, of at most `most` characters; where it was cut it says so."""
    return cut(" ".join(text.split()), most)


def cut(text: str, most: int) -> str:
    """A text of at most `most` characters; where it was cut it ends in an ellipsis."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
