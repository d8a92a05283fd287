"""A person's gate beside a command is a step before it: in a box, behind it, in its row."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview

_MONO = '<span style="font-family:Consolas">'
_TITLED = '<ac:structured-macro ac:name="%s"><ac:parameter ac:name="title">%s</ac:parameter>'
_CODE = "\n```bash\nsystemctl restart app\n```\n"


def _steps(text: str, form: str | None = "markdown") -> list[str]:
    made = preview(text, form)
    return [item.step.command or f"~{item.step.title}" for item in made.built.steps]


@pytest.mark.parametrize(
    "box",
    [
        "!!! danger\n    Ask the DBA first.\n",
        '!!! danger "Careful"\n    Ask the DBA first.\n',
        ":::info\nAsk the DBA first.\n:::\n",
        ":::warning Ask the DBA first\n:::\n",
        '{% hint style="danger" %}\nAsk the DBA first.\n{% endhint %}\n',
        "{{% notice warning %}}\nAsk the DBA first.\n{{% /notice %}}\n",
        "> [!IMPORTANT]\n> Ask the DBA first.\n",
    ],
)
def test_a_gate_in_a_box(box: str) -> None:
    gate, command = _steps(f"# A\n\n{box}{_CODE}")
    assert gate.startswith("~Ask the DBA first") and command == "systemctl restart app"


@pytest.mark.parametrize(
    ("text", "gate"),
    [
        ("Run `systemctl stop db`, but ask Bob first.", "But ask Bob first"),
        ("Run `systemctl stop db` (with the OK of the DBA).", "With the OK of the DBA"),
        ("Run `systemctl stop db` once Bob has confirmed.", "Once Bob has confirmed"),
        ("Run `systemctl stop db` only after written approval.", "Only after written approval"),
        ("Needs sign-off by Anna: `systemctl stop db`", "Needs sign-off by Anna"),
        ("Run `systemctl stop db` with the options of the DBA.", ""),
        ("Run `systemctl stop db` once a day.", ""),
        ("Run `systemctl stop db` after `uptime`.", ""),
    ],
)
def test_a_gate_behind_or_before_its_command(text: str, gate: str) -> None:
    steps = [step for step in _steps(f"# A\n\n{text}\n") if step != "uptime"]
    assert steps == ([f"~{gate}"] if gate else []) + ["systemctl stop db"]


@pytest.mark.parametrize(
    ("row", "steps"),
    [
        ("| Stop (ask the DBA first) | `systemctl stop db` |", ["~Ask the DBA first", "systemctl stop db"]),
        (
            "| Make sure nobody is logged in | `pg_ctl promote` |",
            ["~Make sure nobody is logged in", "pg_ctl promote"],
        ),
        (
            "| If the disk is full | `journalctl --vacuum-size=1G` |",
            ["~Decide: If the disk is full", "journalctl --vacuum-size=1G"],
        ),
        ("| 3 | Ask the DBA first, then `pg_ctl promote` |", ["~Ask the DBA first", "pg_ctl promote"]),
        ("| Stop it | `systemctl stop db` |", ["systemctl stop db"]),
    ],
)
def test_gates_and_cases_in_the_cells_of_a_row(row: str, steps: list[str]) -> None:
    assert _steps(f"# A\n\n| What | How |\n|--|--|\n{row}\n") == steps


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("////\nreboot\n\n[source,bash]\n----\nsystemctl kill db\n----\n////\n", []),
        (
            "[source,bash]\n----\nssh h uptime <2>\nsystemctl stop db # <.>\n----\n",
            ["ssh h uptime", "systemctl stop db"],
        ),
        (
            "[NOTE]\n====\nAsk the DBA first.\n====\n\n. Run `systemctl start db`.\n",
            ["~Ask the DBA first", "systemctl start db"],
        ),
        ("[%collapsible]\n====\n----\nsystemctl stop db\n----\n====\n", ["systemctl stop db"]),
    ],
)
def test_boxes_comments_and_callouts_of_asciidoc(text: str, steps: list[str]) -> None:
    head = "= T\n:x:\n\n== A\n\n[source,bash]\n----\nuptime -p\n----\n\n"
    assert _steps(head + text, "asciidoc") == ["uptime -p", *steps]


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (
            "<p>Run <code>kubectl delete pod web-1</code><code> -n pay</code></p>",
            ["kubectl delete pod web-1 -n pay"],
        ),
        ("<p><code>rm -rf /data/</code><b><code>old</code></b><code>/x</code></p>", ["rm -rf /data/old/x"]),
        (
            f"<p>{_MONO}kubectl scale deploy/api --replicas=0 \\</span>"
            f"{_MONO}<br></span>{_MONO} -n pay</span></p>",
            ["kubectl scale deploy/api --replicas=0 \\\n -n pay"],
        ),
        ("<p>Run <code>df -h</code> <code>free -m</code></p>", ["df -h", "free -m"]),
        ("<ac:placeholder>Run rm -rf /tmp/x</ac:placeholder>", []),
        (
            _TITLED % ("warning", "Ask the DBA first")
            + "<ac:rich-text-body><pre>systemctl stop db</pre></ac:rich-text-body></ac:structured-macro>",
            ["~Ask the DBA first", "systemctl stop db"],
        ),
        (
            _TITLED % ("expand", "Do not run")
            + "<ac:rich-text-body><pre>systemctl stop db</pre></ac:rich-text-body></ac:structured-macro>",
            [],
        ),
    ],
)
def test_pieces_titles_and_hints_of_editors(text: str, steps: list[str]) -> None:
    assert _steps(f"<p>Run <code>uptime -p</code> now.</p>{text}", "html") == ["uptime -p", *steps]
