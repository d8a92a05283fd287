"""P17: a text of 30 steps → its pull request on GitHub, checked; a push there → its webhook → served here.

GitHub is the imitation of the tests, a process of its own that judges each request and answer. Beside it: as
many bare requests to it as the pull request took.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

import httpx

from bench.home import row, spread
from tests.acceptance.github_product import Place, opened
from tests.acceptance.product import wait_for
from tests.integration.forge.github.published.events import published
from tests.integration.forge.github.server import imitation

STEPS, ROUNDS = 30, 8
OPENED_MS, VISIBLE_MS = 3_000.0, 1_000.0
RUNBOOK = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {{name: pushed-{place}, title: Pushed {place}}}
spec:
  target: {{labels: {{role: home}}}}
  steps:
    - {{id: disks, title: Free space, command: df -h}}
"""


def main() -> int:
    """Measure, interleaved."""
    opens, visible, beside, asked = [], [], [], []
    with (
        tempfile.TemporaryDirectory(prefix="dd0c-bench-") as folder,
        imitation() as url,
        opened(Path(folder), url) as place,
        place.product.http() as client,
    ):
        for number in range(ROUNDS):
            before = len(place.github.log())
            opens.append(pull_opened(client, number))
            asked.append(len(place.github.log()) - before)
            beside.append(bare(place, asked[-1]))
            visible.append(pushed(place, client, number))
    print(
        f"{STEPS} steps, {ROUNDS} rounds; opened and checked {spread(opens)}; {asked[0]} requests in the "
        f"first, {asked[-1]} in the last: each round pushes, and open pull requests are then checked again"
    )
    print(f"webhook → visible {spread(visible)}; as many bare requests {spread(beside)}")
    made, served = statistics.median(opens), statistics.median(visible)
    return row(
        "P17", f"opened {made:.0f} ms, visible {served:.0f} ms", spread(beside),
        made / statistics.median(beside),
        f"median opened < {OPENED_MS:.0f} ms, visible < {VISIBLE_MS:.0f} ms",
        ok=made < OPENED_MS and served < VISIBLE_MS,
    )  # fmt: skip


def pull_opened(client: httpx.Client, number: int) -> float:
    """Milliseconds until the pull request of a pasted text is there and has its check."""
    commands = "\n".join(
        f"## Look at worker {place}\n\n```bash\nsystemctl status worker-{number}-{place}\n```\n"
        for place in range(STEPS)
    )
    text = f"# Bench {number}\n\n{commands}\n"
    begun = time.perf_counter()
    answer = client.post("/runbooks", json={"text": text, "name": f"bench-{number}"})
    taken = (time.perf_counter() - begun) * 1000
    assert answer.status_code == 201, answer.text
    pull = client.get(f"/pulls/{answer.json()['pull']['number']}").json()
    assert [check["name"] for check in pull["checks"]] == ["dd0c/classification"], pull
    return taken


def bare(place: Place, requests: int) -> float:
    """Milliseconds of so many requests for the repository, over one connection."""
    with httpx.Client(
        headers={"Authorization": f"Bearer {place.product.extra['DD0C_GITHUB_TOKEN']}"}
    ) as client:
        begun = time.perf_counter()
        for _ in range(requests):
            assert client.get(f"{place.github.url}/repos/acme/runbooks").status_code == 200
        return (time.perf_counter() - begun) * 1000


def pushed(place: Place, client: httpx.Client, number: int) -> float:
    """Milliseconds from the delivery of a webhook until the runbook that it told of is listed."""
    place.commit(f"runbooks/pushed-{number}.yaml", RUNBOOK.format(place=number).encode())
    begun = time.perf_counter()
    assert place.deliver("push", published("push", ref="refs/heads/main")) == 202
    wait_for("it to be listed", partial(listed, client, f"pushed-{number}"))
    return (time.perf_counter() - begun) * 1000


def listed(client: httpx.Client, name: str) -> bool:
    """Whether a runbook is in service."""
    return client.get(f"/runbooks/{name}").status_code == 200


if __name__ == "__main__":
    raise SystemExit(main())
