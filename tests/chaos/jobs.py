"""Runs of the suite, several side by side where there are cores for them."""

import asyncio
import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from tests.chaos.count import Counts
from tests.chaos.points import sweep
from tests.chaos.storm import storm


@dataclass(frozen=True)
class Wanted:
    """What a run does: `kills` at random moments, or one at each of the named `points`."""

    folder: Path
    shape: str
    seed: int
    rate: float
    faults: bool
    points: bool
    kills: int = 0


def side_by_side(wanted: Wanted, kills: int, jobs: int) -> Counts:
    """Share the kills between so many runs, each with a world and a seed of its own."""
    jobs = 1 if wanted.points else jobs
    runs = [
        replace(wanted, seed=wanted.seed + n, kills=kills // jobs + (n < kills % jobs))
        for n in range(jobs)
    ]
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        return Counts.together([*pool.map(run, runs)])


def run(wanted: Wanted) -> Counts:
    """Do what is wanted, in a folder of its own."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # clients that were killed
    home, shape, seed = wanted.folder / f"{wanted.shape}-{wanted.seed}", wanted.shape, wanted.seed
    if wanted.points:
        return asyncio.run(sweep(home, shape, seed=seed))
    return asyncio.run(
        storm(home, shape, wanted.kills, seed=seed, rate=wanted.rate, faults=wanted.faults)
    )
