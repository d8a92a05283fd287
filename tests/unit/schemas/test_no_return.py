"""Which steps have no way back, over every risk and everything that the scanner may say of a command."""

from __future__ import annotations

from itertools import product

from schemas.no_return import is_final
from schemas.risk import Risk
from schemas.step import Step
from schemas.verdict import Reversibility
from tests.unit.schemas.builders import command, manual, runbook

SAID = (*Reversibility, None)
LASTS = Reversibility.IRREVERSIBLE


def one(step: dict[str, object]) -> Step:
    return runbook(step).spec.steps[0]


def final(step: dict[str, object]) -> set[tuple[Risk, Reversibility | None]]:
    return {(risk, said) for risk, said in product(Risk, SAID) if is_final(one(step), said, risk)}


def test_a_command_without_a_rollback_is_final_where_it_is_dangerous_or_changes_for_good() -> None:
    for_good = {(Risk.CAUTION, LASTS), (Risk.UNKNOWN, LASTS)}
    assert final(command("a")) == {*product([Risk.DANGEROUS], SAID), *for_good}


def test_the_document_has_the_first_word() -> None:
    impossible = {"impossible": "it is gone"}
    assert final(command("a", rollback={"command": "uname -r"})) == set()
    assert final(command("a", rollback=impossible)) == set(product(Risk, SAID))
    assert final(manual("a", rollback=impossible)) == set(product(Risk, SAID))


def test_what_a_person_does_is_not_judged() -> None:
    assert final(manual("a")) == set()
