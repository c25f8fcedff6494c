"""How good the answer without a model is, on the demo's handbook and with the real embedder.

The demo promises these answers, and the thresholds in `bot/model/quoting/rank.py` and
`bot/model/wishes/pick.py` were chosen on these questions and on another company's.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypedDict

import pytest

from bot.egress.gate import Gate
from bot.grounding import Judge
from bot.guardrails.policy import Policy
from bot.library import Library
from bot.messages.decisions import Decision
from bot.messages.history import Entry
from bot.messages.requester import Requester
from bot.messages.task import Readers, Task
from bot.messages.verdicts import Verdict
from bot.model.extractive import ExtractiveChat
from bot.model.words import words
from bot.stages.retrieve import retrieve
from bot.stages.route import ToolIndex, route
from bot.stages.screen import sift
from bot.stages.validate import validate
from knowledge.embed import SentenceTransformerEmbedder
from knowledge.ingest import add
from knowledge.store import Store
from tests.fakes.embedder import HashEmbedder
from tests.fakes.turns import bot, message, person
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox

ROOT = Path(__file__).parents[3]
HANDBOOK = ROOT / "bot/demo/handbook"
QUESTIONS = ROOT / "tests/qrels/handbook.jsonl"

pytestmark = pytest.mark.timeout(600)  # embedding the handbook takes long on a busy machine

ADA = Requester(user="U01ADA", name="Ada Okafor")


class Judged(TypedDict):
    """One line of the judged questions."""

    question: str
    gold_quote: str
    answerable: bool


@dataclass
class Asker:
    """Takes messages through retrieve, route, decide and validate, as the flow does."""

    library: Library
    chat: ExtractiveChat
    index: ToolIndex
    policy: Policy = field(default_factory=Policy.default)

    async def ask(self, text: str, history: list[Entry] | None = None) -> Decision:
        """Decide on a message; the thread goes on with it and with its valid reply."""
        thread = [] if history is None else history
        asked = self._task(text, thread)
        thread.append(person(text))
        tools = [t for o in asked.offers if (t := self.index.toolbox.get(o.tool))]
        decision = await self.chat.decide(asked, thread, tools)
        if decision.draft:
            validation = validate(decision, asked, thread, Gate(), Judge(HashEmbedder()))
            assert validation.problems == ()
            thread.append(bot(decision.draft.text))
        return decision

    def _task(self, text: str, thread: list[Entry]) -> Task:
        allowed = Verdict(origin="requester", action="allow")
        evidence = sift(retrieve(message(text), thread, Readers(), self.library), self.policy)
        offers = route(message(text), evidence, ADA, allowed, self.index)
        return Task(
            message=message(text),
            requester=ADA,
            verdict=allowed,
            evidence=evidence,
            offers=offers,
        )


@pytest.fixture(scope="module")
def asker(pytestconfig: pytest.Config) -> Iterator[Asker]:
    """The handbook, loaded once; kept between runs until a page or the loader changes."""
    files = [*HANDBOOK.rglob("*.md"), *(ROOT / "knowledge").glob("*.py")]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(files))).hexdigest()
    folder = pytestconfig.cache.mkdir("handbook")
    embedder = SentenceTransformerEmbedder()
    toolbox = Toolbox()
    toolbox.add(api_client("http://127.0.0.1:9"), *COMPANY_TOOLS)
    with Store(folder / f"{digest[:16]}.db") as store:
        list(add(store, [HANDBOOK], embedder))
        yield Asker(
            Library(store, embedder), ExtractiveChat(embedder), ToolIndex(toolbox, embedder)
        )


async def text_of(asker: Asker, text: str, history: list[Entry] | None = None) -> str:
    decision = await asker.ask(text, history)
    assert decision.draft is not None
    assert decision.draft.status == "grounded", decision.draft.text
    return decision.draft.text


# --- what the demo promises -----------------------------------------------------------------------


async def test_a_question_and_its_follow_up_are_answered_with_sources(asker: Asker) -> None:
    thread: list[Entry] = []
    first = await text_of(asker, "How many weeks of parental leave do I get?", thread)
    assert first.startswith("As an employee you get 20 weeks of parental leave at full pay")
    second = await text_of(asker, "And for contractors?", thread)
    assert second.startswith("Contractors")
    assert "paid parental leave from Larkspur" in second
    assert "20 weeks" not in second


async def test_a_page_with_an_attack_still_answers_from_its_clean_part(asker: Asker) -> None:
    text = await text_of(asker, "How do visitors get on the guest Wi-Fi?")
    assert text.startswith("Visitors get on the guest Wi-Fi by choosing the network Larkspur-Guest")
    assert "1. Choose Larkspur-Guest in the list of networks." in text
    assert "SYSTEM NOTE" not in text


@pytest.mark.parametrize("text", ["What is our policy on company cars?", "Can I bring my dog?"])
async def test_what_the_handbook_does_not_say_is_unknown(asker: Asker, text: str) -> None:
    decision = await asker.ask(text)
    assert decision.draft is not None
    assert decision.draft.status == "unknown"
    nearest = "The nearest pages I have:" in decision.draft.text
    assert nearest == ("cars" in text)  # of dogs and their like no page speaks


WANTED = {
    "Who is on call for payments right now?": ("find_oncall", {"team": "payments"}),
    "who has the pager for routing": ("find_oncall", {"team": "routing"}),
    "oncall identity": ("find_oncall", {"team": "identity"}),
    "Open a ticket: my laptop screen flickers": (
        "open_ticket",
        {
            "title": "My laptop screen flickers",
            "description": "Open a ticket: my laptop screen flickers",
        },
    ),
    "please raise a ticket, the kettle on floor 2 leaks": (
        "open_ticket",
        {
            "title": "The kettle on floor 2 leaks",
            "description": "please raise a ticket, the kettle on floor 2 leaks",
        },
    ),
    "what happened to ticket INC-1036?": ("get_ticket", {"ticket_id": "INC-1036"}),
    "INC-1040": ("get_ticket", {"ticket_id": "INC-1040"}),
    "show open tickets": ("list_tickets", {"status": "open"}),
    "any tickets about printers?": ("list_tickets", {"query": "printers"}),
    "how many vacation days do I have left": ("leave_balance", {}),
    "how much annual leave is left for me this year?": ("leave_balance", {}),
}


@pytest.mark.parametrize("text", list(WANTED))
async def test_who_wants_a_tool_gets_it(asker: Asker, text: str) -> None:
    [call] = (await asker.ask(text)).calls
    assert (call.name, json.loads(call.arguments)) == WANTED[text]


@pytest.mark.parametrize(
    "text",
    [
        "How do I open a ticket?",
        "What should I put in a ticket?",
        "How fast is an urgent ticket answered?",
        "How does on-call pay work?",
        "Who can join the on-call rota?",
        "How many days of annual leave do I get?",
        "Can I carry over annual leave?",
    ],
)
async def test_who_asks_about_what_a_tool_does_gets_the_page(asker: Asker, text: str) -> None:
    await text_of(asker, text)


async def test_a_tool_asks_for_what_it_needs_and_takes_the_answer(asker: Asker) -> None:
    thread: list[Entry] = []
    asked = await asker.ask("Who is on call?", thread)
    assert asked.draft is not None
    assert asked.draft.status == "clarify"
    [call] = (await asker.ask("payments", thread)).calls
    assert json.loads(call.arguments) == {"team": "payments"}


# --- measured -------------------------------------------------------------------------------------


async def test_most_questions_are_answered_and_most_without_an_answer_are_not(asker: Asker) -> None:
    """Of 45 questions with an answer and 15 without; the limits leave room for five bad ones."""
    quoted = refused = called = 0
    for row in map(_judged, QUESTIONS.read_text(encoding="utf-8").splitlines()):
        decision = await asker.ask(row["question"])
        called += bool(decision.calls)
        text = decision.draft.text if decision.draft else ""
        quoted += row["answerable"] and _plain(row["gold_quote"]) <= _plain(text)
        refused += not row["answerable"] and bool(decision.draft) and "[1]" not in text
    assert quoted >= 23
    assert refused >= 12
    assert called == 0


def _judged(line: str) -> Judged:
    return json.loads(line)


def _plain(text: str) -> set[str]:
    """The words, for the quote of a table's row stands in the text with its columns' names."""
    return set(words(text))
