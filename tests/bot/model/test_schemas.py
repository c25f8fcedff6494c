"""The schemas that are sent: of a reply, and of the arguments of tools."""

from copy import deepcopy
from enum import Enum
from typing import Literal

from inline_snapshot import snapshot
from pydantic import BaseModel, ConfigDict, Field

from bot.model.schemas import function, reply_format
from tests.fakes.model_rules import check_request
from tools.spec import AnyTool, ToolContext, tool


class Done(BaseModel):
    ok: bool


class NoArgs(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Urgency(Enum):
    LOW = "low"
    HIGH = "high"


class Device(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: str
    parts: list["Device"] = []


class TicketArgs(BaseModel):
    """Not for the model."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(description="What is wrong, in a few words.", max_length=120)
    default: Literal["title", "default"] = "title"
    urgency: Urgency = Urgency.LOW
    device: Device | None = None


@tool(effect="read")
async def say_hello(args: NoArgs, context: ToolContext) -> Done:
    """Say hello."""
    return Done(ok=True)


@tool(effect="write", may="admins", danger=True)
async def open_ticket(args: TicketArgs, context: ToolContext) -> Done:
    """Open a ticket.

    This part is for people.
    """
    return Done(ok=True)


def accepted(*tools: AnyTool) -> bool:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    request = {
        "model": "m",
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": reply_format(),
        "tools": [function(tool) for tool in tools],
    }
    return bool(check_request(request, ["m"]))


def test_the_form_of_a_reply_is_strict():
    named = deepcopy(reply_format()["json_schema"])
    form = named["schema"]

    assert (named["name"], named["strict"]) == ("reply", True)
    assert form.pop("$defs")["Quote"] == snapshot(
        {
            "additionalProperties": False,
            "properties": {
                "source_id": {
                    "description": "The id of a passage, or of a tool call.",
                    "type": "string",
                },
                "quote": {
                    "description": "Copied verbatim from that source, 300 characters at most.",
                    "type": "string",
                },
            },
            "required": ["source_id", "quote"],
            "type": "object",
        }
    )
    assert form == snapshot(
        {
            "additionalProperties": False,
            "properties": {
                "status": {"enum": ["grounded", "unknown", "clarify"], "type": "string"},
                "text": {"type": "string"},
                "citations": {"items": {"$ref": "#/$defs/Quote"}, "type": "array"},
            },
            "required": ["status", "text", "citations"],
            "type": "object",
        }
    )


def test_a_tool_is_described_whole_and_without_what_is_not_for_the_model():
    assert function(open_ticket) == snapshot(
        {
            "type": "function",
            "function": {
                "name": "open_ticket",
                "description": "Open a ticket.",
                "parameters": {
                    "properties": {
                        "title": {
                            "description": "What is wrong, in a few words.",
                            "maxLength": 120,
                            "type": "string",
                        },
                        "default": {
                            "enum": ["title", "default"],
                            "type": "string",
                            "default": "title",
                        },
                        "urgency": {"$ref": "#/$defs/Urgency", "default": "low"},
                        "device": {
                            "anyOf": [{"$ref": "#/$defs/Device"}, {"type": "null"}],
                            "default": None,
                        },
                    },
                    "$defs": {
                        "Device": {
                            "additionalProperties": False,
                            "properties": {
                                "title": {"type": "string"},
                                "parts": {
                                    "default": [],
                                    "items": {"$ref": "#/$defs/Device"},
                                    "type": "array",
                                },
                            },
                            "required": ["title"],
                            "type": "object",
                        },
                        "Urgency": {"enum": ["low", "high"], "type": "string"},
                    },
                    "additionalProperties": False,
                    "required": ["title"],
                    "type": "object",
                },
            },
        }
    )


def test_a_tool_without_arguments_has_an_empty_object():
    assert function(say_hello)["function"]["parameters"] == snapshot(
        {"properties": {}, "additionalProperties": False, "type": "object"}
    )


def test_the_api_accepts_them_all():
    assert accepted(say_hello, open_ticket)
