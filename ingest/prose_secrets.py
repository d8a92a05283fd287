"""Secrets that a sentence tells: “the password is …”, “pw for the replica: …”, “user oncall, pass …”.

Looked for in the text as a person reads it, with its markup blanked in place. What stands there and is no
secret by its look or by a list of words is masked: in a sentence, one word too many does no harm. In a
command it does: there it would be another one, so that only what a secret alone can be is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import re2

from ingest.extract.vocabulary import IMPERATIVES
from ingest.secret_columns import column_secrets
from ingest.secret_looks import (
    CERTAIN,
    is_certain,
    is_passphrase,
    is_random,
    is_secret,
    is_strong,
    stands_for_one,
    trimmed,
)
from ingest.typed_places import TypedPlaces
from scanner.secret import Secret, is_mixed

KIND: Final = "password"
_MARKUP: Final = re.compile(
    r"</?[A-Za-z][^<>\n]{0,400}>|\*{1,3}|`+|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)|&nbsp;|\u00a0|"
    r"(?m:(?<=[ \t])\{:?[ \t]?#[A-Za-z][\w :.#-]{0,120}\}(?=[ \t]*$))"
)
"""The last: the anchor behind a heading, `{#reset-the-password}`."""
_FENCE: Final = re.compile(
    r"(?m)^[ \t>]*(?:`{3,}|~{3,})[ \t]*(?:[A-Za-z]+|ps1|python3|\{[^{}\n]{0,80}\})?[ \t]*$|"
    r"^\[(?:source|listing)\b[^\]\n]{0,100}\][ \t]*$|^(?:-{4,}|\.{4,})[ \t]*$"
)
"""A line that only says that code begins or ends."""

_NAMES: Final = (
    rf"{CERTAIN}|pass|creds?|pins?|pin[ -]?codes?|credentials?|secret(?:[ -]key)?|"
    r"(?:(?:access|api|auth|bot|root|bearer)[ -])?tokens?|"
    r"(?:api|access|license|licence|unseal|recovery|wi-?fi|wlan|pre-?shared|shared)[ -]?(?:keys?|codes?)"
    r"(?:[ -]?\d{1,2})?|community[ -]string|secret access key"
)
_NAME: Final = rf"(?<![\w$@/.-])(?P<name>{_NAMES})(?![\w/@-])"
_ABOUT: Final = (
    r"(?:[ \t]+(?:for|of|to|on|in|at|from|used|there|here)\b(?:(?!,?[ \t]{1,3}then\b)[^\n:=;!?|]){0,60}?)?"
    r"(?:[ \t]*\([^()\n]{1,60}\))?"
)
_STILL: Final = r"(?:[ \t]+(?:currently|now|still|always|just|simply|set to|called|usually))*"
_SIGN: Final = (
    rf"[ \t]*(?P<sign>\b(?:is|are|was)\b(?:{_STILL}[ \t]*::?(?![^\s]))?|::?(?!:)|=>|->|→){_STILL}[ \t]*"
    r"(?P<gap>(?:\n[ \t>]*){1,5}(?=\S+[ \t]*(?:\n|$)))?"
)
"""What is behind it may stand on a line of its own, in a block of code of its own."""

_VALUE: Final = (
    r"(?:\"(?P<double>[^\"\n]{3,100})\"|“(?P<curly>[^”\n]{3,100})”|'(?P<single>[^'\n]{3,100})'|"
    r"(?P<bare>(?:(?!</?[A-Za-z]|[|][ \t])[^\s\"“”]){3,200}))"
)
_GROUPS: Final = ("double", "curly", "single", "bare")
_TOLD: Final = re.compile(rf"(?i){_NAME}{_ABOUT}{_SIGN}{_VALUE}")
_BESIDE: Final = re.compile(
    r"(?i)(?<![\w$@/.=-])(?P<name>password|passphrase|passcode|passwort|kennwort|"
    rf"(?<=[,(;/|&] )(?:{CERTAIN}|pass|pin)|(?<=[,(;/|&])(?:{CERTAIN}|pass|pin))"
    rf"(?![\w/@=:-])[ \t]{{1,40}}[|]?[ \t]{{0,40}}{_VALUE}"
)
"""“user app, pass …”, a cell beside the cell “Password”: no word between."""

_PAIR_NAMES: Final = r"log[ -]?in|sign in|logins?|creds?|credentials?"
_PAIR: Final = re.compile(
    rf"(?i)(?<![\w$@/.=-])(?P<name>{_PAIR_NAMES})\b"
    r"(?:[ \t]+(?:is|are|as|with|using))?[ \t]*:?[ \t]*(?!https?:)"
    rf"(?P<user>[\w.@\\-]{{2,40}})[ \t]?[/:][ \t]?{_VALUE}"
)
"""“log in with admin/…”."""

_FOREIGN: Final = (
    r"(?<![\w$@/.-])(?:passwort|kennwort|mot de passe|mdp|contraseñas?|clave|senha|palavra[- ]passe|"
    r"wachtwoord|"
    r"hasło|haslo|şifre|lösenord|passord|adgangskode|salasana|heslo|jelszó|parola|пароль|пароля)(?!\w)|"
    r"密码|密碼|口令|パスワード|비밀번호|암호"
)
"""A password in German, French, Spanish, Portuguese, Dutch, Polish, Turkish, Swedish, Norwegian, Danish,
Finnish, Czech, Hungarian, Russian, Chinese, Japanese and Korean."""
_ABROAD: Final = re.compile(
    rf"(?i)(?P<name>{_FOREIGN}|(?<![\w$@/.-])(?:{CERTAIN})(?!\w)(?=[^\n:=]{{0,40}}\s(?:ist|lautet|é|è|est|"
    rf"jest)\s))"
    r"(?:[ \t]+[^\s:=：]{1,30}){0,4}?[ \t]*"
    r"(?P<sign>\b(?:lautet|ist|est|es|é|è|jest|to|är|er|on|je|это|is)(?=[ \t:：\n])|是|为|為|は|은|는|"
    r"[:：=→]|->)[ \t]*[:：]?[ \t]*"
    rf"(?P<gap>(?:\n[ \t>]*){{1,5}}(?=\S+[ \t]*(?:\n|$)))?{_VALUE}"
)
"""“Das Passwort für die Datenbank lautet …”, “密码：…”."""

_CODED: Final = re.compile(
    rf"(?i)(?<![\w$@/.-])(?P<name>{CERTAIN}|(?:(?:access|api|auth|bot|root|bearer)[ -])?token|"
    rf"(?:api|access)[ -]key)[ \t]{{1,6}}(?P<bare>[A-Za-z0-9_~+/=!#%^&*-]{{12,200}})(?![\w./:@-])"
)
"""“Use the token … to log in”: only what nothing but a secret can be."""

_DASHED: Final = re.compile(rf"(?i)(?<![\w$@/.=-])(?P<name>{CERTAIN})[ \t]+[-–—]{{1,2}}[ \t]+{_VALUE}")
"""“Root password - …”: only what nothing but a secret can be."""

_PHRASE: Final = re.compile(
    rf"(?i)(?<![\w$@/.-])(?P<name>{CERTAIN})\b{_ABOUT}[ \t]*(?:(?:is|are)[ \t]*:|(?<=phrase):)[ \t]*"
    r"(?P<bare>(?-i:[a-z]{3,12}(?:[ -][a-z]{3,12}){3,7}))(?=[ \t]*(?:[.)\n]|$))"
)
_ASKED: Final = re2.compile(
    rf"(?i)\b(?:asked|asks|prompted|prompts)\b[^.\n]{{0,40}}\b({CERTAIN})\b[^.\n]{{0,20}}"
    r"\b(?:type|enter|use|give|say|answer|it's|it is|it’s)[ \t:]+"
)
_ANSWER: Final = re.compile(_VALUE)
"""“When it asks for the password, type …”."""

_AS: Final = re.compile(
    r"(?i)[ \t]{1,4}(?:is|as)[ \t]{1,4}(?:(?:the|your|its|a|our|their)[ \t]{1,4})?"
    r"(?:[a-z]{2,20}[ \t]{1,4}){0,2}?"
    rf"(?P<name>{CERTAIN})(?![\w-])(?![ \t]{{1,4}}(?!(?:for|of|on|to|in|and|when|there|here|now)\b)[a-z])"
)
"""“… is the root password”: what stands before it."""
_WORD_BEFORE: Final = re.compile(r"[^\s\"“”'(#]{4,200}(?=[\"”']?\Z)")
_SURE: Final = (_TOLD, _ABROAD)
"""What says that the value is the secret."""
_HOST: Final = re.compile(
    r"(?i)localhost|.*\.(?:com|net|org|io|dev|cloud|internal|intern|local|corp|lan|example|test|app|ai|co|"
    r"eu|de|"
    r"uk|us|fr|nl|ch|at)|(?:\d{1,3}\.){3}\d{1,3}"
)
"""No user is called so: a registry, a server."""

_ANY_NAME: Final = re2.compile(
    rf"(?i){_NAMES}|{_PAIR_NAMES}|passe|mdp|contraseñ|clave|senha|wachtwoord|has[łl]o|şifre|lösenord|passord|"
    r"adgangskode|salasana|heslo|jelszó|parola|парол|密码|密碼|口令|パスワード|비밀번호|암호"
)
"""Without one of these words no pattern here finds anything: a quick look at texts of a megabyte."""
_ALSO_I: Final = re.compile("[\u0130\u0131]")
"""`re` takes both for an `i` where case does not count, `re2` neither."""

_TAKES_PASSWORD: Final = re.compile(r"\b(?:mysqladmin|mariadb-admin|nmcli)\b[^\n|;&]{0,200}$")
"""Programs in whose commands the word behind the word `password` is one."""

_GIVEN: Final = re.compile(
    r"(?m)(?:^|[`;&|]|[$#>] )[ \t]*(?:sudo )?(?P<tool>[a-z][\w.-]{1,30})(?: (?!-)[a-z][\w-]{1,20}){0,2} "
    r"(?:set-)?(?:password|passphrase) (?P<value>[A-Za-z][\w!?.+*-]{3,40})(?=[ \t]*(?:$|[`;|&)]))"
)
"""`sometool password WORD`: the last word of a command whose program takes one."""
_ACTS: Final = IMPERATIVES | frozenset(
    "policy policies rotation expiry expiration status help info hash hint prompt file store manager list "
    "new "
    "hashing history options option encrypt decrypt lookup complexity strength auth login user users".split()
)
"""What a program may do with passwords, as its next word says."""
_PROGRAMS: Final = frozenset({"passwd", "pass"})
_OPERATOR: Final = re.compile(r"(?:&&|\|\|)$")
_LINE_END: Final = re.compile(r"\r\n|[\r\u2028]")


def prose_secrets(text: str) -> Iterator[Secret]:
    """The secrets that sentences tell, each with its place; they may overlap."""
    typed = TypedPlaces(text)
    seen = _LINE_END.sub(lambda found: " \n" if len(found[0]) == 2 else "\n", text)
    seen = _FENCE.sub(lambda found: " " * len(found[0]), seen)
    seen = _MARKUP.sub(lambda found: " " * len(found[0]), seen)
    patterns = (
        (_TOLD, _BESIDE, _PAIR, _DASHED, _PHRASE, _ABROAD, _CODED)
        if _ANY_NAME.search(_ALSO_I.sub("i", seen))
        else ()
    )
    for pattern in patterns:
        for found in pattern.finditer(seen):
            group = next(name for name in _GROUPS if found.groupdict().get(name) is not None)
            start, end = found.span(group)
            if group == "bare":
                end = start + len(trimmed(found[group]))
            if _tells(pattern, found, seen[start:end], typed) and (
                pattern is _PHRASE
                or pattern is _CODED
                or is_secret(seen, start, end, found["name"], sure=pattern in _SURE, quoted=group != "bare")
            ):
                yield Secret(KIND, start, end)
    if patterns:
        yield from _told_before(seen)
        yield from _asked_for(seen)
    yield from _given(text, typed)
    yield from column_secrets(text)


def _tells(pattern: re.Pattern[str], found: re.Match[str], value: str, typed: TypedPlaces) -> bool:
    """Whether the words around a value can tell a secret at all."""
    if pattern in _SURE:
        return _is_near(found, value)
    if pattern is _CODED:
        return is_random(value) and not typed.in_command(found.start())
    if pattern is _PHRASE:
        return is_passphrase(value) and not typed.in_command(found.start())
    if pattern is _DASHED:
        return is_strong(value) and not typed.in_command(found.start())
    if pattern is _PAIR and _HOST.fullmatch(found["user"]):
        return False
    return _is_said(found, value, typed)


def _is_near(found: re.Match[str], value: str) -> bool:
    """Whether a value stands behind its name, or so far below that it has to show what it is: the line below
    “Reset the password:” is a command.
    """
    if (found["gap"] or "").count("\n") < 2:
        return True
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.start()]
    labels = found["sign"][0] not in ":=-→" or not line.strip(" \t>#-+|.0123456789")
    return is_strong(value) or (labels and is_certain(found["name"]) and (is_mixed(value) or value.isdigit()))


def _is_said(found: re.Match[str], value: str, typed: TypedPlaces) -> bool:
    """Whether a sentence says it: of a command, only what nothing but a secret can be."""
    before = found.string[max(0, found.start() - 240) : found.start()].rstrip()
    if before.endswith(",") or not typed.in_command(found.start()):
        return _OPERATOR.search(before) is None
    if found["name"].lower() in _PROGRAMS and before.endswith(("&", ";", "|", "(")):
        return False
    if before.endswith("(") and not before.endswith("$("):
        return True
    return found["bare"] is None or is_strong(value) or _TAKES_PASSWORD.search(before) is not None


def _told_before(seen: str) -> Iterator[Secret]:
    """What stands before “is the password”: only what nothing but a secret can be."""
    for found in _AS.finditer(seen):
        begin = max(0, found.start() - 200)
        word = _WORD_BEFORE.search(seen[begin : found.start()])
        if word is not None and is_mixed(word[0]) and not stands_for_one(word[0]):
            yield Secret(KIND, begin + word.start(), begin + word.end())


def _asked_for(seen: str) -> Iterator[Secret]:
    """What is to be typed where a password is asked for: only what nothing but a secret can be."""
    for found in _ASKED.finditer(seen):
        answer = _ANSWER.match(seen, found.end())
        if answer is None:
            continue
        group = next(name for name in _GROUPS if answer[name] is not None)
        start, end = answer.start(group), answer.start(group) + len(trimmed(answer[group]))
        if is_mixed(seen[start:end]) and is_secret(
            seen, start, end, found[1], sure=False, quoted=group != "bare"
        ):
            yield Secret(KIND, start, end)


def _given(text: str, typed: TypedPlaces) -> Iterator[Secret]:
    """Words that are given to a program as a password, and name nothing that it does with passwords."""
    for found in _GIVEN.finditer(text):
        word = found["value"].lower()
        if word not in _ACTS and not is_certain(word) and typed.in_command(found.start("value")):
            yield Secret(KIND, *found.span("value"))
