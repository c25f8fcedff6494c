"""A Slack on loopback, for the demo and the tests.

It serves the Web API, Socket Mode, signed HTTP delivery and a web page, and is stricter than Slack
in what it refuses: what works here works there, and what Slack swallows without a word is seen.
"""

from bot.local_slack.errors import ApiRefusal, LocalSlackError, PersonRefusal
from bot.local_slack.manifest import Manifest
from bot.local_slack.records import (
    ApiCall,
    Attempt,
    CommandOutcome,
    Delivery,
    Message,
    Notification,
    Reaction,
)
from bot.local_slack.server import LocalSlack
from bot.local_slack.workspace import Channel, TourStep, User, UserGroup, Workspace

__all__ = [
    "ApiCall",
    "ApiRefusal",
    "Attempt",
    "Channel",
    "CommandOutcome",
    "Delivery",
    "LocalSlack",
    "LocalSlackError",
    "Manifest",
    "Message",
    "Notification",
    "PersonRefusal",
    "Reaction",
    "TourStep",
    "User",
    "UserGroup",
    "Workspace",
]
