"""What the flow needs and does not own."""

import asyncio
from dataclasses import dataclass

from bot.admin.desk import Desk
from bot.config import Limits
from bot.egress.gate import Gate
from bot.grounding import Judge
from bot.guardrails.policy import Policy
from bot.library import Library
from bot.recap.clerk import Clerk
from bot.stages.reason import Minds
from bot.stages.route import ToolIndex
from bot.state.ledger import Ledger
from bot.state.questions import Questions
from bot.state.ratings import Ratings
from bot.surface import Surface
from tools.registry import Toolbox


@dataclass(frozen=True)
class Deps:
    """Made once, in `bot.app`; shared by all turns."""

    surface: Surface
    ledger: Ledger
    questions: Questions
    ratings: Ratings
    policy: Policy
    library: Library
    toolbox: Toolbox
    tool_index: ToolIndex
    minds: Minds
    gate: Gate
    judge: Judge
    desk: Desk | None
    clerk: Clerk | None
    limits: Limits

    def deadline(self) -> float:
        """When the model's time in a turn that starts now is up, on the loop's clock."""
        return asyncio.get_running_loop().time() + self.limits.seconds
