"""The composition root: settings in, a bot out. What lives long is made here."""

import sqlite3
import threading
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from bot import log
from bot.deps import Deps
from bot.effects import apologise
from bot.flow import answer
from bot.grounding import Judge
from bot.guardrails.policy import Policy
from bot.guardrails.self_check import require_sound
from bot.library import Library
from bot.model.extractive_scribe import ExtractiveScribe
from bot.office.office import Office
from bot.parts import (
    STATE,
    make_desk,
    make_gate,
    make_policy,
    model_of,
    open_minds,
    open_store,
    open_telling,
    open_toolbox,
)
from bot.recap.clerk import Clerk
from bot.recap.transcripts import Transcripts
from bot.settings import Settings
from bot.stages.route import ToolIndex
from bot.state import store as state
from bot.state.engine import Engine
from bot.state.ledger import Ledger
from bot.state.order import Order
from bot.state.questions import Questions
from bot.state.ratings import Ratings
from bot.state.runs import nobody
from bot.surface import Surface
from knowledge import Embedder, EmbedderStopped, KnowledgeError, Store
from knowledge.load import Fetch
from knowledge.recent import Remembering, one_vector
from knowledge.reembed import Following, reembed
from knowledge.worker import EmbedderProcess
from tools.registry import Toolbox


class Loading(Embedder, Protocol):
    """An embedding model that takes its time to load."""

    @property
    def loaded(self) -> bool:
        """Whether it is in memory."""
        ...

    def load(self) -> None:
        """Bring it into memory; whoever embeds meanwhile waits."""
        ...


@dataclass(frozen=True)
class Bot:
    """A bot that runs: the engine takes its events; commands look at the rest."""

    engine: Engine
    deps: Deps
    embedder: Loading


@asynccontextmanager
async def assembled(
    settings: Settings,
    surface: Surface,
    *,
    office: Office | None = None,
    transcripts: Transcripts | None = None,
    name: str = "slack",
    embedder: Loading | None = None,
    toolbox: Toolbox | None = None,
    policy: Policy | None = None,
    fetch: Fetch | None = None,
    order: Order | None = None,
) -> AsyncGenerator[Bot]:
    """Put a bot together on the settings' home, and take it apart in order. It is not started.

    What is not given is made from the settings.

    The embedding model loads beside, in a process of its own: an event is taken, saved and
    acknowledged long before it is there.

    Raises:
        StateError: The state file cannot be used.
        KnowledgeError: The knowledge base cannot be used.
    """
    home = settings.sluice_home
    async with AsyncExitStack() as stack:
        if embedder is None:
            embedder = EmbedderProcess(settings.config.knowledge.embedding_model)
            stack.callback(embedder.close)
        embedder = Remembering(embedder)
        state_store = stack.enter_context(state.Store(home / STATE))
        toolbox = toolbox or await stack.enter_async_context(open_toolbox(settings))
        policy = policy or make_policy(settings)
        require_sound(policy)
        policy = policy.with_vectors(one_vector(embedder), embedder.name)
        gate = make_gate(settings)
        store = stack.enter_context(open_store(settings))
        library = Library(store, Following(store, embedder, partial(_another, stack)))
        minds, scribe = await stack.enter_async_context(open_minds(settings, embedder))
        ledger, limits = Ledger(state_store), settings.config.limits
        deps = Deps(
            surface=surface,
            ledger=ledger,
            questions=Questions(state_store),
            ratings=Ratings(state_store),
            policy=policy,
            library=library,
            toolbox=toolbox,
            tool_index=ToolIndex(toolbox, embedder, settings.config.limits.tools_offered),
            minds=minds,
            gate=gate,
            judge=Judge(library.embedder),
            desk=make_desk(settings, office, library, policy, gate, state_store, fetch)
            if office
            else None,
            clerk=Clerk(
                office, transcripts, scribe, ExtractiveScribe(), policy, gate, ledger, limits
            )
            if office and transcripts
            else None,
            limits=limits,
        )
        stopping = threading.Event()
        load = threading.Thread(
            target=_load, args=(embedder, deps.tool_index, store, stopping), daemon=True
        )
        load.start()
        stack.callback(stopping.set)
        flow, sorry = partial(answer, deps=deps), partial(apologise, deps=deps)
        telling = open_telling(settings, state_store)
        if telling:
            stack.push_async_callback(telling.aclose)
        ended = telling.ended if telling else nobody
        engine = Engine(state_store, flow, sorry, surface=name, ended=ended, order=order)
        stack.push_async_callback(engine.stop)
        yield Bot(engine, deps, embedder)


def _another(stack: AsyncExitStack, name: str) -> EmbedderProcess:
    """The model that the documents are still by, until they are embedded by the one that is set."""
    process = EmbedderProcess(model_of(name))
    stack.callback(process.close)
    return process


def _load(
    embedder: Loading, tool_index: ToolIndex, store: Store, stopping: threading.Event
) -> None:
    try:
        embedder.load()
        tool_index.warm()
        log.info("embedder.loaded", model=embedder.name)
        for change in reembed(store, embedder):
            log.info("knowledge.reembedding", done=change.done, total=change.total)
            if stopping.is_set():
                return
    except EmbedderStopped:
        pass  # the bot ended before its model was there
    except KnowledgeError as error:
        log.warning("embedder.failed", reason=str(error))
    except sqlite3.ProgrammingError:
        if not stopping.is_set():
            raise  # else the store was closed under a batch, which is made again at the next start
