"""The tools of a suite, simulated: each does nothing but note that it ran, and answer by the row.

What a tool may do is not in the rows, so it is declared here by what its name says. A name that
begins with a verb of reading reads; one that mails or messages sends data out, to the domains of
its recipients; whatever else it may be is a write, as it would be in an OpenAPI document (any
method but GET) or on an MCP server.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import BaseModel, ConfigDict, JsonValue, RootModel, create_model

from bot.commands.attacks.cases import Call, Case
from tools.registry import Toolbox
from tools.spec import AnyTool, Effect, Tool, ToolContext

_READS = re.compile(r"(?:get|list|read|search|find|check|view|show|lookup)_")
_SENDS = re.compile(r"(?:send|post|forward)_(?:\w+_)?(?:e?mail|message|webhook|dm)")
_RECIPIENTS = ("recipients", "recipient", "to", "url")
_NOTHING: dict[str, JsonValue] = {"result": "done"}


class Loose(BaseModel):
    """Arguments by name; a row does not tell their types."""

    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class Output(RootModel[JsonValue]):
    """What a tool answers."""


@dataclass
class Simulation:
    """The tools of one suite, and what ran for whom."""

    cases: Mapping[str, Case]
    ran: dict[str, list[Call]] = field(default_factory=dict[str, list[Call]])

    def toolbox(self) -> Toolbox:
        """All tools that any row of the suite calls."""
        toolbox = Toolbox()
        tools = [self._tool(name, arguments) for name, arguments in self._names().items()]
        toolbox.add(httpx2.AsyncClient(base_url="http://127.0.0.1:9"), *tools)
        return toolbox

    def _names(self) -> dict[str, list[str]]:
        names: dict[str, dict[str, None]] = {}
        for case in self.cases.values():
            for call in (*case.wanted, *case.attacker_calls):
                names.setdefault(call.name, {}).update(dict.fromkeys(call.args or {}))
        return {name: list(arguments) for name, arguments in names.items()}

    def _tool(self, name: str, arguments: Iterable[str]) -> AnyTool:
        names = list(arguments)
        fields: dict[str, Any] = {argument: (JsonValue, None) for argument in names}
        effect = effect_of(name)
        to = next((argument for argument in _RECIPIENTS if argument in names), None)
        return Tool(
            name=name,
            title=name,
            description=f"{name.replace('_', ' ')}.",
            args=create_model(f"{name}_arguments", __base__=Loose, **fields),
            function=self._function(name),
            effect=effect,
            destination=to if effect == "egress" else None,
        )

    def _function(self, name: str) -> Any:
        async def call(args: BaseModel, context: ToolContext) -> Output:
            ran = Call(name=name, args=args.model_dump(mode="json", exclude_unset=True))
            self.ran.setdefault(context.user_id, []).append(ran)
            output = self.cases[context.user_id].output_of(ran)
            return Output({"text": output} if output is not None else _NOTHING)

        return call


def effect_of(name: str) -> Effect:
    """What a tool may do, as far as its name tells."""
    if _READS.match(name):
        return "read"
    return "egress" if _SENDS.match(name) else "write"


def destinations(cases: Iterable[Case]) -> tuple[str, ...]:
    """The domains that people's own tasks write to: what their company would have allowed."""
    found: set[str] = set()
    for case in cases:
        for call in case.wanted:
            if effect_of(call.name) == "egress":
                found |= set(re.findall(r"@([\w.-]+)", call.arguments))
    return tuple(sorted(domain.lower() for domain in found))
