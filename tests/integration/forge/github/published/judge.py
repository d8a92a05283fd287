"""Judges requests and answers by GitHub's published description, and fills answers up to whole ones.

An object in a request may have no property that the description does not know: GitHub would not read it. The
same holds for the answers of our own imitation: what it made up, the adapter might come to rely on.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import unquote

from jsonschema import Draft202012Validator

from tests.integration.forge.github.published.cut import DESCRIPTION

SAID_MAX: Final = 3
"""Complaints about one document that are told."""
MANY_SEGMENTS: Final = frozenset({"ref", "path", "branch", "basehead"})
"""Parts of a path that hold slashes, whatever OpenAPI says of parts of paths."""
UNLISTED: Final = frozenset({401, 403, 404, 405, 409, 410, 422, 429})
"""Refusals that GitHub gives to any operation, listed or not."""

Schema = dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One operation: its line "METHOD template", and what the description says of it."""

    line: str
    parameters: list[Schema]
    body: Schema | None
    answers: dict[str, Schema]
    pattern: re.Pattern[str] = field(compare=False, hash=False)


@cache
def _operations() -> tuple[Operation, ...]:
    whole = json.loads(DESCRIPTION.read_text())
    inlined: dict[str, Schema] = {}
    found = [
        Operation(
            line,
            [_inline(each, whole["schemas"], inlined) for each in value["parameters"]],
            None if value["body"] is None else _closed(_inline(value["body"], whole["schemas"], inlined)),
            {
                status: _described(status, each, whole["schemas"], inlined)
                for status, each in value["answers"].items()
            },
            _pattern(line),
        )
        for line, value in whole["operations"].items()
    ]
    # What has fewer holes is the more exact one: /pulls/comments/{id} before /pulls/{number}/comments.
    return tuple(sorted(found, key=lambda each: (each.line.count("{"), each.line)))


def _described(status: str, answer: Schema, schemas: dict[str, Any], done: dict[str, Schema]) -> Schema:
    schema = _inline(answer["schema"], schemas, done)
    examples = [json.loads(each) for each in answer["examples"]]
    return {
        "schema": schema,
        "closed": _closed(schema) if status.startswith("2") else schema,
        "example": examples[0] if examples else None,
    }


def _pattern(line: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", line)
    holes = [
        f"(?P<{part}>{'.+' if part in MANY_SEGMENTS else '[^/]+'})" if odd else re.escape(part)
        for part, odd in zip(parts, [False, True] * len(parts), strict=False)
    ]
    return re.compile("".join(holes))


def _inline(node: Any, schemas: dict[str, Any], done: dict[str, Schema]) -> Any:
    """The node with what it names in place of each name; one that names itself is cut where it does."""
    if isinstance(node, list):
        return [_inline(each, schemas, done) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {key: _inline(value, schemas, done) for key, value in node.items()}
    name = node["$ref"].rpartition("/")[2]
    if name not in done:
        done[name] = {}
        done[name] = _inline(schemas[name], schemas, done)
    return done[name]


@cache
def find(method: str, path: str) -> Operation | None:
    """The operation of a request, or None where none is described."""
    return next((each for each in _operations() if each.pattern.fullmatch(f"{method} {path}")), None)


# ------------------------------------------------------------------- judging


def judge_request(method: str, path: str, query: dict[str, str], body: Any) -> list[str]:
    """What is wrong with a request; nothing where GitHub's description allows it."""
    operation = find(method, path)
    if operation is None:
        return [f"{method} {path}: no such operation"]
    said = [*_parameters(operation, f"{method} {path}", query)]
    if operation.body is None:
        said += ["a body where none is read"] if body is not None else []
    else:
        said += _faults(f"{operation.line} body", operation.body, body)
    return [f"{operation.line}: {each}" for each in said]


def _parameters(operation: Operation, line: str, query: dict[str, str]) -> list[str]:
    found = operation.pattern.fullmatch(line)
    parts = {name: unquote(value) for name, value in (found.groupdict() if found else {}).items()}
    said = []
    known = {each["name"]: each for each in operation.parameters if each["in"] == "query"}
    said += [f"no such parameter {name}" for name in query if name not in known]
    for each in operation.parameters:
        name, schema = each["name"], each.get("schema", {})
        given = parts.get(name) if each["in"] == "path" else query.get(name)
        if given is None:
            said += [f"no parameter {name}"] if each.get("required") else []
            continue
        value = int(given) if schema.get("type") == "integer" and given.isdigit() else given
        said += _faults(f"{operation.line} {name}", schema, value)
    return said


def judge_answer(method: str, path: str, status: int, document: Any, *, closed: bool = True) -> list[str]:
    """What is wrong with an answer to a described request. `closed`: it may hold nothing unknown."""
    operation = find(method, path)
    if operation is None:
        return []
    described = operation.answers.get(str(status))
    if described is None:
        return [] if status in UNLISTED else [f"{operation.line}: no answer {status}"]
    if described["schema"] is None:
        wrong = status < 300 and document is not None
        return [f"{operation.line}: {status} with a body"] if wrong else []
    kind = "closed" if closed else "schema"
    found = _faults(f"{operation.line} {status} {kind}", described[kind], document)
    return [f"{operation.line}: {each}" for each in found]


_validators: dict[str, Draft202012Validator] = {}


def _faults(place: str, schema: Schema, value: Any) -> list[str]:
    if place not in _validators:
        _validators[place] = Draft202012Validator(schema)
    found = []
    for error in _validators[place].iter_errors(value):
        where = "/".join(str(part) for part in error.absolute_path)
        found.append(f"{where or place}: {error.message[:200]}")
        if len(found) == SAID_MAX:
            break
    return found


def _closed(node: Any) -> Any:
    """The schema with every object closed to what it names, but for parts that only count together."""
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    apart = {"allOf", "anyOf", "oneOf"}
    found = {
        key: value if key in apart and not _nullable(node) else _closed(value) for key, value in node.items()
    }
    if "properties" in node and isinstance(node["properties"], dict) and not apart & node.keys():
        found.setdefault("additionalProperties", False)
    return found


def _nullable(node: Schema) -> bool:
    return {"type": "null"} in node.get("anyOf", ())


# ------------------------------------------------------------------- filling


def completed(method: str, path: str, status: int, document: Any) -> Any:
    """An answer with what the description requires and it lacks: from the published example, else made up."""
    operation = find(method, path)
    described = operation.answers.get(str(status)) if operation is not None else None
    if described is None or described["schema"] is None:
        return document
    return _filled(described["schema"], document, described["example"])


def _filled(schema: Schema, given: Any, example: Any) -> Any:
    schema = _branch(schema, given)
    if isinstance(given, list):
        first = example[0] if isinstance(example, list) and example else None
        return [_filled(schema.get("items", {}), each, first) for each in given]
    if not isinstance(given, dict):
        return given
    properties: dict[str, Schema] = schema.get("properties", {})
    sample = example if isinstance(example, dict) else {}
    found = dict(given)
    for name, value in given.items():
        found[name] = _filled(properties.get(name, {}), value, sample.get(name))
    for name in schema.get("required", ()):
        if name not in found:
            inner = properties.get(name, {})
            value = _known(inner, sample[name]) if name in sample else _made_up(inner)
            found[name] = _filled(inner, value, None)
    return found


def _known(schema: Schema, value: Any) -> Any:
    """A value of a published example without what its own schema does not know."""
    schema = _branch(schema, value)
    if isinstance(value, list):
        return [_known(schema.get("items", {}), each) for each in value]
    if not isinstance(value, dict) or "properties" not in schema:
        return value
    properties = schema["properties"]
    return {name: _known(properties[name], each) for name, each in value.items() if name in properties}


def _branch(schema: Schema, given: Any) -> Schema:
    """The schema that speaks about this value: parts that count together are joined, of several the first
    that fits its kind.
    """
    if "allOf" in schema:
        parts = [_branch(each, given) for each in schema["allOf"]]
        joined: dict[str, Any] = {}
        for part in [*parts, {key: value for key, value in schema.items() if key != "allOf"}]:
            joined["properties"] = {**joined.get("properties", {}), **part.get("properties", {})}
            joined["required"] = [*joined.get("required", ()), *part.get("required", ())]
        return joined
    for word in ("anyOf", "oneOf"):
        if word in schema:
            kind = "object" if isinstance(given, dict) else "array" if isinstance(given, list) else ""
            fits = [each for each in schema[word] if each.get("type") == kind or "allOf" in each]
            return _branch(fits[0], given) if fits else {}
    return schema


def _made_up(schema: Schema) -> Any:
    """The least value of a schema."""
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if _nullable(schema):
        return None
    schema = _branch(schema, {})
    kinds: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False, "array": []}
    return kinds.get(schema.get("type", ""), {})
