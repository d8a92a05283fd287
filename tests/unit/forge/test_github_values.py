"""Addresses of repositories on GitHub, what its answers mean, and the gate before it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from base import limits
from forge.errors import ForgeBusy, ForgeDown, ForgeRefused
from forge.github.address import parse_address
from forge.github.answers import Answer, limited_for, message_of
from forge.github.files import show_files
from forge.github.gate import Gate
from forge.github.markers import Marker, mark, read

NOW = datetime(2026, 1, 1, tzinfo=UTC)
IN_90_SECONDS = str(int(NOW.timestamp()) + 90)


@pytest.mark.parametrize(
    ("remote", "api", "wanted"),
    [
        ("https://github.com/acme/runbooks", None, "https://api.github.com"),
        ("https://github.com/acme/runbooks.git", None, "https://api.github.com"),
        ("https://git.acme.example/acme/runbooks/", None, "https://git.acme.example/api/v3"),
        ("https://git.acme.example/acme/runbooks", "https://api.acme.ghe.com/", "https://api.acme.ghe.com"),
    ],
)
def test_where_a_repository_and_its_api_lie(remote: str, api: str | None, wanted: str) -> None:
    address = parse_address(remote, api)
    assert (address.api_url, address.full_name) == (wanted, "acme/runbooks")
    assert address.git_url.endswith("/acme/runbooks.git")


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/acme",
        "https://github.com/acme/runbooks/tree/main",
        "https://github.com/../runbooks",
        "https://github.com/acme/..",
        "https://github.com/acme/%2e%2e",
        "https://token@github.com/acme/runbooks",
        "https://github.com/acme/runbooks?x=1",
        "http://github.com/acme/runbooks",
        "git@github.com:acme/runbooks.git",
        "ext::sh -c id",
    ],
)
def test_r54_an_address_that_is_no_repository_of_github(remote: str) -> None:
    with pytest.raises(ForgeRefused):
        parse_address(remote)


@pytest.mark.parametrize("api", ["http://api.example", "file:///etc", "https://u:p@api.example"])
def test_r54_an_api_that_may_not_be_called(api: str) -> None:
    with pytest.raises(ForgeRefused):
        parse_address("https://github.com/acme/runbooks", api)


@pytest.mark.parametrize(
    ("status", "headers", "document", "wanted"),
    [
        (200, {"x-ratelimit-remaining": "0"}, None, None),
        (403, {}, {"message": "Resource not accessible"}, None),
        (429, {"retry-after": "7"}, None, 7.0),
        (403, {"retry-after": "999999999"}, None, 86_400.0),
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW.timestamp()) + 90)},
            None,
            90.0,
        ),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, None, 1.0),
        (403, {"x-ratelimit-remaining": "0"}, None, 60.0),
        (429, {"retry-after": "soon"}, None, 60.0),
        (403, {}, {"message": "You have exceeded a secondary rate limit"}, 60.0),
    ],
)
def test_which_answers_are_limits(
    status: int, headers: dict[str, str], document: object, wanted: float | None
) -> None:
    assert limited_for(Answer(status, headers, document), NOW) == wanted


def test_what_github_says_is_one_printable_line() -> None:
    document = {"message": "No\n\x1b[31m", "errors": [{"code": "custom"}, "text", {"message": "why" * 200}]}
    said = message_of(document)
    assert said.startswith("No[31m. custom. text. whywhy")
    assert (len(said), said.isprintable()) == (300, True)


def test_r76_a_gate_opens_for_one_probe_after_its_rest() -> None:
    now = 0.0
    gate = Gate(lambda: now)
    for _ in range(limits.FAILURES_TO_OPEN):
        gate.failed(gate.enter())
    with pytest.raises(ForgeDown):
        gate.enter()
    now += limits.REST_SECONDS
    probe = gate.enter()
    with pytest.raises(ForgeDown):
        gate.enter()
    gate.failed(probe)
    with pytest.raises(ForgeDown):
        gate.enter()
    now += limits.REST_SECONDS
    gate.abandoned(gate.enter())
    gate.answered(gate.enter())
    gate.enter()


def test_r76_what_was_asked_before_a_gate_closed_neither_opens_it_nor_frees_the_probe() -> None:
    now = 0.0
    gate = Gate(lambda: now)
    late = [gate.enter() for _ in range(3)]
    for _ in range(limits.FAILURES_TO_OPEN):
        gate.failed(gate.enter())
    gate.answered(late[0])
    with pytest.raises(ForgeDown):
        gate.enter()
    now += limits.REST_SECONDS
    gate.enter()
    gate.answered(late[1])
    gate.failed(late[2])
    with pytest.raises(ForgeDown):
        gate.enter()


def test_a_gate_keeps_the_longest_pause() -> None:
    now = 0.0
    gate = Gate(lambda: now)
    gate.limited(60)
    gate.limited(5)
    now = 59.0
    with pytest.raises(ForgeBusy) as refusal:
        gate.enter()
    assert refusal.value.retry_after_seconds == 1.0
    now = 60.0
    gate.enter()


def test_a_marker_is_read_back_and_ends_no_comment_early() -> None:
    marker = Marker("comment", "a-->b<!--c", commit="0" * 40, path="-->", line=3)
    text = mark(marker, "one\r\ntwo")
    assert text.index("-->") == text.index("\n") - 3
    assert read(text) == (marker, "one\ntwo")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "<!-- dd0c:x -->",
        "<!-- dd0c:[] -->\n",
        '<!-- dd0c:{"kind":1,"key":"k"} -->\n',
        '<!-- dd0c:{"kind":"comment","key":"k","more":1} -->\n',
        '<!-- dd0c:{"kind":"comment","key":"k","line":"1"} -->\n',
        'see <!-- dd0c:{"kind":"comment","key":"k"} -->\n',
    ],
)
def test_what_is_no_marker(text: object) -> None:
    assert read(text) is None


def test_a_long_body_is_cut_with_a_word_and_one_with_a_long_key_is_refused() -> None:
    text = mark(Marker("comment", "k"), "x" * 100_000)
    assert len(text) <= limits.GITHUB_BODY_MAX_CHARACTERS + 1
    assert text.endswith("longer text)")
    with pytest.raises(ForgeRefused):
        mark(Marker("comment", "k" * 5_000), "")


def test_a_rename_is_a_deletion_and_an_addition_and_the_rest_is_bounded() -> None:
    found = show_files(
        [
            {"filename": "z.yaml", "status": "renamed", "previous_filename": "b.yaml", "sha": "1" * 40},
            {
                "filename": "c.yaml",
                "status": "removed",
                "sha": "2" * 40,
                "deletions": 1,
                "patch": "@@ -1 +0,0 @@\n-a",
            },
            {"filename": "d.bin", "status": "added", "sha": "3" * 40},
            {"filename": "e.yaml", "status": "modified", "patch": "@@\n+" + "x" * limits.DIFF_MAX_BYTES},
        ]
    )
    assert [(diff.path, diff.status, diff.note) for diff in found] == [
        ("b.yaml", "deleted", "renamed to z.yaml"),
        ("c.yaml", "deleted", None),
        ("d.bin", "added", "binary or too large to show"),
        ("e.yaml", "modified", "too large to show"),
        ("z.yaml", "added", "renamed from b.yaml"),
    ]
    assert found[1].patch == "--- a/c.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    assert (found[1].old_blob, found[1].new_blob) == ("2" * 40, None)
