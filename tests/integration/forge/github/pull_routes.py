"""Pull requests, as GitHub's documentation has them, where we ask."""

from __future__ import annotations

from typing import Any

import pygit2

from tests.integration.forge.github.routes import REPO, Call, Reply, invalid, route, user
from tests.integration.forge.github.state import NAME, OWNER, Pull, files_between, stamp

# -------------------------------------------------------------- pull requests


def listed(call: Call, pull: Pull) -> dict[str, Any]:
    call.state.refresh(pull)
    side = {"repo": {"full_name": f"{OWNER}/{NAME}"}}
    head_side = {"repo": {"full_name": f"eve/{NAME}"}} if pull.number in call.state.forked else side
    return {
        "number": pull.number,
        "title": pull.title,
        "body": pull.body,
        "state": "open" if pull.state == "open" else "closed",
        "user": user(pull.author),
        "html_url": f"https://github.example/{OWNER}/{NAME}/pull/{pull.number}",
        "created_at": pull.created_at,
        "updated_at": pull.updated_at,
        "merged_at": pull.merged_at,
        "merge_commit_sha": pull.merge_commit,
        "requested_reviewers": [user(login) for login in pull.asked],
        "requested_teams": [],
        "labels": [{"name": name} for name in pull.labels],
        "head": {**head_side, "ref": pull.branch, "sha": pull.head_sha},
        "base": {**side, "ref": pull.base, "sha": pull.head_sha},
    }


def detailed(call: Call, pull: Pull) -> dict[str, Any]:
    document = listed(call, pull)
    mergeable: bool | None = None
    if pull.state == "open" and pull.unknown_answers > 0:
        pull.unknown_answers -= 1  # GitHub works it out in the background
    elif pull.state == "open":
        mergeable = call.state.merged_tree(pull) is not None
    merged_by = user(pull.merged_by) if pull.merged_by else None
    return {**document, "merged": pull.state == "merged", "mergeable": mergeable, "merged_by": merged_by}


@route("GET", f"{REPO}/pulls")
def list_pulls(call: Call) -> Reply:
    wanted, head, base = call.query.get("state", "open"), call.query.get("head"), call.query.get("base")
    found = []
    for pull in sorted(call.state.pulls.values(), key=lambda each: -each.number):
        state = "open" if pull.state == "open" else "closed"
        asked = (
            wanted in {"all", state},
            head in {None, f"{OWNER}:{pull.branch}"},
            base in {None, pull.base},
        )
        if all(asked):
            found.append(listed(call, pull))
    return 200, call.page(found)


@route("POST", f"{REPO}/pulls")
def open_pull(call: Call) -> Reply:
    body, state = call.body, call.state
    tip, base = state.branch(body["head"]), state.branch(body["base"])
    if tip is None or base is None:
        return invalid("Validation Failed", "head or base is invalid")
    if any(pull.branch == body["head"] and pull.state == "open" for pull in state.pulls.values()):
        return invalid("Validation Failed", f"A pull request already exists for {OWNER}:{body['head']}.")
    if tip == base or call.git.descendant_of(base, tip):
        return invalid("Validation Failed", f"No commits between {body['base']} and {body['head']}")
    number = len(state.pulls) + 1
    pull = Pull(number, body["title"], body.get("body") or "", body["head"], body["base"], tip, call.login)
    pull.unknown_answers = state.unknown_answers
    state.pulls[number] = pull
    call.git.references.create(f"refs/pull/{number}/head", tip, force=True)
    pull.asked = [login for login in code_owners(call, pull) if login != call.login]
    return 201, detailed(call, pull)


def code_owners(call: Call, pull: Pull) -> list[str]:
    """Who owns its changed files by CODEOWNERS of the base: the last line that fits a path counts."""
    base = call.state.branch(pull.base)
    tree = call.git[base or ""].peel(pygit2.Commit).tree
    if "CODEOWNERS" not in tree:
        return []
    lines = [
        line.split() for line in call.git[tree["CODEOWNERS"].id].peel(pygit2.Blob).data.decode().splitlines()
    ]
    rules = [(words[0], words[1:]) for words in lines if words and not words[0].startswith("#")]
    found: dict[str, None] = {}
    for item in files_between(call.git, *call.state.fork(pull)):
        fits = [owners for pattern, owners in rules if _fits(pattern, item["filename"])]
        found |= dict.fromkeys(name.removeprefix("@") for name in (fits[-1] if fits else ()))
    return list(found)


def _fits(pattern: str, path: str) -> bool:
    """`*`, a folder `/name/` and a path: as much of the patterns as the tests use."""
    return (
        pattern == "*"
        or path == pattern.lstrip("/")
        or (pattern[-1] == "/" and path.startswith(pattern.lstrip("/")))
    )


@route("GET", f"{REPO}/pulls/{{number}}")
def read_pull(call: Call) -> Reply:
    return 200, detailed(call, call.pull())


@route("PATCH", f"{REPO}/pulls/{{number}}")
def change_pull(call: Call) -> Reply:
    pull = call.pull()
    if call.body.get("state") == "open" and pull.state == "closed":
        if call.state.branch(pull.branch) != pull.head_sha:
            return invalid(
                "Validation Failed", "state cannot be changed. The branch was force-pushed or recreated."
            )
        pull.state = "open"
    elif call.body.get("state") == "closed" and pull.state == "open":
        pull.state = "closed"
    pull.title, pull.body = call.body.get("title", pull.title), call.body.get("body", pull.body)
    pull.updated_at, pull.unknown_answers = stamp(), call.state.unknown_answers
    return 200, detailed(call, pull)


@route("GET", f"{REPO}/pulls/{{number}}/files")
def pull_files(call: Call) -> Reply:
    return 200, call.page(files_between(call.git, *call.state.fork(call.pull())))


_OF_ACCOUNTS = (
    "avatar_url", "events_url", "followers_url", "following_url", "gists_url", "gravatar_id", "html_url",
    "node_id", "organizations_url", "received_events_url", "repos_url", "starred_url", "subscriptions_url",
    "url",
)  # fmt: skip


def _account(name: str) -> dict[str, Any]:
    """Whole: the description lets an empty one stand there too, so that nothing is filled in."""
    there = dict.fromkeys(_OF_ACCOUNTS, f"https://github.example/{name}")
    return {**user(name), **there, "site_admin": False}


@route("GET", f"{REPO}/pulls/{{number}}/commits")
def pull_commits(call: Call) -> Reply:
    """From the oldest. An address is an account's where what stands before the @ is a collaborator's name."""

    def shown(commit: pygit2.Commit) -> dict[str, Any]:
        signed = {"author": commit.author, "committer": commit.committer}
        names = {who: each.email.partition("@")[0] for who, each in signed.items()}
        known = {
            who: _account(name) if name in call.state.collaborators else None for who, name in names.items()
        }
        emails = {who: {"email": each.email} for who, each in signed.items()}
        return {"sha": str(commit.id), **known, "commit": emails}

    pull = call.pull()
    walker = call.git.walk(pull.head_sha, pygit2.enums.SortMode.TOPOLOGICAL | pygit2.enums.SortMode.REVERSE)
    walker.hide(call.state.fork(pull)[0])
    return 200, call.page([shown(each) for each in walker])


@route("PUT", f"{REPO}/pulls/{{number}}/merge")
def merge(call: Call) -> Reply:
    pull, state = call.pull(), call.state
    approved = any(each["state"] == "APPROVED" for each in pull.reviews)
    if pull.state != "open" or (state.required_reviews and not approved):
        what = "At least 1 approving review is required by reviewers with write access."
        return 405, {"message": what if pull.state == "open" else "Pull Request is not mergeable"}
    if call.body.get("sha") not in {None, pull.head_sha}:
        return 409, {"message": "Head branch was modified. Review and try the merge again."}
    tree, base = state.merged_tree(pull), state.branch(pull.base)
    if tree is None or base is None:
        return 405, {"message": "Pull Request is not mergeable"}
    pull.merge_base = str(call.git.merge_base(base, pull.head_sha))
    signed = pygit2.Signature(call.login, f"{call.login}@users.example")
    message = f"{call.body['commit_title']}\n\n{call.body['commit_message']}"
    oid = call.git.create_commit(f"refs/heads/{pull.base}", signed, signed, message, tree, [base])
    pull.state, pull.merge_commit, pull.merged_by = "merged", str(oid), call.login
    pull.merged_at = pull.updated_at = stamp()
    return 200, {"sha": str(oid), "merged": True, "message": "Pull Request successfully merged"}


@route("POST", f"{REPO}/pulls/{{number}}/requested_reviewers")
def ask(call: Call) -> Reply:
    pull = call.pull()
    for login in call.body.get("reviewers", []):
        if login not in call.state.collaborators:
            return invalid("Reviews may only be requested from collaborators.")
        if login not in pull.asked:
            pull.asked.append(login)
    return 201, listed(call, pull)


@route("GET", f"{REPO}/pulls/{{number}}/reviews")
def reviews(call: Call) -> Reply:
    return 200, call.page(call.pull().reviews)


@route("POST", f"{REPO}/pulls/{{number}}/reviews")
def review(call: Call) -> Reply:
    pull, event = call.pull(), call.body["event"]
    if event == "APPROVE" and call.login == pull.author:
        return invalid("Unprocessable Entity", "Can not approve your own pull request")
    given = {"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}[event]
    made = {
        "id": call.state.next_id(),
        "user": user(call.login),
        "body": call.body.get("body", ""),
        "state": given,
        "submitted_at": stamp(),
        "commit_id": pull.head_sha,
    }
    pull.reviews.append(made)
    pull.asked = [login for login in pull.asked if login != call.login]
    return 200, made


@route("POST", f"{REPO}/issues/{{number}}/labels")
def label(call: Call) -> Reply:
    pull = call.pull()
    pull.labels += [name for name in call.body["labels"] if name not in pull.labels]
    return 200, [{"name": name} for name in pull.labels]
