"""What is compared of two folders: the same as if all of both were."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forge.changes import unlike
from forge.tree import Node, RawEntry, entries_of, folder

_names = st.sampled_from(
    [b"a", b"A", b"b.yaml", b"B.yaml", b"c", b"..", "é".encode(), "e\u0301".encode(), b"\xff"]
)
_entry = st.tuples(
    st.sampled_from([b"100644", b"40000", b"120000"]), _names, st.sampled_from([b"1" * 20, b"2" * 20])
)
_folder = st.lists(_entry, max_size=9)


def _differ(olds: list[RawEntry], news: list[RawEntry]) -> dict[str, tuple[Node | None, Node | None]]:
    before, after = folder(entries_of(olds)), folder(entries_of(news))
    names = before.keys() | after.keys()
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@given(_folder, _folder, _folder)
def test_what_two_folders_differ_in_is_seen_in_what_is_unlike(
    both: list[RawEntry], olds: list[RawEntry], news: list[RawEntry]
) -> None:
    """Names that look alike or stand twice are refused; one that comes or goes changes what others are."""
    before, after = [*both, *olds], [*both, *news]
    assert _differ(*unlike(before, after)) == _differ(before, after)


def test_of_two_large_folders_only_what_changed_is_left() -> None:
    olds = [(b"100644", b"r%d.yaml" % number, b"1" * 20) for number in range(100)]
    news = [*olds[:99], (b"100644", b"r99.yaml", b"2" * 20), (b"100644", b"R7.yaml", b"2" * 20)]
    before, after = unlike(olds, news)
    assert [name for _, name, _ in before] == [b"r7.yaml", b"r99.yaml"]
    assert [name for _, name, _ in after] == [b"r7.yaml", b"r99.yaml", b"R7.yaml"]
