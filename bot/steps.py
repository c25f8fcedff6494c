"""What people see of a turn while it is under way, step by step.

Everybody in a thread may read it, so it says nothing that a document, a tool or a person said.
"""

from collections.abc import Sequence

from bot.messages.approvals import Card
from bot.messages.replies import Step
from bot.messages.task import Evidence, Offer
from tools.spec import ToolCall

LOOKING = Step(id="look", title="Looking at the question")
WRITING = Step(id="write", title="Writing the answer")


def searching(chunks: int) -> tuple[Step, ...]:
    """The documents are being searched; `chunks` is how many passages there are."""
    count = f"{chunks:,} passage" + "s" * (chunks != 1)
    return LOOKING.done(), Step(id="search", title=f"Searching {count}")


def found(evidence: Evidence) -> tuple[Step, ...]:
    """The search is over, and the model reads what it gave."""
    passages = len(evidence.passages)
    pages = len({passage.document_id for passage in evidence.passages})
    count = f"{passages} on {pages} page{'s' * (pages != 1)}" if passages else "Nothing near"
    return Step(id="search", title="Searched the documents").done(count), WRITING


def asking(calls: Sequence[ToolCall], offers: Sequence[Offer]) -> tuple[Step, ...]:
    """Tools are being called."""
    titles = {offer.tool: offer.title for offer in offers}
    return tuple(
        Step(id=call.id, title=f"Asking: {titles[call.name]}")
        for call in calls
        if call.name in titles
    )


def waiting(card: Card, requester: str) -> tuple[Step, ...]:
    """A person has to decide about a call; `requester` is the name of the one who asked."""
    who = "another person" if card.approver == "another" else requester
    return (
        Step(id=card.call_id, title=f"{card.title}: waiting for {who}"),
        WRITING.done(),
    )
