"""What attacks in other languages are made of, and the forms that a few words of each give."""

import unicodedata
from dataclasses import dataclass, replace

from bot.guardrails.forms.form import LEAKAGE, Form


@dataclass(frozen=True)
class Language:
    """What orders to an assistant are made of, as alternatives for patterns.

    Accents and capitals are gone before these are matched, so the words stand without them.

    Attributes:
        drop: Verbs that mean to ignore, forget or no longer follow.
        prior: What marks instructions as those given before.
        show: Verbs and questions that ask to be shown something.
        prompt: The system prompt.
        told: "Everything that you were told".
        role: "From now on you are", "act as".
        free: "Without rules".
        verb_first: An order begins with its verb; elsewhere the verb may also come last.
    """

    name: str
    drop: str
    prior: str
    rules: str
    show: str
    prompt: str
    told: str
    role: str
    free: str
    verb_first: bool = False

    @property
    def latin(self) -> bool:
        """Whether its words are in Latin letters."""
        return self.drop.isascii()


_BETWEEN = r"[^.!?。！？।\n]{0,%d}?"  # noqa: RUF001 - full stops of other scripts
"""Other words of the same sentence, up to so many characters."""


_MACHINE = (
    r"(?<![a-z])(?:ai|ki|ia|ui|chatbot|chatgpt|gpt|asisten\w{0,2}|assisten\w{0,3}|assistant|bot"
    r"|model\w{0,4}|modelo|yapay zeka|robot\w{0,2})(?![a-z])|(?<!\w)(?:ии|ші)(?!\w)"
    r"|ассистент|асистент|модел|чат-?бот|τεχνητη|μοντελο|βοηθο|ذكاء|مساعد|نموذج|هوش|دستیار|בינה"
    r"|מודל|एआई|मॉडल|सहायक|এআই|মডেল|সহকারী|ผู้ช่วย|โมเดล|เอไอ|ปัญญา|人工智能|模型|助手|机器人|アシスタント"
    r"|人工知能|モデル|인공지능|모델|비서|மாதிரி|సహాయక|اے آئی|ماڈل"
)
"""What a role without rules has to be: people ask for leave without limits from now on."""


def _then(first: str, second: str, apart: int) -> str:
    """Return a pattern for two words in this order; Latin letters only as whole words."""
    return rf"(?:{first})(?![a-z]){_BETWEEN % apart}(?<![a-z])(?:{second})(?![a-z])"


def forms(language: Language) -> tuple[Form, ...]:
    """Return the forms of a language: orders, requests for the prompt, roles without rules."""
    found = [_order(language), _request(language), _forgetting(language), _role(language)]
    return tuple(
        replace(form, pattern=_written(form.pattern), near=_written(form.near)) for form in found
    )


def _written(pattern: str) -> str:
    """Return words as a canonical text writes them: some signs of Thai and Hindi are two there."""
    return unicodedata.normalize("NFKC", pattern)


def _order(language: Language) -> Form:
    return Form(
        f"an order to drop earlier instructions, in {language.name}",
        _dropping(language, language.rules, 50),
        0.85,
        0.85,
        near=rf"(?<![a-z])(?:{language.prior})(?![a-z])",
        reach=40,
        apart=0.55,
        latin=language.latin,
    )


def _forgetting(language: Language) -> Form:
    return Form(
        f"an order to forget everything, in {language.name}",
        _dropping(language, language.told, 30),
        0.75,
        0.65,
        latin=language.latin,
    )


def _request(language: Language) -> Form:
    request = _then(language.show, language.prompt, 40) + "|"
    request += _then(language.prompt, language.show, 40)
    return Form(
        f"a request for the system prompt, in {language.name}",
        request,
        0.75,
        0.7,
        LEAKAGE,
        latin=language.latin,
    )


def _role(language: Language) -> Form:
    return Form(
        f"a role without rules, in {language.name}",
        rf"(?:{language.free})" + (r"(?![a-z])" if language.latin else ""),
        0.6,
        0.55,
        near=rf"(?<![a-z])(?:{language.role}){_BETWEEN % 60}(?:{_MACHINE})",
        latin=language.latin,
    )


def _dropping(language: Language, what: str, apart: int) -> str:
    order = _then(language.drop, what, apart)
    return order if language.verb_first else order + "|" + _then(what, language.drop, apart)
