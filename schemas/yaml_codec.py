"""Runbook ↔ YAML. Everything that is wrong is told at once, each with line, column, path, message and
hint.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from base.limits import DOCUMENT_MAX_PROBLEMS
from schemas import lint
from schemas.errors import DocumentInvalid as DocumentInvalid
from schemas.errors import Place
from schemas.messages import places_of
from schemas.runbook import API_VERSION, KIND, Runbook
from schemas.upgrade import UnknownVersion, upgrade
from schemas.yaml_read import Tree, read_yaml
from schemas.yaml_write import Edit as Edit
from schemas.yaml_write import dump_runbook as dump_runbook
from schemas.yaml_write import edit_yaml as edit_yaml

_CONTEXT: Final = {"document": True}


@dataclass(frozen=True, slots=True)
class Checked:
    """What reading a document gave: the runbook where it can serve, everything there is to say about it, and
    the places of its values for whoever has more to say.
    """

    runbook: Runbook | None
    places: tuple[Place, ...]
    tree: Tree | None = None

    @property
    def errors(self) -> tuple[Place, ...]:
        """What keeps the document out of service."""
        return tuple(place for place in self.places if place.severity == "error")

    @property
    def warnings(self) -> tuple[Place, ...]:
        """What is told and no more."""
        return tuple(place for place in self.places if place.severity == "warn")


def load_runbook(data: bytes, *, path: str = "") -> Runbook:
    """The runbook of a YAML document; raises DocumentInvalid with every error. `path` is only told in
    messages.
    """
    checked = check_document(data, path=path)
    if checked.runbook is None:
        raise DocumentInvalid(checked.errors, path=path)
    return checked.runbook


def check_document(data: bytes, *, path: str = "") -> Checked:
    """Read a document and say everything about it, errors and warnings, in the order of their lines."""
    try:
        tree = read_yaml(data, path=path)
    except DocumentInvalid as error:
        return Checked(None, tuple(error.places))
    places = list(tree.places)
    runbook: Runbook | None = None
    if not places:
        runbook, places = _read(tree)
    if runbook is not None:
        places += [
            tree.place(p.path, p.message, code=p.code, hint=p.hint, severity=p.severity)
            for p in lint.problems(runbook)
        ]
    places.sort(key=lambda place: (place.severity != "error", place.line, place.column))
    sound = runbook if all(place.severity == "warn" for place in places) else None
    return Checked(sound, tuple(places[:DOCUMENT_MAX_PROBLEMS]), tree)


def _read(tree: Tree) -> tuple[Runbook | None, list[Place]]:
    value: Any = tree.value
    if not isinstance(value, dict):
        return None, [
            tree.place((), "a runbook is a mapping", code="not_a_mapping", hint=f"apiVersion: {API_VERSION}")
        ]
    for key, word in (("apiVersion", API_VERSION), ("kind", KIND)):
        if key not in value:
            hint = f"write {key}: {word}"
            return None, [tree.place((key,), f"the key `{key}` is missing", code="missing", hint=hint)]
    try:
        document = upgrade(value)
    except UnknownVersion:
        hint = f"write apiVersion: {API_VERSION}"
        return None, [
            tree.place(("apiVersion",), "this version of the format is unknown", code="version", hint=hint)
        ]
    try:
        return Runbook.model_validate(document, by_alias=True, by_name=False, context=_CONTEXT), []
    except ValidationError as error:
        return None, places_of(error, tree)


def document_sha256(data: bytes) -> str:
    """`sha256:<hex>` of a file's bytes: the identity of a runbook version's content."""
    return "sha256:" + hashlib.sha256(data).hexdigest()
