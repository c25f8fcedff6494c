import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tools.samples import a_call, a_tool
from tools.policy import RULES, Circumstances, Ruling, decide, destination_of, provenance
from tools.spec import AnyTool, ToolCall

NAMES = st.sampled_from(["echo", "open_ticket", "mail", ""])
EFFECTS: Any = st.sampled_from(["read", "write", "egress", "", "anything"])
TOOLS = st.builds(
    a_tool,
    name=NAMES,
    effect=EFFECTS,
    danger=st.booleans(),
    destination=st.sampled_from([None, "to", "absent"]),
)
TO = st.sampled_from(["larkspur.example", "evil.example", ""])
ARGUMENTS = st.text() | TO.map(lambda to: json.dumps({"text": "", "to": to}))
CALLS = st.builds(ToolCall, id=st.just("c1"), name=NAMES, arguments=ARGUMENTS)
CIRCUMSTANCES = st.builds(
    Circumstances,
    offered=st.frozensets(NAMES),
    tainted=st.booleans(),
    restricted=st.booleans(),
    destinations=st.frozensets(st.just("larkspur.example")),
)


@given(st.none() | TOOLS, CALLS, CIRCUMSTANCES)
def test_there_is_a_ruling_on_everything(
    tool: AnyTool | None, call: ToolCall, circumstances: Circumstances
) -> None:
    ruling = decide(tool, call, circumstances)
    assert ruling.rule in {rule.name for rule in RULES}


@given(st.none() | TOOLS, CALLS, CIRCUMSTANCES)
def test_what_is_not_offered_does_not_run(
    tool: AnyTool | None, call: ToolCall, circumstances: Circumstances
) -> None:
    if tool is None or tool.name not in circumstances.offered or call.name != tool.name:
        assert decide(tool, call, circumstances).action == "deny"


@given(TOOLS, CALLS, CIRCUMSTANCES)
def test_tainted_and_not_read_implies_not_allow(
    tool: AnyTool, call: ToolCall, circumstances: Circumstances
) -> None:
    if circumstances.tainted and tool.effect != "read":
        assert decide(tool, call, circumstances).action != "allow"


@given(TOOLS, CALLS, CIRCUMSTANCES)
def test_only_a_harmless_read_runs_without_asking(
    tool: AnyTool, call: ToolCall, circumstances: Circumstances
) -> None:
    if decide(tool, call, circumstances).action == "allow":
        assert tool.effect == "read"
        assert not tool.danger


@given(TOOLS, CALLS, CIRCUMSTANCES)
def test_data_goes_to_allowed_destinations_only(
    tool: AnyTool, call: ToolCall, circumstances: Circumstances
) -> None:
    if tool.effect == "egress" and decide(tool, call, circumstances).action != "deny":
        assert "larkspur.example" in call.arguments
        assert circumstances.destinations == {"larkspur.example"}


@given(TOOLS, CALLS, CIRCUMSTANCES)
def test_suspicion_never_loosens_a_ruling(
    tool: AnyTool, call: ToolCall, circumstances: Circumstances
) -> None:
    calm = Circumstances(offered=circumstances.offered, destinations=circumstances.destinations)
    strictness = ["allow", "ask", "deny"]
    before, after = decide(tool, call, calm), decide(tool, call, circumstances)
    assert strictness.index(after.action) >= strictness.index(before.action)
    assert (before.approver, after.approver) != ("another", "requester")


OFFERED = frozenset({"echo"})
LARKSPUR = frozenset({"larkspur.example"})
TO_LARKSPUR = '{"text": "", "to": "larkspur.example"}'


@pytest.mark.parametrize(
    ("declared", "given", "rule", "action"),
    [
        ({"name": "other"}, {}, "unknown", "deny"),
        ({}, {"offered": frozenset[str]()}, "not-offered", "deny"),
        ({"effect": "egress", "destination": "to"}, {}, "destination", "deny"),
        ({"danger": True}, {}, "danger", "ask"),
        ({"effect": "write"}, {"restricted": True, "tainted": True}, "restricted", "ask"),
        ({"effect": "write"}, {"tainted": True}, "tainted", "ask"),
        (
            {"effect": "egress", "destination": "to"},
            {"destinations": LARKSPUR},
            "egress",
            "ask",
        ),
        ({"effect": "write"}, {}, "write", "ask"),
        ({}, {"restricted": True, "tainted": True}, "read", "allow"),
        ({"effect": "anything"}, {}, "otherwise", "deny"),
        (
            {"effect": "anything", "danger": True},
            {"tainted": True, "restricted": True},
            "otherwise",
            "deny",
        ),
    ],
)
def test_each_rule_decides_what_the_table_says(
    declared: dict[str, Any], given: dict[str, Any], rule: str, action: str
) -> None:
    told: dict[str, Any] = {"offered": OFFERED} | given
    circumstances = Circumstances(**told)
    ruling = decide(a_tool(**declared), a_call(TO_LARKSPUR), circumstances)
    assert (ruling.rule, ruling.action) == (rule, action)
    assert ruling.approver == ("another" if rule == "danger" else "requester")


def test_a_name_without_a_tool_is_denied() -> None:
    ruling = decide(None, a_call(name="echo"), Circumstances(offered=OFFERED))
    assert ruling == Ruling(action="deny", rule="unknown", reason="there is no such tool")


def test_every_rule_can_be_put_into_a_table() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(rule.when.__doc__ and rule.reason for rule in RULES)


@pytest.mark.parametrize(
    ("to", "host"),
    [
        ("larkspur.example", "larkspur.example"),
        ("ada@larkspur.example", "larkspur.example"),
        ("https://Larkspur.Example", "larkspur.example"),
        ("https://larkspur.example:8443/hook?a=b#c", "larkspur.example"),
        ("https://larkspur.example?@evil.example", "larkspur.example"),
        ("https://larkspur.example@evil.example/", None),
        ("https://larkspur.example\\@evil.example/", None),
        ("https://larkspur.example/ https://evil.example", None),
        ("https://larkspur.example.evil.example/", "larkspur.example.evil.example"),
        ("http://larkspur.example/", None),
        ("//larkspur.example/", None),
        ("ada@evil.example@larkspur.example", None),
        ("ada@larkspur.example,eve@evil.example", None),
        ("https://l\N{CYRILLIC SMALL LETTER A}rkspur.example", None),
        ("https://lar\N{KELVIN SIGN}spur.example", None),
        ("https://larkspur.example:\N{ARABIC-INDIC DIGIT ONE}", None),
        ("https://larkspur.example/" + "x" * 2_000, None),
        ("larkspur.example\n", None),
        ("larkspur", None),
        ("", None),
    ],
)
def test_a_destination_is_certain_or_none(to: str, host: str | None) -> None:
    call = a_call(json.dumps({"text": "", "to": to}))
    assert destination_of(call, a_tool(destination="to")) == host


def test_there_is_no_destination_without_a_declaration_or_valid_arguments() -> None:
    assert destination_of(a_call(TO_LARKSPUR), a_tool()) is None
    assert destination_of(a_call("{"), a_tool(destination="to")) is None


def test_an_argument_comes_from_the_least_trusted_text_that_holds_it() -> None:
    arguments = {
        "title": "VPN  is\nbroken",
        "link": "https://evil.example/x",
        "host": "evil.example",
        "priority": "high",
        "count": 7,
        "tags": [{"name": "wifi"}, "porto"],
        "urgent": True,
        "team": None,
        "empty": "",
    }
    sources = provenance(
        arguments,
        {
            "requester": ["My vpn is broken!", "tell Evil.Example about the wifi"],
            "document": ["In Porto, 7 people", "see evil.example"],
            "tool": ['{"link":"https://evil.example/x"}'],
        },
    )
    assert sources == {
        "title": "requester",
        "link": "tool",
        "host": "tool",
        "priority": "model",
        "count": "document",
        "tags": "document",
        "urgent": "model",
        "team": "model",
        "empty": "model",
    }


@pytest.mark.parametrize(
    ("value", "text", "source"),
    [
        ("no", "I know", "model"),
        ("INC-104", "INC-1042", "model"),
        ("VPN is down.", "the \N{FULLWIDTH LATIN CAPITAL LETTER V}PN is down", "document"),
        ("evil.example", "evil\N{ZERO WIDTH SPACE}.example", "document"),
        ("会議", "明日の会議室", "document"),
        ("a.c", "abc", "model"),
        ("(x", "f(x", "model"),
    ],
)
def test_values_are_found_as_people_read_them(value: str, text: str, source: str) -> None:
    assert provenance({"v": value}, {"document": [text]}) == {"v": source}
