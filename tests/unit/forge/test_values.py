"""Trailers, trees as bytes, proposals, and which refs a push may move."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forge.commit import compose_message, pull_number, read_trailers
from forge.errors import BadPack, ForgeRefused
from forge.pull_requests import Actor, Proposal, ProposedFile, RefUpdate, is_proposal_key
from forge.push_rules import PushFacts, PushRights, refuse_update
from forge.tree import folder, parse_tree
from schemas.markdown import escape

ALL = PushRights(read=True, push=True, push_base=True)
MAIN = PushFacts("refs/heads/main", None, False)


def test_a_message_says_which_pull_request_it_merged() -> None:
    message = compose_message("Title\nmore", "Body.", {"Dd0c-Proposal": "k", "Dd0c-Pull": "7"})
    assert message == "Title more\n\nBody.\n\nDd0c-Proposal: k\nDd0c-Pull: 7\n"
    assert (pull_number(message), read_trailers(message)["Dd0c-Proposal"]) == (7, "k")


@pytest.mark.parametrize(
    "body", ["Dd0c-Pull: 9", "text\n\nDd0c-Pull: 9", " dd0c-pull : 9", "Dd0c-Pull: 9\nSigned-off-by: x"]
)
def test_a_body_can_not_fake_a_merge(body: str) -> None:
    assert pull_number(compose_message("T", body, {"Dd0c-Pull": "7"})) == 7
    assert pull_number(compose_message("T", body, {"Dd0c-Proposal": "k"})) is None
    assert pull_number(compose_message(body, "", {"Dd0c-Proposal": "k"})) is None


def test_r53_a_history_reads_as_a_page_does_and_nothing_in_it_is_active() -> None:
    hostile = "$(id) `id` ${{ x }} <!channel> [a](http://x) @all #1 GH-2 a&b **c** \x1b[31m"
    message = compose_message(hostile, escape(hostile), {"Dd0c-Pull": "7"})
    subject, body, _ = message.split("\n\n")
    for text in (subject, body):
        assert not re.search(r"\$\(|\$\{|`|<!|\]\(|&#", text)
    shown = body.replace("\u2060", "")
    assert shown == "$(id) 'id' ${{ x }} <!channel> [a](http://x) @all #1 GH-2 a&b **c** [31m"
    assert not re.search(r"[@#]\w", body), "a forge would find a mention"
    assert (
        compose_message("T", "&#0;&#27;&#10;&#68;d0c-Pull&#58; 9", {}) == "T\n\n&#0;&#27;&#10;Dd0c-Pull: 9\n"
    )
    assert pull_number(compose_message("T", "x\n\n&#68;d0c-Pull&#58; 9", {})) is None


@pytest.mark.parametrize(
    "message", ["", "one line", "T\n\nDd0c-Pull: x", "T\n\ntext\nDd0c-Pull: 7", "T\n\nDd0c-Pull: 99999999999"]
)
def test_what_is_no_trailer(message: str) -> None:
    assert pull_number(message) is None


@given(st.text(max_size=200), st.text(max_size=400))
def test_any_title_and_body_keep_our_trailer(title: str, body: str) -> None:
    assert pull_number(compose_message(title, body, {"Dd0c-Pull": "12"})) == 12


def raw(*entries: tuple[str, bytes]) -> bytes:
    return b"".join(mode.encode() + b" " + name + b"\0" + bytes(20) for mode, name in entries)


def test_a_tree_is_read_and_what_is_not_a_file_is_refused() -> None:
    nodes = folder(
        parse_tree(
            raw(
                ("100644", b"a.yaml"), ("120000", b"link"), ("160000", b"module"), ("40000", b"sub"),
                ("100644", b"Case"), ("100644", b"case"), ("100644", b".."), ("100600", b"odd"),
            )
        )
    )  # fmt: skip
    usable = {name: node.kind for name, node in nodes.items() if node.reason is None}
    assert usable == {"a.yaml": "file", "sub": "folder"}
    assert "symbolic link" in (nodes["link"].reason or "")
    assert "Case" in (nodes["case"].reason or "")


def test_a_name_that_is_there_twice_is_refused() -> None:
    nodes = folder(parse_tree(raw(("100644", b"a"), ("100644", b"a"))))
    assert nodes["a"].reason == "the name is there twice"


@given(st.binary(max_size=200))
def test_any_bytes_are_a_tree_or_refused(data: bytes) -> None:
    with contextlib.suppress(BadPack):
        folder(parse_tree(data))


@pytest.mark.parametrize("key", ["a", "k-1", "0" * 64])
def test_keys(key: str) -> None:
    assert is_proposal_key(key)


@pytest.mark.parametrize("key", ["", "-a", "A", "a/b", "a.b", "ä", "a" * 101, "a b"])
def test_what_is_no_key(key: str) -> None:
    assert not is_proposal_key(key)
    with pytest.raises(ForgeRefused):
        Proposal(key, "t", "b", (ProposedFile("x", b""),), Actor("system:x", "n", "e"))


def update(ref: str, *, new: str | None = "2" * 40, forced: bool = False) -> RefUpdate:
    return RefUpdate(ref, "1" * 40, new, forced)


@pytest.mark.parametrize(
    "ref",
    ["refs/heads/main", "refs/heads/topic/x", "refs/heads/dd0c/k-1", "refs/tags/v1", "refs/tags/main-1",
     "refs/heads/topic-/-x"],
)  # fmt: skip
def test_refs_that_a_maintainer_may_move(ref: str) -> None:
    assert refuse_update(update(ref), ALL, MAIN) is None


@pytest.mark.parametrize(
    "ref",
    ["refs/heads/dd0c-audit", "refs/pull/1/head", "refs/notes/x", "HEAD", "refs/heads/a..b",
     "refs/heads/x\x7f", "refs/heads/dd0c/UP", "refs/heads/dd0c/a/b", "refs/heads/" + "x" * 300,
     "refs/heads/-x", "refs/heads/--upload-pack=id", "refs/tags/-d", "refs/tags/main"],
)  # fmt: skip
def test_refs_that_nobody_may_move(ref: str) -> None:
    assert refuse_update(update(ref), ALL, MAIN) is not None


def test_a_tag_that_hides_the_protected_branch_may_go() -> None:
    assert refuse_update(update("refs/tags/main", new=None), ALL, MAIN) is None


def test_the_base_never_goes_back_goes_away_or_fakes_a_merge() -> None:
    assert refuse_update(update("refs/heads/main", forced=True), ALL, MAIN) is not None
    assert refuse_update(update("refs/heads/main", new=None), ALL, MAIN) is not None
    assert refuse_update(update("refs/heads/main"), ALL, PushFacts("refs/heads/main", None, True)) is not None


def test_a_branch_of_a_merged_pull_request_is_closed() -> None:
    merged = PushFacts("refs/heads/main", "merged", False)
    assert refuse_update(update("refs/heads/dd0c/k"), ALL, merged) is not None
    assert refuse_update(update("refs/heads/dd0c/k", forced=True), ALL, MAIN) is None


def test_rights() -> None:
    assert refuse_update(update("refs/heads/x"), PushRights(True, False, False), MAIN) is not None
    assert refuse_update(update("refs/heads/main"), PushRights(True, True, False), MAIN) is not None
    assert refuse_update(update("refs/tags/v1"), PushRights(True, True, False), MAIN) is not None
