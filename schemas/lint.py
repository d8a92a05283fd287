"""Whether a runbook makes sense: what its structure alone can't say. Pure.

An error keeps a document out of service; a warning is told and no more. Where a hole may stand inside a
command is the scanner's to judge; what a pull request may lower is `controller/review`'s.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from base.limits import WHEN_MAX_DEPTH
from schemas.errors import DocumentInvalid, Place
from schemas.lint_variables import check_holes, check_use, check_variables
from schemas.names import reserved_env
from schemas.problem import Path, Problem, show_path
from schemas.risk import Risk
from schemas.runbook import Runbook
from schemas.step import Step, When


def problems(runbook: Runbook) -> list[Problem]:
    """All problems, in the order of the document's parts."""
    return [
        *check_variables(runbook),
        *_unique(runbook),
        *_graph(runbook),
        *(
            problem
            for index, step in enumerate(runbook.spec.steps)
            for problem in _step(runbook, index, step)
        ),
        *check_holes(runbook),
        *check_use(runbook),
    ]


def require_sound(runbook: Runbook) -> Runbook:
    """The runbook itself; raises DocumentInvalid (places without lines) where lint finds an error."""
    errors = [
        Place(0, 0, show_path(p.path), p.message, p.hint, p.code, p.severity)
        for p in problems(runbook)
        if p.severity == "error"
    ]
    if errors:
        raise DocumentInvalid(errors)
    return runbook


# ---------------------------------------------------------------- ids and the graph


def _unique(runbook: Runbook) -> Iterator[Problem]:
    for key in ("prerequisites", "ambiguities"):
        seen: set[str] = set()
        for index, item in enumerate(getattr(runbook.spec, key)):
            if item.id in seen:
                yield Problem(("spec", key, index, "id"), "duplicate_id", f"the id `{item.id}` stands twice")
            seen.add(item.id)
    known = {step.id for step in runbook.spec.steps}
    for index, ambiguity in enumerate(runbook.spec.ambiguities):
        if ambiguity.step is not None and ambiguity.step not in known:
            path: Path = ("spec", "ambiguities", index, "step")
            yield Problem(path, "unknown_step", f"there is no step `{ambiguity.step}`")


def _graph(runbook: Runbook) -> Iterator[Problem]:
    known = {step.id for step in runbook.spec.steps}
    sound = True
    for index, step in enumerate(runbook.spec.steps):
        for place, need in enumerate(step.needs or ()):
            path: Path = ("spec", "steps", index, "needs", place)
            if need not in known:
                yield Problem(path, "unknown_step", f"there is no step `{need}`")
                sound = False
            elif (step.needs or ()).index(need) < place:
                yield Problem(path, "duplicate_need", f"`{need}` stands twice", severity="warn")
    if not sound:
        return
    try:
        runbook.order()
    except ValueError:
        yield from _cycle(runbook)


def _cycle(runbook: Runbook) -> Iterator[Problem]:
    """The first circle that there is in the graph."""
    cycle = {step.id for step in runbook.spec.steps if step.id in runbook.upstream(step.id)}
    for index, step in enumerate(runbook.spec.steps):
        if step.id in cycle:
            names = ", ".join(f"`{name}`" for name in sorted(cycle & runbook.upstream(step.id)))
            path = ("spec", "steps", index, "needs" if step.needs is not None else "id")
            yield Problem(
                path, "cycle", f"these steps wait for each other: {names}", "break the circle in `needs`"
            )
            return


# ---------------------------------------------------------------- steps

_COMMAND_ONLY: Final = ("env", "expect", "timeout", "idempotent", "retries", "confirm", "rollback", "target")


def _step(runbook: Runbook, index: int, step: Step) -> Iterator[Problem]:
    path: Path = ("spec", "steps", index)
    if step.when is not None:
        yield from _when(runbook, path, step, step.when)
    if step.manual is not None:
        given = step.given()
        for key in _COMMAND_ONLY:
            if key in given:
                yield Problem(
                    (*path, key), "manual_key", f"`{key}` has no meaning on a manual step", "remove it"
                )
        duplicates = len(set(step.answers)) < len(step.answers)
        if duplicates:
            yield Problem((*path, "answers"), "duplicate_answer", "an answer stands twice")
        return
    yield from _command(runbook, path, step)


def _command(runbook: Runbook, path: Path, step: Step) -> Iterator[Problem]:
    if step.answers:
        yield Problem((*path, "answers"), "command_key", "only a manual step has answers", "use `manual`")
    if step.retries and not step.idempotent:
        yield Problem(
            (*path, "retries"),
            "retries",
            "only an idempotent step may be retried",
            "add idempotent: true if running it twice does no harm, or remove retries",
        )
    if step.risk is Risk.DANGEROUS:
        yield from _dangerous(path, step)
    if runbook.target_of(step.id) is None:
        yield Problem(
            path,
            "no_target",
            f"the step `{step.id}` has no target, so any agent may be chosen",
            "give spec.target or the step's target",
            severity="warn",
        )
    yield from _env(runbook, path, step)


def _dangerous(path: Path, step: Step) -> Iterator[Problem]:
    if step.confirm is None:
        yield Problem(
            path,
            "no_confirm",
            f"the dangerous step `{step.id}` needs `confirm`: the text to type",
            'the name of what is at stake, for example confirm: "{{ replica }}"',
        )
    if step.rollback is None:
        yield Problem(
            path,
            "no_rollback",
            f"the dangerous step `{step.id}` says nothing about rollback",
            "rollback: {command: …} or rollback: {impossible: why}",
            severity="warn",
        )


def _env(runbook: Runbook, path: Path, step: Step) -> Iterator[Problem]:
    declared = {variable.name for variable in runbook.spec.variables}
    for name, variable in step.env.items():
        here = (*path, "env", name)
        if reserved_env(name):
            yield Problem(here, "reserved_env", f"a step may not set {name}: it changes what the shell runs")
        if variable not in declared:
            yield Problem(
                here, "undeclared", f"there is no variable `{variable}`", "declare it in spec.variables"
            )


def _when(runbook: Runbook, path: Path, step: Step, when: When) -> Iterator[Problem]:
    here = (*path, "when")
    if when.depth() > WHEN_MAX_DEPTH:
        yield Problem(here, "when_depth", f"conditions may be nested {WHEN_MAX_DEPTH} deep", "split the step")
        return
    upstream = runbook.upstream(step.id)
    for atom_path, atom in _atoms(when, here):
        name = atom.step or ""
        if name not in upstream:
            yield Problem(
                (*atom_path, "step"),
                "not_upstream",
                f"`{name}` is no step that `{step.id}` comes after",
                f"a condition names only steps upstream; add `{name}` to needs",
            )
            continue
        yield from _atom(runbook, atom_path, atom)
    if when.reads_output():
        message = f"the condition of `{step.id}` reads output, so the step never runs by itself"
        yield Problem(here, "reads_output", message, severity="warn")


def _atoms(when: When, path: Path) -> Iterator[tuple[Path, When]]:
    if when.step is not None:
        yield path, when
    elif when.not_ is not None:
        yield from _atoms(when.not_, (*path, "not"))
    else:
        key = "all" if when.all is not None else "any"
        for index, child in enumerate(when.children()):
            yield from _atoms(child, (*path, key, index))


def _atom(runbook: Runbook, path: Path, atom: When) -> Iterator[Problem]:
    named = runbook.step(atom.step or "")
    if atom.answer is not None and atom.answer not in named.answers:
        known = ", ".join(named.answers) or "none"
        yield Problem(
            (*path, "answer"),
            "unknown_answer",
            f"`{named.id}` has no answer `{atom.answer}`",
            f"its answers: {known}",
        )
    if named.manual is not None and (atom.exit_code is not None or atom.output is not None):
        key = "exitCode" if atom.exit_code is not None else "output"
        yield Problem(
            (*path, key),
            "manual_condition",
            f"`{named.id}` is a manual step: it has no {key}",
            "use `answer`",
        )
