"""Writing and reading again gives the same runbook, whatever it holds."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings

from schemas.runbook import Runbook
from schemas.yaml_codec import dump_runbook
from schemas.yaml_read import read_yaml
from tests.unit.schemas.builders import documents


def _reread(found: Runbook) -> Runbook:
    tree = read_yaml(dump_runbook(found).encode())
    assert tree.places == []
    return Runbook.model_validate(tree.value, by_alias=True, by_name=False, context={"document": True})


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_dump_and_load_give_the_same_runbook(values: dict[str, Any]) -> None:
    found = Runbook.from_json(values)
    again = _reread(found)
    assert again == found
    assert again.digest() == found.digest()
    assert dump_runbook(again) == dump_runbook(found)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents())
def test_json_form_gives_the_same_runbook(values: dict[str, Any]) -> None:
    found = Runbook.from_json(values)
    assert Runbook.from_json(found.to_json()) == found
    assert Runbook.model_validate_json(found.model_dump_json(exclude_none=True)) == found
