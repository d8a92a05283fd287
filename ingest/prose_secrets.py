"""Secrets that a sentence tells: “the password is …”, “pw for the replica: …”, “user oncall, pass …”.

Looked for in the text as a person reads it, with its markup blanked in place. What stands there and is no
secret by its look or by a list of words is masked: one word too many in a preview does no harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from scanner.secrets import Secret

KIND: Final = "password"
_BLANK: Final = "\u2022"
_MARKUP: Final = re.compile(
    r"</?[A-Za-z][^<>\n]{0,400}>|\*{1,3}|`+|(?<!\w)_{1,2}(?=\w)|(?<=\w)_{1,2}(?!\w)|&nbsp;|\u00a0"
)
_CERTAIN: Final = r"pass(?:word|wd|phrase|code)s?|pwd?|passwort|kennwort"
_NAME: Final = (
    rf"(?<![\w$@/.-])(?P<name>{_CERTAIN}|pass|creds?|pins?|pin[ -]?codes?|credentials?|secret(?:[ -]key)?|"
    r"(?:(?:access|api|auth|bot|root|bearer)[ -])?tokens?|"
    r"(?:api|access|license|licence|unseal|recovery)[ -]?keys?)"
    r"(?![\w/@-])"
)
_ABOUT: Final = (
    r"(?:[ \t]+(?:for|of|to|on|in|at|from|used|there|here)\b[^\n:=;!?|]{0,60}?)?(?:[ \t]*\([^()\n]{1,60}\))?"
)
_SIGN: Final = (
    r"[ \t]*(?P<sign>:|=>|->|→|\b(?:is|are|was)\b)(?:[ \t]+(?:currently|now|still|always|just|simply|set to|"
    r"called|usually))*[ \t]*(?:\n[ \t]*(?=\S+[ \t]*(?:\n|$)))?"
)
_VALUE: Final = (
    r"(?:\"(?P<double>[^\"\n]{3,100})\"|“(?P<curly>[^”\n]{3,100})”|'(?P<single>[^'\n]{3,100})'|"
    r"(?P<bare>(?:(?!</?[A-Za-z]|[|][ \t])[^\s\"“”]){3,200}))"
)
_TOLD: Final = re.compile(rf"(?i){_NAME}{_ABOUT}{_SIGN}{_VALUE}")
_BESIDE: Final = re.compile(
    r"(?i)(?<![\w$@/.-])(?P<name>password|passphrase|passcode|passwort|kennwort|"
    rf"(?<=[,(;/|&] )(?:{_CERTAIN}|pass|pin)|(?<=[,(;/|&])(?:{_CERTAIN}|pass|pin))"
    rf"(?![\w/@=:-])[ \t]{{1,40}}[|]?[ \t]{{0,40}}{_VALUE}"
)
"""“user app, pass …”, a cell beside the cell “Password”: no word between."""

_PAIR: Final = re.compile(
    r"(?i)(?<![\w$@/.-])(?:log[ -]?in|sign in|logins?|creds?|credentials?)\b"
    rf"(?:[ \t]+(?:is|are|as|with|using))?[ \t]*:?[ \t]*(?!https?:)[\w.@\\-]{{2,40}}[ \t]?[/:][ \t]?{_VALUE}"
)
"""“log in with admin/…”."""

_WORD: Final = re.compile(r"[A-Za-zäöüß]+(?:[-_'’][A-Za-z]+)*")
_ENDS: Final = re.compile(r"[ \t]*(?:[.,;)!?]|\n|$|\(|(?:and|until|but)\b)")
_PINS: Final = re.compile(r"(?i)^(?:pin|passcode)")
_SIGNS: Final = re.compile(r"[!@#$%^&*?+=~]")
_NO_SECRET: Final = re.compile(
    r"(?i)<.*>|[\[{(<$%].*|.*[(\[{]\S*|\*{2,}|x{3,}|\.{2,}|…+|/.*|~/.*|https?:.*|\w+://.*|[\d.,:/+-]+[a-z%]{0,3}|"
    r"[a-z_]+\.[a-z_.]+|[\w.+-]+@[\w-]+\.[\w.]+|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[\w./-]+\.(?:ya?ml|json|txt|env|md|conf|"
    r"cfg|ini|pem|key|gpg|kdbx|html|sh)|(?:sha|aes|rsa|base|utf|md|oauth|ipv|totp|2fa|mfa|k8s|s3|ec2)-?\d*\S{0,3}|"
    r"\S*(?:-|_)?(?:encoded|encrypted|hashed|generated|protected|sensitive|specific|based|wide|only|bit)|"
    r"(?:your|my|the|some|example|dummy|fake|sample|redacted|placeholder|insert|replace|enter|"
    r"todo)(?:[-_ ].*)?|"
    r"1password|lastpass|keepassx?c?|bitwarden|dashlane|vaultwarden|secretsmanager|github|gitlab|postgresql|mysql"
)
"""Placeholders, places, durations, files, kinds of ciphers, where passwords are kept."""

_NO_PASSWORD: Final = frozenset(
    """
    required needed necessary optional wrong incorrect invalid valid correct right expired expiring
    empty blank stored kept saved set unset missing unknown known changed unchanged rotated reset
    generated encrypted hashed masked hidden redacted shared unique different same identical default
    none null nil true false yes no not never always now here there below above attached available
    unavailable compromised leaked exposed weak strong long short safe secure insecure sensitive
    confidential secret private public prompted asked accepted rejected refused denied locked
    unlocked disabled enabled active inactive okay fine good bad working broken lost forgotten stale
    old new this that them vault keeper string text password passwd token key value pass prompt
    managed provided given documented entered passed used read written found created deleted removed
    revoked renewed updated synced mounted injected printed shown displayed logged sent see ask use
    get from with when where how why what which who only also either both the your our their its his
    her for and but then than obsolete deprecated temporary permanent mandatory case alphanumeric
    random obtained retrieved fetched protected present absent ready due something someone somebody
    anything nothing
    """.split()
)
"""What “the password is …” may go on with and tells none."""


def prose_secrets(text: str) -> Iterator[Secret]:
    """The secrets that sentences tell, each with its place; they may overlap."""
    seen = _MARKUP.sub(lambda found: " " * len(found[0]), text)
    for pattern, sure in ((_TOLD, True), (_BESIDE, False), (_PAIR, False)):
        for found in pattern.finditer(seen):
            group = next(name for name in ("double", "curly", "single", "bare") if found[name] is not None)
            start, end = found.span(group)
            if group == "bare":
                end = start + len(found[group].rstrip(".,;:)?"))
            name = found["name"] if "name" in pattern.groupindex else ""
            if _is_secret(seen, start, end, name, sure=sure, quoted=group != "bare"):
                yield Secret(KIND, start, end)


def _is_secret(seen: str, start: int, end: int, name: str, *, sure: bool, quoted: bool) -> bool:
    """Whether a value is one: by its look; a plain word only where nothing but a password can stand."""
    value = seen[start:end]
    if len(value) < 3 or not value.strip(_BLANK):
        return False
    if _PINS.search(name):
        return re.fullmatch(r"\d{4,10}", value) is not None
    if _NO_SECRET.fullmatch(value) is not None or value.rstrip("!").lower() in _NO_PASSWORD:
        return False
    words = value.split()
    if len(words) > 1:
        return sure and not _NO_PASSWORD.issuperset(word.lower() for word in words[:2])
    if _is_mixed(value):
        return sure or "-" not in value or _SIGNS.search(value) is not None
    alone = quoted or _ENDS.match(seen, end) is not None
    certain = re.fullmatch(rf"(?i){_CERTAIN}|pass", name) is not None
    return sure and certain and alone and _WORD.fullmatch(value) is not None and "-" not in value


def _is_mixed(value: str) -> bool:
    """Letters with digits, with signs that no word has, or with capitals inside."""
    if len(value) < 4 or re.search(r"[A-Za-z]", value) is None:
        return False
    return re.search(r"\d|[a-z][A-Z]", value) is not None or _SIGNS.search(value.rstrip("!?")) is not None
