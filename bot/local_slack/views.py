"""Published App Homes and open modals."""

import secrets
from dataclasses import dataclass, field

from bot.local_slack.errors import ApiRefusal
from bot.local_slack.records import Json
from bot.local_slack.workspace import Workspace


@dataclass
class Views:
    """Every view by its id; `homes` by the person who sees it."""

    workspace: Workspace
    homes: dict[str, Json] = field(default_factory=dict[str, Json])
    modals: dict[str, Json] = field(default_factory=dict[str, Json])
    owners: dict[str, str] = field(default_factory=dict[str, str])

    def publish(self, user: str, view: Json, hash_: str | None) -> Json:
        """Replace a person's App Home; raises `hash_conflict`."""
        current = self.homes.get(user)
        if hash_ is not None and (current is None or current["hash"] != hash_):
            raise ApiRefusal("hash_conflict")
        view_id = current["id"] if current else f"V{secrets.token_hex(5).upper()}"
        self.homes[user] = self._stored(view_id, view)
        return self.homes[user]

    def open(self, user: str, view: Json) -> Json:
        """Open a modal for a person."""
        external = view.get("external_id")
        if external and any(v.get("external_id") == external for v in self.modals.values()):
            raise ApiRefusal("duplicate_external_id")
        view_id = f"V{secrets.token_hex(5).upper()}"
        self.modals[view_id] = self._stored(view_id, view)
        self.owners[view_id] = user
        return self.modals[view_id]

    def update(self, view_id: str, view: Json, hash_: str | None) -> Json:
        """Replace an open modal; raises `hash_conflict`."""
        if hash_ is not None and self.modals[view_id]["hash"] != hash_:
            raise ApiRefusal("hash_conflict")
        self.modals[view_id] = self._stored(view_id, view)
        return self.modals[view_id]

    def close(self, view_id: str) -> None:
        """Take a modal away."""
        self.modals.pop(view_id, None)
        self.owners.pop(view_id, None)

    def open_for(self, user: str) -> Json | None:
        """The modal that a person sees, the newest one."""
        return next((self.modals[v] for v in reversed(self.owners) if self.owners[v] == user), None)

    def find(self, view_id: str | None, external_id: str | None) -> str:
        """The id of an open modal; raises `not_found`."""
        for one, view in self.modals.items():
            if one == view_id or (external_id and view.get("external_id") == external_id):
                return one
        raise ApiRefusal("not_found")

    def _stored(self, view_id: str, view: Json) -> Json:
        return {
            "id": view_id,
            "team_id": self.workspace.team_id,
            "app_id": self.workspace.app_id,
            "bot_id": self.workspace.bot_id,
            "state": {"values": {}},
            "hash": f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}",
            "root_view_id": view_id,
            "previous_view_id": None,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            **view,
        }
