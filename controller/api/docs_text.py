"""The OpenAPI document as a page of plain text, for a terminal and for a browser that runs nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from controller.api.openapi import operations

_WIDTH: Final = 24


def render(document: dict[str, Any]) -> str:
    """Every route under its tag: what it does, what it takes, what it gives."""
    lines = [document["info"]["title"], "=" * len(document["info"]["title"]), ""]
    lines += document["info"]["description"].splitlines()
    for tag in document["tags"]:
        lines += ["", f"{tag['name']}: {tag['description']}", "-" * 100]
        for path, method, operation in operations(document):
            if operation.get("tags") == [tag["name"]]:
                lines += ["", *_operation(document, path, method, operation)]
    return "\n".join(lines) + "\n"


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"{method} {path}"
    yield f"    {operation['summary']}"
    yield from (f"    {line}".rstrip() for line in operation.get("description", "").splitlines())
    for item in operation.get("parameters", []):
        needed = " (required)" if item.get("required") else ""
        yield f"    {item['in']:<7} {item['name']:<{_WIDTH}} {item.get('description', '')}{needed}".rstrip()
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from _fields(document, content["schema"])
    answers = sorted(status for status in operation["responses"] if status.startswith("2"))
    refusals = sorted(status for status in operation["responses"] if not status.startswith("2"))
    yield f"    answers {', '.join(answers)}; refuses with {', '.join(refusals)}"


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    shape = _resolved(document, schema)
    required = shape.get("required", [])
    for name, field in shape.get("properties", {}).items():
        needed = " (required)" if name in required else ""
        words = " ".join(part for part in (_type(document, field), field.get("description", "")) if part)
        yield f"    body    {name:<{_WIDTH}} {words}{needed}".rstrip()


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: dict[str, Any] = document["components"]["schemas"][reference.rpartition("/")[2]]
    return found


def _type(document: dict[str, Any], field: dict[str, Any]) -> str:
    shape = _resolved(document, field)
    if "enum" in shape:
        return " | ".join(str(word) for word in shape["enum"])
    if "anyOf" in shape:
        kinds = (_type(document, item) for item in shape["anyOf"] if item.get("type") != "null")
        return " | ".join(kind for kind in kinds if kind)
    return str(shape.get("type", ""))
