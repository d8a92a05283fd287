"""What a role may not do is not offered: every page as a viewer sees it, and what is left to click there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import Product, wait_for
from tests.browser import drills
from tests.browser.pages import Complaints, open_page, person, settled

DOCUMENT: Final = Path(__file__).parent / "documents" / "node-filesystem-space-filling-up.md"
_TAKES_A_CLICK: Final = "button:visible:not([aria-disabled=true]):not(:disabled):not([aria-expanded])"
HARMLESS: Final = re.compile(
    r"^(Copy|Find|Open$|Ended$|All$|Steps$|DAG$|Form$|YAML$|Make a token|scanner says"
    r"|Clear the filters|Show )"
)
"""Beginnings of the names of buttons that change nothing, or nothing but what is a viewer's own."""


@dataclass(frozen=True)
class Seen:
    """The pages that show something which could be done, and a viewer's session."""

    pages: dict[str, str]
    session: Any


def _waiting(product: Product, *, answered: bool) -> str:
    """An execution of the drill at its question; `answered`: at the gate behind it."""
    wanted = {"runbook": "cache-drill", "variables": {"cache": "dd0c-cache-role"}, "ticked": ["told"]}
    with product.http() as client:
        identity = str(client.post("/executions", json=wanted).json()["id"])
    wait_for("the gate", lambda: product.ok("executions", "show", identity).get("gate"))
    if answered:
        return identity
    product.bring(identity, "skip", reason="there is one")
    wait_for("the question", lambda: product.ok("executions", "show", identity)["state"] == "await_manual")
    return identity


def _paused(product: Product) -> str:
    identity = _waiting(product, answered=True)
    product.bring(identity, "pause")
    return identity


def _before(product: Product) -> str:
    with product.http() as client:
        return str(client.post("/executions", json={"runbook": "cache-drill"}).json()["id"])


def _refused(product: Product) -> str:
    identity = _waiting(product, answered=True)
    product.bring(identity, "refuse", reason="no")
    return identity


def _viewer(product: Product) -> str:
    """The address that signs a viewer in."""
    with product.http() as client:
        made = client.post("/members", json={"email": "vic@example.org", "role": "viewer"})
        assert made.status_code == 201, made.text
        link = client.post(f"/members/{made.json()['id']}/sign-in-link")
        assert link.status_code < 400, link.text
    return str(link.json()["url"])


@pytest.fixture(scope="module")
def seen(product: Product, browser: Browser) -> Seen:
    """One of everything that somebody could act on."""
    push_runbook(product, "cache-drill", drills.GATES)
    number = product.ok("pr", "open", str(DOCUMENT))["pull"]["number"]
    pages = {
        "gate": f"/executions/{_waiting(product, answered=True)}",
        "question": f"/executions/{_waiting(product, answered=False)}",
        "paused": f"/executions/{_paused(product)}",
        "before": f"/executions/{_before(product)}",
        "refused": f"/executions/{_refused(product)}",
        "runbook": "/runbooks/cache-drill",
        "edit": "/runbooks/cache-drill?tab=edit",
        "pull": f"/pulls/{number}",
        "conversation": f"/pulls/{number}?tab=conversation",
        "sync": "/sync",
        "agents": "/agents",
        "settings": "/settings",
        "runbooks": "/runbooks",
        "executions": "/executions",
    }
    with person(browser) as (context, _):
        context.new_page().goto(_viewer(product))
        return Seen(pages, context.storage_state())


@pytest.fixture
def page(product: Product, browser: Browser, seen: Seen) -> Iterator[Page]:
    """A viewer's page; nothing that it does may be refused, because nothing refused is offered."""
    with person(browser, state=seen.session) as (context, complaints):
        yield open_page(context, product.url + "/runbooks")
        assert complaints.found() == []


def changes(page: Page) -> list[str]:
    """The requests that would change something, from now on."""
    found: list[str] = []

    def hear(request: Request) -> None:
        if request.method != "GET" and not request.url.endswith(("/classify", "/parse-preview")):
            found.append(f"{request.method} {request.url}")

    page.on("request", hear)
    return found


def offered(page: Page) -> list[str]:
    """The names of all buttons that take a click, but for those that only unfold what there is."""
    standing = page.locator(_TAKES_A_CLICK)
    names: list[str] = standing.evaluate_all(
        "(all) => all.map((one) => (one.getAttribute('aria-label') || one.textContent).trim())"
    )
    return [name for name in names if not HARMLESS.match(name)]


def test_a_viewer_is_offered_nothing_that_would_be_refused(product: Product, seen: Seen, page: Page) -> None:
    sent = changes(page)
    found = {}
    for name, path in seen.pages.items():
        page.goto(product.url + path)
        settled(page)
        expect(page.locator("[data-settling]")).to_have_count(0)
        left = offered(page)
        if left:
            found[name] = left
    assert found == {}
    assert sent == []


def test_what_a_viewer_may_not_do_says_so_and_no_key_does_it(
    product: Product, seen: Seen, page: Page
) -> None:
    sent = changes(page)
    page.goto(product.url + seen.pages["gate"])
    skip = page.get_by_role("button", name="Skip this step")
    expect(skip).to_have_attribute("title", "Your role, viewer, may not skip steps")
    expect(page.get_by_text("It takes the role responder; yours is viewer").first).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_have_attribute("aria-disabled", "true")
    skip.click(force=True)
    for key in ("s", "e"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("!")
    halt = page.get_by_role("dialog", name="Halt everything")
    expect(halt).to_contain_text("Your role may not halt executions")
    halt.get_by_role("button", name="Halt everything now").click(force=True)
    assert sent == []


def test_whoever_may_is_offered_the_same(product: Product, browser: Browser, seen: Seen) -> None:
    """The rule hides nothing from who has the right: the owner's buttons of the same gate."""
    with person(browser) as (context, complaints):
        _signed_in(product, context.new_page(), complaints)
        page = open_page(context, product.url + seen.pages["gate"])
        expect(page.locator("[data-settling]")).to_have_count(0)
        names = " ".join(offered(page))
        for word in (
            "Pause",
            "Abort",
            "Skip",
            "Edit the command",
            "Done by hand",
            "Refuse",
            "Approve and run",
        ):
            assert word in names, word


def _signed_in(product: Product, page: Page, complaints: Complaints) -> None:
    page.goto(product.sign_in_url)
    page.wait_for_url(re.compile("/runbooks$"))
    assert complaints.found() == []
