"""How smooth a page is: the time between frames while something goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

_RECORD: Final = """
() => {
  const frames = (window.__frames = []);
  let last = performance.now();
  const tick = (now) => {
    frames.push(now - last);
    last = now;
    window.__frame = requestAnimationFrame(tick);
  };
  window.__frame = requestAnimationFrame(tick);
}
"""
_STOP: Final = "() => { cancelAnimationFrame(window.__frame); return window.__frames.slice(1); }"
_SCROLL: Final = """
(element) => new Promise((resolve) => {
  let at = 0;
  const step = () => {
    element.scrollTop = (element.scrollHeight * at) / 120;
    at += 1;
    if (at <= 120) requestAnimationFrame(step);
    else resolve();
  };
  requestAnimationFrame(step);
})
"""


@dataclass(frozen=True)
class Frames:
    """Milliseconds between frames."""

    count: int
    median: float
    p95: float
    longest: float

    def __str__(self) -> str:
        median = f"median {self.median:.1f} ms"
        return f"{self.count} frames: {median}, p95 {self.p95:.1f} ms, longest {self.longest:.0f} ms"


def begin(page: Page) -> None:
    """Record from now on."""
    page.evaluate(_RECORD)


def end(page: Page) -> Frames:
    """What was recorded."""
    found = sorted(page.evaluate(_STOP))
    assert found, "no frame was drawn"
    return Frames(len(found), found[len(found) // 2], found[int(len(found) * 0.95)], found[-1])


def scroll_through(page: Page, selector: str) -> Frames:
    """The frames of a scroll from the first to the last row of a box, in 120 steps."""
    begin(page)
    page.locator(selector).evaluate(_SCROLL)
    return end(page)
