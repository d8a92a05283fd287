"""The published JSON schema of `dd0c parse --json`: every document keeps to it; the page names its fields."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import preview
from tests.unit.ingest.test_export import CORPUS, TEXTS

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "parse.md").read_text(encoding="utf-8")
SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "parse.schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
PROGRAM = re.search(r"\| python3 -c '([^']+)'", PAGE.partition("```sh\n")[2])


def names(schema: dict[str, Any]) -> Iterator[str]:
    """Every field that it has, at any depth."""
    for part in (schema, *schema["$defs"].values()):
        yield from part.get("properties", ())


def test_it_is_a_schema_that_lets_fields_come_beside_its_own() -> None:
    VALIDATOR.check_schema(SCHEMA)
    assert 'additionalProperties": false' not in json.dumps(SCHEMA)


@pytest.mark.parametrize("path", [*TEXTS, *CORPUS], ids=lambda path: path.name)
def test_every_document_keeps_to_it(path: Path) -> None:
    found = parsed_json(preview(path.read_text(encoding="utf-8")))
    assert [error.message for error in VALIDATOR.iter_errors(found)] == []


def test_what_is_missing_or_of_another_kind_breaks_it() -> None:
    found = parsed_json(preview("# A\n\n1. Run `df -h`\n"))
    assert VALIDATOR.is_valid(found | {"later": 1})
    assert not VALIDATOR.is_valid({key: value for key, value in found.items() if key != "steps"})
    assert not VALIDATOR.is_valid(found | {"steps": [found["steps"][0] | {"order": "1"}]})


def test_the_page_names_every_field() -> None:
    words = set(re.findall(r"[a-z][a-z0-9_]*", PAGE))
    assert sorted(name for name in names(SCHEMA) if name not in words) == []


def test_the_lines_of_the_page_give_the_shape_of_a_truth() -> None:
    assert PROGRAM is not None
    found = parsed_json(
        preview("# A\n\nNeed VPN.\n\n1. If it hangs, run `kubectl delete pod <pod>`\n2. Check the logs.\n")
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM[1]],
        input=json.dumps(found),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {
        "steps": [
            {"order": 1, "kind": "manual", "command": None},
            {"order": 2, "kind": "command", "command": "kubectl delete pod <pod>"},
            {"order": 3, "kind": "manual", "command": None},
        ],
        "variables": ["pod"],
        "prerequisites": ["Need VPN."],
        "branches": [{"if": "If it hangs", "then": [2], "else": []}],
        "ambiguities": ["Check the logs."],
    }
