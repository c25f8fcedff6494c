import numpy as np
import pytest

from knowledge.score import MAX_WORDS, Scored, Signals, Weights, best_of, rarity, score, words_of

HELD = np.array([[True, True], [True, False], [False, True], [False, False]])


def signals(similarity: list[float], bm25: list[float] | None = None) -> Signals:
    return Signals(
        similarity=np.array(similarity),
        held=HELD,
        rarity=rarity([50, 2], 100),
        bm25=None if bm25 is None else np.array(bm25),
    )


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    found = score(signals([0, 0, 0, 0]))

    both, common, rare, none = found.coverage.tolist()
    assert both == pytest.approx(1)
    assert rare > 4 * common
    assert common + rare == pytest.approx(1)
    assert none == 0


def test_a_candidates_score_does_not_depend_on_the_other_candidates() -> None:
    whole = signals([0.9, 0.1, 0.5, 0.3])
    part = Signals(whole.similarity[1:2], whole.held[1:2], whole.rarity)

    assert score(part).fused[0] == score(whole).fused[1]


def test_weights_say_what_counts() -> None:
    given = signals([0.1, 0.9, 0.2, 0.3], [1, 0, 4, 2])

    assert np.argmax(score(given, Weights(dense=1, words=0)).fused) == 1
    assert np.argmax(score(given, Weights(dense=0, words=1)).fused) == 0
    assert score(given, Weights(dense=0, words=0, bm25=1)).fused.tolist() == [0.25, 0, 1, 0.5]


def test_of_several_queries_the_best_score_counts() -> None:
    one = Scored(np.array([0.1, 0.8]), np.array([0.2, 0.3]), np.array([0.0, 1.0]))
    other = Scored(np.array([0.5, 0.4]), np.array([0.9, 0.1]), np.array([0.5, 0.0]))

    best = best_of([one, other])

    assert best.fused.tolist() == [0.5, 0.8]
    assert best.similarity.tolist() == [0.9, 0.3]
    assert best.coverage.tolist() == [0.5, 1.0]


def test_a_query_without_words_is_covered_by_nothing() -> None:
    empty = Signals(np.zeros(2), np.zeros((2, 0), dtype=bool), rarity([], 10))

    assert score(empty).coverage.tolist() == [0, 0]


def test_common_words_are_left_out_unless_there_are_no_others() -> None:
    assert words_of("How do I get the VPN, please? The vpn!") == ("vpn",)
    assert words_of("What is it?") == ("what", "is", "it")
    assert len(words_of(" ".join(f"word{number}" for number in range(12_000)))) == MAX_WORDS
