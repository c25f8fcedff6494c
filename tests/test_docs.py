"""The documentation says what is there: commands, options, log events, files, decisions."""

import ast
import re
import shlex
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.cli import sluice
from bot.state.store import Store as StateStore
from docs.generate import commands, guardrails, stale
from knowledge import Store

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], key=lambda path: path.as_posix()
)
CODE = re.compile(r"(?ms)^```(\w*)\n(.*?)^```$")
LINK = re.compile(r"\]\((?!https?://)([^)#\s]*)(?:#([^)\s]+))?\)")


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# --- generated parts ------------------------------------------------------------------------------


def test_the_generated_parts_are_up_to_date() -> None:
    assert stale() == [], "run `make docs`"


def test_a_generated_part_that_lags_is_seen(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "docs").mkdir()
    for name in ("docs/security.md", "docs/operations.md"):
        (tmp_path / name).write_text(text_of(name).replace("`not-offered`", "`offered`"))
    monkeypatch.setattr("docs.generate.ROOT", tmp_path)
    assert stale() == ["docs/security.md"]


def test_every_command_and_option_is_in_the_operations() -> None:
    text = text_of("docs/operations.md")
    for path, command in commands():
        assert f"#### `{path}" in text
        section = text.partition(f"#### `{path}")[2].partition("####")[0]
        for option in (p for p in command.params if isinstance(p, click.Option)):
            assert f"`{option.opts[0]}" in section, f"{path} {option.opts[0]}"


def test_every_guardrail_is_in_the_security_page() -> None:
    text = text_of("docs/security.md")
    for guardrail in guardrails():
        assert f"| `{getattr(guardrail, '__name__', '')}` |" in text


# --- what pages name exists -----------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in LINK.findall(page.read_text("utf-8")):
        path = (page.parent / target).resolve() if target else page
        assert path.exists(), f"{named(page)}: {target}"
        if anchor:
            assert anchor in anchors_of(path), f"{named(page)}: {target}#{anchor}"


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    names = re.findall(r"`((?:bot|tools|knowledge|tests|docs)/[\w./-]+)`", page.read_text("utf-8"))
    assert [name for name in names if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_commands_that_a_page_names_exist(page: Path) -> None:
    text = page.read_text("utf-8")
    lines = [line for _, block in CODE.findall(text) for line in block.splitlines()]
    for line in [*lines, *re.findall(r"`([^`\n]+)`", CODE.sub("", text))]:
        words = line.split()
        if words[:1] == ["sluice"] and len(words) > 1:
            assert_exists(line)
        if words[:1] == ["make"] and len(words) > 1:
            assert re.search(rf"(?m)^{re.escape(words[1])}:", text_of("Makefile")), line


def assert_exists(line: str) -> None:
    """A line that begins with `sluice` is a command with options that it has."""
    command: click.Command = sluice
    path = ["sluice"]
    for word in shlex.split(line)[1:]:
        if isinstance(command, click.Group) and not word.startswith("-"):
            assert word in command.commands, line
            command = command.commands[word]
            path.append(word)
        elif word.startswith("-"):
            context = click.Context(command, info_name=" ".join(path))
            known = {opt for param in command.get_params(context) for opt in param.opts}
            assert word.partition("=")[0] in known | {"-h", "--help"}, line


# --- the log --------------------------------------------------------------------------------------


def events_logged() -> Iterator[str]:
    for folder in ("bot", "knowledge", "tools"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
                    yield from (
                        part.value
                        for argument in node.args[:1]
                        for part in ast.walk(argument)
                        if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    )


def test_every_event_of_the_log_is_explained() -> None:
    section = text_of("docs/operations.md").partition("## The log")[2].partition("\n## ")[0]
    explained = set(re.findall(r"(?m)^\| `([a-z_.]+)` \|", section))
    assert explained == set(events_logged())


# --- decisions ------------------------------------------------------------------------------------

ADRS = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))


def test_decisions_are_numbered_and_listed() -> None:
    numbers = [int(path.name[:4]) for path in ADRS]
    assert numbers == list(range(1, len(ADRS) + 1))
    index = text_of("docs/adr/README.md")
    for number, path in zip(numbers, ADRS, strict=True):
        heading = path.read_text("utf-8").partition("\n")[0]
        assert heading.startswith(f"# {number}. ")
        assert f"[{number:04}]({path.name}) | {heading.partition('. ')[2]} |" in index


def test_every_dependency_has_its_decision() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))
    required = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = [re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in required]
    decided = "\n".join(path.read_text("utf-8") for path in ADRS).lower()
    assert [name for name in names if name.lower() not in decided] == []


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert re.search(r"(?m)^## \[Unreleased\]\n\n### \w+\n\n- ", text_of("CHANGELOG.md"))


# --- what the pages tell an admin to type ---------------------------------------------------------


def test_the_backup_and_the_check_of_the_audit_work_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    StateStore(Path(".sluice/state.db")).close()
    with Store(Path(".sluice/knowledge.db")):
        typed(tmp_path, "docs/operations.md", "backup")
    for name in ("state.db", "knowledge.db"):
        copy = sqlite3.connect(f"backup/{name}")
        assert copy.execute("pragma integrity_check").fetchone() == ("ok",)
        assert copy.execute("select count(*) from sqlite_master").fetchone() > (3,)
        copy.close()
    assert typed(tmp_path, "docs/security.md", "audit") == "None\n"


def typed(folder: Path, page: str, name: str) -> str:
    """Type the commands of a page that stand behind `<!-- run: NAME -->`; what they print."""
    block = CODE.search(text_of(page).partition(f"<!-- run: {name} -->\n")[2])
    assert block
    for python in (".venv/bin/python", "python3"):
        block_text = block[2].replace(f"{python} ", f"{sys.executable} ")
        if block_text != block[2]:
            break
    else:
        raise AssertionError("nothing to run")
    done = subprocess.run(
        ["sh", "-e", "-c", block_text], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout
