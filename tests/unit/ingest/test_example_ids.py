"""Ids that manuals make up stand for the one that is meant; those of real things do not."""

from __future__ import annotations

import pytest

from ingest.example_ids import example_ids
from ingest.pipeline import preview


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("aws ec2 stop-instances --instance-ids i-0123456789abcdef0", ["instance_id"]),
        ("aws ec2 attach-volume --volume-id vol-xxxxxxxx --instance-id i-1234567890abcdef0",
         ["volume_id", "instance_id_123456"]),
        ("aws ec2 delete-snapshot --snapshot-id snap-0123456789abcdef0 snap-0abc1234567890def",
         ["snapshot_id", "snapshot_id_0abc12"]),
        ("aws ec2 stop-instances --instance-ids i-0598c7d356eba48d7", []),
        ("ls i-0123456789abcdef0.log /srv/i-0123456789abcdef0 git-12345678", []),
    ],
)  # fmt: skip
def test_made_up_ids_are_values(command: str, names: list[str]) -> None:
    assert [name for _, name in example_ids(command)] == names


def test_the_step_has_a_hole_of_the_ids_form() -> None:
    made = preview("# A\n\n```\naws ec2 terminate-instances --instance-ids i-0123456789abcdef0\n```\n")
    step, variable = made.runbook.spec.steps[0], made.runbook.spec.variables[0]
    assert step.command == "aws ec2 terminate-instances --instance-ids {{ instance_id }}"
    assert (variable.name, variable.pattern) == ("instance_id", r"i-[0-9a-f]{8,17}")


def test_each_line_that_begins_with_a_sign_is_its_own() -> None:
    text = "# A\n\nRun `uptime -p`.\n\n✅ Healthy: nothing to do\n❌ Unhealthy: run `df -h`\n"
    made = preview(text)
    assert [block.text[0] for block in made.normalized.blocks[2:]] == ["✅", "❌"]
    inside = preview("# A\n\n```\nuptime -p\n```\n\n```\n✅ a\n❌ b\n```\n\nRun `ls -l`.\n").normalized.blocks
    assert inside[2].text == "✅ a\n❌ b"


def test_what_a_console_sets_or_sql_looks_for_is_no_value() -> None:
    text = (
        "# A\n\n```sql\nSELECT pid FROM a WHERE q ILIKE '%INSERT%' OR q LIKE '%UPDATE%';\n```\n\n"
        "```powershell\n$disk = Get-Disk -Number 1\nSet-Disk -InputObject $disk\n```\n"
    )
    assert preview(text).runbook.spec.variables == ()
    assert [item.name for item in preview("# A\n\nRun `copy %FILE% C:\\x`.\n").runbook.spec.variables] == [
        "file"
    ]


@pytest.mark.parametrize(
    ("says", "names"),
    [
        ("Replace it with the ID of the unhealthy member.", ["value_6fc1e7c9db35"]),
        ("It is safe to run this twice.", []),
        ("Use the name of the node.", []),
    ],
)
def test_a_callout_says_what_is_replaced(says: str, names: list[str]) -> None:
    code = "----\n$ etcdctl member remove 6fc1e7c9db35 <1>\n----\n"
    text = f"= A\n\n. Remove it:\n+\n[source,terminal]\n{code}<1> {says}\n"
    assert [item.name for item in preview(text, "asciidoc").runbook.spec.variables] == names
