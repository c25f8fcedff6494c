import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grounding import unsupported, verbatim


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("You get 16 weeks [1].", "sixteen weeks"),
        ("It costs €1,200.", "1200 EUR"),
        ("It costs 1200 euros.", "€1,200"),
        ("On 3 November 2026.", "due 2026-11-03"),
        ("On 2026-11-03.", "on 2026-11-03"),
        ("Rated 4.50", "4.5"),
        ("Open 24/7, p95 under 200 ms", "24/7 and p95 of 200ms"),
        ("See https://it.example/vpn.", "it is at https://it.example/vpn today"),
        ("Write to it@example.com!", "it@example.com"),
        ("Ticket INC-1042 is open", '{"id": "INC-1042"}'),
        ("1. First\n2. Second", "nothing"),
        ("No numbers at all", ""),
        ("twice a day", "2 times"),
        ("Version v2.3", "v2.3"),
        ("pages 3\N{EN DASH}5", "3-5"),
    ],
)
def test_what_the_source_says_is_supported(text: str, source: str) -> None:
    assert unsupported(text, [source]) == ()


@pytest.mark.parametrize(
    ("text", "source", "missing"),
    [
        ("12 weeks", "16 weeks", "12"),
        ("1,200", "12,000", "1,200"),
        ("On 2026-12-03", "2026-11-03", "2026-12-03"),
        ("On 3 December", "3 November", None),
        ("INC-1043", "INC-1042", "inc-1043"),
        ("INC-104", "INC-1042", "inc-104"),
        ("https://it.example/vp", "https://it.example/vpn", "https://it.example/vp"),
        ("https://it.example", "https://it.example/vpn", "https://it.example"),
        ("a@example.com", "ba@example.com", "a@example.com"),
        ("5 days", "it may take a while", "5"),
        ("v2.4", "v2.3 and 2.4", "v2.4"),
    ],
)
def test_what_the_source_does_not_say_is_named(text: str, source: str, missing: str | None) -> None:
    assert unsupported(text, [source]) == ((missing,) if missing else ())


def test_markers_are_no_facts_and_each_fact_is_named_once() -> None:
    assert unsupported("7 [1] and 7 [2]", ["nothing"]) == ("7",)


@given(st.text())
def test_a_text_supports_itself(text: str) -> None:
    assert unsupported(text, [text]) == ()


def test_a_quote_is_verbatim_but_for_whitespace() -> None:
    assert verbatim("two\n words", "in two words, here")
    assert not verbatim("two  wörds", "two words")
    assert not verbatim("  ", "anything")
