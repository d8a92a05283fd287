"""Secrets that a command is given: behind an option, beside an account, as a word of its own, on its input.

What a program is known to take is a secret whatever it looks like; where only the form of a command says so,
the value must be mixed as no name, number or place is. Linear time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final, Literal

import re2

from scanner.secret import CLOSING, Named, Secret, is_mixed, is_placeholder, is_strong

Look = Literal["any", "mixed", "strong"]

_BARE: Final = r"([^\s'\"`;,&|<>(){}\[\]$•-](?:[^\s'\"`;&|<>(){}•]|&#\w+;){3,199})"
_VALUE: Final = rf"(?:\"([^\"\n$`]{{4,200}})\"|'([^'\n]{{4,200}})'|{_BARE})"
_NAME: Final = r"[A-Za-z][\w.@\\-]{0,63}"
_USER: Final = rf"(?:-[uU]|--user(?:name)?)[ =]['\"]?{_NAME}['\"]?"
_ACCOUNT: Final = r"(?:-[uU]|-auth|--(?:user|username|auth|creds?|credentials))"
_OPTIONS: Final = r"(?:\s+-{1,2}[\w-]{1,30}(?:[ =][^\s-][^\s;|]{0,60})?){0,6}"
_READS_INPUT: Final = r"--(?:password-stdin|passwd-on-stdin|passphrase-fd|with-token)\b"
_ASKS: Final = r"\b(?:(?:ch|smb|g)?passwd|kinit|cryptsetup)\b"
_WORDS: Final = r"[^\n|;]{0,200}?[ \t]"

_FORMS: Final[tuple[tuple[str, Look, str], ...]] = (
    # Behind a short option, by the manual of the program.
    (
        "login",
        "any",
        r"\b(?:docker|podman|nerdctl|skopeo|buildah|helm|oras|crane|oc|az|cf|ibmcloud|cosign|docker-compose)\s"
        rf"(?:registry[ \t]+)?login{_WORDS}-p {_VALUE}",
    ),
    ("mongo", "any", rf"\bmongo[a-z]*{_WORDS}-p {_VALUE}"),
    (
        "cqlsh rabbitmqadmin beeline ncftp user",
        "any",
        rf"\b(?:cqlsh|rabbitmqadmin|beeline|ncftp[a-z]*|useradd|usermod){_WORDS}-p {_VALUE}",
    ),
    (
        "sql bcp ipmitool zip mosquitto_",
        "any",
        rf"\b(?:sqlcmd|bcp|osql|isql|ipmitool|zip|unzip|mosquitto_[ps]ub){_WORDS}-P ?{_VALUE}",
    ),
    ("ldap", "any", rf"\bldap[a-z]+{_WORDS}-w {_VALUE}"),
    ("-pw", "any", rf"\b(?:plink|pscp|nodetool){_WORDS}-pw {_VALUE}"),
    ("-p", "mixed", rf"\b(?:7z[az]?|u?n?rar){_WORDS}-p{_VALUE}"),
    ("openssl", "mixed", rf"\bopenssl{_WORDS}-k {_VALUE}"),
    ("snmp", "mixed", rf"\bsnmp[a-z]+{_WORDS}-[Ac] {_VALUE}"),
    ("snmp", "mixed", rf"\bsnmp[a-z]+{_WORDS}-X {_VALUE}"),
    # With an account.
    (
        "curl http wget splunk",
        "any",
        rf"\b(?:curl|https?|wget|splunk){_WORDS}(?:-u|-a |-auth )=? ?['\"]?{_NAME}:{_VALUE}",
    ),
    ("-", "strong", rf"[ \t]{_ACCOUNT}[ =]['\"]?{_NAME}:{_BARE}"),
    ("lftp", "any", rf"\blftp{_WORDS}-u ['\"]?{_NAME},{_VALUE}"),
    ("smb win rpc net", "any", rf"\b(?:smb|win|rpc|net)[a-z]*{_WORDS}-U ?['\"]?{_NAME}%{_BARE}"),
    ("-", "strong", rf"[ \t]{_USER}{_OPTIONS}[ \t]+-[pP] {_VALUE}"),
    ("-", "strong", rf"[ \t]-[pP] {_VALUE}[ \t]+{_USER}"),
    (
        "sqlplus rman sqlldr exp imp",
        "any",
        r"\b(?:sqlplus|rman|sqlldr|expdp|impdp|exp|imp)[ \t][^\n|;]{0,60}?"
        rf"\b{_NAME}/([^\s/@'\"$<{{]{{4,100}})@",
    ),
    # As a word of its own.
    (
        "rabbitmqctl",
        "any",
        rf"\brabbitmqctl[ \t][^\n|;]{{0,80}}?(?:add_user|change_password)[ \t]+\S{{1,64}}[ \t]+{_VALUE}",
    ),
    (
        "htpasswd",
        "any",
        rf"\bhtpasswd[ \t]+-[a-zA-Z]{{0,6}}b[a-zA-Z]{{0,6}}[ \t]+\S{{1,200}}[ \t]+\S{{1,64}}[ \t]+{_VALUE}",
    ),
    ("vault", "mixed", rf"\bvault[ \t]+(?:login|unwrap|operator[ \t]+unseal|unseal)[ \t]+{_VALUE}"),
    ("AUTH", "mixed", rf"(?m:(?:^|[>`])[ \t]*AUTH (?:{_NAME} )?{_VALUE}[ \t]*(?:$|`))"),
    ("requirepass masterauth", "mixed", rf"\b(?:requirepass|masterauth)[ \t]+{_VALUE}"),
    ("SETUSER", "any", r"\bSETUSER [^\n]{1,100}? >([^\s'\"]{4,100})"),
    (
        "alias config",
        "any",
        r"\bmc[ \t]+(?:alias[ \t]+set|config[ \t]+host[ \t]+add)(?:[ \t]+\S{1,200}){3}[ \t]+" + _VALUE,
    ),
    ("net use", "any", rf"\bnet use[ \t][^\n]{{0,100}}?\\\S{{1,100}}[ \t]+{_VALUE}[ \t]+/user:"),
    ("net", "mixed", rf"\bnet user[ \t]+{_NAME}[ \t]+{_VALUE}"),
    ("SecureString", "any", rf"\bSecureString\b{_WORDS}--value[ =]{_VALUE}"),
    ("SecureString", "any", rf"[ \t]--value[ =]{_VALUE}[ \t][^\n|;]{{0,200}}?\bSecureString\b"),
    ("wpa_passphrase", "any", rf"\bwpa_passphrase[ \t]+\S{{1,64}}[ \t]+{_VALUE}"),
    ("", "mixed", rf"(?i:\bconvertto-securestring[ \t]+(?:-(?:string|asplaintext)[ \t]+)*){_VALUE}"),
    (
        "(",
        "mixed",
        r"(?i:\b(?:auth|login|authenticate|pscredential|basicauth))"
        r"\(\s*[\"'][^\"'\n]{1,64}[\"']\s*,\s*[\"']([^\"'\n]{4,100})[\"']",
    ),
    ("assword", "mixed", r"assword[^\n]{0,80}?\bsend(?:[ \t]+--)?[ \t]+\\?\"([^\"\n$\\]{4,100})\\[rn]"),
    # On the input.
    (
        "-stdin -fd -token",
        "any",
        rf"\b(?:echo|printf)[ \t]+(?:-[neE]{{1,3}}[ \t]+)?{_VALUE}\s*\|[^\n|;&]{{0,120}}{_READS_INPUT}",
    ),
    (
        "echo printf",
        "any",
        rf"\b(?:echo|printf)[ \t]+(?:-[neE]{{1,3}}[ \t]+)?{_VALUE}\s*\|\s*(?:sudo[ \t]+)?"
        rf"(?:{_ASKS}|su\b|sudo[ \t](?:[^\n|;&]{{0,20}}[ \t])?-[A-Za-z]{{0,3}}S\b|-[A-Za-z]{{0,3}}S\b)",
    ),
    (
        "passwd -stdin -fd -token kinit cryptsetup",
        "any",
        rf"(?:{_READS_INPUT}|{_ASKS})[^\n|;&<]{{0,80}}<<<\s*{_VALUE}",
    ),
    # SQL.
    (
        "",
        "any",
        r"(?i:\b(?:create|alter|grant)\b[^\n;]{0,200}?\bidentified[ \t]+by[ \t]+)\"([^\"\n]{4,100})\"",
    ),
    (
        "",
        "mixed",
        r"(?i:\b(?:create|alter|grant)\b[^\n;]{0,200}?\bidentified[ \t]+by[ \t]+)([A-Za-z0-9_#$!]{4,100})",
    ),
    ("", "any", r"(?i:\bpassword\s*\(\s*)'([^'\n]{4,100})'"),
    ("", "any", r"(?i:\bset[ \t]+password[ \t]+for\s[^\n;=]{1,120}=\s*)'([^'\n]{4,100})'"),
)
"""Signs, one of which stands in whatever the pattern takes ("": none is known); how a value must look; the
pattern, which has a group for each way to write the value.
"""
_COMPILED: Final = [(signs.split(), look, re2.compile(pattern)) for signs, look, pattern in _FORMS]

_SIGN: Final = r"(?:['\"][ \t]{0,3}:|['\"]?[ \t]{0,3}(?::=|=>?|:[ \t]))[ \t]{0,3}"
_NAMED: Final = re2.compile(
    r"(?i:\b((?:[a-z][a-z0-9_.:-]{0,60})?(?:pass|pw|pwd|passwd|password|passphrase|passcode|secret|token|key|"
    rf"auth|secret[_-]?string)))({_SIGN}|[ \t]{{1,4}}){_VALUE}"
)
_SPLIT: Final = re.compile(r"[_.:-]+|(?<=[a-z0-9])(?=[A-Z])")
_CERTAIN: Final = re.compile(
    r"(?:\w*(?:passwd|password|passphrase|passcode)|(?:store|key|trust|db|root|user|bind|admin|become|ssh|ftp|"
    r"smtp|mail|sql|my|pg|proxy|http)?(?:pass|pwd|pw)|\w*storepass)"
)
_KEYS: Final = frozenset(
    "account secret api access master encryption shared auth storage license ingest signing app".split()
)
"""Kinds of keys that are secrets; others are names of places in a table or files."""
_STANDS_FOR_ONE: Final = re.compile(
    r"[a-z]+(?:_[a-z]+)+|(?i:[a-z]*(?:passwords?|passwd|passphrase|pass|pw|pwd|secret|token|here|key))|"
    r"(?:~|\.{1,2})?/.*|\w+://.*"
)
"""`new_password`, `NewPassword`: what a manual writes in the place of one; and where it is kept."""
_ASKS_ITSELF: Final = re.compile(r"mysql|mariadb|psql|\bpg_")
_LOOKED_AT: Final = 400
_DRAWN: Final = 20
_DRAWN_DIGITS: Final = 4


def given_secrets(text: str) -> Iterator[Named]:
    """The secrets that commands are given, each with where its form begins; they may overlap."""
    for signs, look, pattern in _COMPILED:
        if not signs or any(sign in text for sign in signs):
            for match in pattern.finditer(text):
                start, end = _value(match, 1)
                if _fits(text[start:end], look) and not _prompts(text, match.start(), look):
                    yield Named(match.start(), Secret("tool", start, end))
    for match in _NAMED.finditer(text):
        start, end = _value(match, 3)
        flag = text.startswith("-", match.start() - 1) if match.start() else False
        wanted = _look(match[1], not match[2].isspace(), flag)
        if wanted is not None and _fits(text[start:end], wanted):
            yield Named(match.start(), Secret("flag" if flag else "assigned", start, end))


def _prompts(text: str, place: int, look: Look) -> bool:
    """Whether the program of a command asks for the password at `-p`: the word behind it is a database."""
    if look != "strong":
        return False
    begin = max(text.rfind("\n", 0, place) + 1, place - _LOOKED_AT)
    return _ASKS_ITSELF.search(text, begin, place) is not None


def _value(match: Any, first: int) -> tuple[int, int]:
    """Where the value of a match stands: its groups from `first` on are the ways to write it."""
    group = next(number for number in range(first, match.re.groups + 1) if match[number] is not None)
    start = match.start(group)
    return start, start + len(match[group].rstrip(CLOSING))


def _look(name: str, assigned: bool, flag: bool) -> Look | None:
    """How a value behind this name must look; None where the name tells of no secret."""
    parts = [part.lower() for part in _SPLIT.split(name)]
    if not (assigned or flag) and not re.search(r"[_.]", name):
        return None  # two words of a sentence
    if parts[-1] == "auth" and not name.isupper():
        return None  # how to sign in
    if _CERTAIN.fullmatch(parts[-1]):
        return (
            "mixed" if flag or (assigned and (len(parts) > 1 or len(parts[-1]) > len("pass"))) else "strong"
        )
    if parts[-1] == "key":
        return "strong" if _KEYS.intersection(parts) else None
    if parts[-1] == "string":
        return "any"
    return "strong" if parts[-1] in ("secret", "token", "auth") or parts[-1].endswith("token") else None


def _fits(value: str, look: Look) -> bool:
    if is_placeholder(value) or _STANDS_FOR_ONE.fullmatch(value):
        return False
    if look == "any":
        return True
    return is_mixed(value) if look == "mixed" else is_strong(value) or _is_drawn(value)


def _is_drawn(value: str) -> bool:
    """Long, of letters and digits alone, and with many digits: drawn by lot."""
    digits = sum(character.isdigit() for character in value)
    return len(value) >= _DRAWN and value.isalnum() and _DRAWN_DIGITS <= digits <= len(value) - _DRAWN_DIGITS
