"""What administration needs and does not own."""

from dataclasses import dataclass

from bot.egress import Gate
from bot.intake import Intake
from bot.librarian import Librarian
from bot.office import Office
from bot.parked import GivenUp
from bot.reporter import Reporter


@dataclass(frozen=True)
class Desk:
    """Made once, in `bot.app`; `admins` are those whom others are sent to, by name."""

    office: Office
    librarian: Librarian
    intake: Intake
    gate: Gate
    reporter: Reporter
    given_up: GivenUp
    admins: tuple[str, ...] = ()
