"""sed and awk: small languages that can write files and start programs."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

import re2

from scanner.awk import MAX_PARTS, read_awk, runs, writes
from scanner.call import Call, Handler
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.paths import is_sensitive, normal_path
from scanner.text import destructive_text
from scanner.word import Word

_ADDRESS: Final = r"(?:\d+(?:~\d+)?|\$|/(?:[^/\\\n]|\\.)*/[IM]?)"
_RANGE: Final = rf"(?:{_ADDRESS}(?:\s*,\s*(?:{_ADDRESS}|[+~]\d+))?\s*!?)?"
_SUBSTITUTE: Final = "|".join(
    rf"[sy]{d}(?:[^{d}\\]|\\(?:.|\n))*{d}(?:[^{d}\\]|\\(?:.|\n))*{d}[gpiIM0-9]*"
    for d in (r"\/", r"\|", "#", ",", ":", "@", "~", "%", "!", "_", ";")
)
_COMMAND: Final = (
    rf"\s*{_RANGE}\s*(?:[pdDgGhHxnNPlz=]|[qQ]\d*|[bt]\s*\w*|:\s*\w+|[aic]\\?[^\n]*|{_SUBSTITUTE}|[{{}}])?\s*"
)
MAX_STRINGS: Final = 500
"""Different strings of an awk program that are asked whether they name a secret."""
_AWK_STRING: Final = re.compile(r'"([^"\\\n]*+)"')
_SED: Final = re2.compile(rf"(?s)(?:{_COMMAND})(?:[;\n}}](?:{_COMMAND}))*")


def sed(call: Call) -> None:
    """sed: the script is read with a grammar of commands that only print; anything else is unknown."""
    scripts = [option.value for option in call.arguments.options if option.name in ("-e", "--expression")]
    if not scripts:
        scripts = list(call.arguments.positionals[:1])
    for script in scripts:
        if script is None:
            continue
        text = script.text.replace(OPAQUE, "x")
        if OPAQUE in script.text:
            call.judge.searches_text = True
            call.say(
                UNKNOWN, "text.sed-script", "a part of the sed script is known only when it runs", word=script
            )
        elif _SED.fullmatch(text) is None:
            call.say(
                UNKNOWN, "text.sed-script", "the sed script may write files or run commands", word=script
            )
            hit = destructive_text(text) or destructive_text(text.replace("\\/", "/").replace("/", " /"))
            if hit is not None:
                call.say(DANGEROUS, "text.sed-runs", f"the sed script may run commands: {hit}", word=script)


def awk(call: Call) -> None:
    """awk: what may start a program or write a file is looked for outside its strings and patterns."""
    program: Word | None = next(iter(call.arguments.positionals), None)
    if program is None:
        return
    if OPAQUE in program.text:
        call.judge.searches_text = True
        call.say(
            UNKNOWN, "text.awk-program", "a part of the awk program is known only when it runs", word=program
        )
    texts = set(_AWK_STRING.findall(program.text))
    if len(texts) > MAX_STRINGS:
        call.say(
            UNKNOWN, "text.awk-program", "the awk program holds more strings than are read", word=program
        )
    elif any(is_sensitive(normal_path(text)) for text in texts):
        call.say(CAUTION, "secrets.read", "the awk program names a file that holds secrets", word=program)
    work = call.judge.shared.work
    code = read_awk(program.text, MAX_PARTS - work.parts)
    work.parts += code.parts
    if runs(code, program.text):
        call.say(UNKNOWN, "text.awk-runs", "the awk program may start other programs", word=program)
        hit = destructive_text(program.text)
        if hit is not None:
            call.say(
                DANGEROUS, "text.awk-runs", f"the awk program starts other programs: {hit}", word=program
            )
    elif writes(code, program.text):
        call.say(CAUTION, "text.awk-writes", "the awk program writes files", word=program)


_SUBCOMMANDS: Final = frozenset({"e", "eval", "ea", "eval-all"})
_TWO_WORDS: Final = frozenset({"--arg", "--argjson", "--slurpfile", "--rawfile", "--argfile"})
"""Options of jq that take a name and a value: the tables know one of the two words."""


def query(call: Call) -> None:
    """jq, yq: a filter reads variables and files, so data may not choose it; --arg hands it on."""
    values = [o.value for o in call.arguments.options if o.name in _TWO_WORDS and o.value is not None]
    seconds = [after for before, after in pairwise(call.words) if any(before is value for value in values)]
    given = [word for word in call.arguments.positionals if not any(word is one for one in seconds)]
    at = 1 if call.tool.name == "yq" and given and given[0].text in _SUBCOMMANDS else 0
    if any(word.read or word.data for word in given[at : at + 1]):
        call.say(UNKNOWN, "text.filter-data", "data decides what the filter reads", word=given[at])


_STORES: Final = re2.compile(r"(?s).*%[^%a-zA-Z]*[hljztL]*n.*")


_GIVEN: Final = re.compile(rf"%[-#0 +'I\d.*$]*[hljztLq]*{OPAQUE}(?![-#0 +'I\d.*{OPAQUE}]*[hljztL]*[a-zA-Z])")
"""A conversion whose letter is known only when it runs; an unknown width has its letter behind it."""


def printf(call: Call) -> None:
    """printf: `%n` sets the variable that an argument names (bash(1)), so data may not be the form."""
    for word in call.arguments.positionals[:1]:
        if word.read or word.data:
            call.say(
                UNKNOWN, "text.printf-data", "data decides the form, which may set a variable", word=word
            )
        elif _GIVEN.search(word.text.replace("%%", "")) is not None:
            call.say(
                UNKNOWN, "text.printf-data", "what its form does with an argument is not known", word=word
            )
        elif _STORES.fullmatch(word.text.replace("%%", "")) is not None:
            call.say(UNKNOWN, "text.printf-stores", "sets the variable that its argument names", word=word)


HANDLERS: Final[dict[str, Handler]] = {"sed": sed, "awk": awk, "query": query, "printf": printf}
