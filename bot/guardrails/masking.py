"""Credentials, cards and accounts made unreadable in what leaves."""

from bot.guardrails.personal_data import find_numbers, plain_of
from bot.guardrails.secrets_in import find_secrets

MASK = "[masked]"


def mask_secrets(text: str) -> str:
    """Return a text with every credential replaced; all else stays character for character."""
    parts: list[str] = []
    done = 0
    for secret in find_secrets(text):
        parts += [text[done : secret.start], MASK]
        done = secret.end
    return "".join(parts) + text[done:]


def mask_numbers(text: str, documents: str = "") -> str:
    """Return a text with every card and account number but for its last four characters.

    One that stands in `documents` stays: what admins loaded for all to read is no secret.
    """
    parts: list[str] = []
    done = 0
    numbers = find_numbers(text)
    known = plain_of(documents) if numbers else ""
    for number in numbers:
        if number.plain in known:
            continue
        parts += [text[done : number.start], f"[{number.kind} ending in {number.plain[-4:]}]"]
        done = number.end
    return "".join(parts) + text[done:]
