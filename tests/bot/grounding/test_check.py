import pytest

from bot.grounding import Basis, Judge, doubts, shortened, without
from bot.grounding.pieces import Span
from tests.fakes.embedder import HashEmbedder

PAGE = "Employees get 25 days of annual leave a year. Contractors get none."
BASIS = Basis(facts=(PAGE,), texts=(PAGE,), titles="Leave", asked="How much leave do I get?")
JUDGE = Judge(HashEmbedder())


def doubted(text: str, basis: Basis = BASIS, judge: Judge | None = JUDGE) -> list[str]:
    return [doubt.span.of(text) for doubt in doubts(text, basis, judge)]


def test_a_sentence_that_stands_in_the_source_needs_no_judge() -> None:
    assert doubted(PAGE) == []


def test_each_sentence_is_judged_by_itself() -> None:
    text = "You get 25 days a year [1]. Unused holidays become cinema vouchers [1]."
    assert doubted(text) == ["Unused holidays become cinema vouchers [1]."]


def test_without_a_judge_only_facts_count() -> None:
    text = "Unused holidays become cinema vouchers. You get 31 days."
    assert doubted(text, judge=None) == ["You get 31 days."]
    assert "'31'" in doubts(text, BASIS, None)[0].why


def test_a_question_claims_nothing() -> None:
    assert doubted("Shall I ask the cinema for vouchers?") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The ticket about cinema vouchers is open [2].", 0),
        ("Your cinema vouchers were ordered yesterday.", 0),
        ("Unused holidays become cinema vouchers [1].", 1),
    ],
)
def test_the_prose_about_what_a_tool_did_is_the_models(text: str, found: int) -> None:
    assert len(doubted(text, BASIS._replace(tools=frozenset({2})))) == found


def test_a_text_without_a_sentence_keeps_the_rest_in_shape() -> None:
    text = "One. Two.\n\n- three\n- four\n\n```\ncode\n```"
    spans = [Span(text.index(word), text.index(word) + len(word)) for word in ("One.", "- three")]
    assert without(text, spans) == "Two.\n\n\n- four\n\n```\ncode\n```".replace("\n\n\n", "\n\n")
    assert without("- one\n- two", [Span(2, 5)]) == "- two"
    assert without(text, []) == text


def test_a_long_sentence_is_named_by_its_beginning() -> None:
    assert shortened("a  b\nc") == "a b c"
    assert len(shortened("word " * 50)) == 80
