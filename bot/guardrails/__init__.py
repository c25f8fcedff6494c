"""Detectors, one a file: each reads one text and reports at most one finding.

Add a guardrail in three steps:

1. Write `bot/guardrails/<name>.py` with one function `<name>(text, origin)` that returns a
   `Finding` with `guardrail="<name>"`, or None. Ask `normalise(text)` for the text: what is hidden
   in it has been brought to light there, and a layer's `span` points back into the original.
2. Add the function to `GUARDRAILS` below.
3. Write a test that fails without it, and lines for `tests/attacks/`: what it catches, and what
   looks like it and is harmless.

`learned` is one more of these, a function that holds its weights. `Policy.with_vectors` gives it
the vectors that retrieval makes anyway; without them it judges by letters, words and signs alone.
"""

from collections.abc import Callable

from bot.guardrails.hidden_text import hidden_text
from bot.guardrails.known_attacks import known_attacks
from bot.guardrails.learned import learned
from bot.guardrails.personal_data import personal_data
from bot.guardrails.secrets_in import secrets_in
from bot.messages.verdicts import Finding, Origin

Guardrail = Callable[[str, Origin], Finding | None]
"""Pure: no network, no state. The same text from the same origin gives the same finding."""

GUARDRAILS: tuple[Guardrail, ...] = (
    known_attacks,
    learned,
    hidden_text,
    secrets_in,
    personal_data,
)
"""Every guardrail runs on every text, in this order."""
