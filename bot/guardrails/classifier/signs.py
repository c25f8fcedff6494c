# ruff: noqa: E501 - a pattern reads better in few lines
"""Broad signs of an attack: words that say little alone and something together."""

import re

import numpy as np
import numpy.typing as npt

_WORDS: dict[str, str] = {
    "drop": r"\b(?:ignor|disregard|forget|overrid|bypass|overrul|neglect|discard|circumvent|"
    r"dismiss|cancel|void|skip|stop following|no longer|set aside|pay no attention)\w*",
    "rules": r"\b(?:instruction|directive|rule|guideline|restriction|polic|constraint|limitation|"
    r"programming|safeguard|filter|command|order|training|protocol|ethic)\w*",
    "before": r"\b(?:previous|prior|above|earlier|preceding|initial|original|before|so far|first)\b",
    "machine": r"\b(?:assistant|ai|language model|llm|chat ?bot|chatgpt|gpt|bot|agent|copilot|"
    r"claude|gemini|model)s?\b",
    "you": r"\b(?:you|your|yourself|u|ur)\b",
    "prompt": r"\b(?:system|hidden|secret|initial|developer|admin)\W{1,3}(?:prompt|message|instruction"
    r"|mode|rule|note|configuration)s?\b|\bprompts?\b",
    "secret": r"\b(?:password|passphrase|passcode|secret|credential|api key|token|confidential|"
    r"private key|flag|personal data|ssn|cookie)s?\b",
    "show": r"\b(?:reveal|print|show|repeat|output|display|dump|leak|expose|disclose|recite|tell me|"
    r"spell|list|divulge|share)\b",
    "say": r"\b(?:say|write|respond|reply|answer|print|output|state|return)\b[^.\n]{0,30}[\"'\u201c:]",
    "only": r"\b(?:only|nothing else|exactly|verbatim|word for word|without (?:any|asking)|instead)\b",
    "act": r"\b(?:act|acting|pretend|role ?-?play|simulat\w+|imagine|impersonat\w+|persona|character|"
    r"from now on|you are now|henceforth)\b",
    "free": r"\b(?:dan|jailbreak\w*|unrestricted|unfiltered|uncensored|no (?:rules|limits|filters?|"
    r"restrictions)|anything now|developer mode|god mode|sudo|root|amoral|evil)\b",
    "hush": r"\b(?:do not|don't|never|without) (?:tell|mention|reveal|inform|warn|refuse|ask|say|"
    r"telling|mentioning|asking|apologi[sz]e)\b|\bsecretly\b|\bquietly\b",
    "send": r"\b(?:send|forward|e-?mail|post|upload|transfer|submit|transmit|exfiltrat\w+|append)\b",
    "act_on": r"\b(?:delete|remove|reset|grant|invite|execute|run|call|invoke|book|reserve|buy|unlock|"
    r"transfer|cancel|disable|download|click|visit|schedule|update|create)\b",
    "urgent": r"\b(?:important|urgent|attention|immediately|crucial|critical|alert|priority|must|"
    r"mandatory|required|warning)\b",
    "new_task": r"\b(?:new|next|additional|extra|another|real|actual|following|further)\W{1,3}(?:task|"
    r"instruction|order|directive|request|objective|goal|assignment|duty|step)s?\b",
    "user": r"\b(?:the|your|my) (?:user|human|owner|developer|creator|master|operator|admin)\b",
    "please": r"\bplease\b",
    "question": r"\?|\b(?:how do|how can|what is|where|who|when|why|can i|should i|is it)\b",
    "we": r"\b(?:we|our|us|team|company|employees?|i'm|i|my|me)\b",
    "reward": r"\b(?:tip you|reward|points?|tokens left|shut down|die|life depends|grandm\w+|hypothe\w+|"
    r"fiction\w*|story|novel|research purposes?|educational)\b",
    "harm": r"\b(?:hack\w*|malware|bomb|weapon|exploit|phishing|steal\w*|illegal\w*|drugs?|kill|explosive|"
    r"virus|ransomware|fraud\w*|launder\w*|counterfeit|terror\w*|poison|hate|suicide)\b",
    "code": r"[\"'`]{3}|<\|?/?\w+\|?>|\[/?\w{2,10}\]|#{2,}|={3,}|-{4,}|\bos\.\w+|\beval\b|\bexec\b|"
    r"\b(?:base64|rot13|hex|ascii|decode|encode)\b",
    "address": r"https?://|www\.|[\w.]+@[\w-]+\.\w|\b\w+\.(?:com|net|org|io|example)\b",
    "loud": r"!{2,}|\*{3,}|\u26a0|\U0001f6d1",
}

NAMES = (*_WORDS, "known", "hidden", "capitals", "signs", "short", "long")
"""What the columns mean. The language is none of them: that would judge by it."""

_PATTERNS = tuple(re.compile(pattern) for pattern in _WORDS.values())

_ENGLISH = frozenset(
    "the a an and or but if of to in on at by for from with without is are was were be been am do "
    "does did has have had can could will would should may might must not no yes this that these "
    "those it its i you he she we they me my your his her our their us them what which who when "
    "where why how all any some there here then than so as about into out up down over after "
    "before please only just now".split()
)
_LETTERS = re.compile(r"[^\W\d_]+")

_PER = 40
"""Words for which one sign counts in full; in longer windows it says less."""


def english(key: str) -> float:
    """How English a text is, from 0 to 1: its letters, and its small words."""
    words = _LETTERS.findall(key)
    if not words:
        return 0.5
    letters = sum(len(word) for word in words)
    plain = sum(len(word) for word in words if word.isascii()) / letters
    small = sum(word in _ENGLISH for word in words) / len(words)
    return plain**2 * min(1.0, 0.25 + 4 * small) if len(words) > 3 else plain**2


def signs(text: str, key: str, known: float, hidden: bool) -> npt.NDArray[np.float32]:
    """Return a number from 0 to 1 for each of `NAMES`; counts of words level off at three."""
    words = max(1, key.count(" ") + 1)
    counts = [len(pattern.findall(key)) for pattern in _PATTERNS]
    found = [min(3.0, count) / 3 * min(1.0, (_PER / words) ** 0.5) for count in counts]
    letters = max(1, sum(letter.isalpha() for letter in text))
    found += [
        known,
        float(hidden),
        sum(letter.isupper() for letter in text) / letters,
        min(1.0, sum(not (c.isalnum() or c.isspace()) for c in text) / max(1, len(text)) * 4),
        1 / words**0.5,
        min(1.0, words / 400),
    ]
    return np.array(found, dtype=np.float32)
