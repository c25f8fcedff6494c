from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings


def problems(env: dict[str, str], folder: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(env, folder)
    return caught.value.problems


def test_all_mistakes_are_reported_at_once_and_no_secret_is_shown(tmp_path: Path) -> None:
    (tmp_path / "sluice.toml").write_text("[limits]\nturn_a_day = 3\nseconds = -1\n[acess]\n")
    found = problems({"SLACK_BOT_TOKEN": "hunter2", "SLUICE_PORT": "http"}, tmp_path)
    assert len(found) == 5
    text = "\n".join(found)
    assert "SLACK_BOT_TOKEN: a token of this kind starts with xoxb-" in text
    assert "SLUICE_PORT" in text
    assert "limits.seconds" in text
    assert "limits.turn_a_day is not known; the nearest key is limits.turns_a_day" in text
    assert "acess is not known; the nearest key is access" in text
    assert "hunter2" not in text


def test_secrets_are_not_in_the_repr_nor_in_a_chained_error(tmp_path: Path) -> None:
    env = {"SLACK_BOT_TOKEN": "xoxb-hunter2", "OPENAI_API_KEY": "hunter3"}
    assert "hunter" not in repr(Settings.from_env(env, tmp_path))
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({**env, "SLACK_APP_TOKEN": "hunter4"}, tmp_path)
    error: BaseException | None = caught.value
    while error:
        assert "hunter" not in f"{error!r}{error}"
        error = error.__cause__ or error.__context__


def test_the_environment_goes_before_dotenv_and_an_empty_variable_is_none(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# a comment\nexport SLUICE_PORT='4000'\nSLUICE_MODEL=\"a # b\"\nOPENAI_API_KEY=\n"
    )
    settings = Settings.from_env({"SLUICE_MODEL": "mine", "SLACK_APP_TOKEN": ""}, tmp_path)
    assert (settings.sluice_port, settings.sluice_model) == (4000, "mine")
    assert settings.openai_api_key is None
    assert settings.slack_app_token is None


def test_the_defaults_need_no_environment(tmp_path: Path) -> None:
    settings = Settings.from_env({}, tmp_path)
    assert settings.slack_api_url == "https://slack.com/api/"
    assert settings.sluice_home == Path(".sluice")
    assert not settings.has_model
    assert len(settings.missing_for_slack()) == 2


def test_a_server_of_ones_own_needs_no_key(tmp_path: Path) -> None:
    settings = Settings.from_env({"OPENAI_BASE_URL": "http://127.0.0.1:8000/v1"}, tmp_path)
    assert settings.has_model
    assert settings.openai_base_url == "http://127.0.0.1:8000/v1/"


@pytest.mark.parametrize(
    ("toml", "problem"),
    [
        ("[access\n", "this is not TOML"),
        ('[access]\nadmins = ["@mira"]\n', "'@mira' is not an id"),
        ('[egress]\nallowed_hosts = ["https://x.example/"]\n', "is not a host"),
        ("[guardrails]\nblock_at = 2\n", "guardrails.block_at"),
        ("[limits]\ntokens_a_day = 'many'\n", "limits.tokens_a_day"),
    ],
)
def test_a_mistake_in_the_file_says_where_it_is(tmp_path: Path, toml: str, problem: str) -> None:
    (tmp_path / "sluice.toml").write_text(toml)
    (found,) = problems({}, tmp_path)
    assert found.startswith("sluice.toml: ")
    assert problem in found


def test_a_file_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    assert "there is no file" in problems({"SLUICE_CONFIG": "other.toml"}, tmp_path)[0]


@pytest.mark.parametrize("name", ["SLACK_API_URL", "OPENAI_BASE_URL"])
def test_an_address_has_a_scheme_and_a_host(tmp_path: Path, name: str) -> None:
    assert name in problems({name: "slack.com/api"}, tmp_path)[0]


def test_a_database_url_is_not_silently_ignored(tmp_path: Path) -> None:
    env = {"SLUICE_DATABASE_URL": "postgresql://u:hunter2@h/d"}
    (problem,) = [
        text for text in Settings.from_env(env, tmp_path).missing_for_slack() if "DATABASE" in text
    ]
    assert "hunter2" not in problem
