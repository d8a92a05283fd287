"""Every page in both themes and at both widths: accessible, not too wide, calm, and without complaint."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.product import Product
from tests.browser.pages import (
    MOST_SHIFT,
    WIDTHS,
    open_page,
    open_slowly,
    person,
    settled,
    shift,
    unsound,
)

DOCUMENTS = Path(__file__).parent / "documents"
TITLE = "Node Filesystem Space Filling Up"


@dataclass(frozen=True)
class Filled:
    """What there is to look at, and a signed-in session."""

    pages: dict[str, str]
    session: Any


@pytest.fixture(scope="module")
def filled(product: Product, browser: Browser) -> Filled:
    """A merged import, an open pull request, an execution at its gate, and the owner's session."""
    opened = product.ok("pr", "open", str(DOCUMENTS / "node-filesystem-space-filling-up.md"))
    product.ok("pr", "merge", str(opened["pull"]["number"]), "--yes")
    second = product.ok(
        "pr", "open", str(DOCUMENTS / "node-filesystem-space-filling-up.md"), "--name", "again"
    )
    product.cli("run", "host-health", seconds=60)
    execution = product.ok("executions")["items"][0]["id"]
    runbook = next(item for item in product.ok("runbooks")["items"] if item["title"] == TITLE)
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        session = context.storage_state()
    number = second["pull"]["number"]
    pages = {
        "runbooks": "/runbooks",
        "runbook": f"/runbooks/{runbook['id']}",
        "executions": "/executions",
        "execution": f"/executions/{execution}",
        "pulls": "/pulls",
        "pull": f"/pulls/{number}",
        "pull-document": f"/pulls/{number}?tab=document",
        "pull-files": f"/pulls/{number}?tab=files",
        "pull-source": f"/pulls/{number}?tab=source",
        "pull-decisions": f"/pulls/{number}?tab=decisions",
        "pull-conversation": f"/pulls/{number}?tab=conversation",
        "runbook-dag": f"/runbooks/{runbook['id']}?view=dag",
        "runbook-versions": f"/runbooks/{runbook['id']}?tab=versions",
        "runbook-edit": f"/runbooks/{runbook['id']}?tab=edit",
        "sync": "/sync",
        "upgrade": "/upgrade",
        "agents": "/agents",
        "audit": "/audit",
        "settings": "/settings",
        "nowhere": "/runbooks/rbk_00000000000000000000000000",
    }
    return Filled(pages, session)


PAGES = (
    "runbooks", "runbook", "runbook-dag", "runbook-versions", "runbook-edit", "executions", "execution",
    "pulls", "pull", "pull-document", "pull-files", "pull-source", "pull-decisions", "pull-conversation",
    "sync", "agents", "audit", "settings", "nowhere",
)  # fmt: skip


_TITLES: Final = {
    "runbooks": "^Runbooks · dd0c$",
    "runbook": f"^Runbook · {TITLE} · dd0c$",
    "executions": "^Executions · dd0c$",
    "execution": "^Execution · .+ · dd0c$",
    "pulls": "^Pull requests · dd0c$",
    "pull": r"^Pull request #\d+ · .+ · dd0c$",
    "sync": "^Sync · dd0c$",
    "agents": "^Agents · dd0c$",
    "audit": "^Audit · dd0c$",
    "settings": "^Settings · dd0c$",
    "nowhere": "^Runbook · dd0c$",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_sound_in_both_themes_and_widths(
    product: Product, browser: Browser, filled: Filled, name: str
) -> None:
    with person(browser, state=filled.session, width="phone") as (context, complaints):
        if name == "nowhere":
            complaints.allow("404")
        page = open_slowly(context, product.url + filled.pages[name])
        assert shift(page) < MOST_SHIFT, "what is there stays where it is while the rest comes"
        expect(page).to_have_title(re.compile(_TITLES[name.split("-")[0]]))
        assert unsound(page) == []
        assert complaints.found() == []


def test_nothing_jumps_where_nothing_is_there_yet(product: Product, browser: Browser, filled: Filled) -> None:
    """Each page as the first one of a new browser: neither fonts nor script nor data are at hand.

    At the width of a phone the pages with a session are held to it above, where each is the first one too.
    """
    found = {}
    seen = [("landing", "/", width) for width in WIDTHS]
    seen += [(name, path, "desktop") for name, path in filled.pages.items()]
    for name, path, width in seen:
        state = None if name == "landing" else filled.session
        with person(browser, state=state, width=width) as (context, _):
            page = open_slowly(context, product.url + path)
            moved = shift(page)
            if moved >= MOST_SHIFT:
                found[f"{name} {width}"] = moved
    assert found == {}


_TITLES_SEEN: Final = """
window.__titles = [];
new MutationObserver(() => {
  const last = window.__titles.at(-1);
  if (document.title !== last) window.__titles.push(document.title);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""


def test_the_title_says_the_page_and_stands_until_the_next_one(
    product: Product, browser: Browser, filled: Filled
) -> None:
    with person(browser, state=filled.session) as (context, complaints):
        context.add_init_script(_TITLES_SEEN)
        page = open_page(context, product.url + filled.pages["runbooks"])
        page.get_by_role("link", name=TITLE).first.click()
        expect(page).to_have_title(f"Runbook · {TITLE} · dd0c")
        page.get_by_role("navigation", name="Main").get_by_role("link", name="Sync").click()
        expect(page).to_have_title("Sync · dd0c")
        seen = [title for title in page.evaluate("window.__titles") if title not in ("", "dd0c/run")]
        assert seen[0] == "Runbooks · dd0c"
        assert seen[-1] == "Sync · dd0c"
        assert "dd0c/run" not in page.evaluate("window.__titles.slice(2)"), "no page is without its name"
        assert complaints.found() == []


def test_the_landing_page_is_sound_signed_out(product: Product, browser: Browser) -> None:
    with person(browser) as (context, complaints):
        page = open_page(context, product.url + "/")
        assert shift(page) < MOST_SHIFT
        assert unsound(page) == []
        assert complaints.found() == []


def _unknown_address(page: Page, url: str) -> None:
    page.goto(url + "/no/such/page")
    expect(page.get_by_role("heading", name="There is no page at this address")).to_be_visible()


def _failing_server(page: Page, url: str) -> None:
    page.route("**/api/v1/runbooks*", lambda route: route.fulfill(status=500, json={}))
    page.goto(url + "/runbooks")
    expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()


def _missing_chunk(page: Page, url: str) -> None:
    page.route("**/assets/agents-page-*", lambda route: route.abort())
    page.goto(url + "/agents")
    expect(page.get_by_role("button", name="Reload the page")).to_be_visible()


def _keys(page: Page, url: str) -> None:
    page.goto(url + "/runbooks")
    settled(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _palette(page: Page, url: str) -> None:
    page.goto(url + "/runbooks")
    settled(page)
    page.keyboard.press("Control+k")
    page.keyboard.type("disk")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()


def _panic(page: Page, url: str) -> None:
    page.goto(url + "/runbooks")
    settled(page)
    page.get_by_role("button", name="Panic: opens").click()
    expect(page.get_by_role("dialog")).to_contain_text("Halt everything?")


STATES = (_unknown_address, _failing_server, _missing_chunk, _keys, _palette, _panic)


@pytest.mark.parametrize("state", STATES)
def test_a_state_beside_the_usual_is_sound_in_both_themes_and_widths(
    product: Product, browser: Browser, filled: Filled, state: Callable[[Page, str], None]
) -> None:
    with person(browser, state=filled.session) as (context, complaints):
        page = context.new_page()
        state(page, product.url)
        assert unsound(page) == []
        complaints.allow("404|500|ERR_FAILED|dynamically imported")
        assert complaints.found() == []


def test_the_signed_out_page_is_sound(product: Product, browser: Browser, filled: Filled) -> None:
    with person(browser) as (context, complaints):
        page = open_page(context, product.url + filled.pages["execution"])
        expect(page.get_by_role("heading", name="Sign in to see this page")).to_be_visible()
        assert unsound(page) == []
        assert complaints.found() == []


def test_a_lost_connection_is_said_until_it_is_back(
    product: Product, browser: Browser, filled: Filled
) -> None:
    with person(browser, state=filled.session) as (context, complaints):
        complaints.allow("ERR_INTERNET_DISCONNECTED")
        page = open_page(context, product.url + filled.pages["runbooks"])
        context.set_offline(True)
        expect(page.get_by_text("Not live for")).to_be_visible()
        context.set_offline(False)
        expect(page.get_by_text("Not live for")).to_be_hidden()
        expect(page.get_by_text(TITLE)).to_be_visible()
        assert complaints.found() == []


def _reasoning(page: Page) -> None:
    """By keyboard: the first step, its reasoning, and that the second key is a small model."""
    expect(page.locator(".row-toggle").first).to_be_visible()
    page.keyboard.press("j")
    expect(page.locator(".row-toggle").first).to_be_focused()
    row = page.locator(".step-row").filter(has_text="Safe").first.locator(".row-toggle")
    row.press("Enter")
    expect(row).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_text("Merge rules, first that applies")).to_be_visible()
    expect(page.get_by_text("The local model (statistical, no LLM)").first).to_be_visible()


def _said(page: Page) -> None:
    """A hostile comment is text, and what can't be seen in it is named."""
    page.get_by_role("link", name="Conversation").click()
    text = "<img src=x onerror=window.owned=1> [x](javascript:window.owned=1) a\u202eb"
    page.get_by_role("textbox").fill(text)
    page.get_by_role("button", name="Comment").click()
    said = page.locator(".talk__body")
    expect(said).to_have_text(text.replace("\u202e", "⟨U+202E⟩"))
    assert page.evaluate("window.owned") is None


def _edited(page: Page, yaml: str) -> None:
    """The title changed in the editor; a key that nobody knows is refused at its line first."""
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("button", name="YAML", exact=True).click()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+Home")
    for _ in yaml.splitlines()[: [line.strip()[:6] for line in yaml.splitlines()].index("title:")]:
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type(" today\n  colour: blue")
    page.get_by_role("button", name="Propose change").click()
    expect(page.locator(".cm-problem")).to_contain_text("colour")
    page.get_by_role("button", name="Line ").first.click()
    page.keyboard.press("End")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Shift+Home")
    page.keyboard.press("Backspace")
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="Propose change").click()
    expect(page.get_by_role("heading", name="What changes at 3 a.m.")).to_be_visible()


def test_from_a_proposal_over_a_merge_to_the_next_version(
    product: Product, browser: Browser, filled: Filled
) -> None:
    opened = product.ok(
        "pr", "open", str(DOCUMENTS / "node-filesystem-space-filling-up.md"), "--name", "story"
    )
    with person(browser, state=filled.session) as (context, complaints):
        complaints.allow("422")
        page = open_page(context, f"{product.url}/pulls/{opened['pull']['number']}")
        _reasoning(page)
        _said(page)
        page.get_by_role("link", name="Files").click()
        expect(page.get_by_label("runbooks/story.yaml", exact=True)).to_be_visible()
        page.get_by_role("button", name="Merge into main").first.click()
        page.get_by_role("link", name="Open the runbook").click()
        expect(page.locator(".page-head")).to_contain_text("Synced at")
        shown = product.http().get("/runbooks/story").json()
        assert shown["commit"][:10] in page.locator(".page-head").inner_text()
        _edited(page, product.http().get(f"/runbooks/story/versions/{shown['versionId']}").text)
        second = page.url
        assert complaints.found() == []
    with person(browser, width="phone", theme="light", state=filled.session) as (context, complaints):
        page = open_page(context, f"{second}?tab=document")
        expect(page.get_by_label("Title, before and after")).to_contain_text("today")
        page.get_by_label("Merge, in reach").get_by_role("button").click()
        page.get_by_role("link", name="Open the runbook").click()
        page.get_by_role("link", name="Versions").click()
        expect(page.get_by_text("The steps are the same")).to_be_visible()
        expect(page.get_by_label("Versions, newest first").get_by_role("listitem")).to_have_count(2)
        expect(page.locator(".lines-diff__added")).to_contain_text(["today"])
        assert complaints.found() == []
