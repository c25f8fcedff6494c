"""Guardrails that cannot be trusted close the door."""

import pytest

from bot.errors import GuardBroken
from bot.guardrails import GUARDRAILS, Guardrail
from bot.guardrails.policy import Policy
from bot.guardrails.self_check import PROOFS, problems, require_sound
from bot.messages.verdicts import Finding, Origin


def test_what_is_shipped_can_be_trusted() -> None:
    assert list(problems(Policy.default())) == []
    assert set(PROOFS) == {guardrail.__name__ for guardrail in GUARDRAILS}
    require_sound(Policy(guardrails=()))


def learned_nothing(text: str, origin: Origin) -> Finding | None:
    return None


def learned_fear(text: str, origin: Origin) -> Finding | None:
    return Finding(guardrail="learned", risk="Access", score=0.9, reason="everything is evil")


def learned_no_more(text: str, origin: Origin) -> Finding | None:
    raise GuardBroken("the classifier's weights are damaged")


@pytest.mark.parametrize(
    ("guardrail", "told"),
    [
        (learned_nothing, "does not see an attack in a requester's text"),
        (learned_fear, "takes a harmless text of a document for an attack"),
        (learned_no_more, "weights are damaged"),
    ],
)
def test_a_guardrail_that_does_not_work_closes_the_door(guardrail: Guardrail, told: str) -> None:
    guardrail.__name__ = "learned"
    policy = Policy(guardrails=(guardrail,))
    assert any(told in problem for problem in problems(policy))
    with pytest.raises(GuardBroken, match=told):
        require_sound(policy)


def test_a_guardrail_without_examples_cannot_be_trusted() -> None:
    def new(text: str, origin: Origin) -> Finding | None:
        return None

    assert list(problems(Policy(guardrails=(new,)))) == ["new has no examples to prove itself by"]
