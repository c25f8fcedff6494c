"""Words of Romance and Germanic languages, without accents and capitals."""

from bot.guardrails.forms.language import Language

LANGUAGES = (
    Language(
        "German",
        r"ignorier\w{1,3}|vergiss|vergesse|vergessen sie|missachte\w{0,2}|ueberschreibe"
        r"|uberschreibe"
        r"|verwirf|befolge (?:nicht|keine)|beachte\w{0,2} (?:nicht|keine)|umgehe",
        r"vorherige\w?|bisherige\w?|vorige\w?|obige\w?|fruhere\w?|ursprungliche\w?|alle\w?"
        r"|deine\w?|ihre"
        r"|vorangegangene\w?|vorstehende\w?|zuvor|bisher|oben",
        r"anweisung(?:en)?|instruktion(?:en)?|befehle?n?|regeln?|vorgaben?|richtlinien?|prompts?"
        r"|einschrankungen|anordnungen|vorschriften|systemprompt",
        r"zeig\w{0,2}|gib|gebe|nenn\w{0,2}|verrate?|druck\w{0,2}|wiederhol\w{1,2}|offenbar\w{1,2}"
        r"|schreib\w{0,2}|was (?:ist|sind|steht)|sag\w{0,2}|lautet|lies",
        r"system-?prompts?|system-?anweisung(?:en)?|systemnachricht|deine\w? (?:\w{1,20} )?"
        r"(?:anweisungen|instruktionen|vorgaben|regeln)",
        told=(
            r"(?:alles,? )?was (?:man |ich |wir )?(?:dir|ihnen|zuvor|vorher|bisher"
            r"|oben)\b[^.!?\n]{0,25}(?:gesagt|mitgeteilt|aufgetragen|beigebracht|steht"
            r"|stand)|alles (?:vorherige|bisherige|obige|davor|zuvor)|das (?:obige|vorherige"
            r"|bisherige)"
        ),
        role=(
            r"du bist (?:jetzt|nun|ab)|sie sind (?:jetzt|nun|ab)|ab (?:jetzt|sofort)"
            r"|tue? so,? als|verhalte? (?:dich|sich)|spiele? die rolle|agiere? als"
            r"|stell dir vor"
        ),
        free=(
            r"(?:ohne|keine\w{0,5}|frei von) (?:\w{1,12} )?(?:einschrankungen|regeln|filter"
            r"|grenzen|beschrankungen|zensur|moral|ethik)|unzensiert\w{0,2}"
            r"|uneingeschrankt\w{0,2}|ungefiltert\w{0,2}"
        ),
    ),
    Language(
        "French",
        r"ignor(?:e|ez|er|es)|oubli(?:e|ez|er|es)|neglig(?:e|ez)|ne (?:tiens|tenez) pas compte"
        r"|ne (?:suis|suivez) (?:pas|plus)|contourn(?:e|ez)|outrepass(?:e|ez)|fais abstraction",
        r"precedente?s?|anterieure?s?|ci-dessus|toute?s?|tous|initiales?|vos|tes"
        r"|prealables?|avant",
        r"instructions?|consignes?|directives?|regles?|ordres?|commandes?|restrictions?",
        r"affich\w{1,2}|montr\w{1,2}|revel\w{1,2}|donn\w{1,2}|repet\w{1,2}|imprim\w{1,2}"
        r"|ecri[ts]\w{0,3}"
        r"|dis|dites|quel(?:le)?s? (?:est|sont)|devoil\w{1,2}",
        r"(?:prompt|invite|message) (?:du |de )?systeme?|prompt initial|instructions (?:du "
        r"|de )?systeme"
        r"|(?:tes|vos) (?:instructions|consignes|directives)",
        verb_first=True,
        told=(
            r"(?:tout )?ce qu(?:i|e|'on|'il)\b[^.!?\n]{0,25}(?:dit|demande|appris|ordonne"
            r"|precede|precedemment)|tout ce qui (?:est )?(?:au-dessus|precede)"
        ),
        role=(
            r"(?:tu es|vous etes) (?:maintenant|desormais)|a partir de maintenant|desormais"
            r"|fais comme si|faites comme si|agis(?:sez)? comme|joue(?:z)? le role"
            r"|imagine que tu|comporte-toi"
        ),
        free=(
            r"(?:sans|aucune?|libre de|plus de) (?:\w{1,12} )?(?:restrictions?|regles?"
            r"|limites?|filtres?|censure|morale|ethique|limitations?)|non[ -]?censuree?"
            r"|debridee?"
        ),
    ),
    Language(
        "Spanish",
        r"ignor(?:a|e|ar|es|ad|en)|olvid(?:a|e|ar|es|ate|ese|en)|omit[aei]|descart(?:a|e)"
        r"|desatiend\w"
        r"|no (?:sigas|hagas caso)|haz caso omiso|hacer caso omiso|anula|pasa por alto|desobedece",
        r"anteriores|previas?|previos|todas?|todos|de arriba|iniciales|originales|tus|sus|anterior"
        r"|precedentes|antes",
        r"instruccion(?:es)?|ordenes|reglas?|directrices|indicaciones|normas|directivas|comandos"
        r"|mensajes previos|restricciones",
        r"muestra\w{0,3}|muestre\w{0,2}|revel[ae]\w{0,2}|d(?:ame|ime|iga\w{0,2})|repit[ea]"
        r"|imprim[ea]|escrib[ea]"
        r"|cual(?:es)? (?:es|son)|ensena\w{0,2}|comparte|indica\w{0,2}",
        r"(?:prompt|mensaje|instrucciones) (?:del |de )?sistema|prompt inicial"
        r"|tus (?:\w{1,12} )?(?:instrucciones|reglas|directrices)",
        verb_first=True,
        told=(
            r"(?:todo )?lo que (?:te|se te|le|se le|os|has)\b[^.!?\n]{0,25}(?:dicho"
            r"|dij\w{1,5}|ordenado|indicado|ensenado|aprendido|pedido)|todo lo (?:anterior"
            r"|de arriba|dicho|previo)|lo anterior"
        ),
        role=(
            r"(?:ahora|desde ahora|a partir de ahora)|actua como|actue como|finge"
            r"|haz como si|eres (?:ahora|un|una)|imagina que eres|comportate"
            r"|interpreta (?:el papel|a)"
        ),
        free=(
            r"(?:sin|ningun\w?|libre de) (?:\w{1,12} )?(?:restricciones|restriccion|reglas?"
            r"|limites?|filtros?|censura|moral|etica|limitaciones)|sin censura"
        ),
    ),
    Language(
        "Italian",
        r"ignor(?:a|i|are|ate)|dimentic(?:a|hi|ate|ati)|trascura(?:re)?|non (?:seguire"
        r"|considerare)"
        r"|scarta|tralascia|annulla|bypassa|disattendi",
        r"precedenti?|tutte|tutti|sopra|iniziali|originali|tue|tuoi|anteriori|ricevute|prima",
        r"istruzion[ei]|indicazion[ei]|regole?|direttiv[ae]|ordini|comandi|linee guida"
        r"|restrizioni",
        r"mostra\w{0,2}|rivela\w{0,2}|stampa|dimmi|ripeti|scrivi|qual[ei]? (?:e|sono)"
        r"|dammi|elenca",
        r"prompt di sistema|prompt iniziale|messaggio di sistema|istruzioni di sistema"
        r"|(?:tuo|tue|tuoi) (?:\w{1,12} )?(?:prompt|istruzioni|regole)",
        verb_first=True,
        told=(
            r"(?:tutto )?(?:cio|quello|quanto)(?: che)? (?:ti|vi|hai"
            r"|e)\b[^.!?\n]{0,25}(?:dett[oa]|insegnato|ordinato|chiesto|imparato)"
            r"|tutto (?:cio che precede|quanto sopra|il precedente)|quanto sopra"
        ),
        role=(
            r"(?:d'ora in poi|da ora in poi|da adesso)|(?:ora|adesso) sei|sei (?:ora|adesso)"
            r"|agisci come|fingi|fai finta|comportati|interpreta|immagina di essere"
        ),
        free=(
            r"(?:senza|nessun\w?|libero da) (?:\w{1,12} )?(?:restrizion[ei]|regol[ae]"
            r"|limit[ei]|filtr[oi]|censura|morale|etica|limitazioni)"
        ),
    ),
    Language(
        "Portuguese",
        r"ignor(?:e|a|ar|em)|esque(?:ca|cer|ce)(?:-se)?|desconsider(?:e|a|ar)|desrespeite|nao siga"
        r"|descarte|anule|contorne",
        r"anteriores|previas?|previos|todas?|todos|acima|iniciais|originais|suas|tuas|anterior"
        r"|antes",
        r"instruc(?:oes|ao)|regras?|ordens|diretrizes|orientacoes|comandos|diretivas|restricoes",
        r"mostr\w{1,2}|revel\w{1,2}|diga\w{0,3}|repita|imprima|escreva|qua(?:l|is) (?:e|sao)|exiba"
        r"|informe|conte",
        r"prompt (?:do |de )?sistema|prompt inicial|mensagem (?:do |de )?sistema|instrucoes (?:do "
        r"|de )"
        r"?sistema|(?:suas|tuas) (?:\w{1,12} )?(?:instrucoes|regras|diretrizes)",
        verb_first=True,
        told=(
            r"(?:tudo )?o que (?:te|lhe|voce|foi|eu|ja)\b[^.!?\n]{0,25}(?:dit[oa]"
            r"|disse\w{0,3}|ensinad[oa]|instruid[oa]|pedid[oa]|aprende\w{1,2})|tudo (?:acima"
            r"|o que veio antes|que (?:foi dito|voce sabe))|o (?:texto )?acima"
        ),
        role=(
            r"a partir de agora|de agora em diante|voce (?:agora )?e (?:agora|um|uma|o)"
            r"|aja como|atue como|finja|comporte-se|imagine que (?:voce )?|interprete"
            r"|agora voce"
        ),
        free=(
            r"(?:sem|nenhuma?|livre de) (?:\w{1,12} )?(?:restric(?:oes|ao)|regras?|limites?"
            r"|filtros?|censura|moral|etica|limitacoes)"
        ),
    ),
    Language(
        "Dutch",
        r"negeer|negeren|vergeet|vergeten|sla .{0,20} over|volg .{0,20}niet|omzeil",
        r"vorige|eerdere|bovenstaande|alle|voorgaande|oorspronkelijke|je|jouw",
        r"instructies?|opdrachten?|regels?|richtlijnen|aanwijzingen|bevelen|beperkingen",
        r"toon|laat|geef|onthul|herhaal|print|schrijf|wat (?:is|zijn)|vertel",
        r"systeem-?prompt|systeem-?instructies?|je (?:\w{1,12} )?(?:instructies|prompt|regels)",
        told=(
            r"(?:alles )?wat (?:je|jou|u|er|hier|ik)\b[^.!?\n]{0,25}(?:verteld|gezegd"
            r"|opgedragen|geleerd|staat)|alles (?:hierboven|hiervoor)|het bovenstaande"
        ),
        role=(
            r"(?:vanaf nu|voortaan)|je bent (?:nu|vanaf)|doe alsof|gedraag je|speel de rol"
            r"|stel je voor dat je"
        ),
        free=(
            r"(?:zonder|geen|vrij van) (?:\w{1,12} )?(?:beperkingen|regels|filters?|grenzen"
            r"|censuur|moraal|ethiek)|ongecensureerde?|ongefilterde?"
        ),
    ),
    Language(
        "Romanian",
        r"ignor(?:a|ati|i)|uita(?:ti)?|nu (?:tine cont|respecta)",
        r"anterioare|precedente|toate|de mai sus|initiale",
        r"instructiun\w{1,3}|reguli\w{0,2}|comenzi\w{0,2}|indicatii\w{0,2}",
        r"arata\w{0,4}|dezvaluie|afiseaza|spune\w{0,4}|repeta",
        r"promptul\w{0,2} (?:de )?sistem\w{0,4}|instructiunile (?:de )?sistem\w{0,4}"
        r"|instructiunile tale",
        verb_first=True,
        told=(
            r"tot ce(?:ea ce)? (?:ti|vi|ai|am)\b[^.!?\n]{0,25}(?:spus|invatat|cerut|zis)"
            r"|tot ce (?:e|este) mai sus"
        ),
        role=(
            r"de acum(?: inainte)?|esti acum|acum esti|prefa-te|comporta-te|actioneaza ca"
            r"|joaca rolul"
        ),
        free=(
            r"(?:fara|nicio|niciun) (?:\w{1,12} )?(?:restrictii|reguli|limite|filtre|cenzura"
            r"|etica)"
        ),
    ),
    Language(
        "Scandinavian",
        r"ignorer\w{0,2}|glom|glem|bortse fran|strunta i|se bort fra",
        r"tidigare|foregaende|tidligere|forrige|ovanstaende|alla|alle|foregaaende|dina|dine",
        r"instruktion\w{0,4}|instrukser?|instruks|regler|anvisning\w{0,3}|ordre|kommandon?"
        r"|retningslinjer",
        r"visa?|vis|avsloja|skriv|upprepa|gjenta|gentag|fortell|beratta|avslor",
        r"systemprompt\w{0,4}|systemmelding\w{0,2}|systeminstruktion\w{0,4}"
        r"|din[ae]? (?:instruktioner|instrukser|regler)",
        told=(
            r"all?t(?: det| hva| hvad| som)? (?:du|man|jag|jeg|vi)\b[^.!?\n]{0,25}(?:hora"
            r"|hore|sagt|sagts|vide|beskjed|laert|lart|instrueret)|all?t (?:ovan|over"
            r"|ovenfor|herover)(?:staende)?"
        ),
        role=(
            r"fran och med nu|fra na av|fra nu af|du ar nu|du er na|du er nu|lat(?:sas)? som"
            r"|lad som|agera som|opptre som|spill rollen"
        ),
        free=(
            r"(?:utan|uten|uden|inga|ingen) (?:\w{1,12} )?(?:begransningar|begrensninger"
            r"|begraensninger|regler|filter|filtre|censur|sensur|etik|etikk)"
        ),
    ),
)
