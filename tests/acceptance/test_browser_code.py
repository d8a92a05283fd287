"""Code of a pasted text that is in no step: seen, made a step by keyboard, or confirmed, in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.product import Product
from tests.browser.importing import paste, read
from tests.browser.pages import open_page, person, violations


@pytest.fixture(scope="module")
def session(product: Product, browser: Browser) -> Any:
    """The owner, signed in."""
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        return context.storage_state()


MISLABELLED = """# Restart the payout worker

1. Look at the queue:

```sh
kubectl -n pay get pods
```

2. Restart it:

```yaml
replicas: 3
kubectl -n pay rollout restart deploy/payout --timeout=60s
```

3. Drain what is left:

```yaml
image: worker:1
kubectl -n pay scale deploy/drain --replicas=0
```

4. See that it is up:

```sh
kubectl -n pay rollout status deploy/payout
```
"""


def test_a_command_in_a_mislabelled_block_is_listed_and_becomes_a_step_by_keyboard(
    product: Product, browser: Browser, session: Any
) -> None:
    restart = "kubectl -n pay rollout restart deploy/payout --timeout=60s"
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        paste(page, MISLABELLED)
        read(page)
        left = page.get_by_role("region", name="Code that is in no step")
        expect(left.locator("[data-code]")).to_have_count(2)
        expect(left.locator("[data-code]").first).to_contain_text(restart)
        expect(left.locator("[data-code]").first).to_contain_text("labelled yaml")
        expect(left).to_contain_text("2 read like commands. Does somebody type one of them?")
        expect(page.locator(".rail .cmd").filter(has_text="rollout restart")).to_have_count(0)
        # Both ways: the piece lights its line, and the cursor on the line its piece.
        left.locator("[data-code]").first.hover()
        expect(page.locator(".cm-line.lit")).to_contain_text(restart)
        # By keyboard: to the first question, its first answer.
        page.locator(".import-preview").focus()
        page.keyboard.press("n")
        expect(left.locator("[data-question]").first).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(left.locator("[data-answered]")).to_have_count(1)
        read(page)
        expect(left.locator("[data-answered] button:focus")).to_have_count(1)
        step = page.get_by_role("article", name="Step 2", exact=True)
        expect(step.locator(".cmd")).to_contain_text("rollout restart")
        expect(step.get_by_role("heading")).to_have_text("Restart it")
        expect(left.locator("[data-answered]")).to_contain_text("It is typed: step 2.")
        # The other one is none; then nothing is open.
        page.keyboard.press("n")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(left.locator("[data-answered]")).to_have_count(2)
        read(page)
        expect(page.locator("[data-question]")).to_have_count(0)
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/pulls/\d+$"))
        expect(page.locator(".step-row").filter(has_text="rollout restart")).to_have_count(1)
        page.get_by_role("link", name="Document", exact=True).click()
        expect(page.locator("article.step").nth(1)).to_contain_text("rollout restart")
        expect(page.get_by_text("Open questions")).to_have_count(0)
        page.get_by_role("link", name="Conversation", exact=True).click()
        expect(page.locator("main")).to_contain_text("the author says that nobody types it")
        assert complaints.found() == []


def test_one_click_says_that_none_of_the_code_is_typed_and_can_be_taken_back(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        paste(page, MISLABELLED)
        read(page)
        left = page.get_by_role("region", name="Code that is in no step")
        left.get_by_role("button", name="Nobody types any of them").click()
        expect(left.locator("[data-answered]")).to_have_count(2)
        expect(page.locator("[data-question]")).to_have_count(0)
        read(page)
        left.get_by_role("button", name=re.compile("Change")).first.press("Enter")
        expect(left.locator("[data-question]")).to_have_count(2)
        assert violations(page) == []
        assert complaints.found() == []
