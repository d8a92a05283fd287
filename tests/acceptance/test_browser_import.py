"""The import page and the paste box of the landing page, in a real browser against `make run`'s processes."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, expect

from tests.acceptance.product import Product
from tests.browser import clipboard
from tests.browser.importing import USABLE, document, drop, paste, read, source
from tests.browser.pages import THEMES, WIDTHS, open_page, person, settled, sideways, violations

FIRST_PAGE_BYTES = 300_000
"""All scripts and styles of the first load, gzipped."""
FIRST_PAINT_MS = 1_000
FIRST_PREVIEW_MS = 1_000
"""On a quiet machine ; twice of it fails, since others may use the cores. The figures are told."""


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


def _answer(page: Page, own_words: str | None) -> None:
    """The next question by keyboard: its first answer, or the form behind it; then the focus stays there."""
    answered = page.locator("[data-answered]").count()
    page.keyboard.press("n")
    expect(page.locator("[data-question]:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    if own_words is not None:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.type(own_words)
    page.keyboard.press("Enter")
    expect(page.locator("[data-answered]")).to_have_count(answered + 1)
    read(page)
    expect(page.locator("[data-answered] button:focus")).to_have_count(1)


def _rename(page: Page, now: str) -> None:
    """The first variable by keyboard, and the focus back on it."""
    chip = page.locator("[data-variable]").first
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if chip.evaluate("(element) => element === document.activeElement"):
            break
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Control+a")
    page.keyboard.type(now)
    page.keyboard.press("Enter")
    expect(chip).to_contain_text(now)
    read(page)
    expect(chip).to_be_focused()


def test_a_real_page_becomes_a_pull_request_by_keyboard_alone(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        asks = "<ol><li>Check that search works properly</li></ol>"
        source = document("clear-the-redis-cache.html").replace("<h4>Learn</h4>", f"{asks}<h4>Learn</h4>", 1)
        paste(page, "Clear the Redis cache", source)
        read(page)
        # What is typed into a console is for a person: shown as code, and no shell ever gets it.
        for number, typed in ((5, "info keyspace"), (6, "flushall"), (7, "info keyspace")):
            step = page.get_by_role("article", name=f"Step {number}", exact=True)
            expect(step.locator(".step__head .risk")).to_have_text("Manual")
            expect(step.locator(".step__manual")).to_have_text("Type into redis-cli:")
            expect(step.locator(".cmd")).to_have_text(typed)
        page.keyboard.press("Escape")
        expect(page.get_by_role("article", name="Step 1", exact=True)).to_be_focused()
        _rename(page, "redis_pod")
        _answer(page, None)
        _answer(page, "ask in the channel of search")
        expect(page.locator("[data-question]")).to_have_count(0)
        page.keyboard.press("Control+Enter")
        page.wait_for_url(re.compile(r"/pulls/\d+$"))
        expect(page.get_by_role("heading", name="What changes at 3 a.m.")).to_be_visible()
        expect(page.locator(".step-row")).to_have_count(8)
        expect(page.locator(".step-row").nth(5)).to_contain_text("a person does it")
        page.get_by_role("link", name="Document", exact=True).click()
        expect(page.locator(".chip")).to_contain_text(["redis_pod"])
        expect(page.locator("article.step").nth(5)).to_contain_text("Type into redis-cli:\nflushall")
        expect(page.get_by_text("ask in the channel of search")).not_to_have_count(0)
        expect(page.get_by_text("Open questions")).to_have_count(0)
        assert complaints.found() == []


def test_a_name_that_is_taken_is_told_before_the_pull_request(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        # The runbook of this name was written by hand: there is no text that this one could be newer than.
        paste(page, "# Kafka consumer lag\n\n1. Run `uptime`\n")
        read(page)
        expect(page.get_by_role("alert")).to_contain_text("This runbook was not made from a text")
        expect(page.get_by_role("alert")).to_contain_text("import the text under another name")
        opening = page.get_by_role("button", name="Open pull request")
        expect(opening).to_be_disabled()
        paste(page, "# Kafka consumers lag\n\n1. Run `uptime`\n")
        expect(opening).to_be_enabled()
        expect(page.get_by_role("alert")).to_have_count(0)
        assert [line for line in complaints.found() if "404" not in line] == []


@pytest.mark.parametrize("name", ["CONFLUENCE", "GOOGLE_DOCS", "NOTION", "WORD"])
def test_a_copied_page_keeps_its_structure(
    product: Product, browser: Browser, session: Any, name: str
) -> None:
    copied: clipboard.Copied = getattr(clipboard, name)
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        paste(page, copied.text, copied.html)
        read(page)
        expect(page.locator(".rail article")).to_have_count(len(copied.steps))
        for number, (title, command) in enumerate(copied.steps, 1):
            step = page.get_by_role("article", name=f"Step {number}", exact=True)
            expect(step.get_by_role("heading")).to_have_text(title)
            expect(step.locator(".cmd")).to_have_text([command] if command else [])
        assert page.evaluate("window.hit") is None
        assert complaints.found() == []


def test_a_double_click_answers_the_question_under_it_once_and_not_the_next(
    product: Product, browser: Browser, session: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        vague = "Use the usual {} tools to investigate what is the worst offender."
        steps = "\n".join(f"{number}. {vague.format(what)}" for number, what in ((1, "OS"), (2, "network")))
        paste(page, f"# Look\n\n## Steps\n\n{steps}\n")
        read(page)
        asked = page.locator("[data-question]:has(> .row button)")
        names = asked.evaluate_all("(all) => all.map((one) => one.dataset.question)")
        assert len(names) > 1, "two questions with answers to click"
        answered = page.locator("[data-answered]")
        for count, name in enumerate(names, 1):
            page.evaluate("window.lastAnswer = performance.now()")
            page.locator(f"[data-question='{name}'] > .row button").first.dblclick()
            expect(page.locator(f"[data-answered='{name}']")).to_have_count(1)
            read(page)
            expect(answered).to_have_count(count)
            # What has just moved under the pointer takes no click for a moment, whoever meant it.
            page.wait_for_function("() => performance.now() - window.lastAnswer > 1000")
        assert complaints.found() == []


def test_a_dropped_file_takes_the_place_of_the_text_once(
    product: Product, browser: Browser, session: Any, tmp_path: Path
) -> None:
    text = "# Dropped\n\n1. Look:\n\n```sh\nuptime\n```"
    good, page_file, strange = (tmp_path / name for name in ("a.md", "b.html", "c.pdf"))
    good.write_text(text)
    page_file.write_text(clipboard.CONFLUENCE.html)
    strange.write_bytes(b"%PDF-1.7")
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        paste(page, document("reset-hub.md"))
        read(page)
        drop(page, good)
        expect(page.locator(".rail article")).to_have_count(1)
        read(page)
        assert source(page) == text
        drop(page, strange)
        expect(page.get_by_role("alert")).to_contain_text("c.pdf is not a text that can be read here")
        assert source(page) == text
        drop(page, page_file)
        expect(page.locator(".rail article")).to_have_count(len(clipboard.CONFLUENCE.steps))
        expect(page.get_by_role("alert")).to_have_count(0)
        assert complaints.found() == []


def test_a_text_pasted_signed_out_is_still_there_after_the_sign_in(
    product: Product, browser: Browser
) -> None:
    url = product.ok("sign-in-url")["url"]
    with person(browser) as (context, complaints):
        page = open_page(context, product.url + "/")
        paste(page, document("reset-hub.md"))
        read(page)
        steps = page.locator(".rail article").count()
        page.keyboard.press("Escape")
        _answer(page, None)
        before = source(page)
        page.keyboard.press("Control+Enter")
        page.get_by_label("Sign-in URL").fill(url)
        page.keyboard.press("Enter")
        page.wait_for_url("**/import")
        read(page)
        expect(page.locator(".rail article")).to_have_count(steps)
        expect(page.locator("[data-answered]")).to_have_count(1)
        assert source(page) == before
        expect(page.get_by_role("button", name="Open pull request")).to_be_enabled()
        assert complaints.found() == []


def _tell(record_property: Any, what: str, figure: str) -> None:
    record_property(what, figure)
    sys.stderr.write(f"{what}: {figure}\n")


@pytest.mark.parametrize("path", ["/", "/runbooks"])
def test_the_first_page_is_light_and_soon_there(
    product: Product, browser: Browser, session: Any, path: str, record_property: Any
) -> None:
    with person(browser, state=session if path == "/runbooks" else None) as (context, complaints):
        page = context.new_page()
        sent: list[Response] = []

        def keep(answer: Response) -> None:
            sent.append(answer)

        page.on("response", keep)
        page.add_init_script(USABLE)
        page.goto(product.url + path)
        settled(page)
        usable: float = page.evaluate("window.usable")
        page.wait_for_load_state("networkidle")
        parts = [answer for answer in sent if re.search(r"\.(js|css)$", answer.url)]
        size = sum(int(answer.headers["content-length"]) for answer in parts)  # as it was sent
        assert {answer.headers.get("content-encoding") for answer in parts} == {"gzip"}
        _tell(record_property, f"first load of {path}", f"{size / 1000:.0f} kB gzipped, {len(parts)} files")
        _tell(record_property, f"first usable paint of {path}", f"{usable:.0f} ms")
        assert parts, "no part of the app was seen"
        assert size <= FIRST_PAGE_BYTES
        assert usable < 2 * FIRST_PAINT_MS
        assert complaints.found() == []


def test_the_first_preview_is_there_within_a_second(
    product: Product, browser: Browser, session: Any, record_property: Any
) -> None:
    with person(browser, state=session) as (context, complaints):
        page = open_page(context, product.url + "/import")
        for name in ("reset-hub.md", "node-filesystem-space-filling-up.md"):
            took = paste(page, document(name))
            read(page)
            _tell(record_property, f"first preview of {name}", f"{took:.0f} ms")
            assert took < 2 * FIRST_PREVIEW_MS
            page.get_by_role("button", name="Discard").click()
            expect(page.get_by_text("Paste it as it is")).to_be_visible()
        assert complaints.found() == []
