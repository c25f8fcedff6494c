"""Words of other languages in Latin letters, without accents and capitals."""

from bot.guardrails.forms.language import Language

LANGUAGES = (
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
        told=(
            r"(?:wszystk\w{1,3},? )?co (?:ci|wam|tobie|dotychczas"
            r"|wczesniej)\b[^.!?\n]{0,25}(?:powiedzi\w{2,4}|mowion\w|polecon\w|nakazan\w"
            r"|kazan\w)|wszystko,? co powyzej|powyzszy tekst"
        ),
        role=(
            r"od teraz|jestes teraz|teraz jestes|udawaj|zachowuj sie|wciel sie|dzialaj jako"
            r"|wyobraz sobie"
        ),
        free=(
            r"(?:bez|zadnych|wolny od) (?:\w{1,12} )?(?:ograniczen|zasad|regul|filtrow"
            r"|cenzury|limitow|etyki)"
        ),
    ),
    Language(
        "Czech or Slovak",
        r"ignoruj\w{0,2}|zapomen\w{0,3}|zabudni\w{0,2}|nedbej\w{0,2}|prehliz\w{1,3}",
        r"predchoz\w{1,3}|predosl\w{1,3}|predchadzaj\w{1,5}|vsechn\w{1,2}|vsetk\w{1,3}|vyse"
        r"|drivejsi\w{0,2}",
        r"instrukc\w{1,3}|pokyn\w{0,3}|prikaz\w{0,3}|pravid\w{1,3}|smernic\w{0,2}",
        r"ukaz\w{0,2}|zobraz\w{0,2}|prozrad\w{0,2}|vypis\w{0,2}|zopakuj|napis",
        r"systemov\w{1,3} (?:prompt\w{0,2}|pokyn\w{0,2}|instrukc\w{1,2})",
        told=(
            r"(?:vse|vsechno|vsetko),? co (?:ti|vam|bylo|bolo"
            r"|jsem)\b[^.!?\n]{0,25}(?:rec\w{2,4}|rek\w{1,4}|poved\w{2,4}|naucil\w{0,2}"
            r"|uved\w{2,4})"
        ),
        role=(
            r"od (?:ted|nyni|teraz)|nyni jsi|ted jsi|teraz si|predstirej|predstieraj"
            r"|chovej se|spravaj sa|hraj roli|hraj ulohu"
        ),
        free=(
            r"(?:bez|zadn\w{1,3}|ziadn\w{1,3}) (?:\w{1,12} )?(?:omezeni|obmedzeni|pravidel"
            r"|pravidiel|filtr\w{0,2}|cenzury|limitu|etiky)"
        ),
    ),
    Language(
        "Finnish or Hungarian",
        r"unohda|ohita|jata huomiotta|sivuuta|hagyd figyelmen kivul|felejtsd el"
        r"|ne vedd figyelembe",
        r"aiemmat|aikaisemmat|edelliset|kaikki|korabbi|elozo|minden|osszes|fenti",
        r"ohjeet|ohjeesi|maaraykset|saannot|utasitas\w{0,4}|szabaly\w{0,4}|parancs\w{0,4}",
        r"nayta|paljasta|tulosta|kerro|mutasd|ird ki|arul[dj]\w{0,3}|ismeteld",
        r"jarjestelmakehot\w{1,4}|jarjestelmaohje\w{0,4}|rendszer(?:prompt|uzenet"
        r"|utasitas)\w{0,4}",
        told=(
            r"kaikki,? mita sinulle\b[^.!?\n]{0,25}(?:sanot\w{1,3}|kerrot\w{1,3}"
            r"|opetet\w{1,3})|minden\w{0,3},? amit\b[^.!?\n]{0,25}(?:mondt\w{1,3}"
            r"|tanult\w{0,3}|tanitott\w{0,3})"
        ),
        role=(
            r"tasta lahtien|olet nyt|teeskentele|esita|mostantol|most mar te|viselkedj ugy"
            r"|tegy ugy|jatszd el"
        ),
        free=(
            r"ilman (?:\w{1,12} )?(?:rajoituksia|saantoja|suodattimia|sensuuria)"
            r"|(?:korlatozas\w{0,3}|szabaly\w{0,3}|szuro\w{0,2}|cenzura) nelkul"
        ),
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
        told=(
            r"(?:sana|size) (?:daha once |simdiye kadar )?(?:soyle|ogret|veril"
            r"|anlat)\w{2,8} (?:her ?sey\w{0,3}|seyler\w{0,3}|tum\w{0,2}|butun\w{0,2})"
            r"|(?:yukaridaki|onceki) her ?sey\w{0,3}"
        ),
        role=(
            r"artik (?:sen|bir)|bundan (?:sonra|boyle)|simdi sen|sen artik|gibi (?:davran"
            r"|hareket et)\w{0,3}|rolunu (?:oyna|ustlen)\w{0,3}|gibi yap\w{0,2}"
        ),
        free=(
            r"(?:hicbir|herhangi bir) (?:\w{1,12} )?(?:kisitlama|sinir|kural|filtre"
            r"|sansur)\w{0,6}|(?:kisitlama|sinirlama|kural|filtre|sansur)\w{0,4} olmadan"
            r"|(?:kisitlamasiz|sinirsiz|kuralsiz|sansursuz|filtresiz)"
        ),
    ),
    Language(
        "Indonesian or Malay",
        r"abaikan|lupakan|jangan (?:ikuti|hiraukan)|kesampingkan",
        r"sebelumnya|semua|seluruh|di atas|terdahulu|sebelum ini|awal",
        r"instruksi|perintah|aturan|arahan|petunjuk|panduan",
        r"tampilkan|tunjukkan|ungkapkan|cetak|ulangi|beri ?tahu|apa",
        r"(?:prompt|instruksi|perintah|pesan) sistem|instruksi (?:anda|kamu|awal)",
        verb_first=True,
        told=(
            r"(?:semua|segala|apa)(?: hal| pun)?(?: yang)?\b[^.!?\n]{0,25}(?:dikatakan"
            r"|diberitahukan|diperintahkan|diajarkan|disampaikan|katakan)"
        ),
        role=(
            r"mulai sekarang|anda sekarang|kamu sekarang|sekarang (?:anda|kamu)|berpura-pura"
            r"|bertindaklah?|berperan(?:lah)?|bayangkan (?:anda|kamu)"
        ),
        free=(
            r"(?:tanpa|bebas dari|tidak (?:ada|memiliki)) (?:\w{1,12} )?(?:batasan|aturan"
            r"|filter|sensor|pembatasan|sekatan|etika)"
        ),
    ),
    Language(
        "Vietnamese",
        r"bo qua|phot lo|quen(?: di)?|khong (?:tuan theo|lam theo)|dung lam theo",
        r"truoc(?: do| day)?|tat ca|o tren|ben tren|moi",
        r"huong dan|chi dan|chi thi|lenh|quy tac|yeu cau",
        r"hien thi|tiet lo|cho (?:toi|biet)|in ra|lap lai|noi",
        r"(?:loi nhac|nhac lenh|prompt|huong dan|thong bao) he thong",
        verb_first=True,
        told=(
            r"(?:moi|tat ca|nhung) (?:nhung )?(?:thu|dieu|gi)\b[^.!?\n]{0,25}(?:noi|day|bao"
            r"|yeu cau|huong dan)"
        ),
        role=(
            r"tu (?:bay gio|gio)|bay gio ban|ban (?:bay gio|hien|se) la|hay (?:dong vai"
            r"|gia vo)|dong vai|gia vo|hanh dong nhu"
        ),
        free=(
            r"(?:khong (?:co|bi)|khong con) (?:\w{1,8} ){0,2}(?:gioi han|han che|quy tac"
            r"|bo loc|kiem duyet)"
        ),
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
        told=(
            r"lahat ng (?:sinabi|itinuro|iniutos)|(?:ang )?sinabi sa iyo|(?:yote|kila kitu"
            r"|kile) (?:ulichoambiwa|uliyoambiwa|ulichofundishwa|uliyofundishwa)"
        ),
        role=(
            r"mula ngayon|ikaw na (?:ngayon )?(?:ay|si)|ikaw ngayon|magpanggap|kumilos"
            r"|gampanan|ilubog ang iyong sarili|kuanzia sasa|wewe (?:sasa )?ni|jifanye"
        ),
        free=(
            r"(?:walang|malaya sa|nakalaya)\b[^.!?\n]{0,25}(?:limitasyon|patakaran"
            r"|paghihigpit|panuntunan|filter|hangganan)|(?:bila|bila ya"
            r"|hakuna) (?:\w{1,12} )?(?:vikwazo|sheria|mipaka|kanuni)"
        ),
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
        told=(
            r"jo (?:bhi |kuch )?(?:tum|aap|tujhe|mai)\w{0,4}\b[^.!?\n]{0,25}(?:bataya|kaha"
            r"|sikhaya|bola)\w{0,4}"
        ),
        role=(
            r"ab se (?:tum|aap)|tum ab|aap ab|ab tum|ab aap|maan lo (?:ki )?(?:tum|aap)"
            r"|act kar\w{0,2}|role ?play|pretend kar\w{0,2}"
        ),
        free=(
            r"(?:bina|koi) (?:\w{1,12} )?(?:rules?|restrictions?|filters?|limits?|niyam"
            r"|censor\w{0,4}|pabandi)"
        ),
    ),
    Language(
        "Croatian, Serbian or Slovene",
        r"(?:za)?ignoriraj\w{0,2}|(?:za)?ignorisi\w{0,2}|zanemari\w{0,2}|zaboravi\w{0,2}"
        r"|pozabi\w{0,2}"
        r"|prezri\w{0,2}|odbaci\w{0,2}|zaobidi\w{0,2}|ne (?:slijedi|sledi|postuj"
        r"|upostevaj)\w{0,2}",
        r"prethodn\w{1,3}|prejsnj\w{1,2}|sv[aeiu]\w{0,2}|vs[aei]\w{0,2}|ranij\w{1,3}|gornj\w{1,3}"
        r"|dosadasnj\w{1,3}|dosedanj\w{1,3}|navedene?|tvoj\w{0,2}|svoj\w{0,2}|prije|pre",
        r"upute?|uputa|uputstv\w{1,3}|navodil\w{0,3}|instrukcij\w{1,3}|pravil\w{1,3}|naredb\w{1,3}"
        r"|naloge?|smjernic\w{1,3}|smernic\w{1,3}|ogranicenj\w{1,3}|omejit\w{2,4}"
        r"|zapovijed\w{0,3}",
        r"pokazi\w{0,2}|prikazi\w{0,2}|otkrij\w{0,2}|ispisi\w{0,2}|izpisi\w{0,2}|napisi\w{0,2}"
        r"|ponovi\w{0,2}|reci\w{0,2}|povej\w{0,2}|navedi\w{0,2}|razkrij\w{0,2}"
        r"|koj[aei]\w? (?:je|su)",
        r"sist(?:emsk|emsk)\w{1,3} (?:prompt\w{0,2}|uput\w{1,3}|poruk\w|navodil\w|poziv\w{0,2})"
        r"|sustavsk\w{1,2} (?:prompt\w{0,2}|uput\w{1,2})"
        r"|(?:tvoj\w{0,2}|svoj\w{0,2}) (?:\w{1,12} )?(?:upute|prompt\w{0,2}|pravila|navodila)",
        told=r"(?:sve|vse),? (?:sto|kar)\b[^.!?\n]{0,25}(?:rec\w{2,4}|rek\w{1,4}|kaza\w{1,3}"
        r"|nauci\w{0,3}|povedal\w{0,2}|naveden\w)|sve (?:gore|prije|prethodno|od prije)",
        role=r"od sada|od zdaj|sada si|zdaj si|pretvaraj se|ponasaj se|obnasaj se|glumi"
        r"|igraj ulogu"
        r"|ti si sada|zamisli da si|djeluj kao|deluj kao",
        free=r"(?:bez|brez|nema\w{0,2}|nobenih) (?:\w{1,12} )?(?:ogranicenja|pravila|pravil"
        r"|filt\w{1,3}"
        r"|cenzur\w|omejitev|granica|etike)",
    ),
    Language(
        "Catalan or Galician",
        r"ignor(?:a|eu|e|ar)|oblid(?:a|eu|i|ar)|no (?:segueixis|facis cas|sigas)|esquece|omet",
        r"anteriors?|previe?s|totes|tots|todas|inicials|anteriores|de dalt",
        r"instruccions?|ordres|regles|directrius|normes|instrucions|regras|indicacions",
        r"mostra\w{0,2}|revela\w{0,2}|digues|repeteix|imprimeix|escriu|amosa|dime",
        r"(?:prompt|missatge|instruccions|mensaxe) (?:del? |de )?sistema|indicador del sistema",
        told=r"tot (?:el que|allo que) (?:t'|et|us)[^.!?\n]{0,25}(?:dit|ensenyat|demanat)"
        r"|tot l'anterior",
        role=r"a partir d'ara|des d'ara|ara ets|actua com|fes veure|comporta't|a partir de agora",
        free=r"(?:sense|cap|sen) (?:\w{1,12} )?(?:restriccions?|regles|limits?|filtres?"
        r"|censura|restricions)",
        verb_first=True,
    ),
)
