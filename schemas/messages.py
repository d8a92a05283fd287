"""What pydantic found, in words for the author of a document: where, what is wrong, what to write instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from schemas.errors import Place
from schemas.runbook import (
    AlertMatcher,
    Ambiguity,
    Check,
    LabelPattern,
    Metadata,
    Prerequisite,
    Review,
    Runbook,
    Source,
    Spec,
    Variable,
)
from schemas.step import Expect, Rollback, Step, Target, When
from schemas.text import DURATION_HINT
from schemas.yaml_read import Path, Tree


class Said(NamedTuple):
    """One problem in words."""

    message: str
    hint: str | None = None


_NAME_FORM: Final = "lower-case letters, digits and hyphens, beginning with a letter, at most 63 characters"
_FORMS: Final[dict[str, str]] = {
    "name": _NAME_FORM,
    "id": _NAME_FORM,
    "needs": _NAME_FORM,
    "step": _NAME_FORM,
    "owners": "`@user`, `@organisation/team` or an e-mail address",
    "by": "`@user`, `@organisation/team` or an e-mail address",
    "sha256": "64 lower-case hexadecimal digits",
    "decisionLog": "a path inside the repository, without `..` and without a leading slash",
    "source": "`alert.labels.NAME`, `alert.annotations.NAME`, or `agent.secrets.NAME` for a secret",
    "labels": "letters, digits and `. _ / -`, beginning and ending with a letter or digit",
    "env": "letters, digits and `_` for the name of an environment variable",
}
_QUOTES: Final = "put it in quotes"


def known_keys() -> frozenset[str]:
    """Every key that a runbook may have anywhere; from here come the suggestions for a mistyped one."""
    models: tuple[type[BaseModel], ...] = (
        Runbook, Metadata, Spec, Source, AlertMatcher, LabelPattern, Prerequisite, Check, Variable, Ambiguity,
        Review, Step, Expect, Rollback, Target, When,
    )  # fmt: skip
    keys = {field.alias or name for model in models for name, field in model.model_fields.items()}
    return frozenset(keys - {"x-"})


_KNOWN: Final = known_keys()


def _field(error: ErrorDetails) -> str:
    words = [part for part in error["loc"] if isinstance(part, str) and part != "[key]"]
    for word in reversed(words):
        if word in _KNOWN:
            return word
    return words[-1] if words else ""


def _ctx(error: ErrorDetails) -> Mapping[str, Any]:
    return error.get("ctx") or {}


def _unknown(error: ErrorDetails) -> Said:
    key = str(error["loc"][-1])
    near = get_close_matches(key, _KNOWN, n=1, cutoff=0.75)
    hint = f"did you mean `{near[0]}`?" if near else "a key of your own begins with `x-`"
    return Said(f"the key `{key[:64]}` is unknown here", hint)


def _form(error: ErrorDetails) -> Said:
    return Said("this does not have the right form", _FORMS.get(_field(error)))


def _string(error: ErrorDetails) -> Said:
    value = error["input"]
    if isinstance(value, bool | int | float):
        return Said(f"this must be text, not {_kind(value)}", _QUOTES)
    return Said(f"this must be text, not {_kind(value)}")


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def _wants(what: str, hint: str | None = None) -> Callable[[ErrorDetails], Said]:
    def say(error: ErrorDetails) -> Said:
        return Said(f"this must be {what}, not {_kind(error['input'])}", hint)

    return say


def _choice(error: ErrorDetails) -> Said:
    expected = str(_ctx(error).get("expected", "")).replace("'", "`").replace("<Risk.", "<")
    if expected == "True":
        expected = "`true`, or leave it out"
    if _field(error) == "risk":
        expected = "`safe`, `caution` or `dangerous`"
    return Said("this is none of the words allowed here", f"write {expected}")


def _bound(form: str) -> Callable[[ErrorDetails], Said]:
    def say(error: ErrorDetails) -> Said:
        return Said(form.format(**_ctx(error)))

    return say


def _time_bound(error: ErrorDetails) -> Said:
    if _field(error) == "timeout":
        return Said("a timeout is longer than zero and at most 24 hours", DURATION_HINT)
    if "le" in _ctx(error):
        return Said("this may be at most {le}".format(**_ctx(error)))
    return Said("this must be at least {ge}".format(**_ctx(error)))


def _own(hint: str | None = None) -> Callable[[ErrorDetails], Said]:
    def say(error: ErrorDetails) -> Said:
        return Said(error["msg"], hint)

    return say


_SAY: Final[dict[str, Callable[[ErrorDetails], Said]]] = {
    "missing": lambda error: Said(f"the key `{error['loc'][-1]}` is missing"),
    "extra_forbidden": _unknown,
    "string_type": _string,
    "string_unicode": lambda error: Said("half of a surrogate pair stands in this text", "remove it"),
    "int_type": _wants("a whole number", "write it without quotes"),
    "bool_type": _wants("`true` or `false`", "write one of these two, without quotes"),
    "tuple_type": _wants("a list", "write [a, b] or one line with `- ` for each"),
    "dict_type": _wants("a mapping", "write `key: value`"),
    "model_type": _wants("a mapping", "write `key: value`"),
    "literal_error": _choice,
    "enum": _choice,
    "string_pattern_mismatch": _form,
    "string_too_short": _bound("this may not be empty"),
    "string_too_long": _bound("this may have at most {max_length} characters"),
    "too_short": _bound("this may not be empty"),
    "too_long": _bound("this may have at most {max_length} entries"),
    "greater_than_equal": _time_bound,
    "less_than_equal": _time_bound,
    "duration": _own(DURATION_HINT),
    "instant": _own(),
    "one_of": _own(),
    "when": _own("for example {step: cause, answer: disk} or {all: [...]}"),
    "pattern": _own("the syntax is that of RE2: no look-around, no back-references"),
    "variable_name": _own(
        "lower-case letters, digits and `_`, beginning with a letter, at most 63 characters"
    ),
    "template_word": _own("choose another name, so that `{{ end }}` and the like stay text"),
    "command_character": _own("control, bidirectional and zero-width characters hide what a command does"),
    "command_size": _own("put the script on the host and call it"),
    "command_empty": _own(),
    "text_character": _own("remove the invisible character"),
    "text_empty": _own(),
    "text_line": _own(),
    "duplicate_step": _own("ids of steps are unique in the document"),
    "extension_name": _own(),
    "extension_value": _own("keys of your own hold text, whole numbers, true, false, lists and mappings"),
}
"""Every pydantic error that a document can cause; anything else keeps pydantic's own words."""

_AT_KEY: Final = frozenset({"extra_forbidden", "extension_name"})


def told_types() -> frozenset[str]:
    """The error types that have words of ours."""
    return frozenset(_SAY)


def places_of(error: ValidationError, tree: Tree) -> list[Place]:
    """One place for each thing that pydantic found; a union that fits nowhere is one thing, not one a
    member.
    """
    found: dict[tuple[Path, str], Place] = {}
    for detail in error.errors(include_url=False):
        if _is_echo(detail):
            continue
        union = _in_label_union(detail)
        path = _locate(detail, tree.value)[: _LABEL_DEPTH if union else None]
        said = _LABEL_MATCH if union else _SAY.get(detail["type"], _own())(detail)
        code = "label_match" if union else detail["type"]
        at_key = code in _AT_KEY or detail["loc"][-1:] == ("[key]",)
        found.setdefault(
            (path, said.message), tree.place(path, said.message, code=code, hint=said.hint, at_key=at_key)
        )
    refused = {path[:-1] for path, _ in found if path[-1:] == ("pattern",)}
    return [
        place for (path, said), place in found.items() if said != _LABEL_MATCH.message or path not in refused
    ]


def _is_echo(error: ErrorDetails) -> bool:
    """Pydantic counts only the entries that are good: "too short" is an echo where there are bad ones."""
    return error["type"] == "too_short" and bool(error["input"])


_LABEL_DEPTH: Final = 5
_LABEL_MATCH: Final = Said(
    "a label is matched by a text, a list of texts, or a pattern",
    'write warning, [warning, critical] or {pattern: "warn.*"}',
)


def _in_label_union(error: ErrorDetails) -> bool:
    """`spec.alerts[0].labels.NAME` and the union's member behind it, but not a pattern that RE2 refuses."""
    loc = error["loc"]
    return (
        len(loc) > _LABEL_DEPTH
        and (loc[1], loc[3]) == ("alerts", "labels")
        and loc[-1] != "[key]"
        and error["type"] != "pattern"
    )


_OF_EXTENSIONS: Final = ("extension_name", "extension_value")


def _locate(error: ErrorDetails, value: Any) -> Path:
    """The path in the document. Pydantic's own words in it (union members, `[key]`) lead nowhere and are left
    out, but for the name of a missing key.
    """
    path: list[str | int] = []
    loc = error["loc"]
    for part in loc[:-1] if error["type"] in _OF_EXTENSIONS else loc:
        if isinstance(value, dict):
            inside = part in value
            value = value.get(part, value)
        elif isinstance(value, list) and isinstance(part, int):
            inside = part < len(value)
            value = value[part] if inside else value
        else:
            inside = False
        if inside:
            path.append(part)
    if error["type"] == "missing":
        path.append(error["loc"][-1])
    return (*path, *_further(error))


def _further(error: ErrorDetails) -> Path:
    """What an error of a whole mapping knows about the place inside it."""
    if error["type"] in _OF_EXTENSIONS:
        return (str(_ctx(error)["key"]),)
    if error["type"] == "duplicate_step":
        return ("spec", "steps", int(_ctx(error)["index"]), "id")
    return ()
