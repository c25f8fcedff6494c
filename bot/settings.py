"""The whole configuration: variables, `.env` and `sluice.toml`, checked once and all at once."""

import difflib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.errors import SettingsError
from tools.config import McpSource, OpenApiSource


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _prefixed(prefix: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            raise ValueError(f"a token of this kind starts with {prefix}")
        return token

    return AfterValidator(check)


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it has to be an address such as https://example.com/path/")
    return value.rstrip("/") + "/"


def _endpoint(value: str) -> str:
    return _address(value).rstrip("/")


def _slack_id(value: str) -> str:
    if not re.fullmatch(r"[A-Z0-9]{2,}", value):
        raise ValueError(f"{value!r} is not an id such as U0123ABCD or C0123ABCD")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"\.?[a-z0-9-]+(\.[a-z0-9-]+)*", value):
        raise ValueError(f"{value!r} is not a host such as docs.example.com or .example.com")
    return value


Probability = Annotated[float, Field(ge=0, le=1)]
Address = Annotated[str, AfterValidator(_address)]
SlackId = Annotated[str, AfterValidator(_slack_id)]


class Access(_Section):
    """Who may ask where; empty `channels` means every channel the bot is invited to."""

    admins: tuple[SlackId, ...] = ()
    channels: tuple[SlackId, ...] = ()
    guests: bool = Field(default=False, description="Answer guests and people of other companies.")


class Price(_Section):
    """What a model takes for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class Model(_Section):
    """How the language model is spoken to, and what it costs."""

    timeout_s: float = Field(default=30.0, gt=0, description="One attempt, in seconds.")
    attempts: int = Field(default=3, ge=1, le=10)
    prices: Mapping[str, Price] = Field(
        default={}, description="By model; without a price, no cost is shown."
    )
    currency: str = Field(default="USD", min_length=1, max_length=8)


class Telemetry(_Section):
    """Where turns are told to, over OTLP; nothing is, unless an endpoint is set."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = Field(
        default=None, description="Such as http://localhost:4318/v1/traces."
    )
    content: bool = Field(
        default=False, description="Also send what people, documents, tools and the model say."
    )


class Bars(_Section):
    """Scores, 0 to 1, from which a text is restricted, blocked, suspected or withheld.

    None: as shipped.
    """

    restrict_at: Probability | None = None
    block_at: Probability | None = None
    suspect_at: Probability | None = None
    withhold_at: Probability | None = None


class Guardrails(Bars):
    """The same for every origin of a text, and apart for those that have a table of their own."""

    requester: Bars = Bars()
    participant: Bars = Bars()
    document: Bars = Bars()
    tool: Bars = Bars()


class Egress(_Section):
    """Hosts that links in replies may lead to; `.example.com` stands for all below it."""

    allowed_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    destinations: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        default=(), description="Hosts and e-mail domains that tools may send data to."
    )
    mask_numbers: bool = Field(
        default=True, description="Mask numbers of cards and bank accounts that leave."
    )


class Limits(_Section):
    """Budgets that end loops."""

    turns_a_day: int = Field(default=200, ge=1, description="Messages of one person a day (UTC).")
    tokens_a_day: int = Field(default=500_000, ge=1, description="Tokens of one person a day.")
    all_turns_a_day: int = Field(
        default=10_000, ge=1, description="Messages of everybody together a day."
    )
    all_tokens_a_day: int = Field(
        default=20_000_000, ge=1, description="Tokens of everybody together a day."
    )
    tools_offered: int = Field(default=8, ge=1, le=64, description="Tools offered in one turn.")
    tool_calls: int = Field(default=6, ge=1, description="Calls of tools in one turn.")
    seconds: float = Field(default=90.0, gt=0, description="The model's time in one turn.")

    @property
    def decisions(self) -> int:
        """How often the model is asked in one turn: for its calls, its repairs and its reply."""
        return self.tool_calls + 4


class Knowledge(_Section):
    """How documents are read."""

    embedding_model: str | None = Field(
        default=None, description="Name or path for sentence-transformers; None: all-MiniLM-L6-v2."
    )
    url_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        default=(), description="Hosts whose public pages admins may add by their address."
    )
    versions: int = Field(
        default=10, ge=0, le=1000, description="Earlier versions of a document that are kept."
    )


class State(_Section):
    """What is kept of conversations."""

    keep_days: int = Field(
        default=90, ge=14, description="Days after which texts and steps of ended turns go."
    )


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Weekly(_Section):
    """When admins are told how the week was."""

    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        Field(default="monday", description="The weekday of the digest.")
    )
    hour: int = Field(
        default=8, ge=0, le=23, description="From this hour on, UTC; later if the bot was away."
    )


class Tools(_Section):
    """Which tools there are."""

    sample: bool = Field(
        default=True, description="The sample company's tools, with an API that Sluice starts."
    )
    openapi: tuple[OpenApiSource, ...] = Field(
        default=(), description="APIs whose OpenAPI documents become tools."
    )
    mcp: tuple[McpSource, ...] = Field(default=(), description="MCP servers.")

    @property
    def secrets(self) -> frozenset[str]:
        """The variables that hold what these sources are told of us."""
        sources = (*self.openapi, *self.mcp)
        return frozenset(source.auth.variable for source in sources if source.auth)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        names = [source.name for source in (*self.openapi, *self.mcp)]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two sources of tools are called {min(twice)}")
        return self


class Config(_Section):
    """What `sluice.toml` may hold, a field a table."""

    access: Access = Access()
    model: Model = Model()
    guardrails: Guardrails = Guardrails()
    egress: Egress = Egress()
    limits: Limits = Limits()
    knowledge: Knowledge = Knowledge()
    state: State = State()
    report: Weekly = Weekly()
    tools: Tools = Tools()
    telemetry: Telemetry = Telemetry()


class Variables(_Section):
    """What comes from the environment or `.env`; a field's variable is its name in capitals."""

    slack_bot_token: Annotated[SecretStr, _prefixed("xoxb-")] | None = None
    slack_app_token: Annotated[SecretStr, _prefixed("xapp-")] | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api_url: Address = "https://slack.com/api/"
    openai_api_key: SecretStr | None = None
    openai_base_url: Address | None = None
    sluice_model: str = Field(default="gpt-5-mini", min_length=1)
    sluice_home: Path = Path(".sluice")
    sluice_port: int = Field(default=3000, ge=0, le=65535)
    sluice_config: Path = Path("sluice.toml")
    sluice_database_url: SecretStr | None = None


class Settings(Variables):
    """Variables and configuration together."""

    config: Config = Config()
    folder: Path = Path()
    tool_secrets: Mapping[str, SecretStr] = {}

    @property
    def has_model(self) -> bool:
        """Whether a language model is configured at all."""
        return self.openai_api_key is not None or self.openai_base_url is not None

    @classmethod
    def from_env(cls, env: Mapping[str, str], folder: Path = Path()) -> "Settings":
        """Read the variables, `.env` in `folder` for those not set, and `sluice.toml`.

        Raises:
            SettingsError: Naming every mistake, and no value that may be secret.
        """
        problems: list[str] = []
        given = {**dotenv_values(folder / ".env", interpolate=False), **env}
        given = {name: value for name, value in given.items() if value}
        known = {f: given[f.upper()] for f in Variables.model_fields if f.upper() in given}
        try:
            variables = Variables.model_validate(known)
        except ValidationError as error:
            problems += [f"{str(e['loc'][0]).upper()}: {_words(e['msg'])}" for e in error.errors()]
            variables = Variables.model_construct(**_without(known, error))
        path = folder / variables.sluice_config
        config, mistakes = _read_config(path, given)
        problems += mistakes + _missing_secrets(config, given)
        if problems:
            raise SettingsError(problems)
        found = {name: SecretStr(given[name]) for name in config.tools.secrets}
        settings = {"config": config, "folder": path.parent, "tool_secrets": found}
        return cls.model_validate({**dict(variables), **settings})

    def missing_for_slack(self) -> list[str]:
        """What `sluice run` needs and does not have."""
        problems: list[str] = []
        if self.slack_bot_token is None:
            problems.append("SLACK_BOT_TOKEN is not set: the bot token (xoxb-...) of your app")
        if self.slack_app_token is None and self.slack_signing_secret is None:
            problems.append(
                "neither SLACK_APP_TOKEN (xapp-..., for Socket Mode) nor SLACK_SIGNING_SECRET (for "
                "HTTP) is set: Slack has no way to reach the bot"
            )
        if self.sluice_database_url is not None:
            problems.append(
                "SLUICE_DATABASE_URL is set, but this version keeps its state in SLUICE_HOME only: "
                "unset it"
            )
        return problems


def load(folder: Path = Path()) -> Settings:
    """The settings of this process."""
    return Settings.from_env(os.environ, folder)


def _read_config(path: Path, given: Mapping[str, str]) -> tuple[Config, list[str]]:
    if not path.is_file():
        named = "SLUICE_CONFIG" in given
        return Config(), [f"SLUICE_CONFIG: there is no file {path}"] if named else []
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        return Config.model_validate(table), []
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return Config(), [f"{path.name}: this is not TOML ({error})"]
    except ValidationError as error:
        return Config(), [f"{path.name}: {problem}" for problem in _config_problems(error)]


def _missing_secrets(config: Config, given: Mapping[str, str]) -> list[str]:
    missing = sorted(name for name in config.tools.secrets if name not in given)
    return [
        f"{name} is not set: a source of tools in sluice.toml is to be told it" for name in missing
    ]


def _config_problems(error: ValidationError) -> Iterator[str]:
    for e in error.errors():
        where = ".".join(str(part) for part in e["loc"])
        if e["type"] == "extra_forbidden":
            *table, name = map(str, e["loc"])
            near = difflib.get_close_matches(name, _names_in(table), n=1, cutoff=0.0)
            yield f"{where} is not known; the nearest key is {'.'.join([*table, *near])}"
        else:
            yield f"{where}: {_words(e['msg'])}"


def _names_in(table: list[str]) -> list[str]:
    section: Any = Config
    for part in table:
        # An entry of an array stands behind its number; its model is inside the array's type.
        if isinstance(section, type) and part in section.model_fields:
            section = section.model_fields[part].annotation
        inner = [one for one in get_args(section) if isinstance(one, type)]
        section = next((one for one in inner if issubclass(one, BaseModel)), section)
    return list(getattr(section, "model_fields", {}))


def _words(message: str) -> str:
    return message.removeprefix("Value error, ")


def _without(known: dict[str, str], error: ValidationError) -> dict[str, Any]:
    """The variables that are right, so that `sluice.toml` is checked in the same go."""
    wrong = {e["loc"][0] for e in error.errors()}
    right = {name: value for name, value in known.items() if name not in wrong}
    return dict(Variables.model_validate(right))
