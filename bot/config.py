"""What `sluice.toml` may hold, a class a table."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from tools.config import McpSource, OpenApiSource


class Section(BaseModel):
    """What is read from outside: a mistake is told without the value, which may be secret."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


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


class Access(Section):
    """Who may ask where; empty `channels` means every channel the bot is invited to."""

    admins: tuple[SlackId, ...] = ()
    channels: tuple[SlackId, ...] = ()
    guests: bool = Field(default=False, description="Answer guests and people of other companies.")


class Price(Section):
    """What a model takes for a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)


class Model(Section):
    """How the language model is spoken to, and what it costs."""

    timeout_s: float = Field(default=30.0, gt=0, description="One attempt, in seconds.")
    attempts: int = Field(default=3, ge=1, le=10)
    prices: Mapping[str, Price] = Field(
        default={}, description="By model; without a price, no cost is shown."
    )
    currency: str = Field(default="USD", min_length=1, max_length=8)


class Telemetry(Section):
    """Where turns are told to, over OTLP; nothing is, unless an endpoint is set."""

    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = Field(
        default=None, description="Such as http://localhost:4318/v1/traces."
    )
    content: bool = Field(
        default=False, description="Also send what people, documents, tools and the model say."
    )


class Bars(Section):
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


class Egress(Section):
    """Hosts that links in replies may lead to; `.example.com` stands for all below it."""

    allowed_hosts: tuple[Annotated[str, AfterValidator(_host)], ...] = ()
    destinations: tuple[Annotated[str, AfterValidator(_host)], ...] = Field(
        default=(), description="Hosts and e-mail domains that tools may send data to."
    )
    mask_numbers: bool = Field(
        default=True, description="Mask numbers of cards and bank accounts that leave."
    )


class Limits(Section):
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


class Knowledge(Section):
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


class State(Section):
    """What is kept of conversations."""

    keep_days: int = Field(
        default=90, ge=14, description="Days after which texts and steps of ended turns go."
    )


DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Weekly(Section):
    """When admins are told how the week was."""

    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = (
        Field(default="monday", description="The weekday of the digest.")
    )
    hour: int = Field(
        default=8, ge=0, le=23, description="From this hour on, UTC; later if the bot was away."
    )


class Tools(Section):
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


class Config(Section):
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
