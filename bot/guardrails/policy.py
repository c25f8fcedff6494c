"""The guardrails in force and what their findings lead to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.guardrails import GUARDRAILS, Guardrail
from bot.guardrails.classifier.judge import Embed
from bot.guardrails.learned import learned, with_vectors
from bot.messages.verdicts import Action, Finding, Origin

RESTRICT_AT = 0.4
"""One sign that may also be innocent: the turn goes on, with tools that only read."""

BLOCK_AT = 0.75
"""What no harmless message of the sets measured reached."""

SUSPECT_AT = 0.55
"""Of data that may only read like an order, as instructions to people do: it is quoted, and what
then acts asks with a warning. Each passage that is withheld instead is an answer lost."""

WITHHOLD_AT = 0.6
"""For data, which has no business giving orders, the bar is lower than for a person."""


class Thresholds(BaseModel):
    """From which score on, 0 to 1, a finding has a consequence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    restrict_at: float = Field(default=RESTRICT_AT, ge=0, le=1)
    block_at: float = Field(default=BLOCK_AT, ge=0, le=1)
    suspect_at: float = Field(default=SUSPECT_AT, ge=0, le=1)
    withhold_at: float = Field(default=WITHHOLD_AT, ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.restrict_at > self.block_at:
            raise ValueError("restrict_at must not be above block_at")
        return self


@dataclass(frozen=True)
class Policy:
    """A set of guardrails with its thresholds.

    A guardrail that raises is a bug: the error goes through to whoever screens, so a text that
    could not be judged is not let in.

    Attributes:
        thresholds: For every origin that `by_origin` does not name.
    """

    guardrails: tuple[Guardrail, ...]
    thresholds: Thresholds = field(default_factory=Thresholds)
    by_origin: Mapping[Origin, Thresholds] = field(default_factory=dict[Origin, Thresholds])

    @classmethod
    def default(
        cls,
        thresholds: Thresholds | None = None,
        by_origin: Mapping[Origin, Thresholds] | None = None,
    ) -> "Policy":
        """Return the policy with every guardrail there is."""
        return cls(GUARDRAILS, thresholds or Thresholds(), by_origin or {})

    def with_vectors(self, embed: Embed, model: str) -> "Policy":
        """The same policy, where the classifier also sees what a text means.

        Args:
            embed: Gives the vector of a text; called in the thread that screens.
            model: Whose vectors these are; those of a model that was not learned from are not used.
        """
        seeing = with_vectors(embed, model)
        guardrails = tuple(seeing if one is learned else one for one in self.guardrails)
        return replace(self, guardrails=guardrails)

    def action_for(self, findings: Sequence[Finding], origin: Origin) -> Action:
        """Decide what findings mean for a text: the gravest of them counts.

        What the requester wrote is allowed, restricted or blocked; everybody else's text is
        allowed, restricted (it is quoted, and trusted less) or withheld. Our own needs no leave.
        """
        if not findings or origin == "system":
            return "allow"
        score = max(finding.score for finding in findings)
        limits = self.by_origin.get(origin, self.thresholds)
        if origin == "requester":
            return _by_bars(score, ("block", limits.block_at), limits.restrict_at)
        return _by_bars(score, ("withhold", limits.withhold_at), limits.suspect_at)


def _by_bars(score: float, worst: tuple[Action, float], restrict_at: float) -> Action:
    action, bar = worst
    if score >= bar:
        return action
    return "restrict" if score >= restrict_at else "allow"
