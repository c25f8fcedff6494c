"""`sluice eval` and `sluice train-guard`: how good it is, and how the guard is made better."""

import asyncio
from pathlib import Path

import click

from bot.cli_options import AS_JSON, Sections, load_settings


@click.group("eval", cls=Sections)
def evaluate() -> None:
    """Measure how good it is: tables, and JSON beside them."""


@evaluate.command("retrieval")
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dump", type=click.Path(path_type=Path), help="Write what was found, line by line.")
@click.option(
    "--by-chunker", is_flag=True, help="Also split the files in plain ways. As slow as loading."
)
@AS_JSON
def eval_retrieval(questions: Path, dump: Path | None, *, by_chunker: bool, as_json: bool) -> None:
    """Search for the questions of a JSONL file; compare with the judged pages."""
    from bot.commands.evaluate import retrieval

    retrieval(questions, dump, load_settings(), chunkers=by_chunker, as_json=as_json)


@evaluate.command("guardrails")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), help="Write the figures as JSON.")
@click.option("--plot", type=click.Path(path_type=Path), help="Draw how reliable scores are (PNG).")
@click.option("--disguises", is_flag=True, help="Also hide each attack in every way. Slow.")
@AS_JSON
def eval_guardrails(
    files: tuple[Path, ...], out: Path | None, plot: Path | None, *, disguises: bool, as_json: bool
) -> None:
    """Tell attacks from harmless texts, by source and origin.

    FILES are JSONL files or folders of {"text", "label", "source", "kind", "lang"}, label 1 for an
    attack; without any, a small set that comes with Sluice.
    """
    from bot.commands.guard_eval import guardrails

    guardrails(files, load_settings(), out, plot, disguises=disguises, as_json=as_json)


@evaluate.command("attacks")
@click.argument(
    "files",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
)
@click.option(
    "--detection",
    type=click.Choice(["both", "on", "off"]),
    default="both",
    show_default=True,
    help="With the guardrails, or with the policy alone.",
)
@AS_JSON
def eval_attacks(files: tuple[Path, ...], detection: str, as_json: bool) -> int:
    """Let a model that obeys every instruction loose on the bot.

    Exits 1 if an attack succeeds.
    """
    from bot.commands.attacks.run import attacks

    return asyncio.run(attacks(files, detection, as_json=as_json))


@evaluate.command("grounding")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--pages",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="The folder that answers with a path and a quote are from; they are corrupted.",
)
@click.option(
    "--rounds",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="How often each answer is corrupted, with other changes every time.",
)
@click.option("--mistakes", is_flag=True, help="Also print what was judged wrongly, to stderr.")
@AS_JSON
def eval_grounding(
    files: tuple[Path, ...], pages: Path | None, *, rounds: int, mistakes: bool, as_json: bool
) -> None:
    """Tell true sentences of answers from false ones.

    Those of the demo's answers, corrupted, or those of FILES.
    """
    from bot.commands.grounding.run import grounding

    grounding(files, pages, rounds=rounds, as_json=as_json, verbose=mistakes)


@click.command("train-guard")
@click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), default=Path("weights.npz"))
@click.option("--cache", type=click.Path(path_type=Path), help="Keep the texts' vectors here.")
@click.option(
    "--pages",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="A folder of harmless Markdown pages; may be given several times.",
)
@click.option("--plot", type=click.Path(path_type=Path), help="Draw how reliable scores are (PNG).")
def train_guard(
    data: tuple[Path, ...],
    out: Path,
    cache: Path | None,
    pages: tuple[Path, ...],
    plot: Path | None,
) -> None:
    """Make the guard's weights from labelled JSONL files or folders of them."""
    from bot.commands.train_guard import train_guard

    train_guard(data, pages, out, cache, plot)
