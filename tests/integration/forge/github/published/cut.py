"""Cuts GitHub's published descriptions to the operations and events that are used here.

`npm pack @octokit/openapi@23.0.2 @octokit/webhooks-examples@7.6.1`, then
`python -m tests.integration.forge.github.published.cut FOLDER` with the folder of the two archives. Their
digests are checked. Both are under the MIT licence, of GitHub and the contributors to Octokit.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import tarfile
from pathlib import Path
from typing import Any, Final

HERE: Final = Path(__file__).parent
DESCRIPTION: Final = HERE / "description.json"
EVENTS: Final = HERE / "events.json"

ARCHIVES: Final = {
    "octokit-openapi-23.0.2.tgz": (
        "pV8M7L9GY23AybNvTmo2nyjmpmnt6+2sRE/tqr0ZLQcPS4lnw7u5eZGNmwRNkBC3D7gZXbFx5AHzLUVRBXGDhg=="
    ),
    "octokit-webhooks-examples-7.6.1.tgz": (
        "De6U3XB6O3DtCa7bKgCMzTHdeopqqZ6SNivMYJnK65ierKL1AnNIA0tkRYCRS7lwGT792d+Ps1WbfHlso6MynQ=="
    ),
}
"""Archive → SHA-512 as the registry has it."""

REPO: Final = "/repos/{owner}/{repo}"
OPERATIONS: Final = (
    "GET /app",
    "POST /app/installations/{installation_id}/access_tokens",
    f"GET {REPO}/installation",
    "GET /user",
    f"GET {REPO}",
    f"GET {REPO}/branches/{{branch}}",
    f"GET {REPO}/rules/branches/{{branch}}",
    f"GET {REPO}/collaborators/{{username}}/permission",
    f"GET {REPO}/contents/{{path}}",
    f"GET {REPO}/compare/{{basehead}}",
    f"GET {REPO}/git/ref/{{ref}}",
    f"POST {REPO}/git/refs",
    f"PATCH {REPO}/git/refs/{{ref}}",
    f"DELETE {REPO}/git/refs/{{ref}}",
    f"GET {REPO}/git/commits/{{commit_sha}}",
    f"POST {REPO}/git/commits",
    f"POST {REPO}/git/blobs",
    f"GET {REPO}/git/blobs/{{file_sha}}",
    f"POST {REPO}/git/trees",
    f"GET {REPO}/pulls",
    f"POST {REPO}/pulls",
    f"GET {REPO}/pulls/{{pull_number}}",
    f"PATCH {REPO}/pulls/{{pull_number}}",
    f"GET {REPO}/pulls/{{pull_number}}/files",
    f"GET {REPO}/pulls/{{pull_number}}/commits",
    f"PUT {REPO}/pulls/{{pull_number}}/merge",
    f"GET {REPO}/pulls/{{pull_number}}/reviews",
    f"POST {REPO}/pulls/{{pull_number}}/reviews",
    f"POST {REPO}/pulls/{{pull_number}}/requested_reviewers",
    f"GET {REPO}/pulls/{{pull_number}}/comments",
    f"POST {REPO}/pulls/{{pull_number}}/comments",
    f"PATCH {REPO}/pulls/comments/{{comment_id}}",
    f"GET {REPO}/issues/{{issue_number}}/comments",
    f"POST {REPO}/issues/{{issue_number}}/comments",
    f"PATCH {REPO}/issues/comments/{{comment_id}}",
    f"POST {REPO}/issues/{{issue_number}}/labels",
    f"GET {REPO}/commits/{{commit_sha}}/pulls",
    f"GET {REPO}/commits/{{ref}}/statuses",
    f"POST {REPO}/statuses/{{sha}}",
    f"GET {REPO}/commits/{{ref}}/check-runs",
    f"POST {REPO}/check-runs",
    f"PATCH {REPO}/check-runs/{{check_run_id}}",
)
PAYLOADS: Final = (
    ("push", None, "refs/heads/master"),
    ("ping", None, None),
    ("pull_request", "opened", None),
    ("pull_request", "synchronize", None),
    ("pull_request", "closed", None),
    ("pull_request_review", "submitted", None),
    ("check_run", "rerequested", None),
    ("issue_comment", "created", None),
)
"""(event, action, ref): the first published example of each is kept."""

_PROSE: Final = frozenset(
    {"description", "summary", "externalDocs", "title", "operationId", "tags", "headers"}
)


def main(folder: Path) -> None:
    """Write both files."""
    whole = _member(folder, "octokit-openapi-23.0.2.tgz", "package/generated/api.github.com.json")
    _write(DESCRIPTION, cut(whole))
    events = _member(folder, "octokit-webhooks-examples-7.6.1.tgz", "package/api.github.com/index.json")
    _write(
        EVENTS, [{"event": name, "payload": _payload(events, name, *wanted)} for name, *wanted in PAYLOADS]
    )


def _member(folder: Path, archive: str, member: str) -> Any:
    found = base64.b64encode(hashlib.sha512((folder / archive).read_bytes()).digest()).decode()
    if found != ARCHIVES[archive]:
        raise SystemExit(f"{archive} is not the archive that was published: sha512-{found}")
    with tarfile.open(folder / archive) as opened:
        content = opened.extractfile(member)
        if content is None:
            raise SystemExit(f"{archive} has no {member}")
        return json.load(content)


def _write(path: Path, document: Any) -> None:
    path.write_text(json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=False) + "\n")


def _payload(events: list[dict[str, Any]], name: str, action: str | None, ref: str | None) -> dict[str, Any]:
    examples: list[dict[str, Any]] = next(each["examples"] for each in events if each["name"] == name)
    return next(each for each in examples if (each.get("action"), each.get("ref")) == (action, ref))


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The operations with all schemas that they name, as JSON Schema: null is a type of its own."""
    operations = {}
    for line in OPERATIONS:
        method, path = line.split(" ")
        found = whole["paths"][path][method.lower()]
        body = found.get("requestBody")
        operations[line] = {
            "parameters": [_followed(whole, each) for each in found.get("parameters", [])],
            "body": None if body is None else body["content"]["application/json"]["schema"],
            "answers": {status: _answer(whole, each) for status, each in found["responses"].items()},
        }
    kept: dict[str, Any] = {}
    _collect(whole, operations, kept)
    plain: dict[str, Any] = _plain({"operations": operations, "schemas": kept})
    return plain


def _answer(whole: dict[str, Any], answer: Any) -> dict[str, Any]:
    content = _followed(whole, answer).get("content", {}).get("application/json", {})
    examples = [_followed(whole, each)["value"] for each in content.get("examples", {}).values()]
    return {"schema": content.get("schema"), "examples": [json.dumps(each) for each in examples[:1]]}


def _followed(whole: dict[str, Any], node: Any) -> Any:
    while "$ref" in node:
        found: Any = whole
        for key in node["$ref"][2:].split("/"):
            found = found[key]
        node = found
    return node


def _collect(whole: dict[str, Any], node: Any, kept: dict[str, Any]) -> None:
    """Every schema below a node, by name."""
    for value in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        _collect(whole, value, kept)
    name = node.get("$ref", "").rpartition("/")[2] if isinstance(node, dict) else ""
    if name and name not in kept:
        kept[name] = whole["components"]["schemas"][name]
        _collect(whole, kept[name], kept)


def _plain(node: Any, *, names: bool = False) -> Any:
    """Without prose; `nullable` of OpenAPI 3.0 becomes the type null. `names`: the keys are properties."""
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {name: _plain(each) for name, each in node.items()}
    found = {
        key: _plain(value, names=key in {"properties", "schemas", "operations", "answers"})
        for key, value in node.items()
        if key not in _PROSE and not key.startswith("x-")
    }
    if found.pop("nullable", False):
        return {"anyOf": [found, {"type": "null"}]}
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
