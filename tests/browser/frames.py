"""How smooth a page is while something goes on: the time between frames, the longest task of its thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

_RECORD: Final = """
() => {
  const frames = (window.__frames = []);
  window.__tasks = [];
  window.__observer = new PerformanceObserver((list) => {
    for (const task of list.getEntries()) window.__tasks.push(task.duration);
  });
  window.__observer.observe({ type: 'longtask' });
  let last = performance.now();
  const tick = (now) => {
    frames.push(now - last);
    last = now;
    window.__frame = requestAnimationFrame(tick);
  };
  window.__frame = requestAnimationFrame(tick);
}
"""
_STOP: Final = """
() => {
  cancelAnimationFrame(window.__frame);
  window.__tasks.push(...window.__observer.takeRecords().map((task) => task.duration));
  window.__observer.disconnect();
  return [window.__frames.slice(1), Math.max(0, ...window.__tasks)];
}
"""
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
    """Milliseconds between frames; `task` the longest of the page's own tasks (0: none over 50 ms)."""

    count: int
    median: float
    p95: float
    longest: float
    task: float

    def __str__(self) -> str:
        median = f"median {self.median:.1f} ms"
        gaps = f"{median}, p95 {self.p95:.1f} ms, longest {self.longest:.0f} ms"
        return f"{self.count} frames: {gaps}; longest task {self.task:.0f} ms"


def begin(page: Page) -> None:
    """Record from now on."""
    page.evaluate(_RECORD)


def end(page: Page) -> Frames:
    """What was recorded."""
    gaps, task = page.evaluate(_STOP)
    found = sorted(gaps)
    assert found, "no frame was drawn"
    return Frames(len(found), found[len(found) // 2], found[int(len(found) * 0.95)], found[-1], task)


def scroll_through(page: Page, selector: str) -> Frames:
    """The frames of a scroll from the first to the last row of a box, in 120 steps."""
    begin(page)
    page.locator(selector).evaluate(_SCROLL)
    return end(page)
