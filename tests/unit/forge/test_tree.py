"""What a folder of a tree holds, as its entries say."""

from __future__ import annotations

from forge.tree import Entry, folder


def test_names_that_look_alike_are_refused_by_naming_a_few_of_the_others() -> None:
    for count in (5, 100, 20_000):
        names = [
            "".join(c.upper() if n >> bit & 1 else c for bit, c in enumerate("abcdefghijklmno"))
            for n in range(count)
        ]
        found = folder([Entry(0o100644, name.encode(), "0" * 40) for name in names])
        assert len(found) == count
        reasons = {name: node.reason or "" for name, node in found.items()}
        assert all(f" and {count - 4} more; rename one" in reason for reason in reasons.values())
        assert all(name not in reason for name, reason in reasons.items())
        assert max(map(len, reasons.values())) < 120
    found = folder([Entry(0o100644, name, "0" * 40) for name in (b"a", b"A", b"b")])
    assert [found["a"].reason, found["A"].reason, found["b"].reason] == [
        "the name can be taken for A; rename one",
        "the name can be taken for a; rename one",
        None,
    ]
