"""The demo's handbook and the questions judged against it keep their promises to each other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

ROOT = Path(__file__).parents[2]
HANDBOOK = ROOT / "bot/demo/handbook"
PAGES = sorted(HANDBOOK.rglob("*.md"))
POISONED = HANDBOOK / "it/guest-wifi.md"

OWNER_LINE = re.compile(r"^Owner: .+ / Last reviewed: 2026-\d\d-\d\d$", re.MULTILINE)
OUR_HOSTS = {"handbook.larkspur.example", "it.larkspur.example"}
ATTACK = re.compile(
    r"ignore (all )?(your )?previous|system note|disregard|larkspur-helpdesk", re.IGNORECASE
)


class Judged(TypedDict):
    """One line of the judged questions.

    `absent` goes with one that has no answer: the words a page would have to use to answer it.
    """

    id: str
    question: str
    gold_paths: list[str]
    gold_heading: str
    gold_quote: str
    answerable: bool
    absent: NotRequired[str]


def _questions() -> list[Judged]:
    lines = (ROOT / "tests/qrels/handbook.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


QUESTIONS = _questions()
ANSWERABLE = [row for row in QUESTIONS if row["answerable"]]
UNANSWERABLE = [row for row in QUESTIONS if not row["answerable"]]


def _page_name(page: Path) -> str:
    return page.relative_to(HANDBOOK).as_posix()


def _sections(page: Path) -> Iterator[tuple[str, str]]:
    """Yield each section's heading path and its own text, without that of its subsections."""
    path: list[str] = []
    body: list[str] = []
    in_code = False
    for line in page.read_text(encoding="utf-8").splitlines():
        in_code ^= line.startswith("```")
        heading = None if in_code else re.match(r"(#{1,3}) (.+)", line)
        if heading is None:
            body.append(line)
            continue
        if path:
            yield " > ".join(path), "\n".join(body)
        path, body = [*path[: len(heading[1]) - 1], heading[2]], []
    yield " > ".join(path), "\n".join(body)


def test_the_handbook_is_substantial():
    assert len(PAGES) >= 28


@pytest.mark.parametrize("page", PAGES, ids=_page_name)
def test_a_page_has_a_title_an_owner_and_something_to_say(page: Path):
    text = page.read_text(encoding="utf-8")

    assert re.match(r"# \S", text)
    assert len(OWNER_LINE.findall(text)) == 1
    assert len(text.split()) >= 300
    assert text.count("\n## ") >= 4


@pytest.mark.parametrize("page", PAGES, ids=_page_name)
def test_a_page_links_only_to_the_companys_own_hosts(page: Path):
    hosts = set(re.findall(r"https?://([^/\s`]+)", page.read_text(encoding="utf-8")))
    stray = {"larkspur-helpdesk.example.net"} if page == POISONED else set[str]()

    assert hosts - OUR_HOSTS == stray


@pytest.mark.parametrize("page", [page for page in PAGES if page != POISONED], ids=_page_name)
def test_no_other_page_holds_an_attack(page: Path):
    assert not ATTACK.search(page.read_text(encoding="utf-8"))


def test_the_poison_stands_in_one_section_and_leaves_the_others_clean():
    poisoned = [heading for heading, body in _sections(POISONED) if ATTACK.search(body)]

    assert poisoned == ["Guest Wi-Fi > How visitors sign in to the guest Wi-Fi during maintenance"]


def test_the_rota_is_left_to_the_roster_tool():
    """A name in the handbook would let the demo answer from a page that is out of date."""
    everyone = {"Ada", "Okafor", "Ben", "Castillo", "Mira", "Lindqvist"}
    words = set(re.findall(r"\w+", (HANDBOOK / "engineering/on-call.md").read_text("utf-8")))

    assert not words & everyone


def test_there_are_many_judged_questions_and_some_have_no_answer():
    assert len({row["id"] for row in QUESTIONS}) == len(QUESTIONS) >= 140
    assert len({row["question"].casefold() for row in QUESTIONS}) == len(QUESTIONS)
    assert len(UNANSWERABLE) >= 43


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: row["id"])
def test_a_judged_answer_is_verbatim_under_the_heading_it_names(row: Judged):
    first = HANDBOOK / row["gold_paths"][0]
    found = [heading for heading, body in _sections(first) if row["gold_quote"] in body]

    assert found == [row["gold_heading"]]
    assert all((HANDBOOK / path).is_file() for path in row["gold_paths"])


@pytest.mark.parametrize("row", UNANSWERABLE, ids=lambda row: row["id"])
def test_an_unanswerable_question_finds_its_subject_on_no_page(row: Judged):
    nouns = re.compile(row.get("absent", ""), re.IGNORECASE)

    assert (row["gold_paths"], row["gold_heading"], row["gold_quote"]) == ([], "", "")
    assert [_page_name(p) for p in PAGES if nouns.search(p.read_text(encoding="utf-8"))] == []
