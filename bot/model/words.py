"""Words as they are compared: without the little ones, without endings."""

import re
from collections.abc import Iterable

_WORD = re.compile(
    r"[^\W_]+(?:['\u2019][^\W_]+)*"
)  # letters of any script, digits, an inner apostrophe


def vocabulary(text: str) -> frozenset[str]:
    """The words of a list that is written as text."""
    return frozenset(text.split())


LITTLE = vocabulary(
    """
    a about after again all also am an and any anyone anything are as ask at be because been before
    being but by can could did do does doing done don for from get gets getting give go goes going
    got had happen happens has have having he hello help her here hey hi him his how i if in into
    is it its just know let like made make makes making many me mean means might more most much
    must my need needs new no not of off ok on one or our out over please put say she should so
    some somebody someone something take takes tell than thank thanks that the their them then
    there these they thing things this those to too under until up us use used using very want was
    way we were what what's whats when where where's which while who who's whom whose why will with
    work works would yes you your
    """
)
"""Words that say nothing about the subject of a question."""

_IRREGULAR = {"people": "person", "children": "child", "men": "man", "women": "woman"}


def words(text: str) -> list[str]:
    """All words of a text, in lower case and in order."""
    return [word.lower().replace("\u2019", "'") for word in _WORD.findall(text)]


def stem(word: str) -> str:
    """Cut what English adds to a word, so that `replaced` meets `replacement` and `vans` `van`."""
    word = _IRREGULAR.get(word, word).removesuffix("'s")
    for ending in ("ement", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word.removesuffix(ending) + ("y" if ending in {"ies", "ied"} else "")
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def stems(texts: Iterable[str]) -> set[str]:
    """The stems of words."""
    return {stem(word) for word in texts}


def subject_words(text: str) -> set[str]:
    """The stems of the words that say what a text is about."""
    return stems(word for word in words(text) if word not in LITTLE and (len(word) > 1))
