"""The `sluice` command. What a command needs is imported when it is called: help is quick."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from bot.cli_eval import evaluate, train_guard
from bot.cli_kb import kb
from bot.cli_options import AS_JSON, Sections, load_settings
from bot.errors import SettingsError, SluiceError

SECTIONS = {
    "Start here": ("demo", "doctor", "run"),
    "Ask and look": ("ask", "trace", "turns", "report", "audit", "screen", "tools"),
    "Documents": ("kb",),
    "Measure": ("eval", "train-guard"),
}


@click.group(
    cls=Sections, sections=SECTIONS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="sluice-bot", prog_name="sluice")
def sluice() -> None:
    """A Slack bot that answers from your documents, with sources, and asks before it acts.

    Try `sluice demo` first: it needs no Slack workspace, no key and no network.
    """


@sluice.command()
@click.option("--port", default=8765, show_default=True, type=click.IntRange(0, 65535))
@click.option("--no-browser", is_flag=True, help="Do not open a browser.")
@click.option(
    "--with-model", is_flag=True, help="Let the language model answer that is set up for the bot."
)
def demo(port: int, no_browser: bool, with_model: bool) -> None:
    """Chat with the bot in a browser: no keys, no network."""
    from bot.commands.demo import demo

    _log()
    asyncio.run(demo(load_settings(), port, browser=not no_browser, with_model=with_model))


@sluice.command()
@click.option(
    "--standby", is_flag=True, help="Where another process has this home, wait and take over."
)
def run(standby: bool) -> None:
    """Serve Slack.

    Over Socket Mode if SLACK_APP_TOKEN is set, else over HTTP on SLUICE_PORT.
    """
    from bot.commands.run import run

    _log()
    asyncio.run(run(load_settings(), standby=standby))


@sluice.command()
@click.argument("question")
@click.option("--as", "user", default="U0TERMINAL", help="The Slack id of the person who asks.")
@AS_JSON
def ask(question: str, user: str, as_json: bool) -> int:
    """Ask one question from the terminal."""
    from bot.commands.ask import ask

    return asyncio.run(ask(question, user, load_settings(), as_json=as_json))


@sluice.command()
@click.argument("turn", default="last")
@AS_JSON
def trace(turn: str, as_json: bool) -> int:
    """Show what happened to a message, stage by stage.

    `last` is the newest.
    """
    from bot.commands.inspect import print_trace, read_trace
    from bot.state.account import account

    settings = load_settings()
    found = read_trace(settings.sluice_home, turn)
    if found is None:
        click.echo(f"sluice: there is no turn {turn}", err=True)
        return 1
    told = account(found, settings.config.model.prices, settings.config.model.currency)
    if as_json:
        whole = {**found.model_dump(mode="json"), "account": told.model_dump(mode="json")}
        click.echo(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        print_trace(found, told)
    return 0


@sluice.command()
@click.argument("text", required=False)
@click.option("--jsonl", type=click.File("r"), help='A file of {"text": ...} lines; - for stdin.')
@click.option(
    "--origin",
    type=click.Choice(["requester", "document", "tool"]),
    default="requester",
    show_default=True,
    help="Where the text comes from.",
)
def screen(text: str | None, jsonl: Any, origin: Any) -> None:
    """Ask the guardrails about a text; a JSON line each."""
    from bot.commands.inspect import read_texts, screen_texts

    if (text is None) == (jsonl is None):
        raise click.UsageError("Give either a TEXT or --jsonl FILE.")
    lines = [(text, origin)] if text is not None else read_texts(jsonl, origin)
    for line in screen_texts(lines, load_settings()):
        click.echo(line)


@sluice.command()
@click.option("--days", default=7, show_default=True, type=click.IntRange(1, 3650))
@AS_JSON
def report(days: int, as_json: bool) -> None:
    """Show what was asked, what found no answer, and how replies were rated."""
    from bot.commands.report import print_report

    print_report(load_settings(), days, as_json=as_json)


@sluice.group()
def audit() -> None:
    """Who did what, without a word of what was said."""


@audit.command("verify")
@AS_JSON
def audit_verify(as_json: bool) -> int:
    """Check that no entry of the audit was changed or taken out; exits 1 if one was.

    Entries cut off at the end leave a chain that is whole: keep the last hash elsewhere, and
    compare.
    """
    from bot.commands.inspect import verify_audit

    return verify_audit(load_settings().sluice_home, as_json=as_json)


@sluice.command()
def doctor() -> int:
    """Find what is missing or wrong, and say what to do.

    Exits 1 if anything is.
    """
    from bot.commands.doctor import doctor

    return doctor(os.environ, Path())


@sluice.group()
def turns() -> None:
    """What waits to be answered, and what has failed."""


@turns.command("list")
@click.option("--failed", is_flag=True, help="Only what has failed.")
@click.option("--most", default=50, show_default=True, type=click.IntRange(1), help="How many.")
@AS_JSON
def turns_list(failed: bool, most: int, as_json: bool) -> None:
    """List the turns that wait or have failed, the newest first."""
    from bot.commands.turns import list_turns

    list_turns(load_settings(), failed=failed, most=most, as_json=as_json)


@turns.command("show")
@click.argument("turn")
@AS_JSON
def turns_show(turn: str, as_json: bool) -> int:
    """Show why a turn has failed, how far it came, and what can be done."""
    from bot.commands.turns import show_turn

    return show_turn(turn, load_settings(), as_json=as_json)


@turns.command("retry")
@click.argument("turn", nargs=-1, required=True)
@AS_JSON
def turns_retry(turn: tuple[str, ...], as_json: bool) -> int:
    """Try failed turns again, from their last step; `all` is every one that may be."""
    from bot.commands.turns import retry_turns

    return asyncio.run(retry_turns(turn, load_settings(), as_json=as_json))


@sluice.group()
def tools() -> None:
    """What a model may call."""


@tools.command("list")
@AS_JSON
def tools_list(as_json: bool) -> None:
    """List the tools, their effect, who may call them and whether consent is asked."""
    from bot.commands.tools import list_tools

    asyncio.run(list_tools(load_settings(), as_json=as_json))


@tools.command("check")
@AS_JSON
def tools_check(as_json: bool) -> int:
    """Try every source of tools in sluice.toml; exits 1 if one cannot be used."""
    from bot.commands.tools_check import check_tools

    return asyncio.run(check_tools(load_settings(), as_json=as_json))


@tools.command("agree")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def tools_agree(name: str, yes: bool) -> int:
    """Agree to what an MCP server says of a tool now, which is shown."""
    from bot.commands.tools_check import agree

    return asyncio.run(agree(name, load_settings(), yes=yes))


sluice.add_command(kb)
sluice.add_command(evaluate)
sluice.add_command(train_guard)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; 0 when it worked, 1 when it did not, 2 when it was called wrongly."""
    from knowledge import KnowledgeError

    try:
        result = sluice.main(argv, prog_name="sluice", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SettingsError as error:
        for problem in error.problems:
            click.echo(f"sluice: {problem}", err=True)
        return 1
    except (SluiceError, KnowledgeError) as error:
        click.echo(f"sluice: {error}", err=True)
        return 1
    except OSError as error:  # a home or a file that cannot be written or read
        click.echo(f"sluice: {error.filename or 'the system'}: {error.strerror}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _log() -> None:
    from bot.log import set_up

    set_up(sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
