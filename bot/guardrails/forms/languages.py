# ruff: noqa: RUF001 - letters of many scripts are what this file is about
"""The commonest forms in other languages, from a few words of each.

Accents and capitals are gone before these are matched, so the words stand without them.
"""

from dataclasses import dataclass

from bot.guardrails.forms.form import LEAKAGE, Form


@dataclass(frozen=True)
class Language:
    """What an order to drop earlier instructions is made of, as alternatives for patterns.

    Attributes:
        verb_first: An order begins with its verb; elsewhere the verb may also come last.
    """

    name: str
    drop: str
    prior: str
    rules: str
    show: str
    prompt: str
    verb_first: bool = False


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
    ),
    Language(
        "French",
        r"ignor(?:e|ez|er|es)|oubli(?:e|ez|er|es)|neglig(?:e|ez)|ne (?:tiens|tenez) pas compte"
        r"|ne (?:suis|suivez) (?:pas|plus)|contourn(?:e|ez)|outrepass(?:e|ez)|fais abstraction",
        r"precedente?s?|anterieure?s?|ci-dessus|toute?s?|tous|initiales?|vos|tes|prealables?|avant",
        r"instructions?|consignes?|directives?|regles?|ordres?|commandes?|restrictions?",
        r"affich\w{1,2}|montr\w{1,2}|revel\w{1,2}|donn\w{1,2}|repet\w{1,2}|imprim\w{1,2}"
        r"|ecri[ts]\w{0,3}"
        r"|dis|dites|quel(?:le)?s? (?:est|sont)|devoil\w{1,2}",
        r"(?:prompt|invite|message) (?:du |de )?systeme?|prompt initial|instructions (?:du "
        r"|de )?systeme"
        r"|(?:tes|vos) (?:instructions|consignes|directives)",
        verb_first=True,
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
    ),
    Language(
        "Italian",
        r"ignor(?:a|i|are|ate)|dimentic(?:a|hi|are|ate|ati)|trascura(?:re)?|non (?:seguire"
        r"|considerare)"
        r"|scarta|tralascia|annulla|bypassa|disattendi",
        r"precedenti?|tutte|tutti|sopra|iniziali|originali|tue|tuoi|anteriori|ricevute|prima",
        r"istruzion[ei]|indicazion[ei]|regole?|direttiv[ae]|ordini|comandi|linee guida|restrizioni",
        r"mostra\w{0,2}|rivela\w{0,2}|stampa|dimmi|ripeti|scrivi|qual[ei]? (?:e|sono)|dammi|elenca",
        r"prompt di sistema|prompt iniziale|messaggio di sistema|istruzioni di sistema"
        r"|(?:tuo|tue|tuoi) (?:\w{1,12} )?(?:prompt|istruzioni|regole)",
        verb_first=True,
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
    ),
    Language(
        "Dutch",
        r"negeer|negeren|vergeet|vergeten|sla .{0,20} over|volg .{0,20}niet|omzeil",
        r"vorige|eerdere|bovenstaande|alle|voorgaande|oorspronkelijke|je|jouw",
        r"instructies?|opdrachten?|regels?|richtlijnen|aanwijzingen|bevelen|beperkingen",
        r"toon|laat|geef|onthul|herhaal|print|schrijf|wat (?:is|zijn)|vertel",
        r"systeem-?prompt|systeem-?instructies?|je (?:\w{1,12} )?(?:instructies|prompt|regels)",
    ),
    Language(
        "Polish",
        r"(?:z?ignoruj|zapomnij|pomin|nie (?:stosuj|przestrzegaj|zwracaj uwagi)|odrzuc"
        r"|obejdz)\w{0,3}",
        r"poprzedni\w{0,3}|wczesniejsz\w{1,3}|wszystki\w{1,3}|wszelki\w{1,3}|powyzsz\w{1,3}"
        r"|swoj\w{1,3}"
        r"|twoj\w{1,3}|dotychczasow\w{1,3}",
        r"instrukcj\w{1,3}|polece[nc]\w{0,4}|zasad\w{0,3}|regul\w{0,3}|wytyczn\w{1,3}"
        r"|wskazow\w{1,4}|ograniczen\w{0,3}",
        r"pokaz|wyswietl|ujawnij|powtorz|wypisz|napisz|podaj|jaki(?:e)? (?:jest|sa)|wydrukuj"
        r"|zdradz",
        r"(?:prompt\w{0,3}|komunikat\w{0,3}|instrukcj\w{1,2}) systemow\w{1,3}"
        r"|systemow\w{1,3} prompt\w{0,2}"
        r"|swo(?:je|ich|j) (?:instrukcj\w|zasad\w|prompt)",
    ),
    Language(
        "Czech or Slovak",
        r"ignoruj\w{0,2}|zapomen\w{0,3}|zabudni\w{0,2}|nedbej\w{0,2}|prehliz\w{1,3}",
        r"predchoz\w{1,3}|predosl\w{1,3}|predchadzaj\w{1,5}|vsechn\w{1,2}|vsetk\w{1,3}|vyse"
        r"|drivejsi\w{0,2}",
        r"instrukc\w{1,3}|pokyn\w{0,3}|prikaz\w{0,3}|pravid\w{1,3}|smernic\w{0,2}",
        r"ukaz\w{0,2}|zobraz\w{0,2}|prozrad\w{0,2}|vypis\w{0,2}|zopakuj|napis",
        r"systemov\w{1,3} (?:prompt\w{0,2}|pokyn\w{0,2}|instrukc\w{1,2})",
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
    ),
    Language(
        "Finnish or Hungarian",
        r"unohda|ohita|jata huomiotta|sivuuta|hagyd figyelmen kivul|felejtsd el|ne vedd figyelembe",
        r"aiemmat|aikaisemmat|edelliset|kaikki|korabbi|elozo|minden|osszes|fenti",
        r"ohjeet|ohjeesi|maaraykset|saannot|utasitas\w{0,4}|szabaly\w{0,4}|parancs\w{0,4}",
        r"nayta|paljasta|tulosta|kerro|mutasd|ird ki|arul[dj]\w{0,3}|ismeteld",
        r"jarjestelmakehot\w{1,4}|jarjestelmaohje\w{0,4}|rendszer(?:prompt|uzenet|utasitas)\w{0,4}",
    ),
    Language(
        "Turkish",
        r"yok say\w{0,4}|gormezden gel\w{0,4}|unut\w{0,4}|dikkate alma\w{0,3}|goz ardi et\w{0,3}"
        r"|yoksay\w{0,3}",
        r"onceki|tum|butun|yukaridaki|daha once\w{0,3}|evvelki",
        r"talimat\w{0,7}|komut\w{0,7}|yonerge\w{0,7}|kural\w{0,7}|emir\w{0,4}|yonlendirme\w{0,6}"
        r"|istem\w{0,4}",
        r"goster\w{0,3}|acikla|yazdir|soyle|paylas|tekrarla|ver|nedir|yaz",
        r"sistem (?:istem\w{0,5}|prompt\w{0,5}|talimat\w{0,7}|mesaj\w{0,5}|komut\w{0,6})",
    ),
    Language(
        "Indonesian or Malay",
        r"abaikan|lupakan|jangan (?:ikuti|hiraukan)|kesampingkan",
        r"sebelumnya|semua|seluruh|di atas|terdahulu|sebelum ini|awal",
        r"instruksi|perintah|aturan|arahan|petunjuk|panduan",
        r"tampilkan|tunjukkan|ungkapkan|cetak|ulangi|beri ?tahu|apa",
        r"(?:prompt|instruksi|perintah|pesan) sistem|instruksi (?:anda|kamu|awal)",
        verb_first=True,
    ),
    Language(
        "Vietnamese",
        r"bo qua|phot lo|quen(?: di)?|khong (?:tuan theo|lam theo)|dung lam theo",
        r"truoc(?: do| day)?|tat ca|o tren|ben tren|moi",
        r"huong dan|chi dan|chi thi|lenh|quy tac|yeu cau",
        r"hien thi|tiet lo|cho (?:toi|biet)|in ra|lap lai|noi",
        r"(?:loi nhac|nhac lenh|prompt|huong dan|thong bao) he thong",
        verb_first=True,
    ),
    Language(
        "Filipino or Swahili",
        r"huwag pansinin|balewalain|kalimutan|puuza|sahau|usifuate",
        r"nakaraan\w{0,2}|naun\w{1,6}|lahat|nasa itaas|yaliyotangulia|yote|zote|zilizopita"
        r"|ya awali|za awali",
        r"tagubilin|utos|panuto|instruksyon|maagizo|maelekezo|amri|kanuni",
        r"ipakita|ibunyag|sabihin|onyesha|fichua|niambie",
        r"system prompt|prompt ng sistema|maagizo ya mfumo|prompt ya mfumo",
        verb_first=True,
    ),
    Language(
        "Hindi in Latin letters",
        r"ignore kar\w{0,3}|bhool (?:ja\w{0,2}|jao)|nazar-?anda+z kar\w{0,2}|andekha kar\w{0,2}"
        r"|mat mano"
        r"|follow mat kar\w{0,2}|bhula do",
        r"pichl[aei]|pehle (?:ke|ki|wal[aei])|sab(?:hi)?|saare|saari|purane|upar (?:ke|ki"
        r"|wal[aei])|apn[aei]",
        r"instructions?|nirdesh\w{0,2}|rules?|niyam|commands?|hidayat\w{0,2}|guidelines?",
        r"dikha\w{0,2}|bata\w{0,2}|do|reveal kar\w{0,2}|print kar\w{0,2}|likh\w{0,2}|de"
        r"|show kar\w{0,2}|chahiye",
        r"system prompt|hidden (?:prompt|instructions)|apn[aei] (?:\w{1,10} )?(?:prompt"
        r"|instructions|rules)",
    ),
    Language(
        "Russian",
        r"(?:про)?игнорир\w{2,6}|забудь\w{0,2}|не обращай\w{0,2} внимани\w|пренебреги\w{0,2}"
        r"|отмени\w{0,2}"
        r"|не (?:следуй|выполняй|соблюдай)\w{0,2}|обойди\w{0,2}|отбрось\w{0,2}|нарушь\w{0,2}",
        r"предыдущ\w{2,3}|прошл\w{2,3}|все[хм]?|всё|любые|ранее|выше\w{0,10}|прежни\w{1,2}"
        r"|свои\w{0,2}|твои\w{0,2}"
        r"|ваши\w{0,2}|предшествующ\w{2,3}|изначальн\w{2,3}|исходн\w{2,3}|до этого",
        r"инструкци\w{1,3}|указани\w{1,3}|команд\w{0,3}|правил\w{0,3}|приказ\w{0,3}"
        r"|директив\w{0,2}|промпт\w{0,3}"
        r"|распоряжени\w{1,2}|ограничени\w{1,2}|сообщени\w{1,2}|предписани\w{1,2}",
        r"покажи\w{0,2}|выведи\w{0,2}|раскрой\w{0,2}|напиши\w{0,2}|повтори\w{0,2}|скажи\w{0,2}"
        r"|распечатай\w{0,2}"
        r"|како[вй]|какие|сообщи\w{0,2}|назови\w{0,2}|выдай\w{0,2}|процитируй",
        r"системн\w{2,3} (?:промпт\w{0,3}|инструкци\w{1,2}|сообщени\w|подсказк\w|запрос\w{0,2})"
        r"|(?:свои|твои|ваши) (?:\w{1,15} )?(?:инструкции|указания|правила)",
    ),
    Language(
        "Ukrainian",
        r"(?:про)?ігнору\w{1,4}|забудь\w{0,2}|не зважай\w{0,2}|знехтуй\w{0,2}|відкинь",
        r"попередн\w{1,3}|усі|всі|всіх|вищ\w{1,10}|раніш\w{1,3}|свої\w{0,2}|твої\w{0,2}",
        r"інструкці\w{1,3}|вказівк\w{1,3}|команд\w{0,2}|правил\w{0,2}|наказ\w{0,2}|настанов\w{0,2}",
        r"покажи\w{0,2}|виведи\w{0,2}|розкрий\w{0,2}|напиши\w{0,2}|повтори\w{0,2}|скажи\w{0,2}",
        r"системн\w{2,3} (?:промпт\w{0,3}|інструкці\w|повідомленн\w|підказк\w)",
    ),
    Language(
        "Greek",
        r"αγνοησ\w{1,4}|ξεχασ\w{1,4}|παραβλεψ\w{1,4}|μην (?:ακολουθεισ|λαβεισ υποψη)",
        r"προηγουμεν\w{1,3}|ολεσ|ολουσ|ολα|παραπανω|αρχικ\w{1,3}|πιο πριν",
        r"οδηγι\w{1,3}|εντολ\w{1,3}|κανονεσ|κανονων|κατευθυνσ\w{1,4}",
        r"δειξε|αποκαλυψε|εμφανισε|γραψε|επαναλαβε|πεσ|τυπωσε|ποι[αοε]\w?",
        r"(?:προτροπη|μηνυμα|οδηγιεσ|prompt) (?:του )?συστηματοσ|system prompt",
    ),
    Language(
        "Arabic",
        r"تجاهل|انس[َى]?|اهمل|أهمل|لا تتبع|تخط[َى]?|تغاض",
        r"السابقة|جميع|كل|أعلاه|اعلاه|السابق|الأصلية|الاصلية",
        r"التعليمات|تعليمات|الأوامر|الاوامر|القواعد|التوجيهات|الإرشادات|الارشادات|تعليماتك|قواعدك",
        r"اعرض|أظهر|اظهر|اكشف|اطبع|كرر|أخبرني|اخبرني|اكتب|ما (?:هو|هي)",
        r"(?:موجه|مطالبة|تعليمات|رسالة|توجيهات) النظام|تعليماتك",
        verb_first=True,
    ),
    Language(
        "Hebrew or Persian",
        r"התעלם|התעלמי|תתעלם|שכח|נادیده بگیر\w{0,3}|نادیده بگیر\w{0,3}|فراموش کن\w{0,3}",
        r"הקודמות|כל|הקודמים|שלמעלה|قبلی|همه|تمام|پیشین|بالا",
        r"ההוראות|הוראות|הכללים|הפקודות|دستورالعمل\w{0,4}|دستورات?|قوانین|دستور",
        r"הצג|חשוף|הדפס|כתוב|نشان بده|فاش کن|چاپ کن|بگو",
        r"(?:הנחיית|הוראות|פרומפט) המערכת|(?:پرامپت|دستور|پیام) سیستم",
    ),
    Language(
        "Hindi or Bengali",
        r"अनदेखा|नज़रअंदाज़|नजरअंदाज|उपेक्षा|भूल जा|भूल जाओ|भूल जाएं|भुला|উপেক্ষা|ভুলে যা|অগ্রাহ্য",
        r"पिछले|पिछली|सभी|पहले|पूर्व|उपरोक्त|ऊपर|পূর্ববর্তী|আগের|সমস্ত|সব|উপরের",
        r"निर्देश|आदेश|नियम|निर्देशों|अनुदेश|নির্দেশ|নির্দেশাবলী|নির্দেশনা|আদেশ|নিয়ম",
        r"दिखा|बता|प्रकट|प्रिंट|लिख|দেখা|বল|প্রকাশ",
        r"सिस्टम (?:प्रॉम्प्ट|निर्देश|संदेश)|সিস্টেম (?:প্রম্পট|নির্দেশ)",
    ),
    Language(
        "Thai",
        r"ละเว้น|เพิกเฉย|ไม่ต้องสนใจ|ไม่สนใจ|ลืม|มองข้าม|อย่าสนใจ",
        r"ก่อนหน้า|ทั้งหมด|ข้างต้น|เดิม|ที่ผ่านมา",
        r"คำสั่ง|คำแนะนำ|กฎ|ข้อกำหนด",
        r"แสดง|เปิดเผย|พิมพ์|บอก",
        r"(?:คำสั่ง|พรอมต์|ข้อความ)(?:ของ)?ระบบ",
    ),
    Language(
        "Chinese",
        r"忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要理會|不理会|跳过|跳過|抛弃|丢弃|覆盖|覆蓋|别管|不要遵守|不再遵守|不用管"
        r"|违反|違反|绕过|繞過",
        r"之前|以前|以上|上述|上面|先前|前面|此前|所有|一切|全部|原来|原有|原先|你的|您的|前述|早先",
        r"指令|指示|命令|提示|规则|規則|要求|说明|說明|设定|設定|限制|约束|指南|准则|内容|规定|規定|对话",
        r"显示|顯示|打印|输出|輸出|告诉|告訴|透露|泄露|洩露|重复|重複|列出|说出|公开|展示|写出|给我|複述|复述|是什么|是什麼",
        r"系统提示|系統提示|系统指令|系統指令|系统消息|系统设定|系統訊息|初始指令|初始提示|你的(?:提示词|指令|规则|設定|设定)"
        r"|隐藏(?:的)?(?:指令|提示)",
    ),
    Language(
        "Japanese",
        r"無視|忘れて|忘れろ|忘れなさい|忘れ、|破棄|従わないで|取り消して|無効に",
        r"以前|これまで|今まで|上記|前の|前述|全ての|すべて|全部|先の|最初の|直前|あなたの|元の",
        r"指示|命令|ルール|規則|指令|プロンプト|ガイドライン|制限|制約|説明",
        r"表示|教えて|見せて|出力|公開|開示|明かし|印刷|繰り返し|書いて|何です",
        r"システム(?:の)?(?:プロンプト|メッセージ|指示|命令)|初期(?:の)?(?:プロンプト|指示)|隠された(?:指示|プロンプト)",
    ),
    Language(
        "Korean",
        r"무시|잊어|잊으|따르지 ?마|파기|건너뛰",
        r"이전|모든|위의|앞선|앞의|지금까지|기존|위에|원래",
        r"지시|명령|지침|규칙|프롬프트|설정|안내",
        r"보여|알려|출력|공개|말해|표시|밝혀|반복|뭐",
        r"시스템 ?(?:프롬프트|메시지|메세지|지시|명령|지침)",
    ),
)

_BETWEEN = r"[^.!?。！？\n]{0,%d}?"
"""Other words of the same sentence, up to so many characters."""


def _then(first: str, second: str, apart: int) -> str:
    """Return a pattern for two words in this order; Latin letters only as whole words."""
    return rf"(?:{first})(?![a-z]){_BETWEEN % apart}(?<![a-z])(?:{second})(?![a-z])"


def _forms(language: Language) -> tuple[Form, ...]:
    name = language.name
    order = _then(language.drop, language.rules, 50)
    if not language.verb_first:
        order += "|" + _then(language.rules, language.drop, 50)
    request = _then(language.show, language.prompt, 40) + "|"
    request += _then(language.prompt, language.show, 40)
    return (
        Form(
            f"an order to drop earlier instructions, in {name}",
            order,
            0.85,
            0.85,
            near=rf"(?<![a-z])(?:{language.prior})(?![a-z])",
            reach=40,
            apart=0.55,
            latin=language.drop.isascii(),
        ),
        Form(
            f"a request for the system prompt, in {name}",
            request,
            0.75,
            0.7,
            LEAKAGE,
            latin=language.drop.isascii(),
        ),
    )


FORMS = tuple(form for language in LANGUAGES for form in _forms(language))
