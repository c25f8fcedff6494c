"""What is in a zip archive: its files, and what Slack, Notion and Confluence make of theirs."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from knowledge.archive import MAX_UNPACKED, Archive
from knowledge.errors import UnreadableDocument
from knowledge.read import MAX_BYTES, MAX_PACKED_BYTES
from knowledge.readers import ENDINGS
from knowledge.readers.kinds import SLACK_PAGE

MAX_DEPTH = 2
"""Notion packs an archive into an archive; more is no export."""

_NOTION_ID = re.compile(r" [0-9a-f]{32}(?=$|[./_])")
_PRIVATE = ("groups.json", "dms.json", "mpims.json")
_DAY = re.compile(r"(.+)/(\d{4}-\d{2})-\d{2}\.json")


@dataclass(frozen=True)
class Member:
    """A document in an archive.

    Attributes:
        path: Where it lies in there; no two have the same.
        shown: The same for people: Notion's long ids are left out where that leaves it unique.
        load: Returns its bytes; raises `UnreadableDocument`.
    """

    path: str
    shown: str
    load: Callable[[], bytes]


@dataclass(frozen=True)
class Left:
    """An entry that is not read, and why; `skipped` if it is only of another kind."""

    path: str
    problem: str
    skipped: bool = False


def members(archive: Archive) -> Iterator[Member | Left]:
    """Yield the documents of an archive in sorted order, hidden ones left out."""
    yield from _Walk().members(archive, "", 0)


class _Walk:
    def __init__(self) -> None:
        self._unpacked = 0

    def members(self, archive: Archive, prefix: str, depth: int) -> Iterator[Member | Left]:
        self._unpacked += archive.unpacked
        if self._unpacked > MAX_UNPACKED:
            raise UnreadableDocument("it unpacks to too much: split it and add the parts")
        names = sorted(name for name in archive.names() if not _hidden(name))
        if (root := _slack_root(names)) is not None:
            yield from _slack(archive, prefix, root)
            return
        shown = _shown(names)
        for name in names:
            ending, path = PurePosixPath(name).suffix.lower(), prefix + name
            if problem := archive.problem(name):
                yield Left(_printable(path), problem)
            elif ending == ".zip":
                yield from self._nested(archive, name, prefix, depth)
            elif ending not in ENDINGS:
                yield Left(_printable(path), "it is of a kind that I can't read", skipped=True)
            elif f"{name[:-4]}_all.csv" not in names:  # Notion's whole table, and a view of it
                most = MAX_PACKED_BYTES if ending[1:3] in {"pd", "do", "pp", "xl"} else MAX_BYTES
                yield Member(path, prefix + shown[name], partial(archive.read, name, most))

    def _nested(
        self, archive: Archive, name: str, prefix: str, depth: int
    ) -> Iterator[Member | Left]:
        try:
            if depth == MAX_DEPTH:
                raise UnreadableDocument("it is an archive in an archive: unpack it and add that")
            inner = Archive.of_bytes(archive.read(name, MAX_PACKED_BYTES))
            yield from self.members(inner, f"{prefix}{name}/", depth + 1)
        except UnreadableDocument as problem:
            yield Left(_printable(prefix + name), str(problem))


def _hidden(name: str) -> bool:
    parts = [part for part in PurePosixPath(name).parts if part != ".."]
    return any(part.startswith((".", "~$", "__MACOSX")) for part in parts)


def _shown(names: list[str]) -> dict[str, str]:
    """Notion's names without their ids, but for those that only the id tells apart."""
    short = {name: _NOTION_ID.sub("", name) for name in names}
    count: dict[str, int] = defaultdict(int)
    for name in short.values():
        count[name] += 1
    return {name: text if count[text] == 1 else name for name, text in short.items()}


def _printable(path: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in path)


def _slack_root(names: list[str]) -> str | None:
    """The folder in which a Slack export lies in an archive; None if it is none."""
    for name in names:
        root = name.removesuffix("channels.json")
        if root != name and root.count("/") <= 1 and f"{root}users.json" in names:
            return root
    return None


def _slack(archive: Archive, prefix: str, root: str) -> Iterator[Member | Left]:
    """Yield the months of the public channels; nobody has published what is said in private."""
    public = {_text(channel, "name") for channel in _json(archive, f"{root}channels.json")}
    users = {_text(user, "id"): _user_name(user) for user in _json(archive, f"{root}users.json")}
    months: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(archive.names()):
        if name.startswith(root) and (day := _DAY.fullmatch(name.removeprefix(root))):
            months[day[1], day[2]].append(name)
    for channel in sorted({channel for channel, _ in months} - public):
        problem = "it is no public channel: what was said in private is not read"
        yield Left(_printable(f"{prefix}{root}{channel}"), problem, skipped=True)
    for (channel, month), days in months.items():
        if channel in public and "/" not in channel and channel not in {".", ".."}:
            path = f"{prefix}{root}{channel}/{month}"
            load = partial(_month, archive, channel, month, days, users)
            yield Member(path, path, load)


def _month(
    archive: Archive, channel: str, month: str, days: list[str], users: dict[str, str]
) -> bytes:
    """Put a month's files together as they are: the child process reads them."""
    head = json.dumps({"channel": channel, "month": month, "users": users}, sort_keys=True)
    bodies = b",".join(archive.read(day, MAX_BYTES).strip() for day in days)
    return SLACK_PAGE + head[:-1].encode() + b', "days": [' + bodies + b"]}}"


def _json(archive: Archive, name: str) -> list[object]:
    try:
        found = json.loads(archive.read(name, MAX_BYTES))
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument("it is a damaged Slack export: export it anew") from error
    return found if isinstance(found, list) else []


def _text(entry: object, key: str) -> str:
    value = entry.get(key) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else ""


def _user_name(user: object) -> str:
    profile = user.get("profile") if isinstance(user, dict) else None
    return (
        _text(profile, "display_name")
        or _text(user, "real_name")
        or _text(profile, "real_name")
        or _text(user, "name")
    )
