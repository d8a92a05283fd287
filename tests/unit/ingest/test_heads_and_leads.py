"""What is looked at, what is spent on the block above, and titles that are a case for what is under them."""

from __future__ import annotations

from ingest.pipeline import preview

X = "systemctl stop web"
BLOCK = f"```bash\n{X}\n```\n"
OTHER = "```bash\ndf -h\n```\n"


def commands(text: str) -> dict[str, bool]:
    """Each command behind the first, and whether it waits for an answer."""
    steps = [item.step for item in preview(f"# A\n\nRun `uptime -p`.\n\n{text}").built.steps]
    return {
        step.command: step.when is not None for step in steps if step.command and "uptime" not in step.command
    }


def test_r45_what_is_looked_at_is_run_and_what_is_seen_is_not() -> None:
    run = (
        *(
            "Check what the server logs:",
            "Confirm the value it returns:",
            "See which error the query returns:",
        ),
        *("To see what the job runs:", "## Response", "Error messages:"),
    )
    seen = (
        "Expected output:",
        "Check that it prints:",
        "You should see:",
        "See what the output looks like below:",
    )
    assert {lead for lead in run if commands(f"{lead}\n\n{BLOCK}") != {X: False}} == set()
    assert {lead for lead in seen if commands(f"{lead}\n\n{BLOCK}")} == set()
    assert commands("## Response\n\n```\nHTTP/1.1 200 OK\n```\n") == {}


def test_r45_a_ban_on_the_block_above_is_spent_there() -> None:
    assert commands(f"{BLOCK}\nNever run this.\n\n{OTHER}") == {"df -h": False}
    assert commands(f"Run `{X}`.\n\nNever run this.\n\n{OTHER}") == {"df -h": False}
    assert commands(f"{BLOCK}\nDo not run this on the primary.\n\n{OTHER}") == {X: True, "df -h": False}
    assert commands(f"Stop it.\n\nNever run this.\n\n{BLOCK}") == {}
    assert commands(f"{OTHER}\nNever run this:\n\n{BLOCK}") == {"df -h": False}
    assert commands(f"{OTHER}\nNever run this. Do not run the commands below.\n\n{BLOCK}") == {}


def test_r45_a_title_or_an_item_with_only_a_case_holds_for_what_is_under_it() -> None:
    under = (
        f"<details><summary>Only if the disk is full</summary><pre>{X}</pre></details>",
        f"<details><summary>Only if the disk is full</summary>\n\n{BLOCK}\n</details>\n",
        f"## Only if the disk is full\n\n{BLOCK}",
        f"## Only on the primary\n\n{BLOCK}",
        f"1. If the disk is full\n   1. Ask the DBA\n   - `{X}`\n",
        f"Disk full: `{X}`\n",
    )
    assert {text for text in under if commands(text) != {X: True}} == set()
    assert commands(f"- Disk full: `{X}`\n- Otherwise: `df -h`\n") == {X: True, "df -h": True}
    assert commands(f"1. If the disk is full\n   - `{X}`\n2. `df -h`\n") == {X: True, "df -h": False}
