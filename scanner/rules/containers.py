"""Containers: what runs inside, and what of the host they are given."""

from __future__ import annotations

import re
from typing import Final

from scanner.call import Call, Handler
from scanner.judgement import DANGEROUS
from scanner.words import OPAQUE

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


HANDLERS: Final[dict[str, Handler]] = {"container_run": run, "exec_option": exec_option}
