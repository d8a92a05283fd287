"""The execution page in a real browser: from start to rollback, the same for all viewers, inert and smooth.

The page is read as a person reads it; nothing is taken from the API that the page could say.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.git_client import clone, commit_file, git
from tests.acceptance.product import Product, wait_for
from tests.browser import drills, frames
from tests.browser.pages import WIDTHS, open_page, person, settled, violations

LONGEST_P95_MS = 1_000
"""A stall that anybody would notice; a busy machine keeps it, too. The figures are told, not judged."""
LONGEST_TASK_MS = 2_000
"""What no single task of the page's thread may take, even where two others share its core."""


@pytest.fixture(scope="module")
def session(product: Product, browser: Browser) -> Any:
    """The drills in service, and the owner's session."""
    folder = clone(product, "drills")
    for name in ("gates", "hostile", "long"):
        commit_file(folder, f"runbooks/{name}-drill.yaml", getattr(drills, name.upper()), f"Add {name}")
    assert git(folder, "push", "-q", "origin", "HEAD:main").returncode == 0
    wait_for("the drills in service", lambda: len(product.ok("runbooks")["items"]) >= 8)
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        return context.storage_state()


@pytest.fixture
def page(product: Product, browser: Browser, session: Any) -> Iterator[Page]:
    """A signed-in page; the test fails where its console complained."""
    with person(browser, state=session) as (context, complaints):
        complaints.allow("422")  # a value that does not match is refused, and shown at its field
        yield open_page(context, product.url + "/runbooks")
        assert complaints.found() == []


def start(page: Page, title: str) -> None:
    """From the list over the runbook to the execution."""
    page.get_by_role("link", name=title).first.click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/executions/exe_"))
    settled(page)


def at_gate(page: Page, title: str) -> None:
    """Wait for the gate of a step, and for the moment in which it takes no click."""
    expect(page.locator("#gate-h")).to_contain_text(title)
    page.locator("section.gate[data-settled]").wait_for()


def approve(page: Page, title: str) -> None:
    """Approve the step of this title."""
    at_gate(page, title)
    page.get_by_role("button", name=re.compile("^Approve and (run|roll back)")).click()


def begin(page: Page, cache: str) -> None:
    """Start the drill and fill in what it asks."""
    start(page, "Clear the cache of a worker")
    page.get_by_role("textbox", name="cache").fill(cache)
    page.get_by_label("The team is told").check()
    page.get_by_role("button", name="Go to the first step").click()


def to_the_size(page: Page, cache: str) -> None:
    """Begin the drill, and approve its first step."""
    begin(page, cache)
    approve(page, "Make sure that there is a cache")
    at_gate(page, "Is it large")


def test_the_story_from_the_start_to_the_rollback(page: Page) -> None:
    start(page, "Clear the cache of a worker")
    go_on = page.get_by_role("button", name="Go to the first step")
    expect(go_on).to_have_attribute("aria-disabled", "true")
    page.get_by_role("textbox", name="cache").fill("$(id)")
    page.get_by_label("The team is told").check()
    go_on.click()
    expect(page.locator(".fill__says")).not_to_contain_text("Must match")
    page.get_by_role("textbox", name="cache").fill("dd0c-cache-story")
    go_on.click()
    approve(page, "Make sure that there is a cache")

    at_gate(page, "Is it large")
    page.get_by_role("button", name="large", exact=True).click()

    at_gate(page, "Clear the cache")
    run = page.get_by_role("button", name=re.compile("Approve and run"))
    expect(run).to_have_attribute("aria-disabled", "true")
    name = page.locator("[data-approval]")
    name.fill("dd0c-cache")
    expect(page.get_by_text("6 characters to go")).to_be_visible()
    name.fill("dd0c-cache-other")
    expect(page.get_by_text("That is not the name above")).to_be_visible()
    name.fill("dd0c-cache-story")
    expect(run).not_to_have_attribute("aria-disabled", "true")
    run.click()
    expect(page.locator("#output")).to_contain_text("shelf 4 clear")
    expect(page.locator("#output .t-2").first).to_have_text("clear")

    approve(page, "See that it is there")
    expect(page.get_by_text("Completed").first).to_be_visible()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    expect(page.get_by_role("complementary")).to_contain_text("you@localhost, step 4")
    assert violations(page) == []

    page.get_by_role("button", name=re.compile("Roll back 1 step")).click()
    page.get_by_role("button", name="Begin the rollback").click()
    approve(page, "Roll back: Make sure that there is a cache")
    expect(page.get_by_text("Completed").first).to_be_visible()
    expect(page).to_have_title("Rollback · Clear the cache of a worker · dd0c")
    _told_apart(page)
    page.get_by_role("link", name="the execution before").click()
    expect(page.get_by_text("Rolled back by")).to_be_visible()


def _told_apart(page: Page) -> None:
    """A rollback is marked in every list; its events in the trail are one click away."""
    here = page.url
    name = page.get_by_role("complementary").get_by_role("link", name="its events in the audit trail")
    name.click()
    expect(page.locator(".event").first).to_be_visible()
    assert here.rsplit("/", 1)[1] in page.url
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Executions").click()
    rows = page.get_by_role("row").filter(has_text="Clear the cache of a worker")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Rollback")
    expect(rows.nth(1)).not_to_contain_text("Rollback")
    page.goto(here)
    settled(page)


def test_keys_skip_edit_and_abort(page: Page) -> None:
    to_the_size(page, "dd0c-cache-keys")
    page.get_by_role("button", name="small", exact=True).click()
    at_gate(page, "Pack it")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name=re.compile("Approve and run"))).to_be_focused()
    page.keyboard.press("e")
    page.get_by_label("Command", exact=True).fill("mkfs.ext4 /dev/sdz9")
    expect(page.get_by_role("dialog").locator(".risk--pill")).to_have_text("Dangerous")
    page.get_by_label("Why this command?").fill("packing is not enough")
    page.get_by_role("button", name="Replace the command and ask again").click()
    expect(page.get_by_text("Edited")).to_be_visible()
    expect(page.locator("#gate .cmd").first).to_contain_text("mkfs.ext4")
    page.keyboard.press("s")
    page.get_by_label("Why is it left out?").fill("no need")
    page.get_by_role("button", name="Skip the step").click()
    at_gate(page, "See that it is there")
    page.keyboard.press("k")
    expect(page.locator("[data-step=clear]")).to_be_focused()
    page.get_by_role("button", name="Abort").click()
    page.get_by_label("Why does it end?").fill("a drill")
    page.get_by_role("button", name="Abort the execution").click()
    expect(page.get_by_text("Aborted").first).to_be_visible()


def test_a_reload_and_a_second_viewer_see_the_same_and_a_late_click_says_what_changed(
    product: Product, browser: Browser, session: Any, page: Page
) -> None:
    begin(page, "dd0c-cache-two")
    at_gate(page, "Make sure that there is a cache")
    with person(browser, state=session, width="phone") as (context, complaints):
        complaints.allow("409")
        complaints.allow("ERR_FAILED")
        other = open_page(context, page.url)
        at_gate(other, "Make sure that there is a cache")
        held = {"on": True}

        def view(route: Route) -> None:
            if route.request.method == "GET" and held["on"]:
                route.abort()
            else:
                route.continue_()

        def late(route: Route) -> None:
            held["on"] = False
            route.continue_()

        identity = page.url.rsplit("/", 1)[1]
        other.route(f"**/api/v1/executions/{identity}", view)
        other.route("**/approve", late)
        _edit(page, "mkdir -p /tmp/dd0c-cache-two/in")
        other.get_by_role("button", name=re.compile("Approve and run")).click()
        expect(other.get_by_text("Nothing was done: it changed while you decided")).to_be_visible()
        expect(other.locator(".changed ins")).to_contain_text("/tmp/dd0c-cache-two/in")

        approve(page, "Make sure that there is a cache")
        expect(other.locator("#gate-h")).to_contain_text("Is it large")
        assert complaints.found() == []
    before = page.locator(".rail--run").inner_text()
    page.reload()
    settled(page)
    expect(page.locator("#gate-h")).to_contain_text("Is it large")
    assert page.locator(".rail--run").inner_text() == before


def _edit(page: Page, command: str) -> None:
    page.get_by_role("button", name="Edit the command").click()
    page.get_by_label("Command", exact=True).fill(command)
    page.get_by_label("Why this command?").fill("deeper")
    page.get_by_role("button", name="Replace the command and ask again").click()
    expect(page.locator("#gate .cmd").first).to_contain_text(command)


def _tell(record_property: Any, what: str, found: frames.Frames) -> None:
    record_property(what, str(found))
    sys.stderr.write(f"{what}: {found}\n")


def test_two_hundred_steps_are_smooth(page: Page, record_property: Any) -> None:
    start(page, "Two hundred steps")
    at_gate(page, "Look at shard 1")
    assert page.locator(".rail--run > li").count() == drills.LONG_STEPS
    frames.begin(page)
    for _ in range(60):
        page.keyboard.press("j")
    found = frames.end(page)
    _tell(record_property, "60 steps by key", found)
    assert found.p95 < LONGEST_P95_MS, str(found)
    assert found.task < LONGEST_TASK_MS, str(found)
    across, down = WIDTHS["phone"]
    page.set_viewport_size({"width": across, "height": down})
    expect(page.locator(".strip [aria-current]")).to_be_in_viewport()


_COLOURS = """(element) => [
  getComputedStyle(element).color, getComputedStyle(element.closest('.term')).backgroundColor,
]"""


def _hostile_output(page: Page) -> None:
    """What a command prints is text to the last byte, and what can't be seen is named."""
    page.evaluate("navigator.clipboard.writeText('mine')")
    approve(page, "Print <i>it</i>")
    output = page.locator("#output")
    for _, readable in drills.HOSTILE_LINES:
        expect(output).to_contain_text(readable)
    at_gate(page, "One long line")
    drawn = output.get_by_text("hidden in black").evaluate(_COLOURS)
    assert drawn[0] != drawn[1], "a command can't hide what it prints"
    assert output.locator("a[href]:not([download]), img, script, .out-rows svg").count() == 0
    assert page.evaluate("window.hit") is None
    assert page.evaluate("navigator.clipboard.readText()") == "mine"


def test_hostile_and_endless_output_is_inert_readable_and_smooth(page: Page, record_property: Any) -> None:
    start(page, "Output <b>with</b> teeth")
    _hostile_output(page)

    frames.begin(page)
    approve(page, "One long line")
    at_gate(page, "Many lines")
    wide = frames.end(page)
    _tell(record_property, "a line of 1 MB", wide)
    expect(page.locator("#output .out-row").first).to_contain_text("wwww")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    frames.begin(page)
    approve(page, "Many lines")
    expect(page.locator("#output")).to_contain_text("line 50000 of the output of a command that talks")
    at_gate(page, "The last one")
    many = frames.end(page)
    _tell(record_property, "50,000 lines as they come", many)
    expect(page.get_by_text("line 50000 of the output")).to_be_in_viewport()
    assert page.locator("#output .out-row").count() < 200, "only what is in view is drawn"
    through = frames.scroll_through(page, "#output .term")
    _tell(record_property, "50,000 lines scrolled through", through)

    for found in (wide, many, through):
        assert found.p95 < LONGEST_P95_MS, str(found)
        assert found.task < LONGEST_TASK_MS, str(found)
    assert page.evaluate("window.hit") is None
