"""A new scanner looks again: what holds is never below what held, but by an owner's word."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count, product
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from controller.governance.standing import Classifier, Direction, held, reclassified
from controller.upkeep.looking import Look, StandingRow, looks
from schemas.merge import merge
from schemas.risk import Risk, exceeds
from schemas.verdict import Advice, Finding, NoAdvice, Verdict

SAID = [*Risk, NoAdvice.OFF, NoAdvice.LATE]


def finding(risk: Risk, version: str) -> Finding:
    return Finding(risk=risk, why="because", scanner_version=version, knowledge_version="k")


def verdict(scanned: Risk, said: Risk | NoAdvice, version: str = "1") -> Verdict:
    advice = said if isinstance(said, NoAdvice) else Advice(risk=said, confidence=950, reasoning="so")
    return merge(finding(scanned, version), advice)


def test_what_stands_is_the_stricter_of_both_and_what_was_found_is_no_less_than_todays() -> None:
    for scanned, said, scanned_now, said_now in product(Risk, SAID, Risk, SAID):
        before, now = verdict(scanned, said), verdict(scanned_now, said_now, "2")
        came_to = reclassified(before, now)
        assert not exceeds(before.risk, came_to.standing.risk)
        assert not exceeds(came_to.found.risk, came_to.standing.risk)
        assert not exceeds(before.finding.risk, came_to.standing.finding.risk), "kept apart from the advice"
        if isinstance(said_now, Risk):
            assert not exceeds(now.risk, came_to.standing.risk)
        is_lower = exceeds(before.finding.risk, scanned_now)
        assert (came_to.direction is Direction.LOWER) == is_lower
        assert is_lower or came_to.standing is came_to.found
        rose = exceeds(came_to.standing.risk, before.risk)
        assert not rose or came_to.direction in {Direction.HIGHER, Direction.LOWER}


def test_silence_takes_no_advice_back_and_a_commit_lowers_no_finding() -> None:
    safe = verdict(Risk.SAFE, Risk.SAFE)
    assert reclassified(safe, verdict(Risk.SAFE, NoAdvice.LATE, "2")).standing.risk is Risk.SAFE
    now = verdict(Risk.SAFE, Risk.SAFE, "2")
    assert held(now, [finding(Risk.DANGEROUS, "1"), finding(Risk.CAUTION, "1")]).risk is Risk.DANGEROUS
    assert held(now, [finding(Risk.DANGEROUS, "2")]) is now, "the same scanner says less of another context"
    assert held(now, [finding(Risk.SAFE, "1")]) is now


@dataclass
class Ledger:
    """One step of a runbook, as its rows say: what stands, and what each classifier noted."""

    stands: Verdict
    number: int = 0
    noted: dict[str, int] = field(default_factory=dict)
    waiting: dict[str, tuple[int, Verdict]] = field(default_factory=dict)

    def look(self, now: Verdict) -> tuple[Look, ...]:
        version = now.finding.scanner_version
        ids = count(self.number + 1)
        noted = self.noted.get(version)
        row = StandingRow(
            "look",
            UUID(int=self.number),
            b"",
            self.stands.finding.scanner_version,
            "k",
            self.stands.finding.to_json(),
            None if self.stands.advice is None else self.stands.advice.to_json(),
            self.stands.no_advice or "",
            None if noted is None else UUID(int=noted),
        )
        found = looks([row], {"look": now}, Classifier(version, "k"), lambda: UUID(int=next(ids)))
        for look in found:
            assert look.came_to is not None
            if look.stored is not None:
                self.stands = look.stored
            self.number = look.standing_id.int
            self.noted[version] = self.number
            self.waiting.pop(version, None)
            if look.direction is Direction.LOWER:
                self.waiting[version] = (self.number, look.came_to.found)
        return found

    def accept(self, version: str) -> bool:
        """What `Moves.accept` does for an owner."""
        stood, found = self.waiting.pop(version, (-1, self.stands))
        if stood != self.number:
            return False
        self.number += 1
        self.stands, self.noted[version] = found, self.number
        return True


VERSIONS = st.sampled_from(["1", "2", "3"])
VERDICTS = st.builds(verdict, st.sampled_from(list(Risk)), st.sampled_from(SAID), VERSIONS)


@given(VERDICTS, st.lists(VERDICTS | VERSIONS, max_size=8))
def test_no_sequence_of_upgrades_lowers_a_verdict_but_by_an_owners_word(
    first: Verdict, events: list[Verdict | str]
) -> None:
    ledger = Ledger(first)
    for event in events:
        before = ledger.stands
        if isinstance(event, str):
            offered = ledger.waiting.get(event)
            accepted = ledger.accept(event)
            assert not accepted or (offered is not None and ledger.stands == offered[1])
            assert accepted or ledger.stands is before, "an old offer changes nothing"
            continue
        ledger.look(event)
        assert not exceeds(before.risk, ledger.stands.risk)
        assert not exceeds(before.finding.risk, ledger.stands.finding.risk)
        assert ledger.look(event) == (), "looking twice changes nothing"


def test_two_versions_side_by_side_come_to_rest() -> None:
    ledger = Ledger(verdict(Risk.CAUTION, Risk.SAFE, "1"))
    one, two = verdict(Risk.CAUTION, Risk.SAFE, "1"), verdict(Risk.UNKNOWN, Risk.SAFE, "2")
    rounds = [len(ledger.look(now)) for _ in range(5) for now in (two, one)]
    assert sum(rounds[4:]) == 0, "an equal verdict is not renewed for ever"


def test_a_document_that_cannot_be_read_keeps_what_stands() -> None:
    row = StandingRow(
        "look", UUID(int=1), b"", "1", "k", finding(Risk.SAFE, "1").to_json(), None, "off", None
    )
    (look,) = looks([row], {}, Classifier("2", "k"), lambda: UUID(int=2))
    assert (look.direction, look.stored, look.standing_id) == (Direction.UNREAD, None, row.id)
