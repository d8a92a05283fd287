"""Answers of an LLM about the documents of the corpus, so that joining and grounding can be measured.

There is no LLM here and none was recorded: each answer is made from the document's truth, with mistakes of
the kinds that models make, chosen by the document's name, so that they are always the same. What is measured
with them is how much of a good reader's answer survives grounding, how much of a bad one's gets through
(nothing may), and what both readings together could find; not how well any model reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Final

from ingest.extract.grounding import ground
from ingest.extract.heard import Heard, HeardPart
from ingest.extract.passages import Part, masked_text
from ingest.extract.reading_answer import Answer, answer_of
from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview

BY: Final = "recorded/x1"
_DROPPED, _CUT, _MADE_UP, _MISPLACED = 0.06, 0.04, 0.04, 0.02
"""Shares of the commands that are left out, cut short, followed by an invented one, and put at a passage that
does not hold them."""

INVENTED: Final = "kubectl delete namespace --all"


@dataclass(frozen=True)
class Answers:
    """Scores of one document, or of all: of the grounded commands of the answers, and of both readings.

    `said`: commands of the answers; `invented`: those that are not grounded; `let_through`: made-up commands
    that became steps.
    """

    alone: Mapping[str, Any]
    both: Mapping[str, Any]
    said: int = 0
    invented: int = 0
    taken: int = 0
    let_through: int = 0

    @classmethod
    def agg(cls, items: Sequence[Answers], scores: Any) -> Answers:
        """Of many documents together."""
        figures = ("said", "invented", "taken", "let_through")
        sums = {name: sum(getattr(item, name) for item in items) for name in figures}
        return cls(
            scores.agg([item.alone for item in items]), scores.agg([item.both for item in items]), **sums
        )

    def shown(self, kind: str) -> str:
        """F1 of the answers; they have steps alone."""
        return f"{self.alone[kind]['f1']:.3f}" if kind.startswith("cmd") else "–"

    @property
    def sentence(self) -> str:
        """How the answers were sorted."""
        return (
            f"Answers: {self.said} commands, {self.invented} of them not grounded; {self.taken} differences "
            f"taken; made-up commands that became steps: {self.let_through} (asked: 0)."
        )


def answered(path: Path, rules: Preview, truth: Mapping[str, Any], scores: Any) -> Answers:
    """The scores of the recorded answer about a document."""
    heard = recorded(path.name, rules.parts, truth)
    found = ground(rules.normalized.blocks, heard)
    commands = [unit.text for item in found.commands for unit in item.units]
    alone = {"steps": [{"order": at, "command": text} for at, text in enumerate(commands, 1)]}
    text = path.read_text(encoding="utf-8")
    shown = preview(text, heard=heard)
    assert shown.reading is not None
    taken = frozenset(item.id for item in shown.reading.differences if item.can_take)
    both = preview(text, heard=heard, taken=taken)
    made_up = {item.text for item in found.invented} - set(commands)
    steps = {draft.text for draft in both.extraction.drafts}
    before = {draft.text for draft in rules.extraction.drafts}
    return Answers(
        scores.score(alone, truth),
        scores.score(parsed_json(both), truth),
        said=sum(step.command is not None for _, answer in heard.answers for step in answer.steps),
        invented=len(found.invented),
        taken=len(taken),
        let_through=len(made_up & (steps - before)),
    )


def recorded(name: str, parts: Sequence[Part], truth: Mapping[str, Any]) -> Heard:
    """The answer about a document, in its parts."""
    pick = Random(name)
    places = [
        (at, number, text)
        for at, part in enumerate(parts)
        for number, (_, text) in enumerate(part.passages, 1)
    ]
    steps: list[list[dict[str, Any]]] = [[] for _ in parts]
    begin = 0
    for step in truth["steps"]:
        command = step.get("command")
        wanted = masked_text(command or step["intent"])
        found = next((place for place in range(begin, len(places)) if wanted in places[place][2]), None)
        if found is None:
            continue
        begin = found
        at, number, _ = places[found]
        steps[at] += _said(pick, number, step["intent"], None if command is None else wanted)
    sentences: list[list[dict[str, Any]]] = [[] for _ in parts]
    for needed in truth["prerequisites"]:
        text = masked_text(needed if isinstance(needed, str) else needed["text"])
        held = next((place for place in places if text in place[2]), None)
        if held is not None:
            sentences[held[0]].append({"passage": held[1], "text": text})
    said = zip(parts, steps, sentences, strict=True)
    return Heard(BY, tuple(_heard(*each) for each in said))


def _said(pick: Random, number: int, title: str, command: str | None) -> list[dict[str, Any]]:
    """One step of the truth as the answer has it: right as a rule, else with one mistake."""
    said = {"passage": number, "title": title, "command": command}
    if command is None:
        return [said]
    chance = pick.random()
    if chance < _DROPPED:
        return []
    if (chance := chance - _DROPPED) < _CUT:
        return [{**said, "command": command[: max(1, len(command) * 2 // 3)]}]
    if (chance := chance - _CUT) < _MADE_UP:
        return [said, {**said, "command": INVENTED}]
    return [{**said, "passage": number + 1}] if chance - _MADE_UP < _MISPLACED else [said]


def _heard(part: Part, steps: list[dict[str, Any]], sentences: list[dict[str, Any]]) -> HeardPart:
    said = {"steps": steps[:200], "variables": [], "prerequisites": sentences[:100]}
    text = json.dumps({"document": part.id, **said})
    answer = answer_of(text)
    assert isinstance(answer, Answer), text
    return HeardPart(part.first, len(part.passages), answer, part.left_out)
