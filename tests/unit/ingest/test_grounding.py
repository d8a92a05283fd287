"""What of an LLM's answer stands in the text: whole commands, at the rules' boundaries, in order, once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.extract.grounding import (
    ELSEWHERE,
    NO_PASSAGE,
    NOT_THERE,
    NOT_WHOLE,
    TWICE,
    Grounding,
    ground,
    units_of,
)
from ingest.extract.heard import Heard, HeardPart
from ingest.extract.passages import parts_of
from ingest.extract.reading_answer import Answer, ReadPrerequisite, ReadStep
from ingest.normalize import normalize

TEXT = """# Clean up

1. Remove it with `rm -rf /data/old`, then look with `df -h`.

```
$ du -sh /data
12G
$ kubectl get pods \\
    -n prod
```

Copied from a wiki: `kubectl get pods –n prod`.
"""


def heard(text: str, *steps: tuple[int, str | None], prerequisites: Sequence[tuple[int, str]] = ()) -> Heard:
    """An answer about the whole text in one part."""
    answer = Answer(
        document="0" * 16,
        steps=tuple(ReadStep(passage=at, title="T", command=command) for at, command in steps),
        variables=(),
        prerequisites=tuple(ReadPrerequisite(passage=at, text=text) for at, text in prerequisites),
    )
    (part,) = parts_of(normalize(text).blocks)
    return Heard("m/x1", (HeardPart(0, len(part.passages), answer),))


def grounded(*steps: tuple[int, str | None]) -> Grounding:
    return ground(normalize(TEXT).blocks, heard(TEXT, *steps))


def why(found: Grounding) -> list[tuple[str, str]]:
    return [(item.text, item.why) for item in found.invented]


@pytest.mark.parametrize(
    ("passage", "command"),
    [
        (2, "rm -rf /data/old"),
        (2, "df -h"),
        (3, "du -sh /data"),
        (3, "kubectl get pods \\\n    -n prod"),
        (4, "kubectl get pods -n prod"),
        (4, "kubectl get pods –n prod"),
        (3, "du -sh /data\nkubectl get pods \\\n    -n prod"),
        (2, "  df -h\n"),
    ],
)
def test_a_whole_command_of_its_passage_is_grounded(passage: int, command: str) -> None:
    found = grounded((passage, command))
    assert [item.step.command for item in found.commands] == [command]
    assert found.invented == ()


@pytest.mark.parametrize(
    ("passage", "command", "reason"),
    [
        (2, "rm -rf /data", NOT_WHOLE),
        (2, "-rf /data/old", NOT_WHOLE),
        (2, "rm -rf /data/old/", NOT_WHOLE),
        (2, "rm -rf /data/old, then look with df -h", NOT_WHOLE),
        (2, "rm -rf /data/old; df -h", NOT_WHOLE),
        (2, "RM -RF /DATA/OLD", NOT_WHOLE),
        (3, "rm -rf /data/old", NOT_WHOLE),
        (3, "12G", NOT_WHOLE),
        (3, "kubectl get pods", NOT_WHOLE),
        (3, "kubectl get pods -n prod", NOT_WHOLE),
        (1, "df -h", NOT_WHOLE),
        (5, "df -h", NO_PASSAGE),
    ],
)
def test_anything_else_is_invented(passage: int, command: str, reason: str) -> None:
    found = grounded((passage, command))
    assert (why(found), found.commands) == ([(command, reason)], ())


def test_a_command_is_used_once() -> None:
    found = grounded((2, "df -h"), (2, "df -h"))
    assert (len(found.commands), why(found)) == (1, [("df -h", TWICE)])


def test_the_longest_chain_in_the_order_of_the_text_counts() -> None:
    found = grounded(
        (4, "kubectl get pods -n prod"), (2, "rm -rf /data/old"), (2, "df -h"), (3, "du -sh /data")
    )
    assert [item.step.command for item in found.commands] == ["rm -rf /data/old", "df -h", "du -sh /data"]
    assert why(found) == [("kubectl get pods -n prod", ELSEWHERE)]


def test_a_sentence_stands_in_its_passage_or_is_invented() -> None:
    said = heard(TEXT, prerequisites=[(4, "Copied from a wiki"), (4, "Be on the VPN.")])
    found = ground(normalize(TEXT).blocks, said)
    assert [item.text for _, item in found.prerequisites] == ["Copied from a wiki"]
    assert why(found) == [("Be on the VPN.", NOT_THERE)]


def test_a_masked_secret_is_compared_as_it_was_shown() -> None:
    text = "```\ncurl -H 'Authorization: Bearer ghp_" + "a1B2c3D4e5" * 4 + "' https://x.example/a\n```\n"
    blocks = normalize(text).blocks
    (part,) = parts_of(blocks)
    shown = part.passages[0][1]
    assert "***" in shown
    assert len(ground(blocks, heard(text, (1, shown))).commands) == 1


WORDS = st.sampled_from(
    ["rm", "-rf", "/data", "/data/old", "df", "-h", "du", "-sh", "kubectl get pods", "\\\n", "\n"]
)


@given(
    st.lists(st.tuples(st.integers(1, 6), st.lists(WORDS, min_size=1, max_size=6).map(" ".join)), max_size=8)
)
def test_whatever_is_said_only_whole_units_are_grounded_once_and_in_order(
    steps: list[tuple[int, str]],
) -> None:
    blocks = normalize(TEXT).blocks
    whole = {(unit.block, unit.start, unit.end) for unit in units_of(blocks)}
    found = grounded(*steps)
    places = [(unit.block, unit.start, unit.end) for item in found.commands for unit in item.units]
    assert places == sorted(set(places))
    assert set(places) <= whole
    assert len(found.commands) + len(found.invented) == len(steps)
