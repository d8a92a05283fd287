"""Comments, commit statuses and check runs, as GitHub's documentation has them, where we ask."""

from __future__ import annotations

from typing import Any

from tests.integration.forge.github.pull_routes import listed, pull_files
from tests.integration.forge.github.routes import REPO, Call, Reply, invalid, route, user
from tests.integration.forge.github.state import APP_ID, APP_LOGIN, stamp

# ------------------------------------------------------------------ comments


@route("GET", f"{REPO}/issues/{{number}}/comments")
def list_comments(call: Call) -> Reply:
    number = call.pull().number
    return 200, call.page(_of_pull(call.state.comments, number))


@route("GET", f"{REPO}/pulls/{{number}}/comments")
def list_line_comments(call: Call) -> Reply:
    number = call.pull().number
    return 200, call.page(_of_pull(call.state.line_comments, number))


def _of_pull(found: dict[int, dict[str, Any]], number: int) -> list[dict[str, Any]]:
    return [_shown(each) for each in found.values() if each["number"] == number]


def _shown(comment: dict[str, Any]) -> dict[str, Any]:
    """Without the number of its pull request, which GitHub does not say."""
    return {name: value for name, value in comment.items() if name != "number"}


@route("POST", f"{REPO}/issues/{{number}}/comments")
def write_comment(call: Call) -> Reply:
    return 201, _comment(call, call.state.comments, {})


@route("POST", f"{REPO}/pulls/{{number}}/comments")
def write_line_comment(call: Call) -> Reply:
    path, line = call.body["path"], call.body["line"]
    shown = {item["filename"]: item for item in pull_files(call)[1]}
    if path not in shown or line > shown[path]["additions"] + 3:
        return invalid("Validation Failed", "pull_request_review_thread.line must be part of the diff")
    return 201, _comment(call, call.state.line_comments, {"path": path, "line": line})


def _comment(call: Call, into: dict[int, dict[str, Any]], more: dict[str, Any]) -> dict[str, Any]:
    number = call.state.next_id()
    into[number] = {
        "id": number,
        "number": call.pull().number,
        "user": user(call.login),
        "body": call.body["body"],
        "created_at": stamp(),
        **more,
    }
    return _shown(into[number])


@route("PATCH", f"{REPO}/issues/comments/{{id}}")
def change_comment(call: Call) -> Reply:
    return _change(call, call.state.comments)


@route("PATCH", f"{REPO}/pulls/comments/{{id}}")
def change_line_comment(call: Call) -> Reply:
    return _change(call, call.state.line_comments)


def _change(call: Call, into: dict[int, dict[str, Any]]) -> Reply:
    found = into[int(call.parts["id"])]
    if found["user"]["login"] != call.login:
        return 403, {"message": "Resource not accessible"}
    found["body"] = call.body["body"]
    return 200, _shown(found)


# -------------------------------------------------------- statuses and checks


@route("GET", f"{REPO}/commits/{{oid}}/pulls")
def pulls_of_commit(call: Call) -> Reply:
    found = [listed(call, pull) for pull in call.state.pulls.values()]
    return 200, [item for item in found if item["head"]["sha"] == call.parts["oid"]]


@route("GET", f"{REPO}/commits/{{oid}}/statuses")
def list_statuses(call: Call) -> Reply:
    return 200, call.page(call.state.statuses.get(call.parts["oid"], [])[::-1])


@route("POST", f"{REPO}/statuses/{{oid}}")
def set_status(call: Call) -> Reply:
    if call.parts["oid"] not in call.git.odb:
        return invalid(f"No commit found for SHA: {call.parts['oid']}")
    if call.body["state"] not in {"error", "failure", "pending", "success"}:
        return invalid("Validation Failed", "state is not included in the list")
    if len(call.body.get("description") or "") > 140:
        return invalid("Validation Failed", "description is too long (maximum is 140 characters)")
    made = {"id": call.state.next_id(), "creator": user(call.login), **call.body}
    call.state.statuses.setdefault(call.parts["oid"], []).append(made)
    return 201, made


@route("GET", f"{REPO}/commits/{{oid}}/check-runs")
def list_runs(call: Call) -> Reply:
    found = [run for run in call.state.runs.values() if run["head_sha"] == call.parts["oid"]]
    return 200, {"total_count": len(found), "check_runs": call.page(found)}


@route("POST", f"{REPO}/check-runs")
def write_run(call: Call) -> Reply:
    if call.login != APP_LOGIN:
        return 403, {"message": "You must authenticate via a GitHub App."}
    number = call.state.next_id()
    call.state.runs[number] = {"id": number, "app": {"id": APP_ID}, **call.body}
    return 201, call.state.runs[number]


@route("PATCH", f"{REPO}/check-runs/{{id}}")
def change_run(call: Call) -> Reply:
    call.state.runs[int(call.parts["id"])].update(call.body)
    return 200, call.state.runs[int(call.parts["id"])]
