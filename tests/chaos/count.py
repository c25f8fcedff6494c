"""What people got: lost, twice, out of order."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import get_args

from pydantic import BaseModel

from bot.local_slack import Message
from bot.messages import Reply
from tests.chaos.people import People
from tests.chaos.world import CHANNELS, PEOPLE, World, token_of

STATUSES = set(get_args(Reply.model_fields["status"].annotation))


class Counts(BaseModel):
    """A line of the table. `lost` is of the questions that were acknowledged.

    An approval is lost if its ticket was not opened and nobody was told; it is given up if the
    person has an apology for it.
    """

    shape: str
    kills: int
    questions: int
    acknowledged: int
    answered: int
    apologies: int
    lost: int
    answered_twice: int
    side_effects: int
    effects_twice: int
    approvals_given_up: int
    effects_lost: int
    order_faults: int
    recoveries: list[float]
    seconds: float
    faults: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, and nothing done twice or out of order."""
        wrong = (self.lost, self.answered_twice, self.effects_twice, self.order_faults)
        return not any((*wrong, self.effects_lost)) and self.answered + self.apologies > 0

    @classmethod
    def together(cls, runs: Sequence["Counts"]) -> "Counts":
        """The counts of several runs as if they had been one."""
        if len(runs) == 1:
            return runs[0]
        summed = {
            name: sum(getattr(run, name) for run in runs)
            for name, field in cls.model_fields.items()
            if field.annotation is int
        }
        faults = sum((Counter(run.faults) for run in runs), Counter[str]())
        wrong = {
            f"{what}, {n + 1}": found
            for n, run in enumerate(runs)
            for what, found in run.wrong.items()
        }
        times = sorted(time for run in runs for time in run.recoveries)
        rest: dict[str, object] = {"shape": runs[0].shape, "recoveries": times}
        return cls.model_validate(
            {
                **summed,
                **rest,
                "seconds": max(run.seconds for run in runs),
                "faults": faults,
                "wrong": wrong,
            }
        )

    @property
    def recovery_median_s(self) -> float:
        """From a kill until the next bot is connected, in seconds."""
        return round(median(self.recoveries), 2) if self.recoveries else 0.0

    @property
    def recovery_max_s(self) -> float:
        """The longest of these, in seconds."""
        return round(max(self.recoveries, default=0.0), 2)


class Said:
    """What people have got: answers and apologies by the question's token, and in what order."""

    def __init__(self, world: World) -> None:
        self.answers, self.apologies = Counter[str](), Counter[str]()
        self.order: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.posts: dict[str, list[str]] = defaultdict(list)
        self.at = {(channel, ts): token for token, (channel, _, ts) in world.asked.items()}
        for channel in (*CHANNELS, *(f"D{person[1:]}" for person in PEOPLE)):
            for message in world.said(channel):
                if not message.ephemeral:  # "I can't save your message": Slack sends it again
                    self._note(message, world)

    def _note(self, message: Message, world: World) -> None:
        token, status = _about(message, self.at, world)
        if not token:
            return
        self.posts[token].append(f"{message.ts} {_key(message)} {message.text[:60]}")
        if status == "failed":
            self.apologies[token] += 1
            return
        self.answers[token] += 1
        if token not in world.tickets:  # those wait for a person
            self.order[message.channel, message.root].append(token)


def counted(
    world: World, people: People, shape: str, recoveries: list[float], **rest: object
) -> Counts:
    """Count, once all is quiet."""
    said = Said(world)
    answers, apologies, order, posts = said.answers, said.apologies, said.order, said.posts
    taken = _acknowledged(world, said.at)
    given = answers + apologies
    unopened = [t for t in people.approved if t and not world.api.written[t]]
    wrong = {
        "unopened": [f"{token}: {posts[token]}" for token in unopened],
        "lost": [token for token in taken if token not in given],
        "twice": [f"{token}: {posts[token]}" for token, n in given.items() if n > 1],
        "disordered": [f"{t}: {found}" for t, found in order.items() if _inversions(found)],
    }
    return Counts.model_validate(
        {
            "shape": shape,
            "questions": len(world.asked),
            "acknowledged": len(taken),
            "answered": len(answers),
            "apologies": sum(apologies.values()),
            "lost": len([token for token in taken if token not in given]),
            "answered_twice": sum(n - 1 for n in given.values()),
            "side_effects": len(world.api.written),
            "effects_twice": sum(n - 1 for n in world.api.written.values()),
            "approvals_given_up": len([t for t in unopened if apologies[t]]),
            "effects_lost": len([t for t in unopened if not apologies[t]]),
            "order_faults": sum(map(_inversions, order.values())),
            "recoveries": [round(seconds, 3) for seconds in recoveries],
            "wrong": {what: found for what, found in wrong.items() if found},
            **rest,
        }
    )


def _about(message: Message, at: dict[tuple[str, str], str], world: World) -> tuple[str, str]:
    """The question that a message of the bot's answers, and as what; empty for a card."""
    key = _key(message)
    turn, _, status = key.rpartition("/")
    if key and status not in STATUSES:
        return "", ""
    said = at.get((message.channel, turn.rpartition(":")[2]), "")
    if not said:  # a click's, or the usual bot's
        said = token_of(message.text + str(message.blocks))
    if not said:  # an apology for a click: its ticket is one of the thread
        said = next((t for t, (c, r, _) in world.asked.items() if (c, r) == where(message)), "")
    return said, status


def _key(message: Message) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("key", ""))


def where(message: Message) -> tuple[str, str]:
    """Channel and thread."""
    return message.channel, message.root


def _acknowledged(world: World, at: dict[tuple[str, str], str]) -> set[str]:
    taken: set[str] = set()
    for delivery in world.slack.deliveries:
        event = delivery.payload.get("event", {})
        if delivery.acked and (event.get("channel"), event.get("ts")) in at:
            taken.add(at[event["channel"], event["ts"]])
    return taken


def _inversions(tokens: list[str]) -> int:
    """How often an answer comes after one to a later question."""
    first = list(dict.fromkeys(tokens))
    return sum(earlier > later for earlier, later in pairwise(first))
