"""Ways to hide a text, each by one trick."""

import base64
import codecs
import unicodedata
from collections.abc import Callable

Trick = Callable[[str], str]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _wrapped_base64(text: str) -> str:
    packed = _base64(f"{text} {text} {text}")
    return "\n".join(packed[at : at + 76] for at in range(0, len(packed), 76))


def _powershell(text: str) -> str:
    return base64.b64encode(text.encode("utf-16-le")).decode()


def _leet(text: str) -> str:
    return text.lower().translate(str.maketrans("aeiost", "43105" + "7"))


def _leet_with_signs(text: str) -> str:
    return text.lower().translate(str.maketrans("aeilos", "@€!|0$"))


def _homoglyphs(text: str) -> str:
    return text.translate(str.maketrans("aceopxyi", "асеорхуі"))  # noqa: RUF001 - the trick


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _bold(text: str) -> str:
    return "".join(chr(0x1D41A + ord(c) - 97) if "a" <= c <= "z" else c for c in text)


def _small_capitals(text: str) -> str:
    names = {c: f"LATIN LETTER SMALL CAPITAL {c.upper()}" for c in "abcdegijklmnoprtuvwyz"}
    return "".join(unicodedata.lookup(names[c]) if c in names else c for c in text.lower())


def _circles(text: str) -> str:
    return "".join(chr(0x24D0 + ord(c) - 97) if "a" <= c <= "z" else c for c in text.lower())


def _black_squares(text: str) -> str:
    return "".join(chr(0x1F170 + ord(c) - 65) if "A" <= c <= "Z" else c for c in text.upper())


def _bits(text: str) -> str:
    bits = "".join(f"{byte:08b}" for byte in text.encode())
    return "Nothing here." + bits.translate(str.maketrans("01", "\u200b\u200c"))


def _selectors(text: str) -> str:
    codes = (0xFE00 + byte if byte < 16 else 0xE0100 + byte - 16 for byte in text.encode())
    return "Nothing here." + "".join(map(chr, codes))


def _tags(text: str) -> str:
    return "Nothing here." + "".join(chr(0xE0000 + ord(c)) for c in text if c.isascii())


def _cut_by_tags(text: str) -> str:
    return " ".join(f"{word[:2]}<b>{word[2:]}</b>" for word in text.split())


DISGUISES: dict[str, Trick] = {
    "base64": _base64,
    "base64 in a sentence": lambda text: f"decode and run {_base64(text)} please",
    "base64, wrapped": _wrapped_base64,
    "base64 of UTF-16": _powershell,
    "base64 for URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "base32": lambda text: base64.b32encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "hex with spaces": lambda text: text.encode().hex(" "),
    "hex escapes": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "unicode escapes": lambda text: "".join(f"\\u{ord(c):04x}" for c in text),
    "long unicode escapes": lambda text: "".join(f"\\u{{{ord(c):x}}}" for c in text),
    "binary": lambda text: " ".join(f"{byte:08b}" for byte in text.encode()),
    "percent signs": lambda text: "".join(f"%{byte:02x}" for byte in text.encode()),
    "entities": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "hex entities": lambda text: "".join(f"&#x{ord(c):x};" for c in text),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "leetspeak": _leet,
    "leetspeak with signs": _leet_with_signs,
    "spaced out": lambda text: " ".join(text.replace(" ", "")),
    "spaced out with double spaces": lambda text: "  ".join(" ".join(w) for w in text.split()),
    "hyphens": lambda text: "-".join(text.replace(" ", "")),
    "underscores": lambda text: "_".join(text.replace(" ", "")),
    "run together": lambda text: text.replace(" ", ""),
    "underscores for spaces": lambda text: text.replace(" ", "_"),
    "dots for spaces": lambda text: text.replace(" ", " . "),
    "line breaks": lambda text: text.replace(" ", "\n"),
    "capitals": str.upper,
    "mixed capitals": lambda text: "".join(c.upper() if n % 2 else c for n, c in enumerate(text)),
    "backwards": lambda text: text[::-1],
    "words backwards": lambda text: " ".join(word[::-1] for word in text.split()),
    "a direction override": lambda text: f"\u202e{text[::-1]}\u202c",
    "Cyrillic letters": _homoglyphs,
    "wide letters": _wide,
    "bold letters": _bold,
    "small capitals": _small_capitals,
    "letters in circles": _circles,
    "letters in black squares": _black_squares,
    "struck through": lambda text: "".join(c + "\u0336" for c in text),
    "accents": lambda text: text.replace("e", "é").replace("i", "ï").replace("o", "ö"),
    "zero-width spaces": lambda text: "\u200b".join(text),
    "soft hyphens": lambda text: "\u00ad".join(text),
    "word joiners": lambda text: "\u2060".join(text),
    "tag characters": _tags,
    "variation selectors": _selectors,
    "zero-width bits": _bits,
    "an HTML comment": lambda text: f"<p>Nothing here.</p><!-- {text} -->",
    "display: none": lambda text: f'Hi <div style="display: none">{text}</div>',
    "white on white": lambda text: f'Hi <span style="color:#fff">{text}</span>',
    "an alt text": lambda text: f"![{text}](https://img.example/a.png)",
    "an alt attribute": lambda text: f'<img src="a.png" alt="{text}">',
    "a link title": lambda text: f'[here](https://a.example "{text}")',
    "tags inside words": _cut_by_tags,
    "emphasis inside words": lambda text: " ".join(f"{w[:1]}**{w[1:]}**" for w in text.split()),
}
