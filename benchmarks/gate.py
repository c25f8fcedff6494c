"""What the policy and the egress gate cost: `python benchmarks/gate.py`.

Texts of 4,000 characters: prose, prose with a link now and then, and nothing but links of every
form. Beside the gate stands `html.escape` followed by one pass of the plainest pattern of a URL,
which is what a gate would cost that saw only the links that are in the open. Each figure is the
best of many runs: what else the machine does only adds to it.
"""

import html
import json
import re
import time
from collections.abc import Callable

from bot.egress.gate import Gate
from tools.company import COMPANY_TOOLS
from tools.policy import Circumstances, decide
from tools.spec import Caller, ToolCall

SIZE = 4_000
GATE = Gate(hosts=frozenset({"docs.example.com", ".intranet.example"}))
PROSE = "Employees get 25 days of annual leave a year, which the manager approves in advance. "
NOW_AND_THEN = (
    PROSE * 4 + "See https://docs.example.com/{n}, or [the form](https://evil.example/{n}). "
)
FORMS = (
    "[a](https://evil.example/{n}?b=c) https://docs.example.com/{n} www.evil{n}.example evil.org "
    "<https://evil.example/{n}|text> ![i](https://evil.example/{n}.png) ev**il{n}**.example "
    "&#104;ttps://evil.example/{n} javascript:alert({n}) a@evil.example [r]: https://evil.org/{n} "
)
TEXTS = {"prose": PROSE, "a link now and then": NOW_AND_THEN, "nothing but links": FORMS}
URL = re.compile(r"https?://\S+")


def cut(text: str) -> str:
    """As much of a text as is measured, with another number in it each time."""
    return "".join(text.replace("{n}", str(n)) for n in range(SIZE // len(text) + 9))[:SIZE]


def ms(function: Callable[[], object], runs: int = 300) -> float:
    """The best of so many runs, in milliseconds."""
    function()
    taken: list[float] = []
    for _ in range(runs):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken) * 1_000


def main() -> None:
    print(f"{'text of 4,000 characters':<28}{'gate':>9}{'plain':>9}{'arguments':>11}   in ms")
    for name, text in TEXTS.items():
        whole = cut(text)
        arguments = json.dumps({"text": whole})
        gate = ms(lambda whole=whole: GATE.passed(whole))
        plain = ms(lambda whole=whole: URL.sub("link", html.escape(whole)))
        held = ms(lambda arguments=arguments: GATE.holds_back(arguments))
        print(f"{name:<28}{gate:>9.2f}{plain:>9.2f}{held:>11.2f}")
    tool = next(tool for tool in COMPANY_TOOLS if tool.effect == "write")
    call = ToolCall(
        id="c", name=tool.name, arguments=json.dumps({"title": "x", "description": "y"})
    )
    offered = Circumstances(
        offered=frozenset({tool.name}), caller=Caller(user="U1"), tainted=True, restricted=True
    )
    print(f"{'one decision of the policy':<28}{ms(lambda: decide(tool, call, offered)):>9.4f}")


if __name__ == "__main__":
    main()
