"""git and the forges' tools: forms of one verb that list, make or throw away."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.paths import normal_path
from scanner.rules.requests import overrides
from schemas.verdict import Reversibility

_FINAL: Final = Reversibility.IRREVERSIBLE
_LISTS: Final = frozenset(
    {
        "-l",
        "--list",
        "--contains",
        "--no-contains",
        "--merged",
        "--no-merged",
        "--points-at",
        "-n",
        "--show-current",
        "--get",
        "--get-all",
        "--get-regexp",
        "--name-only",
    }
)


_SHOWS_SETTINGS: Final = ("-l", "--list", "--get-regexp", "--regexp")
"""Options of `git config` that print many settings, `http.*.extraheader` and `remote.*.url` among them."""


def list_or_make(call: Call) -> None:
    """branch, tag, remote, config …: with a name and no listing option they make or change something."""
    verb, positionals, options = call.path[0], call.arguments.positionals, call.arguments
    read(call)
    if verb == "branch" and (
        options.has("-D") or (options.has("-d", "--delete") and options.has("-f", "--force"))
    ):
        call.say(
            DANGEROUS,
            "git.branch-delete",
            "deletes a branch even where it is not merged",
            resources=[word.text for word in positionals if word.known],
            reversibility=_FINAL,
        )
    elif options.has(
        "-d",
        "--delete",
        "-m",
        "-M",
        "-f",
        "--force",
        "--move",
        "--copy",
        "--set-upstream-to",
        "--unset-upstream",
        "--edit-description",
        "-e",
        "--edit",
        "-s",
        "--sign",
        "--annotate",
        "--rename-section",
        "--remove-section",
        "--unset",
        "--unset-all",
        "--add",
        "--replace-all",
        "-c",
        "-C",
        "-u",
    ) or (verb != "branch" and options.has("-a")):
        call.say(CAUTION, "git.change", f"changes a {verb}")
    elif verb == "stash" and not positionals:
        call.say(CAUTION, "git.stash", "puts changes aside")
    elif verb == "config":
        first = positionals[0].text if positionals else "list"
        if first in ("set", "unset", "edit") or (len(positionals) > 1 and first not in ("get", "list")):
            call.say(CAUTION, "git.config", "changes a setting of git, which may name programs to run")
        elif (positionals and first == "list") or options.has(*_SHOWS_SETTINGS):
            call.say(CAUTION, "secrets.read", "shows settings that may hold tokens or passwords in addresses")
    elif positionals and not any(option.name in _LISTS for option in options.options):
        call.say(CAUTION, "git.make", f"makes or changes a {verb}")


def read(call: Call) -> None:
    """Another repository: its settings name programs that git starts (core.fsmonitor)."""
    before = [word.text for word in call.words[: _verb_index(call)]]
    if any(text.startswith("-C") for text in before):
        call.say(UNKNOWN, "git.foreign-repository", "the settings of another repository can start programs")
        return
    for folder in call.judge.shared.folders:
        if OPAQUE in folder or _OPEN_TO_ALL.match(normal_path(folder)) is not None:
            why = f"the settings of the repository in {folder.replace(OPAQUE, '…')} can start programs"
            call.say(UNKNOWN, "git.foreign-repository", why)
            return


def _verb_index(call: Call) -> int:
    verb = call.path[0] if call.path else ""
    return next((at for at, word in enumerate(call.words) if at and word.text == verb), len(call.words))


_OPEN_TO_ALL: Final = re.compile(r"/(?:tmp|var/tmp|dev/shm|mnt|media)(?:/|$)")


def write(call: Call) -> None:
    """checkout, restore, reset, rm: the forms that throw uncommitted work away."""
    verb, texts = call.path[0], [word.text for word in call.words]
    positionals = [word.text for word in call.arguments.positionals]
    if (
        (verb == "checkout" and ("--" in texts or "." in positionals or "./" in positionals))
        or (verb == "restore" and not call.arguments.has("--staged", "-S"))
        or (verb == "restore" and call.arguments.has("--worktree", "-W"))
    ):
        call.say(
            DANGEROUS,
            "git.discard",
            "throws changes to files away that are not committed",
            reversibility=_FINAL,
        )
    elif verb == "rm" and call.arguments.has("-r", "-f"):
        call.say(
            DANGEROUS,
            "git.remove-tree",
            "removes a whole tree of files",
            resources=positionals,
            reversibility=_FINAL,
        )
    elif verb == "checkout" and call.arguments.has("-f", "--force"):
        call.say(DANGEROUS, "git.discard", "throws changes away that are not committed", reversibility=_FINAL)
    elif call.path == ("bisect", "run") or call.path == ("submodule", "foreach"):
        call.judge.inner(" ".join(positionals), call.start, call.end, "git.runs")
    elif verb == "clone" and any(re.match(r"ext::|-", text) for text in positionals):
        call.say(UNKNOWN, "git.clone-transport", "a transport that runs a program")


_ENVIRONMENT: Final = re.compile(r"(?s).*\$(?:\s|#[^\n]*\n)*ENV\b.*|(?:.*[^\w.$])?env(?:[^\w:].*)?")


def filtered(call: Call) -> None:
    """`--jq`: gh runs the filter with the environment in it (go-gh, jq.Evaluate)."""
    given = [o.value for o in call.arguments.options if o.name in ("-q", "--jq") and o.value is not None]
    if any(_ENVIRONMENT.fullmatch(value.text) is not None or OPAQUE in value.text for value in given):
        call.say(CAUTION, "secrets.read", "prints variables, which may hold secrets")


def api(call: Call) -> None:
    """gh api: GET reads; a method or a field makes it a change."""
    filtered(call)
    method = call.arguments.value_of("-X", "--method")
    if method is not None and method.text.upper() == "DELETE":
        call.say(DANGEROUS, "forge.api-delete", "deletes through the API of the forge", reversibility=_FINAL)
    elif method is not None and OPAQUE in method.text:
        call.say(UNKNOWN, "forge.api-method", "the method is known only when it runs")
    elif (method is not None and method.text.upper() not in ("GET", "HEAD")) or (
        method is None and call.arguments.has("-f", "-F", "--raw-field", "--field", "--input")
    ):
        call.say(CAUTION, "forge.api-write", "changes something through the API of the forge")
    if any(_SHOWN_BY_API.match(word.text) is not None for word in call.arguments.positionals):
        call.say(CAUTION, "secrets.read", "shows variables of pipelines, which may be secrets")
    fields = (o.value for o in call.arguments.options if o.name in ("-F", "--field") and o.value is not None)
    if any("=@" in value.text for value in fields):
        call.say(CAUTION, "forge.api-file", "sends what is in a file to the forge")
    headers = (o.value for o in call.arguments.options if o.name in ("-H", "--header"))
    if overrides([value.text for value in headers if value is not None]) is not None:
        call.say(CAUTION, "forge.api-write", "a header asks for another method than is shown")


_SHOWN_BY_API: Final = re.compile(
    r"(?i)/?(?:api/v4/)?(?:(?:(?:projects|groups)/[^?]*|admin/ci)/(?:variables|triggers|deploy_tokens|hooks"
    r"|pipeline_schedules/\d|feature_flags_user_lists|secure_files|unleash)|hooks|deploy_tokens)(?:[/?\d]|$)"
)
"""GitLab's REST API: variables, tokens of triggers and deployments, addresses of hooks, all in full."""


HANDLERS: Final[dict[str, Handler]] = {
    "git_list": list_or_make,
    "git_read": read,
    "git_write": write,
    "forge_api": api,
    "forge_read": filtered,
}
READERS: Final[dict[str, Reader]] = {}
