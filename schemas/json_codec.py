"""`policy.json`, `flags.json` and decision logs: strict JSON to documents, with line and column in every
error.
"""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import ValidationError

from base.limits import DOCUMENT_MAX_BYTES, DOCUMENT_MAX_PROBLEMS
from schemas.decision import DecisionLog
from schemas.errors import DocumentInvalid, Place
from schemas.flags import Flags
from schemas.messages import places_of
from schemas.model import Model
from schemas.policy import Policy
from schemas.yaml_read import Tree, decode_yaml, read_yaml

_Document = TypeVar("_Document", bound=Model)


class _DuplicateKey(ValueError):
    pass


def load_policy(data: bytes, *, path: str = "policy.json") -> Policy:
    """The policy of a repository; raises DocumentInvalid."""
    return _load(data, Policy, path)


def load_flags(data: bytes, *, path: str = "flags.json") -> Flags:
    """The flags of a repository; raises DocumentInvalid."""
    return _load(data, Flags, path)


def load_decision_log(data: bytes, *, path: str) -> DecisionLog:
    """A decision log; raises DocumentInvalid."""
    return _load(data, DecisionLog, path)


def dump_json(document: Model) -> str:
    """The text of a policy or flags file: defaults left out, two blanks of indent, a newline at the end."""
    content = document.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return json.dumps({"version": 1} | content, indent=2, ensure_ascii=False) + "\n"


def _load(data: bytes, model: type[_Document], path: str) -> _Document:
    text = decode_yaml(data, path=path, max_bytes=DOCUMENT_MAX_BYTES)
    value = _parse(text, path)
    try:
        return model.model_validate(value, by_alias=True, by_name=False)
    except ValidationError as error:
        raise DocumentInvalid(
            places_of(error, _tree(data, value))[:DOCUMENT_MAX_PROBLEMS], path=path
        ) from error


def _parse(text: str, path: str) -> dict[str, Any]:
    try:
        value = json.loads(text, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        place = Place(error.lineno, error.colno, "", f"not JSON: {error.msg}", None, "json_syntax")
        raise DocumentInvalid([place], path=path) from error
    except (_DuplicateKey, RecursionError, ValueError) as error:
        message = str(error) if isinstance(error, _DuplicateKey) else "not JSON that can be read"
        raise DocumentInvalid([Place(1, 1, "", message, None, "json_syntax")], path=path) from error
    if not isinstance(value, dict):
        raise DocumentInvalid(
            [Place(1, 1, "", "this must be an object", "write {…}", "not_a_mapping")], path=path
        )
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _DuplicateKey(f"the key `{key[:64]}` stands twice")
        found[key] = value
    return found


def _tree(data: bytes, value: Any) -> Tree:
    """The places of the values: JSON is read once more as the YAML that it also is. Where that fails (a
    string of JSON's own escapes), every place is the first line."""
    try:
        return read_yaml(data)
    except DocumentInvalid:
        return Tree(value=value, marks={(): (1, 1)})
