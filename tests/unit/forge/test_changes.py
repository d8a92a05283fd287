"""What is compared of two folders: the same as if all of both were."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from forge.changes import unlike
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
    assert _differ(*unlike(before, after)) == _differ(before, after)


def test_of_two_large_folders_only_what_changed_is_left() -> None:
    olds = [_line(b"r%d.yaml" % number) for number in range(100)]
    news = [*olds[:99], _line(b"r99.yaml", b"2")]
    assert unlike(olds, news) == (olds[99:], news[99:])
    assert unlike(olds, [*news, _line(b"new.yaml")]) == (olds[99:], [news[99], _line(b"new.yaml")])
    before, after = unlike(olds, [*news, _line(b"R7.yaml")])
    assert [name_of(line) for line in before] == [b"r7.yaml", b"r99.yaml"]
    assert [name_of(line) for line in after] == [b"r7.yaml", b"r99.yaml", b"R7.yaml"]


def test_a_line_that_stands_twice_is_not_missed() -> None:
    one, other = _line(b"a.yaml"), _line(b"b.yaml")
    for olds, news in (([one], [one, one]), ([one, one], [one]), ([one, other], [one, one, other])):
        assert unlike(olds, news) == (olds, news)


def _line(name: bytes, byte: bytes = b"1") -> Line:
    return b"100644 %b\0%b" % (name, byte * 20)
