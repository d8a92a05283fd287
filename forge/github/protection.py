"""Who may change a repository on GitHub: what guards a branch (branch protection and rulesets together), and
what an account may do.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from forge.github.address import GitHubAddress
from forge.github.answers import Document, at, items, text_at
from forge.github.client import PAGE, GitHubClient
from forge.pull_requests import Protection

_GUARDS: Final = frozenset({"pull_request", "required_status_checks", "update"})
"""Rules of a ruleset that keep a push out."""


def read_protection(client: GitHubClient, address: GitHubAddress, branch: str) -> Protection:
    """As far as the credential may see it; a branch that is not there is not protected."""
    name = quote(branch, safe="/")
    answer = client.call("GET", f"{address.path}/branches/{name}", "look at a branch", allow=(404,))
    if answer.status == 404:
        return Protection(branch, False, True, ())
    contexts = at(answer.document, "protection", "required_status_checks", "contexts")
    checks = [text for text in (contexts if isinstance(contexts, list) else ()) if isinstance(text, str)]
    rules = _rules(client, address, name)
    checks += [
        text_at(check, "context")
        for rule in rules
        if rule.get("type") == "required_status_checks"
        for check in items(at(rule, "parameters", "required_status_checks") or [])
    ]
    guarded = bool(_GUARDS & {rule.get("type") for rule in rules})
    protected = at(answer.document, "protected") is True or guarded
    return Protection(branch, protected, not protected, tuple(dict.fromkeys(checks)))


def _rules(client: GitHubClient, address: GitHubAddress, name: str) -> list[Document]:
    """The rulesets' rules for a branch; none where this GitHub has no rulesets."""
    path = f"{address.path}/rules/branches/{name}"
    answer = client.call("GET", path, "look at a branch's rules", params={"per_page": PAGE}, allow=(403, 404))
    return items(answer.document) if answer.status == 200 else []


def read_permission(client: GitHubClient, address: GitHubAddress, login: str) -> str:
    """What an account may do: `admin`, `write` (GitHub's `maintain`, too), `read` (`triage`, too) or `none`.

    Raises ForgeRefused where the credential may not see it.
    """
    path = f"{address.path}/collaborators/{quote(login, safe='')}/permission"
    answer = client.call("GET", path, "look at what somebody may do", allow=(404,))
    return "none" if answer.status == 404 else text_at(answer.document, "permission")
