"""Paste → preview: one synchronous, pure call, made in a process of the parse pool."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from ingest.advisor.question import Part as Asked
from ingest.advisor.question import Question, labels_of, questions
from ingest.ambiguities import find_questions
from ingest.blocks import FORMS, Normalized
from ingest.branches import at_their_cases
from ingest.building import Building, unmasked
from ingest.candidates import Candidates
from ingest.code_left_out import CodeLeftOut, code_left_out
from ingest.corrections import Overrides
from ingest.coverage import Coverage, Gaps, account_for, gaps_of
from ingest.document import Built, build_document, require_room
from ingest.exported import Exported, read_exported
from ingest.extract.conditions import Condition, conditions
from ingest.extract.drafts import Extraction, without_repeats
from ingest.extract.heard import Heard
from ingest.extract.passages import Part, parts_of
from ingest.judging import Advise
from ingest.normalize import normalize
from ingest.present import preview_json
from ingest.questions import Answer, Answers
from ingest.readings import Reading, read_as_said, read_both, steps_above
from ingest.rollbacks import with_rollbacks
from ingest.said_secrets import refuse_completed, refuse_secrets
from ingest.secret_variables import name_secrets
from ingest.suspicious import Suspicious, find_suspicious
from ingest.typed_or_not import AskedCode
from schemas.errors import BadRequest, Place, Unprocessable
from schemas.lint import problems
from schemas.names import RunbookName
from schemas.runbook import Runbook
from schemas.verdict import NoAdvice
from schemas.yaml_codec import dump_runbook

_NAME: Final = TypeAdapter(RunbookName)


@dataclass(frozen=True)
class Preview:
    """Everything that was found in a text. Nothing of it is stored."""

    normalized: Normalized
    extraction: Extraction
    cases: list[Condition]
    built: Built
    coverage: Coverage
    answers: Answers
    overrides: Overrides
    keys: int
    suspicious: tuple[Suspicious, ...] = ()
    reading: Reading | None = None
    code: tuple[CodeLeftOut, ...] = ()

    @property
    def runbook(self) -> Runbook:
        """The document."""
        return self.built.runbook

    @property
    def yaml(self) -> str:
        """The document as YAML; written when asked for, since that takes as long as everything before it."""
        return dump_runbook(self.runbook)

    @property
    def said(self) -> str:
        """What a person said about it, as one text; empty where nothing was. The name is not part of it."""
        given = {key: item.answer.to_json() for key, item in self.answers.settled.items()}
        corrected = self.overrides.to_json()
        taken = [] if self.reading is None else [item.id for item in self.reading.taken]
        if not (given or corrected or taken):
            return ""
        return json.dumps([given, corrected, *([taken] if taken else [])], sort_keys=True)

    @property
    def parts(self) -> tuple[Part, ...]:
        """What an LLM would be shown of the text, to read it."""
        return parts_of(self.normalized.blocks, self.normalized.title or self.extraction.title or "")

    @property
    def reading_json(self) -> dict[str, Any] | None:
        """What an LLM reads otherwise, as the API shows it; None where none was to read it."""
        if self.reading is None:
            return None
        return self.reading.to_json(steps_above(self.reading, self.extraction.drafts, self.built.by_draft))

    @property
    def questions(self) -> tuple[Question, ...]:
        """What an LLM would be asked about its commands, in order; as of the document that it proposes."""
        parts = [
            Asked(item.step.title)
            if item.verdict is None
            else Asked(item.filled, item.filled, labels_of(self.runbook, item.step.id))
            for item in self.built.steps
        ]
        return questions(parts, self.runbook.metadata.title, self.runbook.metadata.service or "")

    def to_json(self) -> dict[str, Any]:
        """The preview as the API and the command line show it."""
        shown = preview_json(self.normalized, self.built, self.cases, self.coverage, self.answers, self.keys)
        shown["suspicious"] = [item.to_json() for item in self.suspicious]
        shown["codeLeftOut"] = [item.to_json() for item in self.code]
        if self.reading is not None:
            shown["unused"] += [f"readings.{name}" for name in self.reading.unused]
            shown["reading"] = self.reading_json
        return shown


def preview(
    text: str,
    form: str | None = None,
    name: str | None = None,
    *,
    answers: Mapping[str, Answer] | None = None,
    overrides: Overrides | None = None,
    advise: Advise | None = None,
    heard: Heard | None = None,
    taken: frozenset[str] = frozenset(),
) -> Preview:
    """What a text becomes. Same arguments in, same preview out.

    `form` is one of FORMS, None to recognise it; `name` is the runbook's name, None to make one. `answers`
    (by the question's id) and `overrides` are a person's; `advise` is the second key, None where only the
    scanner looks. `heard` is what an LLM read, None where there is none to read it; `taken` are the ids of
    the differences of which a person takes the LLM's reading. Raises TooLarge; Unprocessable for an empty or
    binary text, for one without any step, with where it looked, for an answer that can't be one or holds a
    secret, and for something taken that is not in the text; BadRequest for an unknown form or a name that
    can't be one.
    """
    if form is not None and form not in FORMS:
        raise BadRequest(f"There is no format {form[:40]!r}.", hint=f"One of {', '.join(FORMS)}.")
    wanted = overrides or Overrides()
    wanted = replace(wanted, name=wanted.name or name)
    refuse_secrets(answers or {}, wanted)
    if wanted.name is not None:
        _check_name(wanted.name)
    normalized = normalize(text, form)
    given = Answers(dict(answers or {}))
    if (exported := read_exported(normalized, given, wanted, advise)) is not None:
        return _as_it_is(normalized, exported, given, wanted, advise)
    normalized, extraction, reading, gaps, code = _read(normalized, heard, taken, given)
    extraction = with_rollbacks(extraction)
    if not extraction.drafts:
        raise _nothing_to_do(normalized, extraction)
    require_room(extraction.drafts)
    extraction.drafts = without_repeats(extraction.drafts)
    candidates = Candidates(normalized.blocks, extraction.drafts, normalized.text)
    unclear = find_questions(extraction.drafts, extraction.accounts, candidates)
    unclear += code.questions
    cases = conditions(normalized.blocks, extraction.drafts)
    building = Building(
        answers=given,
        overrides=wanted,
        secrets=name_secrets(normalized.text, normalized.masked),
        advise=advise,
    )
    built = build_document(normalized, extraction, unclear, building)
    built = replace(built, steps=at_their_cases(built.steps, built.by_draft, cases))
    refuse_completed(built.runbook, building.answers.given, wanted)
    errors = [problem for problem in problems(built.runbook) if problem.severity == "error"]
    assert not errors, f"the import made a document that does not lint: {errors[0]}"
    coverage = account_for(extraction.accounts, built.by_draft, normalized.text, gaps)
    return Preview(
        normalized, extraction, cases, built, coverage, building.answers, wanted, _keys(built, advise),
        find_suspicious(normalized.text, normalized.hidden), reading,
        code.as_answered(given, built.steps),
    )  # fmt: skip


def _as_it_is(
    normalized: Normalized, exported: Exported, answers: Answers, wanted: Overrides, advise: Advise | None
) -> Preview:
    """The preview of an exported runbook: nothing of it is read by rules, nor by an LLM."""
    built = exported.built
    refuse_completed(built.runbook, answers.given, wanted)
    accounts = exported.extraction.accounts
    gaps = gaps_of(accounts, normalized.text)
    coverage = account_for(accounts, built.by_draft, normalized.text, gaps)
    # Its blocks and repairs are for the rules, and an LLM: nobody reads so here.
    normalized = replace(normalized, blocks=(), repairs=())
    return Preview(
        normalized, exported.extraction, exported.cases, built, coverage, answers, wanted,
        _keys(built, advise), exported.suspicious,
    )  # fmt: skip


def _read(
    normalized: Normalized, heard: Heard | None, taken: frozenset[str], answers: Answers
) -> tuple[Normalized, Extraction, Reading | None, Gaps, AskedCode]:
    """What the rules read, and what they left out; read again where a person says that it is typed."""
    normalized, found, reading = read_both(normalized, heard, taken)
    gaps = gaps_of(found.accounts, normalized.text)
    code = AskedCode.of(code_left_out(normalized, found, gaps), answers)
    if code.typed:
        normalized, found = read_as_said(normalized, code.typed, reading)
        gaps = gaps_of(found.accounts, normalized.text)
        code = code.read_again(code_left_out(normalized, found, gaps))
    return normalized, found, reading, gaps, code


def _keys(built: Built, advise: Advise | None) -> int:
    """How many looked: two where an advisor was asked about anything, whatever it answered."""
    judged = [item.verdict.no_advice for item in built.steps if item.verdict is not None]
    nobody = advise is None or (judged and set(judged) <= {NoAdvice.OFF, NoAdvice.NOT_ASKED})
    return 1 if nobody else 2


def _check_name(name: str) -> None:
    try:
        _NAME.validate_python(name)
    except ValidationError as error:
        raise BadRequest(
            f"{name[:80]!r} can't be a runbook's name.",
            hint="1 to 63 of a-z, 0-9 and -, beginning with a letter.",
            code="bad_name",
        ) from error


def _nothing_to_do(normalized: Normalized, extraction: Extraction) -> Unprocessable:
    """The refusal of a text without a command or an imperative sentence, and where it looked."""
    places = [
        Place(item.line, 1, "", f"{' '.join(unmasked(item.text).split())[:80]}: {item.detail}")
        for item in extraction.accounts[:20]
    ]
    return Unprocessable(
        f"There is no command and no instruction in this text: {len(normalized.blocks)} blocks were read as "
        f"{normalized.form}.",
        hint="Put commands into code blocks or behind a `$ `, and write what to do as “Check …”.",
        code="nothing_to_do",
        places=places,
    )
