"""A session that ends under an open page: it is covered, nothing typed is lost, the console stays empty."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import Product
from tests.browser import drills
from tests.browser.importing import document, paste, read, source
from tests.browser.pages import open_page, person, unsound


def _signed_in(product: Product, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(product.ok("sign-in-url")["url"])
    page.wait_for_url("**/runbooks")
    page.close()


def _end(product: Product, context: BrowserContext) -> None:
    """End the session elsewhere: the browser keeps its cookie, and is told nothing."""
    kept: Any = context.cookies()
    headers = {"X-Dd0c-Csrf": "1", "Origin": product.url}
    assert context.request.delete(product.url + "/api/v1/session", headers=headers).status == 204
    context.add_cookies(kept)


def _cover(page: Page) -> Any:
    return page.get_by_role("alertdialog", name="Your session has ended")


@pytest.fixture(scope="module")
def drill(product: Product) -> str:
    """A runbook in service."""
    push_runbook(product, "cache-drill", drills.GATES)
    return "/runbooks/cache-drill"


def test_what_is_typed_outlives_the_session_and_the_console_stays_empty(
    product: Product, browser: Browser, drill: str
) -> None:
    with person(browser) as (context, complaints):
        _signed_in(product, context)
        pasted = open_page(context, product.url + "/import")
        paste(pasted, document("node-filesystem-space-filling-up.md"))
        read(pasted)
        before = source(pasted)
        edited = open_page(context, f"{product.url}{drill}?tab=edit")
        edited.get_by_role("button", name="YAML", exact=True).click()
        edited.locator(".cm-content").click()
        edited.keyboard.press("Control+End")
        edited.keyboard.type("# mine")
        _end(product, context)
        expect(_cover(edited)).to_be_visible()
        expect(_cover(pasted)).to_be_visible()
        assert unsound(edited) == []
        for page in (pasted, edited):
            expect(_cover(page)).to_be_focused()
            for key in ("g", "r", "/", "Control+K"):
                page.keyboard.press(key)
            expect(page.get_by_role("dialog", name="Find")).to_have_count(0)
        edited.get_by_role("button", name="I have signed in").click()
        expect(_cover(edited)).to_contain_text("Nobody is signed in on this browser yet")
        _signed_in(product, context)
        expect(_cover(edited)).to_be_hidden()
        expect(_cover(pasted)).to_be_hidden()
        expect(edited.locator(".cm-content")).to_contain_text("# mine")
        read(pasted)
        assert source(pasted) == before
        expect(pasted.get_by_role("button", name="Open pull request")).to_be_enabled()
        assert complaints.found() == []


def test_somebody_else_never_sees_the_page_of_who_was_here(
    product: Product, browser: Browser, drill: str
) -> None:
    with product.http() as client:
        made = client.post("/members", json={"email": "vic@example.org", "role": "viewer"}).json()
        link = client.post(f"/members/{made['id']}/sign-in-link").json()["url"]
    with person(browser) as (context, complaints):
        _signed_in(product, context)
        page = open_page(context, product.url + drill)
        expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
        _end(product, context)
        expect(_cover(page)).to_be_visible()
        other = context.new_page()
        other.goto(link)
        other.wait_for_url("**/runbooks")
        expect(page.get_by_role("heading", name="Clear the cache of a worker")).to_be_visible()
        expect(_cover(page)).to_be_hidden()
        expect(page.get_by_role("button", name="Retire")).to_have_count(0)
        assert complaints.found() == []
