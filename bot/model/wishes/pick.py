"""Whether a message wants a tool rather than a page, and which.

Similarity alone mistakes "how do I open a ticket?" for "open a ticket". So what the message says is
looked at too: who tells somebody to do something wants a tool, who asks how it is done wants the
handbook, and who names a team or a ticket's number helps the tool that takes one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.messages.task import Offer
from bot.model.fill import Filled, fill
from bot.model.wishes.subject import VERBS, asks_how, clauses, leading_verb
from bot.model.words import LITTLE, stem, stems, subject_words, vocabulary, words
from tools.spec import AnyTool

MAX_LOOKED_AT = 600
"""Characters of a message that tell what it wants; the arguments may come from all of it."""

THRESHOLD = 0.52
"""From which score on a tool is meant; measured on the sample tools and the judged questions."""

HEAD_START = 0.1
"""How far behind the passages a tool may be: a page about a thing is always near to it."""

REQUESTED = 0.3
"""What it is worth that a message asks for the tool in the tool's own words."""

GIVEN = 0.12
"""What it is worth that a message gives a value that only this tool takes, such as a team."""

NOT_GIVEN = -0.05
ASKS_HOW = -0.25
NOT_PERSONAL = -0.2
FOREIGN_WORDS = -0.3
"""What it costs if all subject words of a message are unknown to the tool."""

SURE = 0.75
"""A similarity from which on a request needs no words of the tool's own."""

_MAKING = vocabulary("open create raise file log submit make report add start request")
_PERSONAL = vocabulary("i me my mine i'm i've we our us")


@dataclass(frozen=True)
class Pick:
    """A tool that a message wants, how much, and what the message gives for it."""

    tool: AnyTool
    filled: Filled
    score: float


def pick(
    text: str, offers: Sequence[Offer], tools: Sequence[AnyTool], pages: float, today: date
) -> Pick | None:
    """The tool that a message wants most, None if it wants none.

    Args:
        text: The message, in its context.
        offers: The offered tools with their similarities.
        tools: The same tools.
        pages: How well the passages answer the message, on the same scale.
        today: The day of the message.
    """
    near = {offer.tool: offer.score for offer in offers}
    picks = [_weighed(text, tool, near[tool.name], today) for tool in tools if tool.name in near]
    best = max((p for p in picks if p), key=lambda p: p.score, default=None)
    return best if best and best.score >= max(THRESHOLD, pages - HEAD_START) else None


def _weighed(text: str, tool: AnyTool, near: float, today: date) -> Pick | None:
    start = text[:MAX_LOOKED_AT]
    requested = is_requested(start, tool)
    if tool.effect != "read" and not (requested or (near >= SURE and _is_imperative(start, tool))):
        return None
    filled = fill(tool, text, today)
    score = near + sum(_signs(start, tool, filled, requested=requested))
    return Pick(tool, filled, score)


def _signs(text: str, tool: AnyTool, filled: Filled, *, requested: bool) -> Iterator[float]:
    """What speaks for the tool and against it, beside the similarity."""
    yield REQUESTED * requested
    yield GIVEN * bool(_specific(filled))
    if tool.effect == "read":
        yield ASKS_HOW * asks_how(text)
        yield NOT_GIVEN * bool(filled.missing)
        yield NOT_PERSONAL * (_is_personal(tool) and not _PERSONAL.intersection(words(text)))
        yield FOREIGN_WORDS * _unknown_share(text, tool, filled)


def _specific(filled: Filled) -> Mapping[str, object]:
    """The required arguments that were found by an option or a pattern, not as any text."""
    required = {p.name for p in filled.parameters if p.required and p.free_text is None}
    return {name: value for name, value in filled.arguments.items() if name in required}


def is_requested(text: str, tool: AnyTool) -> bool:
    """Whether a clause of a message begins with a verb of the tool and names its thing."""
    if asks_how(text):
        return False
    return any(_requests(clause, tool) for clause in clauses(text))


def _requests(clause: str, tool: AnyTool) -> bool:
    things, said = _things(tool), clause.split()
    start = " ".join(said[:3])
    if tool.effect != "read" and ":" in start and things & stems(words(start.split(":")[0])):
        return True  # "ticket: my mouse is broken"
    named = bool(things & stems(words(clause))) or bool(_acronyms(tool).intersection(said))
    return named and _is_imperative(clause, tool)


def _is_imperative(clause: str, tool: AnyTool) -> bool:
    verb, known = leading_verb(clause), _verbs(tool)
    return verb in known or (verb in _MAKING and bool(known & _MAKING))


def _verbs(tool: AnyTool) -> set[str]:
    """What people say to have it: the first verbs of its title and of its examples."""
    first = {leading_verb(text) for text in (tool.title, *tool.examples)}
    return {word for word in first if word in VERBS or word not in LITTLE}


def _things(tool: AnyTool) -> set[str]:
    """What its title is about, without the verb: `ticket`."""
    verb = leading_verb(tool.title)
    return stems(w for w in words(tool.title) if w not in LITTLE and w != verb and len(w) > 2)


def _acronyms(tool: AnyTool) -> set[str]:
    return {word for word in tool.title.split() if word.isupper() and len(word) > 1}


def _is_personal(tool: AnyTool) -> bool:
    """Whether it is always about the person who asks, as all its examples say."""
    return bool(tool.examples) and all(_PERSONAL.intersection(words(e)) for e in tool.examples)


def _unknown_share(text: str, tool: AnyTool, filled: Filled) -> float:
    """The share of a message's subject words that neither the tool nor its arguments know."""
    given = " ".join(str(value) for value in filled.arguments.values())
    name = tool.name.replace("_", " ")
    known = subject_words(" ".join([tool.title, name, tool.description, *tool.examples, given]))
    asked = {stem(word) for word in words(text) if word not in LITTLE and len(word) > 1}
    return len(asked - known) / len(asked) if asked else 0.0
