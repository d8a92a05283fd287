"""What must never happen at a page: a click that acts on something else than what was on screen.

Two people at the same execution, each in a browser of their own; what was sent is counted at the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.acceptance.git_client import clone, commit_file, git
from tests.acceptance.product import Product, wait_for
from tests.browser import drills
from tests.browser.pages import Complaints, open_page, person, settled

DOCUMENT: Final = Path(__file__).parent / "documents" / "node-filesystem-space-filling-up.md"


@pytest.fixture(scope="module")
def session(product: Product, browser: Browser) -> Any:
    """The drill in service, and the owner's session."""
    folder = clone(product, "drills")
    commit_file(folder, "runbooks/gates-drill.yaml", drills.GATES, "Add gates")
    assert git(folder, "push", "-q", "origin", "HEAD:main").returncode == 0
    titles = ("Clear the cache of a worker",)
    wait_for(
        "the drill in service",
        lambda: {item["title"] for item in product.ok("runbooks")["items"]}.issuperset(titles),
    )
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        return context.storage_state()


@contextmanager
def viewer(
    product: Product, browser: Browser, session: Any, path: str = "/runbooks"
) -> Iterator[tuple[Page, Complaints]]:
    """A signed-in page; the test fails where its console complained."""
    with person(browser, state=session) as (context, complaints):
        complaints.allow("412|409")
        complaints.allow("ERR_FAILED")  # answers that a test loses on purpose
        yield open_page(context, path if path.startswith("http") else product.url + path), complaints
        assert complaints.found() == []


@pytest.fixture
def page(product: Product, browser: Browser, session: Any) -> Iterator[Page]:
    """The first of two people."""
    with viewer(product, browser, session) as (page, _):
        yield page


@pytest.fixture
def other(product: Product, browser: Browser, session: Any) -> Iterator[Page]:
    """The second of two people."""
    with viewer(product, browser, session) as (page, _):
        yield page


def sent(page: Page, word: str) -> list[str]:
    """The requests of this event that the page sends from now on."""
    found: list[str] = []

    def hear(request: Request) -> None:
        if request.method == "POST" and request.url.partition("?")[0].endswith("/" + word):
            found.append(request.url)

    page.on("request", hear)
    return found


def start(page: Page) -> None:
    """From the list to the form before the first step."""
    page.get_by_role("link", name="Clear the cache of a worker").first.click()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/executions/exe_"))
    settled(page)


def fill(page: Page, cache: str) -> None:
    """Fill in what is asked before the first step."""
    page.get_by_role("textbox", name="cache").fill(cache)
    page.get_by_label("The team is told").check()
    page.get_by_role("button", name="Go to the first step").click()


def approve(page: Page, title: str) -> None:
    """Approve the step of this title."""
    expect(page.locator("#gate-h")).to_contain_text(title)
    page.get_by_role("button", name=re.compile("^Approve and run")).click()


def test_a_dialog_left_open_never_acts_on_the_next_step(page: Page, other: Page) -> None:
    start(page)
    fill(page, "dd0c-cache-left")
    expect(page.locator("#gate-h")).to_contain_text("Make sure that there is a cache")
    skips = sent(page, "skip")
    page.get_by_role("button", name="Skip this step").click()
    page.get_by_label("Why is it left out?").fill("there is one already")

    other.goto(page.url)
    approve(other, "Make sure that there is a cache")
    expect(other.locator("#gate-h")).to_contain_text("Is it large")

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Nothing was sent: it has moved on")).to_be_visible()
    expect(dialog.get_by_text("“Make sure that there is a cache”: succeeded.")).to_be_visible()
    expect(dialog.get_by_label("Why is it left out?")).to_have_value("there is one already")
    page.get_by_label("Why is it left out?").press("Control+Enter")
    page.get_by_role("button", name="Skip the step").click(force=True)
    expect(dialog).to_be_visible()
    assert skips == []
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#gate-h")).to_contain_text("Is it large")
    page.get_by_role("button", name="Skip this step").click()
    page.get_by_label("Why is it left out?").fill("decided anew")
    page.get_by_role("button", name="Skip the step").click()
    expect(page.get_by_text("Completed").first).to_be_visible()
    assert len(skips) == 1


def test_a_double_click_on_start_starts_once_and_nothing_complains(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/runbooks")
        page.get_by_role("link", name="Clear the cache of a worker").first.click()
        before = len(product.ok("executions")["items"])
        # Both in one turn of the page: faster than anything drawn could take the second one away.
        page.get_by_role("button", name="Start", exact=True).evaluate(
            "(button) => { button.click(); button.click(); }"
        )
        page.wait_for_url(re.compile("/executions/exe_"))
        settled(page)
        assert len(product.ok("executions")["items"]) == before + 1
        assert complaints.found() == []


def test_a_gate_that_opens_is_said_and_under_the_keys_but_takes_nothing_from_who_types(
    product: Product, page: Page
) -> None:
    start(page)
    fill(page, "dd0c-cache-said")
    said = page.locator("[data-attention]")
    expect(said).to_have_text(
        re.compile("Step 1 of 5, Make sure that there is a cache waits for an approval")
    )
    expect(page.locator("#gate")).to_be_focused()
    identity = page.url.rsplit("/", 1)[1]
    page.get_by_role("button", name="Skip this step").click()
    reason = page.get_by_label("Why is it left out?")
    reason.press_sequentially("there is")
    intent = product.ok("executions", "show", identity)["gate"]["intentSha256"]
    product.bring(identity, "approve", intentSha256=intent)
    expect(said).to_contain_text("Is it large is yours to do")
    expect(reason).to_be_focused()
    page.get_by_role("button", name="Cancel").click()
    note = page.get_by_label("What you found or did")
    note.press_sequentially("it is sm")
    product.bring(identity, "report", ok=True, answer="small", note="")
    expect(page.locator("#gate-h")).to_contain_text("Pack it")
    # The field went away with its card: the next card has the keys, and none of its buttons.
    expect(said).to_contain_text("Pack it waits for an approval")
    expect(page.locator("#gate")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.get_by_role("button", name=re.compile("^Approve and run"))).to_be_focused()


_BIND: Final = """async ([id, value]) => {
  const address = `/api/v1/executions/${id}`;
  const shown = await (await fetch(address)).json();
  const headers = {"Content-Type": "application/json", "If-Match": `"${shown.version}"`, "X-Dd0c-Csrf": "1"};
  const body = JSON.stringify({name: "cache", value});
  return (await fetch(`${address}/bind`, {method: "POST", headers, body})).status;
}"""


def test_a_value_is_never_put_over_the_one_of_a_colleague(page: Page, other: Page) -> None:
    start(page)
    page.get_by_role("textbox", name="cache").fill("dd0c-cache-mine")
    other.goto(page.url)
    binds = sent(page, "bind")
    # The value alone: with the tick as well, the colleague's page would begin the steps.
    assert other.evaluate(_BIND, [page.url.rsplit("/", 1)[1], "dd0c-cache-theirs"]) == 200
    expect(page.get_by_text("Somebody set it to")).to_be_visible()
    page.get_by_label("The team is told").check()
    go = page.get_by_role("button", name="Go to the first step")
    expect(go).to_have_attribute("aria-disabled", "true")
    go.click(force=True)
    expect(page.get_by_text("Choose which value cache has first").first).to_be_visible()
    assert binds == []
    page.get_by_role("button", name="Keep theirs").click()
    go.click()
    expect(page.locator("#gate .cmd").first).to_contain_text("/tmp/dd0c-cache-theirs")
    assert binds == []


def test_nothing_is_merged_before_its_review_is_on_screen(product: Product, page: Page) -> None:
    number = product.ok("pr", "open", str(DOCUMENT))["pull"]["number"]
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/api/v1/pulls/{number}/review*", hold)
    merges = sent(page, "merge")
    with page.expect_request(f"**/api/v1/pulls/{number}/review*"):
        page.goto(f"{product.url}/pulls/{number}")
    merge = page.get_by_role("button", name=re.compile("^Merge into")).first
    expect(page.get_by_text("What it changes is not on screen yet.", exact=True)).to_be_visible()
    expect(merge).to_have_attribute("aria-disabled", "true")
    merge.click(force=True)
    for route in held:
        route.continue_()
    page.unroute(f"**/api/v1/pulls/{number}/review*")
    expect(page.get_by_text("What it changes is not on screen yet.", exact=True)).to_have_count(0)
    assert merges == []
    merge.click()
    expect(page.get_by_text("Merged", exact=True).first).to_be_visible()
    assert len(merges) == 1


def test_what_is_sent_again_after_a_lost_answer_happens_once(product: Product, page: Page) -> None:
    number = product.ok("pr", "open", str(DOCUMENT), "--name", "twice")["pull"]["number"]
    page.goto(f"{product.url}/pulls/{number}?tab=conversation")
    keys: list[str | None] = []

    def lose(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        answer = route.fetch()
        assert answer.status == 201
        if len(keys) == 1:
            route.abort()
        else:
            route.fulfill(response=answer)

    page.route("**/comments*", lose)
    page.get_by_role("textbox").fill("Said once")
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_text("No answer came: it may have happened.")).to_be_visible()
    page.get_by_role("button", name="Comment", exact=True).click()
    expect(page.get_by_role("textbox")).to_have_value("")
    assert keys[0] is not None
    assert keys == [keys[0], keys[0]]
    page.reload()
    settled(page)
    expect(page.get_by_text("Said once", exact=True)).to_have_count(1)


def test_the_question_of_panic_does_not_come_back_when_a_panic_is_cleared(
    product: Product, page: Page
) -> None:
    page.keyboard.press("!")
    page.get_by_role("button", name="Halt everything now").click()
    banner = page.locator(".banner--panic")
    expect(banner).to_contain_text("1 agent was told at once.")
    page.keyboard.press("!")
    assert product.cli("panic", "off", "--on-host", "--yes").code == 0
    expect(banner).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("^Panic"))).to_be_visible()
    expect(page.get_by_text("Halt everything?")).to_have_count(0)
