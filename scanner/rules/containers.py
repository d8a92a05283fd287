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


HANDLERS: Final[dict[str, Handler]] = {
    "container_run": run,
    "containers_inspect": inspect,
    "exec_option": exec_option,
}
