"""Variables that by their name hold a secret, in what a command is given: the text has no more than the name.

What is given to a program is in what it prints, or in the name of a host that it asks the network for, unless
it is there to sign in with.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, SAFE
from scanner.tables import names, patterns

if TYPE_CHECKING:
    from scanner.call import Call
    from scanner.judge import Judge
    from scanner.word import Word

PRINTS_NAMES: Final = "host.printenv"
_VARIABLE: Final = re.compile(r"\$\{?!?([A-Za-z_]\w*)")
_INSTEAD: Final = re.compile(r"\$\{[A-Za-z_]\w*:?\+")
"""`${x:+word}`: the word, not the value."""
_TO_SIGN_IN: Final = re.compile(
    r"(?i:-{1,2}[\w-]*(?:pass|pw|token|secret|key|auth|cred|user|header|ur[il]|dsn|conn|login|bearer|cookie)[\w-]*)"
    r"|-[apuwHAXUDP]"
)
"""Options whose value is a password, an account with one, or a header."""
_ADDRESS: Final = re.compile(r"[\"']?\$\{?\w*(?:URL|URI|DSN|CONN\w*)\}?[\"']?")
"""A word that is an address to sign in at, as a whole."""


def secret_in(judge: Judge, word: Word) -> str | None:
    """The variable in a word that by its name holds a secret, or by the one it was set from; or None.

    A word that is known for certain is a text of the script: `${TOKEN:-none}` is not.
    """
    if word.certain and OPAQUE not in word.text:
        return None
    return secret_in_text(judge, judge.source[word.start : word.end].decode("utf-8", "replace"))


def secret_in_text(judge: Judge, raw: str) -> str | None:
    """The same in a part of the script, as it is written."""
    if "$" not in raw:
        return None
    taken_from = judge.shared.secret_names
    fits = patterns("secret_variables").fits
    found: list[str] = _VARIABLE.findall(_INSTEAD.sub("", raw))
    name = next((name for name in dict.fromkeys(found) if name in taken_from or fits(name)), None)
    if name is None and "_" in found:  # the last word that a command was given
        return next(filter(fits, _VARIABLE.findall(judge.text)), None)
    return name


def names_secret_variable(raw: str) -> bool:
    """Whether a word is the name of such a variable: `${!x}` shows the one that `x` names."""
    return raw.isidentifier() and patterns("secret_variables").fits(raw)


def holds_secret(judge: Judge, name: str) -> bool:
    """Whether a variable holds a secret by its name, or by the one that it was set from."""
    return name in judge.shared.secret_names or patterns("secret_variables").fits(name)


def judge_secret_values(call: Call) -> None:
    """Raise a call that is given such a variable to caution."""
    if call.rule.risk is not SAFE or call.tool.name in names("keeps_secrets"):
        return
    for word in call.words[1:]:
        name = secret_in(call.judge, word)
        if call.rule.id == PRINTS_NAMES and word.known and patterns("secret_variables").fits(word.text):
            name = word.text
        if name is not None and not _signs_in(call, word):
            why = f"prints {name}, which by its name holds a secret, or asks others for it"
            call.say(CAUTION, "secrets.read", why, word=word)
            return


def _signs_in(call: Call, word: Word) -> bool:
    for option in call.arguments.options:
        if option.word is word or option.value is word:
            return _TO_SIGN_IN.fullmatch(option.name) is not None
    raw = call.judge.source[word.start : word.end].decode("utf-8", "replace")
    return call.tool.name in names("signs_in") and _ADDRESS.fullmatch(raw) is not None
