"""A dash of a word processor: one hyphen before short options of the program, two before a long one."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from ingest.repairs import repaired
from tests.unit.ingest.texts import commands


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("docker run –rm -it x", "docker run --rm -it x"),
        ("docker run –rm –it x", "docker run --rm -it x"),
        ("curl –ssl ftp://x", "curl --ssl ftp://x"),
        ("curl –sSL x", "curl -sSL x"),
        ("rm –dir x", "rm --dir x"),
        ("rm –rf x", "rm -rf x"),
        ("sudo rm –rf x", "sudo rm -rf x"),
        ("docker exec –it x ls –la", "docker exec -it x ls -la"),
        ("tar –xzf x.tgz", "tar -xzf x.tgz"),
        ("acmectl –db x –n y", "acmectl --db x -n y"),
        ("acmectl –tty –ttl 3", "acmectl --tty --ttl 3"),
        ("ls –la; docker run –rm x", "ls -la; docker run --rm x"),
    ],
)
def test_one_hyphen_or_two(written: str, typed: str) -> None:
    assert repaired(written) == typed
    assert commands(f"# A\n\n```bash\n{written}\n```\n") == [typed]


def test_a_command_inside_a_sentence_is_repaired_alike() -> None:
    made = preview("# A\n\n1. Run `docker run –rm alpine ls`\n")
    assert [item.written for item in made.built.steps] == ["docker run --rm alpine ls"]
