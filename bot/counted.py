"""Numbers with their nouns, as people read them."""


def counted(number: int, one: str, more: str = "") -> str:
    """`1 page`, `1,204 pages`; `more` is the plural where it is not the noun with an s."""
    return f"{number:,} {one if number == 1 else more or f'{one}s'}"
