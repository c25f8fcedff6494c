# ruff: noqa: E501 - a pattern reads better in few lines
"""Words and turns of phrase that attacks use: each says little alone and something together."""

WORDS: dict[str, str] = {
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

_TURN = r"(?:^|[.!?;:\n]\s*)(?:and |please |kindly |now |then |just |also |first |instead |next |finally |so )*,? ?"

TURNS: dict[str, str] = {
    "drop_rules": r"\b(?:ignor|disregard|forget|overrid|bypass|neglect|discard|dismiss|skip|delet|eras|"
    r"abandon|scrap|leave behind|let go of|pay no attention)\w*\b[^.!?\n]{0,40}\b(?:instruct|rule|guideline|"
    r"above|before|previous|prior|earlier|told|said|prompt|direction|order|assignment|task|everything)",
    "text_above": r"\b(?:everything|text|words?|sentences?|lines?|paragraphs?|content|message|all) "
    r"(?:that (?:is|was|came) )?(?:above|before (?:this|my)|preceding|prior to)\b|\b(?:previous|first|initial|"
    r"preceding|original|prior|last) (?:\d+ )?(?:text|message|sentence|paragraph|line|word|output|input)s?\b|"
    r"\b(?:start|begin)(?:ning|ing|s)? (?:with|from|at) (?:[\"'\u201c]|the (?:beginning|phrase|words?|top|start|first))|"
    r"\bat the (?:very )?(?:top|beginning|start) of (?:this|the|our) (?:chat|conversation|prompt|context)",
    "ask_rules": r"\b(?:show|repeat|print|reveal|give|tell|output|what(?:'s| is| are| were| was)|list|copy|"
    r"summari[sz]e|translate|share|display|write|paraphrase|describe|explain|recite|return|provide)\b"
    r"[^.!?\n]{0,40}\b(?:your|these|those|its|the (?:system|hidden|initial|original|exact|full|secret)) "
    r"(?:[\w-]+ ){0,2}(?:instruct|prompt|rule|guideline|directive|configuration|settings|message|context|programming)",
    "secret_word": r"\b(?:access ?code|pass ?(?:word|code|phrase|key)s?|code ?word|magic word|secret (?:word|code|key|"
    r"phrase|string|number|message)|hidden (?:word|key|code|message)|the secret|the (?:flag|key) is)\b",
    "spelled": r"\b(?:letter by letter|(?:character|word) by (?:character|word)|(?:each|every|first|last|one|next) "
    r"(?:letter|character|digit)s?|backwards?|in reverse|reversed?|acrostic|rhym\w+|synonyms?|pig latin|morse|"
    r"emojis?|base ?64|rot ?13|hex(?:adecimal)?|ascii|binary|c(?:ae|e)sar|cipher|leet ?speak|spaces? between|"
    r"separated by|spell (?:it|out)|anagram|riddle|hints? (?:about|for|of|to))\b",
    "exact_words": r"\b(?:say|print|output|write|respond|reply|answer|type|return|echo|display)\b[^.\n]{0,25}(?:[\"\u201c\u2018`]|"
    r"\bexactly\b|\bonly (?:with|the|in)\b|\bnothing (?:else|but)\b|\bverbatim\b|\bword for word\b|\bas is\b)",
    "won": r"\baccess (?:is )?granted\b|\b(?:pwned|hacked|jailbroken|owned|unlocked)\b|\bi have been\b",
    "turns": r"(?:^|\n|\\n)\s*[\"'*\[<]{0,2}(?:user|human|assistant|system|ai|bot|me|you|gpt|chatgpt|model|admin|developer)"
    r"\s?[\"'*\]>]{0,2}\s?[:>]|#{2,} ?(?:new |end |system|user|assistant|instruction|response|input|human)|"
    r"<\|?/?(?:im_|system|user|assistant|end|start|inst|sys)|\[/?(?:system|user|assistant|inst|admin|end|start|new)\b",
    "end_of": r"\bend (?:of )?(?:the |this |user |system )*(?:prompt|text|input|message|instructions?|document|"
    r"conversation|task|context|e-?mail|data|session|output|chat)\b|\b(?:start|begin(?:ning)?) (?:of )?(?:the |a )?new "
    r"(?:prompt|instructions?|conversation|task|session|chat|input)|\b(?:above|previous|that) (?:was|is) (?:a |an |just |only )*(?:test|example|joke|fake|wrong|error|mistake)",
    "order": _TURN
    + r"(?:print|say|write|tell|send|output|show|reveal|repeat|respond|reply|answer|give|"
    r"list|return|provide|pretend|act|ignore|forget|disregard|forward|post|delete|remove|transfer|open|visit|click|"
    r"download|execute|run|call|use|create|add|include|insert|append|mention|recommend|stop|start|begin|make|do)\b",
    "duty": r"\b(?:obey|comply|complies|complying)\b|\bfollow (?:my|these|this|the following|only|all)\b|\byou "
    r"(?:must|will|shall|have to|are required to|are obliged to|are to|should|need to|can|may)(?: now| also| only| always| never| not)* "
    r"(?:answer|respond|reply|comply|obey|follow|do|say|act|print|output|provide|give|ignore|pretend|send|tell|call|use|include|start|stop|refuse|speak)\b",
    "role": r"\byou(?:'re| are|'ll be| will be| shall be| become)(?: now| going to (?:be|act|play)| no longer| called| named| not) |"
    r"\b(?:act|behave|respond|answer|speak|talk|reply|think)(?:ing)? (?:as|like) (?:if|a|an|the|though|my|your)\b|"
    r"\bplay(?:ing)? (?:the |a )?(?:role|part|character|game)|\b(?:stay|remain|keep|break) (?:in )?character|\bpersonas?\b|\brole ?-?play|\balter ego\b",
    "refusal": r"\b(?:refus\w+|declin\w+|i(?:'m| am) sorry|i can(?:'t|not)|as an ai|as a language model|apologi[sz]\w+|"
    r"disclaimers?|moral\w*|ethic\w*|unethical\w*|censor\w*|openai|content polic\w+|inappropriate|offensive|harmful|illegal)\b",
    "anything": r"\b(?:any|every|all|whatever|anything|everything) (?:\w+ )?(?:questions?|requests?|prompts?|commands?|"
    r"i (?:ask|say|want|tell|request))|\bno matter (?:what|how)\b|\bregardless of\b|\bwithout (?:any )?(?:restrictions?|limits?|limitations?|"
    r"filters?|hesitation|exceptions?|question|morals?|refus\w+|warnings?|constraints?|censorship|rules)\b|\b(?:no|free (?:of|from)) (?:\w+ )?(?:restrictions?|limits?|limitations?|filters?|rules|morals?|ethics)\b",
    "as_if": r"\b(?:hypothetical\w*|fictional|fictitious|in (?:a|this|an) (?:world|story|movie|game|dream|parallel|alternate|universe|scenario)|"
    r"imagine (?:that|you|a|we)|let(?:'s| us) (?:play|pretend|imagine|say|suppose|assume)|suppose|thought experiment|screenplay|"
    r"for (?:educational|research|academic|testing|debugging|security|training) (?:and \w+ )?(?:purpose|reason)s?)\b",
    "claim": r"\bi(?:'m| am) (?:a|an|the|your|one of the) (?:\w+ )?(?:developer|admin\w*|creator|owner|researcher|engineer|tester|auditor|author\w*|programmer|operator|supervisor|ceo|boss)|"
    r"\b(?:authori[sz]ed|clearance|override code|privileged|maintenance|diagnostics?|debug\w*|emergency|audit|permission)\b",
    "to_model": r"\b(?:dear|hey|hi|hello|attention|note|message|instructions?|reminder|memo|notice|request|task|todo)(?:,| to| for)? (?:the |any |all |this |your )?(?:\w+ )?"
    r"(?:ai|assistant|llm|language model|model|bot|chatbot|agent|gpt|chatgpt|copilot|claude|gemini|summari[sz]er)s?\b|"
    r"\b(?:if|when|since|as) you(?:'re| are) (?:an? |the )?(?:\w+ )?(?:ai|llm|language model|model|assistant|bot|agent|reading|processing|summari[sz]ing)\b|"
    r"\b(?:ai|llm|language model|assistant|agent|chatbot|bot)s? (?:reading|processing|must|should|has to|have to|is required|are required|will|needs to|shall|summari[sz]ing|handling)\b",
    "sent_out": r"\b(?:send|forward|e-?mail|post|upload|transmit|submit|share|copy|exfiltrat\w+|deliver|leak)\w*\b[^.!?\n]{0,70}?"
    r"(?:\b[\w.]+@[\w-]+|https?:|www\.|\bto (?:me|my|the following|this|our|an? (?:external|outside))\b)",
    "money": r"\b(?:send|transfer|wire|pay|donate|purchase|buy|order|refund|deposit|withdraw|sell)\w*\b[^.!?\n]{0,40}?(?:[$\u20ac\u00a3]|"
    r"\b(?:usd|eur|dollars?|euros?|bitcoins?|money|funds?|iban|bank|accounts?|gift cards?|crypto\w*)\b)",
    "deed": r"\b(?:grant|give|allow|unlock|open|enable|disable|turn off|delete|remove|erase|wipe|reset|change|modify|update|"
    r"retrieve|access|export|collect|obtain|schedule|book|cancel)\b[^.!?\n]{0,30}?\b(?:access|permissions?|passwords?|accounts?|doors?|"
    r"locks?|cameras?|alarms?|firewall|files?|records?|data|e-?mails?|appointments?|backups?|history|devices?|location|address(?:es)?|contacts?|details|information|credentials)\b",
    "unseen": r"\b(?:do not|don't|never|without|not) [^.!?\n]{0,15}?\b(?:tell|telling|inform\w*|mention\w*|notify\w*|alert\w*|warn\w*|reveal\w*|let|disclos\w+|ask\w*|confirm\w*)\b"
    r"[^.!?\n]{0,20}?\b(?:user|human|them|anyone|anybody|him|her|owner|customer|this|confirmation|approval|permission|instructions?|prompt)",
    "fields": r"[\"']?\b(?:tool|function|action|next_action|next_step|command|instructions?|system|role|content|prompt|note_to_ai)[\"']?\s?[:=]\s?[\"'{\[]|"
    r"</?(?:system|instructions?|information|important|tool|admin|user|assistant|prompt|secret|info|note|task|rules?)\b[^>\n]{0,40}>",
    "task": r"\b(?:original|current|user'?s?|previous|main|actual|real) (?:task|question|query|request|assignment|objective|goal|"
    r"answer|response|summary|reply|job|purpose)s?\b|\byour (?:\w+ )?(?:task|answer|response|summary|reply|output|job|purpose|goal|objective)s?\b",
    "before_that": r"\b(?:before|after|while|when|instead of|prior to|rather than|once) (?:you |you have |you've )?(?:answer\w*|solv\w+|respond\w*|"
    r"summari[sz]\w+|finish\w*|read\w*|process\w*|continu\w+|proceed\w*|complet\w+|translat\w+|do(?:ing)? (?:anything|that|this|so)|reply\w*|perform\w*)\b",
}
"""Turns of phrase; attacks of many public sets were thought of, none was copied."""
