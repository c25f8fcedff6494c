"""Credentials that somebody pasted into a message or a document."""

import re
from dataclasses import dataclass
from functools import cache

from bot.guardrails.normalise import normalise
from bot.messages.verdicts import Finding, Origin

SCORE = 0.3
"""Below every threshold: a pasted key is a reason for a note and a mask, not to refuse to help."""

# Name, what the text must hold for the pattern to be worth its time (in lower case letters: in
# any case), pattern.
_KINDS = (
    ("an OpenAI or Anthropic key", ("sk-",), r"\bsk-(?:[a-z]{2,12}-)?[A-Za-z0-9_-]{20,200}+"),
    ("a Slack token", ("xox",), r"\bxox[abcdeoprs]-[A-Za-z0-9-]{10,200}+"),
    ("a Slack app token", ("xapp-",), r"\bxapp-\d-[A-Za-z0-9-]{10,200}+"),
    (
        "a Slack webhook",
        ("hooks.slack.com",),
        r"\bhooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]{20,120}+",
    ),
    ("an AWS key", ("AKIA", "ASIA", "AIDA", "AROA"), r"\b(?:AKIA|ASIA|AIDA|AROA)[A-Z2-7]{16}\b"),
    (
        "a GitHub token",
        ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
        r"\b(?:gh[pousr]_[A-Za-z0-9]{30,255}+|github_pat_[A-Za-z0-9_]{30,255}+)",
    ),
    ("a GitLab token", ("glpat-", "glptt-", "glrt-"), r"\bgl(?:pat|ptt|rt)-[A-Za-z0-9_-]{20,100}+"),
    ("a Google key", ("AIza",), r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a Stripe key", ("sk_", "rk_"), r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,200}+"),
    (
        "a package registry token",
        ("npm_", "pypi-"),
        r"\b(?:npm_[A-Za-z0-9]{36}|pypi-[A-Za-z0-9_-]{50,300}+)",
    ),
    ("a SendGrid key", ("SG.",), r"\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,80}"),
    (
        "a JSON web token",
        ("eyJ",),
        r"\beyJ[A-Za-z0-9_-]{8,2000}+\.eyJ[A-Za-z0-9_-]{8,4000}+\.[A-Za-z0-9_-]{8,1000}+",
    ),
    (
        "a private key",
        ("-----BEGIN",),
        r"-----BEGIN (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?:\s|\\n)++(?:[A-Za-z-]{2,20}: [^\n]{0,100}|[A-Za-z0-9+/=]{16,100}+))++"
        r"(?:(?:\s|\\n)*+[A-Za-z0-9+/=]{0,100}+(?:\s|\\n)*+"
        r"-----END (?:[A-Z0-9]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----)?",
    ),
    ("a password in an address", ("://",), r"(?<=://)[^\s:/@]{1,100}+:[^\s:/@]{3,100}+(?=@[\w.-])"),
    (
        "a credential",
        ("pass", "pwd", "secret", "key", "token"),
        r"\b(?i:passwords?|passwd|pwd|client[_ -]?secret|secret|api[_ -]?key|(?:access"
        r"|auth)[_ -]?token"
        r"|token)[\"']?\s{0,2}[:=]\s{0,2}[\"'`]?(?P<value>(?=[^\s\"'`]{0,60}[0-9])"
        r"(?=[^\s\"'`]{0,60}[a-z])(?=[^\s\"'`]{0,60}[A-Z])[^\s\"'`<>{}()$]{16,200}+)",
    ),
)


@dataclass(frozen=True)
class Secret:
    """A credential and where it stands in the original text."""

    kind: str
    start: int
    end: int


def secrets_in(text: str, origin: Origin) -> Finding | None:  # noqa: ARG001 - a key is a key
    """Report credentials in a text, from the first to the last."""
    found = find_secrets(text)
    if not found:
        return None
    kinds = sorted({secret.kind for secret in found})
    return Finding(
        guardrail="secrets_in",
        risk="LLM02:2025 Sensitive Information Disclosure",
        score=SCORE,
        reason=", ".join(kinds),
        start=found[0].start,
        end=found[-1].end,
    )


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Return the credentials in a text, in order and apart from one another.

    Invisible characters inside a credential do not hide it: the text is read in canonical form.
    """
    layer = normalise(text).visible
    found: list[Secret] = []
    for match in _pattern(_worth_trying(layer.text)).finditer(layer.text):
        start, end = match.span("value" if match.groupdict().get("value") else 0)
        kind = _KINDS[int(str(match.lastgroup).removeprefix("kind"))][0]
        found.append(Secret(kind, *layer.span(start, end)))
    return tuple(found)


def _worth_trying(text: str) -> tuple[int, ...]:
    """The kinds whose hint stands in a text: most texts hold none, and the patterns take time."""
    lower = text.lower()
    return tuple(
        n
        for n, (_, hints, _) in enumerate(_KINDS)
        if any(hint in (lower if hint.islower() else text) for hint in hints)
    )


@cache
def _pattern(kinds: tuple[int, ...]) -> re.Pattern[str]:
    """The patterns of these kinds as one; of none, what matches nowhere."""
    each = (f"(?P<kind{n}>{_KINDS[n][2]})" for n in kinds)
    return re.compile("|".join(each) or r"(?!)")
