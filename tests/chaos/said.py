"""What people have got, read in their Slack."""

from collections import Counter, defaultdict
from typing import get_args

from bot.local_slack import Message
from bot.messages.replies import Reply
from tests.chaos.world import CHANNELS, PEOPLE, World, token_of

STATUSES = set(get_args(Reply.model_fields["status"].annotation))


class Said:
    """What people have got, of finished messages: a preview that was left behind is no answer.

    Attributes:
        answers: How many there are to a question, by its token; of `apologies`, the same.
        refusals: Of the answers, those that say that the person may not ask.
        order: The questions answered in a thread, in the order of the answers.
        posts: All that was said to a question, for a person to read.
        left: Previews that nobody has finished or taken away.
    """

    def __init__(self, world: World) -> None:
        self.answers, self.apologies = Counter[str](), Counter[str]()
        self.refusals, self.left = Counter[str](), list[str]()
        self._ends: dict[str, list[tuple[str, bool]]] = defaultdict(list)
        self.order: dict[tuple[str, str], list[str]] = defaultdict(list)
        self.posts: dict[str, list[str]] = defaultdict(list)
        self.at = {(channel, ts): token for token, (channel, _, ts) in world.asked.items()}
        for channel in (*CHANNELS, *(f"D{person[1:]}" for person in PEOPLE)):
            for message in world.said(channel):
                if not message.ephemeral:  # "I can't save your message": Slack sends it again
                    self._note(message, world)

    def too_many(self, token: str) -> int:
        """How many messages to a question are too many.

        It has one answer. A turn has an answer or one apology; each click is a turn of its own.
        """
        answered = [turn for turn, sorry in self._ends[token] if not sorry]
        sorry = [turn for turn, sorry in self._ends[token] if sorry]
        return max(0, len(answered) - 1) + len(sorry) - len({*sorry} - {*answered})

    def _note(self, message: Message, world: World) -> None:
        if _is_preview(message):
            self.left.append(f"{message.channel} {message.root} {message.ts} {message.text[:60]}")
            return
        token, status = _about(message, self.at, world)
        if not token:
            return
        self._ends[token].append((_key(message).rpartition("/")[0], status == "failed"))
        self.posts[token].append(f"{message.ts} {_key(message)} {message.text[:60]}")
        if status == "failed":
            self.apologies[token] += 1
            return
        self.answers[token] += 1
        self.refusals[token] += status == "refused"
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


def _is_preview(message: Message) -> bool:
    """Whether a message is still being written, or was left so: ours have their steps in them."""
    key = _key(message)
    return message.streaming or "/live" in (key or str(message.blocks))


def _key(message: Message) -> str:
    return str(((message.metadata or {}).get("event_payload") or {}).get("key", ""))


def where(message: Message) -> tuple[str, str]:
    """Channel and thread."""
    return message.channel, message.root
