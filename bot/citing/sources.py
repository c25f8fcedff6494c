"""What a reply of a turn may cite, and what its sentences may rest on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.egress.gate import Gate
from bot.grounding import Basis
from bot.messages.decisions import Draft
from bot.messages.history import Entry, Returned, Said
from bot.messages.memory import Condensed, Overheard
from bot.messages.replies import Citation
from bot.messages.task import Task
from bot.model.render import heard_id, recalled_id


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


def sources_of(task: Task, history: Sequence[Entry]) -> dict[str, Source]:
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


def asked_in(history: Sequence[Entry]) -> list[str]:
    """What people have written in the thread."""
    return [entry.text for entry in history if isinstance(entry, Said) and entry.by == "person"]


def basis_of(
    draft: Draft, sources: Mapping[str, Source], task: Task, history: Sequence[Entry]
) -> Basis:
    """What the sentences of a draft may rest on."""
    cited = [quote.source_id for quote in draft.citations if quote.source_id in sources]
    carry = [s.words if key in cited or not s.document else s.title for key, s in sources.items()]
    pages = [sources[key] for key in dict.fromkeys(cited) if sources[key].document]
    tools = (
        number
        for number, quote in enumerate(draft.citations, start=1)
        if quote.source_id in sources and not sources[quote.source_id].document
    )
    return _basis(task, pages, [*carry, *asked_in(history)], tools)


def uncited(sources: Mapping[str, Source], task: Task) -> Basis | None:
    """All documents as what a text rests on that cites nothing yet; None where tools said more."""
    if not sources or not all(source.document for source in sources.values()):
        return None
    pages = [*sources.values()]
    return _basis(task, pages, [*(page.words for page in pages), task.message.text])


def _basis(
    task: Task, pages: Sequence[Source], facts: Iterable[str], tools: Iterable[int] = ()
) -> Basis:
    return Basis(
        facts=tuple(facts),
        texts=tuple(page.text for page in pages),
        titles="\n".join(f"{page.title}\n{page.heading}" for page in pages),
        asked=f"{task.message.text}\n{task.evidence.query}",
        tools=frozenset(tools),
    )


def citation(number: int, quote: str, source: Source, gate: Gate) -> Citation:
    """A numbered source of a reply, its quote as it may leave."""
    return Citation(
        number=number,
        title=source.title,
        source=source.source,
        heading=source.heading,
        quote=gate.passed(quote, [source.text] if source.document else []),
        document_id=source.document_id,
        updated_at=source.updated_at,
    )
