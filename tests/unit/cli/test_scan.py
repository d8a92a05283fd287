"""`dd0c scan` and `dd0c lint`: findings on the terminal and for programs, exit codes by risk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from controller.cli import root
from controller.cli.scanned import read_commands

ROOT = Path(__file__).parents[3]
MARKDOWN = """\
# Restart

```bash
kubectl get pods
kubectl delete pod api-0
```

## Look

```console
root@db1:~# systemctl restart nginx
Restarted.
$ ls
```

```sql
DELETE FROM jobs;
```

```yaml
rm: -rf
```
"""
RUNBOOK = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {name: stop-it, title: Stop it, service: api}
spec:
  steps:
    - id: stop
      title: Stop
      risk: safe
      command: systemctl stop api
"""


def run(*arguments: str, given: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(root, list(arguments), input=given)
    return result.exit_code, result.output


@pytest.mark.parametrize(
    ("command", "code", "word"),
    [
        ("ls -la", 0, "safe"),
        ("systemctl stop nginx", 10, "caution"),
        ("frobnicate", 11, "unknown"),
        ("rm -rf /data", 12, "dangerous"),
    ],
)
def test_the_exit_code_tells_the_risk(command: str, code: int, word: str) -> None:
    assert run("scan", command)[0] == code
    read, shown = run("scan", "-", given=command)
    assert read == code
    assert word in shown


def test_the_finding_is_printed_for_programs_too() -> None:
    code, shown = run("scan", "--json", "kubectl cordon n1")
    finding = json.loads(shown)
    assert code == 10
    assert (finding["inverse"], finding["resources"]) == ("kubectl uncordon n1", ["n1"])


def test_it_explains_which_part_decided() -> None:
    _, shown = run("scan", "--explain", "ls; rm -rf /data")
    assert "4–16  rm -rf /data  [files.remove-tree]" in shown
    assert "touches: /data" in shown


def test_sql_and_hostile_characters() -> None:
    assert run("scan", "--language", "sql", "DROP TABLE users")[0] == 12
    code, shown = run("scan", "--explain", "ls \u202e\x1b[31m")
    assert code == 11
    assert "\u202e" not in shown
    assert "\x1b" not in shown


def test_the_blocks_of_a_markdown_runbook_are_found(tmp_path: Path) -> None:
    path = tmp_path / "restart.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    found = [(command.line, command.name, command.language) for command in read_commands(path).commands]
    assert found == [(4, "Restart", "bash"), (11, "Look", "bash"), (13, "Look", "bash"), (17, "Look", "sql")]
    code, shown = run("lint", str(path))
    assert code == 0
    assert f"{path}:17: 🔴 dangerous" in shown
    assert run("lint", "--quiet", "--fail-on", "dangerous", str(path))[0] == 12
    assert "safe" not in run("lint", "--quiet", str(path))[1]


def test_a_document_that_declares_too_little_fails(tmp_path: Path) -> None:
    path = tmp_path / "stop.yaml"
    path.write_text(RUNBOOK, encoding="utf-8")
    code, shown = run("lint", str(path))
    assert code == 1
    assert f"{path}:9: 🟡 caution: stop:" in shown
    assert "declared safe: raise it" in shown
    path.write_text(RUNBOOK.replace("risk: safe", "risk: caution"), encoding="utf-8")
    assert run("lint", str(path))[0] == 0
    path.write_text(RUNBOOK.replace("kind: Runbook", "kind: Cookbook"), encoding="utf-8")
    code, shown = run("lint", "--json", str(path))
    assert code == 1
    assert json.loads(shown)["problem"]["line"] == 2


def test_the_examples_pass_and_a_folder_is_walked() -> None:
    code, shown = run("lint", "--quiet", str(ROOT / "runbooks-example" / "runbooks"))
    assert code == 0, shown
    assert "disk-full.yaml" in shown


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("ls")
    code, shown = run("lint", str(tmp_path / "x.txt"))
    assert code == 2
    assert "neither YAML nor Markdown" in shown


def test_scan_prints_in_every_form(monkeypatch: pytest.MonkeyPatch) -> None:
    code, shown = run("scan", "-o", "json", "kubectl cordon n1")
    assert (code, json.loads(shown)["risk"]) == (10, "caution")
    code, shown = run("scan", "-o", "yaml", "kubectl cordon n1")
    assert (code, "risk: caution" in shown.splitlines()) == (10, True)
    assert run("scan", "-o", "table", "kubectl cordon n1") == run("scan", "kubectl cordon n1")
    monkeypatch.setenv("DD0C_OUTPUT", "json")
    assert json.loads(run("scan", "ls")[1])["risk"] == "safe"


def test_lint_prints_in_every_form(tmp_path: Path) -> None:
    path = tmp_path / "restart.md"
    path.write_text(MARKDOWN, encoding="utf-8")
    (tmp_path / "broken.yaml").write_text(RUNBOOK.replace("kind: Runbook", "kind: Cookbook"))
    code, shown = run("lint", "-o", "json", str(tmp_path))
    items = json.loads(shown)["items"]
    assert code == 1
    assert [item["problem"]["line"] for item in items if "problem" in item] == [2]
    assert [item["finding"]["risk"] for item in items if "finding" in item][-1] == "dangerous"
    code, lines = run("lint", "--json", str(tmp_path))
    assert [json.loads(line) for line in lines.splitlines()] == items, "one item a line"
    code, shown = run("lint", "-o", "yaml", "--fail-on", "dangerous", str(path))
    assert code == 12
    assert shown.startswith("items:")
    assert run("lint", "-o", "table", str(path)) == run("lint", str(path))


@pytest.mark.parametrize("text", ["", " ", "\n\n\t ", "\u00a0\r\n"])
@pytest.mark.parametrize("form", [(), ("--json",), ("-o", "json"), ("--language", "sql")])
def test_an_empty_text_is_no_pass(text: str, form: tuple[str, ...]) -> None:
    """`failing | dd0c scan` must not end with 0."""
    for call in (("scan", text, *form), ("scan", "-", *form), ("scan", *form)):
        code, shown = run(*call, given=text)
        assert code == 2, call
        assert shown.startswith("dd0c: There is nothing to scan: the text is empty.\n  → Give a command"), (
            shown
        )


@pytest.mark.parametrize("text", ["# nothing", "\n# one\n\n  # two\n"])
def test_a_text_of_comments_is_safe_and_says_why(text: str) -> None:
    code, shown = run("scan", text)
    assert code == 0
    assert "Nothing in the text runs." in shown
