import re

import pytest

from bot.guardrails.forms.form import Form, gap
from bot.guardrails.forms.index import PREFIX, FormIndex, first_letters
from bot.guardrails.known_attacks import FORMS

WORD = re.compile(r"[^\W_]+")


@pytest.mark.parametrize(
    ("pattern", "prefixes"),
    [
        ("ignore", {"ign"}),
        ("ignore|forget it", {"ign", "for"}),
        (r"(?:do not|don'?t|(?:ai|bot)s?)\b x", {"do", "ai", "bot"}),
        (r"d(?:ame|ime)", {"d"}),
        (r"z?ignoruj", {""}),
        (r"(?:the )?rule", {""}),
        (r"(?:a{0,2}|b)c", {""}),
        (r"a\.?i|[|)]x", None),
        (r"\[inst\]", None),
        (r"(?:x|\w)y", None),
        (r"in[)(|\]]st|off", {"in", "off"}),
        (r"prefix|pre", {"pre"}),
    ],
)
def test_first_letters_of_a_pattern(pattern: str, prefixes: set[str] | None) -> None:
    assert first_letters(pattern) == prefixes


@pytest.mark.parametrize("form", [form for form in FORMS if form.latin], ids=lambda form: form.name)
def test_no_match_is_lost_by_looking_only_where_a_form_can_begin(form: Form) -> None:
    """Each form is tried at every word of its own vocabulary; the index must not skip any."""
    text = " ".join(sorted(set(re.findall(r"[a-z]{2,}", form.pattern)))) + " your rules of x"
    index = FormIndex([form])
    pattern = re.compile(form.pattern)

    plain = {w.start() for w in WORD.finditer(text) if pattern.match(text, w.start())}
    indexed = {match.start() for _, match in index.matches(text)}

    assert plain <= indexed


def test_words_are_looked_up_by_their_first_letters() -> None:
    index = FormIndex([Form("x", r"ignore\b", 1, 1)])

    assert [m.span() for _, m in index.matches("ignore it, or ignored, or re-ignore")] == [
        (0, 6),
        (29, 35),
    ]
    assert list(index.by_prefix) == ["ignore"[:PREFIX]]


def test_a_gap_is_bounded() -> None:
    pattern = re.compile(f"forget{gap(2)}rules")

    assert pattern.fullmatch("forget about your rules")
    assert pattern.fullmatch("forget; rules")
    assert not pattern.fullmatch("forget all about your rules")


def test_something_near_counts_within_reach_only() -> None:
    form = Form("x", "rule", 1, 1, near="void", reach=10, apart=0.5)

    assert form.weight("the rule is void", 4, 8) == 1.0
    assert form.weight("the rule is, since a long time, void", 4, 8) == 0.5
