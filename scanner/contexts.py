"""The contexts that a raw text of bash is read in, and what a token may be in each."""

from __future__ import annotations

import re
from typing import Final

SHELL, LIST, COND, GLOB, STRING, BODY, BRACE, QUOTED_BRACE, SUM = range(9)

_OPENERS: Final = rb"""
 (?P<sum>\$\(\()|(?P<sub>\$\()|(?P<tick>`)
|(?P<brace>\$\{(?:[#!]?(?:\w+|[-@*#?$!])|[#!]))|(?P<odd>\$[{[])
"""
_QUOTES: Final = rb"""
 (?P<plain>'[^']*+'|\$'(?:[^'\\]|\\.)*+'|(?:\\[^\n])++)|(?P<join>\\\n)|(?P<string>\$?")
"""
_WORD: Final = rb"""(?P<word>[^ \t\n\\'"`$<>()\#;&|][^ \t\n\\'"`$<>();&|]*+)|(?P<hash>\#)"""
_REST: Final = rb"(?P<dollar>\$\w*+)"


def _compiled(*parts: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join(parts), re.VERBOSE | re.DOTALL)


TOKENS: Final = (
    _compiled(  # SHELL
        rb"(?P<blank>[ \t]++)",
        _WORD,
        rb"(?P<line>\n)",
        _QUOTES,
        _OPENERS,
        rb"(?P<process>[<>]\()|(?P<redirect><<<)|(?P<here><<-?)|(?P<to>&>>?|[<>]&|<>|>>|>\||[<>])",
        rb"(?P<pair>\([ \t]*+\))|(?P<double>\(\()|(?P<open>\()|(?P<close>\))",
        rb"(?P<operator>;;&|;;|;&|;|&&|\|\||\|&|&|\|)",
        _REST,
    ),
    _compiled(  # LIST
        rb"(?P<blank>[ \t\n]++)",
        _WORD,
        _QUOTES,
        _OPENERS,
        rb"(?P<process>[<>]\()|(?P<open>\()|(?P<close>\))",
        _REST,
    ),
    _compiled(  # COND
        rb"(?P<blank>[ \t\n]++)",
        _WORD,
        _QUOTES,
        _OPENERS,
        rb"(?P<process>[<>]\()|(?P<blunt>[<>()&|])",
        _REST,
    ),
    _compiled(  # GLOB
        _QUOTES,
        _OPENERS,
        rb"(?P<text>[^ \t\n\\'\"`$<>();&]++)|(?P<glob>\()|(?P<close>\))",
        _REST,
    ),
    _compiled(rb"(?P<text>(?:[^\"\\`$]++|\\.|\$(?![({[]))++)", _OPENERS, rb"(?P<end>\")"),  # STRING
    _compiled(rb"(?P<text>(?:[^\\`$]++|\\.|\$(?![({[]))++)", _OPENERS),  # BODY
    _compiled(  # BRACE
        rb"(?P<end>\})|(?P<text>[^}\\'\"`$<>]++)",
        _QUOTES,
        _OPENERS,
        rb"(?P<process>[<>]\()|(?P<blunt>[<>])",
        _REST,
    ),
    _compiled(  # QUOTED_BRACE: whether single quotes quote depends on the operator
        rb"(?P<end>\})|(?P<text>[^}\\'\"`$<>]++|\\.|'[^'\"`$\\}\n]*+'|[<>](?!\())|(?P<string>\")",
        _OPENERS,
        _REST,
    ),
    _compiled(  # SUM
        rb"(?P<text>[^()\\'\"`$]++|\\.)|(?P<string>\")|(?P<deeper>\()|(?P<higher>\))",
        _OPENERS,
        _REST,
    ),
)
