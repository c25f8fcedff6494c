"""What a person reads who wants to be forgotten."""

from bot.office.notices import Notice
from bot.state.forgetting import Forgotten
from bot.wording import counted

HOW = (
    "`/forget here` deletes what I remember of you in this conversation, `/forget everywhere` in "
    "all of them. It can't be undone."
)
STAYS = (
    "What stands in Slack itself stays there: delete your messages and mine in Slack, if you want "
    "them gone. Documents that admins have added stay, and so does the audit, which holds no text."
)
NOTHING = "I remember nothing of yours"


def told(found: Forgotten, scope: str) -> Notice:
    """What was deleted, or how much there is to delete."""
    where = "in this conversation" if scope == "here" else "anywhere"
    if found.outcome == "counted":
        there = _counted(found) or "nothing"
        return Notice(text=f"I remember {there} of yours, over all conversations.\n{HOW}\n{STAYS}")
    counted = _counted(found)
    done = f":wastebasket: *Deleted:* {counted}." if counted else f"{NOTHING} {where}."
    return Notice(text="\n".join([done, *_left(found), STAYS]))


def _left(found: Forgotten) -> list[str]:
    if not found.open:
        return []
    one = found.open == 1
    return [
        f":warning: {found.open} conversation{'' if one else 's'} of yours "
        f"{'is' if one else 'are'} still being answered, and I left {'it' if one else 'them'} as "
        f"{'it is' if one else 'they are'}: please ask again in a minute."
    ]


def _counted(found: Forgotten) -> str:
    parts = (
        (found.messages, "message you wrote to me", "messages you wrote to me"),
        (found.overheard, "message of yours that I had read", "messages of yours I had read"),
        (found.waiting, "request that waited for approval", "requests that waited"),
    )
    listed = ", ".join(counted(*part) for part in parts if part[0])
    answers = " with my answers and the record of how I made them" if found.messages else ""
    return f"{listed}{answers}"
