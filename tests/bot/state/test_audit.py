"""The audit: every entry is in it, no text of a person is, and what is changed later shows."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.messages.events import Event, Message
from bot.messages.verdicts import Verdict
from bot.state import audit
from bot.state.store import Store
from bot.state.turn import Turn
from tests.bot.state.helpers import ADA, BEN, answered, message, rows

SECRET = "The door code is Swordfish"


class Echo(BaseModel):
    """A result that carries a person's text in every field that might be taken for a word."""

    action: str
    outcome: str = SECRET
    status: str = SECRET.lower()


async def screen(text: str) -> Verdict:
    return Verdict(origin="requester", action="allow")


async def echo(text: str) -> Echo:
    return Echo(action=text)


async def flow(turn: Turn, event: Event) -> None:
    assert isinstance(event, Message)
    await turn.step(screen, event.text)
    await turn.step(echo, event.text)
    await turn.effect(echo, event.text)


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """A home with the audit of two turns."""
    texts = message("1.0", text=SECRET), message("2.0", text=SECRET, user=BEN)
    await answered(tmp_path, flow, *texts, running=1)
    return tmp_path


def broken(home: Path) -> int | None:
    with closing(sqlite3.connect(home / "state.db")) as db:
        return audit.broken_at(db)


def tamper(home: Path, sql: str) -> None:
    """Change the file as one can who has it, and knows how it is protected."""
    with closing(sqlite3.connect(home / "state.db")) as db, db:
        db.execute("drop trigger audit_is_never_updated")
        db.execute("drop trigger audit_is_never_deleted")
        assert db.execute(sql).rowcount > 0


async def test_every_entry_of_the_journal_is_in_the_audit(home: Path) -> None:
    assert rows(home, "select turn, actor, name, outcome from audit order by seq") == [
        (message(ts).id, actor, name, outcome)
        for ts, actor in (("1.0", ADA), ("2.0", BEN))
        for name, outcome in (("screen", "allow"), ("echo", ""), ("echo?", ""), ("echo", ""))
    ]
    assert broken(home) is None


async def test_an_empty_audit_is_whole(tmp_path: Path) -> None:
    Store(tmp_path / "state.db").close()
    assert broken(tmp_path) is None


async def test_no_text_of_a_person_is_in_it(home: Path) -> None:
    everything = str(rows(home, "select * from audit")).lower()
    assert SECRET.lower() in str(rows(home, "select result from journal")).lower()
    assert SECRET.lower() not in everything
    assert "swordfish" not in everything  # no digits: times and digests could hold those by chance


@pytest.mark.parametrize("column", ["at", "turn", "actor", "name", "outcome", "digest", "hash"])
async def test_a_row_that_was_changed_is_found(home: Path, column: str) -> None:
    value = "at + 1" if column == "at" else "'forged'"
    tamper(home, f"update audit set {column} = {value} where seq = 3")
    assert broken(home) == 3


async def test_a_row_that_was_removed_is_found_at_the_one_after_it(home: Path) -> None:
    tamper(home, "delete from audit where seq = 3")
    assert broken(home) == 4


async def test_a_first_row_that_was_removed_is_found(home: Path) -> None:
    tamper(home, "delete from audit where seq = 1")
    assert broken(home) == 2


async def test_rows_that_were_swapped_are_found(home: Path) -> None:
    tamper(home, "update audit set seq = 100 where seq = 2")
    assert broken(home) == 3


async def test_a_row_that_was_put_in_is_found(home: Path) -> None:
    tamper(
        home,
        "insert into audit(seq, at, turn, actor, name, outcome, digest, hash) "
        "select 1000, at, turn, actor, 'open_ticket', outcome, digest, hash from audit limit 1",
    )
    assert broken(home) == 1000


async def test_the_journal_can_be_deleted_without_breaking_it(home: Path) -> None:
    with Store(home / "state.db") as store:
        await store(lambda db: db.execute("delete from journal"))
    assert broken(home) is None
    await answered(home, flow, message("3.0", text=SECRET))
    assert broken(home) is None
    assert len(rows(home, "select * from audit")) == 12


@pytest.mark.parametrize("sql", ["delete from audit", "update audit set outcome = 'allow'"])
async def test_our_own_code_can_not_rewrite_it_by_mistake(home: Path, sql: str) -> None:
    refused = pytest.raises(sqlite3.IntegrityError, match="append-only")
    with Store(home / "state.db") as store, refused:
        await store(lambda db: db.execute(sql))


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        ('{"action": "block", "findings": []}', "block"),
        ('{"outcome": "approved", "by": "Ada"}', "approved"),
        ('{"status": "grounded", "text": "x"}', "grounded"),
        ('{"reply": {"status": "unknown"}}', "unknown"),
        ('{"reply": null, "problems": []}', ""),
        ('{"verdict": {"action": "withhold"}, "result": {"outcome": "ok"}}', "withhold"),
        ('{"action": "restrict", "verdict": {"action": "allow"}}', "restrict"),
        ('[{"action": "ask"}, {"action": "allow"}, {"action": "ask"}, 1]', "allow,ask"),
        ("[]", ""),
        ("null", ""),
        ('"allow"', ""),
        ('{"action": 1, "status": "two words"}', ""),
        ('{"action": "' + "a" * 21 + '"}', ""),
    ],
)
def test_an_outcome_is_a_word_of_ours(result: str, outcome: str) -> None:
    assert audit.outcome_of(result) == outcome


async def test_a_time_in_whole_seconds_does_not_break_the_chain(tmp_path: Path) -> None:
    with Store(tmp_path / "state.db") as store:
        await store(lambda db: audit.append(db, 5, "turn", ADA, "step", "null"))
    assert broken(tmp_path) is None
