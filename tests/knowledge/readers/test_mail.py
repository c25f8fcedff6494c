from email.message import EmailMessage
from email.mime.text import MIMEText

import pytest
from inline_snapshot import snapshot

from knowledge.readers import convert
from knowledge.readers.kinds import kind_of
from tests.knowledge.readers.packing import packed
from tests.knowledge.readers.test_office import workbook


def message(subject: str = "Travel: the new rules") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Ana Silva <ana@acme.example>"
    mail["To"] = "all@acme.example"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0000"
    mail["Subject"] = subject
    return mail


def test_a_message_has_a_title_an_envelope_and_a_body() -> None:
    mail = message("Größe der Räume")
    mail.set_content("Hello all,\n\nsee below.\n")
    mail.add_alternative("<p>Hello all,</p><ul><li>see <b>below</b></li></ul>", subtype="html")

    page = convert("a.eml", mail.as_bytes())

    assert page.title == "Größe der Räume"
    assert page.markdown == snapshot("""\
From: Ana Silva <ana@acme.example>  \n\
To: all@acme.example  \n\
Date: Tue, 24 Nov 2026 10:00:00 +0000


Hello all,

- see below\
""")


def test_attachments_are_read_by_their_own_readers() -> None:
    mail = message()
    mail.set_content("See what is attached.")
    mail.add_attachment(workbook(), maintype="application", subtype="x", filename="bonus.xlsx")
    mail.add_attachment(
        packed({"a.md": b""}), maintype="application", subtype="zip", filename="a.zip"
    )
    mail.add_attachment(b"\x89PNG", maintype="image", subtype="png", filename="logo.png")
    inner = message("Inner")
    inner.set_content("Words of the inner message.")
    mail.add_attachment(inner)

    assert convert("a.eml", mail.as_bytes()).markdown == snapshot("""\
From: Ana Silva <ana@acme.example>  \n\
To: all@acme.example  \n\
Date: Tue, 24 Nov 2026 10:00:00 +0000

See what is attached.


## Attachment: bonus.xlsx

#### Bonus

| Level | Share | Since | Pay |
| --- | --- | --- | --- |
| Junior | 15% | 2026-01-01 | €1200 |
| Senior | 20% | 2025-01-01 | €1500.5 |

| Note |
| --- |
| Paid in March. |

#### Rooms

| Room | Seats |
| --- | --- |
| Lark | 8 |

## Attachment: a.zip

(It was not read: it is a zip archive: give it a name that ends in .zip.)

## Attachment: Inner

From: Ana Silva <ana@acme.example>  \n\
To: all@acme.example  \n\
Date: Tue, 24 Nov 2026 10:00:00 +0000

Words of the inner message.
""")


def test_messages_in_messages_are_read_to_a_depth() -> None:
    mail = message("0")
    mail.set_content("level 0")
    for level in range(1, 8):
        outer = message(str(level))
        outer.set_content(f"level {level}")
        outer.add_attachment(mail)
        mail = outer

    markdown = convert("a.eml", mail.as_bytes()).markdown

    assert "level 4" in markdown
    assert "level 3" not in markdown
    assert "It lies too deep and was not read." in markdown


def test_only_so_many_attachments_are_read() -> None:
    mail = message()
    mail.set_content("Many.")
    for number in range(40):
        mail.add_attachment(f"words {number}", filename=f"{number}.txt")

    markdown = convert("a.eml", mail.as_bytes()).markdown

    assert "words 29" in markdown
    assert "words 30" not in markdown
    assert "more attachments" in markdown


def test_a_page_that_was_saved_with_its_pictures_is_read() -> None:
    """As browsers save .mhtml, and as Confluence exports to Word."""
    part = MIMEText("<html><h1>Leave</h1><p>25 days.</p></html>", "html")
    data = (
        b"Date: Tue, 24 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@c>\r\nSubject: Exported\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n"
        + part.as_bytes()
        + b"\r\n--x--\r\n"
    )

    page = convert("leave.doc", data)

    assert page.title == "Exported"
    assert "# Leave" in page.markdown


@pytest.mark.parametrize(
    "text",
    [
        b"Date: today\n\nNotes of the meeting.",
        b"From: here on, everything is text.\nSubject: none\n\nTo: do",
        b"# From: a heading",
    ],
)
def test_notes_that_begin_like_a_message_are_notes(text: bytes) -> None:
    assert kind_of("notes.md", text) == "text"


@pytest.mark.parametrize(
    "data",
    [
        b"From: \xff\xfe\r\nSubject: =?klingon?q?x?=\r\nDate: never\r\n\r\ntext",
        b"From: a\r\nContent-Type: text/plain; charset=klingon\r\n\r\ntext",
        b"From: a\r\nContent-Type: multipart/mixed\r\n\r\ntext",
        b"From: a\r\nContent-Transfer-Encoding: base64\r\n\r\ntext",
        b"From: <\r\nTo: @@,,\r\n\r\ntext",
    ],
)
def test_a_broken_message_is_read_as_far_as_it_goes(data: bytes) -> None:
    markdown = convert("a.eml", data).markdown

    assert "From: a" in markdown or "text" in markdown
