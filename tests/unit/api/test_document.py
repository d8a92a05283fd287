"""The OpenAPI document: what a stranger can do with it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from controller.api.app import describe
from controller.api.docs_text import render
from controller.api.openapi import operations


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return describe()


def test_every_route_says_what_it_is_in_words(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        assert operation["summary"], path
        assert len(operation.get("description", "")) > 15, f"{method} {path}"
        assert len(operation["tags"]) == 1, path
        assert operation["tags"][0] in {tag["name"] for tag in document["tags"]}


def test_every_refusal_is_described_as_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            if status.startswith("4") and status != "416":
                assert answer == {"$ref": f"#/components/responses/Problem{status}"}, f"{method} {path}"
    for answer in document["components"]["responses"].values():
        assert "application/problem+json" in answer["content"]
    assert "HTTPValidationError" not in str(document)


def test_references_lead_somewhere_and_ids_are_unique(document: dict[str, Any]) -> None:
    for kind, known in document["components"].items():
        assert set(re.findall(rf"#/components/{kind}/([\w-]+)", str(document))) <= set(known)
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))


def test_changes_of_an_execution_ask_for_the_version(document: dict[str, Any]) -> None:
    for path, method, operation in operations(document):
        if method == "POST" and "/executions/{execution_id}/" in path:
            assert "if-match" in [item["name"].lower() for item in operation["parameters"]], path
            assert "428" in operation["responses"]


def test_the_page_of_plain_text_has_every_route(document: dict[str, Any]) -> None:
    page = render(document)
    for path, method, _ in operations(document):
        assert f"\n{method} {path}\n" in page
    assert max(map(len, page.splitlines())) < 400
