"""The steps of a runbook as a graph: by keyboard, by screen reader, hostile, long, and back to the rail."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import Product
from tests.browser import drills, frames
from tests.browser.pages import open_page, person, settled, unsound

ATTACK: Final = "<img src=x onerror='window.hit = 1'><script>window.hit = 1</script>"
HOSTILE: Final = (
    drills.HEAD.format(name="hostile-graph", title="Titles that attack")
    + f"""\
spec:
  target: {{labels: {{role: home}}}}
  steps:
    - id: ask
      title: {json.dumps(ATTACK)}
      manual: {json.dumps(ATTACK)}
      answers: [{json.dumps(ATTACK)}, "no"]
    - id: constructor
      title: {json.dumps("wide" * 30)}
      when: {{step: ask, answer: {json.dumps(ATTACK)}}}
      risk: dangerous
      confirm: none
      command: rm -rf /tmp/dd0c-cache-none
      rollback: {{impossible: {json.dumps(ATTACK)}}}
"""
)
MANY: Final = 200
LONGEST_TASK_MS: Final = 2_000
"""What no single task of the page's thread may take, even where two others share its core."""


def _many() -> str:
    """Every third step asks, and the two behind it are its answers."""
    steps = []
    for number in range(MANY):
        before = number - number % 3
        head = f"    - id: s{number}\n      title: Step {number} of many\n"
        if number % 3 == 0:
            needs = f"      needs: [s{number - 1}, s{number - 2}]\n" if number else ""
            steps.append(f'{head}{needs}      manual: Is it so?\n      answers: ["yes", "no"]\n')
            continue
        answer = ("yes", "no")[number % 3 - 1]
        steps.append(
            f"{head}      needs: [s{before}]\n      when: {{step: s{before}, answer: {json.dumps(answer)}}}\n"
            "      risk: caution\n      command: uptime\n"
        )
    head = drills.HEAD.format(name="many-drill", title="A runbook of many steps")
    return f"{head}spec:\n  target: {{labels: {{role: home}}}}\n  steps:\n{''.join(steps)}"


@pytest.fixture(scope="module")
def session(product: Product, browser: Browser) -> Any:
    """The runbooks in service, and the owner's session."""
    push_runbook(product, "cache-drill", drills.GATES)
    push_runbook(product, "hostile-graph", HOSTILE)
    push_runbook(product, "many-drill", _many())
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        return context.storage_state()


def _drawn(page: Page, nodes: int) -> None:
    expect(page.locator(".dag-node")).to_have_count(nodes)
    expect(page.locator(".dag-node").first).to_be_visible()


def test_the_switch_is_in_the_address_and_the_graph_says_what_the_rail_says(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/runbooks/cache-drill")
        look = page.get_by_role("group", name="How the steps are shown")
        expect(look.get_by_role("button", name="Steps")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".rail > .ponr + li")).to_contain_text("Clear the cache")
        look.get_by_role("button", name="DAG").click()
        page.wait_for_url(re.compile(r"\?view=dag$"))
        _drawn(page, 5)
        page.reload()
        settled(page)
        listed = page.get_by_role("list", name="Steps as a graph, 5 in all").get_by_role("listitem")
        expect(listed).to_have_text(
            [
                re.compile("Step 1.*Caution.*Command.*Make sure that there is a cache.*Rollback"),
                re.compile("Step 2.*Manual.*Question.*Is it large.*after step 1"),
                re.compile(
                    "Step 3.*Caution.*Command.*Pack it.*Only if step 2 is answered “small”.*after step 2"
                ),
                re.compile(
                    "Point of no return.*Step 4.*Dangerous.*Clear the cache.*No rollback.*after step 2"
                ),
                re.compile("Step 5.*See that it is there.*after steps 3, 4"),
            ]
        )
        expect(page.locator(".dag-label")).to_have_text(["“small”", "“large”"])
        expect(page.locator(".dag-edge--if")).to_have_count(2)
        page.get_by_role("link", name="Runs").click()
        page.get_by_role("link", name="Steps", exact=True).click()
        _drawn(page, 5)
        assert complaints.found() == []


def test_the_graph_is_walked_by_keyboard_and_leads_to_the_step(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/runbooks/cache-drill?view=dag")
        _drawn(page, 5)
        page.get_by_role("button", name="Fit the width").focus()
        for step in ("fill", "size", "pack", "clear", "check"):
            page.keyboard.press("Tab")
            expect(page.locator(f".dag-node[data-step={step}]")).to_be_focused()
            expect(page.locator(f".dag-node[data-step={step}]")).to_be_in_viewport(ratio=0.9)
        page.keyboard.press("k")
        expect(page.locator(".dag-node[data-step=clear]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#step-clear")).to_be_focused()
        expect(page.locator("#step-clear")).to_be_in_viewport(ratio=0.9)
        page.keyboard.press("j")
        expect(page.locator("#step-check")).to_be_focused()
        page.keyboard.press("v")
        _drawn(page, 5)
        page.go_back()
        expect(page.locator("#step-clear")).to_be_visible()
        assert complaints.found() == []


@pytest.mark.parametrize("name", ["cache-drill", "hostile-graph"])
def test_the_graph_is_sound_in_both_themes_and_widths(
    product: Product, browser: Browser, session: Any, name: str
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, f"{product.url}/runbooks/{name}?view=dag")
        page.locator(".dag-node").first.wait_for()
        assert unsound(page) == []
        assert complaints.found() == []


def test_hostile_titles_stay_inert_and_nothing_inline_is_asked_for(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/runbooks/hostile-graph?view=dag")
        _drawn(page, 2)
        expect(page.locator(".dag-node").first).to_contain_text(ATTACK)
        expect(page.locator(".dag-node").last).to_contain_text(f"Only if step 1 is answered “{ATTACK}”")
        expect(page.locator(".dag-label")).to_contain_text(ATTACK)
        assert page.evaluate("window.hit") is None
        # What the policy refuses, the browser says as an error.
        assert complaints.found() == []


def test_many_steps_are_drawn_without_a_stall(
    product: Product, browser: Browser, session: Any, record_property: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/runbooks/many-drill")
        expect(page.locator(".rail article")).to_have_count(MANY)
        frames.begin(page)
        page.get_by_role("button", name="DAG").click()
        _drawn(page, MANY)
        page.locator(".dag-node").last.focus()
        expect(page.locator(".dag-node").last).to_be_in_viewport(ratio=0.9)
        found = frames.end(page)
        record_property(f"a graph of {MANY} steps", str(found))
        sys.stderr.write(f"a graph of {MANY} steps: {found}\n")
        assert found.task < LONGEST_TASK_MS, str(found)
        assert complaints.found() == []
