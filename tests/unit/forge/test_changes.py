"""What is compared of two folders: the same as if all of both were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.changes import unlike
from forge.same_names import differing
from forge.tree import Line, Node, entries_of, folder, name_of

_names = st.sampled_from(
    [b"a", b"A", b"b.yaml", b"B.yaml", b"c", b"..", "é".encode(), "e\u0301".encode(), b"\xff"]
)
_entry = st.builds(
    b"%b %b\0%b".__mod__,
    st.tuples(
        st.sampled_from([b"100644", b"40000", b"120000"]), _names, st.sampled_from([b"1" * 20, b"2" * 20])
    ),
)
_plain_name = st.text("abcdefgh01 .", min_size=1, max_size=40).map(str.encode)
_id = st.binary(min_size=20, max_size=20) | st.sampled_from([b"\x00" * 20, (b"\x00100644 a" * 3)[:20]])
_folder = st.lists(_entry, max_size=9)
_plain = st.lists(_entry.filter(bytes.isascii), max_size=9)


def _differ(olds: list[Line], news: list[Line]) -> dict[str, tuple[Node | None, Node | None]]:
    before, after = folder(entries_of(olds)), folder(entries_of(news))
    names = before.keys() | after.keys()
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@settings(max_examples=200, deadline=None)
@given(*[st.one_of(_folder, _plain)] * 3)
def test_what_two_folders_differ_in_is_seen_in_what_is_unlike(
    both: list[Line], olds: list[Line], news: list[Line]
) -> None:
    """Names that look alike or stand twice are refused; one that comes or goes changes what others are."""
    before, after = [*both, *olds], [*both, *news]
    olds, news, seen = unlike(b"".join(before), b"".join(after))
    assert _differ(olds, news) == _differ(before, after)
    assert seen == len(before) + len(after)


@settings(max_examples=200, deadline=None)
@given(st.sets(_plain_name, min_size=1, max_size=60), st.data())
def test_of_the_same_names_the_contents_that_changed_are_found_wherever_they_lie(
    names: set[bytes], data: st.DataObject
) -> None:
    """Ids may be any bytes: parts of lines, too."""
    ids = [data.draw(_id) for _ in names]
    again = [data.draw(st.one_of(st.just(each), _id)) for each in ids]
    modes = [data.draw(st.sampled_from([b"100644", b"100644", b"40000"])) for _ in names]
    olds = [b"%b %b\0%b" % each for each in zip(modes, sorted(names), ids, strict=True)]
    news = [b"%b %b\0%b" % each for each in zip(modes, sorted(names), again, strict=True)]
    changed = [(old, new) for old, new in zip(olds, news, strict=True) if old != new]
    found = differing(b"".join(olds), b"".join(news))
    assert found == ([old for old, _ in changed], [new for _, new in changed], 2 * len(names))


@pytest.mark.parametrize(
    ("olds", "news"),
    [
        ([b"100644 a\0", b"100644 B\0", b"100644 b\0"], None),
        ([b"100644 a\0", b"100644 a\0"], None),
        ([b"100644 \xff\0"], None),
        ([b"100644 a\0"], [b"100644 b\0"]),
        ([b"100644 a\0"], [b"100755 a\0"]),
        ([b"100644 a\0"], [b"100644 aa\0"]),
        ([b"100644 a\0", b"b c\0"], None),
    ],
)
def test_where_names_are_not_the_same_or_not_told_apart_they_are_looked_at_one_by_one(
    olds: list[bytes], news: list[bytes] | None
) -> None:
    before = b"".join(head + b"1" * 20 for head in olds)
    after = b"".join(head + b"2" * 20 for head in news or olds)
    assert differing(before, after) is None
    assert differing(before, before[:-1]) is None
    assert differing(before[:-1], before[:-1]) is None


def test_of_two_large_folders_only_what_changed_is_left() -> None:
    olds = [_line(b"r%d.yaml" % number) for number in range(100)]
    news = [*olds[:99], _line(b"r99.yaml", b"2")]
    assert _unlike(olds, news) == (olds[99:], news[99:])
    assert _unlike(olds, [*news, _line(b"new.yaml")]) == (olds[99:], [news[99], _line(b"new.yaml")])
    before, after = _unlike(olds, [*news, _line(b"R7.yaml")])
    assert [name_of(line) for line in before] == [b"r7.yaml", b"r99.yaml"]
    assert [name_of(line) for line in after] == [b"r7.yaml", b"r99.yaml", b"R7.yaml"]


def test_a_line_that_stands_twice_is_not_missed() -> None:
    one, other = _line(b"a.yaml"), _line(b"b.yaml")
    for olds, news in (([one], [one, one]), ([one, one], [one]), ([one, other], [one, one, other])):
        assert _unlike(olds, news) == (olds, news)


def _unlike(olds: list[Line], news: list[Line]) -> tuple[list[Line], list[Line]]:
    found = unlike(b"".join(olds), b"".join(news))
    return found.olds, found.news


def _line(name: bytes, byte: bytes = b"1") -> Line:
    return b"100644 %b\0%b" % (name, byte * 20)
