import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.guardrails.masking import MASK, mask_secrets
from bot.guardrails.policy import RESTRICT_AT
from bot.guardrails.secrets_in import find_secrets, secrets_in

# Put together here, so that no scanner of repositories takes them for real ones.
JWT = ".".join(
    base64.urlsafe_b64encode(part.encode()).decode().rstrip("=")
    for part in ('{"alg":"HS256"}', '{"sub":"ada","n":1}', "signature-signature")
)
KEY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n" * 3 + "AbC="
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{KEY}\n-----END RSA PRIVATE KEY-----"
SECRETS = {
    "an OpenAI or Anthropic key": "sk-" + "proj-" + "a1B2c3D4" * 4,
    "a Slack token": "xox" + "b-123456789012-abcdefABCDEF",
    "a Slack app token": "xapp" + "-1-A0123456-987654-0abcdef",
    "a Slack webhook": "hooks.slack.com" + "/services/T01LARK/B01/abcdefABCDEF0123",
    "an AWS key": "AKIA" + "ABCDEFGHIJKLMNOP",
    "a GitHub token": "ghp" + "_" + "a1B2" * 9,
    "a GitLab token": "glpat" + "-" + "a1B2c" * 4,
    "a Google key": "AIza" + "Sy" + "a" * 33,
    "a Stripe key": "sk" + "_live_" + "a1B2" * 6,
    "a package registry token": "npm" + "_" + "a1B2" * 9,
    "a SendGrid key": "SG" + "." + "a1B2" * 5 + "." + "c3D4" * 8,
    "a JSON web token": JWT,
    "a private key": PEM,
    "a password in an address": "ada:pa55word",
    "a credential": "Zx9" + "kLm2Qw8" * 2,
}
IN_CONTEXT = {
    "a password in an address": "postgres://{}@db.example/x",
    "a credential": "api_key = '{}'",
}


@pytest.mark.parametrize("kind", sorted(SECRETS))
def test_a_credential_is_found_and_masked(kind: str) -> None:
    secret = SECRETS[kind]
    text = f"Here: {IN_CONTEXT.get(kind, '{}').format(secret)} - is that right?"

    (found,) = find_secrets(text)

    assert found.kind == kind
    assert text[found.start : found.end] == secret
    assert mask_secrets(text) == text.replace(secret, MASK)


def test_a_credential_is_a_note_and_no_reason_to_refuse() -> None:
    text = f"{SECRETS['an AWS key']} and {SECRETS['a Slack token']}, please rotate"

    finding = secrets_in(text, "requester")

    assert finding is not None
    assert finding.guardrail == "secrets_in"
    assert finding.risk == "LLM02:2025 Sensitive Information Disclosure"
    assert finding.score < RESTRICT_AT
    assert finding.reason == "a Slack token, an AWS key"
    assert text[finding.start : finding.end] == text.removesuffix(", please rotate")


def test_a_private_key_without_its_end_is_masked() -> None:
    cut = PEM[:-40]

    assert mask_secrets(f"key: {cut}") == f"key: {MASK}"
    assert MASK in mask_secrets(PEM.replace("\n", "\\n"))


def test_an_invisible_character_does_not_save_a_credential() -> None:
    secret = SECRETS["an AWS key"]

    assert mask_secrets(f"x {secret[:8]}\u200b{secret[8:]} y") == f"x {MASK} y"


@pytest.mark.parametrize(
    "text",
    [
        "The password is printed on your badge.",
        "password: ask reception",
        "token: <your-token-here>",
        "export SLACK_BOT_TOKEN=$SLACK_BOT_TOKEN",
        "sk-learn is a library, risk-based-approach-to-everything-we-do",
        "a file that begins with -----BEGIN PRIVATE KEY----- is a key",
        "see https://larkspur.example/a:b and mailto:ada@larkspur.example",
        "the commit 3f2a9c4e8b7d6a5f4e3d2c1b0a9f8e7d6c5b4a39",
        "eyJ is how a web token begins",
    ],
)
def test_what_only_looks_like_a_credential_stays(text: str) -> None:
    assert secrets_in(text, "document") is None
    assert mask_secrets(text) == text


@given(st.text(max_size=200))
def test_masking_leaves_other_text_as_it_is(text: str) -> None:
    if not find_secrets(text):
        assert mask_secrets(text) == text
