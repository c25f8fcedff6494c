import os
from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge import Step, Store, add, sync
from knowledge.stamps import REST_NS, Stamp, stamp_of
from tests.fixtures_knowledge import HANDBOOK, WordEmbedder

Write = Callable[[str, str | bytes], Path]

AT_REST = sorted(HANDBOOK.rglob("*.md"))[0]
"""A file that nobody has touched for a while, its inode neither."""


def read_by_sync(store: Store, embedder: WordEmbedder) -> list[str]:
    """Sync, and return what was read for it."""
    steps: list[Step] = []
    assert {one.outcome for one in sync(store, embedder, on_step=steps.append)} <= {"unchanged"}
    return [step.source for step in steps if step.stage == "read" and step.done]


def test_a_file_at_rest_is_not_read_again(store: Store, word_embedder: WordEmbedder) -> None:
    list(add(store, [AT_REST], word_embedder))

    assert read_by_sync(store, word_embedder) == []


def test_a_file_that_was_written_just_now_is_read_again(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("a.md", "The gate closes at nine.")
    list(add(store, [path], word_embedder))

    assert read_by_sync(store, word_embedder) == [str(path)]


def test_times_that_were_set_back_do_not_hide_a_change(write: Write) -> None:
    path = write("a.md", "The gate closes at nine.")
    os.utime(path, ns=(0, 0))

    assert stamp_of(path) is None  # the system's own time of the change is of now


def test_a_file_of_the_future_is_never_at_rest(write: Write) -> None:
    path = write("a.md", "The gate closes at nine.")
    os.utime(path, ns=(2**62, 2**62))

    assert stamp_of(path) is None


def test_what_is_not_there_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path / "gone.md") is None
    assert stamp_of(Path("a\x00b")) is None


def test_a_digest_counts_only_with_every_part_of_the_stamp(store: Store) -> None:
    stamp = Stamp(size=1, modified_ns=2, changed_ns=3, inode=2**64 - 4)
    store.keep_stamp("/a.md", stamp, "digest")

    others = [
        Stamp(9, 2, 3, stamp.inode),
        Stamp(1, 9, 3, stamp.inode),
        Stamp(1, 2, 9, stamp.inode),
        Stamp(1, 2, 3, 9),
    ]

    assert store.digest_at("/a.md", stamp) == "digest"
    assert [store.digest_at("/a.md", other) for other in others] == [None] * 4
    assert store.digest_at("/b.md", stamp) is None


def test_a_digest_brings_no_new_revision(store: Store, word_embedder: WordEmbedder) -> None:
    list(add(store, [AT_REST], word_embedder))
    index = store.index()

    store.keep_stamp("/a.md", Stamp(1, 2, 3, 4), "digest")

    assert store.index() is index


def test_a_removed_file_at_rest_is_read_when_it_is_added_again(
    store: Store, word_embedder: WordEmbedder
) -> None:
    [added] = add(store, [AT_REST], word_embedder)
    assert added.document
    store.forget(added.document.document_id)

    [again] = add(store, [AT_REST], word_embedder)

    assert again.outcome == "added"


@pytest.mark.parametrize("removed_before", [False, True])
def test_nothing_stays_of_a_document_that_is_removed_for_good(
    store: Store, word_embedder: WordEmbedder, removed_before: bool
) -> None:
    [added] = add(store, [AT_REST], word_embedder)
    stamp = stamp_of(AT_REST)
    assert added.document
    assert stamp
    assert store.digest_at(str(AT_REST.resolve()), stamp)
    if removed_before:
        store.remove(added.document.document_id)

    store.forget(added.document.document_id)

    assert store.digest_at(str(AT_REST.resolve()), stamp) is None


def test_a_file_rests_for_as_long_as_the_coarsest_clock_counts() -> None:
    assert REST_NS >= 2_000_000_000
