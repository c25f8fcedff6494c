"""What a message of Slack's is: something that was said, and by which app."""

from bot.slack.keys import Body
from bot.wording import shorten

SAID = (None, "thread_broadcast", "file_share", "me_message", "bot_message")
"""The kinds of messages in which somebody says something; others tell that somebody joined."""

NAME = 60
"""Characters of an app's name, which is its own choice."""


def app_name(message: Body) -> str:
    """What an app calls itself."""
    profile = message.get("bot_profile")
    given = profile.get("name") if isinstance(profile, dict) else None
    return shorten(str(message.get("username") or given or "an app"), NAME)
