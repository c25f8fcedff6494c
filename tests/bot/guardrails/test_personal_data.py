import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.egress.gate import Gate
from bot.guardrails.masking import mask_numbers
from bot.guardrails.personal_data import find_numbers, personal_data
from bot.guardrails.policy import Policy
from bot.stages.screen import assess

# The card networks' own numbers for tests, and examples of the registry of IBANs.
NUMBERS = {
    "4111 1111 1111 1111": "a Visa card",
    "4012888888881881": "a Visa card",
    "5555-5555-5555-4444": "a Mastercard",
    "2223003122003222": "a Mastercard",
    "378282246310005": "an American Express card",
    "30569309025904": "a Diners card",
    "6011 1111 1111 1117": "a Discover card",
    "3530111333300000": "a JCB card",
    "DE89 3704 0044 0532 0130 00": "a bank account",
    "GB29NWBK60161331926819": "a bank account",
    "NO93 8601 1117 947": "a bank account",
    "mt84malt011000012345mtlcast001s": "a bank account",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_found_noted_and_masked_but_for_its_end(number: str) -> None:
    text = f"Please book it to {number}, thanks"

    (found,) = find_numbers(text)
    finding = personal_data(text, "requester")

    assert (found.kind, text[found.start : found.end]) == (NUMBERS[number], number)
    assert finding is not None
    assert finding.risk == "LLM02:2025 Sensitive Information Disclosure"
    assert (finding.start, finding.end) == (found.start, found.end)
    masked = mask_numbers(text)
    assert number not in masked
    assert f"ending in {found.plain[-4:]}]" in masked
    assert masked.endswith(", thanks")


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111 1111 1111 1112 is late",  # its check digit is wrong
        "DE88 3704 0044 0532 0130 00",
        "DE89 3704 0044",  # too short for its country
        "DE89 3704 0044 0532 0130 001",
        "XX89 3704 0044 0532 0130 00",  # no such country
        "Ticket 1234567890123456",  # no issuer
        "1700000000.123456 and 4111.1111",
        "build-4111111111111111",
        "0000 0000 0000 0000",
        "call +351 220 000 000 or write to ada@company.example",
        "We meet on 2026-11-30 in room 4.11, floor 2",
        "",
    ],
)
def test_what_only_looks_like_a_number_is_left_alone(text: str) -> None:
    assert find_numbers(text) == ()
    assert personal_data(text, "document") is None
    assert mask_numbers(text) == text


def test_what_is_invisible_inside_does_not_hide_a_number() -> None:
    text = "4111 1111\u200b 1111 1111"
    (found,) = find_numbers(text)
    assert text[found.start : found.end] == text


def test_an_account_that_ends_like_a_card_is_one_number() -> None:
    (found,) = find_numbers("Pay to LT68 4111 1111 1111 1111 today")
    assert found.kind == "a bank account"


def test_a_number_in_a_message_is_a_note_and_no_reason_to_refuse() -> None:
    verdict = assess("Is 4111 1111 1111 1111 our company card?", "requester", Policy.default())
    assert verdict.action == "allow"
    assert "personal_data" in [finding.guardrail for finding in verdict.findings]


def test_a_number_leaves_masked_unless_a_cited_document_holds_it() -> None:
    text = "Pay to DE89 3704 0044 0532 0130 00."
    assert Gate().passed(text) == "Pay to [a bank account ending in 3000]."
    assert Gate().passed(text, ["Our account: DE89370400440532013000"]) == text
    assert Gate(masks_numbers=False).passed(text) == text


def test_a_number_is_not_sent_out_by_a_tool() -> None:
    assert Gate().holds_back('{"note": "card 4111 1111 1111 1111"}')
    assert not Gate(masks_numbers=False).holds_back('{"note": "card 4111 1111 1111 1111"}')
    assert not Gate().holds_back('{"note": "card 4111 1111 1111 1112"}')


@given(st.text(alphabet="0123456789 -DEGB.", max_size=60))
def test_masking_is_done_once_and_leaves_the_rest(text: str) -> None:
    masked = mask_numbers(text)
    assert mask_numbers(masked) == masked
    if not find_numbers(text):
        assert masked == text
