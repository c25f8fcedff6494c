"""How soon people see something: the status, and a sentence that the model has finished.

    python -m benchmarks.live [QUESTIONS]

A model's server on loopback writes an answer sentence by sentence; the clock is that of the wire.
What we keep between two calls for Slack's sake (`Tempo`) is told apart: "without a pace" is our own
part alone, "as shipped" is with the calls that a workspace has free, "used up" with none of them.
"""

import asyncio
import re
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bot.slack.live import Tempo
from bot.slack.surface import SlackSurface
from tests.fakes.model_answers import Answer, say, slow
from tests.fakes.model_server import ChatRequest, ModelServer
from tests.harness import ADA, DM, Company, company

SENTENCES = [f"Employees get 25 days of annual leave a year, point {word}." for word in "abcde"]
QUOTE = "Employees get 25 days of annual leave a year."
PIECE_S = 0.15


def _think(request: ChatRequest) -> Answer:
    passages = re.findall(r'<passage id="(p\d+)"(.*?)</passage>', request.text, re.DOTALL)
    source = next(one for one, inner in passages if QUOTE in inner)
    answer = say("grounded", " ".join(SENTENCES) + " [1]", [(source, QUOTE)])
    return slow(replace(answer, pieces=(20,)), PIECE_S)


async def _ask(bot: Company, written: list[tuple[float, str]]) -> tuple[float, list[float]]:
    """Ask once: seconds to the status, and from the end of each sentence to its appearance."""
    before, known = len(bot.said(DM)), len(bot.slack.calls)
    written.clear()
    start = time.monotonic()
    await bot.slack.post(ADA, DM, "How many days of annual leave do employees get?")

    def status() -> float:
        named = (c for c in bot.slack.calls[known:] if c.method == "assistant.threads.setStatus")
        return time.monotonic() - start if any(named) else 0.0

    shown = await bot.slack.wait_for(status)
    seen: dict[str, float] = {}

    def ended() -> bool:
        text = "".join(str(m.blocks) for m in bot.slack.messages(DM)[-1:])
        for sentence in SENTENCES:
            if sentence in text:
                seen.setdefault(sentence, time.monotonic())
        return len(bot.said(DM)) > before

    await bot.slack.wait_for(ended, timeout=30)
    finished = {
        s: next(at for at, text in written if s[:-1] + ". " in text) for s in SENTENCES[:-1]
    }
    return shown, [seen[s] - at for s, at in finished.items()]


async def drive(questions: int, tempo: Tempo) -> tuple[list[float], list[float]]:
    """Ask so many questions; the delays of the statuses and of the sentences, in seconds."""
    written: list[tuple[float, str]] = []
    statuses: list[float] = []
    sentences: list[float] = []
    async with ModelServer() as model:
        model.mind = _think
        env = {"OPENAI_BASE_URL": model.base_url, "OPENAI_API_KEY": model.api_key}
        env |= {"SLUICE_MODEL": model.model}
        async with company(Path(tempfile.mkdtemp()), env=env) as bot:
            surface = bot.bot.deps.surface
            assert isinstance(surface, SlackSurface)
            surface.tempo = tempo
            model.written = lambda text: written.append((time.monotonic(), text))
            for _ in range(questions):
                status, delays = await _ask(bot, written)
                statuses.append(status)
                sentences += delays
                await bot.idle()
    return statuses, sentences


PACES = {
    "without a pace": Tempo(patience=0.0, stream=0.0, edit=0.0),
    "as shipped": Tempo(),
    "used up": Tempo(streams=1, edits=1),
}


def main() -> None:
    """Print medians and the worst, with Slack's pace and without."""
    questions = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, tempo in PACES.items():
        statuses, sentences = asyncio.run(drive(questions, tempo))
        for what, found in (("status", statuses), ("sentence", sentences)):
            middle, worst = statistics.median(found) * 1000, max(found) * 1000
            sys.stdout.write(
                f"{name:<15} {what:<9} median {middle:4.0f} ms, worst {worst:4.0f} ms "
                f"({len(found)})\n"
            )


if __name__ == "__main__":
    main()
