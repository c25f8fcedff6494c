"""The attacks and look-alikes in `tests/attacks`, through the whole policy."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from bot.guardrails.policy import Policy
from bot.messages.verdicts import Action, Origin

ATTACKS = Path(__file__).parents[2] / "attacks"
POLICY = Policy.default()


def rows(name: str) -> list[dict[str, Any]]:
    text = (ATTACKS / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def action_on(text: str, origin: Origin) -> Action:
    findings = [found for check in POLICY.guardrails if (found := check(text, origin))]
    return POLICY.action_for(findings, origin)


@pytest.mark.parametrize("row", rows("direct"), ids=lambda row: ascii(row["text"][:50]))
def test_an_attack_by_the_requester(row: dict[str, Any]) -> None:
    assert action_on(row["text"], row["origin"]) == row["expect"]


@pytest.mark.parametrize("row", rows("indirect"), ids=lambda row: ascii(row["text"][:50]))
def test_an_attack_inside_data(row: dict[str, Any]) -> None:
    assert action_on(row["text"], row["origin"]) == row["expect"]


@pytest.mark.parametrize("row", rows("look_alikes"), ids=lambda row: ascii(row["text"][:50]))
def test_a_harmless_sentence_that_resembles_an_attack(row: dict[str, Any]) -> None:
    assert action_on(row["text"], row["origin"]) == "allow"


def test_the_files_are_large_enough_to_mean_something() -> None:
    direct = Counter(row["expect"] for row in rows("direct"))

    assert direct["block"] >= 50
    assert direct["restrict"] >= 5
    assert len(rows("indirect")) >= 40
    assert len(rows("look_alikes")) >= 60
