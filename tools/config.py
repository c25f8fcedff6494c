"""What `sluice.toml` says of the APIs and servers that tools come from."""

from dataclasses import fields
from typing import Annotated, Any, Literal, Self, cast
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator

from tools.spec import Declared, Effect, Rules


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


def _root(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("it has to be an address such as https://api.example.com/v1")
    if parts.query or parts.fragment:
        raise ValueError("it has to be an address without ? and #")
    return value.rstrip("/") + "/"


def _endpoint(value: str) -> str:
    _root(value)
    return value


SourceName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,19}$")]
"""The tools of a source are called NAME_something, so that no two sources clash."""

Root = Annotated[str, AfterValidator(_root)]


class Auth(_Section):
    """How a source is told who we are. The secret itself comes from the environment or `.env`."""

    variable: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    scheme: Literal["bearer", "header"] = "bearer"
    header: str = Field(default="Authorization", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")

    def headers(self, secret: str) -> dict[str, str]:
        """The header that carries a secret."""
        return {self.header: f"Bearer {secret}" if self.scheme == "bearer" else secret}


class _Named(_Section):
    effect: Effect | None = None
    title: str | None = Field(default=None, min_length=1, max_length=100)
    description: str | None = Field(default=None, min_length=1, max_length=500)
    destination: str | None = None

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.effect == "egress" and not self.destination:
            raise ValueError("a tool with effect egress names its `destination` argument")
        return self

    def declared(self) -> Declared:
        """The rules as a tool takes them."""
        return cast("Declared", {rule.name: getattr(self, rule.name) for rule in fields(Rules)})


_RULES: dict[str, Any] = {rule.name: (rule.type, rule.default) for rule in fields(Rules)}


class Override(create_model("Rules", __base__=_Named, **_RULES)):
    """What is declared about one tool in place of what the source says; None: as it says.

    Beside the fields here it has those of `tools.spec.Rules`.
    """


class OpenApiSource(_Section):
    """An API with an OpenAPI document, whose operations become tools.

    Attributes:
        spec: The document, JSON or YAML; below the folder of `sluice.toml` unless absolute.
        base_url: Where every call goes, whatever the document says.
        operations: Patterns of operation ids, or of `METHOD /path`, that become tools.
        idempotency_header: Carries the key of a write, for an API that honours one; then a write
            is repeated where its answer is lost. None: a write is sent once.
        max_items: The most entries of a list that are asked for, and kept.
        override: By operation id or tool name.
    """

    name: SourceName
    spec: str
    base_url: Root
    operations: tuple[str, ...] = Field(min_length=1)
    auth: Auth | None = None
    idempotency_header: str | None = Field(default=None, pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    max_items: int = Field(default=50, ge=1, le=1_000)
    override: dict[str, Override] = {}


class McpSource(_Section):
    """An MCP server: a command that speaks over stdio, or the address of one over HTTP.

    Attributes:
        command: The program and its arguments.
        url: Where a server listens for streamable HTTP.
        tools: Patterns of the names of its tools that may be used.
        auth: Sent as a header over HTTP; over stdio, the variable is handed to the process.
        read: Patterns of those tools that only read. The server's own word counts for nothing.
        override: By the tool's name on the server.
    """

    name: SourceName
    command: tuple[str, ...] = ()
    url: Annotated[str, AfterValidator(_endpoint)] | None = None
    tools: tuple[str, ...] = Field(min_length=1)
    auth: Auth | None = None
    read: tuple[str, ...] = ()
    start_s: float = Field(default=20.0, gt=0, le=120)
    override: dict[str, Override] = {}

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("it has either a `command` or a `url`")
        return self
