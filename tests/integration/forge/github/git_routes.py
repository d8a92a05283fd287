"""The repository, its branches, and git data: as GitHub's documentation has them, where we ask."""

from __future__ import annotations

import base64
from typing import Any

import pygit2

from tests.integration.forge.github.routes import MISSING, REPO, Call, Reply, invalid, route, user
from tests.integration.forge.github.state import APP_LOGIN, NAME, OWNER, files_between

# ---------------------------------------------------------------- repository


@route("GET", "/user")
def who(call: Call) -> Reply:
    if call.login == APP_LOGIN:
        return 403, {"message": "Resource not accessible by integration"}
    return 200, user(call.login)


@route("GET", REPO)
def repository(call: Call) -> Reply:
    return 200, {"id": 1, "name": NAME, "full_name": f"{OWNER}/{NAME}", "default_branch": "main"}


@route("GET", f"{REPO}/collaborators/{{login}}/permission")
def permission(call: Call) -> Reply:
    login = call.parts["login"]
    found = call.state.permissions.get(login, "read")
    return 200, {"permission": found, "role_name": found, "user": user(login)}


@route("GET", f"{REPO}/branches/{{branch...}}")
def branch(call: Call) -> Reply:
    name = call.parts["branch"]
    tip = call.state.branch(name)
    if tip is None:
        return MISSING
    contexts = call.state.protected.get(name)
    protection = {
        "enabled": contexts is not None,
        "required_status_checks": {"enforcement_level": "everyone", "contexts": contexts or [], "checks": []},
    }
    return 200, {
        "name": name,
        "commit": {"sha": tip},
        "protected": contexts is not None,
        "protection": protection,
    }


@route("GET", f"{REPO}/rules/branches/{{branch...}}")
def rules(call: Call) -> Reply:
    return 200, []


@route("GET", f"{REPO}/contents/{{path...}}")
def contents(call: Call) -> Reply:
    commit = call.git[call.query["ref"]].peel(pygit2.Commit)
    try:
        entry = commit.tree[call.parts["path"]]
    except KeyError:
        return MISSING
    kind = "file" if isinstance(entry, pygit2.Blob) else "dir"
    return 200, {"type": kind, "path": call.parts["path"], "sha": str(entry.id)}


@route("GET", f"{REPO}/compare/{{range}}")
def compare(call: Call) -> Reply:
    old, new = call.parts["range"].split("...")
    fork = str(call.git.merge_base(old, new))
    return 200, {"merge_base_commit": {"sha": fork}, "files": files_between(call.git, fork, new)}


# ------------------------------------------------------------------ git data


@route("GET", f"{REPO}/git/ref/heads/{{branch...}}")
def read_ref(call: Call) -> Reply:
    tip = call.state.branch(call.parts["branch"])
    return MISSING if tip is None else (200, ref_of(call.parts["branch"], tip))


def ref_of(name: str, tip: str) -> dict[str, Any]:
    return {"ref": f"refs/heads/{name}", "object": {"type": "commit", "sha": tip}}


@route("POST", f"{REPO}/git/refs")
def create_ref(call: Call) -> Reply:
    ref, oid = call.body["ref"], call.body["sha"]
    if ref in call.git.references:
        return invalid("Reference already exists")
    if oid not in call.git.odb:
        return invalid("Object does not exist")
    call.git.references.create(ref, oid)
    return 201, ref_of(ref.removeprefix("refs/heads/"), oid)


@route("PATCH", f"{REPO}/git/refs/heads/{{branch...}}")
def move_ref(call: Call) -> Reply:
    name, new = call.parts["branch"], call.body["sha"]
    old = call.state.branch(name)
    if old is None:
        return invalid("Reference does not exist")
    if not call.body.get("force") and not call.git.descendant_of(new, old):
        return invalid("Update is not a fast forward")
    call.git.references[f"refs/heads/{name}"].set_target(new)
    return 200, ref_of(name, new)


@route("DELETE", f"{REPO}/git/refs/heads/{{branch...}}")
def delete_ref(call: Call) -> Reply:
    name = call.parts["branch"]
    if call.state.branch(name) is None:
        return invalid("Reference does not exist")
    for pull in call.state.pulls.values():
        call.state.refresh(pull)
        if pull.branch == name and pull.state == "open":
            pull.state = "closed"
    call.git.references.delete(f"refs/heads/{name}")
    return 204, None


@route("GET", f"{REPO}/git/commits/{{oid}}")
def read_commit(call: Call) -> Reply:
    found: object = call.git.get(call.parts["oid"])
    if not isinstance(found, pygit2.Commit):
        return MISSING
    parents = [{"sha": str(parent)} for parent in found.parent_ids]
    return 200, {
        "sha": str(found.id),
        "message": found.message,
        "tree": {"sha": str(found.tree_id)},
        "parents": parents,
    }


@route("POST", f"{REPO}/git/commits")
def write_commit(call: Call) -> Reply:
    body = call.body
    author = body["author"]
    signed = pygit2.Signature(author["name"], author["email"])
    oid = call.git.create_commit(None, signed, signed, body["message"], body["tree"], body["parents"])
    call.parts["oid"] = str(oid)
    return 201, read_commit(call)[1]


@route("POST", f"{REPO}/git/blobs")
def write_blob(call: Call) -> Reply:
    return 201, {"sha": str(call.git.create_blob(base64.b64decode(call.body["content"])))}


@route("GET", f"{REPO}/git/blobs/{{oid}}")
def read_blob(call: Call) -> Reply:
    found: object = call.git.get(call.parts["oid"])
    if not isinstance(found, pygit2.Blob):
        return MISSING
    content = base64.encodebytes(found.data).decode()
    return 200, {"sha": str(found.id), "encoding": "base64", "content": content}


@route("POST", f"{REPO}/git/trees")
def write_tree(call: Call) -> Reply:
    git, index = call.git, pygit2.Index()
    if "base_tree" in call.body:
        index.read_tree(git[call.body["base_tree"]].peel(pygit2.Tree))
    for entry in call.body["tree"]:
        if "content" in entry:
            oid = git.create_blob(entry["content"].encode())
        elif entry["sha"] is None:
            if entry["path"] not in index:
                return invalid("GitRPC::BadObjectState")
            index.remove(entry["path"])
            continue
        else:
            oid = pygit2.Oid(hex=entry["sha"])
        index.add(pygit2.IndexEntry(entry["path"], oid, pygit2.enums.FileMode(int(entry["mode"], 8))))
    return 201, {"sha": str(index.write_tree(git))}
