"""What the local Slack refuses.

LocalSlackError
├── ApiRefusal      the app called the Web API wrongly; it becomes {"ok": false, "error": ...}
└── PersonRefusal   a person did what Slack's own client would not have let them do
"""

from collections.abc import Mapping, Sequence
from typing import Any


class LocalSlackError(Exception):
    """Base of what the local Slack refuses."""


class ApiRefusal(LocalSlackError):
    """A Web API call that Slack would have answered with an error code.

    `messages` are the sentences of `response_metadata.messages`; `extra` goes into the body as it
    is (`needed` and `provided` of a missing scope).
    """

    def __init__(
        self,
        code: str,
        *,
        messages: Sequence[str] = (),
        extra: Mapping[str, Any] | None = None,
        status: int = 200,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.messages = tuple(messages)
        self.extra = dict(extra or {})
        self.status = status
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON that goes back to the app."""
        body: dict[str, Any] = {"ok": False, "error": self.code, **self.extra}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {text}" for text in self.messages]}
        return body


class PersonRefusal(LocalSlackError):
    """What Slack's client would not let a person do; the code names why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail
