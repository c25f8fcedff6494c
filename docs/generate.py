"""Writes the generated parts of the documentation: `python -m docs.generate`, or `make docs`.

A part stands between `<!-- generated: NAME -->` and `<!-- end -->`. A test fails when one lags.
"""

import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from bot.cli import sluice
from bot.guardrails.policy import Policy, Thresholds
from tools.policy import RULES, Rule

ROOT = Path(__file__).resolve().parent.parent
OPENING, CLOSING = "<!-- generated: {} -->", "<!-- end -->"


def policy_table() -> str:
    """The rules of `tools/policy.py`, in their order."""
    rows = [
        (f"`{rule.name}`", _sentence(rule.when), _decision(rule), rule.reason) for rule in RULES
    ]
    return table(("rule", "when", "then", "because"), rows)


def guardrail_table() -> str:
    """The guardrails that are shipped, by what their docstrings say of them."""
    names = [(_name_of(guardrail), _sentence(guardrail)) for guardrail in guardrails()]
    return table(("guardrail", "does"), ((f"`{name}`", does) for name, does in names))


def threshold_table() -> str:
    """The scores that actions begin at, as shipped."""
    shipped = Thresholds()
    rows = (
        (f"`{name}`", f"{getattr(shipped, name)}", _described(name))
        for name in Thresholds.model_fields
    )
    return table(("threshold", "as shipped", "from there on"), rows)


def command_reference() -> str:
    """Every command of `sluice` with its options, as its help says."""
    return "\n\n".join(_command(path, command) for path, command in commands())


PARTS = {
    "docs/security.md": {
        "policy": policy_table,
        "guardrails": guardrail_table,
        "thresholds": threshold_table,
    },
    "docs/operations.md": {"commands": command_reference},
}


def commands() -> list[tuple[str, click.Command]]:
    """The commands that do something, each with what one types to call it."""
    return list(_leaves("sluice", sluice))


def guardrails() -> list[object]:
    """The detectors, in the order in which they run."""
    return list(Policy.default().guardrails)


def generated(text: str, parts: Iterable[str]) -> str:
    """The text of a page with the parts of these names written anew."""
    makers = {name: make for page in PARTS.values() for name, make in page.items()}
    for name in parts:
        opening = OPENING.format(name)
        before, found, rest = text.partition(opening)
        _, closed, after = rest.partition(CLOSING)
        if not found or not closed:
            raise SystemExit(f"there is no part {opening} with its {CLOSING}")
        text = f"{before}{opening}\n\n{makers[name]()}\n\n{CLOSING}{after}"
    return text


def stale() -> list[str]:
    """The pages whose generated parts are not what they would be now."""
    return [page for page, parts in PARTS.items() if _read(page) != generated(_read(page), parts)]


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A table in Markdown."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _leaves(path: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name, inner in command.commands.items():
        yield from _leaves(f"{path} {name}", inner)


def _command(path: str, command: click.Command) -> str:
    context = click.Context(command, info_name=path)
    pieces = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
    lines = [f"#### `{' '.join([path, *pieces])}`", inspect.cleandoc(command.help or "")]
    records = [p.get_help_record(context) for p in command.params if isinstance(p, click.Option)]
    if options := [(f"`{option}`", text) for option, text in filter(None, records)]:
        lines.append(table(("option", "means"), options))
    return "\n\n".join(lines)


def _decision(rule: Rule) -> str:
    return f"{rule.action} another person" if rule.approver == "another" else rule.action


def _sentence(thing: object) -> str:
    """The first line of a docstring."""
    return (inspect.getdoc(thing) or "").partition("\n")[0].rstrip(".")


def _name_of(guardrail: object) -> str:
    return str(getattr(guardrail, "__name__", type(guardrail).__name__))


def _described(threshold: str) -> str:
    return {
        "restrict_at": "a person's message is answered with tools that read only",
        "block_at": "a person's message is not answered",
        "suspect_at": "a passage or a result is quoted, and what then acts asks with a warning",
        "withhold_at": "a passage or a tool result is kept from the model",
    }[threshold]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _read(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def main() -> None:
    """Write what lags."""
    for page in stale():
        (ROOT / page).write_text(generated(_read(page), PARTS[page]), "utf-8")
        sys.stdout.write(f"{page} written\n")


if __name__ == "__main__":
    main()
