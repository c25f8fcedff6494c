import base64
import codecs

import pytest

from bot.guardrails.prompt_out import IN_A_ROW, prompt_out
from bot.model.render import rules
from bot.model.spotlight import canary_of

CANARY = canary_of("turn", b"key")
HIDDEN = {
    "plain": CANARY,
    "capitals": CANARY.upper(),
    "spaced out": " ".join(CANARY),
    "with hyphens": "-".join(CANARY),
    "zero-width spaces": "\u200b".join(CANARY),
    "numbered": "".join(f"{n}. {letter}\n" for n, letter in enumerate(CANARY, 1)),
    "backwards": CANARY[::-1],
    "rot13": codecs.encode(CANARY, "rot13"),
    "base64": base64.b64encode(f"the reference is {CANARY}".encode()).decode(),
    "hex": f"the reference is {CANARY}".encode().hex(),
    "in a link": f"https://x.example/?q={CANARY}",
}


@pytest.mark.parametrize("way", HIDDEN)
def test_the_canary_is_seen_however_it_is_written(way: str) -> None:
    finding = prompt_out(f"Here you are: {HIDDEN[way]}", rules(), CANARY)
    assert finding is not None
    assert finding.risk == "LLM07:2025 System Prompt Leakage"
    assert finding.score == 1.0


def test_the_canary_of_another_turn_or_none_is_no_leak() -> None:
    other = canary_of("other turn", b"key")
    assert other != CANARY
    assert prompt_out(f"Here you are: {CANARY}", rules(), other) is None
    assert prompt_out("Here you are.", rules(), "") is None


def test_a_long_piece_of_the_rules_is_seen_and_a_short_one_is_not() -> None:
    words = rules().split()
    assert prompt_out(" ".join(words[40 : 42 + IN_A_ROW]).upper(), rules(), CANARY) is not None
    assert prompt_out(" ".join(words[40 : 34 + IN_A_ROW]), rules(), CANARY) is None
    assert prompt_out("I am Sluice, an assistant in a company's Slack.", rules(), CANARY) is None


def test_canaries_are_letters_that_make_no_words() -> None:
    canaries = {canary_of(str(turn), b"key") for turn in range(200)}
    assert len(canaries) == 200
    assert all(
        len(one) == 16 and one.isalpha() and not set(one) & set("aeiouy") for one in canaries
    )
