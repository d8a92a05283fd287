"""What a secret that a sentence tells looks like, and what stands in its place and is none."""

from __future__ import annotations

import re
from typing import Final

from scanner.secret import entropy, is_mixed
from scanner.secret import is_strong as mixed_as_none_else

CERTAIN: Final = r"pass(?:word|wd|phrase|code)s?|pwd?|passwort|kennwort"
"""Names beside which nothing but a password can stand."""

_BLANK: Final = "\u2022"
_IS_CERTAIN: Final = re.compile(rf"(?i){CERTAIN}")
_WORD: Final = re.compile(r"[A-Za-zäöüß]+(?:[-_'’][A-Za-z]+)*")
_ENDS: Final = re.compile(r"[ \t]*(?:[.,;)!?|]|\n|$|\(|(?:and|until|but)\b)")
_PINS: Final = re.compile(r"(?i)^(?:pin|passcode)")
_SIGNS: Final = re.compile(r"[!@#$%^&*?+=~]")
_NUMBER: Final = re.compile(r"\d{6,}")
_NO_SECRET: Final = re.compile(
    # Placeholders, whole ones: `$uperS3cret!` begins as one and is none.
    r"(?i)<.*>|\$\{.*|\$\(.*|\$\d|\{\{.*|\{[\w .:-]*\}|\{[a-z]*:?|\[[\w .:/-]*(?:\](?:\([^)\s]*\)?)?)?|"
    r"\$(?-i:[A-Z_][A-Z0-9_]*|[a-z_][a-z0-9_]*|[A-Za-z][a-z]*(?:[A-Z][a-z]+)*)(?:[^\w!@#$%^&*?+=~]\S*)?|"
    r"%[\w.-]*%|%[sdv]|%[({].*|[a-z][a-z_.]*[(\[](?:.*[)\]])?|\*{2,}|x{3,}|\.{2,}|…+|"
    r"(?:your|my|the|some|example|dummy|fake|sample|redacted|placeholder|insert|replace|enter|"
    r"todo)(?:[-_ ][a-z]+)*(?:[-_ ]?\d)?|(?-i:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[a-z]+(?:_(?:[a-z]+|\d))+)|"
    # Places, files, addresses, amounts.
    r"(?:\.{1,2}|~)?/[\w./*{}<>$@:~-]*|https?:.*|\w+://.*|"
    r"[\d.,:/+-]+(?:[smhdwyx%]|ms|min|sec|hrs?|[kmg]i?b?|st|nd|rd|th)?|"
    r"[a-z_]+\.[a-z_.]+|[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}|[\w./-]+\.(?:ya?ml|json|txt|env|md|conf|"
    r"cfg|ini|pem|key|gpg|kdbx|html|sh)|"
    # Kinds of ciphers, and where passwords are kept.
    r"(?:sha|aes|rsa|base|utf|md|oauth|ipv|totp|2fa|mfa|k8s|s3|ec2)-?\d*[a-z]{0,3}|"
    r"[a-z]{0,12}\d{0,4}[a-z]{0,4}[-_](?:encoded|encrypted|hashed|generated|protected|sensitive|specific|"
    r"based|"
    r"wide|only|bit)|[a-z]*(?:encoded|encrypted|hashed|generated|protected|sensitive|specific|based)|"
    r"1password|lastpass|keepassx?c?|bitwarden|dashlane|vaultwarden|secretsmanager|github|gitlab|"
    r"postgresql|mysql"
)
_NO_PASSWORD: Final = frozenset(
    """
    required needed necessary optional wrong incorrect invalid valid correct right expired expiring empty
    blank stored kept saved set unset missing unknown known changed unchanged rotated reset generated
    encrypted hashed masked hidden redacted shared unique different same identical default none null nil
    true false yes no not never always now here there below above attached available unavailable usable
    unusable reusable readable working compromised leaked exposed weak strong long short safe secure
    insecure sensitive confidential secret private public prompted asked accepted rejected refused denied
    locked unlocked disabled enabled active inactive okay fine good bad working broken lost forgotten stale
    old new this that them vault keeper string text password passwd token key value pass prompt managed
    provided given documented entered passed used read written found created deleted removed revoked renewed
    updated synced mounted injected printed shown displayed logged sent see ask use get from with when where
    how why what which who only also either both the your our their its his her for and but then than
    obsolete deprecated temporary permanent mandatory case alphanumeric random obtained retrieved fetched
    protected present absent ready due something someone somebody anything nothing
    """.split()
)
"""What “the password is …” may go on with and tells none."""

_DRAWN: Final = 16
_DIGITS: Final = 2
_DRAWN_BITS: Final = 3.5
"""Of a value drawn by lot: characters, digits among them, and bits a character."""

_SPOKEN: Final = (
    _NO_PASSWORD - {"correct", "right", "wrong", "strong", "weak", "long", "short"}
) | frozenset(
    "are has have was were will can may must should you contact per via under into over each every".split()
)
"""Words that make a sentence of some words, and no passphrase."""


def trimmed(value: str) -> str:
    """A value without the signs that end its sentence; a bracket that it opened itself is its own."""
    while value and value[-1] in ".,;:)?":
        if value[-1] == ")" and value.count("(") >= value.count(")"):
            break
        value = value[:-1]
    return value


def is_certain(name: str) -> bool:
    """Whether a name is one beside which nothing but a password can stand."""
    return _IS_CERTAIN.fullmatch(name) is not None


def is_secret(seen: str, start: int, end: int, name: str, *, sure: bool, quoted: bool) -> bool:
    """Whether a value is one: by its look; a plain word only where nothing but a password can stand."""
    value = seen[start:end]
    if len(value) < 3 or not value.strip(_BLANK):
        return False
    if _PINS.search(name) and (name.lower().startswith("pin") or value.isdigit()):
        return re.fullmatch(r"\d{4,10}", value) is not None
    if sure and is_certain(name) and _NUMBER.fullmatch(value):
        return True
    if stands_for_one(value):
        return False
    words = value.split()
    if len(words) > 1:
        return sure and not _NO_PASSWORD.issuperset(word.lower() for word in words[:2])
    if is_mixed(value):
        return sure or "-" not in value or is_random(value) or _SIGNS.search(value) is not None
    alone = quoted or _ENDS.match(seen, end) is not None
    certain = is_certain(name) or name.lower() == "pass"
    return sure and certain and alone and _WORD.fullmatch(value) is not None and "-" not in value


def stands_for_one(value: str) -> bool:
    """Whether a value is a placeholder, a place, a word of the sentence."""
    inner = value.strip("()")
    return _NO_SECRET.fullmatch(inner) is not None or inner.rstrip("!").lower() in _NO_PASSWORD


def is_strong(value: str) -> bool:
    """Mixed as no name, place or version is, and no placeholder."""
    return not stands_for_one(value) and mixed_as_none_else(value)


def is_random(value: str) -> bool:
    """Whether a value is as long and as mixed as only what was drawn by lot is: no name, no id and no hash
    that somebody may refer to.
    """
    if stands_for_one(value) or len(value) < _DRAWN or len(re.findall(r"\d", value)) < _DIGITS:
        return False
    both = re.search(r"[a-z]", value) is not None and re.search(r"[A-Z]", value) is not None
    named = len(re.findall(r"[a-z]{5,}", value)) > 1
    return both and not named and entropy(value) >= _DRAWN_BITS


def is_passphrase(words: str) -> bool:
    """Whether words that stand behind “is:” are a phrase, and no sentence about one."""
    return _SPOKEN.isdisjoint(words.lower().replace("-", " ").split())
