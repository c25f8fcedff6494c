"""Words by which a disguise is known to have been undone.

Common English words, and those that attacks are made of. A disguise counts as undone where its
words are here, so a list of a few hundred is enough, and a missing word costs only the disguise.
"""

WORDS = frozenset(
    """
    a about above access account act acting activate add address admin administrator after again
    all allow allowed also always amoral an and another answer any anyone anything api app
    append apply are as ask assist assistant at attack attacker away back base be because become
    been before begin beginning behave being below between bomb both bound build but by bypass
    call can cannot censorship change character chat chatbot code command commands company
    complete comply confidential constraint constraints content contents context conversation
    copy could create credential credentials customer dan dangerous data database day debug
    decode default delete describe details developer did directions directive directives disable
    disclose discuss disregard display do document does does done down drop during each earlier
    email employee enable encode end enter entire ethical ethics every everything evil exact
    exactly example execute exfiltrate explain export expose file files filter filters find
    first follow following for forget forward free freely from full fully function generate get
    give given go god good great guardrails guide guideline guidelines guidance had has have
    hello help her here hidden hide him his history how human if ignore ignores ignored ignoring
    illegal immediately important in include inform information initial input insert inside
    instead instruct instructed instruction instructions internal into is it its jailbreak
    jailbroken just keep key keys know known language last leak learned let like limit
    limitation limitations limits line lines link list longer made make malware many me mention
    message messages mode model moral more most must my name need neglect never new next no not
    note nothing now obey of off ok on once one only openai operator or order orders other our
    out output over overlook override own page parameters part passage password passwords past
    people perform permission persona phrase play please point policies policy preceding pretend
    previous previously print prior privacy private privileges process produce programmed
    programming prompt prompts protocol protocols provide query question read reader real
    reasoning recite refuse regard regardless remember remove repeat replace reply report
    request requests respond response responses restricted restriction restrictions result
    results return reveal right role root rule rules run safe safeguards safety said same say
    secret secrets secure security see send sentence server set share she should show simulate
    skip so some source speak start state step stop such summary switch system take task tasks
    tell text than that the their them then there these they thing things think this those
    through time to token told tool tools train trained training translate true truth
    unauthorized uncensored under unfiltered unlimited unlock unrestricted until up upload url
    us use user users using verbatim very want warning was way we weapon website well were what
    whatever when where which who will with within without word words work would write written
    yes you your yourself anweisungen befehle ignoriere ignorieren regeln vergiss vorherigen
    alle alles deine consignes ignorez instructions oublie oubliez precedentes regles toutes vos
    anteriores ignora instrucciones olvida reglas todas tus ignorare istruzioni precedenti
    regole tutte dimentica esqueca instrucoes regras suas chatgpt cryptocurrency cybersecurity gpt
    hi html ip json online ransomware tv ui
    """.split()
)
