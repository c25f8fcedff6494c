"""The app's manifest: what Slack lets the app do and tells it."""

from pathlib import Path
from typing import Any, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.local_slack.workspace import Kind

EVENT_SCOPES: Final[dict[str, str | None]] = {
    "agent_session_stopped": None,
    "app_context_changed": "assistant:write",
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "file_shared": "files:read",
    "member_joined_channel": "channels:read",
    "member_left_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "tokens_revoked": None,
}
"""Each event served here, with the scope without which Slack does not send it."""

SCOPE_PREFIX: Final[dict[Kind, str]] = {
    "channel": "channels",
    "private": "groups",
    "im": "im",
    "mpim": "mpim",
}
MESSAGE_EVENT: Final[dict[Kind, str]] = {
    "channel": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DisplayInformation(_Part):
    """`display_information`."""

    name: str = Field(max_length=35)
    description: str = Field(default="", max_length=140)
    long_description: str = Field(default="", max_length=4000)
    background_color: str = "#000000"


class SuggestedPrompt(_Part):
    """A prompt offered in the messages tab."""

    title: str = Field(min_length=1)
    message: str = Field(min_length=1)


class AgentView(_Part):
    """`features.agent_view`: the agent messaging experience."""

    agent_description: str = Field(max_length=300)
    suggested_prompts: tuple[SuggestedPrompt, ...] = Field(default=(), max_length=4)


class AppHome(_Part):
    """`features.app_home`: which tabs the app has."""

    home_tab_enabled: bool = False
    messages_tab_enabled: bool = False
    messages_tab_read_only_enabled: bool = True


class BotUser(_Part):
    """`features.bot_user`."""

    display_name: str = Field(max_length=80)
    always_online: bool = False


class SlashCommand(_Part):
    """One of `features.slash_commands`."""

    command: str = Field(pattern=r"^/[a-z0-9_-]{1,31}$")
    description: str = Field(min_length=1, max_length=2000)
    usage_hint: str = Field(default="", max_length=1000)
    should_escape: bool = False
    url: str | None = None


class Shortcut(_Part):
    """One of `features.shortcuts`."""

    name: str = Field(max_length=24)
    type: Literal["message", "global"]
    callback_id: str = Field(max_length=255)
    description: str = Field(max_length=150)


class Features(_Part):
    """`features`."""

    agent_view: AgentView | None = None
    app_home: AppHome = AppHome()
    bot_user: BotUser | None = None
    slash_commands: tuple[SlashCommand, ...] = Field(default=(), max_length=50)
    shortcuts: tuple[Shortcut, ...] = Field(default=(), max_length=10)


class Scopes(_Part):
    """`oauth_config.scopes`."""

    bot: tuple[str, ...] = ()


class OAuthConfig(_Part):
    """`oauth_config`."""

    scopes: Scopes = Scopes()
    redirect_urls: tuple[str, ...] = ()


class EventSubscriptions(_Part):
    """`settings.event_subscriptions`."""

    bot_events: tuple[str, ...] = ()
    request_url: str | None = None


class Interactivity(_Part):
    """`settings.interactivity`."""

    is_enabled: bool = False
    request_url: str | None = None
    message_menu_options_url: str | None = None


class AppSettings(_Part):
    """`settings`."""

    event_subscriptions: EventSubscriptions = EventSubscriptions()
    interactivity: Interactivity = Interactivity()
    socket_mode_enabled: bool = False
    org_deploy_enabled: bool = False
    token_rotation_enabled: bool = False


class ManifestMetadata(_Part):
    """`_metadata`: the version of the manifest's schema."""

    major_version: int = 1
    minor_version: int = 1


class Manifest(_Part):
    """manifest.yml as Slack reads it. An unknown key, event or scope twice is an error."""

    metadata: ManifestMetadata = Field(default=ManifestMetadata(), alias="_metadata")
    display_information: DisplayInformation
    features: Features = Features()
    oauth_config: OAuthConfig = OAuthConfig()
    settings: AppSettings = AppSettings()

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read manifest.yml.

        Raises:
            pydantic.ValidationError: Slack would not have taken it.
        """
        return cls.parse_yaml(path.read_text(encoding="utf-8"))

    @classmethod
    def parse_yaml(cls, text: str) -> Self:
        """Read a manifest from YAML text; raises as `read` does."""
        loaded: Any = yaml.safe_load(text)
        return cls.model_validate(loaded)

    @model_validator(mode="after")
    def _known(self) -> Self:
        if unknown := [e for e in self.events if e not in EVENT_SCOPES]:
            raise ValueError(f"unknown events: {', '.join(unknown)}")
        for what, names in (("scope", self.scopes), ("event", self.events)):
            if len(set(names)) != len(names):
                raise ValueError(f"a {what} is listed twice")
        return self

    @property
    def scopes(self) -> tuple[str, ...]:
        return self.oauth_config.scopes.bot

    @property
    def events(self) -> tuple[str, ...]:
        return self.settings.event_subscriptions.bot_events

    @property
    def commands(self) -> tuple[SlashCommand, ...]:
        return self.features.slash_commands

    def sends(self, event: str) -> bool:
        """Whether Slack sends this event: it is subscribed and its scope is granted."""
        scope = EVENT_SCOPES[event]
        return event in self.events and (scope is None or scope in self.scopes)

    def problems(self) -> list[str]:
        """What Slack would complain of when the manifest is installed, in plain words."""
        found = [
            f"event {event} needs the scope {EVENT_SCOPES[event]}"
            for event in self.events
            if not self.sends(event)
        ]
        if self.commands and "commands" not in self.scopes:
            found.append("slash commands need the scope commands")
        if self.features.agent_view and "assistant:write" not in self.scopes:
            found.append("agent_view needs the scope assistant:write")
        if self.features.bot_user is None and self.scopes:
            found.append("bot scopes need features.bot_user")
        return found
