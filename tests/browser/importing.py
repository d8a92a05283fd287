"""A person at the import page: what is on the clipboard, and how long a preview takes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

DOCUMENTS: Final = Path(__file__).parent.parent / "acceptance" / "documents"

_PUT: Final = """([text, html]) => navigator.clipboard.write([new ClipboardItem({
  'text/plain': new Blob([text], { type: 'text/plain' }),
  ...(html ? { 'text/html': new Blob([html], { type: 'text/html' }) } : {}),
})])"""

# From the moment of the paste to the first frame that shows the steps, on the page's own clock.
_WATCH: Final = """() => {
  window.pastedAt = null;
  addEventListener('paste', () => { window.pastedAt = performance.now(); }, { capture: true, once: true });
  window.firstPreview = new Promise((resolve) => {
    const seen = new MutationObserver(() => {
      if (window.pastedAt === null || !document.querySelector('.rail > li')) return;
      seen.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - window.pastedAt)));
    });
    seen.observe(document.body, { childList: true, subtree: true });
  });
}"""


def document(name: str) -> str:
    """A real runbook of the folder of documents."""
    return (DOCUMENTS / name).read_text(encoding="utf-8")


def paste(page: Page, text: str, html: str = "") -> float:
    """Put it on the clipboard, paste it into the source by keyboard; milliseconds to the first preview."""
    page.evaluate(_PUT, [text, html])
    page.evaluate(_WATCH)
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+v")
    took: float = page.evaluate("window.firstPreview")
    return took


def read(page: Page) -> None:
    """Wait until the newest text has been read."""
    expect(page.locator("main.import")).to_have_attribute("data-phase", "settled")
