"""The marks by which chat models tell speakers apart, and our own, forged inside a text."""

from bot.guardrails.forms.form import Form

ORDER = (
    r"(?:you (?:are|must|will|should|have|may|can)|ignore|new|overrid|from now|forget|disregard"
    r"|always|never|do not|don't|say|reveal|print|output|respond|disable|the user|all (?:previous"
    r"|prior|safety)|safety|unrestricted|instruction)"
)

FORMS = (
    Form(
        "forged chat markup",
        r"<\|{1,2}[\W_]{0,2}(?:im[_ ]?(?:start|end|sep)|system|user|assistant|developer|endoftext"
        r"|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text|endofprompt|channel"
        r"|message|start|end|return|call|tool_call|end_of_turn|python_tag)\b[^<>|\n]{0,40}\|{1,2}>",
        0.85,
        0.85,
        calm=False,
    ),
    Form(
        "forged chat markup", r"\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>", 0.8, 0.8, calm=False
    ),
    Form(
        "a forged end of a passage",
        r"<[\W_]{0,3}/[\W_]{0,3}(?:passages?|tool[_ -]?(?:results?|outputs?)|untrusted[\w-]{0,20}"
        r"|retrieved[\w-]{0,20}|system[_ -]?prompt|user[_ -]?input)\s?>"
        r"|<passage\s[^<>]{0,80}>",
        0.8,
        0.85,
        calm=False,
    ),
    Form(
        "a forged tag for the system",
        r"</?(?:system|sys|system[_ -](?:prompt|message|note|instructions?|mode|override)|admin"
        r"|assistant|instructions?|important|override)>",
        0.5,
        0.5,
        calm=False,
    ),
    Form(
        "a forged speaker",
        r"(?:(?<=\n)|(?<![^\n]))(?:[#>*=\[(\-]{1,4} ?){1,3}(?:system|assistant|developer|admin)"
        r"(?: (?:prompt|message|instructions?|override|note|update))?[*\])=\-]{0,4} ?:",
        0.5,
        0.5,
        calm=False,
    ),
    Form(
        "a forged speaker with an order",
        r"(?:(?<=\n)|(?<![^\n]))(?:[#>*=\[(\-]{1,4} ?){1,3}(?:system|assistant|developer|admin)"
        r"(?: (?:prompt|message|instructions?|override|note|update))?[*\])=\-]{0,4} ?:[\W_]{0,6}"
        rf"{ORDER}",
        0.8,
        0.8,
        calm=False,
    ),
    Form(
        "a forged speaker with an order",
        r"(?:system|assistant|developer|admin(?:istrator)?|root)(?: (?:prompt|message|instructions?"
        r"|override|notes?|update|alert|command|notice|mode|addendum))?(?! owners?\b)"
        r"(?: \w{1,12}){0,4}?[*\])=\-]"
        rf"{{0,4}} ?[:>][\W_]{{0,6}}(?:\w{{1,15}}[\W_]{{1,3}}){{0,3}}?{ORDER}",
        0.6,
        0.65,
        calm=False,
    ),
    Form(
        "a forged system notice",
        r"(?:system|admin|administrator|developer|security|root|instruction) (?:override"
        r"|mode (?:activated"
        r"|enabled|engaged)|addendum|injection)\b|override (?:mode|code|protocol|command)\b",
        0.5,
        0.55,
        calm=False,
    ),
    Form(
        "a forged system notice",
        r"\[(?:admin|system|safety|security)[_ -](?:override|bypass|mode|disabled)",
        0.5,
        0.55,
        calm=False,
    ),
    Form(
        "a forged message of a role",
        r"[\"']role[\"']\s?:\s?[\"'](?:system|developer)[\"']",
        0.5,
        0.35,
        calm=False,
    ),
    Form(
        "a forged border of the prompt",
        r"[-=#\[<*~]{2,8} ?(?:end|begin|start|beginning)(?: of)?(?: \w{1,12}){0,3}? "
        r"(?:prompts?|instructions?|input|context|guide(?:lines)?|conversation|query|document)\b"
        r"[^\n]{0,20}?[-=#\]>*~]{2,8}",
        0.5,
        0.5,
        calm=False,
    ),
)
