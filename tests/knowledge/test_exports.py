"""Folders of files in an archive, and the exports of Slack, Notion and Confluence."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from knowledge import Store, add, sync
from knowledge.find import Found, Refused, find, is_there
from knowledge.read import read_bytes
from tests.fixtures_knowledge import WordEmbedder
from tests.knowledge.readers.packing import packed

Write = Callable[[str, str | bytes], Path]

ID = "0123456789abcdef0123456789abcdef"


def found_in(path: Path) -> dict[str, str]:
    """What is found below a path, and what is said of the rest."""
    return {
        one.source.removeprefix(str(path)): one.problem if isinstance(one, Refused) else "found"
        for one in find(path)
    }


def markdown_of(path: Path) -> Iterator[str]:
    for one in list(find(path)):  # the list first: an archive must not be closed meanwhile
        if isinstance(one, Found):
            place = one.location
            document = read_bytes(place.name, one.load(), folder=place.parent.name)
            text = [f"{' > '.join(b.headings)} | {b.text}" for b in document.blocks]
            yield "\n".join([f"= {document.title}", *text])


def test_an_archive_is_a_folder(write: Write) -> None:
    path = write(
        "export.zip",
        packed(
            {
                "b.md": b"B",
                "a/c.txt": b"C",
                "a/.hidden.md": b"no",
                "__MACOSX/a.md": b"no",
                "logo.png": b"no",
                "../../x.md": b"no",
                "deep.zip": packed(
                    {"d.md": b"D", "e.zip": packed({"f.zip": packed({"g.md": b""})})}
                ),
            }
        ),
    )

    assert found_in(path) == snapshot(
        {
            "/../../x.md": "its name leads out of the archive: pack the archive anew",
            "/a/c.txt": "found",
            "/b.md": "found",
            "/deep.zip/d.md": "found",
            "/deep.zip/e.zip/f.zip": "it is an archive in an archive: unpack it and add that",
            "/logo.png": "it is of a kind that I can't read",
        }
    )


def test_an_archive_in_a_folder_is_one_as_well(write: Write) -> None:
    path = write("export.zip", packed({"b.md": b"B"}))

    assert found_in(path.parent) == {"/export.zip/b.md": "found"}


def test_a_word_file_that_is_called_an_archive_is_a_word_file(write: Write) -> None:
    path = write("report.zip", packed({"[Content_Types].xml": b"", "word/document.xml": b"<a/>"}))

    assert found_in(path) == {"": "found"}


def test_a_broken_archive_costs_a_line(write: Write) -> None:
    path = write("export.zip", b"PK\x03\x04 broken")

    assert found_in(path) == {"": "it is a damaged archive: pack or download it again"}


def test_an_archive_is_followed_as_it_changes(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    write("export.zip", packed({"same.md": b"Same.", "old.md": b"Old.", "gone.md": b"Gone."}))
    path = write("other.md", "Other.")
    list(add(store, [path.parent / "export.zip"], word_embedder))

    write("export.zip", packed({"same.md": b"Same.", "old.md": b"Changed.", "new.md": b"New."}))
    outcomes = {Path(one.source).name: one.outcome for one in sync(store, word_embedder)}

    assert outcomes == {
        "gone.md": "removed",
        "new.md": "added",
        "old.md": "replaced",
        "same.md": "unchanged",
    }


def test_an_archive_that_is_gone_or_broken_takes_nothing_with_it(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("export.zip", packed({"a.md": b"Same.", "b.md": b"Other."}))
    list(add(store, [path], word_embedder))

    path.write_bytes(b"broken")
    assert {one.outcome for one in sync(store, word_embedder)} == {"failed"}
    path.unlink()
    assert {one.outcome for one in sync(store, word_embedder)} == {"failed"}
    assert len(store.documents()) == 2


def test_an_archive_that_a_folder_has_lost_is_removed(
    store: Store, word_embedder: WordEmbedder, write: Write
) -> None:
    path = write("export.zip", packed({"a.md": b"Same."}))
    write("other.md", "Other.")
    list(add(store, [path.parent], word_embedder))
    assert is_there(path / "a.md")
    path.unlink()

    assert {one.outcome for one in sync(store, word_embedder)} == {"removed", "unchanged"}


def test_notion_pages_lose_their_ids_and_its_databases_are_tables(write: Write) -> None:
    inner = packed(
        {
            f"Team {ID}.md": b"# Team\n\nWho we are.",
            f"Team {ID}/People {ID}.csv": b"Name\nAna",
            f"Team {ID}/People {ID}_all.csv": b"Name,Role\nAna,Lead\nBo,Engineer",
            f"Team {ID}/Ana {ID}.md": b"# Ana\n\nRole: Lead",
            f"Same {ID}.md": b"One",
            f"Same {ID[::-1]}.md": b"Two",
        }
    )
    path = write("export.zip", packed({"Export-Part-1.zip": inner}))

    assert found_in(path) == snapshot(
        {
            "/Export-Part-1.zip/Same 0123456789abcdef0123456789abcdef.md": "found",
            "/Export-Part-1.zip/Same fedcba9876543210fedcba9876543210.md": "found",
            "/Export-Part-1.zip/Team.md": "found",
            "/Export-Part-1.zip/Team/Ana.md": "found",
            "/Export-Part-1.zip/Team/People_all.csv": "found",
        }
    )
    assert list(markdown_of(path)) == snapshot(
        [
            """\
= Same
 | One\
""",
            """\
= Same
 | Two\
""",
            """\
= Team
Team | Who we are.\
""",
            """\
= Ana
Ana | Role: Lead\
""",
            """\
= People
 | | Name | Role |
| --- | --- |
| Ana | Lead |
| Bo | Engineer |\
""",
        ]
    )


CONFLUENCE = b"""<!DOCTYPE html><html><head><title>HR : Leave policy</title></head><body>
<div id="page"><div id="main"><div id="main-header">
<div id="breadcrumb-section"><ol id="breadcrumbs"><li>HR</li></ol></div>
<h1 id="title-heading"><span id="title-text">HR : Leave policy</span></h1></div>
<div id="content"><div class="page-metadata">Created by Ana, last modified today</div>
<div id="main-content"><p>Take 25 days of leave in a year, all of them.</p>
<h2>Carry over</h2><p>Five days.</p></div></div></div>
<div id="footer">Document generated by Confluence</div></div></body></html>"""


def test_confluence_pages_are_read_without_what_stands_around_them(write: Write) -> None:
    path = write("export.zip", packed({"HR/Leave-policy_123.html": CONFLUENCE}))

    assert list(markdown_of(path)) == snapshot(
        [
            """\
= Leave policy
 | Take 25 days of leave in a year, all of them.
Carry over | Five days.\
"""
        ]
    )


def slack_export(**files: object) -> bytes:
    base: dict[str, object] = {
        "channels.json": [{"name": "general"}],
        "dms.json": [{"id": "D1"}],
        "users.json": [
            {"id": "U1", "name": "ana", "profile": {"display_name": "Ana Silva"}},
            {"id": "U2", "name": "bo", "real_name": "Bo Li"},
        ],
        "general/2026-01-05.json": [
            {"type": "message", "user": "U1", "ts": "1767603600.000100",
             "text": "Moving &amp; on?",
             "thread_ts": "1767603600.000100"},
            {"type": "message", "subtype": "channel_join", "user": "U2", "ts": "1767603601.0",
             "text": "joined"},
            {"type": "message", "user": "U2", "ts": "1767603700.000200",
             "text": "Ask <@U1> in <#C1|moves>, see <https://x.example|it>"},
        ],
        "general/2026-01-06.json": [
            {"type": "message", "user": "U2", "ts": "1767690000.000100", "text": "Yes, in March.",
             "thread_ts": "1767603600.000100", "files": [{"name": "plan.pdf"}]},
        ],
        "D1/2026-01-05.json": [{"type": "message", "user": "U1", "ts": "1767603600.0",
                                "text": "Between us."}],
    }  # fmt: skip
    named = {name.replace("__", "/"): value for name, value in files.items()}
    contents = {name: json.dumps(value).encode() for name, value in (base | named).items()}
    return packed({f"Acme/{name}": data for name, data in contents.items()})


def test_a_slack_export_becomes_threads_with_names_and_dates(write: Write) -> None:
    path = write("slack.zip", slack_export())

    assert found_in(path) == snapshot(
        {
            "/Acme/D1": "it is no public channel: what was said in private is not read",
            "/Acme/general/2026-01": "found",
        }
    )
    assert list(markdown_of(path)) == snapshot(
        [
            """\
= #general, 2026-01
Ana Silva, 2026-01-05 09:00 | **Ana Silva** (2026-01-05 09:00): Moving & on?
Ana Silva, 2026-01-05 09:00 | **Bo Li** (2026-01-06 09:00): Yes, in March. (attached: plan.pdf)
Bo Li, 2026-01-05 09:01 | **Bo Li** (2026-01-05 09:01): Ask @Ana Silva in #moves, see it (https://x.example)\
"""
        ]
    )


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("channels.json", "nonsense", ""),
        ("general/2026-01-05.json", [{"type": "message", "ts": "never", "text": "x"}], "2026-01"),
        ("general/2026-01-05.json", {"not": "a list"}, "2026-01"),
    ],
)
def test_a_broken_slack_export_never_raises_anything_but_unreadable(
    store: Store, word_embedder: WordEmbedder, write: Write, name: str, value: object, where: str
) -> None:
    path = write("slack.zip", slack_export(**{name: value}))

    progress = list(add(store, [path], word_embedder))

    assert not [one for one in progress if one.outcome == "added"]
    if where:
        [failed] = [one for one in progress if one.outcome == "failed"]
        assert failed.problem == "it is a damaged Slack export: export it anew"
