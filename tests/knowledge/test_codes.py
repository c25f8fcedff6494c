"""Sign codes against what they stand for, computed the plain way."""

import numpy as np
import pytest

from knowledge.codes import (
    FAR,
    agreement,
    codes_of,
    distances,
    estimated_cosine,
    likely_cosine,
    nearest,
)

RANDOM = np.random.default_rng(7)


def vectors(count: int, dimensions: int = 384) -> np.ndarray:
    found = RANDOM.standard_normal((count, dimensions)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.mark.parametrize("dimensions", [5, 64, 100, 384])
def test_distances_count_the_signs_that_differ(dimensions: int) -> None:
    some, query = vectors(70, dimensions), vectors(1, dimensions)[0]

    found = distances(codes_of(some), query)

    assert found.tolist() == ((some > 0) != (query > 0)).sum(axis=1).tolist()


def test_distances_of_more_than_one_block_are_the_same() -> None:
    some, query = np.tile(vectors(3), (12_000, 1)), vectors(1)[0]

    found = distances(codes_of(some), query).reshape(-1, 3)

    assert (found == found[0]).all()


@pytest.mark.parametrize("dimensions", [5, 100, 384])
def test_agreement_is_the_product_with_the_signs(dimensions: int) -> None:
    some, query = vectors(20, dimensions), vectors(1, dimensions)[0]
    at = np.array([3, 0, 19])

    found = agreement(codes_of(some), at, query)

    assert found == pytest.approx(np.where(some[at] > 0, 1, -1) @ query, abs=1e-4)


def test_the_nearest_are_at_least_as_many_as_asked_with_their_equals() -> None:
    found = np.array([9, 1, 5, 5, 5, 2, 8] * 100, dtype=np.uint16)

    places = nearest(found, 250)

    assert sorted(set(found[places].tolist())) == [1, 2, 5]
    assert len(places) == 500  # all of the fives: nothing says which are better


def test_what_may_not_be_found_is_not_among_the_nearest() -> None:
    found = np.full(1_000, FAR, dtype=np.uint16)
    found[[4, 77]] = 12

    assert nearest(found, 50).tolist() == [4, 77]
    assert nearest(found, 5_000).tolist() == [4, 77]
    assert nearest(np.full(9, FAR, dtype=np.uint16), 3).tolist() == []


def test_the_estimated_cosine_falls_from_one_to_minus_one() -> None:
    found = estimated_cosine(np.array([0, 192, 384, 65_535], dtype=np.uint16), 384)

    assert found == pytest.approx([1, 0, -1, -1])


def test_an_agreement_speaks_for_about_the_cosine() -> None:
    chance = np.random.default_rng(5)
    query = chance.normal(size=384).astype(np.float32)
    query /= np.linalg.norm(query)
    share = np.linspace(0, 1, 60, dtype=np.float32)[:, None]
    noise = chance.normal(size=(60, 384)).astype(np.float32) / np.float32(np.sqrt(384))
    mixed = share * query + (1 - share) * noise
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    told = likely_cosine(agreement(codes_of(mixed), np.arange(60), query), query)
    assert np.abs(told - mixed @ query).max() < 0.15
