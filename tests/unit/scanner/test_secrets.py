"""Secrets: found by their form or their place, masked, and never repeated."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.redact import mask, redact
from scanner.secret import entropy
from scanner.secrets import _EXACT, _TOOLS, find_secrets
from tests.unit.scanner.needed import needed

# Forms only: none of these is or was a credential of anything.
CANARIES = (
    ("export AWS_SECRET_ACCESS_KEY={}", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("key {} is old", "AKIA" + "IOSFODNN7EXAMPLE"),
    ("git clone https://oauth2:{}@git.example/x", "glpat-" + "aB3dE5fG7hJ9kL1mN3pQ"),
    ("token: {}", "ghp_" + "a1B2" * 9),
    ("psql postgres://app:{}@db:5432/x", "hunter"),
    ("curl -H 'Authorization: Bearer {}' https://x", "abcdefghijklmnop"),
    ("curl -u admin:{} https://x", "pa55word"),
    ("mysql -u root -p{} db", "S3cret12"),
    ("redis-cli -h x -a {} ping", "hunter22"),
    ("PGPASSWORD={} psql", "pw1234"),
    ("password: {}", "hunter2!"),
    ('{{"client_secret": "{}"}}', "8f3kd93kd9a0"),
    ("vault login {}", "hvs." + "CAESIJ3kd93kd9a0s8f7g6h5j4"),
    ("xoxb: {}", "xoxb-" + "123456789012-abcdefABCDEF"),
    ("jwt {}", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"),
    ("x {}", "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----"),
)
HARMLESS = (
    "kubectl get secret payments -n prod",
    "password: your-password",
    "token=<token>",
    "PASSWORD=$DB_PASSWORD",
    "The token: is rotated weekly. Check secrets: kubernetes, vault",
    "secret: default-token",
    "api_key: {{ api_key }}",
    "--password ${PASSWORD}",
    "use the password from 1Password",
    "https://example.com:8443/path@v1",
    "redis-cli -a $REDIS_PASSWORD ping",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:app/db-AbCdEf",
)


@pytest.mark.parametrize(("form", "secret"), CANARIES)
def test_a_secret_is_found_where_it_stands(form: str, secret: str) -> None:
    text = f"before\n{form.format(secret)}\nafter"
    found = find_secrets(text)
    assert any(text[one.start : one.end] == secret for one in found), [(one.kind, one.start) for one in found]
    assert secret not in redact(text)
    assert redact(text).startswith("before\n")
    assert redact(text).endswith("\nafter")


@pytest.mark.parametrize(
    ("signs", "pattern"),
    [*((signs, pattern) for _, signs, pattern in _EXACT), *_TOOLS],
    ids=[*(kind for kind, _, _ in _EXACT), *(signs.split()[0] for signs, _ in _TOOLS)],
)
def test_what_a_pattern_takes_has_one_of_its_signs(signs: str, pattern: str) -> None:
    texts = needed(pattern)
    assert bool(texts) == bool(signs)
    assert all(any(sign in text for sign in signs.split()) for text in texts)


def test_what_a_pattern_needs_is_what_no_way_through_it_leaves_out() -> None:
    assert needed(r"\b(?:ab|c)?xy{2}z+") == {"x"}
    assert needed(r"(?:abc|de)f*") == {"abc", "de"}
    assert needed(r"(?:abc|[de])f*") == set()
    assert needed(r"(?i:abc)[0-9]") == set()
    assert needed(r"(?:abc){0,2}d") == {"d"}


@pytest.mark.parametrize("text", HARMLESS)
def test_names_placeholders_and_prose_are_no_secrets(text: str) -> None:
    assert find_secrets(text) == []


def test_masks_say_where_they_stand() -> None:
    text = "a password=hunter2! b token=Xy12Zz99Qq c"
    masked = mask(text, lambda index, secret: f"<{secret.kind}{index}>")
    assert [masked.text[one.start : one.end] for one in masked.placed] == ["<assigned0>", "<assigned1>"]
    assert [text[one.start : one.end] for one in masked.secrets] == ["hunter2!", "Xy12Zz99Qq"]
    assert mask("nothing here").secrets == ()


def test_a_secret_tells_its_kind_and_never_its_text() -> None:
    found = find_secrets("password=hunter2!")[0]
    assert "hunter2" not in repr(found)


def test_entropy_of_a_word_is_low() -> None:
    assert entropy("aaaa") == 0
    assert entropy("") == 0
    assert entropy("8f3kd93kd9a0") > entropy("password")


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=200))
def test_masking_twice_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
    found = find_secrets(text)
    assert all(first.end <= second.start for first, second in pairwise(found))


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u200d", "\u2060", "\ufeff", "\ufe0f", "\U000e0041"])
def test_a_secret_is_found_as_a_reader_sees_it_and_told_at_its_place(unseen: str) -> None:
    text = f"é pass{unseen}word=S3cr3t{unseen}V4lue9 and more"
    (found,) = find_secrets(text)
    assert text[found.start : found.end] == f"S3cr3t{unseen}V4lue9"
    token = f"use ghp_{unseen}{'a1B2' * 9} now"
    (found,) = find_secrets(token)
    assert token[found.start : found.end] == token[4:-4]


def test_lookalikes_of_ascii_are_read_as_ascii() -> None:
    text = "p\u0430ssw\u043erd\uff1aS3cr3tV4lue9"
    (found,) = find_secrets(text)
    assert text[found.start : found.end] == "S3cr3tV4lue9"
    assert find_secrets("пароль: секретное слово") == []
