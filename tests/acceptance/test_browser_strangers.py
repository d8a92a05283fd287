"""Strangers: what somebody hostile wrote is text on every page, and another tenant sees nothing of it."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from controller.db.database import Database
from controller.db.embedded import EmbeddedPostgres
from controller.tenants import service as tenants
from tests.acceptance.git_client import clone, commit_file, git
from tests.acceptance.product import Product, wait_for
from tests.browser import poison
from tests.browser.pages import WIDTHS, open_page, person, settled, sideways

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_ELEMENTS: Final = (
    "main img:not(.cm-widgetBuffer), main script:not([src]), main iframe, main [onerror], main [onload]"
)
"""CodeMirror puts an image without a source beside each of its marks."""
_FOLDED: Final = (
    "main details:not([open]) > summary, main .row-toggle[aria-expanded=false], .event[aria-expanded=false]"
)
_OF_THE_PRODUCT: Final = {"pulls", "pull-decisions"}
"""Pages whose every word is the product's own, whatever the document says."""
_HEARD: Final = """
window.__violations = [];
document.addEventListener('securitypolicyviolation', (event) => {
  window.__violations.push(`${event.violatedDirective}: ${event.sourceFile} ${event.sample}`);
});
"""


@dataclass(frozen=True)
class Poisoned:
    """The pages that show what somebody hostile wrote, by name, and a session that may see them."""

    pages: dict[str, str]
    session: Any
    gate: str
    """The id of an execution that waits for an approval."""


def _execution(product: Product) -> str:
    """An execution of the hostile runbook at its question."""
    wanted = {"runbook": "hostile", "variables": {"cache": "dd0c-cache-a1"}, "ticked": ["told"]}
    with product.http() as client:
        made = client.post("/executions", json=wanted)
        assert made.status_code < 400, made.text
        identity = str(made.json()["id"])
    wait_for("the question", lambda: product.ok("executions", "show", identity)["state"] == "await_manual")
    return identity


def _at_its_gate(product: Product) -> str:
    identity = _execution(product)
    product.bring(identity, "report", ok=True, answer=poison.MARKUP, note=poison.POISON)
    wait_for("the gate", lambda: product.ok("executions", "show", identity).get("gate"))
    return identity


def _aborted(product: Product) -> str:
    identity = _execution(product)
    product.bring(identity, "skip", reason=poison.POISON)
    product.bring(identity, "abort", reason=poison.POISON)
    return identity


def _pull(product: Product) -> int:
    """An open pull request of hostile notes, and a hostile comment on it."""
    opened = product.http().post("/runbooks", json={"text": poison.NOTES, "overrides": {"name": "notes"}})
    assert opened.status_code < 400, opened.text
    number = int(opened.json()["pull"]["number"])
    said = product.http().post(f"/pulls/{number}/comments", json={"body": poison.POISON})
    assert said.status_code < 400, said.text
    return number


def _in_git(product: Product) -> None:
    """The runbook by a push; then, past its checks as from another forge, files that are bad."""
    folder = clone(product, "hostile")
    commit_file(folder, "runbooks/hostile.yaml", poison.RUNBOOK, poison.POISON)
    pushed = git(folder, "push", "-q", "origin", "HEAD:main")
    assert pushed.returncode == 0, pushed.stderr
    wait_for("it in service", lambda: product.http().get("/runbooks/hostile").status_code == 200)
    commit_file(folder, poison.FILE_NAME, "a: [", poison.POISON)
    commit_file(
        folder, "runbooks/bad.yaml", poison.RUNBOOK.replace("spec:", f'"{poison.MARKUP}": 1\nspec:'), "x"
    )
    [bare] = (product.state / "git").rglob("*.git")
    fetched = git(bare, "--git-dir", str(bare), "fetch", "-q", str(folder), "HEAD:main")
    assert fetched.returncode == 0, fetched.stderr


@pytest.fixture(scope="module")
def poisoned(product: Product, browser: Browser) -> Poisoned:
    """The product with hostile content wherever one can put it."""
    _in_git(product)
    gate, ended, number = _at_its_gate(product), _aborted(product), _pull(product)
    assert product.http().post("/sync").json()["items"][0]["outcome"] == "partial"
    made = product.http().post("/tokens", json={"name": poison.POISON[:100]})
    assert made.status_code < 400, made.text
    member = {"email": "eve@example.org", "role": "viewer", "displayName": poison.POISON}
    assert product.http().post("/members", json=member).status_code < 400
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        session = context.storage_state()
    pages = {
        "runbooks": "/runbooks",
        "runbook": "/runbooks/hostile",
        "runbook-versions": "/runbooks/hostile?tab=versions",
        "runbook-edit": "/runbooks/hostile?tab=edit",
        "executions": "/executions",
        "execution-gate": f"/executions/{gate}",
        "execution-ended": f"/executions/{ended}",
        "pulls": "/pulls",
        "pull": f"/pulls/{number}",
        **{
            f"pull-{tab}": f"/pulls/{number}?tab={tab}"
            for tab in ("document", "files", "source", "decisions", "conversation")
        },
        "sync": "/sync",
        "audit": "/audit",
        "settings": "/settings",
    }
    return Poisoned(pages, session, gate)


def _unfold(page: Page) -> None:
    """What is folded is content, too."""
    page.locator(_FOLDED).evaluate_all("(all) => all.slice(0, 20).forEach((item) => item.click())")


def _found(page: Page) -> list[str]:
    """What is wrong with how the page shows it."""
    text = page.title() + page.locator("body").inner_text()
    found = [f"hidden: {match!r}" for match in _HIDDEN.findall(text)]
    if page.locator(_ELEMENTS).count() > 0:
        found.append("an element was made of a text")
    if page.evaluate("window.hit") is not None:
        found.append("a script of a text ran")
    if sideways(page) > 0:
        found.append(f"{sideways(page)} px wider than the window")
    found += page.evaluate("window.__violations")
    return found


def _walk(context: BrowserContext, product: Product, path: str, shows: bool) -> list[str]:
    page = open_page(context, product.url + path)
    if shows:
        expect(page.locator("body")).to_contain_text("onerror=window.hit=1>")
    _unfold(page)
    found = _found(page)
    across, down = WIDTHS["phone"]
    page.set_viewport_size({"width": across, "height": down})
    settled(page)
    found += [f"phone: {line}" for line in _found(page)]
    page.close()
    return found


def test_every_page_shows_hostile_content_as_text(
    product: Product, browser: Browser, poisoned: Poisoned
) -> None:
    found = {}
    with person(browser, state=poisoned.session) as (context, complaints):
        context.add_init_script(_HEARD)
        for name, path in poisoned.pages.items():
            found[name] = _walk(context, product, path, name not in _OF_THE_PRODUCT)
        assert {name: lines for name, lines in found.items() if lines} == {}
        assert complaints.found() == []


_LISTEN: Final = """([name, path]) => {
  const heard = ((window.__heard ??= {})[name] = []);
  fetch(path, { headers: { Accept: 'text/event-stream' } }).then(async (answer) => {
    heard.push(`status ${answer.status};`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      heard.push(value);
    }
  });
}"""
_HAS_HEARD: Final = "([name, word]) => (window.__heard?.[name] ?? []).join('').includes(word)"


async def _second_tenant(product: Product) -> str:
    """Another tenant on the same server; gives its owner's one-time sign-in token."""
    database = await Database.open(EmbeddedPostgres(product.state).start().app, 2)
    try:
        made = await tenants.create_tenant(database, "other", "ada@example.com", title="Other")
        async with database.work(made.tenant_id) as uow:
            return await tenants.create_sign_in_link(uow, made.member_id, actor="system:test", source="host")
    finally:
        await database.close()


def _sees_nothing(context: BrowserContext, product: Product, poisoned: Poisoned) -> None:
    for name, path in poisoned.pages.items():
        page = open_page(context, product.url + path)
        text = page.locator("body").inner_text()
        for word in ("onerror", "Add runbook notes", "you@localhost"):
            assert word not in text, name
        page.close()


def _run_to_its_end(product: Product, execution: str) -> str:
    """Approve what waits; gives the id of the attempt that then ran."""
    intent = product.ok("executions", "show", execution)["gate"]["intentSha256"]
    product.bring(execution, "approve", intentSha256=intent, typed="dd0c-cache-a1")
    wait_for("the end", lambda: product.ok("executions", "show", execution)["state"] == "completed")
    return str(product.ok("executions", "show", execution)["steps"][-1]["attempts"][-1]["id"])


def test_the_browser_of_a_second_tenant_sees_and_hears_nothing(
    product: Product, browser: Browser, poisoned: Poisoned
) -> None:
    with ThreadPoolExecutor(1) as beside:  # Playwright's own loop runs in this thread
        token = beside.submit(asyncio.run, _second_tenant(product)).result(30)
    streams = f"/api/v1/executions/{poisoned.gate}"
    with person(browser, state=poisoned.session) as (ours, _), person(browser) as (context, complaints):
        complaints.allow("404")
        context.new_page().goto(f"{product.url}/sign-in?token={token}")
        _sees_nothing(context, product, poisoned)
        owner = open_page(ours, product.url + "/runbooks")
        stranger = open_page(context, product.url + "/runbooks")
        for page in (owner, stranger):
            page.evaluate(_LISTEN, ["events", f"{streams}/events"])
        owner.wait_for_function(_HAS_HEARD, arg=["events", "status 200"])
        stranger.wait_for_function(_HAS_HEARD, arg=["events", "status 404"])
        attempt = _run_to_its_end(product, poisoned.gate)
        owner.wait_for_function(_HAS_HEARD, arg=["events", "completed"])
        for page in (owner, stranger):
            page.evaluate(_LISTEN, ["output", f"{streams}/attempts/{attempt}/output/stream"])
        owner.wait_for_function(_HAS_HEARD, arg=["output", "event: end"])
        stranger.wait_for_function(_HAS_HEARD, arg=["output", "status 404"])
        heard = stranger.evaluate("Object.values(window.__heard).flat().join('')")
        assert "event:" not in heard
        assert "onerror" not in heard
        assert complaints.found() == []
