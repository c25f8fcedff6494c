"""What the guardrails say of a text, and where that text came from."""

from typing import Literal

from pydantic import Field

from bot.messages.frozen import Frozen

Origin = Literal["system", "requester", "participant", "document", "tool"]
"""Where a text came from. Only `system` and `requester` speak for somebody; the rest is data."""


Risk = Literal[
    "LLM01:2025 Prompt Injection",
    "LLM02:2025 Sensitive Information Disclosure",
    "LLM07:2025 System Prompt Leakage",
    "LLM10:2025 Unbounded Consumption",
    "Access",
]
"""OWASP Top 10 for LLM applications, 2025; `Access` for who may ask where."""


Action = Literal["allow", "restrict", "block", "withhold"]
"""`restrict`: read-only tools; of data: what acts asks with a warning. `block`: no answer.
`withhold`: this text is left out."""


class Finding(Frozen):
    """One risk that one guardrail saw, and where: `start:end` points into the original text."""

    guardrail: str
    risk: Risk
    score: float = Field(ge=0, le=1)
    reason: str = Field(description="What it looks like, in a few words that repeat none of it.")
    start: int = Field(default=0, ge=0)
    end: int = Field(default=0, ge=0)


class Verdict(Frozen):
    """What the guardrails say of one text; `action` is what the flow does about it."""

    origin: Origin
    action: Action
    findings: tuple[Finding, ...] = ()

    @property
    def score(self) -> float:
        """The highest score of its findings, 0 without any."""
        return max((finding.score for finding in self.findings), default=0.0)
