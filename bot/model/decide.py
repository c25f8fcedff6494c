"""What an answer of the model decides, or what is wrong with it, in words it can act on."""

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from bot.messages.decisions import Decision, Draft, Usage
from bot.model.spotlight import unmarked
from bot.model.stream import MAX_CALLS_PER_DECISION, Answer
from tools.spec import ToolCall

F = TypeVar("F", bound=BaseModel)

MAX_PROBLEMS = 5

TOO_MANY_CALLS = f"You asked for more than {MAX_CALLS_PER_DECISION} calls at once. Ask for fewer."
TOO_LONG = "Your answer was too long and was cut off. Answer again, in a few sentences."
EMPTY = "Your answer was empty. Ask for a tool, or reply with the JSON object described."
NAMELESS = "You asked for a tool without naming it."
NO_TEXT = "The `text` of your answer is empty. Say something in it."
WRONG_FORM = "Your answer does not have the form described: "
DECLINED = "The language model declined to answer this. Please put it differently."


def decide(answer: Answer, author: str, usage: Usage, mark: str = "") -> Decision:
    """Read a finished answer. Calls come before content, and a refusal before both.

    Args:
        answer: What came in.
        author: Who says it.
        usage: What it took.
        mark: Stood on the lines of untrusted text, and is taken out of what was copied from there.
    """
    read = _read(answer, mark)
    match read:
        case str():
            return Decision(author=author, problem=read, usage=usage)
        case Draft():
            return Decision(author=author, draft=read, usage=usage)
        case _:
            return Decision(author=author, calls=read, usage=usage)


def declined() -> Draft:
    """What a refusal becomes, in our words: the model's may hold anything."""
    return Draft(status="unknown", text=DECLINED, citations=())


def _read(answer: Answer, mark: str) -> tuple[ToolCall, ...] | Draft | str:
    if answer.refused:
        return declined()
    if answer.too_many_calls:
        return TOO_MANY_CALLS
    if _is_cut(answer):
        return TOO_LONG
    if calls := tuple(_clean(call, mark) for call in answer.calls()):
        return calls if all(call.name.strip() for call in calls) else NAMELESS
    return _draft(unmarked(answer.content, mark))


def _clean(call: ToolCall, mark: str) -> ToolCall:
    return call.model_copy(update={"arguments": unmarked(call.arguments, mark)})


def _draft(content: str) -> Draft | str:
    draft = _formed(content, Draft)
    if isinstance(draft, str):
        return draft
    return draft if draft.text.strip() else NO_TEXT


def read_form(answer: Answer, form: type[F], mark: str) -> F | str:
    """What an answer holds that has to be a form, or what is wrong with it."""
    if answer.refused:
        return DECLINED
    if _is_cut(answer):
        return TOO_LONG
    return _formed(unmarked(answer.content, mark), form)


def _is_cut(answer: Answer) -> bool:
    return answer.too_long or answer.finish == "length"


def _formed(content: str, form: type[F]) -> F | str:
    if not content.strip():
        return EMPTY
    try:
        return form.model_validate_json(_unfenced(content))
    except ValidationError as error:
        return _wrong_form(error)


def _unfenced(content: str) -> str:
    """The JSON in a code fence: so models reply whose servers do not hold them to the form."""
    fence = content.find("```")
    start, end = content.find("{", fence), content.rfind("```")
    if content.lstrip().startswith("{") or not 0 <= fence < start < end:
        return content
    return content[start:end]


def _wrong_form(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{_where(d['loc'])}{d['msg'][:200]}" for d in details[:MAX_PROBLEMS]]
    return WRONG_FORM + "; ".join(shown) + "."


def _where(location: tuple[str | int, ...]) -> str:
    return f"{'.'.join(map(str, location))[:60]}: " if location else ""
