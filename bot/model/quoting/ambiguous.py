"""Whether a question is so short that two documents answer it equally well."""

from collections.abc import Sequence

from bot.messages.history import Entry, Said
from bot.messages.task import Task
from bot.model.quoting.rank import Reading
from bot.model.words import subject_words

FEW_WORDS = 2
"""A question with more words to go by says what it means."""

CLOSE = 0.05
"""How far the best pieces of two documents may be apart to count as equally good."""


def is_ambiguous(question: str, reading: Reading, task: Task, history: Sequence[Entry]) -> bool:
    """Whether to ask which document is meant: once, and only where the words leave it open."""
    if any(isinstance(entry, Said) and entry.by == "bot" for entry in history):
        return False
    if len(subject_words(question)) > FEW_WORDS or len(question.split()) > 2 * FEW_WORDS:
        return False
    best, *others = reading.chosen
    passages = task.evidence.passages
    return any(
        passages[other.passage].document_id != passages[best.passage].document_id
        and best.score - other.score <= CLOSE
        for other in others
    )
