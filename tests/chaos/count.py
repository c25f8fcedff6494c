"""What people got: lost, twice, out of order."""

from collections import Counter, defaultdict
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
    """A line of the table. `lost` and `refused` are of the questions that were acknowledged."""

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
    effects_lost: int
    order_faults: int
    recovery_median_s: float
    recovery_max_s: float
    seconds: float
    faults: dict[str, int] = {}
    wrong: dict[str, list[str]] = {}

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, and nothing done twice or out of order."""
        wrong = (self.lost, self.answered_twice, self.effects_twice, self.order_faults)
        return not any((*wrong, self.effects_lost)) and self.answered + self.apologies > 0


def counted(
    world: World, people: People, shape: str, recoveries: list[float], **rest: object
) -> Counts:
    """Count, once all is quiet."""
    answers, apologies = Counter[str](), Counter[str]()
    order: dict[tuple[str, str], list[str]] = defaultdict(list)
    posts: dict[str, list[str]] = defaultdict(list)
    at = {(channel, ts): token for token, (channel, _, ts) in world.asked.items()}
    for channel in (*CHANNELS, *(f"D{person[1:]}" for person in PEOPLE)):
        for message in world.said(channel):
            if (
                message.ephemeral
            ):  # "I can't save your message": no answer, and Slack sends it again
                continue
            token, status = _about(message, at, world)
            if token:
                posts[token].append(f"{message.ts} {_key(message)} {message.text[:60]}")
            if token and status == "failed":
                apologies[token] += 1
            elif token:
                answers[token] += 1
                if token not in world.tickets:  # those wait for a person
                    order[channel, message.root].append(token)
    taken = _acknowledged(world, at)
    given = answers + apologies
    wrong = {
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
            "effects_lost": len([t for t in people.approved if t and not world.api.written[t]]),
            "order_faults": sum(map(_inversions, order.values())),
            "recovery_median_s": round(median(recoveries), 3) if recoveries else 0.0,
            "recovery_max_s": round(max(recoveries, default=0.0), 3),
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
