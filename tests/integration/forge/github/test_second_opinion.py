"""The adapter against a GitHub that nobody here wrote: the npm package `emulate`, as an App.

It lacks commit statuses, files of a pull request, the App of a check run and git itself, takes a second
pull request of one branch, and leaves a pull request's head where it was: what needs those is tested
against our own imitation only. Its trees and commits have ids of chance, so that no git can serve them, and
the whole story (tests/acceptance/test_github.py) is told against the imitation. Each request and answer is
judged by GitHub's published description here, too.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pygit2
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from base.clock import SystemClock
from forge.errors import ForgeRefused, NoSuchRepository, NotMergeable
from forge.github.address import GitHubAddress
from forge.github.answers import Answer, Document
from forge.github.app import AppCredential
from forge.github.client import GitHubClient, Method
from forge.github.forge import GitHubForge, GitHubSettings
from forge.github.mirrored import GitHubMirror
from forge.github.webhooks import BadSignature, verify
from forge.pull_requests import LineRef
from forge.storage import BareRepository
from scripts import web
from tests.acceptance.product import free_port, wait_for
from tests.integration.forge.conformance import MAINTAINER, PASS, proposal
from tests.integration.forge.github.published.judge import judge_answer, judge_request

APP_ID, SECRET = 12, "secret-of-the-second-opinion"
GAPS = (
    "'annotations_url' is a required property",
    "'network_count' is a required property",
    "'subscribers_count' is a required property",
    "position: None is not of type 'integer'",
    "in_reply_to_id: None is not of type 'integer'",
    "/description: None is not of type 'string'",
    "requested_reviewers: no answer 200",
)
"""Where its answers are not as GitHub describes its own; the adapter reads none of these."""
SEED = """\
github:
  users:
    - {{login: acme, name: Acme, email: acme@example.com}}
    - {{login: mia, name: Mia, email: mia@example.com}}
  repos:
    - {{owner: acme, name: runbooks, auto_init: true}}
  apps:
    - app_id: {app_id}
      slug: dd0c-app
      name: dd0c
      private_key: {key}
      permissions: {{contents: write, pull_requests: write, checks: write, issues: write, metadata: read}}
      events: [push, pull_request]
      webhook_url: {hook}
      webhook_secret: {secret}
      installations:
        - {{installation_id: 77, account: acme, repository_selection: all}}
"""


@dataclass
class Deliveries:
    """What was sent to the address of the webhook: headers with lower-case names, and the raw body."""

    url: str = ""
    found: queue.Queue[tuple[dict[str, str], bytes]] = field(default_factory=queue.Queue)


@pytest.fixture(scope="module")
def deliveries() -> Iterator[Deliveries]:
    made = Deliveries()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            made.found.put(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(202)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def key() -> bytes:
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return made.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, key: bytes, deliveries: Deliveries) -> Iterator[str]:
    """The address of the emulator, a process of the wheel's Node."""
    web.packages(with_tools=True)
    folder, port = tmp_path_factory.mktemp("emulate"), free_port()
    text = '"' + key.decode().replace("\n", "\\n") + '"'
    seed = SEED.format(app_id=APP_ID, key=text, hook=deliveries.url, secret=SECRET)
    (folder / "seed.yaml").write_text(seed)
    command = web.node("emulate", "start", "-p", str(port), "-s", "github", "--seed", "seed.yaml")
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=web.environment(),
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_for("the emulator", lambda: _answers(process, f"http://localhost:{port}", folder / "log"))
            yield f"http://localhost:{port}"
        finally:
            # The started program is a wrapper: the server that it starts is ended with it.
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _answers(process: subprocess.Popen[bytes], url: str, log: Path) -> bool:
    assert process.poll() is None, log.read_text()
    try:
        return httpx.get(f"{url}/repos/acme/runbooks", timeout=5).status_code < 500
    except httpx.TransportError:
        return False


@pytest.fixture
def address(url: str) -> GitHubAddress:
    return GitHubAddress(url, f"{url}/acme/runbooks.git", "acme", "runbooks")


class Judged(GitHubClient):
    """Each request and answer is judged by GitHub's published description on its way."""

    def _exchange(
        self,
        method: Method,
        path: str,
        body: Document | None,
        params: Mapping[str, str | int] | None,
        token: str,
    ) -> Answer:
        query = {name: str(value) for name, value in (params or {}).items()}
        assert judge_request(method, path, query, body) == []
        answer = super()._exchange(method, path, body, params, token)
        said = judge_answer(method, path, answer.status, answer.document, closed=False)
        assert [each for each in said if not any(gap in each for gap in GAPS)] == []
        return answer


@pytest.fixture
def forge(address: GitHubAddress, key: bytes, tmp_path: Path) -> GitHubForge:
    """Without required checks: the emulator forgets whose a check run is."""
    clock = SystemClock()
    credential = AppCredential(APP_ID, key, address, clock)
    pygit2.init_repository(str(tmp_path / "mirror.git"), bare=True)
    mirror = GitHubMirror(BareRepository(tmp_path / "mirror.git"), address, credential, "main")
    client = Judged(address.api_url, credential, clock)
    return GitHubForge(client, address, clock, GitHubSettings(required_checks=()), mirror)


def test_the_same_proposal_is_the_same_pull_request(forge: GitHubForge) -> None:
    change = proposal("same", files={"runbooks/same.yaml": b"a: 1\n"})
    first, second = forge.publish(change), forge.publish(change)
    assert (first.number, first.head) == (second.number, second.head)
    assert (first.state, first.branch, first.base, first.mergeable) == ("open", "dd0c/same", "main", True)
    assert [pull.number for pull in forge.list("open", None, 50).items].count(first.number) == 1


def test_a_closed_one_is_opened_again(forge: GitHubForge) -> None:
    change = proposal("again", files={"runbooks/again.yaml": b"a: 1\n"})
    pull = forge.publish(change)
    forge.close(pull.number)
    assert forge.get(pull.number).state == "closed"
    again = forge.publish(change)
    assert (again.number, again.state) == (pull.number, "open")


def test_comments_reviews_and_a_check_run_are_taken(forge: GitHubForge) -> None:
    pull = forge.publish(proposal("said", files={"runbooks/said.yaml": b"a: 1\n"}))
    for body in ("one", "two"):
        forge.comment(pull.number, "summary", body)
        forge.comment(pull.number, "line", body, LineRef("runbooks/said.yaml", 1))
    forge.request_review(pull.number, ["mia"])
    forge.set_check(pull.head, PASS)
    shown = forge.get(pull.number)
    assert {comment.key: comment.body for comment in shown.comments} == {"summary": "two", "line": "two"}
    assert [comment.at for comment in shown.comments if comment.key == "line"] == [
        LineRef("runbooks/said.yaml", 1)
    ]
    assert [review.reviewer for review in shown.reviews] == ["mia"]


def test_a_merge_is_one_commit_that_names_the_member(forge: GitHubForge) -> None:
    pull = forge.publish(proposal("merged", files={"runbooks/merged.yaml": b"a: 1\n"}))
    done = forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)
    after = forge.get(pull.number)
    assert (after.state, after.merged_by, after.merge_commit) == ("merged", MAINTAINER.id, done.commit)
    assert (done.before, after.base_head) == (pull.base_head, done.commit)
    with pytest.raises(NotMergeable):
        forge.merge(pull.number, expected_head=pull.head, method="squash", actor=MAINTAINER)
    assert forge.publish(proposal("merged")).number == pull.number


def test_what_changes_nothing_is_refused(forge: GitHubForge) -> None:
    with pytest.raises(ForgeRefused, match="changes nothing"):
        forge.publish(proposal("nothing", files={"runbooks/not-there.yaml": None}))


def test_a_repository_that_is_not_there(forge: GitHubForge, address: GitHubAddress, key: bytes) -> None:
    forge.look()
    elsewhere = GitHubAddress(address.api_url, address.git_url, "acme", "other")
    credential, clock = AppCredential(APP_ID, key, address, SystemClock()), SystemClock()
    client = GitHubClient(address.api_url, credential, clock)
    with pytest.raises(NoSuchRepository):
        GitHubForge(client, elsewhere, clock, GitHubSettings(), forge.mirror).look()


def test_r49_its_deliveries_are_signed_as_ours_are_checked(
    forge: GitHubForge, address: GitHubAddress, deliveries: Deliveries
) -> None:
    forge.publish(proposal("hook", files={"runbooks/hook.yaml": b"a: 1\n"}))
    headers, body = deliveries.found.get(timeout=30)
    hint = verify(headers, body, [b"another one", SECRET.encode()], address)
    assert (hint.repository, bool(hint.delivery_id)) == ("acme/runbooks", True)
    with pytest.raises(BadSignature):
        verify(headers, body + b" ", [SECRET.encode()], address)
