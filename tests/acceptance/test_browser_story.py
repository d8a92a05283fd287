"""One newcomer's story in the browser, from a pasted document to its rollback and the audit trail.

One document, one session, one page; every command really runs on the agent of this machine, in a folder that
the test makes. Nothing of it waits for a clock: the step that waits is let go by a file.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.product import Product
from tests.browser.importing import document, paste, read
from tests.browser.pages import person, settled, shift

TITLE: Final = "Free inodes on a host are at a very low number"
MOST_MOVED: Final = 0.1
"""What web.dev calls good, here between two acts of the person: each of them ends what is on screen."""
DAY: Final = "2026-01-30"


@pytest.fixture
def spool() -> Iterator[Path]:
    """A folder that the agent may write to, whichever user it runs as: two old sessions, no writer."""
    folder = Path(tempfile.mkdtemp(prefix="dd0c-inodes-", dir="/tmp"))
    old = folder / "old"
    old.mkdir()
    for made in (folder, old):
        made.chmod(0o777)
    for name in (f"sess-{DAY}-1", f"sess-{DAY}-2", "sess-2026-02-01-1"):
        (old / name).write_text("a session\n")
    yield folder
    shutil.rmtree(folder)


class Story:
    """One page, watched from the first click to the last: what moved by itself is asked before each act."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.moved: dict[str, float] = {}

    def calm(self, where: str) -> None:
        """Nothing has jumped by itself since the last act."""
        self.moved[where] = shift(self.page)
        self.page.evaluate("window.__shift = 0")
        assert self.moved[where] < MOST_MOVED, self.moved

    def open(self, path: str) -> None:
        """Another address of the product, as typed by hand."""
        self.page.goto(self.url + path)
        settled(self.page)

    def at(self, title: str) -> None:
        """Wait for the gate of a step, and for the moment in which it takes a click."""
        expect(self.page.locator("#gate-h")).to_contain_text(title)
        self.page.locator("section.gate[data-settled]").wait_for()
        self.calm(f"before “{title}”")

    def approve(self, title: str) -> None:
        """Approve the step of this title."""
        self.at(title)
        self.page.get_by_role("button", name=re.compile("^Approve and (run|roll back)")).click()


def answer(page: Page, question: str, option: str) -> None:
    """Answer a question of the import by keyboard: of two clicks on two questions in a row, the page takes
    the second for the rest of a double click.
    """
    box = page.locator("[data-question]").filter(has_text=question)
    expect(box).to_have_count(1)
    box.get_by_role("button", name=option, exact=True).press("Enter")
    expect(box).to_have_count(0)
    read(page)


def imported(story: Story) -> None:
    """The text pasted, its rollback in its place, its questions answered; then the pull request."""
    page = story.page
    settled(page)
    story.calm("first page")
    story.open("/import")
    story.calm("empty import")
    paste(page, document("free-inodes.md"))
    read(page)
    expect(page.locator(".rail article")).to_have_count(8)
    expect(page.locator(".rail article").filter(has_text="rmdir")).to_have_count(1)
    answer(page, "Which name must be typed before this runs?", "{{ spool_dir }}")
    expect(page.get_by_text("Confirm by typing")).to_contain_text("{{ spool_dir }}")
    answer(page, "By what does one see that it “works properly”?", "Whoever runs it decides")
    expect(page.locator("[data-question]")).to_have_count(0)
    story.calm("import")
    page.get_by_role("button", name="Open pull request").click()
    page.wait_for_url(re.compile(r"/pulls/\d+$"))


def merged(story: Story) -> None:
    """What changes at 3 a.m. is read, merged, synced, and the runbook is there."""
    page = story.page
    expect(page.get_by_role("heading", name="What changes at 3 a.m.")).to_be_visible()
    expect(page.locator(".step-row")).to_have_count(8)
    merge = page.get_by_role("button", name="Merge into main").first
    expect(merge).not_to_have_attribute("aria-disabled", "true")
    story.calm("pull request")
    merge.click()
    page.get_by_role("link", name="Open the runbook").click()
    expect(page.locator(".page-head")).to_contain_text("Synced at")
    expect(page.get_by_role("heading", name=TITLE)).to_be_visible()
    story.calm("runbook")


def started(story: Story, spool: Path) -> str:
    """The variables filled in, the prerequisite ticked; gives the execution's id."""
    page = story.page
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url(re.compile("/executions/exe_"))
    settled(page)
    page.get_by_role("textbox", name="spool_dir").fill(str(spool))
    page.get_by_role("textbox", name="day").fill(DAY)
    page.get_by_label("You need access to the host").check()
    page.get_by_role("button", name="Go to the first step").click()
    return page.url.rsplit("/", 1)[1]


def run(story: Story, spool: Path) -> None:
    """Each step at its gate; output while it comes; the dangerous one behind its typed name."""
    page = story.page
    story.approve("Usually due to a large number of files")
    story.approve("Quick overview of inode usage")
    story.approve("Pause the writers of the spool")
    story.approve("Wait until they have stopped")
    output = page.locator("#output")
    expect(output).to_contain_text("waiting for the writers")
    assert (spool / "paused").is_dir()
    expect(output).not_to_contain_text("no writer is left")
    (spool / "stopped").touch()

    story.at("Decide: If old sessions are still there")
    page.get_by_role("button", name="yes", exact=True).click()
    story.at("If old sessions are still there, remove those of the day")
    approve = page.get_by_role("button", name=re.compile("^Approve and run"))
    expect(approve).to_have_attribute("aria-disabled", "true")
    name = page.locator("[data-approval]")
    name.fill(f"{spool}x")
    expect(page.get_by_text("That is not the name above")).to_be_visible()
    name.fill(str(spool))
    expect(approve).not_to_have_attribute("aria-disabled", "true")
    approve.click()

    story.at("Check that the queue works properly")
    assert [item.name for item in (spool / "old").iterdir()] == ["sess-2026-02-01-1"]
    page.get_by_label("What you found or did; it goes into the record").fill("the queue is at zero")
    page.get_by_role("button", name="Done, go on").click()


def rolled_back(story: Story, spool: Path) -> None:
    """The last step fails; the pause is taken back at a gate of its own; then the run is ended."""
    page = story.page
    story.approve("See that the writers are back")
    expect(page.locator("#gate-h")).to_contain_text("Failed: See that the writers are back")
    expect(page.locator("#gate")).to_contain_text("It ended with exit 1")
    page.get_by_role("button", name="Ask to roll back").click()
    story.at("Pause the writers of the spool")
    expect(page.locator("#gate .cmd").first).to_contain_text(f"rmdir {spool}/paused")
    page.get_by_role("button", name=re.compile("^Approve and roll back")).click()
    story.at("Pause the writers of the spool")
    expect(page.locator("#gate .cmd").first).to_contain_text(f"mkdir {spool}/paused")
    assert not (spool / "paused").exists()
    page.get_by_role("button", name="Abort").click()
    page.get_by_label("Why does it end?").fill("the writers did not come back")
    page.get_by_role("button", name="Abort the execution").click()
    expect(page.get_by_text("Aborted").first).to_be_visible()
    expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    story.calm("execution")


def told(story: Story, execution: str) -> None:
    """The audit trail has all of it, in an unbroken chain; no page of it is a dead end."""
    page = story.page
    page.get_by_role("complementary").get_by_role("link", name="its events in the audit trail").click()
    expect(page.locator(".event").first).to_be_visible()
    assert execution in page.url
    names = page.locator(".event__what")
    for event in (
        "execution.started", "step.approved", "step.executed", "step.failed", "step.rollback_offered",
        "step.rolled_back", "execution.aborted",
    ):  # fmt: skip
        expect(names.filter(has_text=re.compile(f"^{re.escape(event)}$"))).not_to_have_count(0)
    story.open("/audit?type=runbook")
    for event in ("runbook.proposed", "runbook.reviewed", "runbook.synced"):
        expect(names.filter(has_text=re.compile(f"^{re.escape(event)}$"))).not_to_have_count(0)
    story.calm("audit")


def test_a_newcomer_comes_from_a_pasted_text_to_its_rollback(
    product: Product, browser: Browser, spool: Path, record_property: Any
) -> None:
    with person(browser) as (context, complaints):
        story = Story(context.new_page(), product.url)
        begun = time.monotonic()
        story.page.goto(product.sign_in_url)
        imported(story)
        merged(story)
        execution = started(story, spool)
        run(story, spool)
        rolled_back(story, spool)
        told(story, execution)
        took = time.monotonic() - begun
        record_property("the story", f"{took:.1f} s")
        most = max(story.moved, key=lambda where: story.moved[where])
        sys.stderr.write(f"the story: {took:.1f} s; most moved {most}: {story.moved[most]:.3f}\n")
        assert complaints.found() == []
