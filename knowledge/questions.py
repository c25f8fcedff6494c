"""Questions made of what a document says: its headings and its sentences turned round.

Rules, not a model: each turns one form of words into a question that is English for whatever stands
in it, and anything else is left alone. The strongest forms come first.
"""

import re
from collections.abc import Callable, Iterator
from itertools import chain

from knowledge.markdown import plain

MAX_CHARS = 100
MIN_WORDS = 3

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Match], str]]

_ASKED = "how|what|when|where|who|why|which|can|do|does|is|are|should|may|must|will"
_DETERMINERS = "a|an|the|your|our|my|new|any|some|to|with|for|in|on|from|by"
_NUMBERS = "one|two|three|four|five|six|seven|eight|nine|ten|twelve|\\d[\\d,.]*"
_ORDERS = (
    "ask|call|write|report|send|contact|use|enter|put|open|go|talk|let|tell|check|make|fill|speak"
    "|message|post|email|notify|reach|please|do|don't|follow|read|create|add|choose|click|run|set"
)
_VAGUE = frozenset(
    "this that these those it there here he she they we you i what which who one some most many"
    " your our my his her its their such other another all each every both no nobody following"
    " below above first second third next last goal purpose reason idea point example if when while"
    " for with at on in by of to and or but as because so not only if no".split()
)


_MARKED = re.compile(r"[<>\[\]{}|_*`\\/=“”\"#]|https?:|\w@\w")
_LEANING = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|their|he|him|she|her|we|us|one|ones|such|several"
    r"|both|either|neither|too|also|again|otherwise|above|below|here|there|following)\b",
    re.IGNORECASE,
)
"""Words that mean something that was said before: alone, the question means nothing."""

_NO_NAME = re.compile(
    r"[?!:;,&]|^(?:at|for|in|on|by|with|to|from|before|after|during|if|when|why|and|or|as|of)\b"
    r"|^(?:overview|scope|purpose|contents|faq|introduction|summary|notes?|other|misc|links)$"
    r"|^(?:how|what|who|which|where) \w+$|^\w+ed\b|\b(?:you|is|are|i|do|does|can|should)\b",
    re.IGNORECASE,
)
_SMALL = frozenset(f"{_ASKED}|a|an|the|your|our|my|two|three|other|every|each|all".split("|"))


def from_heading(heading: str) -> Iterator[tuple[int, str]]:
    """Yield questions that a section with this heading answers, each with its rank, 0 the best."""
    clean = _heading(heading)
    for rank, (pattern, make) in enumerate(_HEADINGS):
        if match := pattern.fullmatch(clean):
            yield from _good(rank, make(match))
            return


def about(title: str, heading: str, text: str) -> str | None:
    """Ask what a page says about one of its headings: good for any heading that is a name."""
    clean = _heading(heading)
    first = clean.partition(" ")[0].lower()
    common = first in _SMALL or re.search(rf"\b{re.escape(first)}\b", text)  # no name, that is
    question = f"What does “{title}” say about {_lowered(clean) if common else clean}?"
    names = clean and not _NO_NAME.search(clean) and not _LEANING.search(clean)
    return question if names and len(question) <= MAX_CHARS else None


def from_text(text: str) -> Iterator[tuple[int, str]]:
    """Yield questions that the sentences of a text answer, each with its rank."""
    for sentence in _sentences(text):
        for rank, (pattern, make) in enumerate(_SENTENCES):
            if match := pattern.match(sentence):
                yield from _good(rank, make(match))
                break


def _good(rank: int, question: str) -> Iterator[tuple[int, str]]:
    words = question.split()
    clear = not (_MARKED.search(question) or _LEANING.search(question))
    if question and len(words) > MIN_WORDS and len(question) <= MAX_CHARS and clear:
        yield rank, question[0].upper() + question[1:]


def _sentences(text: str) -> Iterator[str]:
    """The sentences of the running text; items of lists count where they are sentences."""
    for line in plain(text).splitlines():
        if "|" in line or line.startswith(("#", "    ", "```", ">")):
            continue
        line = re.sub(r"^\s*(?:[-+*]|\d+[.)])\s+", "", line)
        yield from re.findall(r"[A-Z][^.!?]*(?:\.(?=\d)[^.!?]*)*\.(?=\s|$)", line)


def _heading(heading: str) -> str:
    """A heading without numbers, marks and what stands in brackets."""
    clean = re.sub(r"\s*\([^()]*\)", "", plain(heading))
    clean = re.sub(r"^(?:\W|\d+[.)]\s|Q[.:]\s|step \d+\W)+", "", clean, flags=re.IGNORECASE)
    return " ".join(clean.split()).rstrip(" :.-")


def _lowered(text: str) -> str:
    """Text that goes on in a sentence: its first letter small, unless it may be a name."""
    first, _, rest = text.partition(" ")
    plain_word = first.lower() in _SMALL or first.endswith("ing")
    named = any(word[:1].isupper() for word in rest.split()) or not first[1:].islower()
    return text if first == "I" or (named and not plain_word) else first[:1].lower() + text[1:]


def _mine(text: str) -> str:
    """What is said to a person as that person would say it."""
    words = {
        "you are": "I am",
        "you were": "I was",
        "you've": "I have",
        "you'd": "I would",
        "you're": "I am",
        "yourself": "myself",
        "yours": "mine",
        "your": "my",
        "you": "I",
    }
    pattern = rf"\b(?:{'|'.join(words)})\b"
    # After a word that takes an object, "you" is "me".
    text = re.sub(
        r"\b(to|for|with|from|by|of|at|give|gives|help|helps|tell|tells|sends?) you\b"
        r"(?! (?:are|have|can|must|need|want))",
        r"\1 me",
        text,
    )
    return re.sub(pattern, lambda found: words[found[0].lower()], text, flags=re.IGNORECASE)


def _how_many(match: Match) -> str:
    who, verb, what = match["who"], match["verb"], match["what"]
    singular = verb in ("gets", "has", "receives")
    base = {"gets": "get", "has": "have", "receives": "receive"}.get(verb, verb)
    return f"How many {what} {'does' if singular else 'do'} {_lowered(who)} {base}?"


def _if(match: Match) -> str:
    ordered = re.match(rf"(?:{_ORDERS})\b", match["then"], re.IGNORECASE)
    asked = "What should I do" if ordered else "What happens"
    return f"{asked} if {_mine(match['what'])}?"


def _what_is(match: Match) -> str:
    what = match["what"]
    words = what.lower().split()
    vague = bool(_VAGUE & set(words)) or (words[0] == "the" and len(words) < 3) or len(words) > 5
    return "" if vague else f"What {match['verb']} {_lowered(what)}?"


_HEADINGS: tuple[Rule, ...] = (
    (re.compile(rf"((?:{_ASKED})\b[^?.:]*)\?", re.IGNORECASE), lambda m: f"{m[1]}?"),
    (
        re.compile(r"how to ([a-z]+ [^?:,]+)", re.IGNORECASE),
        lambda m: f"How do I {_mine(_lowered(m[1]))}?",
    ),
    (
        re.compile(
            r"(how (?:many|much) \w[\w ]*?) you (get|have|pay|need|earn|receive)", re.IGNORECASE
        ),
        lambda m: f"{m[1]} do I {m[2]}?",
    ),
    (re.compile(r"(who \w+s (?:an? |the )[\w -]+)", re.IGNORECASE), lambda m: f"{m[1]}?"),
    (
        re.compile(r"(when|what) to ([a-z][^?:,]*)", re.IGNORECASE),
        lambda m: "" if m[2].startswith("expect") else f"{m[1]} should I {_mine(m[2])}?",
    ),
    (
        re.compile(rf"([a-z]{{3,}}ing (?:{_DETERMINERS}) [^?:,;.]*)", re.IGNORECASE),
        lambda m: f"What should I know about {_mine(_lowered(m[1]))}?",
    ),
)
_SENTENCES: tuple[Rule, ...] = (
    (
        re.compile(
            r"(?P<who>(?:Every|Each|All|An?|The)\b[\w' -]{2,40}?|[A-Z][a-z]+s) "
            r"(?P<verb>gets?|has|have|receives?) (?:up to |at least |about |a total of )?"
            rf"(?:{_NUMBERS}) (?P<what>[a-z-]+s(?: of [a-z]+(?: [a-z]+)??)?)"
            r"(?= (?:a|per|each|every|for|in|from) |[,.;])"
        ),
        _how_many,
    ),
    (
        re.compile(r"If (?P<what>you [^,;:()]{8,70}), (?P<then>[^,]+.*)\."),
        _if,
    ),
    (
        re.compile(
            rf"To (?P<what>(?!be\b|date\b|the\b|have\b)[a-z]+ [^,;:()]{{4,60}}), (?:{_ORDERS})\b"
        ),
        lambda m: f"How do I {_mine(m['what'])}?",
    ),
    (
        re.compile(
            r"(?P<what>(?:(?:An?|The) )?[A-Za-z][\w' -]{2,40}?) (?P<verb>is|are) (?:an?|the) "
        ),
        _what_is,
    ),
)


def candidates(title: str, sections: list[tuple[str, str]]) -> list[str]:
    """Return questions for a document's sections, given as heading path and text, the best first.

    Each section has one turn before any has a second one.
    """
    ranked: list[tuple[int, int, int, str]] = []
    for place, (path, text) in enumerate(sections):
        heading = path.rpartition(" > ")[2]
        good = sorted(chain(from_heading(heading), from_text(text)), key=lambda one: one[0])
        for turn, (rank, question) in enumerate(good):
            ranked.append((turn, rank, place, question))
        named = about(title, heading, text) if heading and heading != title else None
        if named:
            ranked.append((len(good) + 1, 99, place, named))
    return list(dict.fromkeys(question for *_, question in sorted(ranked)))
