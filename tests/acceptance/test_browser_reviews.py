"""Four eyes from outside: what one person proposes, another approves on its page and merges there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, expect

from tests.acceptance.git_client import clone, commit_file, git
from tests.acceptance.product import Product, wait_for
from tests.browser.pages import open_page, person, unsound

DOCUMENT: Final = Path(__file__).parent / "documents" / "node-filesystem-space-filling-up.md"
OWNERS: Final = "/runbooks/ mia@example.org @acme/sre\n"
EXAMPLE: Final = Path(__file__).parents[2] / "runbooks-example" / "policy.json"
POLICY: Final = json.dumps(json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"fourEyes": True}) + "\n"
"""Stricter than what is in force: one person may not loosen that."""


def _signed_in(product: Product, email: str, role: str) -> str:
    with product.http() as client:
        made = client.post("/members", json={"email": email, "role": role})
        assert made.status_code == 201, made.text
        link = client.post(f"/members/{made.json()['id']}/sign-in-link")
    return str(link.json()["url"])


def test_what_one_proposes_another_approves_and_merges(product: Product, browser: Browser) -> None:
    link = _signed_in(product, "mia@example.org", "maintainer")
    folder = clone(product, "four-eyes")
    commit_file(folder, "CODEOWNERS", OWNERS, "Owners")
    commit_file(folder, "policy.json", POLICY, "Four eyes")
    alone = git(folder, "push", "origin", "HEAD:main")
    assert alone.returncode == 0, alone.stderr
    wait_for(
        "the policy", lambda: [item for item in product.ok("sync")["items"] if item["policy"]["inForce"]]
    )
    pull = product.ok("pr", "open", str(DOCUMENT))["pull"]
    assert {review.get("reviewerEmail") or review["reviewer"] for review in pull["reviews"]} == {
        "mia@example.org", "@acme/sre",
    }  # fmt: skip
    number = str(pull["number"])
    own = product.cli("pr", "approve", number, "--yes", "--head", pull["head"])
    assert (own.code, "themselves" in own.err) == (1, True), own
    merged = product.cli("pr", "merge", number, "--yes")
    assert merged.code != 0
    assert "somebody else who may merge has to approve" in merged.err
    commit_file(folder, "README.md", "mine\n", "Past the review")
    assert "four eyes" in git(folder, "push", "origin", "HEAD:main").stderr
    with person(browser) as (context, complaints):
        page = context.new_page()
        page.goto(link)
        page.wait_for_url(re.compile("/runbooks$"))
        page = open_page(context, f"{product.url}/pulls/{number}")
        beside = page.get_by_role("complementary")
        why = beside.get_by_role("list", name="Why it can't be merged now")
        expect(why.get_by_text("The policy asks for four eyes")).to_be_visible()
        expect(page.locator("[data-settling]")).to_have_count(0)
        beside.get_by_role("button", name="Request changes").click()
        beside.get_by_label("Which changes").fill("Step 2 deletes without asking.")
        expect(page.locator("[data-settling]")).to_have_count(0)
        beside.get_by_role("button", name="Ask for these changes").click()
        expect(why.get_by_text("Changes are asked for at this very commit")).to_be_visible()
        assert unsound(page) == []
        expect(page.locator("[data-settling]")).to_have_count(0)
        beside.get_by_role("button", name=re.compile("^Approve")).click()
        expect(beside.get_by_text("The approval that the policy asks for is there")).to_be_visible()
        expect(page.locator("[data-settling]")).to_have_count(0)
        beside.get_by_role("button", name="Merge into main").click()
        expect(beside.get_by_text("Merged", exact=False).first).to_be_visible()
        assert complaints.found() == []
    shown = product.cli("pr", "show", number)
    assert "mia@example.org: approved" in shown.out
    events = [item["eventType"] for item in product.ok("audit", "list")["items"]]
    assert events.count("runbook.reviewed") >= 3
