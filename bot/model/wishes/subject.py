"""What a request is about: the message without the words that only ask for it.

"Please open a ticket: my screen flickers" is about "my screen flickers".
"""

import re
from collections.abc import Iterable

from bot.model.words import stem, stems, vocabulary, words

MAX_START = 300
"""Characters at the start of a message that tell what kind it is."""

VERBS = vocabulary(
    """
    open create raise file log submit make report send tell post start add request schedule set
    write inform notify book order show list find check look search display fetch give get
    """
)
"""Words that a request for a tool begins with."""

_ASIDE = vocabulary(
    """
    please hey hi hello sluice can could would will you i i'd i'll like want need to me us let lets
    know kindly just now a an the new another one some quick it helpdesk support desk them somebody
    asap urgently
    """
)
_LINKS = vocabulary("for about that because saying regarding concerning as with since to say of")
_TELLING = vocabulary("report tell inform notify")
_TELLING_LINKS = vocabulary("that about because saying")
_ASKING = vocabulary(
    "how what when where which who whose why do does did is are was can could may must should will"
)
_FILLERS = _ASIDE | _LINKS
_ENDS = (":", ",", ";", ".", "!", "?", "-", "\u2013", "\u2014")
_CLAUSE = re.compile(
    r"(?<=[.;!?,\n\u2014])\s+|\s+(?:so|and)\s+(?=(?:please|can|could|open|create)\b)"
)
_QUOTED = re.compile(r"[\"\u201c]([^\"\u201c\u201d\n]{2,400})[\"\u201d]")
_STOPS = (
    r"(?:\s+(?:in|from|since|that|which|who|today|yesterday|this|last|please|right|now)\b"
    r"|[?.!,;]|$)"
)
_ABOUT = re.compile(
    rf"\b(?:about|regarding|mentioning|containing|concerning|with|for)\s+"
    rf"(?:(?:the|a|an|my|our|any)\s+)?(\S[^?.!,;\n]*?){_STOPS}",
    re.IGNORECASE,
)
_NAMING = re.compile(
    rf"\b(?:named|called|of|for|about|in|to|from)\s+(?:(?:the|a|an)\s+)?(\S[^?.!,;\n]*?){_STOPS}",
    re.IGNORECASE,
)
_NOBODY = vocabulary("me us it them this that you everyone all now today")


def leading_verb(text: str) -> str:
    """The first word of a text that is not mere courtesy: "could you please open" gives `open`."""
    said = words(text[:MAX_START])
    return next((word for word in said if word not in _ASIDE), "")


def clauses(text: str) -> list[str]:
    """The parts of a message that could each ask for something."""
    return [clause for clause in _CLAUSE.split(text) if clause.strip()]


def asks_how(text: str) -> bool:
    """Whether a message asks how something is done, or what the rule is."""
    return bool(_HOW.match(text.strip()[:MAX_START]))


def asks_for_steps(text: str) -> bool:
    """Whether a message asks in which steps something is done: "how do I ...?"."""
    return bool(_STEPS.search(text[:MAX_START]))


def asks_for_all(text: str) -> bool:
    """Whether a message asks for several things: "what are the ...?", "which ... are there?"."""
    return bool(_ALL.match(text.strip()[:MAX_START]))


def is_question(text: str) -> bool:
    """Whether a message asks something, whatever it is."""
    return text.rstrip().endswith("?") and bool(_ASKING.intersection(words(text[:MAX_START])[:1]))


_STEPS = re.compile(r"\bhow (?:do|does|can|could|should|would|to)\b", re.IGNORECASE)
_ALL = re.compile(
    r"(?:what|who) (?:are|were)\b(?! you)|which \w+s\b|(?:list|name) (?:all|the)\b", re.IGNORECASE
)
_HOW = re.compile(
    r"(?:(?:and|so|but|hi|hey|hello|please|sluice)[,!.]?\s+)*"
    r"(?:(?:can|could) you (?:tell|explain|show) (?:me\s+)?)?"
    r"(?:how (?:do|does|can|could|should|would|to|is|are|long|often|fast|far|soon)\b"
    r"|where (?:do|can|should)\b|why\b|(?:can|may|should|must|could) i\b|when (?:do|should|must)\b"
    r"|am i allowed|is it (?:ok|okay|allowed)|do i (?:need|have to)|what (?:is|are) (?:the|our) "
    r"(?:policy|rule|process|procedure|right way|best way)|what (?:should|must|do) i\b)",
    re.IGNORECASE,
)


def subject(text: str, nouns: Iterable[str]) -> str:
    """What a request is about; empty if the message only asks for it.

    Args:
        text: The message.
        nouns: What the request calls the thing it wants, such as the words of the tool's title.
    """
    known = stems(nouns)
    rest = _after_request(text, known)
    if rest is None:
        rest = _without_request(text, known)
    said = words(rest)
    if all(word in VERBS | _FILLERS or stem(word) in known for word in said):
        return ""
    return rest.strip().strip("-:,;\u2013\u2014 ").strip()


def _after_request(text: str, known: set[str]) -> str | None:
    """The text after a leading "please open a ticket for"; None if it does not begin so."""
    named = told = verb = False
    for token in re.finditer(r"\S+", text):
        said = words(token[0])
        if not all(word in VERBS | _FILLERS or stem(word) in known for word in said):
            return text[token.start() :] if (named and verb) or told else None
        links = _LINKS if named else _TELLING_LINKS if told else frozenset[str]()
        if links.intersection(said) and not _is_nobody(text[token.end() :]):
            return text[token.end() :]
        named = named or any(stem(word) in known and word not in _FILLERS for word in said)
        if named and token[0].endswith(_ENDS):
            return text[token.end() :]
        told = told or bool(_TELLING.intersection(said))
        verb = verb or bool(VERBS.intersection(said))
    return "" if named or told else None


def _is_nobody(rest: str) -> bool:
    """Whether "for" is followed by "me" and such, and not yet by what it is about."""
    following = words(rest[:40])
    return not following or following[0] in _NOBODY


def _without_request(text: str, known: set[str]) -> str:
    """The text without the clause that asks: "my screen flickers, please open a ticket"."""
    return " ".join(clause for clause in clauses(text) if not _asks(clause, known))


def _asks(clause: str, known: set[str]) -> bool:
    said = words(clause)
    rest = [word for word in said if word not in VERBS | _FILLERS and stem(word) not in known]
    verbs = any(word in VERBS for word in said)
    return verbs and any(stem(word) in known for word in said) and not rest


def quoted(text: str) -> list[str]:
    """What a message puts in double quotes."""
    return [match.strip() for match in _QUOTED.findall(text) if match.strip()]


def about(text: str) -> str:
    """What follows "about", "for" and the like; empty if nothing does."""
    return _after(_ABOUT, text)


def named(text: str) -> str:
    """What follows "named", "of", "for" and the like; empty if nothing does."""
    return _after(_NAMING, text)


def _after(pattern: re.Pattern[str], text: str) -> str:
    for match in pattern.finditer(text[:1_000]):
        if not set(words(match[1])) <= _NOBODY:
            return match[1].strip()
    return ""


def labelled(text: str, name: str, others: Iterable[str]) -> str:
    """What a message gives by name: `title: broken screen; priority: high`."""
    label = re.escape(name).replace("_", "[ _-]")
    stops = "|".join(re.escape(other).replace("_", "[ _-]") for other in others) or r"\Z"
    match = re.search(
        rf"(?:^|[\s,;]){label}\s*[:=]\s*(\S.{{0,2000}}?)(?=[;\n]|,?\s+(?:{stops})\s*[:=]|$)",
        text[:4_000],
        re.IGNORECASE,
    )
    return match[1].strip().strip('"') if match else ""
