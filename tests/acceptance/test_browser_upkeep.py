"""A stale runbook, mended in the editor: reasons, completion, verdicts as one types, the pull request."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import Product
from tests.browser import drills
from tests.browser.pages import open_page, person, unsound

OWNERLESS = (
    drills.HEAD.format(name="ownerless", title="Nobody owns this one").replace(
        '  owners: ["@acme/sre"]\n', ""
    )
    + """\
spec:
  target: {labels: {role: home}}
  steps:
    # the comment stays
    - id: look
      title: See how full it is
      command: df -h
"""
)
STEP = "    - id: clean\ntitle: Clean up\ncommand: rm -rf /srv/cache\n"
"""As one types it: the editor keeps the indentation."""


@pytest.fixture(scope="module")
def session(product: Product, browser: Browser) -> Any:
    """A runbook without an owner in service, and the owner's session."""
    push_runbook(product, "ownerless", OWNERLESS)
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        return context.storage_state()


def test_a_stale_runbook_is_found_and_mended_in_the_editor(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, f"{product.url}/runbooks?stale=owner_missing")
        page.get_by_role("link", name="Nobody owns this one").click()
        expect(page.get_by_role("region", name="Why it may be stale")).to_contain_text("Nobody owns it.")
        page.get_by_role("link", name="Edit").click()
        expect(page.locator(".cm-verdict")).to_have_count(1)
        text = page.get_by_role("textbox", name="The document as YAML")
        text.click()
        page.keyboard.press("Control+End")
        page.keyboard.type(STEP)
        expect(page.locator(".cm-verdict").nth(1)).to_contain_text("Dangerous")
        page.keyboard.type("ri")
        expect(page.get_by_role("option", name="risk")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.type("sa")
        expect(page.get_by_role("option", name="safe")).to_be_visible()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.locator(".cm-problem")).to_contain_text("risk: safe")
        expect(
            page.get_by_text(re.compile("is declared safe, but the scanner says dangerous"))
        ).to_be_visible()
        for _ in "safe":
            page.keyboard.press("Backspace")
        page.keyboard.type("dangerous\nconfirm: cache\nrollback: {impossible: it is gone}")
        page.keyboard.press("Escape")
        expect(page.locator(".cm-problem")).to_have_count(0)
        assert unsound(page) == []
        page.get_by_role("button", name="Open pull request").click()
        expect(page.get_by_role("heading", name="Edit runbook ownerless")).to_be_visible()
        page.get_by_role("link", name=re.compile("Decision")).click()
        expect(page.get_by_text("Step clean is new.")).to_be_visible()
        page.goto(f"{product.url}/upgrade")
        expect(page.get_by_text("Nothing moved")).to_be_visible()
        assert unsound(page) == []
        assert complaints.found() == []
