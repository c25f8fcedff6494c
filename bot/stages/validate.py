"""Validate: let a draft out only if its sources carry it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.conflicts import conflicts
from bot.egress.gate import Gate
from bot.grounding import Basis, Doubt, Judge, doubts, shortened, unsupported, verbatim, without
from bot.guardrails.prompt_out import prompt_out
from bot.messages.decisions import Decision, Draft, Partial
from bot.messages.history import Corrected, Entry, Returned, Said, is_private
from bot.messages.memory import Condensed, Overheard
from bot.messages.replies import Citation, Conflict, Reply, Statement, Validation
from bot.messages.task import Task
from bot.model.render import heard_id, recalled_id, rules
from bot.sentences import finished
from knowledge.documents import Passage

MAX_CHARS = 30_000
"""More than anybody reads; what is too long for messages leaves as a file."""

CHOICES = 4
NEAR = 0.5
"""How near a passage is to be, beside the nearest, for the person to have meant it."""

MAX_QUOTE = 300
EXTRACTIVE = "extractive"

_MARKER = re.compile(r"\[(\d{1,3})\](?!\()")


@dataclass(frozen=True)
class Source:
    """Something a citation may point at."""

    title: str
    source: str
    heading: str
    text: str
    document: bool
    document_id: str = ""
    updated_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def words(self) -> str:
        """All of it that a fact may come from."""
        return f"{self.title}\n{self.heading}\n{self.text}"


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
    sources = _sources(task, history)
    checked = _supported(decision, draft, _basis(draft, sources, task, history), history, judge)
    if problems := (*_form(draft), *_quotes(draft, sources), *checked.problems):
        return Validation(problems=problems)
    cited = [sources[quote.source_id] for quote in draft.citations]
    return Validation(
        reply=Reply(
            status=draft.status,
            text=gate.passed(checked.text, [source.text for source in cited if source.document]),
            citations=tuple(
                _citation(number, quote.quote, source, gate)
                for number, (quote, source) in enumerate(
                    zip(draft.citations, cited, strict=True), start=1
                )
            ),
            label=_label(decision),
            notes=(*_left_out(checked.left_out), *_notes(task, cited)),
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


def _left_out(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    if count == 1:
        return ("One sentence was left out: no source says it.",)
    return (f"{count} sentences were left out: no source says them.",)


def _basis(
    draft: Draft, sources: Mapping[str, Source], task: Task, history: Sequence[Entry]
) -> Basis:
    """What the sentences of a draft may rest on."""
    cited = [quote.source_id for quote in draft.citations if quote.source_id in sources]
    carry = [s.words if key in cited or not s.document else s.title for key, s in sources.items()]
    asked = [entry.text for entry in history if isinstance(entry, Said) and entry.by == "person"]
    pages = [sources[key] for key in dict.fromkeys(cited) if sources[key].document]
    return Basis(
        facts=(*carry, *asked),
        texts=tuple(page.text for page in pages),
        titles="\n".join(f"{page.title}\n{page.heading}" for page in pages),
        asked=f"{task.message.text}\n{task.evidence.query}",
        tools=frozenset(
            number
            for number, quote in enumerate(draft.citations, start=1)
            if quote.source_id in sources and not sources[quote.source_id].document
        ),
    )


def _sources(task: Task, history: Sequence[Entry]) -> dict[str, Source]:
    """Everything that a draft of this turn may cite, by the id that the model knows it by."""
    titles = {offer.tool: offer.title for offer in task.offers}
    passages = {
        task.source_id(index): Source(
            p.title, p.source, p.heading, p.text, True, p.document_id, p.updated_at, p.expires_at
        )
        for index, p in enumerate(task.evidence.passages)
    }
    results = {
        e.result.call_id: Source(
            titles.get(e.result.name, e.result.name), e.result.name, "", e.result.content, False
        )
        for e in history
        if isinstance(e, Returned) and e.result.outcome == "ok"
    }
    return {**passages, **results, **_said_earlier(history)}


def _said_earlier(history: Sequence[Entry]) -> dict[str, Source]:
    """What was said in the thread, which carries no more than that it was said."""
    found: dict[str, Source] = {}
    for entry in history:
        if isinstance(entry, Overheard):
            for n, post in enumerate(entry.posts):
                said_by = post.name or post.user
                found[heard_id(n)] = Source(f"{said_by}, in this thread", "", "", post.text, False)
        if isinstance(entry, Condensed):
            for n, turn in enumerate(entry.turns):
                text = f"{turn.asked}\n{turn.answered}"
                found[recalled_id(n)] = Source("Earlier in this thread", "", "", text, False)
    return found


def _citation(number: int, quote: str, source: Source, gate: Gate) -> Citation:
    return Citation(
        number=number,
        title=source.title,
        source=source.source,
        heading=source.heading,
        quote=gate.passed(quote, [source.text] if source.document else []),
        document_id=source.document_id,
        updated_at=source.updated_at,
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


def _label(decision: Decision) -> str | None:
    if decision.author != EXTRACTIVE:
        return None
    why = f" ({decision.degraded})" if decision.degraded else ""
    return f"Answered without a language model{why}"


def _notes(task: Task, cited: Sequence[Source]) -> tuple[str, ...]:
    """What a reader should know of the sources beside what they say."""
    return (*_held_back(task, cited), *_suspect(task, cited), *_expired(cited))


def _held_back(task: Task, cited: Sequence[Source]) -> tuple[str, ...]:
    """Say what was held back, where it stood near or in a page that the reply cites."""
    best = max((passage.score for passage in task.evidence.passages), default=0.0)
    pages = {source.source for source in cited}
    withheld = task.evidence.withheld
    near = [held for held in withheld if held.score >= best / 2 or held.source in pages]
    if not near:
        return ()
    named = ", ".join(f"“{title}”" for title in sorted({held.title for held in near}))
    return (
        f"Part of {named} was held back: it carries instructions to an assistant. "
        "Please tell an admin.",
    )


def _suspect(task: Task, cited: Sequence[Source]) -> tuple[str, ...]:
    """Say which cited passage may carry an order: it was quoted, and nothing more."""
    places = {(source.source, source.heading) for source in cited}
    suspect = {one.title for one in task.evidence.suspect if (one.source, one.heading) in places}
    named = ", ".join(f"“{title}”" for title in sorted(suspect))
    return (f"{named} may hold instructions to an assistant; I only quote it.",) if named else ()


def _expired(cited: Sequence[Source]) -> tuple[str, ...]:
    now = datetime.now(UTC)
    days = {s.title: s.expires_at for s in cited if s.expires_at and s.expires_at <= now}
    return tuple(
        f"“{title}” was to hold until {day:%d %b %Y} and may be out of date."
        for title, day in days.items()
    )


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
    sources = _sources(task, history)
    asked = [entry.text for entry in history if isinstance(entry, Said) and entry.by == "person"]
    carry = [*(source.words for source in sources.values()), *asked]
    documents = [source.text for source in sources.values() if source.document]
    basis = _uncited(sources, task)
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


def _uncited(sources: Mapping[str, Source], task: Task) -> Basis | None:
    """All documents as what a text rests on that cites nothing yet; None where tools said more."""
    if not sources or not all(source.document for source in sources.values()):
        return None
    pages = sources.values()
    return Basis(
        facts=(*(page.words for page in pages), task.message.text),
        texts=tuple(page.text for page in pages),
        titles="\n".join(f"{page.title}\n{page.heading}" for page in pages),
        asked=f"{task.message.text}\n{task.evidence.query}",
    )
