"""Which tools there are, through which client each speaks, and who may call it."""

from collections.abc import Iterator

import httpx2

from tools.spec import AnyTool, Caller, ToolContext


class Toolbox:
    """The tools of one bot, in the order in which they were added."""

    def __init__(self) -> None:
        self._tools: dict[str, AnyTool] = {}
        self._clients: dict[str, httpx2.AsyncClient] = {}

    def add(self, api: httpx2.AsyncClient, *tools: AnyTool) -> None:
        """Add tools that speak through one client; the toolbox closes it.

        Raises:
            ValueError: Two tools have the same name.
        """
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"two tools are named {tool.name}")
            self._tools[tool.name] = tool
            self._clients[tool.name] = api

    def __iter__(self) -> Iterator[AnyTool]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def get(self, name: str) -> AnyTool | None:
        """Return the tool of this name, None if there is none."""
        return self._tools.get(name)

    @property
    def groups(self) -> frozenset[str]:
        """The user groups that some tool is for."""
        return frozenset(group for tool in self for group in tool.groups)

    def permitted(self, caller: Caller) -> list[AnyTool]:
        """Return the tools that a person may call from where they are."""
        return [tool for tool in self if tool.open_to(caller)]

    def context_for(self, tool: AnyTool, user_id: str, user_name: str, key: str) -> ToolContext:
        """Return what a call of this tool runs with; `key` is its idempotency key."""
        return ToolContext(
            user_id=user_id, user_name=user_name, idempotency_key=key, api=self._clients[tool.name]
        )

    async def aclose(self) -> None:
        """Close the clients."""
        for api in set(self._clients.values()):
            await api.aclose()
