"""Containers: what runs inside, and what of the host they are given."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN

_HOST_MOUNT: Final = re.compile(
    r"(?:(?:type=bind,)?(?:source|src)=)?(/|/etc|/var/run/docker\.sock|/root|/home|/proc|/sys|/dev|/boot)/?(?::|,|$).*"
)


def run(call: Call) -> None:
    """The command after the container's or image's name; mounts of the host's own folders."""
    for option in call.arguments.options:
        value = option.value.text if option.value is not None else ""
        if option.name in ("-v", "--volume", "--mount") and _HOST_MOUNT.match(value):
            call.say(
                DANGEROUS,
                "containers.host-mount",
                f"gives the container the host's {value.split(':')[0]}",
                word=option.word,
            )
        if option.name == "--entrypoint" and value and call.arguments.positionals:
            tail = [option.value, *call.arguments.positionals[1:]] if option.value is not None else []
            if tail:
                call.judge.words([word for word in tail if word is not None], call.place)
    positionals = call.arguments.positionals
    at = next((at for at, word in enumerate(call.words) if positionals and word is positionals[0]), None)
    if at is not None and at + 1 < len(call.words):
        call.judge.words(call.words[at + 1 :], call.place)


def exec_option(call: Call) -> None:
    """Tools that take a command as the value of an option: `ssh -c`, `--command`."""
    for name in ("-c", "--command", "-C", "--cmd"):
        value = call.arguments.value_of(name)
        if value is not None and OPAQUE not in value.text and " " in value.text:
            call.judge.inner(value.text, value.start, value.end, f"{call.rule.id}.command")
    for at, word in enumerate(call.words):
        if word.text in ("-c", "--command", "-C", "--cmd") and at + 1 < len(call.words):
            value = call.words[at + 1]
            call.judge.inner(value.text, value.start, value.end, f"{call.rule.id}.command")


_TEMPLATE: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_FIELD: Final = re.compile(r"(?<![\w)\]])\.((?:[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)?)|\$(?![\w.])")
_WHOLE: Final = re.compile(
    r"|(?:info\.)?(?:config|runtimeSpec|runtimeSpec\.process|info)|Config|ContainerConfig|(?:Previous)?Spec(?:\.TaskTemplate(?:\.ContainerSpec)?)?|.*(?i:env).*"
)
"""Fields of an inspected object that hold the variables of a container: the object itself comes first."""
_WITHOUT_VARIABLES: Final = frozenset({"network", "volume", "node", "plugin", "pod", "config"})


def _shows_variables(template: str) -> bool:
    """Whether a Go template prints the variables of a container, or the whole of what holds them."""
    inner = " ; ".join(_TEMPLATE.findall(template))
    if not inner or ('"' in inner and "index" in inner and re.search(r"index\s+[.$]\s", inner)):
        return True
    inner = re.sub(r'"[^"]*"', '""', inner)
    fields = [match.group(1) or "" for match in _FIELD.finditer(inner)]
    inside = re.search(r"\b(?:range|with)\b[^;]*\.[A-Za-z]", inner) is not None
    return any(_WHOLE.fullmatch(field) is not None for field in fields if field or not inside) or (
        inside and re.search(r"\b(?:range|with)\b[^;]*(?<![\w)\]])[.$](?![\w.])", inner) is not None
    )


def inspect(call: Call) -> None:
    """`inspect` shows the variables of a container, unless a template chooses other facts."""
    kind = call.arguments.value_of("--type", "-t")
    if kind is not None and kind.text in _WITHOUT_VARIABLES:
        return
    given = [o.value for o in call.arguments.options if o.name in ("-f", "--format", "--template")]
    if given and all(value is not None and not _shows_variables(value.text) for value in given):
        if any(value is not None and OPAQUE in value.text for value in given):
            call.say(UNKNOWN, "containers.format", "what it shows is known only when it runs")
        return
    call.say(CAUTION, "secrets.read", "shows the variables of a container, which may hold secrets")
    call.judge.shared.sensitive = call.judge.judgements[-1]


_PS_VALUES: Final = frozenset("oOkCGgUupqstN")
"""Letters of ps, last in a word, that take the next word (ps(1) of procps 4)."""
_PS_LONG: Final = frozenset(
    "--format --sort --user --User --group --Group --pid --ppid --cols --width".split()
)
_PS_READ_AGAIN: Final = re.compile(r"-[axugw]*u[axwfuglj]*e[axwefugljH]*")
"""`-auxe`: there is no user named xe, so ps reads it again as `auxe`."""
_PODMAN_COLUMNS: Final = frozenset(
    "args capamb capbnd capeff capinh capprm comm cpu "
    "elapsed etime group groups hgroup hgroups hpid huser label "
    "nice pcpu pgid pid ppid rgroup rss ruser seccomp state stime time tty user vsz".split()
)
"""Columns of `podman top` (podman-top(1), version 5)."""


def top(call: Call) -> None:
    """`top CONTAINER …`: what stands behind the name are options of the host's ps."""
    if call.path[-1:] != ("top",) or "compose" in call.path or not call.arguments.positionals:
        return
    latest = call.arguments.has("-l", "--latest")
    first = call.arguments.positionals[0]
    at = next(at for at, word in enumerate(call.words) if word is first)
    rest = call.words[at + (0 if latest else 1) :]
    if call.tool.name == "podman" and all(_are_columns(word.text) for word in rest):
        return
    if any(not word.literal for word in rest):
        call.say(UNKNOWN, "containers.top", "what of the processes it prints is known only when it runs")
    if _ps_shows_variables([word.text for word in rest]):
        call.say(CAUTION, "secrets.read", "prints the variables of processes, secrets included")


def _are_columns(text: str) -> bool:
    return all(part.lower() in _PODMAN_COLUMNS for part in text.split(","))


def _ps_shows_variables(texts: list[str]) -> bool:
    """The BSD letters e and E, without a hyphen, or a column of variables."""
    taken = False
    for text in texts:
        if taken or text.startswith("--") or not re.fullmatch(r"-?[A-Za-z]+", text):
            shows = "env" in text.lower()
            taken = not taken and text in _PS_LONG
        elif text.startswith("-"):
            shows = "env" in text or "E" in text or _PS_READ_AGAIN.fullmatch(text) is not None
            taken = text[-1] in _PS_VALUES
        else:
            shows = bool({"e", "E"} & set(text))
            taken = text[-1] in _PS_VALUES
        if shows:
            return True
    return False


HANDLERS: Final[dict[str, Handler]] = {
    "container_run": run,
    "containers_inspect": inspect,
    "containers_top": top,
    "exec_option": exec_option,
}
