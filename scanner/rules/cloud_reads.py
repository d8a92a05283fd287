"""The reading forms of clouds: a known verb, known options, and nothing that is a secret by its name."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, matches
from scanner.options import Option
from scanner.tables import names
from scanner.word import Word

MAX_PATH: Final = 6
"""Words of groups and verb that are looked at; no cloud nests deeper."""
_READ_VERBS: Final = frozenset(
    "list ls describe show get status info version read tail logs whoami help get-iam-policy list-grants "
    "search get-server-config get-ancestors get-value usage get-health exists ratelimit get-upgrades "
    "get-instance-view get-versions get-history get-operation-status get-serial-port-output "
    "test-iam-permissions "
    "list-instances list-locations list-sizes list-skus list-usage list-usages list-runtimes list-deleted "
    "list-ip-addresses list-vm-resize-options list-errors list-tags list-member list-deployments "
    "list-grantable-roles list-testable-permissions list-versions list-jobs list-operations".split()
)
_ALONE: Final = frozenset({"version", "info", "help", "status", "logs", "ls", "list"})
"""Reading verbs that may stand first, with a name behind them: `fly logs`, `vercel ls project`."""
_VERB_FIRST: Final = frozenset({"nova", "cinder"})
DESTROYS: Final = re.compile(
    r"(?:.*[:-])?(?:delete|destroy|remove|rm|purge|terminate|deprovision|reset|wipe|detach|revoke|disable|delete-batch|"
    r"delete-access|leave|drop|deallocate|scale-down|abandon-instances|delete-instances)(?:-.*)?"
)
_MAY_DESTROY: Final = re.compile(
    "delete|destroy|remove|rm|purge|terminate|deprovision|reset|wipe|detach|revoke|disable|leave|drop|"
    "deallocate|scale-down|abandon-instances"
)
SECRETS: Final = re.compile(
    r"(?i)secrets?|keyvault|access-?keys?|passw|passphrase|credentials?|auth(?:-token)?|print-access-token|keys?\b|"
    r"connection-?strings?|tokens?|ssm|publish|appsettings|kubeconfig|sas\b|admin-user|dbaas|variables?"
)
_PLURAL: Final = re.compile(r"[a-z]{2,}[^s-]s")
"""Nouns in the plural name groups in every one of these tools; verbs have no such ending."""
_WORD: Final = re.compile(r"[a-z][a-z0-9-]*(?::[a-z0-9-]+)*")
_FROM_ELSEWHERE: Final = re.compile(r"@.*|(?:file|fileb):.*|[^\[{(' ]*://.*")
"""A value that is read from a file, or names another server."""
_PLACES: Final = frozenset(
    {
        "--region",
        "--regions",
        "--zone",
        "--zones",
        "-z",
        "--location",
        "-l",
        "--account-name",
        "--os-region-name",
    }
)
"""Options whose value becomes a part of a host's name."""
_NO_PLACE: Final = re.compile(r".*[/@#?\\:%].*")


def destroys(path: list[str]) -> bool:
    """Whether a word of a path is a verb that destroys or takes away; one look at all of them for most."""
    found = _MAY_DESTROY.search(" ".join(path))
    return found is not None and any(DESTROYS.fullmatch(part) for part in path)


def shows_secrets(path: list[str]) -> bool:
    """Whether a word of a path speaks of secrets; no pattern of them fits over a line's end."""
    return SECRETS.search("\n".join(path)) is not None


def path_of(call: Call) -> list[str]:
    """The leading plain words: groups and verb of a cloud tool."""
    found: list[str] = []
    skip = doubtful = False
    for word in call.words[1:]:
        if skip:
            skip = False
            continue
        if word.text.startswith("-"):
            if found:
                break
            skip = word.text in call.tool.values
            doubtful = not skip
            continue
        if not word.literal or not _WORD.fullmatch(word.text):
            if doubtful and not found:  # the value of an option that no list knows
                doubtful = False
                continue
            break
        found.append(word.text)
    return found[:MAX_PATH]


def words_of(call: Call) -> list[str]:
    """The same, past listed options between groups: for what must not be overlooked, not for reads.

    A letter may take a value in one command and none in another, so a path through options proves no read.
    """
    flags = call.tool.flags or ()
    words, found, skip = call.words[1:], path_of(call), False
    if len(found) == len(words):
        return found
    plain: list[str] = []
    for word in words:
        if skip:
            skip = False
        elif word.text.startswith("-"):
            skip = word.text in call.tool.values
            if plain and not (skip or word.text in flags or "=" in word.text):
                break
        elif not word.literal or not _WORD.fullmatch(word.text):
            break
        else:
            plain.append(word.text)
    return plain[:MAX_PATH] if plain[: len(found)] == found else found


def reads(call: Call) -> str | None:
    """Why a call only reads: 1. help; 2. nothing that is secret by its name; 3. options that are listed for
    the tool, with values of this place; 4. a reading verb in verb position, nothing destructive before it.
    """
    path = path_of(call)
    if call.words[-1].text == "--help" and len(call.words) == len(path) + 2:  # 1
        return "prints help"
    if path == ["auth", "list"] and len(call.words) == 3:
        return "lists the accounts that are signed in"
    runs = "ssh" in path or ("run" in path[:-1] and "services" not in path)
    if _may_show_secrets(call, path) or _shows_keys(call) or runs:  # 2
        return None
    if not _options_only_read(call):  # 3
        return None
    verb_at = _verb_at(call.tool.name, path)  # 4
    if verb_at is None or destroys(path[: verb_at + 1]):
        return None
    return "only reads from the cloud"


def _may_show_secrets(call: Call, path: list[str]) -> bool:
    """By a group's name, by the list of the tables, or by what is asked of the settings."""
    if shows_secrets(path[:-1]):
        return True
    listed = names("cloud_shows_secrets")
    for asked_for in _as_one(call, [part for part in path if part not in ("alpha", "beta")]):
        full = call.tool.name
        for part in asked_for:
            full += " " + part
            if full in listed:
                return True
    asked = call.arguments.positionals if "config" in path else ()
    return any(SECRETS.search(word.text) for word in asked)


def _as_one(call: Call, path: list[str]) -> list[list[str]]:
    """The path, and for a list in a chosen form what shows one item: such a list may show all of each."""
    if not call.arguments.has("--format", "--flatten", "--output", "-o"):
        return [path]
    return [[verb if part == "list" else part for part in path] for verb in ("list", "describe", "get")]


_KEYS_SHOWN: Final = re.compile(
    r"masterauth|clientkey|metadata(?!\.(?:name|namespace|uid|generation|creationtimestamp|labels|annotations)\b)"
)


def _shows_keys(call: Call) -> bool:
    """A form that asks for keys of a cluster, or for what machines are given: start-up scripts."""
    if call.tool.name != "gcloud":
        return False
    forms = [o.value for o in call.arguments.options if o.name in ("--format", "--flatten")]
    texts = [re.sub(r"\s", "", value.text).lower() for value in forms if value is not None]
    return any(_KEYS_SHOWN.search(text) is not None for text in texts)


def _options_only_read(call: Call) -> bool:
    given = call.arguments
    if given.doubtful or "--" in [word.text for word in call.words]:
        return False
    return all(_only_reads(call, option) for option in given.options) and not any(
        word.text.startswith(("@", "file:", "fileb:")) for word in given.positionals
    )


def _only_reads(call: Call, option: Option) -> bool:
    """Whether the tool lists the option as one of a reading call, and its value leads nowhere else."""
    tool = call.tool
    raised = tool.raises.get(option.name)
    if raised is not None and matches(raised, option) is not False:
        return False
    if option.abbreviated or not (option.name in tool.values or option.name in (tool.flags or ())):
        return False
    return option.value is None or _stays(option.name, option.value)


def _stays(name: str, value: Word) -> bool:
    if name in _PLACES and _NO_PLACE.fullmatch(value.text) is not None:
        return False
    return _FROM_ELSEWHERE.fullmatch(value.text) is None


def _verb_at(tool: str, path: list[str]) -> int | None:
    """Where a reading verb stands; None where a word before it may be the verb.

    Only groups, which are nouns, stand before a verb: `instances list`. In `instances stop list` the verb is
    `stop`, and `list` is the name of an instance.
    """
    for at, part in enumerate(path):
        if part in _READ_VERBS:
            alone = at > 0 or len(path) == 1 or part in _ALONE or tool in _VERB_FIRST
            return at if alone else None
        if tool in _VERB_FIRST or not _is_group(tool, part):
            return None
    return None


def _is_group(tool: str, part: str) -> bool:
    if part == "sql" and tool not in ("gcloud", "az"):
        return False
    return part in names("cloud_groups") or _PLURAL.fullmatch(part) is not None
