"""A person at a page: what it shows, what it complains about, what axe finds on it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Page, Response, expect

from scripts import web

WIDTHS: Final = {"desktop": (1440, 900), "phone": (390, 844)}
THEMES: Final = ("light", "dark")
_AXE: Final = web.WEB / "node_modules" / "axe-core" / "axe.min.js"
_SLOW: Final = {"offline": False, "latency": 80, "downloadThroughput": -1, "uploadThroughput": -1}
"""Milliseconds before each answer: what comes later than the page shows whether room was kept for it."""
MOST_SHIFT: Final = 0.05
"""Half of the cumulative layout shift that web.dev calls good."""
_SHIFTS: Final = """
window.__shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
"""
_RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Complaints:
    """What the browser's console said, and what answered wrongly, on any page of a context."""

    lines: list[str] = field(default_factory=list)
    expected: list[re.Pattern[str]] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Leave out what a test provokes on purpose."""
        self.expected.append(re.compile(pattern))

    def found(self) -> list[str]:
        """Everything that nobody expected."""
        return [line for line in self.lines if not any(item.search(line) for item in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.lines.append(f"{message.type}: {message.text}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.lines.append(f"{response.status} {response.request.method} {response.url}")

    def _dialog(self, dialog: Dialog) -> None:
        self.lines.append(f"a page asked: {dialog.message}")
        dialog.dismiss()

    def watch(self, context: BrowserContext) -> None:
        """Hear every page of the context from now on."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.lines.append(f"uncaught: {error.error}"))
        context.on("response", self._response)
        context.on("dialog", self._dialog)


@contextmanager
def person(
    browser: Browser, *, width: str = "desktop", theme: str = "dark", state: Any = None
) -> Iterator[tuple[BrowserContext, Complaints]]:
    """A browser profile of its own, at one width and in one theme."""
    across, down = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": across, "height": down},
        color_scheme="dark" if theme == "dark" else "light",
        storage_state=state,
        reduced_motion="reduce",
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    context.add_init_script(_SHIFTS)
    complaints = Complaints()
    complaints.watch(context)
    try:
        yield context, complaints
    finally:
        context.close()


def open_page(context: BrowserContext, address: str) -> Page:
    """The page with its heading there and nothing loading."""
    page = context.new_page()
    page.goto(address)
    settled(page)
    return page


def open_slowly(context: BrowserContext, address: str) -> Page:
    """The same, over a connection with the delays of a phone."""
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.emulateNetworkConditions", _SLOW)
    page.goto(address)
    settled(page)
    return page


def settled(page: Page) -> None:
    """Wait until the page has its heading and shows nothing as loading."""
    page.locator("main h1, main h2").first.wait_for()
    expect(page.locator("main [role=status][aria-label^=Loading]")).to_have_count(0)


def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def unsound(page: Page) -> list[str]:
    """What is wrong with the page in each theme at each width: axe's findings, and what does not fit."""
    found: list[str] = []
    for theme in THEMES:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            settled(page)
            found += [f"{theme} {width}: {line}" for line in violations(page)]
            if sideways(page) > 0:
                found.append(f"{theme} {width}: {sideways(page)} px wider than the window")
    return found


def shift(page: Page) -> float:
    """How much has moved by itself since the page was opened, as a share of the window (layout-shift)."""
    moved: float = page.evaluate("window.__shift")
    return moved


def violations(page: Page) -> list[str]:
    """What axe finds, a line each."""
    # Evaluated as the test's own script: the page's policy would rightly refuse it as a script element.
    page.evaluate(_AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(
        f"axe.run(document, {{runOnly: {json.dumps(_RULES)}, resultTypes: ['violations']}})"
        ".then((result) => result.violations)"
    )
    return [
        f"{item['id']} ({item['impact']}): {item['help']}: "
        + "; ".join(f"{node['target'][0]}" for node in item["nodes"][:4])
        for item in found
    ]
