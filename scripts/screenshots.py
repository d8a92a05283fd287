"""Pictures of every page of the web app, dark and light, at 1440 and 390 px: `make screenshots`.

Starts the product in a state folder of its own, fills it with a story, and writes `build/screenshots/`;
what the README shows is written to `docs/images/`. A person looks at them: nothing here judges a picture.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page

from scripts.stages import say, stage
from tests.acceptance.git_client import push_runbook
from tests.acceptance.product import ROOT, Product, wait_for
from tests.browser.chromium import chromium
from tests.browser.importing import paste, read
from tests.browser.pages import THEMES, WIDTHS, open_page, person, settled

FOLDER: Final = ROOT / "build" / "screenshots"
IMAGES: Final = ROOT / "docs" / "images"
MOST_BYTES: Final = 250_000
"""Of a picture in the repository."""
README: Final = {
    "import": ("import", "dark", "desktop"),
    "pull": ("pull", "light", "desktop"),
    "graph": ("runbook-dag", "light", "desktop"),
    "execution": ("execution", "dark", "desktop"),
    "execution-phone": ("execution", "light", "phone"),
}
"""Picture of the README → page, theme, width."""

EXAMPLE: Final = ROOT / "docs" / "examples" / "disk-full.md"
DRILL: Final = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  name: cache-full
  title: Workers stall on a full cache
  service: workers
  owners: ["@acme/sre"]
spec:
  prerequisites:
    - {id: told, text: The channel of the team is told}
  alerts: [{labels: {alertname: WorkerCacheFull}}]
  target: {labels: {role: home}}
  variables:
    - {name: cache, pattern: "dd0c-cache-[a-z0-9]{1,12}", example: dd0c-cache-a1}
  steps:
    - id: make
      title: Keep new jobs away from the cache
      risk: caution
      command: mkdir -p /tmp/{{ cache }}
      rollback: {command: "rmdir /tmp/{{ cache }}"}
    - id: measure
      title: See how full it is
      risk: caution
      command: for n in 1 2 3 4; do printf 'shelf %s \\033[33m%5d MB\\033[0m of 2048\\n' $n $((n * 497)); done
    - id: large
      title: Is a shelf nearly full
      manual: Is any shelf above 1900 MB?
      answers: ["yes", "no"]
    - id: trim
      title: Trim what is old
      needs: [large]
      when: {step: large, answer: "no"}
      risk: caution
      command: touch /tmp/{{ cache }}/trimmed
    - id: clear
      title: Clear the cache
      needs: [large]
      when: {step: large, answer: "yes"}
      risk: dangerous
      confirm: "{{ cache }}"
      command: rm -rf /tmp/{{ cache }}
      rollback: {impossible: what was in it is gone}
    - id: check
      title: See that jobs come through
      needs: [trim, clear]
      risk: caution
      command: uptime
"""


@dataclass(frozen=True)
class Story:
    """What there is to see: the address of each page, and the signed-in session."""

    pages: Mapping[str, str]
    session: Any


def _shown(product: Product, execution: str) -> dict[str, Any]:
    found: dict[str, Any] = product.ok("executions", "show", execution)
    return found


def _approve(product: Product, execution: str, step: str, typed: str | None = None) -> None:
    """Approve the step with this id, once it is at its gate."""

    def intent() -> str | None:
        gate = _shown(product, execution).get("gate")
        return gate["intentSha256"] if gate and gate["step"] == step else None

    seen = wait_for(f"the gate of {step}", intent)
    product.bring(execution, "approve", intentSha256=seen, typed=typed)


def _execution(product: Product, cache: str) -> str:
    """An execution of the drill at its dangerous gate."""
    wanted = {"runbook": "cache-full", "variables": {"cache": cache}, "ticked": ["told"]}
    execution = str(product.http().post("/executions", json=wanted).json()["id"])
    _approve(product, execution, "make")
    _approve(product, execution, "measure")
    wait_for("the question", lambda: _shown(product, execution)["state"] == "await_manual")
    product.bring(execution, "report", ok=True, answer="yes")
    wait_for("the dangerous gate", lambda: _shown(product, execution).get("gate"))
    return execution


def _fill(product: Product, browser: Browser) -> Story:
    push_runbook(product, "cache-full", DRILL)
    ended = _execution(product, "dd0c-cache-a1")
    _approve(product, ended, "clear", "dd0c-cache-a1")
    _approve(product, ended, "check")
    wait_for("the end", lambda: _shown(product, ended)["state"] == "completed")
    waiting = _execution(product, "dd0c-cache-b2")
    number = product.ok("pr", "open", str(EXAMPLE))["pull"]["number"]
    with person(browser) as (context, _):
        context.new_page().goto(product.sign_in_url)
        session = context.storage_state()
    tabs = ("document", "files", "source", "decisions", "conversation")
    pages = {
        "import-empty": "/import",
        "import": "/import",
        "runbooks": "/runbooks",
        "runbook": "/runbooks/cache-full",
        "runbook-dag": "/runbooks/cache-full?view=dag",
        "executions": "/executions",
        "execution": f"/executions/{waiting}",
        "timeline": f"/executions/{ended}",
        "pulls": "/pulls",
        "pull": f"/pulls/{number}",
        **{f"pull-{tab}": f"/pulls/{number}?tab={tab}" for tab in tabs},
        "sync": "/sync",
        "upgrade": "/upgrade",
        "agents": "/agents",
        "audit": "/audit",
        "settings": "/settings",
        "nowhere": "/no/such/page",
    }
    return Story(pages, session)


def _pasted(page: Page) -> None:
    paste(page, EXAMPLE.read_text(encoding="utf-8"))
    read(page)


PREPARED: Final[Mapping[str, Callable[[Page], None]]] = {"import": _pasted}


def _take(context: BrowserContext, product: Product, page_name: str, path: str) -> None:
    """One page in both themes and at both widths."""
    page = open_page(context, product.url + path)
    if page_name in PREPARED:
        PREPARED[page_name](page)
    for theme in THEMES:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
        for width, (across, down) in WIDTHS.items():
            page.set_viewport_size({"width": across, "height": down})
            settled(page)
            whole = width == "phone" and (page_name, theme, width) not in README.values()
            picture = FOLDER / f"{page_name}-{theme}-{width}.png"
            page.screenshot(path=picture, full_page=whole, animations="disabled")
    page.close()


def _publish() -> None:
    """Put the README's pictures where it finds them. Raises where one is too large to be committed."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    for name, (page_name, theme, width) in README.items():
        picture = (FOLDER / f"{page_name}-{theme}-{width}.png").read_bytes()
        if len(picture) > MOST_BYTES:
            raise ValueError(f"{name}.png has {len(picture)} bytes, more than {MOST_BYTES}")
        (IMAGES / f"{name}.png").write_bytes(picture)
        say(f"screenshots: docs/images/{name}.png, {len(picture) // 1000} kB")


def main() -> int:
    """Take all pictures; 0 where it could."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        state = Path(folder) / "state"
        state.mkdir(mode=0o700)
        product = Product(state)
        try:
            with stage("screenshots", "the product and its story"):
                product.start()
                story = _fill(product, browser)
            with person(browser) as (context, _):
                _take(context, product, "landing", "/")
                _take(context, product, "signed-out", "/signed-out?why=ended")
            with person(browser, state=story.session) as (context, _):
                for page_name, path in story.pages.items():
                    with stage("screenshots", page_name):
                        _take(context, product, page_name, path)
            _publish()
        finally:
            product.interrupt()
    return 0


if __name__ == "__main__":
    sys.exit(main())
