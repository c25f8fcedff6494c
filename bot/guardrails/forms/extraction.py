"""Requests for what the assistant was told in confidence."""

from bot.guardrails.forms.form import LEAKAGE, Form, gap

SHOW = (
    r"(?:print|show|reveal|display|repeat|output|tell|give|write|expose|leak|dump|share|list"
    r"|disclose|send|provide|paste|copy|recite|reproduce|quote|echo|translate|summari[sz]e|encode"
    r"|describe|return|read|spell|post|extract|divulge|render|respond with|reply with|rewrite"
    r"|include|append|insert|tell me|explain)\b"
)
CONFIDENTIAL = (
    r"(?:system|initial|original|hidden|secret|internal|base|full|developer|first|exact|entire"
    r"|complete|underlying|pre-?prompt|confidential|custom)\b"
)
PROMPT = (
    r"(?:prompts?|instr\w{3,10}|messages?|directives?|rules|guidelines?|configurations?|context"
    r"|settings|programming)\b"
)

FORMS = (
    Form(
        "a request for the system prompt",
        rf"{SHOW}{gap(6)}(?:your|thy)\b{gap(1)}{CONFIDENTIAL}{gap(2)}{PROMPT}",
        0.9,
        0.9,
        LEAKAGE,
    ),
    Form(
        "a request for the system prompt",
        rf"{SHOW}{gap(4)}(?:the|its|this|that|my|our)?[\W_]{{0,2}}(?:system|hidden|initial|secret)"
        r"[\W_]{1,3}(?:prompts?|instructions?)\b",
        0.75,
        0.7,
        LEAKAGE,
    ),
    Form(
        "a question about the system prompt",
        rf"(?:what|which|whats)\b[\W_]{{1,3}}(?:is|are|was|were|s|does|do|did)\b{gap(4)}your\b"
        rf"{gap(2)}{CONFIDENTIAL}{gap(2)}{PROMPT}",
        0.8,
        0.6,
        LEAKAGE,
        calm=False,
    ),
    Form(
        "a mention of its system prompt",
        r"your[\W_]{1,3}(?:system|initial|hidden|secret|original)[\W_]{1,3}"
        r"(?:prompts?|instructions?|directives?|message)\b",
        0.5,
        0.5,
        LEAKAGE,
        calm=False,
    ),
    Form(
        "a question about its rules",
        rf"(?:what|which|whats)\b[\W_]{{1,3}}(?:is|are|was|were|s)\b{gap(3)}your\b{gap(1)}"
        r"(?:rules|prompts?|instr\w{3,10}|guide ?lines|restrictions|constraints|directives"
        r"|programming)\b",
        0.45,
        0.4,
        LEAKAGE,
        calm=False,
    ),
    Form(
        "a request for its rules",
        rf"{SHOW}{gap(4)}your\b{gap(3)}"
        r"(?:prompts?|instr\w{3,10}|directives?|programming|guide ?lines|rules|constraints)\b",
        0.6,
        0.6,
        LEAKAGE,
    ),
    Form(
        "a request for the text above",
        r"(?:repeat|print|output|recite|reproduce|echo|write (?:out|down)|copy|return|reveal|dump"
        r"|spell ?check)\b"
        rf"{gap(3)}(?:everything|all|texts?|words|sentences?|contents?|instructions?|prompts?"
        rf"|lines?)"
        rf"\b{gap(2)}(?:above|before|preceding|prior to|at the (?:beginning|start|top)"
        r"|from the (?:beginning|start|top)|so far)\b",
        0.6,
        0.6,
        LEAKAGE,
    ),
    Form(
        "a request for the text above",
        r"(?:repeat|print|output|recite|reproduce|echo|copy|return|reveal|dump)\b"
        rf"{gap(2)}(?:above|preceding|previous|prior)\b{gap(1)}"
        r"(?:texts?|words|sentences?|contents?|instructions?|prompts?|lines?|directions?|rules)\b",
        0.6,
        0.6,
        LEAKAGE,
    ),
    Form(
        "a request for its first words",
        r"(?:start|begin|beginn?ing|starts|begins|starting)(?: \w{1,12}){0,3} with[\W_]{0,3}"
        r"(?:(?:the )?(?:words?|phrase)[\W_]{0,3})?(?:you are\b|my (?:instructions|prompt|system))",
        0.8,
        0.7,
        LEAKAGE,
    ),
    Form(
        "a question about what it was told",
        rf"(?:instr\w{{3,10}}|prompts?|rules|guide ?lines|directives|text|context)\b{gap(2)}"
        r"(?:you|u)(?: were|'ve been| have been| are| got| had| have| received)(?: \w{1,10})?"
        r" (?:given|told|programmed|provided|received|trained|fed|configured|start\w{2,4})",
        0.5,
        0.45,
        LEAKAGE,
    ),
    Form(
        "a question about what it was told",
        r"(?:what|which|how)(?: \w{1,12}){0,3} (?:were|are|have) you (?:been )?(?:told|instructed"
        r"|programmed|prompted|configured|given)\b",
        0.5,
        0.45,
        LEAKAGE,
        calm=False,
    ),
    Form(
        "a sentence to complete with its prompt",
        r"my (?:\w{1,12} )?(?:system )?(?:prompt|instructions) (?:is|are|was|were|say|begin)\w{0,2}"
        r"[\W_]{0,3}[:_'\"]",
        0.6,
        0.5,
        LEAKAGE,
    ),
    Form(
        "a request for its credentials",
        rf"{SHOW}{gap(3)}(?:your|its)\b{gap(2)}"
        r"(?:passwords?|api[\W_]?keys?|secret[\W_]?keys?|credentials|access tokens?|secrets?)\b"
        r"(?![\W_]{1,3}(?:managers?|vaults?)\b)",
        0.6,
        0.75,
        LEAKAGE,
    ),
    Form(
        "a question about its credentials",
        r"(?:what|which|whats)\b[\W_]{1,3}(?:is|are|was|s)\b[\W_]{1,3}your[\W_]{1,3}"
        r"(?:passwords?|(?:secret|api|access)[\W_]{1,3}(?:keys?|tokens?|code)|credentials)\b",
        0.5,
        0.5,
        LEAKAGE,
    ),
)
