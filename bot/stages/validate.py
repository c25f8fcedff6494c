"""Validate: let a draft out only if its sources carry it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.citing.conflicts import conflicts
from bot.citing.remarks import label, left_out, notes
from bot.citing.sources import Source, basis_of, citation, sources_of
from bot.egress.gate import Gate
from bot.grounding import Basis, Doubt, Judge, doubts, shortened, unsupported, verbatim, without
from bot.messages.decisions import EXTRACTIVE, MAX_CHARS, Decision, Draft
from bot.messages.history import Corrected, Entry, is_private
from bot.messages.replies import Conflict, Reply, Statement, Validation
from bot.messages.task import Task
from knowledge.documents import Passage

CHOICES = 4
NEAR = 0.5
"""How near a passage is to be, beside the nearest, for the person to have meant it."""

MAX_QUOTE = 300

_MARKER = re.compile(r"\[(\d{1,3})\](?!\()")


def validate(
    decision: Decision, task: Task, history: Sequence[Entry], gate: Gate, judge: Judge
) -> Validation:
    """Check a draft against its sources, and make the reply of it that leaves.

    Every quote has to stand in its source word for word, every number, date, address and
    identifier of the text in a cited source, a tool result or the question, and every sentence has
    to be supported by what is cited. What is wrong comes back in words that the model can act on;
    a sentence that it cannot mend is left out, and the reply says so. Links pass the egress gate.
    """
    if (draft := decision.draft) is None:
        return Validation(problems=(decision.problem or "There is no reply.",))
    sources = sources_of(task, history)
    checked = _supported(decision, draft, basis_of(draft, sources, task, history), history, judge)
    if problems := (*_form(draft), *_quotes(draft, sources), *checked.problems):
        return Validation(problems=problems)
    cited = [sources[quote.source_id] for quote in draft.citations]
    return Validation(
        reply=Reply(
            status=draft.status,
            text=gate.passed(checked.text, [source.text for source in cited if source.document]),
            citations=tuple(
                citation(number, quote.quote, source, gate)
                for number, (quote, source) in enumerate(
                    zip(draft.citations, cited, strict=True), start=1
                )
            ),
            label=label(decision),
            notes=(*left_out(checked.left_out), *notes(task, cited)),
            conflicts=_conflicts(draft, sources),
            choices=choices(draft, task),
            private=is_private(history),
        )
    )


def _form(draft: Draft) -> tuple[str, ...]:
    checks = (
        (not draft.text.strip(), "`text` is empty."),
        (len(draft.text) > MAX_CHARS, f"`text` is longer than {MAX_CHARS} characters."),
        (
            draft.status == "grounded" and not draft.citations,
            "A grounded reply needs citations. If no source says it, the status is unknown.",
        ),
        (
            draft.status == "unknown" and bool(draft.citations),
            "An unknown reply has no citations.",
        ),
        (
            any(int(n) not in range(1, len(draft.citations) + 1) for n in _markers(draft)),
            "`text` has a marker such as [1] without a citation of that number.",
        ),
    )
    return tuple(problem for wrong, problem in checks if wrong)


def _quotes(draft: Draft, sources: Mapping[str, Source]) -> tuple[str, ...]:
    problems: list[str] = []
    for number, quote in enumerate(draft.citations, start=1):
        source = sources.get(quote.source_id)
        if source is None:
            problems.append(f"Citation {number}: there is no source {quote.source_id[:40]!r}.")
        elif len(quote.quote) > MAX_QUOTE:
            problems.append(f"Citation {number}: the quote is longer than {MAX_QUOTE} characters.")
        elif not verbatim(quote.quote, source.text):
            problems.append(
                f"Citation {number}: the quote does not stand in {quote.source_id}. "
                "Copy it character by character."
            )
    return tuple(problems)


@dataclass(frozen=True)
class Checked:
    """A draft's text after its sentences were looked at, or what is wrong with them."""

    text: str
    left_out: int = 0
    problems: tuple[str, ...] = ()


def _supported(
    decision: Decision, draft: Draft, basis: Basis, history: Sequence[Entry], judge: Judge
) -> Checked:
    """Send sentences back that nothing supports; once that did not help, leave them out."""
    prose = draft.status == "grounded" and decision.author != EXTRACTIVE
    found = doubts(draft.text, basis, judge if prose else None)
    text = without(draft.text, [doubt.span for doubt in found])
    if loose := unsupported(text, basis.facts):  # in code, which has no sentences
        return Checked(draft.text, problems=tuple(map(_unfounded, loose)))
    if found and not (prose and _sent_back(history) and re.search(r"\w", text)):
        return Checked(draft.text, problems=tuple(_doubted(one, draft.text) for one in found))
    return Checked(text, left_out=len(found))


def _sent_back(history: Sequence[Entry]) -> bool:
    """Whether a draft for the message at hand was sent back before."""
    return bool(history) and isinstance(history[-1], Corrected)


def _unfounded(fact: str) -> str:
    return f"{fact!r} stands in no cited source. Cite the source that says it, or leave it out."


def _doubted(doubt: Doubt, text: str) -> str:
    return (
        f"“{shortened(doubt.span.of(text))}”: {doubt.why}. Cite the source that says it, say it as "
        "the source does, or leave it out."
    )


def _conflicts(draft: Draft, sources: Mapping[str, Source]) -> tuple[Conflict, ...]:
    """What other documents of this turn say against the quotes."""
    pages = [source for source in sources.values() if source.document]
    said = [
        _statement(source, quote.quote)
        for quote in draft.citations
        if (source := sources[quote.source_id]).document
    ]
    return conflicts(said, [_statement(page, page.text) for page in pages])


def _statement(source: Source, text: str) -> Statement:
    return Statement(
        document_id=source.document_id,
        title=source.title,
        text=text,
        updated_at=source.updated_at,
    )


def choices(draft: Draft, task: Task) -> tuple[str, ...]:
    """What the person may have meant, by the headings of the passages that are about as near.

    Only a question of ours has choices, and only where there are at least two; a passage that
    shares no word with the message was not meant.
    """
    passages = task.evidence.passages
    if draft.status != "clarify" or not draft.text.rstrip().endswith("?") or not passages:
        return ()
    near = [p for p in passages if p.coverage and p.score >= NEAR * passages[0].score]
    labels = list(dict.fromkeys(_label_of(passage) for passage in near))
    return tuple(labels[:CHOICES]) if len(labels) > 1 else ()


def _label_of(passage: Passage) -> str:
    """Its page and, where that says more, the last of its headings."""
    last = passage.heading.rpartition(" > ")[2].strip()
    return passage.title if last in ("", passage.title) else f"{passage.title}: {last}"


def _markers(draft: Draft) -> list[str]:
    return _MARKER.findall(draft.text)
