"""A runbook mended in the editor, as YAML and as a form: verdicts as one types, the pull request."""

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
        page.get_by_role("button", name="YAML", exact=True).click()
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
        page.get_by_role("button", name="Propose change").click()
        expect(page.get_by_role("heading", name="Edit runbook ownerless")).to_be_visible()
        page.get_by_role("link", name=re.compile("Decision")).click()
        expect(page.get_by_text("Step clean is new.")).to_be_visible()
        page.goto(f"{product.url}/upgrade")
        expect(page.get_by_text("Nothing moved")).to_be_visible()
        assert unsound(page) == []
        assert complaints.found() == []


COMMENTED = """\
    # look before you touch it
    - id: look
      title: See how full it is
      command: df -h   # harmless
    - id: logs
      title: Read the log
      command: tail -n 20 /var/log/syslog
"""


def test_a_command_is_changed_in_the_form_and_comments_stay(
    product: Product, browser: Browser, session: Any
) -> None:
    steps = drills.HEAD.format(name="by-form", title="Changed by form")
    push_runbook(
        product, "by-form", f"{steps}spec:\n  target: {{labels: {{role: home}}}}\n  steps:\n{COMMENTED}"
    )
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, f"{product.url}/runbooks/by-form?tab=edit")
        first = page.get_by_role("group", name="Step 1", exact=True)
        expect(first.locator(".form-verdict")).to_contain_text("Safe")
        command = first.get_by_role("textbox", name="Command", exact=True)
        command.fill("rm -rf /srv/cache")
        expect(first.locator(".form-verdict")).to_contain_text("Dangerous")
        first.get_by_role("textbox", name="Typed to confirm").fill("cache")
        first.get_by_role("textbox", name="Rollback command").fill("mkdir /srv/cache\nls /srv")
        page.keyboard.press("Alt+ArrowDown")
        moved = page.get_by_role("group", name="Step 2", exact=True)
        expect(moved.get_by_role("textbox", name="Rollback command")).to_be_focused()
        expect(moved.locator(".form-verdict")).to_contain_text("Dangerous")
        page.keyboard.press("Alt+ArrowUp")
        first.get_by_role("textbox", name="Title").fill("")
        expect(first.locator("[aria-invalid=true]")).to_have_count(1)
        first.get_by_role("textbox", name="Title").fill("Empty it")
        expect(first.locator("[aria-invalid=true]")).to_have_count(0)
        assert unsound(page) == []
        page.get_by_role("button", name="YAML", exact=True).click()
        expect(page.locator(".cm-content")).to_contain_text("command: rm -rf /srv/cache   # harmless")
        page.get_by_role("button", name="Form", exact=True).click()
        expect(first.locator(".form-verdict")).to_contain_text("Dangerous")
        command.press("Control+Enter")
        expect(page.get_by_role("heading", name="Edit runbook by-form")).to_be_visible()
        number = re.findall(r"/pulls/(\d+)", page.url)[0]
        with product.http() as client:
            items = client.get(f"/pulls/{number}/diff").json()["items"]
        diff = next(item["patch"] for item in items if item["path"] == "runbooks/by-form.yaml")
        assert "+      command: rm -rf /srv/cache   # harmless" in diff
        assert "-    # look before you touch it" not in diff
        assert complaints.found() == []
