"""The process in which files are read: what it withstands, and what it costs."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import UnreadableDocument
from knowledge.read import MAX_BYTES, MAX_PACKED_BYTES, read, read_bytes
from knowledge.readers.process import READER, Limits, ReaderProcess
from tests.knowledge.readers.test_office import Make, word, workbook
from tests.knowledge.readers.test_pdf import policy

SLOW = b"<html>" + b"<b><i>x</b></i>" * 400_000
"""A page that takes seconds and hundreds of megabytes to read."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space")


@pytest.fixture
def reader() -> Iterator[ReaderProcess]:
    reader = ReaderProcess()
    yield reader
    reader.close()


def test_one_child_reads_file_after_file(reader: ReaderProcess) -> None:
    assert reader.pid is None
    assert "Porto" in reader.read("a.docx", word()).markdown
    child = reader.pid
    assert "Porto" in reader.read("a.pdf", policy()).markdown
    with pytest.raises(UnreadableDocument, match="it is empty"):
        reader.read("a.txt", b"")

    assert reader.pid == child


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_is_read() -> None:
    reader = ReaderProcess(Limits(seconds=1.0))
    begun = time.monotonic()

    with pytest.raises(UnreadableDocument, match="it took longer than 1 s to read: split it"):
        reader.read("a.html", SLOW)

    assert time.monotonic() - begun < 10
    assert reader.pid is None
    assert ReaderProcess().read("a.html", b"<html>fine").markdown.strip() == "fine"


def test_a_file_that_takes_too_much_processor_time_is_given_up() -> None:
    reader = ReaderProcess(Limits(cpu_seconds=1.0))

    with pytest.raises(UnreadableDocument, match="it took longer"):
        reader.read("a.html", SLOW)


@linux
def test_a_file_that_takes_too_much_memory_is_given_up_and_the_next_one_is_read() -> None:
    reader = ReaderProcess(Limits(memory=200 << 20))

    with pytest.raises(UnreadableDocument, match=r"more than 0.2 GB of memory to read: split it"):
        reader.read("a.html", SLOW)

    assert reader.read("a.html", b"<html>fine").markdown.strip() == "fine"
    reader.close()


def test_a_file_that_holds_too_much_text_is_refused() -> None:
    reader = ReaderProcess(Limits(chars=1_000_000))

    with pytest.raises(UnreadableDocument, match="it holds more than 1 MB of text: split it"):
        reader.read("a.html", b"<html>" + b"word " * 300_000)
    reader.close()


def test_a_child_that_dies_costs_one_file(reader: ReaderProcess) -> None:
    reader.read("a.html", b"<html>fine")
    assert reader.pid
    os.kill(reader.pid, signal.SIGKILL)

    with pytest.raises(UnreadableDocument, match="reading it broke the reader"):
        reader.read("b.html", b"<html>fine")
    assert reader.read("b.html", b"<html>fine").markdown.strip() == "fine"


def test_a_nested_file_is_refused_and_not_a_crash(reader: ReaderProcess) -> None:
    data = b'{"slack_export":' + b"[" * 100_000

    with pytest.raises(UnreadableDocument):
        reader.read("a.json", data)


def test_the_child_has_nothing_of_ours(
    reader: ReaderProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    reader.read("a.xlsx", workbook())

    there = Path(f"/proc/{reader.pid}")
    if not there.exists():
        pytest.skip("no /proc on this system")
    assert b"xoxb-secret" not in (there / "environ").read_bytes()
    assert (there / "cwd").readlink() == Path("/")
    assert "numpy" not in (there / "maps").read_text()
    assert "torch" not in (there / "maps").read_text()
    assert os.getpgid(reader.pid or 0) == reader.pid


def test_markdown_needs_no_child(tmp_path: Path) -> None:
    READER.close()
    (tmp_path / "a.md").write_text("# Title\n\nText, über all.")

    assert read(tmp_path / "a.md").title == "Title"
    assert READER.pid is None


def test_a_hundred_megabytes_of_text_cost_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    READER.close()

    with pytest.raises(UnreadableDocument, match="larger than 10 MB: split it"):
        read(path)
    assert READER.pid is None


@pytest.mark.parametrize("line", ["", "# a", "```", "- - -", "|a|", "a\n=", "<!--"])
def test_no_text_keeps_us_busy_for_long(line: str) -> None:
    data = f"{line}\n".encode() * (MAX_BYTES // (len(line) + 1))
    begun = time.process_time()

    with pytest.raises(UnreadableDocument, match="more than 500,000 lines: split it"):
        read_bytes("a.md", b"text" + data[4:])
    assert time.process_time() - begun < 3


@pytest.mark.parametrize(
    ("data", "most"),
    [(b"a" * (MAX_BYTES + 1), "10 MB"), (b"%PDF-" + b"a" * MAX_PACKED_BYTES, "100 MB")],
    ids=["text", "pdf"],
)
def test_bytes_that_are_too_many_are_refused(data: bytes, most: str) -> None:
    with pytest.raises(UnreadableDocument, match=f"larger than {most}"):
        read_bytes("a.md", data)


@pytest.mark.parametrize(
    ("name", "make"), [("a.md", word), ("a.txt", policy), ("a.csv", workbook), ("a.pdf", word)]
)
def test_the_content_decides_what_a_file_is(name: str, make: Make) -> None:
    blocks = read_bytes(name, make()).blocks

    assert any("Porto" in block.text or "Junior" in block.text for block in blocks)
