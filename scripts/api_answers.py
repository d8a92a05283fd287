"""The answers of the API in short, for the command line: by route, what each holds and of which kind.

Made from the API's own description; descriptions, bounds and the words of enumerations are left out, so
that a newer server, which may say more, is still understood.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

_PREFIX: Final = "/api/v1/"
_REF: Final = "#/components/schemas/"


def render(api: Mapping[str, Any]) -> str:
    """The file `controller/cli/answers.json`, from an OpenAPI document."""
    shapes = api["components"]["schemas"]
    routes = [
        {"method": method.upper(), "path": path.removeprefix(_PREFIX), **_answer(operation)}
        for path, operations in api["paths"].items()
        if path.startswith(_PREFIX)
        for method, operation in operations.items()
    ]
    used = _used(shapes, [route["shape"] for route in routes if "shape" in route])
    lines = [json.dumps(route) for route in routes]
    named = [f"{json.dumps(name)}: {json.dumps(_short(shapes[name]))}" for name in sorted(used)]
    return '{"routes": [\n' + ",\n".join(lines) + '\n], "shapes": {\n' + ",\n".join(named) + "\n}}\n"


def _answer(operation: Mapping[str, Any]) -> dict[str, Any]:
    """What a call that succeeds is answered with: a media type and, of JSON, its shape; else nothing."""
    found: dict[str, Any] = {}
    for status, response in operation["responses"].items():
        for media, content in response.get("content", {}).items() if status.startswith("2") else ():
            answer = {"media": media}
            if media == "application/json":
                answer["shape"] = _short(content["schema"])
            if found and found != answer:
                raise ValueError(f"{operation['operationId']} has two forms of success")
            found = answer
    return found


def _short(schema: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"of": schema["$ref"].removeprefix(_REF)}
    if "anyOf" in schema:
        return {"any": [_short(part) for part in schema["anyOf"]]}
    short: dict[str, Any] = {}
    kind = schema.get("type") or _kind_of(schema)
    if kind:
        short["type"] = kind
    if "properties" in schema:
        short["has"] = {
            name: _short(part) | ({"optional": True} if _may_be_absent(part) else {})
            for name, part in schema["properties"].items()
        }
    if "items" in schema:
        short["items"] = _short(schema["items"])
    if isinstance(schema.get("additionalProperties"), dict):
        short["values"] = _short(schema["additionalProperties"])
    return short


def _may_be_absent(schema: Mapping[str, Any]) -> bool:
    """Only what may be null is left out of an answer (CONTRACTS.md §3); a default is sent."""
    return any(part.get("type") == "null" for part in schema.get("anyOf", ()))


def _kind_of(schema: Mapping[str, Any]) -> str | None:
    """The kind of an enumeration or a constant that names none."""
    words = schema.get("enum") or ([schema["const"]] if "const" in schema else [])
    return "string" if words and all(isinstance(word, str) for word in words) else None


def _used(shapes: Mapping[str, Any], wanted: list[dict[str, Any]]) -> set[str]:
    """The names of the shapes that these hold, however deep."""
    used: set[str] = set()
    waiting = [name for shape in wanted for name in _names(shape)]
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting.extend(_names(_short(shapes[name])))
    return used


def _names(short: Mapping[str, Any]) -> Iterator[str]:
    if "of" in short:
        yield str(short["of"])
    for part in (*short.get("any", ()), *short.get("has", {}).values()):
        yield from _names(part)
    for key in ("items", "values"):
        if key in short:
            yield from _names(short[key])
