"""What is a command by its form and place, whatever its program is called; and what only stands where one
could.
"""

from __future__ import annotations

import pytest

from ingest.extract.announced import announces_output, output_heading
from ingest.extract.command_lines import looks_like_command
from ingest.extract.negation import forbids_below
from ingest.pipeline import preview
from tests.unit.ingest.telling import commands

HELD = ["$TOOL update", '"$BIN" --all', "${KUBECTL} get pods", "$HOME/tools/run -v"]
NOT_HELD = ["$TOOL", "$x = 5", "$TOOL = house", "$TOOL == x", "$TOOL is missing", "$name reload"]


def test_a_variable_may_hold_the_program() -> None:
    assert [text for text in HELD if not looks_like_command(text)] == []
    assert [text for text in NOT_HELD if looks_like_command(text)] == []


ROLL = "helm rollback web 7 --wait"
FREE = "df -i"
ROWS = ["kubectl get pods", "kubectl get nodes -o wide"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # A variable holds the program.
        ("# A\n\nMend it:\n\n```\ncd /srv/a\n$TOOL -b . detect\n```\n", ["cd /srv/a", "$TOOL -b . detect"]),
        ("Title\n=====\n\nDo::\n\n  # $TOOL add a\n  Adding a\n\nGo::\n\n  df -i\n", ["$TOOL add a", FREE]),
        ("# A\n\nRun `$TOOL rebuild` at once.\n", ["$TOOL rebuild"]),
        # A script in a folder, a program by its path.
        ("# A\n\n- On the new node: `scripts/join.sh <IP>`\n", ["scripts/join.sh {{ ip }}"]),
        ("A\n\nThen, on web1:\n\n /usr/sbin/housed -t\n\nGo on.\n", ["/usr/sbin/housed -t"]),
        (
            "A\n\nOn web1:\n\n /opt/bin/h --list # to see it\n /opt/bin/h --sign # the one found.\n",
            ["/opt/bin/h --list", "/opt/bin/h --sign"],
        ),
        ("A\n\nLook:\n\n /var/log/house contains what was said\n\nRun `df -h`.\n", ["df -h"]),
        # A label that tells to do it.
        ("# A\n\n- Remove: `house drop-user alice`\n- Count: `house users`\n", ["house drop-user alice"]),
        ("# A\n\nRun `df -h`.\n\n- Add: `max-users 12`\n- Restart: `the web`\n", ["df -h"]),
        # The command is the verb.
        ("# A\n\nAt this point, you can `sudo poweroff` the host.\n", ["sudo poweroff"]),
        ("# A\n\nRun `df -h`. You should not `sudo poweroff` the host.\n", ["df -h"]),
        # It is the subject of what fails.
        ("# A\n\n- `df -i` from the old directory doesn't work.\n- Run `df -h`.\n", ["df -h"]),
        ("# A\n\n- `df -h` on the host that doesn't answer.\n", ["df -h"]),
        # Lines of commands in an item, and what a page shows over its code.
        ("# A\n\n1. Look:\n   kubectl get pods\n   kubectl get nodes -o wide\n2. Go on.\n", ROWS),
        (f"# A\n\nRoll back:\nbash\n{ROLL}\nLook:\nshell\nkubectl get pods\n", [ROLL, "kubectl get pods"]),
        (f"A\n\nRoll back:\n\nbash\nCopy code\n{ROLL}\n\nGo on.\n", [ROLL]),
        ("# A\n\nLook at the pods with\nkubectl get pods -n web and\nwait.\n", ["kubectl get pods -n web"]),
        # A name or a role in AsciiDoc is no language, and what stands below it no listing.
        (
            '[id="a"]\n= A\n\n[role="x"]\nDo it with `df -h`.\n\n[[b]]\n== B\n\n----\n$ df -i\n----\n',
            ["df -h", FREE],
        ),
        ('= A\n\n[id="a"]\n----\n$ df -h\n----\n\n["source","yaml"]\n----\nrun: df\n----\n', ["df -h"]),
        # A list of needs ends where another one begins.
        ("# A\n\nPrereqs:\n- You have access.\n\n1) Look\n- Run:\n  - `df -h`\n", ["df -h"]),
        # “to avoid” says what for.
        ("# A\n\nYou should do it on a copy to avoid any harm, then look.:\n\n```\ndf -h\n```\n", ["df -h"]),
        # A mark that was left at the end of a line; the same for another case.
        ("# A\n\n```sh\ncat <(df -h)`\n```\n", ["cat <(df -h)"]),
        ("# A\n\n```sh\necho `df -h`\n```\n", ["echo `df -h`"]),
        ("# A\n\n`df -h`\n\nFor ext4:\n\n```\ngrow_it /dev/a\n```\n", ["df -h", "grow_it /dev/a"]),
        ("# A\n\nRun `df -h`.\n\nOn web1 you see:\n\n```\ngrow_it /dev/a\n```\n", ["df -h"]),
    ],
)  # fmt: skip
def test_a_command_is_told_by_its_form_and_place(text: str, wanted: list[str]) -> None:
    assert list(commands(text)) == wanted


def test_an_asciidoc_title_below_its_name_is_the_title() -> None:
    made = preview('[id="backing-up_{context}"]\n= Backing up\n\n.Procedure\n\n. Run `df -h`.\n', "asciidoc")
    assert made.runbook.metadata.title == "Backing up"


@pytest.mark.parametrize(
    ("heading", "output"),
    [("Example script output", True), ("Expected query results", True), ("Example incident response", False)],
)
def test_a_kind_of_output_is_one(heading: str, output: bool) -> None:
    assert output_heading(heading) is output
    assert announces_output(f"{heading}:") is output


@pytest.mark.parametrize(
    "text",
    [
        "You should avoid running this:",
        "You can do that to avoid running the following:",
        "It is best to avoid a restart:",
        "What you must know how to avoid:",
        "You must never run this to avoid trouble:",
    ],
)
def test_what_is_to_be_avoided_stays_forbidden(text: str) -> None:
    assert forbids_below(text)
