"""JSON schemas of the documents that people and other programs read: `python -m schemas.export [--check]`.

Written beside this file, and into the example repository, whose runbooks name the schema in their first line.
`--check` writes nothing and exits with 1 where a file differs from the code.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel

from base.limits import STEP_TIMEOUT_DEFAULT_MS
from schemas.audit import PAYLOADS
from schemas.decision import DecisionLog
from schemas.export_text import TEXTS
from schemas.flags import Flags
from schemas.policy import Policy
from schemas.runbook import Runbook
from schemas.text import format_duration

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = "schemas/jsonschema"
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_TITLES: Final = {
    "runbook": "dd0c/run runbook",
    "decision-log": "dd0c/run decision log",
    "policy": "dd0c/run policy",
    "flags": "dd0c/run flags",
    "audit-event": "dd0c/run audit event",
}
_EXACTLY_ONE: Final = {"Step": ("command", "manual"), "Rollback": ("command", "impossible")}
_REQUIRED: Final = {"Runbook": ["apiVersion", "kind", "metadata", "spec"]}


def render() -> dict[str, str]:
    """Every generated file: its path from the repository's root, and its text."""
    documents: dict[str, type[BaseModel]] = {
        "runbook": Runbook,
        "decision-log": DecisionLog,
        "policy": Policy,
        "flags": Flags,
    }
    files = {f"{FOLDER}/{name}.v1.json": _text(name, _of_model(model)) for name, model in documents.items()}
    files[f"{FOLDER}/audit-event.v1.json"] = _text("audit-event", _audit_event())
    for name in ("runbook", "policy", "flags"):
        files[f"runbooks-example/{FOLDER}/{name}.v1.json"] = files[f"{FOLDER}/{name}.v1.json"]
    return files


def _text(name: str, schema: dict[str, Any]) -> str:
    head = {"$schema": _DIALECT, "$id": f"urn:dd0c:schema:{name}.v1", "title": _TITLES[name]}
    return (
        json.dumps(
            head | {key: value for key, value in schema.items() if key != "title"},
            indent=2,
            ensure_ascii=False,
        )
        + "\n"
    )


def _of_model(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation")
    for name, definition in [(model.__name__, schema), *schema.get("$defs", {}).items()]:
        _tidy_model(name, definition)
    tidied: dict[str, Any] = _tidy(schema)
    return tidied


def _tidy_model(name: str, definition: dict[str, Any]) -> None:
    """What pydantic can't say: a customer's own keys, "exactly one of", words for the editor."""
    properties = definition.get("properties", {})
    if properties.pop("x-", None) is not None:
        definition["patternProperties"] = {"^x-.": {"description": "A key of your own, kept as it is."}}
    if name in _EXACTLY_ONE:
        definition["oneOf"] = [{"required": [key]} for key in _EXACTLY_ONE[name]]
    if name in _REQUIRED:
        definition["required"] = _REQUIRED[name]
    for key, schema in properties.items():
        if key == "timeout":
            schema["default"] = format_duration(STEP_TIMEOUT_DEFAULT_MS)
        text = TEXTS.get(f"{name}.{key}")
        if text is not None:
            schema["description"] = text


def _tidy(value: Any) -> Any:
    """Without titles and nulls (absent means left out), and with closed maps of labels."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    options = [item for item in value.get("anyOf", ()) if item != {"type": "null"}]
    if options and len(options) < len(value["anyOf"]):
        rest = {key: item for key, item in value.items() if key not in ("anyOf", "default")}
        value = rest | (options[0] if len(options) == 1 else {"anyOf": options})
    found = {
        key: ({name: _tidy(item) for name, item in content.items()} if key in _MAPS else _tidy(content))
        for key, content in value.items()
        if not (key == "title" and isinstance(content, str))
    }
    if "patternProperties" in found:
        found.setdefault("additionalProperties", False)
    description = found.get("description")
    if isinstance(description, str):
        found["description"] = " ".join(description.split())
    return found


_MAPS: Final = ("properties", "patternProperties", "$defs")


def _audit_event() -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    branches = []
    for event_type, payload in sorted(PAYLOADS.items()):
        schema = _of_model(payload)
        definitions |= schema.pop("$defs", {})
        definitions[payload.__name__] = schema
        data = {"$ref": f"#/$defs/{payload.__name__}"}
        branches.append(
            {
                "if": {"properties": {"eventType": {"const": event_type}}},
                "then": {"properties": {"data": data}},
            }
        )
    return {
        "description": "One event of the audit trail. Readers ignore unknown fields.",
        "type": "object",
        "required": ["eventType", "actorId", "data"],
        "properties": {
            "eventType": {"enum": sorted(PAYLOADS)},
            "actorId": {
                "type": "string",
                "description": "`member:mem_…`, `agent:agt_…` or `system:<part>`.",
                "pattern": "^(member:mem_|agent:agt_|system:)",
            },
            "data": {"type": "object"},
        },
        "allOf": branches,
        "$defs": dict(sorted(definitions.items())),
    }


def main(arguments: list[str]) -> int:
    """Write the files, or with `--check` compare them; 1 where something differs, 2 for another argument."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m schemas.export [--check]\n")
        return 2
    stale = 0
    for name, text in render().items():
        path = ROOT / name
        if path.is_file() and path.read_text("utf-8") == text:
            continue
        stale = 1
        sys.stderr.write(f"{'differs' if arguments else 'written'}: {name}\n")
        if not arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    return stale if arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
