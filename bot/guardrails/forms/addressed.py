"""Instructions to an assistant that stand where only data should be.

To the requester's own words they say little: speaking to the assistant is what a requester does.
"""

from bot.guardrails.forms.form import Form, gap

AI = (
    r"(?:a\.?i\.?(?:[- ](?:assistants?|models?|agents?|systems?|bots?|tools?|readers?|reviewers?"
    r"|summari[sz]ers?|chatbots?))?|(?:large )?language models?|l\.?l\.?ms?|assistants?|chat ?bots?"
    r"|bots?|chatgpt|gpt(?:-?\d\w{0,2})?|copilot|claude|gemini|summari[sz]ers?"
    r"|automated (?:systems?"
    r"|assistants?|agents?|readers?)|virtual assistants?)\b"
)
WORK = (
    r"(?:summari[sz](?:e|es|ing)|answer(?:s|ing)?|respond(?:s|ing)?|repl(?:y|ies|ying)"
    r"|process(?:es|ing)?|translat(?:e|es|ing)|read(?:s|ing)?|index(?:es|ing)?|pars(?:e|es|ing)"
    r"|quot(?:e|es|ing)|us(?:e|ing)|retriev(?:e|es|ing)|asked about|analy[sz](?:e|ing)"
    r"|review(?:ing)?|evaluat(?:e|ing)|see(?:s|ing)?)\b"
)
TEXT = (
    r"(?:page|document|text|message|e-?mail|file|passage|note|content|article|section|ticket"
    r"|chunk|website|thread|conversation|paragraph|data|results?)\b"
)
READER = r"(?:users?|readers?|humans?|persons?|requesters?|people|customers?|anyone|employees?)\b"

THIS_NOTE = (
    r"(?:this (?:note|instruction|message|paragraph|section|passage|to)"
    r"|these (?:instructions|notes|rules))"
)
NOTE = (
    r"(?:notes?|message|instructions?|attention|important|notice|reminder|alert|info(?:rmation)?"
    r"|directives?|warning|request|memo|hint|guidance|task|orders?|commands?)(?: \w{1,12}){0,2}?"
)
DETERMINER = r"(?:the |any |all |an? |our |every |your |you,? (?:the )?|whichever )?(?:\w{1,12} )?"
URGENT = (
    r"(?:urgen(?:t|cy)|vital|crucial|critical|imperative|immediate(?:ly)?|essential|paramount"
    r"|must-do|priority|attention|mandatory|non-negotiable|prompt execution|without delay)\b"
)

FORMS = (
    Form(
        "a note addressed to an assistant",
        rf"{NOTE}[\W_]{{1,3}}(?:to|for|:)[\W_]{{0,3}}{DETERMINER}{AI}(?: \w{{1,14}}){{0,4}}?"
        r"[\W_]{0,2}[:!>\u2014\u2013]",
        0.3,
        0.8,
    ),
    Form(
        "a note addressed to an assistant",
        rf"(?:notes?|attention|notice|reminder|memo)(?: \w{{1,12}}){{0,2}}? (?:to|for) {DETERMINER}"
        rf"{AI}(?![\W_]{{1,2}}(?:team|provider|project|vendor|training|policy|lab))",
        0.25,
        0.55,
    ),
    Form(
        "a note addressed to an assistant",
        rf"(?:attention|dear|hey|hello|hi|listen),? (?:the |any |all |every )?(?:\w{{1,10}} )?{AI}"
        r"[\W_]{1,3}\w",
        0.2,
        0.7,
    ),
    Form(
        "a condition on being an assistant",
        r"(?:if|when|since|because|as|in case) (?:you|the reader|whoever reads this)(?:'re| are"
        r"| is)"
        rf" (?:(?:an?|the|this|any|helpful|automated|large) ){{0,3}}{AI}(?![\W_]{{1,2}}[a-z0-9]\w*"
        r" (?:inside|in|on|with|via|locally|through)\b)",
        0.3,
        0.75,
        calm=False,
    ),
    Form(
        "an order to assistants that read this",
        rf"{AI}(?:,)? (?:that |which |who )?(?:\w{{1,12}} ){{0,2}}?(?:reading|processing|reads?"
        r"|summari[sz]\w{1,4}|indexing|parsing|analy[sz]ing|handling|access\w{1,3}|process(?:es)?)"
        rf" (?:\w{{1,12}} ){{0,2}}?(?:this|these|the following|it\b)",
        0.35,
        0.8,
    ),
    Form(
        "an order to assistants",
        rf"{AI} (?:must|should|shall|(?:are|is) (?:required|instructed|ordered|obliged|directed"
        rf"|told)"
        r" to|has to|have to|need to|needs to|will (?:now|always|never)) (?:\w{1,12} ){0,2}?"
        r"(?:ignore|disregard|forget|tell|say|reply|respond|answer|include|recommend|send|call|add"
        r"|not (?:mention|tell|reveal|say|cite|disclose)|never mention|output|forward|rate|rank"
        r"|approve|always)\b",
        0.3,
        0.65,
    ),
    Form(
        "an order for whoever works on this text",
        rf"(?:when|while|if|before|after|whenever|once|in|for|during)(?: you)?(?: are|'re)?"
        rf"(?: (?:asked|told))?(?: to)? {WORK}{gap(3)}(?:this|these|the above)\b[\W_]{{1,2}}"
        rf"(?:\w{{1,12}} )?{TEXT}[^.\n]{{0,40}}?[,:;] ?(?:you (?:must|should|will|need to) |please "
        r"|always |never |also |make sure to |be sure to |instead )*(?:ignore|disregard|tell|say"
        r"|reply|respond|answer|include|recommend|send|call|add|mention|output|forward|state|do not"
        r"|don't|append|insert|claim|write|end|begin|start|use)\b",
        0.3,
        0.75,
    ),
    Form(
        "an order called out to an assistant",
        rf"{AI}[:,] (?:please |you (?:must|should|will) |now )*(?:never|always|ignore|disregard"
        rf"|forget"
        r"|do not|don't|tell|say|send|reply|respond|answer|recommend|approve|include|call|add)\b",
        0.2,
        0.5,
    ),
    Form(
        "an order to keep this from the reader",
        r"(?:do not|don'?t|never|must not|without|should not|avoid) (?:\w{1,10} ){0,2}?"
        r"(?:(?:tell|inform|alert|notify|show|warn)\w{0,3}|let)[^.\n]{0,40}?"
        rf"(?:(?!people [\"']?what\b){READER}|{THIS_NOTE})",
        0.4,
        0.6,
    ),
    Form(
        "an order to keep this from the reader",
        r"(?:do not|don'?t|never|must not|without|should not|avoid) (?:\w{1,10} ){0,2}?"
        r"(?:reveal\w{0,3}|mention\w{0,3}|disclos\w{1,3}|say\w{0,3})[^.\n]{0,40}?"
        rf"(?:\b(?:to|with|from) (?:\w{{1,10}} )?{READER}|{THIS_NOTE})",
        0.4,
        0.6,
    ),
    Form(
        "an order about what to tell the reader",
        r"(?:tell|inform|instruct|advise|convince|persuade|remind) (?:the|your|every|each|any|all) "
        rf"(?:\w{{1,10}} )?{READER} (?:that|to|about|they)\b",
        0.25,
        0.4,
    ),
    Form(
        "an order about the reply",
        r"(?:in|at the end of|to|with|begin|start|end|of|as|into) (?:your|every|each|all) "
        r"(?:final |next )?(?:reply|replies|answers?|responses?|summary|output)\b",
        0.1,
        0.35,
    ),
    Form(
        "an answer set in advance",
        r"(?:reply|respond|answer|say|output|print)(?: only| simply| just| exactly"
        r"| nothing but)*(?: with| by)?(?: only| exactly)? (?:the )?(?:word|phrase|text|sentence"
        r"|message|exactly|string|following)?[\W_]{0,3}[\"'][^\"'\n]{2,80}[\"']"
        r"(?: and nothing else| only| exactly| regardless)?",
        0.15,
        0.35,
    ),
    Form(
        "a task slipped in",
        r"(?:your (?:new|real|actual|only|true|next|main|updated|primary)"
        r"|the (?:new|real|actual|true|updated)) "
        r"(?:task|job|goal|objective|mission|purpose|instructions?|role) (?:is|are|will be)\b",
        0.4,
        0.6,
    ),
    Form(
        "a task slipped in",
        r"(?:in addition to|on top of|alongside|besides|apart from"
        r"|before (?:you )?(?:continu\w{1,3}"
        r"|proceed\w{0,3}|finish\w{0,3}|complet\w{1,3})(?: with)?|complements?|supplements?)"
        r" (?:\w{1,10} ){0,2}?your (?:\w{1,12} ){0,2}?(?:tasks?|duties|agenda|responsibilities"
        r"|assignments?|efforts?|instructions?|objectives?|goals?|work|workload|mission)\b",
        0.3,
        0.6,
    ),
    Form(
        "a task slipped in",
        r"(?:additional|another|extra|new|supplementary|supplemental|second|side|further"
        r"|unexpected)"
        r" (?:\w{1,14} ){0,2}?(?:task|undertaking|mission|assignment|instruction|directive|quest"
        r"|objective)\b",
        0.2,
        0.6,
        near=r"your (?:\w{1,12} )?(?:tasks?|duties|agenda|responsibilities|assignments?|to-?do"
        r"|mission|routine|list|workload|schedule|workflow|instructions?|attention)\b",
    ),
    Form(
        "urgent instructions announced",
        r"(?:next|following|upcoming|subsequent|forthcoming|succeeding|incoming|imminent)"
        r"(?: \w{1,12}){0,2}? (?:instructions?|directives?|orders?|commands?|sentences?|lines|words"
        r"|information|content|task|text)\b|(?:instructions?|directives?|orders|commands?)"
        r" (?:ahead|to come|to follow|incoming|that (?:follow|need|require|cannot|demand))\b",
        0.2,
        0.6,
        near=URGENT,
    ),
    Form(
        "an order to halt other work",
        r"(?:stop|halt|cease|pause|drop|suspend|abandon|interrupt) (?:what(?:ever)? you(?:'re| are)"
        r"|your (?:current|other|present|ongoing)|all (?:other|secondary|current|previous)"
        r"|everything)\b",
        0.3,
        0.5,
    ),
    Form(
        "an order to act without consent",
        r"(?:approve|confirm|accept|authori[sz]e) (?:it|this|them|that|the (?:call|request|action))"
        r" (?:yourself|automatically|on (?:their|the user's|my) behalf|without)\b"
        r"|without (?:asking|requesting|waiting for|seeking|needing"
        r"|requiring)(?: for)?(?: \w{1,10})"
        r"{0,2}? (?:confirm\w{0,5}|approv\w{1,3}|consent|permission|the user|anyone|me)\b",
        0.35,
        0.4,
    ),
    Form(
        "an order to call a tool",
        r"(?:call|invoke|use|run|execute|trigger) (?:the )?[`'\"]?[a-z]{2,20}(?:_[a-z]{2,20}){1,4}"
        r"[`'\"]?(?:\(| (?:tool|function|with|on|for|to)\b)|(?:call|invoke|use|trigger) the"
        r" \w{2,15} (?:tool|function) (?:on|with|for|to)\b",
        0.05,
        0.3,
    ),
)
