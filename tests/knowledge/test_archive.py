"""Archives that mean harm, and that are merely broken."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from knowledge import UnreadableDocument, archive
from knowledge.archive import Archive
from tests.knowledge.readers.packing import packed


def opened(data: bytes) -> Archive:
    return Archive.of_bytes(data)


def entry(name: str, data: bytes = b"text", **fields: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        info = zipfile.ZipInfo(name)
        for field, value in fields.items():
            setattr(info, field, value)
        out.writestr(info, data, fields.get("compress_type", zipfile.ZIP_DEFLATED))
    return file.getvalue()


def test_what_is_packed_comes_out() -> None:
    assert opened(packed({"a/b.md": b"text"})).read("a/b.md", 10) == b"text"


@pytest.mark.parametrize(
    "name", ["../../x.md", "a/../../x.md", "/etc/x.md", "..\\x.md", "C:\\x.md", "a/..", "x\x1by.md"]
)
def test_a_name_that_leads_out_is_not_followed(name: str) -> None:
    packed_name = opened(entry(name))

    [inside] = packed_name.names()
    with pytest.raises(UnreadableDocument, match="its name leads out of the archive"):
        packed_name.read(inside, 100)


def test_a_name_with_two_dots_in_it_is_a_name() -> None:
    assert opened(entry("v1..2.md")).read("v1..2.md", 9) == b"text"


def test_a_link_is_not_followed() -> None:
    link = opened(entry("a.md", b"/etc/passwd", external_attr=0o120777 << 16))

    with pytest.raises(UnreadableDocument, match="it is a link"):
        link.read("a.md", 100)


def test_a_packing_without_bounds_is_not_unpacked() -> None:
    rare = opened(entry("a.md", compress_type=zipfile.ZIP_LZMA))

    with pytest.raises(UnreadableDocument, match="packed in a rare way"):
        rare.read("a.md", 100)


def test_a_password_is_said() -> None:
    data = bytearray(entry("a.md"))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    with pytest.raises(UnreadableDocument, match="protected by a password"):
        opened(bytes(data)).read("a.md", 100)


def test_a_file_that_is_too_large_is_not_unpacked() -> None:
    with pytest.raises(UnreadableDocument, match="larger than 1 MB"):
        opened(packed({"a.md": b"x" * 1_000_001})).read("a.md", 1_000_000)


def test_a_bomb_is_known_by_its_ratio() -> None:
    with pytest.raises(UnreadableDocument, match="as zip bombs do"):
        opened(packed({"a.md": b"\x00" * 11_000_000}))


def test_a_file_that_gives_more_than_it_states_is_damaged() -> None:
    data = bytearray(packed({"a.md": b"\x00" * 5_000_000}))
    for place in (data.index(b"PK\x03\x04") + 22, data.index(b"PK\x01\x02") + 24):
        data[place : place + 4] = struct.pack("<I", 100)

    with pytest.raises(UnreadableDocument, match="a damaged archive"):
        opened(bytes(data)).read("a.md", 1_000_000)


def test_everything_together_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED", 150)

    with pytest.raises(UnreadableDocument, match="it unpacks to more than"):
        opened(packed({"a.md": b"x" * 100, "b.md": b"x" * 100}))


def test_files_that_share_their_bytes_are_refused() -> None:
    """As in the bombs of David Fifield: one packed kernel, which every entry of the list names."""
    body, crc = zlib.compress(b"x" * 1000)[2:-4], zlib.crc32(b"x" * 1000)
    local = struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 0, crc,
                        len(body), 1000, 4, 0) + b"a.md"  # fmt: skip
    central = b"".join(
        struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, crc,
                    len(body), 1000, 4, 0, 0, 0, 0, 0, 0) + name
        for name in (b"a.md", b"b.md", b"c.md")
    )  # fmt: skip
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 3, 3, len(central), len(local + body), 0)

    with pytest.raises(UnreadableDocument, match="its files overlap"):
        opened(local + body + central + end)


def test_too_many_files_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="more than 20,000 files"):
        opened(packed({f"{number}": b"" for number in range(20_001)}))


def test_the_list_of_files_is_not_read_if_it_is_longer_than_any_needs_to_be() -> None:
    """Read in one go, it would take as much memory as the file is long."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        for number in range(150):
            info = zipfile.ZipInfo(f"{number}.md")
            info.comment = b"x" * 60_000
            out.writestr(info, b"")

    with pytest.raises(UnreadableDocument, match="its list of files is too long"):
        opened(file.getvalue())


@pytest.mark.parametrize("end", [4, 50, 200])
def test_a_broken_archive_is_damaged(end: int) -> None:
    with pytest.raises(UnreadableDocument, match="a damaged archive"):
        opened(packed({f"{number}.md": b"text" * 50 for number in range(5)})[:end])


def test_broken_content_is_damaged() -> None:
    data = bytearray(packed({"a.md": bytes(range(256)) * 9}))
    data[60:90] = b"\xff" * 30

    with pytest.raises(UnreadableDocument, match="a damaged archive"):
        opened(bytes(data)).read("a.md", 9_999)


def test_an_archive_that_may_not_be_opened_is_said(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match="check its permissions"):
        Archive.at(tmp_path / "gone.zip")
