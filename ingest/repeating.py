"""A command begins with what the steps above set for it; what can't be repeated is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from base import limits
from ingest.building import Building, unmasked
from ingest.extract.drafts import Draft
from ingest.questions import A_VALUE, Free, Option, Question, Settled
from ingest.shell_state import HEADS_MAX, Setting, Told, may_run_again, path_of, told_to_shell
from ingest.variables import replaced
from scanner.holes import check_template
from schemas.holes import fill_text, holes
from schemas.runbook import AmbiguityKind
from schemas.verdict import Verdict

_SETS: Final = "sets "
_REPEAT: Final = Option(
    "repeat", "Repeat it for the steps below", "Each step below begins with it.", "repeat"
)
_KEEP: Final = Option("keep", "They don't need it", "Only this step has it.", "keep")


@dataclass(frozen=True)
class Headed:
    """A command (`own`), the same behind the settings that it uses, and what it says to its shell."""

    own: str
    command: str
    env: dict[str, str]
    told: Told
    before: tuple[Setting, ...] = ()


def with_settings(
    building: Building, draft: Draft, command: str, env: dict[str, str], step_id: str
) -> Headed:
    """The command behind the settings that it uses. A name that is set where it can't be repeated (in another
    case, by a command that does more than read) is asked for.
    """
    state = building.shell
    told = told_to_shell(_filled(command))
    wanted, missing = state.wanted(told.uses, path_of(draft))
    headed = _headed(building, command, env, told, wanted)
    if headed is None:
        missing += [name for item in wanted for name in item.told.sets & told.uses]
        headed = Headed(command, command, env, told)
    for name in missing:
        settled = _asked(building, draft, name, step_id)
        if settled is not None and settled.act == "value":
            headed = replace(
                headed,
                own=_with_value(headed.own, name, settled.value),
                command=_with_value(headed.command, name, settled.value),
            )
    return headed


def note_setting(building: Building, draft: Draft, headed: Headed, verdict: Verdict, step_id: str) -> None:
    """Remember what the step that was just added sets for those behind it; ask whether they need what none of
    them names.
    """
    told, state = headed.told, building.shell
    if not told.pure:
        return
    setting = Setting(
        step_id,
        told,
        headed.own,
        tuple(headed.env.items()),
        path_of(draft),
        may_run_again(told, verdict),
        headed.before,
    )
    if state.is_for_programs(told):
        setting = replace(setting, everywhere=_is_needed(building, draft, setting))
    state.settings.append(setting)


def _is_needed(building: Building, draft: Draft, setting: Setting) -> bool:
    """Whether a person says that the steps behind a setting need it."""
    shown = unmasked(draft.text)
    options = (_REPEAT, _KEEP) if setting.again else (_KEEP,)
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        shown,
        f"“{shown}” is gone when its step ends: each runs in a shell of its own. Do the steps below need it?",
        draft.line,
        span=draft.command_span,
        words=f"{_SETS}{shown}",
        options=options,
    )
    settled = building.ask(question, None)
    return settled is not None and settled.act == "repeat"


def asks_who_needs(question: Question) -> bool:
    """Whether a question is that of a setting which no step behind it names: the text leaves nothing open."""
    return question.words.startswith(_SETS) and _KEEP in question.options


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


def _filled(command: str) -> str:
    return fill_text(command, {hole.name: "value" for hole in holes(command)})


def _asked(building: Building, draft: Draft, name: str, step_id: str) -> Settled | None:
    """What a person says that a name is which another step sets; None while it is open."""
    place = next((span for form in (f"${name}", f"${{{name}}}") for span in draft.places(form)), None)
    question = Question(
        AmbiguityKind.MISSING_VALUE,
        f"${name}",
        f"${name} is set in another step, and each runs in a shell of its own: what is it here?",
        draft.line,
        span=place,
        phrase=place,
        words=f"${name}",
        options=(Option("host", "The agent's host has it set", "The command stays as it is.", "keep"),),
        free=Free("This value", "value", A_VALUE, "The command has {value} there.", "value"),
    )
    return building.ask_once(question, step_id)


def _with_value(command: str, name: str, value: str) -> str:
    return replaced(replaced(command, f"${{{name}}}", value), f"${name}", value)
