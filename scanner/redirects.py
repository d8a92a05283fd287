"""Redirections: where output goes, and what input gives away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from scanner.escapes import OPAQUE
from scanner.file_arguments import decided_by_data
from scanner.globs import may_be_raw, may_be_secret
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN, Judgement
from scanner.paths import is_device, is_protected, is_raw_storage, is_sensitive, names_a_secret, normal_path
from schemas.verdict import Reversibility

if TYPE_CHECKING:
    from scanner.judge import Judge
    from scanner.reading import Redirect
    from scanner.word import Word

_DISCARDS: Final = frozenset(
    {"/dev/null", "/dev/stdout", "/dev/stderr", "/dev/tty", "/dev/full", "/dev/zero"}
)


def judge_redirect(judge: Judge, redirect: Redirect) -> None:
    """Add what one redirection does to files, devices and networks."""
    text = redirect.target.text
    path = normal_path(text)
    start, end = redirect.start, redirect.end
    if path.startswith(("/dev/tcp/", "/dev/udp/")):
        judge.add(
            Judgement(
                DANGEROUS, "redirect.network", "data goes to or comes from a network socket", start, end
            )
        )
    elif redirect.operator in ("<", "<&"):
        if (
            any(_holds(redirect.target, one) for one in judge.shared.from_folders(path))
            or names_a_secret(path)
            or decided_by_data(redirect.target)
        ):
            why = f"{text.replace(OPAQUE, '…')} holds secrets, or may"
            found = Judgement(CAUTION, "secrets.read", why, start, end)
            if judge.shared.sensitive != found:  # a list may tell of it twice
                judge.add(found)
            judge.shared.sensitive = found
    elif (redirect.operator == ">&" and (text.rstrip("-").isdigit() or text == "-")) or (
        redirect.target.literal and path in _DISCARDS
    ):
        return
    else:
        _judge_write(judge, path, text, redirect)


def _holds(target: Word, path: str) -> bool:
    """Whether a file that is read holds secrets, or may by its pattern."""
    if is_sensitive(path) or is_raw_storage(path):
        return True
    word = target._replace(text=path)
    return target.pattern and (may_be_secret(word) or may_be_raw(word))


def _judge_write(judge: Judge, path: str, text: str, redirect: Redirect) -> None:
    start, end = redirect.start, redirect.end
    if is_device(path):
        why = f"output goes straight onto the device {text}"
        judge.add(
            Judgement(DANGEROUS, "redirect.device", why, start, end, (path,), Reversibility.IRREVERSIBLE)
        )
    elif is_protected(path):
        why = f"output overwrites or extends {text}, which the system or its services read"
        judge.add(
            Judgement(DANGEROUS, "redirect.protected", why, start, end, (path,), Reversibility.IRREVERSIBLE)
        )
    elif text.startswith(OPAQUE) or not redirect.target.certain:
        why = "output goes to a file whose name is known only when it runs"
        judge.add(Judgement(UNKNOWN, "redirect.dynamic", why, start, end))
    else:
        shown = text.replace(OPAQUE, "…")
        why = (
            f"output is appended to {shown}"
            if ">>" in redirect.operator
            else f"output replaces what is in {shown}"
        )
        judge.add(Judgement(CAUTION, "redirect.file", why, start, end, (shown,)))
