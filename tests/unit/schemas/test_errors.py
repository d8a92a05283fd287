"""Refusals carry code, status, title, a sentence and a hint; problem+json is made of them."""

from __future__ import annotations

import pytest

from schemas.errors import ALL, Dd0cError, DocumentInvalid, Place, TooManyRequests, Unprocessable


def test_every_class_is_complete_and_its_code_its_own() -> None:
    assert len({kind.code for kind in ALL}) == len(ALL)
    for kind in ALL:
        assert 400 <= kind.status <= 599
        assert kind.title
        assert kind.__doc__


def test_every_subclass_is_listed() -> None:
    def below(kind: type[Dd0cError]) -> set[type[Dd0cError]]:
        return {kind}.union(*(below(child) for child in kind.__subclasses__()))

    ours = {kind for kind in below(Dd0cError) if kind.__module__ == "schemas.errors"}
    assert ours - {Dd0cError} == set(ALL)


def test_a_problem_has_what_rfc_9457_wants() -> None:
    error = Unprocessable(
        "No.", hint="Try.", code="variable_value", extra={"more": 1}, places=[Place(1, 2, "a", "b")]
    )
    assert error.problem() == {
        "type": "urn:dd0c:variable_value",
        "title": "Cannot be processed",
        "status": 422,
        "detail": "No.",
        "code": "variable_value",
        "hint": "Try.",
        "more": 1,
        "places": [
            {"line": 1, "column": 2, "path": "a", "message": "b", "code": "invalid", "severity": "error"}
        ],
    }
    assert str(error) == "No."


def test_too_many_requests_says_when() -> None:
    error = TooManyRequests("Slow down.", retry_after_seconds=7)
    assert error.retry_after_seconds == 7
    assert error.problem()["retryAfterSeconds"] == 7


def test_places_read_as_a_sentence() -> None:
    assert str(Place(3, 4, "spec.x", "is wrong", "write y")) == "line 3, column 4: spec.x: is wrong (write y)"
    assert str(Place(0, 0, "", "is wrong")) == "is wrong"
    with pytest.raises(ValueError, match="place"):
        DocumentInvalid([])
