"""A command begins with what the steps above set for it; what can't be repeated is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from base import limits
from ingest.building import Building, unmasked
from ingest.extract.drafts import Draft
from ingest.questions import A_VALUE, Free, Option, Question, Settled
from ingest.shell_reading import Told, told_to_shell, without_holes
from ingest.shell_state import HEADS_MAX, Setting, path_of
from ingest.variables import replaced, variable_name
from scanner.holes import check_template
from schemas.holes import holes
from schemas.risk import Risk
from schemas.runbook import AmbiguityKind
from schemas.verdict import Verdict

_SETS: Final = "sets "
_REPEAT: Final = Option(
    "repeat", "Repeat it for the steps below", "Each step below begins with it.", "repeat"
)
_KEEP: Final = Option("keep", "They don't need it", "Only this step has it.", "keep")
_NOT_HERE: Final = Option("keep", "It needs none of it", "The command stays as it is.", "keep")
_THERE: Final = Option("host", "The agent's host has it set", "The command stays as it is.", "keep")
_GIVEN: Final = Option(
    "operator", "Whoever runs it gives it", "It is a variable, filled in before the first step.", "operator"
)


@dataclass(frozen=True)
class Headed:
    """A command (`own`), the same behind the settings that it uses, and what it says to its shell. `open`: a
    question about what it needs has no answer yet.
    """

    own: str
    command: str
    env: dict[str, str]
    told: Told
    before: tuple[Setting, ...] = ()
    open: bool = False


def with_settings(
    building: Building, draft: Draft, command: str, env: dict[str, str], step_id: str
) -> Headed:
    """The command behind the settings that it uses. A name that is set where it can't be repeated (by another
    command, in another case, further down) is asked for.
    """
    text = without_holes(command)
    told = told_to_shell(text)
    wanted = building.shell.wanted(told, text, path_of(draft))
    headed = _headed(building, command, env, told, wanted.repeated)
    missing = list(wanted.missing)
    if headed is None:
        missing += sorted(
            {name for item in wanted.repeated for name in item.told.sets & (told.uses | told.calls)}
        )
        headed = Headed(command, command, env, told, open=_has_no_room(building, draft, step_id))
    for setting in wanted.unsure:
        if _of_one_case(building, draft, setting, step_id) is None:
            headed = replace(headed, open=True)
    for name in missing:
        headed = _answered(building, headed, name, _asked(building, draft, name, step_id))
    return headed


def note_setting(building: Building, draft: Draft, headed: Headed, verdict: Verdict, step_id: str) -> None:
    """Remember what the step that was just added sets for those behind it; ask whether they need what not all
    of them name.
    """
    told, state = headed.told, building.shell
    if not told.kept:
        return
    source = headed.own.encode()
    line = headed.own if told.pure else "\n".join(source[a:b].decode() for a, b in told.kept)
    again = told.same and not headed.open
    setting = Setting(step_id, told, line, tuple(headed.env.items()), path_of(draft), again, headed.before)
    if state.is_for_all(told):
        reads = verdict.finding.risk is Risk.SAFE and told.pure
        needed = _is_needed(building, draft, line, offered=(again or reads) and not headed.open)
        setting = replace(setting, everywhere=needed, again=again or needed)
    state.add(setting)


def _is_needed(building: Building, draft: Draft, line: str, *, offered: bool) -> bool:
    """Whether a person says that the steps below need a setting; asked once for those that stand together."""
    lines = building.shell.asked_together(draft, line) if offered else (line,)
    shown = [unmasked(item) for item in lines]
    words = f"{_SETS}{'; '.join(shown)}"
    if words not in building.unfilled:
        one = "is gone when its step ends: each runs in a shell of its own. Do the steps below need it?"
        all_of_them = (
            f"and {len(shown) - 1} more are gone when their steps end: each runs in a shell of its own. "
            "Do the steps below need them?"
        )
        question = Question(
            AmbiguityKind.MISSING_VALUE,
            "\n".join(shown),
            f"“{shown[0]}” {all_of_them if shown[1:] else one}",
            draft.line,
            span=draft.command_span,
            words=words,
            options=(_REPEAT, _KEEP) if offered else (_KEEP,),
        )
        settled = building.ask(question, None)
        if not shown[1:]:
            return settled is not None and settled.act == "repeat"
        building.unfilled[words] = settled
    answer = building.unfilled[words]
    return answer is not None and answer.act == "repeat"


def _of_one_case(building: Building, draft: Draft, setting: Setting, step_id: str) -> Settled | None:
    """What a person says of a step behind a case that makes a setting, or doesn't; None while it is open."""
    shown = unmasked(setting.line)
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        shown,
        f"“{shown}” was said in one case above, which may not have been: does this step have it?",
        draft.line,
        span=draft.command_span,
        words=f"{_SETS}{shown} in {step_id}",
        options=(_NOT_HERE,),
    )
    return building.ask(question, step_id)


def _has_no_room(building: Building, draft: Draft, step_id: str) -> bool:
    """Whether it is open what a step does without the settings that have no room before its command."""
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        unmasked(draft.title),
        "What the steps above set has no room before this command: what does it run with?",
        draft.line,
        span=draft.command_span,
        words=f"{_SETS}too much in {step_id}",
        options=(_NOT_HERE,),
    )
    return building.ask(question, step_id) is None


def asks_who_needs(question: Question) -> bool:
    """Whether a question is about what a step sets for others: the text leaves nothing open there."""
    return question.words.startswith(_SETS) and any(item in question.options for item in (_KEEP, _NOT_HERE))


def _headed(
    building: Building, command: str, env: dict[str, str], told: Told, wanted: Sequence[Setting]
) -> Headed | None:
    """The command behind these settings; None where it would be no command of a document."""
    if not wanted:
        return Headed(command, command, env, told)
    whole = "\n".join((*(item.line for item in wanted), command))
    variables = tuple(building.variables.values())
    fits = len(wanted) <= HEADS_MAX and len(whole.encode()) <= limits.COMMAND_MAX_BYTES
    if not fits or (holes(whole) and check_template(whole, variables)):
        return None
    needed = dict(pair for item in wanted for pair in item.env)
    return Headed(command, whole, needed | env, told, tuple(wanted))


def _asked(building: Building, draft: Draft, name: str, step_id: str) -> Settled | None:
    """What a person says that a name is which another step sets; None while it is open."""
    function = name.endswith("()")
    shown = name if function else f"${name}"
    forms = (name[:-2],) if function else (f"${name}", f"${{{name}}}")
    place = next((span for form in forms for span in draft.places(form)), None)
    asked = "does this step have it?" if function else "what is it here?"
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        shown,
        f"{shown} is set in another step, and each runs in a shell of its own: {asked}",
        draft.line,
        span=place,
        phrase=place,
        words=shown,
        options=(_THERE,) if function else (_GIVEN, _THERE),
        free=None
        if function
        else Free("This value", "value", A_VALUE, "The command has {value} there.", "value"),
    )
    return building.ask_once(question, step_id)


def _answered(building: Building, headed: Headed, name: str, settled: Settled | None) -> Headed:
    """The command with what a person said that a name is."""
    if settled is None:
        return replace(headed, open=True)
    value = settled.value
    if settled.act == "operator":
        variable = variable_name(name)
        if variable is None or building.declared(variable) is None:
            return replace(headed, open=True)
        value = f"{{{{ {variable} }}}}"
        if check_template(_with_value(headed.command, name, value), tuple(building.variables.values())):
            return replace(headed, open=True)
    elif settled.act != "value":
        return headed
    own, command = (_with_value(text, name, value) for text in (headed.own, headed.command))
    return replace(headed, own=own, command=command, told=told_to_shell(without_holes(own)))


def _with_value(command: str, name: str, value: str) -> str:
    return replaced(replaced(command, f"${{{name}}}", value), f"${name}", value)
