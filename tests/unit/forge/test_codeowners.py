"""Who is asked about which path: GitHub's own examples, its bounds, and files that are made to be slow."""

from __future__ import annotations

import time

import pytest

from forge.codeowners import RULES_MAX, owners_of, parse_codeowners, read_codeowners

GITHUBS_EXAMPLE = b"""
# This is a comment.
*       @global-owner1 @global-owner2
*.js    @js-owner #This is an inline comment.
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/*  docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
"""
"""The example of the page that forge/codeowners.py names."""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("README.md", "@global-owner1 @global-owner2"),
        ("web/a.js", "@js-owner"),
        ("cmd/deep/main.go", "docs@example.com"),
        ("notes/x.txt", "@octo-org/octocats"),
        ("build/logs/today", "@octocat"),
        ("x/build/logs/today", "@octocat"),
        ("x/build/other/today", "@global-owner1 @global-owner2"),
        ("docs/guide.md", "@doctocat"),
        ("x/docs/deep/guide.md", "@global-owner1 @global-owner2"),
        ("scripts/deep/run", "@doctocat @octocat"),
        ("x/apps/y", "@octocat"),
        ("apps/github", ""),
        ("apps/github/deep/file", ""),
        ("apps/gitlab", "@octocat"),
        ("apps", "@global-owner1 @global-owner2"),
    ],
)
def test_githubs_example(path: str, owners: str) -> None:
    assert owners_of(parse_codeowners(GITHUBS_EXAMPLE), [path]) == tuple(owners.split())


@pytest.mark.parametrize(
    ("line", "path", "owned"),
    [
        ("docs/* @a", "docs/x.md", True),
        ("docs/* @a", "docs/deep/x.md", False),
        ("docs/* @a", "x/docs/x.md", False),
        ("/runbooks/pay-*.yaml @a", "runbooks/pay-lag.yaml", True),
        ("/runbooks/pay-*.yaml @a", "runbooks/deep/pay-lag.yaml", False),
        ("runbooks/**/pay.yaml @a", "runbooks/pay.yaml", True),
        ("runbooks/**/pay.yaml @a", "runbooks/a/b/pay.yaml", True),
        ("a?.yaml @a", "x/ab.yaml", True),
        ("with\\ space.md @a", "with space.md", True),
        ("A.yaml @a", "a.yaml", False),
        ("!a.yaml @a", "a.yaml", False),
        ("[ab].yaml @a", "a.yaml", False),
        ("* a", "a.yaml", False),
        ("/ @a", "a.yaml", False),
        ("* @a/b/c", "a.yaml", False),
        ("* @-a", "a.yaml", False),
    ],
)
def test_patterns(line: str, path: str, owned: bool) -> None:
    assert owners_of(parse_codeowners(line.encode()), [path]) == (("@a",) if owned else ())


def test_owners_of_several_paths_are_named_once_and_the_first_file_counts() -> None:
    rules = parse_codeowners(b"*.a @one @two\n*.b @two @three\n")
    assert owners_of(rules, ["x.b", "y.a"]) == ("@two", "@three", "@one")
    files = {"CODEOWNERS": b"* @root", "docs/CODEOWNERS": b"* @docs"}
    assert owners_of(read_codeowners(files.get), ["x"]) == ("@root",)
    assert read_codeowners(lambda _path: None) == ()


def test_it_is_bounded() -> None:
    assert len(parse_codeowners(b"* @a\n" * (RULES_MAX + 5))) == RULES_MAX
    assert parse_codeowners(b"* @a\n" + b"#" * 300_000) == ()
    assert (
        len(owners_of(parse_codeowners(" ".join(["*", *(f"@a{n}" for n in range(40))]).encode()), ["x"]))
        == 15
    )
    assert parse_codeowners(b"\xff\x00 @a\n\xfe")[0].owners == ("@a",)
    slow = parse_codeowners(b"\n".join([b"*a" * 255 + b"*b @a"] * RULES_MAX))
    began = time.process_time()
    assert owners_of(slow, ["a" * 250] * 100) == ()
    assert time.process_time() - began < 30, "a bound on work, whatever the machine"
