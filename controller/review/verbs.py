"""`/dd0c explain STEP`, `/dd0c reclassify`, `/dd0c plan` in a comment: what is asked, and the answer.

Pure. A comment is foreign text: one verb on its first line counts, and nothing of it is repeated unescaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from controller.review.body import pull_body
from controller.review.body_parts import marked, short, why
from controller.review.change import Note
from controller.review.step_facts import StepFacts
from controller.review.views import RunbookChange
from forge.pull_requests import Check
from schemas.markdown import escape

Word: TypeAlias = Literal["explain", "reclassify", "plan", "help"]

ANSWER_MAX_CHARACTERS: Final = 20_000
_EXPLAINED_MAX: Final = 5
_SAID_MAX: Final = 20
_ABOUT_OWN_RUNS: Final = frozenset({"needs_owner", "widened", "advice_pending"})
_LINE: Final = re.compile(r"/dd0c(?:[ \t]+([a-z]{1,20}))?(?:[ \t]+([^\s]{1,130}))?[ \t]*")
_HELP: Final = (
    "I answer to one verb on the first line of a comment:\n\n"
    "- /dd0c explain STEP — who said what about the risk of a step, by its id or `runbook/step`\n"
    "- /dd0c reclassify — run the check on the newest commit again\n"
    "- /dd0c plan — what would run by itself before and after the merge"
)


@dataclass(frozen=True)
class Verb:
    """What a comment asks for. `step` is as it was written."""

    word: Word
    step: str = ""


def parse_verb(body: str) -> Verb | None:
    """What the first line asks for; None where it asks for nothing. An unknown verb asks for help."""
    first = body.lstrip()[:200].splitlines()[0] if body.strip() else ""
    found = _LINE.fullmatch(first)
    if found is None:
        return Verb("help") if re.match(r"/dd0c(\s|$)", first) else None
    word, step = found.group(1), found.group(2) or ""
    if word == "explain" and step:
        return Verb("explain", step)
    if word == "reclassify" and not step:
        return Verb("reclassify")
    if word == "plan" and not step:
        return Verb("plan")
    return Verb("help")


def answer_key(comment_key: str) -> str:
    """The key of an answer: a comment is answered once, whoever sees it first."""
    return f"answer:{comment_key}"[:200]


def denied_key(login: str) -> str:
    """The key of a refusal: a person is refused in one comment of a pull request, however often they ask."""
    return f"denied:{login}"[:200]


def denied_text(login: str) -> str:
    """Who is answered, to somebody who is not."""
    return (
        f"@{escape(login)}: I answer here only who may push to this repository, and GitHub says that you "
        "may not. In dd0c/run, whoever may propose changes may ask."
    )


def unanswered_text(reason: str) -> str:
    """Why there is no answer."""
    return f"I can't answer that: {escape(reason)}"


def help_text() -> str:
    """What can be asked."""
    return _HELP


def plan_text(
    changes: Sequence[RunbookChange],
    head: str,
    *,
    rules: Sequence[str] = (),
    left_out: int = 0,
    notes: Sequence[Note] = (),
) -> str:
    """What runs by itself before and after the merge, as the commit stands now. `rules`: the changed policy
    and flags; `left_out`: runbooks that were not compared; `notes`: those of the check.
    """
    said = [f"- {escape(note.line())}" for note in notes if note.place.code in _ABOUT_OWN_RUNS][:_SAID_MAX]
    parts = ["\n".join(said)] if said else []
    if rules:
        named = ", ".join(escape(path) for path in rules)
        parts.append(f"It changes the rules: {named}. Runbooks that it does not touch run under them, too.")
    if left_out:
        parts.append(f"{left_out} more changed runbook(s) are not compared here: look at each of them.")
    if changes:
        parts.append(pull_body(changes))
    if not parts:
        return f"At {head[:12]} it changes no runbook: nothing begins or ends to run by itself."
    return _cut("\n\n".join([f"At {head[:12]}:", *parts]))


def reclassified_text(check: Check, head: str) -> str:
    """How the check came out."""
    return f"Classified again at {head[:12]}: **{check.status}**, {escape(check.title)}."


def explain_text(changes: Sequence[RunbookChange], asked: str, head: str) -> str:
    """Each step of that id: scanner, advisor, merge rule, and why it waits."""
    runbook, _, step_id = asked.rpartition("/")
    found = [
        (change, facts)
        for change in changes
        if runbook in ("", change.name)
        for step in change.steps
        if (facts := step.after or step.before) is not None and step_id in (facts.id, str(facts.number))
    ]
    if not found:
        return f"At {head[:12]} no changed runbook has a step {escape(asked)}."
    parts = [_explained(change, facts) for change, facts in found[:_EXPLAINED_MAX]]
    if len(found) > _EXPLAINED_MAX:
        parts.append(f"{len(found) - _EXPLAINED_MAX} more; name one as `runbook/step`.")
    return _cut("\n\n".join(parts))


def _explained(change: RunbookChange, facts: StepFacts) -> str:
    head = f"**{escape(change.name)}**, step {facts.number} {escape(facts.id)}: {marked(facts.shown)}"
    if facts.command is None:
        return f"{head}\n\nA person does it: {short(facts.manual or '')}"
    lines = [f"Command: {short(facts.command, 400)}", f"Declared: {facts.declared or 'nothing'}"]
    lines += [*_keys(facts), f"Rollback: {short(_undo(facts), 400)}", *_undo_keys(facts)]
    waits = ", ".join(reason.replace("_", " ") for reason in facts.waits_because)
    lines.append("It runs by itself." if facts.runs_by_itself else f"It waits for a person: {waits}.")
    return "\n".join([head, "", *(f"- {line}" for line in lines)])


def _keys(facts: StepFacts) -> list[str]:
    """What each key said, and the rule that merged them."""
    lines = []
    if facts.scanner is not None:
        rules = ", ".join(escape(rule) for rule in facts.scanner.rule_ids) or "none"
        version = escape(facts.scanner.scanner_version)
        lines.append(f"Scanner {version}: {facts.scanner.risk}, {short(why(facts))}")
        lines.append(f"Rules that fired: {rules}")
    if facts.advisor is not None:
        said = facts.advisor
        lines.append(f"Advisor ({escape(said.advisor)}): {said.risk}, {short(said.reasoning)}")
    if facts.merge is not None:
        missing = f"; {facts.merge.missing}" if facts.merge.missing else ""
        lines.append(f"Merge rule {facts.merge.rule}: {escape(facts.merge.reason)}{escape(missing)}")
    return lines


def _undo(facts: StepFacts) -> str:
    if facts.rollback is not None:
        return facts.rollback
    return "nothing said" if facts.rollback_impossible is None else f"impossible: {facts.rollback_impossible}"


def _undo_keys(facts: StepFacts) -> list[str]:
    if facts.undo is None:
        return []
    rules = ", ".join(escape(rule) for rule in facts.undo.rule_ids) or "none"
    said = f"{marked(facts.undo.shown)}, {short(facts.undo.why)}"
    return [f"Scanner of the rollback: {said}; rules that fired: {rules}; it waits for a person"]


def _cut(text: str) -> str:
    if len(text) <= ANSWER_MAX_CHARACTERS:
        return text
    return text[:ANSWER_MAX_CHARACTERS].rpartition("\n")[0] + "\n\nThe rest is on the review page."
