"""sluice train-guard: make the classifier's weights from labelled texts."""

from collections.abc import Sequence
from pathlib import Path

import click

from bot.commands.guard_plot import draw
from bot.commands.guard_report import held_out_scores, held_out_table
from bot.guardrails.classifier.weights import write
from bot.guardrails.training.build import SEED, train
from bot.guardrails.training.texts import read, read_pages
from bot.guardrails.training.vectors import remembered
from knowledge.embed import DEFAULT_MODEL, SentenceTransformerEmbedder

MOST_BYTES = 5_000_000


def train_guard(
    data: Sequence[Path],
    pages: Sequence[Path],
    out: Path,
    cache: Path | None,
    plot: Path | None = None,
    seed: int = SEED,
) -> None:
    """Train, write the weights, and print what was measured on held-out sources.

    `data` are labelled JSONL files, `pages` folders of harmless Markdown.
    """
    texts = [*read(data), *read_pages(pages)]
    embedder = SentenceTransformerEmbedder()
    click.echo(f"{len(texts):,} texts read", err=True)
    embed = remembered(
        embedder.embed, cache, lambda done, of: click.echo(f"  {done} of {of} embedded", err=True)
    )
    trained = train(texts, embed, DEFAULT_MODEL, seed)
    content = write(trained.weights)
    if len(content) > MOST_BYTES:
        raise click.ClickException(f"the weights have {len(content):,} bytes, more than 5 MB")
    out.write_bytes(content)
    click.echo(held_out_table(trained.held))
    if plot:
        draw(plot, dict(held_out_scores(trained.held)))
    click.echo(f"\nwrote {len(content):,} bytes to {out}")
