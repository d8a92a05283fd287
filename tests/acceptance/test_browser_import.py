"""The import page and the paste box of the landing page, in a real browser against `make run`'s processes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.product import Product
from tests.browser.importing import document, paste, read
from tests.browser.pages import THEMES, WIDTHS, open_page, person, sideways, violations


@pytest.fixture(scope="module")
def session(product: Product, browser: Browser) -> Any:
    """The owner, signed in."""
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        return context.storage_state()


def test_the_preview_follows_typing_and_keeps_the_place(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        paste(page, document("node-filesystem-space-filling-up.md"))
        read(page)
        steps = page.locator(".rail article").count()
        page.locator(".cm-content").focus()
        page.keyboard.press("Control+End")
        page.keyboard.type("\n\n1. Then look again:\n\n```sh\ndf -h /srv\n```\n")
        expect(page.locator(".rail article")).to_have_count(steps + 1)
        read(page)
        assert page.evaluate("document.activeElement.classList.contains('cm-content')")
        page.keyboard.press("Control+z")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.tagName") == "ARTICLE"
        assert complaints.found() == []


@pytest.mark.parametrize("hidden", ["\u202e", "\u200b"])
def test_hostile_content_stays_inert(product: Product, browser: Browser, session: Any, hidden: str) -> None:
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    text = f"# {attack}{hidden}\n\n1. Run `echo '{attack}' {hidden}`\n2. Run `df -h`\n"
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        page.on("dialog", lambda _: complaints.lines.append("a script of the paste ran"))
        paste(page, text)
        read(page)
        name = f"⟨U+{ord(hidden):04X}⟩"
        expect(page.locator(".cm-content")).to_contain_text(name)
        assert page.locator(".import img:not(.cm-widgetBuffer), .import script").count() == 0
        assert complaints.found() == []


def test_the_import_is_sound_in_both_themes_and_widths(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        found: list[str] = []
        for state in ("empty", "preview"):
            if state == "preview":
                page.set_viewport_size({"width": 1440, "height": 900})
                paste(page, document("reset-hub.md"))
                read(page)
            for theme in THEMES:
                page.emulate_media(
                    color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce"
                )
                for width, (across, down) in WIDTHS.items():
                    page.set_viewport_size({"width": across, "height": down})
                    found += [f"{state} {theme} {width}: {line}" for line in violations(page)]
                    if sideways(page) > 0:
                        found.append(f"{state} {theme} {width}: wider than the window")
        assert found == []
        assert complaints.found() == []
