"""What the commands share: options, how their values are read, and the settings."""

import getpass
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bot.settings import Settings

_SENTENCE = 300
"""Characters of a command's first sentence that a list shows: all of them."""

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


class Audience(click.ParamType[tuple[str, ...]]):
    """Channel and user group ids, separated by commas; none for everyone."""

    name = "audience"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, ...]:
        ids = tuple(part.strip() for part in str(value).split(",") if part.strip())
        if "everyone" in ids and len(ids) > 1:
            self.fail("it is either everyone or a list of ids, not both", param, ctx)
        if not ids:
            self.fail("say everyone, or the ids of channels and groups", param, ctx)
        for one in ids:
            if one != "everyone" and not re.fullmatch(r"[CGS][A-Z0-9]+", one):
                self.fail(f"{one} is not a channel or user group id", param, ctx)
        return () if ids == ("everyone",) else ids


class Owner(click.ParamType[str]):
    """The id of a person in Slack, or nobody."""

    name = "owner"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value == "nobody":
            return ""
        if not re.fullmatch(r"[UW][A-Z0-9]+", str(value)):
            self.fail(f"{value} is not a person's id such as U0123ABCD, nor nobody", param, ctx)
        return str(value)


class Expiry(click.ParamType[datetime | str]):
    """A day, or a number of days from now; at its beginning the document expires."""

    name = "expiry"

    def __init__(self, *, never: bool) -> None:
        self._never = never

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime | str:
        if isinstance(value, datetime) or (self._never and value == "never"):
            return value
        if days := re.fullmatch(r"(\d{1,4})d", str(value)):
            return datetime.now(UTC).replace(microsecond=0) + timedelta(days=int(days[1]))
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").replace(tzinfo=UTC)
        except ValueError:
            self.fail(
                f"{value} is neither a day such as 2027-03-31 nor days such as 90d", param, ctx
            )


def load_settings() -> "Settings":
    """The settings of this environment and folder."""
    from bot.settings import load

    return load()


def terminal_user() -> str:
    """Who is recorded for what is done from a terminal; never to be taken for an id of Slack's."""
    try:
        return f"terminal:{getpass.getuser()}"
    except (OSError, KeyError):  # a container may have no name for the user
        return "terminal"


class Sections(click.Group):
    """A group that lists its commands under headings, and each with its whole first sentence."""

    group_class = type  # the groups in it are of this kind too

    def __init__(
        self, *args: Any, sections: Mapping[str, Sequence[str]] | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self._sections = sections

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands; the order is that in which people need them."""
        for heading, names in (self._sections or {"Commands": self.list_commands(ctx)}).items():
            commands = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name, c.get_short_help_str(_SENTENCE)) for name, c in commands if c]
            with formatter.section(click.style(heading, bold=True)):
                formatter.write_dl(rows)
