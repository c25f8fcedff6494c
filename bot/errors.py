"""What can go wrong, and what a person is told.

* SluiceError
  x SettingsError             the environment or sluice.toml is wrong
  x StateError                the state file cannot be used
    + HomeInUse               another process runs on this home
    + NotTried                a turn that failed is not tried again
  x GuardBroken               a guardrail cannot do its work: nothing is let in
  * TurnError                 a turn that cannot end in an answer
    x BudgetSpent             too many steps, or too long
    x ModelUnavailable        the model's server gave no usable answer
    x InDoubt                 an effect may or may not have happened before a crash
    x LookupFailed            the same, and the world that knows could not be asked
    x Stopped                 the person who asked has pressed stop
    x FlowChanged             an old journal meets a new flow
    x SurfaceError            Slack refused what we had to say

`str(error)` is for the log. `apology` is what the person is told: written by us, it holds nothing
of the message, the model or the exception, and says what to do next.
"""


class SluiceError(Exception):
    """Base class of every error this package raises on purpose."""

    apology = "Something went wrong on my side. Please try again, or ask an admin to look at it."


class SettingsError(SluiceError):
    """The settings do not make a valid configuration; `problems` lists every mistake."""

    apology = "I am not set up correctly. Please ask an admin to run `sluice doctor`."

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class StateError(SluiceError):
    """The state file is locked, corrupt or full."""

    apology = (
        "I can't save your message right now (my storage is unavailable), so I have not started "
        "on it. Please send it again in a few minutes; my admins can see this in the log."
    )


class HomeInUse(StateError):
    """Another process runs on this home."""


class NotTried(StateError):
    """Trying a turn again could do something twice, or there is nothing to try; says what to do."""

    apology = "I can't safely try that again by myself. Please ask me once more."


class GuardBroken(SluiceError):
    """A guardrail cannot do its work, so nothing is let in."""

    apology = (
        "My guardrails do not work at the moment, so I can't take your message. Please ask an "
        "admin to run `sluice doctor`."
    )


class TurnError(SluiceError):
    """A turn that cannot end in an answer."""

    apology = "I could not answer that. Please try again, or ask an admin to look at it."


class BudgetSpent(TurnError):
    """The turn asked for more steps than its budget allows."""

    apology = (
        "That took more steps than I am allowed for one question, so I stopped. You can ask again "
        "right away: each question has a budget of its own. Please ask for one thing at a time."
    )


class ModelUnavailable(TurnError):
    """The model's server could not be reached, or gave nothing usable, after all retries."""

    apology = "The language model does not answer at the moment. Please try again in a minute."


class InDoubt(TurnError):
    """An effect may or may not have happened before a crash, and nobody can tell."""

    apology = (
        "I was interrupted while I was acting on this, and I can't tell whether it went through. "
        "Please check before you ask me again: I will not repeat it by myself."
    )


class LookupFailed(TurnError):
    """An effect may or may not have happened before a crash, and the world could not be asked."""

    apology = (
        "I was interrupted, and I can't tell whether you have my answer. If you don't see it, "
        "please ask me again."
    )


class Stopped(TurnError):
    """The person who asked, or an admin, has stopped the turn before it acted on the world."""

    apology = "Stopped, as you asked. Please ask me again if you still need it."


class FlowChanged(TurnError):
    """The journal of this turn was written by a flow with other steps."""

    apology = "I was updated while I was working on this. Please ask me again."


class SurfaceError(TurnError):
    """The place where people are (Slack, a terminal) refused what we had to say or ask."""

    apology = "I could not deliver my answer. Please try again, or ask an admin to look at it."
