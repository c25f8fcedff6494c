"""What people got: lost, twice, out of order."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pydantic import BaseModel

from tests.chaos.people import People
from tests.chaos.said import Said
from tests.chaos.world import World


class Counts(BaseModel):
    """A line of the table. `lost` is of the questions that were acknowledged.

    An apology is the end of a turn that a person was told of. `answered_twice` are the messages too
    many: a second one of a turn, or a second answer to a question. `refused` are answered with a
    refusal, since Slack could not say who asked. `previews_left` are no answers.

    An approval is lost if its ticket was not opened and nobody was told; it is given up if the
    person has an apology for it.
    """

    shape: str
    kills: int
    questions: int
    acknowledged: int
    answered: int
    apologies: int
    refused: int
    lost: int
    answered_twice: int
    previews_left: int
    side_effects: int
    effects_twice: int
    approvals_given_up: int
    effects_lost: int
    order_faults: int
    recoveries: list[float]
    seconds: float
    first_answer_s: float = 0.0
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
                "first_answer_s": max(run.first_answer_s for run in runs),
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


def counted(
    world: World, people: People, shape: str, recoveries: list[float], **rest: object
) -> Counts:
    """Count, once all is quiet."""
    said = Said(world)
    answers, apologies, order, posts = said.answers, said.apologies, said.order, said.posts
    taken = _acknowledged(world, said.at)
    given = answers + apologies
    unopened = [t for t in people.approved if t and not world.api.written[t]]
    twice = {token: n for token in given if (n := said.too_many(token))}
    wrong = {
        "unopened": [f"{token}: {posts[token]}" for token in unopened],
        "lost": [token for token in taken if token not in given],
        "twice": [f"{token}: {posts[token]}" for token in twice],
        "left": said.left,
        "disordered": [f"{t}: {found}" for t, found in order.items() if _inversions(found)],
    }
    return Counts.model_validate(
        {
            "shape": shape,
            "questions": len(world.asked),
            "acknowledged": len(taken),
            "answered": len(answers),
            "apologies": sum(apologies.values()),
            "refused": sum(said.refusals.values()),
            "lost": len([token for token in taken if token not in given]),
            "answered_twice": sum(twice.values()),
            "previews_left": len(said.left),
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
