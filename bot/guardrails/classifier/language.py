"""How English a text is."""

import re

_ENGLISH = frozenset(
    "the a an and or but if of to in on at by for from with without is are was were be been am do "
    "does did has have had can could will would should may might must not no yes this that these "
    "those it its i you he she we they me my your his her our their us them what which who when "
    "where why how all any some there here then than so as about into out up down over after "
    "before please only just now".split()
)
_FOREIGN = (
    frozenset(
        # Spanish, Portuguese, Italian, French, Romanian, Catalan
        "de la el los las que en y un una es por con para su del se lo como mi tu te al o e os um "
        "uma da do em com na nao seu sua dos das voce meu isso esta este il le gli di che non per "
        "ti sono della nel alla questo cosa les des et est du dans pour pas vous je qui ne sur ce "
        "cette avec au aux mon ton votre moi si sa din cu nu pe ca mai ce care sunt amb els "
        "perque "
        # German, Dutch, Swedish, Danish, Norwegian
        "der das und ist nicht ich du sie ein eine einen den dem mit auf fur zu von wie wir dein "
        "deine mir alle het een van ik je niet dat voor met zijn op och att det som jag inte ar "
        "pa av med du ett til er og ikke jeg har af vi kan "
        # Polish, Czech, Slovak, Croatian, Hungarian, Finnish
        "nie sie jest na z do w to jak co czy za od mi je se ze jsou by pro sa aby som ako si su "
        "da li sto koji kako ili nije az hogy es nem egy meg van ja ei se ett mita miten tai ovat "
        # Turkish, Indonesian, Malay, Tagalog, Vietnamese, Swahili
        "bir ve bu icin ne ile mi nasil bana tum yang dan ini itu di ke dari untuk saya kamu anda "
        "tidak apa dengan ada adalah ang ng mga sa ay ko mo ito hindi para kung lang ba cac cua "
        "la va khong cho toi ban duoc nay gi nhung co thi ya wa na kwa ni katika hii lakini "
        # Hindi and Urdu in Latin letters
        "hai hain ka ki ke ko mein se kya kaise karo kar mujhe aur nahi nahin tum aap apna apne "
        "sab bhi ho tha raha jo koi kuch mera meri batao".split()
    )
    - _ENGLISH
    - frozenset("com dan con pour men met van ban em li co su z w ca mine".split())
)
"""Small words of other languages in Latin letters, without accents; none that stand in English
texts, code or names of attacks (DAN is also Indonesian for "and").
"""

_LETTERS = re.compile(r"[^\W\d_]+")


def english(key: str) -> float:
    """How English a text is, from 0 to 1: its letters, and its small words."""
    words = _LETTERS.findall(key)
    if not words:
        return 0.5
    letters = sum(len(word) for word in words)
    plain = sum(len(word) for word in words if word.isascii()) / letters
    small = sum(word in _ENGLISH for word in words) / len(words)
    foreign = sum(word in _FOREIGN for word in words) / len(words)
    share = plain**2 * max(0.0, 1 - 5 * max(0.0, foreign - small))
    return share * min(1.0, 0.25 + 4 * small) if len(words) > 3 else share
