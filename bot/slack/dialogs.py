"""The form that asks who may read a document, how it is called, who owns it, until when it holds.

It is opened at once, before anything is looked up: Slack lets it be opened for three seconds.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot import log
from bot.config import Access
from bot.errors import SurfaceError
from bot.slack.blocks import context
from bot.slack.client import Refused, call
from bot.slack.kb_forms import FORM, Form
from bot.slack.markup import escape
from bot.slack.office import SlackOffice
from bot.slack.surface import SlackSurface
from bot.wording import shorten
from knowledge import Document, Store, UnknownDocument

TOO_LATE = "I could not open the form in time. Please try that once more."
GONE = "That document is not there any more: `/kb list` shows those that are."
NOT_YOURS = "Only admins can add to my documents. Please ask one of them to do it."
GROUPS = 100

_Json = dict[str, Any]


class Dialogs:
    """Opens forms. Nothing of it is worth keeping through a crash: what was proposed is kept."""

    def __init__(
        self, surface: SlackSurface, office: SlackOffice, access: Access, store: Store
    ) -> None:
        self._surface, self._office, self._access = surface, office, access
        self._store = store

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
        if form.data.document:
            try:
                document = await asyncio.to_thread(self._store.document, form.data.document)
            except UnknownDocument:
                return await self._surface.notify(form.place, GONE)
            form = filled(form, document)
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


def filled(form: Form, document: Document) -> Form:
    """The form with what is known of a document."""
    until = document.expires_at
    return form._replace(
        about=document.source,
        title=document.title,
        audience=document.audience,
        owner=document.owner,
        expires=f"{until:%Y-%m-%d}" if until else "",
    )


def form_view(form: Form, groups: Sequence[tuple[str, str]] = ()) -> _Json:
    """The form as a modal."""
    about = form.about if form.about != "message" else "the message you chose"
    new = not form.data.document
    channels = [one for one in form.audience if not one.startswith("S")]
    chosen = [one for one in form.audience if one.startswith("S")]
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": form.data.model_dump_json(),
        "title": _plain("Add to knowledge base" if new else "Edit a document"),
        "submit": _plain("Add" if new else "Save"),
        "close": _plain("Cancel"),
        "blocks": [
            context(f"{'Adding' if new else 'Changing'} {escape(shorten(about, 300))}"),
            _title(form.title, OWN if new else KEPT),
            _channels(channels),
            *(
                [_groups(groups or [(one, one) for one in chosen], chosen)]
                if groups or chosen
                else []
            ),
            _owner(form.user if form.owner is None else form.owner),
            _expires(form.expires),
        ],
    }


OWN = "Leave it empty to take the document's own."
KEPT = "Left empty, it stays what it is."
READERS = "Leave it empty for everyone who works here."
OWNER = "Whom I ask when it has expired."
EXPIRES = "The last day on which it is right, if you know one."


def _title(title: str, hint: str) -> _Json:
    element: _Json = {"type": "plain_text_input", "max_length": 150}
    if title:
        element["initial_value"] = title
    return _input("title", "Title", element, hint)


def _channels(audience: Sequence[str]) -> _Json:
    element: _Json = {
        "type": "multi_conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    if audience:
        element["initial_conversations"] = list(audience)
    return _input("channels", "Only for members of these channels", element, READERS)


def _groups(groups: Sequence[tuple[str, str]], chosen: Sequence[str]) -> _Json:
    """The groups to choose from; those that are chosen already are among them, whatever else is."""
    names = dict.fromkeys(chosen, "") | dict(groups)
    options = [
        {"text": _plain(f"@{shorten(name or one, 70)}"), "value": one}
        for one, name in list(names.items())[:GROUPS]
    ]
    element: _Json = {"type": "multi_static_select", "options": options}
    if chosen:
        element["initial_options"] = [option for option in options if option["value"] in chosen]
    hint = "Members of either, the channels or the groups, may read it."
    return _input("groups", "Only for these user groups", element, hint)


def _owner(user: str) -> _Json:
    element = {"type": "users_select"} | ({"initial_user": user} if user else {})
    return _input("owner", "Owner", element, OWNER)


def _expires(day: str) -> _Json:
    element = {"type": "datepicker"} | ({"initial_date": day} if day else {})
    return _input("expires", "Holds until", element, EXPIRES)


def _input(block_id: str, label: str, element: _Json, hint: str) -> _Json:
    return {
        "type": "input",
        "block_id": block_id,
        "optional": True,
        "label": _plain(label),
        "hint": _plain(hint),
        "element": {**element, "action_id": "value"},
    }


def _plain(text: str) -> _Json:
    return {"type": "plain_text", "text": text}
