"""The form that asks who may read a document, how it is called, who owns it, until when it holds.

It is opened at once, before anything is looked up: Slack lets it be opened for three seconds.
"""

from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.errors import SurfaceError
from bot.settings import Access
from bot.slack.client import Refused, call
from bot.slack.kb import FORM, Form
from bot.slack.markup import escape, shorten
from bot.slack.office import SlackOffice
from bot.slack.surface import SlackSurface

TOO_LATE = "I could not open the form in time. Please try that once more."
NOT_YOURS = "Only admins can add to my documents. Please ask one of them to do it."
GROUPS = 100

_Json = dict[str, Any]


class Dialogs:
    """Opens forms. Nothing of it is worth keeping through a crash: what was proposed is kept."""

    def __init__(self, surface: SlackSurface, office: SlackOffice, access: Access) -> None:
        self._surface, self._office, self._access = surface, office, access

    @property
    def client(self) -> AsyncWebClient:
        return self._surface.client

    def is_admin(self, user: str) -> bool:
        """Whether the settings name a person as an admin; what they do is checked once more."""
        return user in self._access.admins

    async def open(self, form: Form) -> None:
        """Open the form for an admin; somebody else is told off, in words only they see.

        The form changes nothing by itself: who sends it is checked when it is done.
        """
        if not self.is_admin(form.user):
            return await self._surface.notify(form.place, NOT_YOURS)
        try:
            opened = await call(
                "views.open",
                self.client.views_open(trigger_id=form.trigger, view=form_view(form)),
            )
        except Refused as error:
            log.warning("form.refused", code=error.code)
            await self._surface.notify(form.place, TOO_LATE)
        except SurfaceError as error:
            log.warning("form.failed", reason=str(error))
        else:
            await self._add_groups(form, opened["view"])

    async def _add_groups(self, form: Form, view: _Json) -> None:
        """Offer the user groups as well, once they are looked up; without them the form works."""
        try:
            if groups := await self._office.groups():
                shown = form_view(form, groups)
                update = self.client.views_update(view_id=view["id"], hash=view["hash"], view=shown)
                await call("views.update", update)
        except SurfaceError as error:  # or it has been sent already
            log.warning("form.no_groups", reason=str(error))


def form_view(form: Form, groups: Sequence[tuple[str, str]] = ()) -> _Json:
    """The form as a modal."""
    about = form.about if form.about != "message" else "the message you chose"
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": form.data.model_dump_json(),
        "title": _plain("Add to knowledge base"[:24]),
        "submit": _plain("Add"),
        "close": _plain("Cancel"),
        "blocks": [
            _context(f"Adding {escape(shorten(about, 300))}"),
            _title(form.title),
            _channels(form.audience),
            *([_groups(groups)] if groups else []),
            _input("owner", "Owner", {"type": "users_select", "initial_user": form.user}, OWNER),
            _input("expires", "Holds until", {"type": "datepicker"}, EXPIRES),
        ],
    }


READERS = "Leave it empty for everyone who works here."
OWNER = "Whom I ask when it has expired."
EXPIRES = "The last day on which it is right, if you know one."


def _title(title: str) -> _Json:
    element: _Json = {"type": "plain_text_input", "max_length": 150}
    if title:
        element["initial_value"] = title
    return _input("title", "Title", element, "Leave it empty to take the document's own.")


def _channels(audience: Sequence[str]) -> _Json:
    element: _Json = {
        "type": "multi_conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if audience:
        element["initial_conversations"] = list(audience)
    return _input("channels", "Only for members of these channels", element, READERS)


def _groups(groups: Sequence[tuple[str, str]]) -> _Json:
    options = [{"text": _plain(f"@{shorten(name, 70)}"), "value": one} for one, name in groups]
    element = {"type": "multi_static_select", "options": options[:GROUPS]}
    hint = "Members of either, the channels or the groups, may read it."
    return _input("groups", "Only for these user groups", element, hint)


def _input(block_id: str, label: str, element: _Json, hint: str) -> _Json:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": _plain(label),
        "hint": _plain(hint),
        "element": {**element, "action_id": "value"},
    }


def _context(text: str) -> _Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def _plain(text: str) -> _Json:
    return {"type": "plain_text", "text": text}
