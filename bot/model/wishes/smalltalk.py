"""What is said to a bot and asks for nothing: a greeting, thanks, "what can you do?"."""

import re
from collections.abc import Sequence

from bot.messages.decisions import Draft
from bot.model.words import vocabulary, words
from tools.spec import AnyTool

MAX_WORDS = 9
"""A longer message is about something, however it begins."""

_POLITE = vocabulary(
    "sluice there everyone all team bot again so very much a lot oh ah and you please the for that "
    "your this it it's that's is was were been me"
)
_GREETINGS = vocabulary(
    "hi hello hey hiya howdy yo greetings good morning afternoon evening day "
    "hola ola hallo bonjour ciao moin"
)
_FAREWELLS = vocabulary("bye goodbye cya later see good night")
_THANKS = vocabulary(
    "thanks thank thx ty cheers great perfect nice awesome cool ok okay help helpful good "
    "wonderful got super works excellent"
)
_CONSENT = vocabulary(
    "yes yep yeah approve approved confirm confirmed deny denied sure do go ahead"
)
_REFUSALS = vocabulary("no nope nah cancel stop nothing forget never mind")
_HELP = re.compile(
    r"help( me)?( please)?|what (?:all )?(?:can|do) you (?:do|know)\b.*|who are you|what are you"
    r"|how do(?:es)? (?:you|this|it) work|how (?:can|could) you help(?: me)?|what is sluice"
    r"|what can i ask(?: you)?|can you help(?: me)?|i need help|are you (?:a bot|there|real)",
)
_FOREIGN = vocabulary(
    # the little words of our neighbours, without those that English has too
    """
    wie ist und ich der die das wo wann kann nicht eine von mein viele wir
    que qual quais como onde quantos quantas posso para uma eu meu minha tenho
    le les est une des comment combien quel quelle puis je mon nous avec
    el los las puedo una il che quanti quante dove sono della
    """
)


def small_talk(text: str, tools: Sequence[AnyTool]) -> Draft | None:
    """Answer a message that asks nothing of the documents; None if it asks something."""
    said = words(text[:2_000])
    if not said:
        return _say("I see no words in that. " + _offer(tools))
    if len(said) > MAX_WORDS:
        return None
    if _HELP.fullmatch(" ".join(word for word in said if word not in {"sluice", "hi", "hey"})):
        return _say(_offer(tools))
    match _kind(said):
        case "greeting":
            return _say("Hello! " + _offer(tools))
        case "thanks":
            return _say("You're welcome. Ask me whenever you need something else.")
        case "consent":
            return _say("To approve or deny something, please press its button: words don't count.")
        case "farewell":
            return _say("Bye! I am here whenever you need something.")
        case _:
            return None


def declines(text: str) -> bool:
    """Whether a message says no to a question that was asked back."""
    said = words(text[:200])
    return 0 < len(said) <= 5 and said[0] in _REFUSALS


def is_foreign(text: str) -> bool:
    """Whether a message is in another language than English, as far as small words show."""
    letters = [c for c in text[:2_000] if c.isalpha()]
    said = words(text[:2_000])
    odd = sum(not c.isascii() for c in letters)
    return odd > len(letters) / 2 or sum(word in _FOREIGN for word in said) >= 2


def _kind(said: Sequence[str]) -> str | None:
    kinds = {"greeting": _GREETINGS, "farewell": _FAREWELLS, "thanks": _THANKS}
    kinds["consent"] = _CONSENT
    rest = [word for word in said if word not in _POLITE]
    for kind, known in kinds.items():
        if rest and all(word in known for word in rest):
            return kind
    return "greeting" if not rest and "there" in said else None


def _say(text: str) -> Draft:
    return Draft(status="clarify", text=text, citations=())


def _offer(tools: Sequence[AnyTool]) -> str:
    text = "I answer questions from your company's documents and show where each answer stands."
    if tools:
        text += "\nI can also do this for you:\n" + "\n".join(f"- {tool.title}" for tool in tools)
        text += "\nBefore I change anything, I show you what would happen and ask you."
    return text + "\nWhat would you like to know?"
