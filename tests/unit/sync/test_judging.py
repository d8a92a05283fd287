"""Files judged in batches: order, what is kept, and a file that breaks its batch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from controller.governance.documents import judge_file, kind_of
from controller.governance.judging import BATCH_BYTES, BATCH_FILES, File, Judging, batches
from controller.governance.packed import Packed
from schemas.errors import Unprocessable

TENANT = UUID(int=1)
GOOD = (
    "apiVersion: dd0c.run/v1\nkind: Runbook\nmetadata: {{name: {name}, title: Disk}}\n"
    "spec:\n  target: {{labels: {{role: host}}}}\n  steps:\n"
    "    - id: look\n      title: Look\n      command: {command}\n"
)


def file(name: str, command: str = "df -h") -> File:
    return f"runbooks/{name}.yaml", "runbook", GOOD.format(name=name, command=command).encode()


class Pool:
    """Counts calls, and gives up on a batch that holds a poisonous file."""

    def __init__(self, poison: bytes = b"\0never") -> None:
        self.calls: list[int] = []
        self._poison = poison

    async def run(
        self, function: Callable[[Sequence[File]], list[Packed]], files: Sequence[File]
    ) -> list[Packed]:
        self.calls.append(len(files))
        if any(self._poison in content for _, _, content in files):
            raise Unprocessable("The text was not understood within 10 s, so it was given up.")
        await asyncio.sleep(0)
        return function(files)


async def test_answers_come_in_order_and_are_kept() -> None:
    pool = Pool()
    judging = Judging(pool.run)
    files = [file(f"r{number:02}") for number in range(30)]
    found = await judging.judge(TENANT, files)
    assert [judged.path for judged in found] == [path for path, _, _ in files]
    assert sum(pool.calls) == 30
    assert await judging.judge(TENANT, [*files[:5], file("new")]) == [*found[:5], judge_file(*file("new"))]
    assert sum(pool.calls) == 31


async def test_the_same_content_at_another_path_is_judged_anew() -> None:
    pool = Pool()
    judging = Judging(pool.run)
    path, kind, content = file("a")
    first, second = await judging.judge(TENANT, [(path, kind, content), ("runbooks/b.yaml", kind, content)])
    assert (first.path, second.path) == (path, "runbooks/b.yaml")


async def test_a_file_that_breaks_its_batch_is_found_alone() -> None:
    judging = Judging(Pool(b"poison").run)
    found = await judging.judge(TENANT, [file("a"), file("b", "echo poison"), file("c")])
    assert [judged.runbook is not None for judged in found] == [True, False, True]
    assert found[1].errors[0].code == "too_expensive"


def test_batches_are_bounded() -> None:
    groups = batches([file(f"r{number}") for number in range(BATCH_FILES * 2 + 1)])
    assert [len(group) for group in groups] == [BATCH_FILES, BATCH_FILES, 1]
    large: File = ("runbooks/l.yaml", "runbook", b"x" * (BATCH_BYTES - 10))
    assert [len(group) for group in batches([large, large, file("a")])] == [1, 1, 1]


def test_what_a_path_is() -> None:
    assert kind_of("runbooks/a/b.yaml", "") == "runbook"
    assert kind_of("ops/runbooks/a.yml", "ops") == "runbook"
    assert kind_of("policy.json", "") == "policy"
    assert kind_of("ops/flags.json", "/ops/") == "flags"
    assert {kind_of(path, "ops") for path in ("README.md", "ops/runbooks/x.md", "ops/a/policy.json")} == {
        "other"
    }


def test_declared_below_the_scanner_is_an_error_at_its_line() -> None:
    text = GOOD.format(name="a", command="rm -rf /srv/data") + "      risk: caution\n"
    judged = judge_file("runbooks/a.yaml", "runbook", text.encode())
    assert judged.runbook is None
    assert (judged.errors[0].code, judged.errors[0].line) == ("declared_risk", 10)


def test_an_undeclared_risk_is_what_the_scanner_finds() -> None:
    judged = judge_file(*file("a", "rm -rf /srv/data"))
    assert judged.runbook is not None
    assert judged.runbook.steps[0].risk == "dangerous"


def test_a_hole_is_scanned_with_a_plain_word() -> None:
    text = GOOD.format(name="a", command='"kubectl -n {{ namespace }} get pods"').replace(
        "  target:", "  variables: [{name: namespace, example: payments}]\n  target:"
    )
    judged = judge_file("runbooks/a.yaml", "runbook", text.encode())
    assert judged.errors == ()
    assert judged.runbook is not None
    verdict = judged.runbook.steps[0].verdict
    assert verdict is not None
    assert (verdict.finding.risk, verdict.risk) == ("safe", "caution")


@pytest.mark.parametrize(
    "command",
    [
        '"{{ tool }} get pods"',
        '"kubectl {{ tool }} pods"',
        "\"bash -c 'echo {{ tool }}'\"",
        '"cat > {{ tool }}"',
    ],
)
def test_a_hole_where_a_value_could_become_code_is_an_error(command: str) -> None:
    text = GOOD.format(name="a", command=command).replace(
        "  target:", '  variables: [{name: tool, pattern: "[a-z:]{1,20}"}]\n  target:'
    )
    judged = judge_file("runbooks/a.yaml", "runbook", text.encode())
    assert judged.runbook is None
    assert any(place.path == "spec.steps[0].command" and place.line == 10 for place in judged.errors)


def test_every_runbook_of_the_example_serves() -> None:
    folder = Path(__file__).parents[3] / "runbooks-example"
    for path in sorted(folder.glob("runbooks/*.yaml")):
        judged = judge_file(path.name, "runbook", path.read_bytes())
        assert judged.errors == (), f"{path.name}: {judged.errors[0]}"
