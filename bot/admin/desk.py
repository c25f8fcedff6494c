"""What administration needs and does not own."""

from dataclasses import dataclass

from bot.admin.given_up import GivenUp
from bot.admin.intake import Intake
from bot.admin.librarian import Librarian
from bot.egress.gate import Gate
from bot.office.office import Office
from bot.reports.digest import Reporter
from bot.state.forgetting import Memories


@dataclass(frozen=True)
class Desk:
    """Made once, in `bot.app`; `admins` are those whom others are sent to, by name."""

    office: Office
    librarian: Librarian
    intake: Intake
    gate: Gate
    reporter: Reporter
    memories: Memories
    given_up: GivenUp
    admins: tuple[str, ...] = ()
