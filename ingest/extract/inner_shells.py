"""Shells that a command opens elsewhere: on another host, in a container, as another user. What the text
types into one is no command of the runbook, which would run it outside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ingest.extract.command_forms import without_placeholders
from ingest.extract.drafts import Draft, Extraction
from ingest.extract.spoken import without_comment

_SHELL: Final = r"(?:/(?:usr/)?bin/)?(?:bash|sh|ash|zsh|ksh|dash)(?:\s+-(?:l|i|li|il))?"
_BEFORE: Final = re.compile(
    r"(?:[A-Za-z_]\w{0,40}=[^\s;|&]{0,80}\s+){0,5}"
    r"(?:(?:sudo|doas)\s+(?:(?:-[EHnkb]+|-[ugp]\s+\S+|-[ug]\S+|--(?:user|group)[= ]\S+)\s+){0,4}(?=[^\s-]))?"
    r"(?:(?:sshpass\s+(?:-e|-[pf]\s*\S+)|winpty|time|exec)\s+)?"
)
"""What a command gets before its name: settings, another user, a password."""
_OPENS: Final = re.compile(
    rf"(?:kubectl|oc|k)\s(?:[^|;&<>]{{1,120}}\s)?(?:exec|run|debug)\s[^|;&<>]{{1,400}}\s(?:--\s+)?{_SHELL}|"
    r"(?:kubectl|oc|k)\s(?:[^|;&<>]{1,120}\s)?(?:debug|attach)\s(?:[^|;&<>]{1,400}\s)?-(?:it|ti|i)"
    r"(?:\s(?!--\s)[^|;&<>\s]{1,80}){0,8}|"
    rf"(?:docker|podman|nerdctl|crictl|lxc|docker-compose|incus|ctr)\s+(?:compose\s+)?(?:exec|"
    rf"run)\s[^|;&<>]{{1,400}}\s{_SHELL}|"
    r"oc\s+(?:-n\s+\S+\s+)?(?:rsh|debug)(?:\s+(?:-[nc]\s+[^\s-]\S{0,100}|--?[a-z-]{2,30}(?:=\S{1,100})?)){0,6}"
    r"\s+[^\s|;&<>-][^\s|;&<>]{0,120}(?:\s+-[nc]\s+\S{1,100}){0,2}|kubectl\s+node-shell\s+\S+|"
    r"(?:gcloud\s+compute|vagrant|minikube|az|tsh|fly|flyctl|heroku|aws\s+ecs|eb|doctl\s+compute|multipass)\s+(?:ssh|shell)(?:\s+(?!--command|-c\b)[^\s|;&]+){0,12}|"
    r"aws\s+ssm\s+start-session(?:\s[^|;&]{1,200})?|"
    r"sudo\s+(?:-[EHn]+\s+)?(?:-u\s+\S+\s+)?(?:-[EH]{0,2}(?:i|s)[EH]{0,2}|--login|--shell)(?:\s+-u\s+\S+)?|"
    r"sudo\s+-iu\s+\S+|"
    r"su(?:\s+-)?(?:\s+-l|\s+--login)?(?:\s+[a-z_][\w-]{0,40})?(?:\s+-)?|"
    r"runuser\s+(?:-l?|--login)\s+(?:-u\s+)?\w[\w-]{0,40}|"
    rf"{_SHELL}|chroot\s+\S+(?:\s+{_SHELL})?|nsenter\s[^|;&<>]{{1,200}}|"
    rf"ip\s+netns\s+exec\s+\S+\s+{_SHELL}|"
    r"(?:virsh\s+console|pct\s+(?:enter|console)|qm\s+terminal|lxc-attach|lxc\s+shell|machinectl\s+(?:shell|login)|"
    r"systemd-nspawn|docker\s+attach|podman\s+attach)\s+[^|;&<>]{1,200}|"
    r"tmux(?:\s+(?:new|attach|a|new-session)\b[^|;&]{0,60})?|screen(?:\s+-\S+){0,3}"
)
_SSH: Final = re.compile(r"(?:ssh|mosh|autossh)\s+(?P<words>[^|;&<>`]{1,400})")
_TAKES_VALUE: Final = frozenset("-i -p -l -o -J -F -L -R -D -b -c -e -m -w -W -E -S -B -I".split())
_REMOTE: Final = re.compile(r"(?:sudo\s+)?(?:ssh|mosh)\s")
_NO_SHELL: Final = re.compile(r"^-[a-zA-Z]*[NfOVQGT]")
_LEAVES: Final = re.compile(
    r"(?i)^\W*(?:\d+[.)]\s*)?(?:exit|logout|quit|\\q|ctrl[ -+]?d|log ?out\b|disconnect\b|"
    r"leave the (?:shell|container|pod|"
    r"host|server|session|node)|exit (?:the|from|out|ssh)\b|close the (?:session|connection|shell))"
)
_OUTSIDE: Final = re.compile(
    r"(?i)\b(?:back (?:on|in|at)|on your (?:own )?(?:laptop|machine|workstation|computer|host)|locally|"
    r"from your|"
    r"from (?:the|a) (?:bastion|jump|admin|control)|outside (?:of )?the)\b"
)


def opens_shell(command: str) -> bool:
    """Whether a command line opens a shell that stays open for the lines below."""
    text = without_placeholders(without_comment(command.strip()))
    given = _BEFORE.match(text)
    return _opens(text) or (given is not None and given.end() > 0 and _opens(text[given.end() :]))


def _opens(text: str) -> bool:
    ssh = _SSH.fullmatch(text)
    if ssh is not None:
        return _is_login(ssh["words"].split())
    return _OPENS.fullmatch(text) is not None


def _is_login(words: Sequence[str]) -> bool:
    """Whether the words of `ssh` name a host and nothing to run there, or a shell."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        if _NO_SHELL.match(words[at]):
            return False
        at += 2 if words[at] in _TAKES_VALUE else 1
    if at >= len(words):
        return False
    rest, at = words[at + 1 :], 0
    while at < len(rest) and rest[at].startswith("-"):
        if _NO_SHELL.match(rest[at]):
            return False
        at += 2 if rest[at] in _TAKES_VALUE else 1
    inner = " ".join(rest[at:]).strip("'\"")
    return not inner or opens_shell(inner)


def typed_inside(found: Extraction) -> Extraction:
    """The findings in which what is typed into a shell opened elsewhere is typed there by a person."""
    opened: Draft | None = None
    drafts: list[Draft] = []
    for at, draft in enumerate(found.drafts):
        if opened is not None and (
            _ends(opened, draft) or _is_outside(opened, draft) or _next_part(found.drafts, at, opened)
        ):
            left, opened = opened, None
            if draft.kind == "command" and _LEAVES.match(draft.text):
                drafts.append(_inside(draft, left))
                continue
        if draft.kind == "command" and draft.dialect == "shell" and not draft.undoing:
            if opened is not None and not _goes_elsewhere(draft.text):
                drafts.append(_inside(draft, opened))
                continue
            opened = draft if opens_shell(draft.text) else None
        drafts.append(draft)
    return replace(found, drafts=drafts)


def _goes_elsewhere(command: str) -> bool:
    """Whether a command logs in to another host, as texts tell it of one after the other: it only opens."""
    return _REMOTE.match(command.strip()) is not None and opens_shell(command)


def _ends(opened: Draft, draft: Draft) -> bool:
    said = draft.text if draft.kind == "manual" or _LEAVES.match(draft.text) else draft.title
    return _LEAVES.match(said) is not None or _OUTSIDE.search(draft.title) is not None


_CLIENTS: Final = frozenset(
    "kubectl oc k docker podman nerdctl crictl docker-compose lxc incus vagrant gcloud az aws heroku fly "
    "flyctl tsh".split()
)
"""What opens a shell elsewhere, and is not installed there."""


def _is_outside(opened: Draft, draft: Draft) -> bool:
    """Whether a command of another block runs the client that opened the shell: it was left unsaid."""
    program = draft.text.split(maxsplit=1)[0] if draft.kind == "command" and draft.text else ""
    apart = draft.block is not opened.block
    return apart and program in _CLIENTS and program == opened.text.split(maxsplit=1)[0]


def _next_part(drafts: Sequence[Draft], at: int, opened: Draft) -> bool:
    """Whether another section begins here; behind one that only opens the shell it is still open."""
    if drafts[at].section == opened.section or _is_next_step(opened, drafts[at]):
        return False
    before = [item for item in drafts[:at] if item.section == opened.section and item.kind == "command"]
    return before[-1:] != [opened]


_NUMBERED: Final = re.compile(r"(?i)^\W{0,4}(?:(?:step|phase|part)\s*)?(\d{1,2})(?:[-–—.):]|\s)")


def _is_next_step(opened: Draft, draft: Draft) -> bool:
    """Whether the sections of both are numbered steps of one procedure, in which nobody said to leave; what
    runs the program that opened the shell runs outside of it.
    """
    first, second = _NUMBERED.match(opened.section), _NUMBERED.match(draft.section)
    numbered = first is not None and second is not None and int(first[1]) < int(second[1])
    return numbered and draft.text.split()[:1] != opened.text.split()[:1]


def _inside(draft: Draft, opened: Draft) -> Draft:
    shown = " ".join(opened.text.split())
    return replace(draft, dialect=f"the shell that `{shown[:_SHOWN]}` opened", inside=shown[:_SHOWN])


_SHOWN: Final = 80
