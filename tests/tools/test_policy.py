import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from tests.tools.samples import Note, a_call, a_tool
from tools.policy import RULES, Circumstances, Ruling, decide, destinations_of
from tools.spec import AnyTool, Caller, ToolCall

NAMES = st.sampled_from(["echo", "open_ticket", "mail", ""])
EFFECTS: Any = st.sampled_from(["read", "write", "egress", "", "anything"])
TOOLS = st.builds(
    a_tool,
    name=NAMES,
    effect=EFFECTS,
    danger=st.booleans(),
    may=st.sampled_from(["everyone", "employees", "admins"]),
    users=st.sampled_from([(), ("U01ADA",)]),
    groups=st.sampled_from([(), ("S01OPS",)]),
    channels=st.sampled_from([(), ("C01GENERAL",)]),
    consent=st.sampled_from(["by_effect", "always"]),
    approvals=st.sampled_from([1, 2]),
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
    suspect=st.booleans(),
    destinations=st.frozensets(st.just("larkspur.example")),
    leaking=st.booleans(),
    caller=st.builds(
        Caller,
        user=st.sampled_from(["U01ADA", "U01BEN"]),
        admin=st.booleans(),
        guest=st.booleans(),
        groups=st.frozensets(st.just("S01OPS")),
        channel=st.sampled_from(["C01GENERAL", "D01ADA"]),
    ),
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
        assert (tool.consent, tool.approvals) == ("by_effect", 1)


@given(TOOLS, CALLS, CIRCUMSTANCES)
def test_what_a_person_may_not_use_here_does_not_run(
    tool: AnyTool, call: ToolCall, circumstances: Circumstances
) -> None:
    if not tool.open_to(circumstances.caller):
        assert decide(tool, call, circumstances).action == "deny"


@given(TOOLS, CALLS, CIRCUMSTANCES)
def test_what_leaks_does_not_leave(
    tool: AnyTool, call: ToolCall, circumstances: Circumstances
) -> None:
    if circumstances.leaking and tool.effect == "egress":
        assert decide(tool, call, circumstances).action == "deny"


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
    calm = replace(circumstances, tainted=False, restricted=False, suspect=False, leaking=False)
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
        ({"may": "admins"}, {}, "not-permitted", "deny"),
        ({"users": ("U01BEN",)}, {}, "not-permitted", "deny"),
        ({"groups": ("S01OPS",)}, {}, "not-permitted", "deny"),
        ({"channels": ("C01OTHER",)}, {}, "not-permitted", "deny"),
        (
            {"users": ("U01BEN",), "groups": ("S01OPS",), "channels": ("C01GENERAL",)},
            {"caller": Caller(groups=frozenset({"S01OPS"}), channel="C01GENERAL")},
            "read",
            "allow",
        ),
        (
            {"effect": "egress", "destination": "to"},
            {"destinations": LARKSPUR, "leaking": True},
            "leak",
            "deny",
        ),
        (
            {"effect": "egress", "destination": "to"},
            {"destinations": frozenset({".example"})},
            "egress",
            "ask",
        ),
        ({"danger": True}, {}, "danger", "ask"),
        ({"consent": "always"}, {}, "always", "ask"),
        ({"approvals": 2}, {}, "always", "ask"),
        ({"consent": "always", "effect": "anything"}, {}, "otherwise", "deny"),
        ({"effect": "write"}, {"restricted": True, "tainted": True}, "restricted", "ask"),
        ({"effect": "write"}, {"suspect": True, "tainted": True}, "suspect", "ask"),
        ({}, {"suspect": True}, "read", "allow"),
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
    assert destinations_of(call, a_tool(destination="to")) == ((host,) if host else ())


def test_there_is_no_destination_without_a_declaration_or_valid_arguments() -> None:
    assert destinations_of(a_call(TO_LARKSPUR), a_tool()) == ()
    assert destinations_of(a_call("{"), a_tool(destination="to")) == ()


def test_every_one_of_several_destinations_has_to_be_allowed() -> None:
    class Mail(Note):
        to: list[str] = Field(default=[])  # pyright: ignore[reportIncompatibleVariableOverride]

    tool = a_tool(effect="egress", destination="to", args=Mail)
    allowed = Circumstances(offered=OFFERED, destinations=LARKSPUR)

    def action(*to: str) -> str:
        return decide(tool, a_call(json.dumps({"text": "", "to": to})), allowed).action

    assert action("ada@larkspur.example", "ben@larkspur.example") == "ask"
    assert action("ada@larkspur.example", "eve@evil.example") == "deny"
    assert action("ada@larkspur.example", "nonsense") == "deny"
    assert action() == "deny"


def test_how_many_have_to_approve_is_what_the_tool_declares() -> None:
    ruling = decide(a_tool(effect="write", approvals=2), a_call(), Circumstances(offered=OFFERED))
    assert (ruling.approver, ruling.approvals) == ("requester", 2)
