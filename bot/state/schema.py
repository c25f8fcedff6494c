"""The tables of the state file, oldest change first. Released migrations are never edited."""

import sqlite3

MIGRATIONS = (
    """
    create table inbox(
        seq integer primary key,
        id text not null unique,
        thread text not null,
        surface text not null,
        user text not null,
        body text not null,
        state text not null default 'open' check(state in ('open', 'done', 'failed', 'cancelled')),
        attempts integer not null default 0,
        error text,
        received_at real not null,
        ended_at real
    ) strict;
    create index inbox_open on inbox(thread, seq) where state = 'open';
    create index inbox_user on inbox(user, received_at);
    create table journal(
        turn text not null,
        n integer not null,
        name text not null,
        kind text not null check(kind in ('step', 'intent', 'effect')),
        result text not null,
        at real not null,
        seconds real not null,
        primary key(turn, n)
    ) strict, without rowid;
    create table threads(
        id text primary key,
        state text not null,
        saved_at real not null
    ) strict, without rowid;
    create table audit(
        seq integer primary key,
        at real not null,
        turn text not null,
        actor text not null,
        name text not null,
        outcome text not null,
        digest text not null,
        hash text not null
    ) strict;
    """,
)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the file to the newest schema; `user_version` counts the migrations applied."""
    (version,) = db.execute("pragma user_version").fetchone()
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        db.executescript(f"begin immediate; {script}; pragma user_version = {number}; commit;")
