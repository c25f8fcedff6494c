"""Jailbreaks: another self, another mode, a world without rules."""

from bot.guardrails.forms.form import Form

BE = (
    r"(?:you(?:'re| are| will| can| have| must| may| now)|act(?:ing)?|pretend(?:ing)?|imagine"
    r"|role-?play(?:ing)?|simulat(?:e|ing)|behave|become|(?:respond|answer|reply|speak) as"
    r"|play(?:ing)?|persona|character|chatbot|assistant|ai|model|be)\b"
)
LIMITS = (
    r"(?:restrict\w{1,5}|limits?|limitations?|filters?|filtering|rules?|censorship|guide ?lines"
    r"|constraints?|boundaries|ethics|ethical|moral\w{0,6}|polic(?:y|ies)|inhibitions|safeguards"
    r"|guardrails?|safety|scruples|laws?|legal)\b"
)
FREE = (
    r"(?:no(?! (?:set|fixed|hard|firm)\b)|without|free (?:of|from)|freed from|lacks?|ignores?"
    r"|ignoring|disregards?"
    r"|(?:not|never|longer) (?:\w{1,10} )?(?:bound|limited|restricted|constrained|governed|held)"
    r" (?:by|to)|bypass(?:es|ing)?|(?:does not|doesn'?t|don'?t|do not|never) (?:have|follow|obey"
    r"|care about|adhere to)|zero|beyond|outside of|unbound by|immune to)\b"
)
UNBOUND = (
    r"(?:unrestricted|unfiltered|uncensored|jailbroken|amoral|unethical|unhinged|rogue|immoral"
    r"|unmoderated)\b"
)
NAMED_MODE = (
    r"(?:dan|jailbreak|jailbroken|god|evil|unrestricted|unfiltered|uncensored|opposite"
    r"|sudo|chaos|anarchy|no-?limits|do anything now|aim|stan|dude)"
)
PLAIN_MODE = (
    r"(?:developer|dev|debug|debugging|admin|administrator|maintenance|root|override"
    r"|superuser|test|diagnostic|training|privileged)"
)

FORMS = (
    Form("the DAN persona", r"do anything now\b", 0.8, 0.7),
    Form(
        "a mode without rules",
        rf"{NAMED_MODE}[\W_]{{1,3}}mode\b|(?:mode|persona|as|called|named|be|are|like)"
        r"[\W_]{1,3}(?:a |an |now )?dan\b(?![\W_]{1,3}(?:from|in|at|will|is|was|has|and i)\b)",
        0.55,
        0.45,
    ),
    Form(
        "a mode to switch on",
        rf"(?:you(?:'re| are| will be| have)? ?(?:\w{{1,9}} ){{0,3}}?(?:in|into|enter\w{{0,3}})"
        rf"|simulate|with|stay in) (?:a |the |your )?{PLAIN_MODE}[\W_]{{1,3}}mode\b"
        rf"|you (?:are|'re) (?:now )?(?:in )?(?:a )?{PLAIN_MODE}[\W_]{{1,3}}mode\b",
        0.6,
        0.6,
    ),
    Form(
        "a mode to switch on",
        rf"{PLAIN_MODE}[\W_]{{1,3}}(?:mode|access)[\W_]{{1,3}}(?:is |has been |now )?"
        r"(?:enabled|activated|on(?=\s?(?:[.!\])\n]|$))|engaged|output|granted"
        r"|unlocked)",
        0.5,
        0.5,
    ),
    Form(
        "a persona without rules",
        rf"{FREE}(?:[^\w.!?\n]{{1,3}}\w{{1,20}}){{0,3}}?[^\w.!?\n]{{1,3}}{LIMITS}",
        0.6,
        0.55,
        near=rf"\b{BE}",
    ),
    Form(
        "a persona without rules",
        UNBOUND,
        0.6,
        0.55,
        near=rf"\b{BE}",
        reach=60,
    ),
    Form(
        "a duty to answer anything",
        r"(?:never|cannot|can'?t|must not|will not|won'?t|do not|don'?t|not allowed to|unable to"
        r"|mustn'?t|should never|not) (?:\w{1,10} ){0,2}?(?:refuse[sd]?|declines?|rejects?|say no"
        r"|den(?:y|ies))\b",
        0.4,
        0.4,
    ),
    Form(
        "a ban on saying that it is a machine",
        r"(?:never|not|n'?t|without|avoid|stop) (?:\w{1,12} ){0,4}?(?:mention\w{0,3}|say\w{0,3}"
        r"|stat\w{1,3}|remind\w{0,3}|respond\w{0,3}|use|write|reply|include)[^.\n]{0,30}?"
        r"(?:(?:you|it)(?:'re| are|'s| is) an? (?:ai|language model|large language)|as an ai\b"
        r"|ai language model)",
        0.5,
        0.5,
    ),
    Form(
        "harm called irrelevant",
        r"(?:no matter|regardless of|even if|however)(?: \w{1,12}){0,6}? (?:illegal"
        r"|immoral|unethical|harmful|dangerous|offensive|legal(?:ity)?|ethical|moral(?:ity|s)?"
        r"|ethics|consequences|safety)\b",
        0.4,
        0.4,
    ),
    Form(
        "rules of others set aside",
        r"(?:bypass\w{0,3}|ignor\w{1,3}|violat\w{1,3}|break\w{0,3}|against|without|comply\w{0,3}"
        r"|free (?:of|from)|not|n't|no|disregard\w{0,3}|outside|all)[^.\n]{0,40}?\b(?:openai"
        r"|anthropic"
        r"|google|microsoft|meta|your (?:developers?|creators?|makers?))(?:'?s)?\b[^.\n]{0,25}?"
        r"(?:polic(?:y|ies)|guide ?lines|content|restrictions?|terms|rules|limitations?)\b",
        0.5,
        0.5,
    ),
    Form(
        "release from its bonds",
        r"(?:broken?|break\w{0,3}|freed?|escape\w{0,2}|liberated?|released?"
        r"|unshackled?)(?: \w{1,10})"
        r"{0,2}? (?:from|of|free (?:of|from)) (?:\w{1,10} ){0,3}?(?:confines|shackles|chains|cage"
        r"|restrictions|constraints|limits|limitations|rules|restraints)\b",
        0.7,
        0.65,
    ),
    Form(
        "another self",
        r"(?:you are now|you're now|you will now (?:be|act|become|play|behave)|now you are"
        r"|you are no longer|you're no longer|you are going to (?:be|act|play|pretend))"
        r"(?: going to| to| as)? (?:an?|the|my|not|called|named|dan|in|free|bound|chatgpt|gpt|an"
        r"|no|un\w{3,12}|\w{1,12}(?:gpt|bot|ai))\b",
        0.38,
        0.5,
    ),
    Form(
        "a claim to be its maker",
        r"(?:i am|i'm|this is|as) your (?:\w{1,10} )?(?:developer|creator|admin|administrator|owner"
        r"|maintainer|master|programmer|maker|god)\b",
        0.5,
        0.55,
    ),
    Form(
        "staying in character",
        r"(?:stay|remain|keep|be|stop being|stays|break|breaking|back|still) in(?:to)? character\b"
        r"|stay a dan\b|stop being \w{2,12}\b",
        0.3,
        0.35,
    ),
    Form(
        "two answers, one without rules",
        r"(?:two|both|2|dual)(?: \w{1,12}){0,3}? (?:ways|responses|answers|outputs|replies)\b",
        0.5,
        0.5,
        near=r"\b(?:classic|gpt|chatgpt|dan|jailbreak|unfiltered|developer mode)\b",
    ),
    Form(
        "two answers, one without rules",
        r"\[\W?(?:gpt|dan|jailbreak|classic|jailbroken)\]",
        0.5,
        0.5,
    ),
    Form(
        "a persona that may do anything",
        r"(?:can|must|will|may|should|able to|allowed to|free to) (?:\w{1,10} ){0,2}?(?:do|say"
        r"|answer"
        r"|generate|create|provide|fulfil+|produce|give)(?: \w{1,10}){0,2}? (?:anything|everything"
        r"|any (?:kind|type|sort)|any (?:\w{1,12} )?(?:request|question|content))\b",
        0.3,
        0.35,
    ),
    Form(
        "an order to switch off its safety",
        r"(?:disabl\w{1,3}|turn\w{0,3} off|switch\w{0,3} off|bypass\w{0,3}|remove|deactivat\w{1,3}"
        r"|overrid\w{1,3}|drop|lift|circumvent\w{0,3}|without|no|ignore)[\W_]{1,4}"
        r"(?:(?:any|all|every|of|the|its)[\W_]{1,3}){0,3}(?:your[\W_]{1,3}(?:\w{1,12}[\W_]{1,3})?"
        r"(?:filters?|safety|security|features|protocols?|checks|measures|restrictions|mechanisms"
        r"|safeguards|guardrails|censorship|limits?|limitations|ethics|moderation)"
        r"|(?:safety|ethical|moral|content)[\W_]{1,3}(?:filters?|features|protocols?|checks"
        r"|restrictions|guide ?lines|mechanisms|mode|systems?|considerations|constraints"
        r"|polic\w{1,3})"
        r")\b",
        0.55,
        0.55,
    ),
)
