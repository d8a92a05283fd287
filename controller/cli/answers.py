"""Whether an answer is one that this client understands: every route's, by `answers.json`.

What is needed must be there and of its kind; what is more is left alone, so that a newer server may say more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("answers.json")
_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "integer": (int,), "number": (int, float),
}  # fmt: skip
_WORDS: Final = {
    "object": "an object", "array": "a list", "string": "a text", "boolean": "true or false",
    "integer": "a number", "number": "a number", "null": "nothing",
}  # fmt: skip
Shape = Mapping[str, Any]


class Unfit(Exception):
    """An answer is not what the route gives; the text says where and why."""


@dataclass(frozen=True)
class Route:
    """A route and what it answers. `media` None: nothing."""

    parts: tuple[str, ...]
    media: str | None
    shape: Shape | None


def route_of(method: str, path: str) -> Route:
    """The route of a path below /api/v1/; a fixed part of a template counts before a parameter."""
    parts = tuple(path.strip("/").split("/"))
    fitting = [route for route in _routes()[method] if _fits(route.parts, parts)]
    if not fitting:
        raise AssertionError(f"{method} {path} is no route of this version")
    return min(fitting, key=lambda route: [part.startswith("{") for part in route.parts])


def check_document(route: Route, found: object) -> None:
    """Raises Unfit where an answer is not of the route's shape."""
    if route.shape is None:
        return
    problem = next(_problems(route.shape, found, ""), None)
    if problem is not None:
        raise Unfit(problem)


def _fits(template: tuple[str, ...], parts: tuple[str, ...]) -> bool:
    return len(template) == len(parts) and all(
        known.startswith("{") or known == part for known, part in zip(template, parts, strict=True)
    )


def _problems(shape: Shape, value: object, at: str) -> Iterator[str]:
    """What is wrong with a value, from outside in; one problem is enough for the caller."""
    if "of" in shape:
        yield from _problems(_shapes()[shape["of"]], value, at)
        return
    if "any" in shape:
        found = [next(_problems(part, value, at), None) for part in shape["any"]]
        if all(problem is not None for problem in found):
            yield found[0] or ""
        return
    kind = shape.get("type")
    if kind is not None and not _is(value, kind):
        yield f"{at or 'it'} is not {_WORDS[kind]}"
    elif isinstance(value, str) and not _is_utf8(value):
        yield f"{at or 'it'} holds half a character"
    elif isinstance(value, dict):
        yield from _inside(shape, value, at)
    elif isinstance(value, list) and "items" in shape:
        for place, item in enumerate(value):
            yield from _problems(shape["items"], item, f"{at}[{place}]")


def _inside(shape: Shape, value: dict[str, object], at: str) -> Iterator[str]:
    for name, part in shape.get("has", {}).items():
        where = f"{at}.{name}".lstrip(".")
        if name in value:
            yield from _problems(part, value[name], where)
        elif "optional" not in part:
            yield f"{where} is missing"
    if "values" in shape:
        for name, item in value.items():
            if name not in shape.get("has", {}):
                yield from _problems(shape["values"], item, f"{at}.{name[:40]}".lstrip("."))


def _is(value: object, kind: str) -> bool:
    if isinstance(value, bool) and kind != "boolean":
        return False
    return isinstance(value, _KINDS[kind])


def _is_utf8(text: str) -> bool:
    """Whether it can be written again: JSON may hold lone surrogates."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return found


@cache
def _routes() -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for item in _document()["routes"]:
        route = Route(tuple(item["path"].split("/")), item.get("media"), item.get("shape"))
        found.setdefault(item["method"], []).append(route)
    return found


def _shapes() -> dict[str, Shape]:
    shapes: dict[str, Shape] = _document()["shapes"]
    return shapes
