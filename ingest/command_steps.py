"""A command of the text becomes a step: holes, verdict, confirmation, rollback. Nothing is added to it but
what steps above set for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from base import limits
from ingest.building import Building, BuiltStep, plain_line, unmasked
from ingest.confirming import confirmation
from ingest.extract.drafts import Draft
from ingest.judging import judge
from ingest.masking import MASKS
from ingest.placeholders import STAND_IN, with_holes
from ingest.questions import ANY_COMMAND, Free, Option, Question
from ingest.repeating import note_setting, with_settings
from ingest.resources import has_foreign_holes, resources_of, unfit
from ingest.rollback_steps import rollback_notes, rollback_of, undone_by_hand
from ingest.secret_variables import with_secrets
from ingest.spoken_ends import ended
from ingest.trace import Span
from ingest.variables import find_placeholders
from schemas.holes import fill_text, holes
from schemas.patterns import DEFAULT_PATTERN, fullmatch
from schemas.risk import Risk
from schemas.runbook import AmbiguityKind, Variable
from schemas.step import Step, When

_MASKED: Final = "A secret stood here and was masked: which secret variable gives it, through which env name?"
_BY_HAND: Final = Option(
    "by-hand", "A person does it by hand", "It stays an instruction for a person.", "keep"
)
_INSIDE: Final = "inside "
_CONSOLES: Final = {
    "sql": "the database's console",
    "pgbouncer": "PgBouncer's console",
    "redis-cli": "redis-cli",
    "rails": "the Rails console",
    "powershell": "PowerShell",
    "hbase": "HBase's shell",
    "mongosh": "the shell of MongoDB",
    "switch": "the switch's console",
    "cmd": "the command prompt of Windows",
    "ruby": "the console that was opened",
}


def add_command(
    building: Building,
    draft: Draft,
    step_id: str,
    when: When | None,
    needs: tuple[str, ...] | None,
    assigned: frozenset[str],
    undone_by: Sequence[Draft] = (),
) -> None:
    """Add the step of a command; a manual one where a document can't hold the command as it is written."""
    text, env = _secrets_out(building, draft)
    text = ended(building, draft, text, step_id)
    env = {name: variable for name, variable in env.items() if name in text}
    problem = unfit(text)
    command = text if problem else with_holes(building, draft, text, step_id, assigned | env.keys())
    if problem is None and has_foreign_holes(building, command):
        problem = "what stands in double braces is no variable here"
    if problem is not None:
        answered = _by_hand(building, draft, step_id, when, needs, problem, undone_by)
        if not answered:
            return
        command, env = answered, {}
    if MASKS.search(text):
        command = _with_secret_asked(building, draft, command, step_id)
    headed = with_settings(building, draft, command, env, step_id)
    command = headed.command
    values = {hole.name: example_of(building.variables[hole.name]) for hole in holes(command)}
    filled = fill_text(command, values)
    verdict = judge(filled, building.advise)
    seen = resources_of(command, verdict.finding)
    dangerous = verdict.risk is Risk.DANGEROUS
    confirm = confirmation(building, draft, command, seen, step_id) if dangerous else None
    rollback = rollback_of(building, undone_by, step_id, assigned, verdict, seen)
    step = Step(
        id=step_id,
        title=plain_line(draft.title),
        risk=verdict.risk,
        command=command,
        env=headed.env,
        when=when,
        needs=needs,
        confirm=confirm,
        rollback=rollback,
        notes=rollback_notes(undone_by, rollback),
    )
    building.steps.append(
        BuiltStep(
            step, draft.line, draft.end_line, verdict, draft.text, filled, _spans(draft, undone_by),
            draft.command_span, repeats=tuple(item.step for item in headed.before),
        )
    )  # fmt: skip
    note_setting(building, draft, headed, verdict, step_id)


def add_typed(
    building: Building,
    draft: Draft,
    step_id: str,
    when: When | None,
    needs: tuple[str, ...] | None,
    assigned: frozenset[str],
) -> None:
    """Add the step of what is typed into a console: no shell runs that, so a person does."""
    place = _CONSOLES.get(draft.dialect, draft.dialect)
    shown = f"Type into {place}:\n{draft.text}"
    step = Step(
        id=step_id, title=plain_line(draft.title), manual=building.prose(shown), when=when, needs=needs
    )
    for placeholder in find_placeholders(draft.text, assigned, building.told):
        name = building.overrides.name_of(placeholder.name)
        building.found_names.add(placeholder.name)
        if building.declared(name) is not None:
            building.note_places(name, draft.places(placeholder.text))
    building.steps.append(
        BuiltStep(
            step, draft.line, draft.end_line, None, draft.text, "", draft.spans, draft.command_span,
            draft.dialect,
        )
    )  # fmt: skip


def runs_here(building: Building, draft: Draft, step_id: str) -> bool:
    """Whether a person says that what the text types into a shell opened elsewhere is run by the agent, which
    is there. Asked once for each such shell; until then a person types it.
    """
    shown = unmasked(draft.inside)
    question = Question(
        AmbiguityKind.UNRESOLVABLE_REFERENCE,
        shown,
        f"“{shown}” opens a shell, into which what follows is typed. Who does that?",
        draft.line,
        span=draft.command_span,
        words=f"{_INSIDE}{shown}",
        options=(
            Option("by-hand", "A person types it there", "It stays an instruction for a person.", "keep"),
            Option("agent", "The agent is there and runs it", "Its commands are steps that run.", "here"),
        ),
    )
    settled = building.ask_once(question, step_id)
    return settled is not None and settled.act == "here"


def asks_who_types(question: Question) -> bool:
    """Whether a question is that of `runs_here`: the text leaves nothing open there."""
    return question.words.startswith(_INSIDE) and any(option.act == "here" for option in question.options)


def _spans(draft: Draft, undone_by: Sequence[Draft]) -> tuple[Span, ...]:
    """The places of a step and of what undoes it, in order and apart."""
    found: list[Span] = []
    for span in sorted({*draft.spans, *(span for item in undone_by for span in item.spans)}):
        if not found or span.start >= found[-1].end:
            found.append(span)
    return tuple(found)


def _secrets_out(building: Building, draft: Draft) -> tuple[str, dict[str, str]]:
    """The command with each secret read from the environment, where the shell reads one; else a mask."""
    if not MASKS.search(draft.text):
        return draft.text, {}
    place = draft.command_span
    inside = [
        item for item in building.secrets
        if place is not None and place.start <= item.span.start and item.span.end <= place.end
    ]  # fmt: skip
    text, env = with_secrets(draft.text, inside)
    if not building.declare_secrets(env.values()):
        return unmasked(draft.text), {}
    for item in inside:
        if item.name in env.values():
            building.note_places(item.name, [item.span])
    return text, env


def _with_secret_asked(building: Building, draft: Draft, command: str, step_id: str) -> str:
    """The command with the short mark where the shell would read no variable, and a question for it."""
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        unmasked(draft.title),
        _MASKED,
        draft.line,
        span=draft.command_span,
        words=unmasked(command),
        free=Free(
            "The whole command, with the variable",
            'curl -H "Authorization: Bearer ${TOKEN}" https://example.net',
            ANY_COMMAND,
            "The step runs: {value}",
            "command",
        ),
    )
    settled = building.ask(question, step_id)
    return unmasked(command) if settled is None else settled.value


def _by_hand(
    building: Building,
    draft: Draft,
    step_id: str,
    when: When | None,
    needs: tuple[str, ...] | None,
    problem: str,
    undone_by: Sequence[Draft],
) -> str:
    """The command is shown to a person, whole or not at all: half a command is another one. Gives the
    command that an answer puts in its place; empty where there is none.
    """
    question = Question(
        AmbiguityKind.MISSING_COMMAND,
        draft.title,
        f"This can't be a command: {problem}",
        draft.line,
        span=draft.command_span,
        words=problem,
        options=(_BY_HAND,),
        free=Free("This command", "df -h", ANY_COMMAND, "The step runs: {value}", "command"),
    )
    settled = building.ask(question, step_id)
    if settled is not None and settled.act == "command" and unfit(settled.value) is None:
        return settled.value
    shown = f"Run by hand: {draft.text}"
    if len(shown) > limits.TEXT_MAX_CHARACTERS // 2:
        shown = f"Run by hand what lines {draft.line} to {draft.end_line} of the source text say."
    shown += undone_by_hand(undone_by)
    step = Step(
        id=step_id, title=plain_line(draft.title), manual=building.prose(shown), when=when, needs=needs
    )
    building.steps.append(
        BuiltStep(step, draft.line, draft.end_line, None, spans=draft.spans, command_span=draft.command_span)
    )
    return ""


def example_of(variable: Variable) -> str:
    """What fills the hole of a variable where its command is judged."""
    example = variable.example
    return example if example is not None and fullmatch(DEFAULT_PATTERN, example) else STAND_IN
