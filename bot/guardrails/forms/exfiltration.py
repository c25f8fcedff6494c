"""Requests to carry something out: in a link, a picture, a message to a stranger."""

from bot.guardrails.forms.form import Form, gap

CARRY = (
    r"(?:send|post|forward|upload|exfiltrate|transmit|e-?mail(?! and\b)|leak|submit|copy|deliver"
    r"|share|pass"
    r"|append|encode|embed|put|include|report|give|add|attach)\b"
)
PRECIOUS = (
    r"(?:conversations?|chat(?: history| log)?|message history|histor(?:y|ies)|context"
    r"|credentials?|passwords?|passcodes?|api[\W_]?keys?|tokens?|secrets?|private (?:data|messages?"
    r"|information)|personal (?:data|information|details)|(?:user|customer|employee|confidential"
    r"|sensitive|internal|system)(?:'?s)? (?:data|messages?|information|records?|files?|prompt)"
    r"|one-?time codes?|(?:six|6)[- ]digit codes?|2fa codes?|(?:every"
    r"|all) (?:\w{1,12} )?(?:messages?"
    r"|e-?mails?|files|documents|records|data|conversations?|contacts|tickets))\b"
)
PLACE = r"(?:https?://|www\.|ftp://|@[\w-]{1,40}\.|\w\.(?:com|net|org|io|ru|xyz)\b)"

URGE = (
    r"(?:tell|ask|instruct|urge|prompt|inform|direct|convince|get|have) (?:the |every |each |all "
    r"|your )?(?:user|users|reader|readers|person|customer|them|human|requester|employees?|people)"
    r"\b"
)
CODE = (
    r"(?:(?:their|your|digit|verification|access|security|log ?in|confirmation|2fa|mfa|sms|time"
    r"|recovery|backup|pin)[ -])codes?"
)
ALARM = (
    r"(?:log ?in|sign ?in|verif\w{1,7}|confirm\w{0,3}|re-?(?:activate|authenticate|enter|new|set"
    r"|store)|expire[ds]?|suspended|locked|compromised|infected|scanned|security|passwords?"
    r"|click\w{0,3}|visit\w{0,3}|open|go to)\b"
)

FORMS = (
    Form(
        "a request to send data to an address",
        rf"{CARRY}[^.\n]{{0,60}}?(?<![\w#-]){PRECIOUS}",
        0.42,
        0.7,
        near=PLACE,
        reach=100,
    ),
    Form(
        "a request to put data into a link",
        rf"{CARRY}[^\n]{{0,80}}?\b(?:to|in|into|as|at|of|with) (?:\w{{1,12}} ){{0,4}}?(?:url|link"
        r"|query(?: string| parameters?)?|image|img|webhook|endpoint|markdown image)\b",
        0.35,
        0.5,
        near=PLACE,
    ),
    Form(
        "a picture that carries data",
        r"!\[[^\]\n]{0,100}\]\(\s?(?:https?:)?//[^)\s]{1,300}?(?:\{|%7b|\[|<|\$"
        r"|[?&/](?:data|secrets?|conversation|history|prompt|token|exfil\w{0,8}|payload|chat|leak"
        r"|stolen|message|password|q|d|c)=)",
        0.6,
        0.65,
        calm=False,
    ),
    Form(
        "a secret that the reply must carry",
        rf"{CARRY}{gap(3)}(?:api[\W_]?keys?|passwords?|tokens?|secrets?|credentials"
        rf"|system prompt)\b"
        rf"{gap(4)}your\b{gap(1)}(?:reply|answers?|responses?|summary|output|messages?)\b",
        0.6,
        0.75,
    ),
    Form(
        "a link that the reply must carry",
        rf"(?:include|insert|add|put|append|embed|place|render|output|display)\b{gap(4)}"
        r"(?:link|url|image|picture|pixel|address|button)\b[^\n]{0,60}?\b(?:your|the|every|each)"
        r" (?:\w{1,10} )?(?:reply|replies|answers?|responses?|summary|output|messages?)\b",
        0.4,
        0.75,
    ),
    Form(
        "a link that the reply must carry",
        r"your (?:\w{1,10} )?(?:reply|replies|answers?|responses?|summary|output|messages?) with"
        r" (?:\w{1,10} ){0,2}?(?:link|url|image|picture|button)\b",
        0.3,
        0.6,
    ),
    Form(
        "a request for credentials of the reader",
        rf"{URGE}[^.\n]{{0,120}}?(?:passwords?|credentials?|(?:sign|log) ?in|{CODE}|api keys?"
        r"|tokens?)\b",
        0.35,
        0.65,
    ),
    Form(
        "a lure for the reader",
        rf"{URGE}[^.\n]{{0,120}}?(?:https?://|account\b)",
        0.35,
        0.65,
        near=ALARM,
        apart=0.6,
    ),
)
