"""Structured logs: event names with fields, one JSON object a line, never a person's text.

The names of spans and attributes are those of OpenTelemetry's GenAI conventions.
"""

import json
import logging
from datetime import UTC, datetime
from typing import Any, TextIO

from bot.errors import SluiceError

LOGGER = "sluice"
logging.getLogger(LOGGER).addHandler(logging.NullHandler())  # silent until `set_up`

INVOKE_AGENT = "invoke_agent"
RETRIEVAL = "retrieval"
CHAT = "chat"
EXECUTE_TOOL = "execute_tool"

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
AGENT_NAME = "gen_ai.agent.name"
CONVERSATION_ID = "gen_ai.conversation.id"
REQUEST_MODEL = "gen_ai.request.model"
FINISH_REASONS = "gen_ai.response.finish_reasons"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
TOOL_NAME = "gen_ai.tool.name"
TOOL_CALL_ID = "gen_ai.tool.call.id"
ERROR_TYPE = "error.type"
TOOL_ARGUMENTS = "gen_ai.tool.call.arguments"
TOOL_RESULT = "gen_ai.tool.call.result"
QUERY_TEXT = "gen_ai.retrieval.query.text"
INPUT_MESSAGES = "gen_ai.input.messages"
OUTPUT_MESSAGES = "gen_ai.output.messages"

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """One JSON object a line; every `extra=` becomes a field, an exception only its type."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record."""
        fields: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        fields |= {k: v for k, v in vars(record).items() if k not in _PLAIN}
        if record.exc_info and record.exc_info[0]:
            fields[ERROR_TYPE] = record.exc_info[0].__name__
        return json.dumps(fields, default=str)


class PlainFormatter(logging.Formatter):
    """The same for a person at a terminal: `12:00:01 turn.completed action=allow`."""

    def format(self, record: logging.LogRecord) -> str:
        """Render the record."""
        fields = {k: v for k, v in vars(record).items() if k not in _PLAIN}
        if record.exc_info and record.exc_info[0]:
            fields[ERROR_TYPE] = record.exc_info[0].__name__
        clock = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        words = [clock, record.getMessage(), *(f"{k}={v}" for k, v in fields.items())]
        return " ".join(words)


def set_up(stream: TextIO) -> None:
    """Send Sluice's events, and warnings of the libraries, to a stream."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(PlainFormatter() if stream.isatty() else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(LOGGER).setLevel(logging.INFO)
    # Bolt remarks at every start that it takes the token from its client, as it should.
    logging.getLogger("slack_bolt").setLevel(logging.ERROR)


def info(event: str, **fields: object) -> None:
    """Log that something happened as it should."""
    logging.getLogger(LOGGER).info(event, extra=fields)


def warning(event: str, **fields: object) -> None:
    """Log something that an admin may want to look at."""
    logging.getLogger(LOGGER).warning(event, extra=fields)


def error(event: str, raised: BaseException, **fields: object) -> None:
    """Log a failure by the type of what was raised, and its text if we wrote it ourselves."""
    if isinstance(raised, SluiceError):
        fields["error.message"] = str(raised)
    logging.getLogger(LOGGER).error(event, extra={**fields, ERROR_TYPE: type(raised).__name__})
