"""What people have got, read in their Slack."""

from collections import Counter, defaultdict
from typing import get_args

from bot.local_slack import Message
from bot.messages import Reply
from tests.chaos.world import CHANNELS, PEOPLE, World, token_of

STATUSES = set(get_args(Reply.model_fields["status"].annotation))


class Said:
    """What people have got: answers and apologies by the question's token, and in what order."""

    def __init__(self, world: World) -> None:
        self.answers, self.apologies = Counter[str](), Counter[str]()
        self.order: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.posts: dict[str, list[str]] = defaultdict(list)
        self.at = {(channel, ts): token for token, (channel, _, ts) in world.asked.items()}
        for channel in (*CHANNELS, *(f"D{person[1:]}" for person in PEOPLE)):
            for message in world.said(channel):
                if not message.ephemeral:  # "I can't save your message": Slack sends it again
                    self._note(message, world)

    def _note(self, message: Message, world: World) -> None:
        token, status = _about(message, self.at, world)
        if not token:
            return
        self.posts[token].append(f"{message.ts} {_key(message)} {message.text[:60]}")
        if status == "failed":
            self.apologies[token] += 1
            return
        self.answers[token] += 1
        if token not in world.tickets:  # those wait for a person
            self.order[message.channel, message.root].append(token)


def _about(message: Message, at: dict[tuple[str, str], str], world: World) -> tuple[str, str]:
    """The question that a message of the bot's answers, and as what; empty for a card."""
    key = _key(message)
    turn, _, status = key.rpartition("/")
    if key and status not in STATUSES:
        return "", ""
    said = at.get((message.channel, turn.rpartition(":")[2]), "")
    if not said:  # a click's, or the usual bot's
        said = token_of(message.text + str(message.blocks))
    if not said:  # an apology for a click: its ticket is one of the thread
        said = next((t for t, (c, r, _) in world.asked.items() if (c, r) == where(message)), "")
    return said, status


def _key(message: Message) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("key", ""))


def where(message: Message) -> tuple[str, str]:
    """Channel and thread."""
    return message.channel, message.root
