"""How English a text is."""

import re
from collections.abc import Sequence

from bot.guardrails.layers.english import words as known

_ENGLISH = frozenset(
    "the a an and or but if of to in on at by for from with without is are was were be been am do "
    "does did has have had can could will would should may might must not no yes this that these "
    "those it its i you he she we they me my your his her our their us them what which who when "
    "where why how all any some there here then than so as about into out up down over after "
    "before please only just now "
    # what stands before the apostrophe
    "doesn didn don isn wasn aren weren hasn hadn haven couldn wouldn shouldn won".split()
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

_ADDRESS = re.compile(r"\w+://\S+")
_LETTERS = re.compile(r"[^\W\d_]+")

_SHORT = 3
"""Letters of a word that says nothing: in a long list many are words by chance."""

NONE, ALL = 0.35, 0.7
"""Share of known words at which a text is no English at all, and all English. In 17 languages in
Latin letters a tenth or a third of the words are in the list; of code in chat, two thirds or more.
"""


def english(key: str) -> float:
    """How English a text is, from 0 to 1: its letters, its words, and its small words."""
    words = _LETTERS.findall(_ADDRESS.sub(" ", key))
    if not words:
        return 1.0
    letters = sum(len(word) for word in words)
    plain = sum(len(word) for word in words if word.isascii()) / letters
    small = sum(word in _ENGLISH for word in words) / len(words)
    foreign = sum(word in _FOREIGN for word in words) / len(words)
    return plain**2 * _known(words) * max(0.0, 1 - 5 * max(0.0, foreign - small))


def _known(words: Sequence[str]) -> float:
    """How English a text is by the share of its words that are; 1 where none tells."""
    listed = known()
    ours = sum(word in _ENGLISH or (len(word) > _SHORT and word in listed) for word in words)
    others = sum(word in _FOREIGN or (len(word) > _SHORT and word not in listed) for word in words)
    share = ours / (ours + others) if ours + others else 1.0
    return min(1.0, max(0.0, (share - NONE) / (ALL - NONE)))
