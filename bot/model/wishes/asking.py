"""Asking back for what a tool needs, and knowing the answer when it comes.

Nothing is kept for it: what was asked is read from the thread, by making the same question again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from bot.messages.history import Entry, Said
from bot.model.fill import Filled, fill
from bot.model.quoting.compose import either
from bot.model.report import humanise
from bot.model.wishes.subject import is_question
from bot.model.wishes.values import Parameter
from tools.spec import AnyTool

MAX_EXCHANGES = 6
"""How far back a request may lie whose details are being asked for."""

MAX_OPTIONS = 10


@dataclass(frozen=True)
class Resumed:
    """A tool whose details were asked for, with what has been given by now."""

    tool: AnyTool
    filled: Filled


def ask(tool: AnyTool, parameter: Parameter, *, brief: bool = False) -> str:
    """One short question for an argument, with what there is to choose from."""
    name = humanise(parameter.name)
    name = name[:1].lower() + name[1:]
    if parameter.options and not brief:
        return f"{tool.title}: which {name}? I know {either(parameter.options[:MAX_OPTIONS])}."
    hint = "" if brief or not parameter.description else f" {parameter.description}"
    return f"{tool.title}: what is the {name}?{hint}"


def resumed(
    text: str, history: Sequence[Entry], tools: Sequence[AnyTool], today: date
) -> Resumed | None:
    """The tool that a message goes on with, if it comes after our question for a detail."""
    exchanges = _exchanges(text, history)
    for tool in tools if exchanges else ():
        for start in range(len(exchanges)):
            if filled := _replayed(tool, exchanges[start:], text, today):
                return Resumed(tool, filled)
    return None


def _exchanges(text: str, history: Sequence[Entry]) -> list[tuple[str, str]]:
    """The last messages of persons that the bot has replied to, with the replies, oldest first."""
    said = [entry for entry in history if isinstance(entry, Said)]
    if said and said[-1].by == "person" and said[-1].text == text:
        said.pop()
    pairs = pairwise(said)
    found = [(a.text, b.text) for a, b in pairs if (a.by, b.by) == ("person", "bot")]
    answered = bool(said) and said[-1].by == "bot"
    return found[-MAX_EXCHANGES:] if answered else []


def _replayed(
    tool: AnyTool, exchanges: Sequence[tuple[str, str]], latest: str, today: date
) -> Filled | None:
    """What is filled by now, if each reply of these exchanges was a question for this tool."""
    wish = exchanges[0][0]
    messages = [person for person, _ in exchanges[1:]] + [latest]
    answers: dict[str, str] = {}
    filled = fill(tool, wish, today)
    for (_, reply), message in zip(exchanges, messages, strict=True):
        asked = next((p for p in filled.missing[:1] if _is_question(reply, tool, p)), None)
        if asked is None or (asked.free_text and is_question(message)):
            return None
        answers[asked.name] = message
        filled = fill(tool, wish, today, answers)
    return filled


def _is_question(reply: str, tool: AnyTool, parameter: Parameter) -> bool:
    return reply in (ask(tool, parameter), ask(tool, parameter, brief=True))
