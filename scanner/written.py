"""The files that a call writes: devices, and what the system or its services depend on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.judgement import DANGEROUS
from scanner.paths import is_device, is_protected, normal_path
from schemas.verdict import Reversibility

if TYPE_CHECKING:
    from scanner.call import Call
    from scanner.word import Word


def judge_protected_writes(call: Call) -> None:
    """Raise a call that writes onto one of them."""
    for word in _written(call):
        path = normal_path(word.text)
        if is_device(path) or is_protected(path):
            what = "a device" if is_device(path) else "something that the system or its services depend on"
            why = f"{call.tool.name} changes {word.text}, {what}"
            call.say(
                DANGEROUS, "write.protected", why, resources=(path,), reversibility=Reversibility.IRREVERSIBLE
            )
            break


def _written(call: Call) -> list[Word]:
    positionals = call.arguments.positionals
    if call.rule.writes == "arguments":
        return positionals
    if call.rule.writes == "last":
        return positionals[-1:]
    if call.rule.writes == "rest":
        return positionals[1:]
    return []
