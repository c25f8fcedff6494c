"""Credentials made unreadable in what leaves."""

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
