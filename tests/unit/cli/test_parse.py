"""`dd0c parse`: the plain form for scripts, its spans, and refusals; nothing asks a server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from controller.api.shapes.parsed import ParsedShape
from controller.cli import root

TEXT = """\
# Restart the API

You need access to the bastion.

1. Look at the pods:

```console
$ kubectl get pods -n <namespace>
NAME   READY
api-0  1/1
```

2. If a pod hangs, delete it: `kubectl delete pod <pod> -n <namespace>`

3. Count the jobs:

```
postgres=# SELECT count(*) FROM jobs;
```

4. Tell the team with `curl -H 'Authorization: Bearer sk_live_51H8abcdefghijklmnopqrstuv' https://chat.example`

More is on the wiki.
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DD0C_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("DD0C_STATE_DIR", str(tmp_path / "none"))
    return tmp_path


def run(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(root, ["parse", *arguments], input=given)


def parsed(text: str, *options: str) -> dict[str, Any]:
    result = run("-", "--json", *options, given=text)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_steps_variables_and_branches_point_into_the_source(here: Path) -> None:
    found = parsed(TEXT)
    commands = [step for step in found["steps"] if step["kind"] == "command"]
    assert commands[0]["command"] == "kubectl get pods -n <namespace>"
    assert commands[0]["template"] == "kubectl get pods -n {{ namespace }}"
    assert [step["order"] for step in found["steps"]] == list(range(1, len(found["steps"]) + 1))
    for step in commands[:3]:
        place = step["span"]
        assert found["source"][place["start"] : place["end"]] == step["command"]
    assert {item["name"] for item in found["variables"]} >= {"namespace", "pod"}
    (branch,) = found["branches"]
    deletes = next(step for step in commands if "delete" in step["command"])
    assert deletes["order"] in branch["then"]
    assert deletes["risk"] == "dangerous"
    assert [item["text"] for item in found["prerequisites"]] == ["You need access to the bastion."]
    assert any("wiki" in note["text"] for note in found["notes"])


def test_a_step_is_safe_by_two_keys_alone_and_consoles_have_a_dialect(here: Path) -> None:
    steps = parsed(TEXT)["steps"]
    for found, risk in ((steps, "safe"), (parsed(TEXT, "--advisor", "off")["steps"], "unknown")):
        looks = next(step for step in found if step.get("command", "").startswith("kubectl get"))
        assert (looks["risk"], looks["scanner_risk"]) == (risk, "safe")
        assert next(step for step in found if "delete" in step.get("command", ""))["risk"] == "dangerous"
    counts = next(step for step in steps if step.get("command", "").startswith("SELECT"))
    assert counts["dialect"] != "shell"
    assert "template" not in counts


def test_a_secret_is_in_no_part_of_it(here: Path) -> None:
    result = run("-", "--json", given=TEXT)
    assert "sk_live_51H8" not in result.stdout
    assert len(json.loads(result.stdout)["masked_secrets"]) == 1


def test_it_is_what_the_api_describes(here: Path) -> None:
    asked = "5. Restore it: `pgbackrest --stanza=orders restore` (undo with `systemctl stop orders`)\n"
    found = parsed(TEXT + "\n" + asked)
    assert [item["candidates"] for item in found["names_to_type"]] == [["orders"]]
    assert {"command": "systemctl stop orders"} in [step.get("rollback") for step in found["steps"]]
    shaped = ParsedShape.model_validate(found)
    assert shaped.model_dump(mode="json", by_alias=True, exclude_none=True) == found


def test_the_same_text_gives_the_same(here: Path) -> None:
    assert parsed(TEXT) == parsed(TEXT)


def test_a_person_gets_the_preview(here: Path) -> None:
    (here / "a.md").write_text(TEXT)
    result = run(str(here / "a.md"))
    assert result.exit_code == 0, result.output
    assert "Restart the API" in result.output
    alone = run(str(here / "a.md"), "--advisor", "off")
    assert "● safe" in result.output and "● safe" not in alone.output
    assert "Not safe on one key" in alone.output and "one key" not in result.output
    assert "kubectl delete pod" in result.output


def test_what_has_no_step_is_refused_with_places(here: Path) -> None:
    result = run("-", "--json", given="# Meaning\n\nThe disk was full. It hurt.\n")
    assert result.exit_code == 1
    problem = json.loads(result.stdout)
    assert problem["code"] == "nothing_to_do"
    assert "line" in problem["places"][0]
    assert "There is no command" in result.stderr


@pytest.mark.parametrize("given", [b"\xff\xfe\x00", b"a\x00b", b""])
def test_what_is_no_text_is_refused(here: Path, given: bytes) -> None:
    result = run("-", given=given)
    assert result.exit_code in (1, 2)
    assert result.stderr.startswith("dd0c: ")


def test_a_file_or_again_and_a_digest_is_checked_here(here: Path) -> None:
    assert run().exit_code == 2
    assert run("-", "--again", "a" * 64, given="x").exit_code == 2
    assert "64 hexadecimal digits" in run("--again", "../../x").stderr
