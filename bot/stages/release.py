"""Release: let out what may be seen of a reply while the model is still writing it."""

from collections.abc import Callable, Sequence

from bot.citing.sources import asked_in, sources_of, uncited
from bot.egress.gate import Gate
from bot.grounding import Judge, doubts, unsupported
from bot.guardrails.prompt_out import prompt_out
from bot.messages.decisions import MAX_CHARS, Partial
from bot.messages.history import Entry
from bot.messages.task import Task
from bot.model.render import rules
from bot.sentences import finished


def releasable(
    task: Task, history: Sequence[Entry], gate: Gate, judge: Judge
) -> Callable[[Partial], str]:
    """Make the check of a text that is still being written: what of it may be seen already.

    Its citations come after it, so each fact has to stand in *some* source that the turn may cite,
    each sentence of a grounded reply has to be supported by its documents together, and links to
    stand in one of them; `validate` is stricter, and has the last word. What is let out ends with a
    whole sentence, and only grows: from the first sentence that does not hold on, everything waits
    for `validate`.
    """
    sources = sources_of(task, history)
    carry = [*(source.words for source in sources.values()), *asked_in(history)]
    documents = [source.text for source in sources.values() if source.document]
    basis = uncited(sources, task)
    out = checked = ""

    def check(partial: Partial) -> str:
        nonlocal out, checked
        text = partial.text if partial.whole else finished(partial.text)
        if not text.startswith(checked):
            out = checked = ""  # the answer was begun anew
        if len(text) == len(checked) or len(text) > MAX_CHARS:
            return out
        new = text[len(checked) :]
        if unsupported(new, carry) or prompt_out(text, rules(), partial.canary):
            return out
        if basis and partial.status == "grounded" and doubts(new, basis, judge):
            return out
        passed = gate.passed(text, documents)
        if passed.startswith(out):
            out, checked = passed, text
        return out

    return check
