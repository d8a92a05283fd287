"""libyaml: what it reads, it reads as the full parser does; where they could differ, it is not asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.errors import DocumentInvalid
from schemas.yaml_read import _read_fast, decode_yaml, parse_whole, read_yaml

EXAMPLES = sorted(Path("runbooks-example/runbooks").glob("*.yaml"))
DOCUMENT = """\
# a comment
top: {a: b, list: [1, "two\\n", 3.5], empty: []}   # and another
steps:
  - id: one   # why
    command: |
      df -h

      echo '# no comment'
    title: It's 5 o'clock
    when: 'it''s'
  - id: two
    command: curl -s http://host:80/a?b=c#d
    args:
    - x
    - "y: z"
last: true
"""
_PIECES = [
    "\t",
    "\r\n",
    "folded: >-\n    a\n    b\n",
    "{a:1}",
    "'a':b",
    '"a": b',
    "|2\n",
    "|+\n",
    "<<: ",
    " ",
    "  ",
    "\n",
    "\n  ",
    "- ",
    ": ",
    ":",
    "#",
    " #x",
    "'",
    '"',
    "|",
    "|-\n",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "---\n",
    "...",
    "!t ",
    "&a ",
    "*a",
    "%",
    "\\",
    "~",
    "1",
    "0x1f",
    "? ",
    "\u3000",
    "\u00a0",
    "é",
    "a: b",
    ">",
]


def agrees(text: str) -> bool:
    """Whether libyaml read the text; what it read must be what the full parser reads."""
    found = _read_fast(text, "")
    if found is None:
        return False
    tree = parse_whole(text)
    assert repr(found.value) == repr(tree.value)  # 1, 1.0 and True are equal, but not the same
    assert (found.marks, found.keys, []) == (tree.marks, tree.keys, tree.places)
    return True


def test_the_shipped_runbooks_are_read_and_alike() -> None:
    assert agrees(DOCUMENT)
    assert EXAMPLES and all(agrees(path.read_text()) for path in EXAMPLES)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(DOCUMENT)),
            st.integers(0, 6),
            st.lists(st.sampled_from(_PIECES), max_size=3).map("".join),
        ),
        min_size=1,
        max_size=3,
    )
)
@example([(DOCUMENT.index("last"), 0, "   ")])
@example([(DOCUMENT.index("df"), 0, "  ")])
@example([(DOCUMENT.index("df"), 0, "\n   ")])
@example([(DOCUMENT.index("df") - 7, 0, "#")])
@example([(DOCUMENT.index("args") + 5, 0, " x")])
@example([(DOCUMENT.index("1, "), 1, "'a':b")])
def test_a_changed_document_is_read_alike_or_left(changes: list[tuple[int, int, str]]) -> None:
    text = DOCUMENT
    for place, cut, piece in changes:
        text = text[:place] + piece + text[place + cut :]
    try:
        text = decode_yaml(text.encode())
    except DocumentInvalid:
        return
    agrees(text)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\na: 2\n",
        "a: {b: 1, b: 2}\n",
        "a: &x 1\nb: *x\n",
        "a: !!str 1\n",
        "!t\na: 1\n",
        "%YAML 1.2\n---\na: 1\n",
        "a: 1\n---\nb: 2\n",
        "a:\n",
        "a: null\n",
        "a: ~\n",
        "null: 1\n",
        "true: 1\n",
        "a: b: c\n",
        "a:\tb\n",
        "a: b\r\nc: d\n",
        "a: |\n  b\n   \n",
        "a: |#\n  b\n",
        "a: @b\n",
        "a: [b\n",
        "a: ['b':c]\n",
        'a: {"b":c}\n',
        "",
        "a: " + "[" * 20 + "]" * 20 + "\n",
        "a: " + "[" * 60_000 + "\n",
        "a: \u00a0b\n",
    ],
)
def test_where_they_could_differ_and_for_mistakes_the_full_parser_is_asked(text: str) -> None:
    assert _read_fast(text, "") is None


def test_what_is_read_fast_is_what_is_read() -> None:
    tree = read_yaml(DOCUMENT.encode())
    assert tree.value["steps"][0]["command"] == "df -h\n\necho '# no comment'\n"
    assert tree.keys[("steps", 1, "id")] == (11, 5)
