import pytest

from knowledge import UnreadableDocument
from knowledge.read import read_bytes
from knowledge.readers import convert


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'Name,Role\nAna,"Lead, twice"\n'),
        ("a.csv", 'Name;Role\r\nAna;"Lead, twice"\r\n'),
        ("a.tsv", "Name\tRole\nAna\tLead, twice\n"),
        ("a.csv", "Name|Role\nAna|Lead, twice\n"),
        ("a.csv", ',,\nName,Role,\n,,\n"Ana ","Lead,\n twice",\n'),
    ],
)
def test_values_become_a_table_whatever_separates_them(name: str, text: str) -> None:
    table = "| Name | Role |\n| --- | --- |\n| Ana | Lead, twice |"

    assert convert(name, text.encode()).markdown == table


def test_a_cell_cannot_end_itself() -> None:
    assert "| a \\| b |" in convert("a.csv", b"x,y\na | b,c").markdown


def test_rows_are_as_long_as_the_longest() -> None:
    assert convert("a.csv", b"a,b\n1\n1,2,3\n1,2").markdown.splitlines()[0] == "| a | b |  |"


def test_a_table_in_the_encoding_of_excel_is_read() -> None:
    document = read_bytes("team-list.csv", "Name;Stadt\nZoë;Köln".encode("cp1252"))

    assert document.title == "team list"
    assert document.blocks[0].text.endswith("| Zoë | Köln |")


def test_rows_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="its rows cannot be told apart"):
        convert("a.csv", b'a,b\n"' + b"x" * 1_100_000)
