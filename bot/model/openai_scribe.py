"""Minutes by a language model."""

from collections.abc import Sequence
from datetime import date

from bot.messages.history import Corrected
from bot.messages.minutes import Brief, Line, MinutesDraft, Writing
from bot.model.decide import DECLINED, read_form
from bot.model.openai_chat import OpenAIChat
from bot.model.render import Message, attribute, correction, inert, system_prompt
from bot.model.schemas import format_of
from bot.model.spotlight import marked, rule

DATA = "what people and apps have said, their names included,"


class OpenAIScribe:
    """A `Scribe` that asks a language model. It is offered no tools."""

    def __init__(self, chat: OpenAIChat) -> None:
        self._chat = chat

    async def write(self, brief: Brief, corrections: Sequence[Corrected]) -> Writing:
        """Ask the model, as often as its limits allow, and read what it answers."""
        mark, author = self._chat.mark(brief.id), self._chat.model
        messages = render_brief(brief, corrections, self._chat.today(), mark)
        request = {"messages": messages, "response_format": format_of(MinutesDraft, "minutes")}
        answer, usage = await self._chat.ask(request)
        read = DECLINED if answer is None else read_form(answer, MinutesDraft, mark)
        if isinstance(read, str):
            return Writing(author=author, problem=read, usage=usage)
        return Writing(author=author, draft=read, usage=usage)


def render_brief(
    brief: Brief, corrections: Sequence[Corrected], today: date, mark: str
) -> list[Message]:
    """The rules, the people and the lines of a brief, then the last draft that did not hold.

    The mark stands before every line that is not ours, so a message cannot pass for two.
    """
    people = "\n".join(brief.people) or "nobody"
    lines = "\n".join(f"{_head(line)}\n{marked(inert(line.text), mark)}" for line in brief.lines)
    what = "The notes of the parts" if brief.whole else "The messages"
    told = f"The people:\n{marked(people, mark)}\n\n{what}, the oldest first:\n{lines}"
    return [
        {"role": "system", "content": system_prompt(today, "minutes") + rule(mark, DATA)},
        {"role": "user", "content": told},
        *(message for one in corrections[-1:] for message in correction(one)),
    ]


def _head(line: Line) -> str:
    """What stands above a line, on a line of its own, without the mark."""
    if not line.number:
        return "(notes of a part)"
    facts = [f"#{line.number}", line.kind if line.kind != "message" else "", attribute(line.by)]
    facts += [f"owner: {attribute(line.owner)}" if line.owner else ""]
    facts += [f"due: {line.due.isoformat()}" if line.due else "", line.at]
    return " · ".join(fact for fact in facts if fact)
