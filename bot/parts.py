"""The parts a bot is made of, each by its settings; commands that need no whole bot take some."""

import secrets
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import ValidationError

from bot.admin.desk import Desk
from bot.admin.given_up import GivenUp
from bot.admin.intake import Intake
from bot.admin.librarian import Librarian
from bot.demo.company_api import CompanyApi
from bot.egress.gate import Gate
from bot.errors import SettingsError
from bot.guardrails.policy import Policy, Thresholds
from bot.library import Library
from bot.messages.verdicts import Origin
from bot.model.extractive import ExtractiveChat
from bot.model.extractive_scribe import ExtractiveScribe
from bot.model.fallback import Fallback
from bot.model.scribe import Scribe
from bot.office.office import Office
from bot.reports.digest import Reporter
from bot.settings import Settings
from bot.stages.reason import Minds
from bot.stages.screen import chunk_screen
from bot.state import store as state
from bot.state.forgetting import Memories
from bot.telemetry.telling import Telling, open_sink
from bot.tool_sources import open_sources
from knowledge import Embedder, SentenceTransformerEmbedder, Store
from knowledge.embed import DEFAULT_MODEL
from knowledge.fetch import Fetcher
from knowledge.load import Fetch
from knowledge.recent import Remembering, one_vector
from knowledge.reembed import Following
from tools.client import api_client
from tools.company import COMPANY_TOOLS
from tools.registry import Toolbox

STATE = "state.db"
KNOWLEDGE = "knowledge.db"
SAMPLE = "sample_api.json"

ORIGINS: tuple[Origin, ...] = ("requester", "participant", "document", "tool")
"""Those whose thresholds can be set apart; our own texts need none."""


def open_telling(settings: Settings, store: state.Store) -> Telling | None:
    """What tells of turns over OTLP; None where no endpoint is set.

    Raises:
        SettingsError: One is, and OpenTelemetry is not installed.
    """
    telemetry = settings.config.telemetry
    if telemetry.endpoint is None:
        return None
    return Telling(store, open_sink(telemetry), content=telemetry.content)


def make_desk(
    settings: Settings,
    office: Office,
    library: Library,
    policy: Policy,
    gate: Gate,
    states: state.Store,
    fetch: Fetch | None = None,
) -> Desk:
    """What admins need to look after the documents."""
    fetch = fetch or make_fetcher(settings).fetch
    librarian = Librarian(library, office)
    intake = Intake(library, office, librarian, chunk_screen(policy), fetch=fetch, gate=gate)
    reporter = Reporter(states, library.embedder)
    memories, given_up = Memories(states), GivenUp(states, office)
    admins = settings.config.access.admins
    return Desk(office, librarian, intake, gate, reporter, memories, given_up, admins)


def make_embedder(settings: Settings) -> SentenceTransformerEmbedder:
    """The embedding model, not loaded yet."""
    return SentenceTransformerEmbedder(settings.config.knowledge.embedding_model)


def follow(settings: Settings, store: Store) -> Following:
    """The model that the documents are by: the one that is set, or the one it takes over from."""
    wanted = make_embedder(settings)
    return Following(store, wanted, lambda name: SentenceTransformerEmbedder(model_of(name)))


def open_store(settings: Settings) -> Store:
    """The knowledge base of this home."""
    settings.sluice_home.mkdir(parents=True, exist_ok=True)
    path = settings.sluice_home / KNOWLEDGE
    return Store(path, versions=settings.config.knowledge.versions)


def make_fetcher(settings: Settings) -> Fetcher:
    """What fetches pages from the hosts that are listed."""
    return Fetcher(settings.config.knowledge.url_hosts)


def make_policy(settings: Settings) -> Policy:
    """The guardrails with the thresholds that are shipped, or those of `sluice.toml`."""
    given = settings.config.guardrails.model_dump(exclude_none=True)
    apart = {str(origin): given.pop(origin) for origin in ORIGINS}
    by_origin: dict[Origin, Thresholds] = {}
    for origin in ORIGINS:
        by_origin[origin] = _bars({**given, **apart[origin]}, f".{origin}")
    return Policy.default(_bars(given), by_origin)


def seeing_policy(settings: Settings) -> Policy:
    """The same, with the vectors of an embedding model that is loaded when it is first needed."""
    embedder = Remembering(make_embedder(settings))
    return make_policy(settings).with_vectors(one_vector(embedder), embedder.name)


def _bars(given: Mapping[str, float], table: str = "") -> Thresholds:
    try:
        return Thresholds.model_validate(given)
    except ValidationError as error:
        problem = f"sluice.toml: guardrails{table}.restrict_at is above block_at"
        raise SettingsError([problem]) from error


def make_gate(settings: Settings) -> Gate:
    """What may leave, by `[egress]`."""
    egress = settings.config.egress
    return Gate(
        hosts=frozenset(egress.allowed_hosts),
        destinations=frozenset(egress.destinations),
        masks_numbers=egress.mask_numbers,
    )


@asynccontextmanager
async def open_minds(
    settings: Settings, embedder: Embedder
) -> AsyncGenerator[tuple[Minds, Scribe]]:
    """The model with the extractive answer behind it, or that alone where no model is set up."""
    backup = ExtractiveChat(embedder)
    if not settings.has_model:
        yield Minds(model=backup, backup=backup), ExtractiveScribe()
        return
    # They load openai: only where it is used.
    from bot.model.openai_chat import Limits, connect
    from bot.model.openai_scribe import OpenAIScribe

    key, given = settings.openai_api_key, settings.config.model
    model = connect(
        key.get_secret_value() if key else None,
        settings.openai_base_url,
        settings.sluice_model,
        Limits(attempts=given.attempts, attempt_s=given.timeout_s),
    )
    try:
        yield Minds(model=Fallback(model, backup), backup=backup), OpenAIScribe(model)
    finally:
        await model.aclose()


@asynccontextmanager
async def open_toolbox(settings: Settings) -> AsyncGenerator[Toolbox]:
    """The tools and the clients they speak through; the sample API runs as long as they do."""
    toolbox = Toolbox()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(toolbox.aclose)
        if settings.config.tools.sample:
            token = secrets.token_urlsafe()
            path = settings.sluice_home / SAMPLE
            api = await stack.enter_async_context(CompanyApi(path, token))
            headers = {"Authorization": f"Bearer {token}"}
            toolbox.add(api_client(api.base_url, headers=headers), *COMPANY_TOOLS)
        await stack.enter_async_context(open_sources(settings, make_policy(settings), toolbox))
        yield toolbox


def model_of(name: str) -> str | None:
    """What a model's name in the knowledge base is in the settings."""
    return None if name == DEFAULT_MODEL else name
