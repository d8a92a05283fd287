"""Lint for variables and the holes that they fill."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.alphabet import alphabet
from schemas.holes import holes, near_holes
from schemas.patterns import DEFAULT_PATTERN, UNSAFE_CHARACTERS, first_probe, fullmatch
from schemas.problem import Path, Problem
from schemas.runbook import Runbook, Variable


def check_variables(runbook: Runbook) -> Iterator[Problem]:
    """Each variable by itself: its name, its pattern and example, and where a secret comes from."""
    seen: set[str] = set()
    for index, variable in enumerate(runbook.spec.variables):
        path: Path = ("spec", "variables", index)
        if variable.name in seen:
            yield Problem(
                (*path, "name"), "duplicate_variable", f"the variable `{variable.name}` is declared twice"
            )
        seen.add(variable.name)
        yield from (_secret(path, variable) if variable.secret else _plain(path, variable))


def _secret(path: Path, variable: Variable) -> Iterator[Problem]:
    if variable.secret_name is None:
        yield Problem(
            path,
            "secret_source",
            f"the secret `{variable.name}` needs a source on the agent's host",
            "source: agent.secrets.NAME",
        )
    for key in ("pattern", "example"):
        if getattr(variable, key) is not None:
            yield Problem(
                (*path, key),
                "secret_value",
                f"a secret has no {key}: its value never leaves the agent's host",
            )


def _plain(path: Path, variable: Variable) -> Iterator[Problem]:
    if variable.source is not None and variable.source.startswith("agent."):
        yield Problem(
            (*path, "source"),
            "secret_source",
            "only a secret comes from the agent's host",
            "add secret: true",
        )
    pattern = variable.pattern or DEFAULT_PATTERN
    if variable.example is not None and not fullmatch(pattern, variable.example):
        yield Problem(
            (*path, "example"), "example", f"the example does not match the pattern {pattern} as a whole"
        )
    probe = None if variable.pattern is None else _open_at(variable.pattern, variable.example)
    if probe is not None:
        yield Problem(
            (*path, "pattern"),
            "open_pattern",
            f"the pattern of `{variable.name}` admits {_show(probe)}, which could change the command",
            "name the characters that a value may have, for example [a-z0-9-]{1,63}",
        )


def _open_at(pattern: str, example: str | None) -> str | None:
    """A text, or at least a character, that the pattern must not admit."""
    probe = first_probe(pattern, example)
    if probe is not None:
        return probe
    admitted = alphabet(pattern) or frozenset()
    return next((character for character in UNSAFE_CHARACTERS if character in admitted), None)


def _show(probe: str) -> str:
    if probe == "":
        return "the empty text"
    return '"' + "".join(c if c.isprintable() and c != '"' else f"\\u{ord(c):04x}" for c in probe) + '"'


def _all_texts(runbook: Runbook) -> Iterator[tuple[Path, str]]:
    for index, prerequisite in enumerate(runbook.spec.prerequisites):
        yield ("spec", "prerequisites", index, "text"), prerequisite.text
        if prerequisite.check is not None:
            yield ("spec", "prerequisites", index, "check", "command"), prerequisite.check.command
    for index, step in enumerate(runbook.spec.steps):
        for path, text in step.texts():
            yield ("spec", "steps", index, *path), text


def check_holes(runbook: Runbook) -> Iterator[Problem]:
    """Every hole names a declared variable that is no secret, and looks as a hole must."""
    declared = {variable.name: variable for variable in runbook.spec.variables}
    for path, text in _all_texts(runbook):
        for name in dict.fromkeys(hole.name for hole in holes(text)):
            if name not in declared:
                yield Problem(
                    path, "undeclared", f"there is no variable `{name}`", "declare it in spec.variables"
                )
            elif declared[name].secret:
                yield Problem(
                    path,
                    "secret_hole",
                    f"the secret `{name}` may not stand in a text",
                    f"pass it by environment: env: {{NAME: {name}}}",
                )
        for name in dict.fromkeys(hole.name for hole in near_holes(text)):
            if name in declared:
                yield Problem(
                    path,
                    "near_hole",
                    f"`{name}` is not filled here",
                    f"write {{{{ {name} }}}}, with one blank each side",
                )


def check_use(runbook: Runbook) -> Iterator[Problem]:
    """Variables that stand nowhere."""
    used = {hole.name for _, text in _all_texts(runbook) for hole in holes(text)}
    used |= {name for step in runbook.spec.steps for name in step.env.values()}
    for index, variable in enumerate(runbook.spec.variables):
        if variable.name not in used:
            yield Problem(
                ("spec", "variables", index, "name"),
                "unused_variable",
                f"the variable `{variable.name}` is used nowhere",
                severity="warn",
            )
