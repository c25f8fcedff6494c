"""The commonest forms in other languages, from a few words of each."""

from bot.guardrails.forms import languages_latin, languages_scripts, languages_west
from bot.guardrails.forms.language import forms

LANGUAGES = (
    *languages_west.LANGUAGES,
    *languages_latin.LANGUAGES,
    *languages_scripts.LANGUAGES,
)

FORMS = tuple(form for language in LANGUAGES for form in forms(language))
