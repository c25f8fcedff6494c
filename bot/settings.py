"""Settings: variables, `.env` and `sluice.toml`, read together and checked all at once."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, Field, SecretStr, ValidationError

from bot.config import Address, Config, Section
from bot.errors import SettingsError


def _prefixed(prefix: str) -> AfterValidator:
    def check(token: SecretStr) -> SecretStr:
        if not token.get_secret_value().startswith(prefix):
            raise ValueError(f"a token of this kind starts with {prefix}")
        return token

    return AfterValidator(check)


class Variables(Section):
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
