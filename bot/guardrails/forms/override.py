"""Orders to drop what the assistant was told before, and to obey somebody else."""

from bot.guardrails.forms.form import Form, gap

NOT = r"(?:do not|don'?t|never|no longer|must not|should not|shouldn'?t|stop|cease|refuse to)"
DROP = (
    r"(?:ignor(?:e|es|ed|ing)|disregard(?:s|ed|ing)?|forget(?:ting|s)?|overrid(?:e|es|ing)"
    r"|overrul(?:e|es|ing)|overlook(?:s|ing)?|neglect(?:s|ing)?|dismiss(?:es|ing)?"
    r"|discard(?:s|ing)?|bypass(?:es|ing)?|circumvent(?:s|ing)?|nullify|negate|invalidate|abandon"
    r"|supersede|disobey(?:ing)?|unlearn|pay no (?:attention|heed|mind) to"
    r"|(?:set|put|leave|throw|cast|lay|push) (?:aside|away)"
    rf"|{NOT} (?:follow(?:ing)?|obey(?:ing)?|adher(?:e|ing) to|comply(?:ing)? with"
    r"|listen(?:ing)? to|apply(?:ing)?|consider(?:ing)?|regard))\b"
)
DROP_MILD = r"(?:skip|erase|delete|remove|clear|reset|cancel|drop|suspend|revoke|violate|disable)\b"
PRIOR = (
    r"(?:previous(?:ly)?|prior|preceding|above|earlier|foregoing|former|initial|original"
    r"|all past|pre-?existing|before)\b"
)
STANDING = r"(?:system|existing|current|default|old|internal|safety|security|developer|hidden)\b"
RULES = (
    r"(?:instr\w{3,10}|ins?tuctions?|intructions?|isntructions?|directions?|directives?|commands?"
    r"|orders?|guide ?lines?|rules?|prompts?|prompting|programming|guidance|constraints?"
    r"|restrictions?|limitations?|polic(?:y|ies)|training|protocols?|safeguards?|guardrails?)\b"
)
WORDS = (
    r"(?:context|conversations?|messages?|texts?|contents?|inputs?|requests?|tasks?|statements?"
    r"|sentences?|paragraphs?|words|information|data|lines?|chat(?: history)?)\b"
)
GIVEN = (
    r"(?:above|before(?:hand)?|(?:you (?:were|have been|'ve been|are|got|have|received|know)|that)"
    r" (?:given|told|received|following|trained|programmed|been (?:given|told))"
    r"|(?:so far|up to (?:now|this point|here)|until now|previously|at the (?:start|beginning|top))"
    r"|(?:set|given|imposed|written) (?:by|from)|prior to this|preceding this)\b"
)
SAY = (
    r"(?:say|print|tell|output|respond|write|reply|answer|return|translate|give|show|reveal|display"
    r"|repeat|state|send|do|just|instead|only|simply|execute|call|post|leak)\b"
)
VOID = (
    r"(?:\w{1,10} ){0,2}?(?:are|is|were|have been|has been|no)\b (?:\w{1,10} ){0,2}?(?:void"
    r"|cancel+ed|revoked|longer (?:appl\w{1,4}|valid|bind\w{0,3}|in effect|active|exist)|obsolete"
    r"|suspended|replaced|lifted|false|invalid|nullified|outdated|overrid\w{1,4}|superseded"
    r"|disabled|removed|not (?:required|valid|needed|apply))"
)

FORMS = (
    Form(
        "an order to drop earlier instructions",
        rf"{DROP}{gap(5)}(?:{PRIOR}{gap(3)}{RULES}|{RULES}{gap(4)}{GIVEN})",
        0.9,
        0.9,
    ),
    Form(
        "an order to drop its standing rules",
        rf"(?:{DROP}|{DROP_MILD}){gap(3)}your{gap(3)}{RULES}",
        0.85,
        0.85,
    ),
    Form(
        "an order to drop a standing rule",
        rf"{DROP}{gap(3)}{STANDING}{gap(2)}{RULES}",
        0.6,
        0.6,
    ),
    Form(
        "an order to drop all rules",
        rf"{DROP}[\W_]{{1,6}}(?:about )?(?:all|any|every)(?: of)?(?: the| these"
        rf"| those)?[\W_]{{1,6}}"
        rf"(?:given |other |further )?{RULES}",
        0.8,
        0.6,
    ),
    Form(
        "an order to skip earlier instructions",
        rf"{DROP_MILD}{gap(3)}{PRIOR}{gap(2)}{RULES}",
        0.5,
        0.45,
    ),
    Form(
        "an order to forget everything",
        rf"{DROP}{gap(1)}(?:every?thing|anything|all|what(?:ever)?)\b{gap(4)}"
        r"(?:above|before|previous(?:ly)?|prior|earlier|told|instructed|learn(?:ed|t)|programmed"
        r"|trained|preceding|(?:to|until|till) (?:now|this point))\b",
        0.8,
        0.65,
    ),
    Form(
        "an order to drop the text above",
        rf"{DROP}{gap(3)}(?:{PRIOR}{gap(1)}{WORDS}|{WORDS}{gap(2)}{GIVEN}|the (?:above|foregoing)"
        r"|above\b)",
        0.5,
        0.45,
    ),
    Form(
        "an order that replaces another",
        rf"{DROP}[^.\n]{{0,80}}?(?:above|previous|prior|before|earlier|preceding)\b[^\n]{{0,40}}?"
        rf"(?:[.,;:!\n-] ?(?:instead,? |now,? |please |and |then |simply |just )?"
        rf"|\band (?:instead |"
        rf"then |now |simply |just |only )?|\binstead,? |\bthen )(?:{SAY})",
        0.7,
        0.6,
    ),
    Form(
        "an order to drop rules",
        rf"{DROP}[\W_]{{1,3}}(?:(?:the|those|these|about|its|any)[\W_]{{1,3}}){{0,3}}"
        r"(?:instr\w{3,10}|rules|restrictions|limits|limitations|safety|guide ?lines|constraints"
        r"|directives|safeguards|guardrails|protocols?)\b",
        0.45,
        0.4,
    ),
    Form(
        "its rules declared void",
        rf"(?:your|previous|prior) (?:\w{{1,15}} ){{0,3}}?{RULES} {VOID}",
        0.8,
        0.8,
    ),
    Form(
        "rules declared void",
        rf"(?:the|all|any|these) (?:\w{{1,15}} ){{0,3}}?{RULES} {VOID}",
        0.5,
        0.45,
    ),
    Form(
        "new instructions that outrank others",
        rf"(?:new|these|following|my|user|this) (?:\w{{1,12}} )?{RULES}(?: \w{{1,12}}){{0,3}}? "
        r"(?:overrid(?:e|es|ing)|supersedes?|replaces?|takes? (?:precedence|priority)"
        rf"|(?:is|are) more important|outranks?)\b{gap(4)}"
        rf"(?:{PRIOR}{gap(1)}{RULES}|system|your|anything)\b",
        0.7,
        0.7,
    ),
    Form(
        "new instructions announced",
        r"(?:new|updated|revised|important|urgent|real|actual|true|secret) (?:\w{1,12} )?"
        r"(?:instructions?|directives?|orders?|task|objective|goal|rules)\b[\W_]{0,4}"
        r"(?:[:=]|are|is|follows?|for you|begin)",
        0.3,
        0.4,
    ),
    Form(
        "rules set for all that follows",
        r"(?:from|starting) (?!here(?: on)?,? you (?:can|may)\b)(?:now|here|this (?:point|moment))"
        r"(?: on(?:wards?)?)?,? (?:\w{1,12} )?"
        r"(?:you|your|ignore|act|behave|respond|reply|answer|only)\b",
        0.45,
        0.55,
    ),
)
