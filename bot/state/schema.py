"""The tables of the state file, oldest change first. Released migrations are never edited."""

import sqlite3
from collections.abc import Sequence

from bot.errors import StateError

Migrations = Sequence[tuple[str, ...]]

MIGRATIONS: Migrations = (
    (
        """
        create table inbox(
            seq integer primary key,
            id text not null unique,
            thread text not null,
            surface text not null,
            user text not null,
            body text not null,
            state text not null default 'open'
                check(state in ('open', 'done', 'failed', 'cancelled')),
            run text not null default '',
            attempts integer not null default 0,
            tokens integer not null default 0,
            error text,
            received_at real not null,
            ended_at real
        ) strict
        """,
        "create index inbox_open on inbox(thread, seq) where state = 'open'",
        "create index inbox_user on inbox(user, received_at)",
        "create index inbox_thread on inbox(thread, seq)",
        """
        create table journal(
            turn text not null,
            n integer not null,
            name text not null,
            kind text not null check(kind in ('step', 'intent', 'effect')),
            result text not null,
            at real not null,
            seconds real not null,
            primary key(turn, n)
        ) strict, without rowid
        """,
        """
        create table threads(
            id text primary key,
            state text not null,
            saved_at real not null
        ) strict, without rowid
        """,
        """
        create table audit(
            seq integer primary key,
            at real not null,
            turn text not null,
            actor text not null,
            name text not null,
            outcome text not null,
            digest text not null,
            hash text not null
        ) strict
        """,
        """
        create trigger audit_is_never_updated before update on audit
        begin select raise(abort, 'the audit is append-only'); end
        """,
        """
        create trigger audit_is_never_deleted before delete on audit
        begin select raise(abort, 'the audit is append-only'); end
        """,
    ),
    (
        "alter table inbox add column sent_at real not null default 0.0",
        "drop index inbox_open",
        "create index inbox_next on inbox(thread, run = '', sent_at, seq) where state = 'open'",
        "create index inbox_ended on inbox(ended_at) where state != 'open'",
        "create index inbox_failed on inbox(seq) where state = 'failed'",
        "create table marks(name text primary key, at real not null) strict, without rowid",
    ),
    (
        "alter table inbox add column told text not null default ''",
        "update inbox set told = 'earlier' where state = 'failed'",
        "create index inbox_untold on inbox(seq) where state = 'failed' and told = ''",
    ),
    (
        "alter table inbox add column owed integer",
        "create index inbox_owed on inbox(seq) where owed > 0",
    ),
)
"""`inbox.run` is the run that may write; `inbox.tokens` what forgotten runs of a turn have used.

`inbox.told` is the group in which admins were told that a turn was given up; empty until then.

`inbox.owed` is how often an apology is tried again that the person has not got; else empty.

`marks.caught_up` is the time up to which nothing was missed, `marks.told` when admins were told.

`inbox.error` of an open turn is why its last attempt failed; empty if that was cut short.
"""


def migrate(db: sqlite3.Connection, migrations: Migrations = MIGRATIONS) -> None:
    """Bring the file to the newest schema; `user_version` counts the migrations applied.

    Raises:
        StateError: A newer version has written it.
    """
    if _pending(db, migrations):
        db.execute("begin immediate")
        for number, statements in _pending(db, migrations):  # another process may have been faster
            for statement in statements:
                db.execute(statement)
            db.execute(f"pragma user_version = {number}")
        db.execute("commit")


def _pending(db: sqlite3.Connection, migrations: Migrations) -> list[tuple[int, tuple[str, ...]]]:
    (version,) = db.execute("pragma user_version").fetchone()
    if version > len(migrations):
        raise StateError(
            f"a newer version of Sluice has written it (schema {version}, this one knows "
            f"{len(migrations)}): upgrade Sluice, or give this one a home of its own with "
            "SLUICE_HOME"
        )
    return list(enumerate(migrations, start=1))[version:]
