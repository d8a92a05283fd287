"""A person at the import page: what is on the clipboard, and how long a preview takes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

DOCUMENTS: Final = Path(__file__).parent.parent / "acceptance" / "documents"

# As another page's copy puts it there: the whole HTML. The asynchronous clipboard would clean it, and apply
# the policy of this page to it while doing so.
_PUT: Final = """([text, html]) => {
  addEventListener('beforecopy', (event) => event.preventDefault(), { capture: true, once: true });
  addEventListener('copy', (event) => {
    event.clipboardData.setData('text/plain', text);
    if (html) event.clipboardData.setData('text/html', html);
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true, once: true });
  return document.execCommand('copy');
}"""

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

# Milliseconds from the navigation to the first frame that can be used: a heading, and nothing that loads.
USABLE: Final = """
window.usable = new Promise((resolve) => {
  const seen = new MutationObserver(() => {
    if (!document.querySelector('main h1, main h2')) return;
    if (document.querySelector('main [role=status][aria-label^=Loading]')) return;
    seen.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())));
  });
  seen.observe(document, { childList: true, subtree: true });
});
"""


def document(name: str) -> str:
    """A real runbook of the folder of documents."""
    return (DOCUMENTS / name).read_text(encoding="utf-8")


_TRIES = 5
_FOCUSED = """() => {
  const content = document.querySelector(".cm-content");
  content?.focus();
  return content !== null && document.activeElement === content;
}"""


def _select_all(page: Page) -> None:
    """All of the editor's text, by keyboard. An editor that has just taken the plain field's place may lose
    the focus once, and the page would be selected instead.
    """
    content = page.locator(".cm-content")
    for _ in range(_TRIES):
        page.wait_for_function(_FOCUSED)
        page.keyboard.press("Control+a")
        if content.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError("the editor does not keep the focus")


def paste(page: Page, text: str, html: str = "") -> float:
    """Put it on the clipboard, paste it into the source by keyboard; milliseconds to the first preview."""
    assert page.evaluate(_PUT, [text, html]), "the clipboard is refused"
    page.evaluate(_WATCH)
    page.get_by_label("Source text").focus()  # a plain field until the editor is there
    _select_all(page)
    page.keyboard.press("Control+v")
    took: float = page.evaluate("window.firstPreview")
    return took


def read(page: Page) -> None:
    """Wait until the newest text has been read."""
    expect(page.locator("main.import")).to_have_attribute("data-phase", "settled")


def drop(page: Page, file: Path) -> None:
    """A file of the desktop let go over the source, by the browser's own drag and drop."""
    box = page.locator(".source-card").bounding_box()
    assert box is not None
    files = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    at = {"x": box["x"] + 80, "y": box["y"] + 120, "data": files}
    devtools = page.context.new_cdp_session(page)
    for move in ("dragEnter", "dragOver", "dragOver"):
        devtools.send("Input.dispatchDragEvent", {"type": move, **at})
    expect(page.get_by_text("Drop it here")).to_be_visible()
    devtools.send("Input.dispatchDragEvent", {"type": "drop", **at})
    expect(page.get_by_text("Drop it here")).to_have_count(0)


def source(page: Page) -> str:
    """The whole text of the editor, by a copy of all of it: the page has only the lines in view."""
    _select_all(page)
    page.keyboard.press("Control+c")
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text
