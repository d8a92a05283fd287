"""Commands that a sentence names without any mark of code: where each begins, and where it ends.

A command is taken only behind a word that tells to run it, or where it is all that an item says; it ends at
the first word that a command line would not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.extract.undoing import ENDS_COMMAND
from ingest.extract.vocabulary import COMMANDS, SUBCOMMANDS
from scanner.tables import tool

_TOKEN: Final = re.compile(
    r"(?:\"[^\"\n]{0,400}\"|'[^'\n]{0,400}'|<[A-Za-z][^<>\n|]{0,60}>|\{\{[^{}\n]{0,60}\}\}|[^\s\"'<]|[\"'<])+"
)
_CUE: Final = re.compile(
    r"(?i)(?:\b(?:run|runs|running|execute|executing|exec|issue|type|enter|with|via|using|by|do|use|try|then|"
    r"again|first|it|(?:after|before|with)\s(?:that|this)|that\sis,?|namely|i\.e\.,?|e\.g\.,?)|[:(→!]|->|=>|"
    r"(?<!-)[-–—])\s{0,4}[\"“]?$"
)
ENGLISH: Final = frozenset(
    """
    cat cut date dig eval exit export find fixed flux go groups head helm host id k k9s kill knife last less
    links ln logger make more mount nice node ping rake rm sar seq service sleep sort source split ss start
    stop strings sync tail tee test time top touch tr type useradd vault w watch which who yes python ruby
    docker kafka terraform ansible mysql redis
    """.split()
)
"""Programs that are words of a sentence, too: only a flag, a path or a quote beside them tells."""

FUNCTION_WORDS: Final = frozenset(
    """
    a again also an and are as at because before but by can could do does each every for from has have how if
    in into is it its may might must need not now of on once onto or our please see should since so than that
    the their them then there these they this those to until via was we what when where whether which while
    who will with without would you your and/or first
    """.split()
)
_SIGN: Final = re.compile(r"[-–—+/=:_.$<>{}|&*@\"'“”‘’\[\]~]|\d")
_ARROWS: Final = frozenset({"->", "→", "=>", "-->", "⇒"})
COMPARES: Final = frozenset({">=", "≥", "<=", "≤", "==", "~>", "!="})
"""`kubectl >= 1.28` names a version."""
_JOINS: Final = frozenset({"|", "||", "&&", ">", ">>", "<", "2>&1", "2>/dev/null"})
_SHOUTED: Final = re.compile(r"[A-Z][A-Z0-9_]{2,}")
_CAMEL: Final = re.compile(r"[a-z]{2,}[A-Z]\w*")
_SUDO: Final = frozenset({"sudo", "ssh", "watch", "nohup", "time"})
_TAKES_PROGRAMS: Final = _SUDO | {"killall", "pkill", "pgrep", "pidof"}
_NEXT: Final = re.compile(r"[ \t]{0,2}[;&|]{1,2}[ \t]{1,3}(?P<name>[a-z][\w-]{0,30})(?=[ \t])")
"""`; systemctl start web`: what is typed in the same line."""
_MAX_TOKENS: Final = 60
_OPTION_BEHIND: Final = re.compile(r"[ \t]{1,3}--?[a-z]")
"""Between two options a word is the first one's value: `--scheduled now --force`."""


def spoken_commands(text: str, code: list[tuple[int, int]], *, whole: bool) -> Iterator[tuple[int, int]]:
    """The places of the commands of a sentence or an item, outside of its `code`. `whole`: the text may be
    nothing but a command.
    """
    place = 0
    for token in _TOKEN.finditer(text):
        word = token[0].lstrip('(“"')
        start = token.start()
        if whole and not start and _BY_PATH.fullmatch(word):
            end = _end(text, 0)
            if _is_by_path(text[:end]) and not without_comment(text[end:]).strip():
                yield 0, end
                place = end
            continue
        foreign = word not in COMMANDS and _is_flagged(word, text, token.end())
        if not (word in COMMANDS or foreign) or start < place or any(at <= start < end for at, end in code):
            continue
        start += len(token[0]) - len(word)
        alone = whole and (not start or "\n" in text[max(0, start - 2) : start])
        before = text[max(0, start - 24) : start]
        cue = _CUE.search(before) is not None or (word == "sudo" and before.rstrip().endswith(","))
        if not (alone or cue) or before.endswith("-- ") or (foreign and not _RUNS.search(before)):
            continue
        end = _end(text, start)
        if alone or before.rstrip().endswith((":", "→", "!")):
            end = _whole_line(text, start, end)
            while (more := _NEXT.match(text, end)) is not None and more["name"] in COMMANDS:
                end = _whole_line(text, more.start("name"), _end(text, more.start("name")))
        if alone and _SHOWS.search(text, start, end) and text[end:].strip():
            continue
        told = _is_command(text[start:end]) or _is_whole(text, start, end)
        told = (
            _SURELY.search(text, start, end) is not None and not _TOLD_OF.search(before) if foreign else told
        )
        if told and not any(begin < end and start < stop for begin, stop in code):
            yield start, end
            place = end


_RUNS: Final = re.compile(
    r"(?i)(?:\b(?:run|running|execute|executing|issue|issuing|type|enter|using|by)|:)\s{1,3}[\"“]?$"
)
_TOLD_OF: Final = re.compile(
    r"(?i)(?:\w(?:ed|en|wn)|\b(?:is|are|was|were|been|be|gets?|got)\s\w{2,12})\s"
    r"(?:(?:by|from|while|when|after)\s)?(?:by|using|run|running|executing|issuing)\s{1,3}[\"“]?$"
)
"""“It was broken by upgrade-db --force”, “was lost by using …”: what happened, and nothing to do."""
_SURELY: Final = re.compile(r"<[A-Za-z][^<>\n]{0,60}>|://|\s~?\.{0,2}/\w|=\S|[\"“']|--[a-z]{3}")
"""Beside its flag: what no sentence has."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_.-]{2,30}")
_FLAG_BEHIND: Final = re.compile(r"[ \t]{1,3}--?[A-Za-z]")


def _is_flagged(word: str, text: str, end: int) -> bool:
    """Whether a word that names no known program has a flag behind it: “by sss_cache -u root”."""
    if _NAME.fullmatch(word) is None or word in FUNCTION_WORDS or word in ENGLISH:
        return False
    return _FLAG_BEHIND.match(text, end) is not None


_SHOWS: Final = re.compile(
    r"\s(?:shows?|lists|prints?|tells|says|gives|returns?|reports|displays|outputs|fails|hangs|works)$"
)
"""“docker ps -a lists what ran”: the sentence tells of the command, and not to run it."""
_BY_PATH: Final = re.compile(
    r"/(?:[\w.-]{1,60}/){0,8}(?:s?bin|init\.d|scripts?)/[\w./-]{1,80}|/[\w./-]{1,200}\.(?:sh|py|pl|rb)"
)
_TWO: Final = 2
_COMMENT: Final = re.compile(r"\s#(?:\s.*)?$")


def without_comment(line: str) -> str:
    """A command line without the comment behind it."""
    return _COMMENT.sub("", line)


def _is_by_path(text: str) -> bool:
    """Whether a line that begins with the path of a program gives it an argument that no sentence has."""
    words = text.split()
    if len(words) < _TWO or words[1].lower() in FUNCTION_WORDS:
        return False
    return any(_SIGN.search(word) for word in words[1:3]) or (len(words) == _TWO and "/init.d/" in words[0])


_STATEMENT: Final = re.compile(
    r"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|ALTER|DROP|CREATE|SHOW|SET|VACUUM|TRUNCATE|"
    r"CHANGE MASTER TO|(?:START|STOP|RESET) (?:SLAVE|REPLICA))\b[^;`]{0,600};"
)


def spoken_statements(text: str, code: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The places of statements of SQL in a sentence: shouted, and ended by `;`."""
    for found in _STATEMENT.finditer(text):
        if not any(begin < found.end() and found.start() < end for begin, end in code):
            yield found.span()


def _end(text: str, start: int) -> int:
    """Where the command ends that begins here."""
    opened = text[:start].rstrip().endswith("(")
    end, joined, signs, plain = start, True, False, 0
    for number, token in enumerate(_TOKEN.finditer(text, start)):
        word = token[0]
        if number > _MAX_TOKENS or "\n" in text[end : token.start()]:
            break
        shown, closes = _closed(word, opened)
        if ENDS_COMMAND.fullmatch(word) or word in _ARROWS:
            break
        value = number and _after_flag(text[:end]) and _OPTION_BEHIND.match(text, token.end()) is not None
        if not (joined or value or shown in _JOINS) and _ends_at(shown, plain, signs, text[:end]):
            break
        if not shown:
            break
        plain += not (shown.startswith(("-", "–", "—")) or (number and _after_flag(text[:end])))
        end = token.start() + len(shown)
        joined = shown in _JOINS or (number == 0 and shown in _SUDO)
        signs = signs or shown.startswith(("-", "–", "—"))
        if closes:
            break
    return end


def _whole_line(text: str, start: int, end: int) -> int:
    """The end of a line that is nothing but a command, or of what stands behind a colon: words that only
    might belong to a sentence are the command's where none of them surely does. Half a command is another
    one.
    """
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    rest = text[end:stop].rstrip()
    words = rest.split()
    if not words or rest[:1] not in (" ", "\t") or len(words) > _MAX_TOKENS:
        return end
    spoken = any(
        word.lower() in FUNCTION_WORDS or word.endswith((".", ",", ";", ":", "?", "!")) for word in words
    )
    return end if spoken or "`" in rest or "(" in rest or words[0][:1].isupper() else end + len(rest)


def _ends_at(shown: str, plain: int, signs: bool, before: str) -> bool:
    """Whether a word is no part of the command before it: one of a sentence, or one too many behind its
    flags; `plain` counts the words that are no flags.
    """
    if shown.startswith("("):
        return True
    if _SIGN.search(shown) is not None or _SHOUTED.fullmatch(shown) is not None:
        return False
    if shown.lower() in FUNCTION_WORDS or not (shown.islower() or _CAMEL.fullmatch(shown)):
        return True
    return signs and plain > 3 and not _after_flag(before)


def _after_flag(before: str) -> bool:
    """Whether the last word was a flag that may have a value."""
    last = before.rsplit(None, 1)[-1]
    return last.startswith(("-", "–", "—")) and "=" not in last


def _closed(word: str, opened: bool) -> tuple[str, bool]:
    """The word without the punctuation that ends a clause, and whether there was some."""
    shown = word
    if shown.endswith("\\;"):  # what `find -exec` runs ends with it
        return shown, False
    if opened and shown.endswith((")", ").", "),")) and shown.count("(") < shown.count(")"):
        return shown[: shown.rindex(")")], True
    stripped = shown.rstrip(".,;:!?" if "“" in shown else ".,;:!?”")
    if stripped != shown and not shown.endswith(("/.", " .", "..")) and shown != ".":
        return stripped, True
    return shown, False


def _is_command(text: str) -> bool:
    words = text.split()
    if len(words) < 2 or words[1].lower() in FUNCTION_WORDS:  # “ssh to db1”, “telnet into it”
        return False
    if words[1] in COMPARES or text.count("(") < text.count(")"):
        return False
    name = words[0]
    if (name == "source" and "://" in words[1]) or (name == "ping" and words[1].startswith("@")):
        return False  # “source: https://…”; “ping @anna” calls a person
    if name in ("sudo", "ssh"):
        return len(words) > 2 or (name == "ssh" and _SIGN.search(words[1]) is not None)
    if name in SUBCOMMANDS:
        return _has_verb(words)
    if name in ENGLISH and "://" in words[1]:
        return False  # “go https://…”
    if name in ENGLISH:
        return any(_SIGN.search(word) for word in words[1:3])
    named = words[0] not in _TAKES_PROGRAMS and all(word in COMMANDS for word in words)  # a list of programs
    return any(_SIGN.search(word) for word in words[1:]) or (len(words) > 2 and not named)


_RUN: Final = re.compile(
    r"(?i)(?:^|[.;:!?,(→–—-]\s{1,3}|\b(?:then|and|please|now|first|just|also|must|should|can|may)\s{1,3})"
    r"(?:run|execute|type)\s{1,3}[\"“]?$"
)
_SAID_ON: Final = re.compile(r"[\"”]?(?:[.,;:!?)]|\s+(?:and|to|then|again|as|on|first|from|until|or)\b|\s*$)")


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether a program that needs no word behind it is told to be run: “run mailq and wait”."""
    name = text[start:end]
    if " " in name or name in ENGLISH or name in SUBCOMMANDS or name in _SUDO:
        return False
    return _RUN.search(text[max(0, start - 24) : start]) is not None and _SAID_ON.match(text, end) is not None


_KUBECTL: Final = frozenset({"oc", "k"})


def _has_verb(words: list[str]) -> bool:
    """Whether a program with verbs is told one that it has, or something that only a command line holds:
    “kubectl commands fail” tells neither.
    """
    known = tool("kubectl" if words[0] in _KUBECTL else words[0])
    signed = any(_SIGN.search(word) for word in words[1:])
    told = {words[1], " ".join(words[1:3])}
    if words[0] in ENGLISH and not any(_SIGN.search(word) for word in words[1:3]):
        return signed and known is not None and not known.verbs.keys().isdisjoint(told)
    return len(words) > 2 and (signed or known is None or not known.verbs.keys().isdisjoint(told))


_CMDLETS: Final = re.compile(
    r"(?:^|(?<=[:→] )|(?<=\n))(?:Get|Set|Start|Stop|Restart|Resume|Suspend|Invoke|New|Remove|Test|Enable|"
    r"Disable|Add|"
    r"Clear|Copy|Move|Import|Export|Install|Uninstall|Update|Connect|Disconnect|Register|Unregister|Wait)-"
    r"[A-Z][A-Za-z]{2,40}(?= -[A-Za-z])[^\n`]{2,400}?(?=\.?\s*(?:\n|$))"
)


_TELLS: Final = re.compile(
    r"(?i)^[\s*_>•-]*(?:\d{1,3}[.)]\s*)?(?:(?:on|in|for|with)\s+)?(?:(?:windows|powershell|pwsh)\b[^:→]{0,30}|"
    r"(?:then\s+|now\s+|next\s+)?(?:run|execute|type|enter|use|do)(?:\s+(?:this|it|the\s+(?:command|"
    r"following)|in\s+[\w ]{2,20}|on\s+[\w ]{2,20}))?|commands?|cmdlets?|step\s*\d{1,3}|\d{1,3}|"
    r"(?:start|stop|restart|resume|install|enable|disable|check|test|remove|delete|clear|update)(?:\s+(?:it|them|"
    r"the\s+[\w-]{2,20}(?:\s[\w-]{2,20})?))?)[\s*_]*(?:[:→][\s*_]*)?$"
)
"""A label that tells to type what stands behind it; “Old:”, “Output:” and “What went wrong:” do not."""


def spoken_cmdlets(text: str, code: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The places of PowerShell's commands with a parameter, alone on a line or behind a label that tells."""
    for found in _CMDLETS.finditer(text):
        if any(begin < found.end() and found.start() < end for begin, end in code):
            continue
        above = text[max(0, found.start() - 200) : found.start()].rstrip()
        label = above[max(above.rfind("\n"), above.rfind(". ")) + 1 :]
        if not label.endswith((":", "→")) or _TELLS.match(label):
            yield found.span()


_BESIDE: Final = re.compile(r"\s--?[A-Za-z]|\s~?\.{0,2}/\w")


def surely_typed(text: str) -> bool:
    """Whether a text has the form of a command, and a flag or a path: “df -h /var -> shows the new size”."""
    return _BESIDE.search(text) is not None and all_typed([text])


def all_typed(lines: Sequence[str]) -> bool:
    """Whether every line of a paragraph is a command and nothing else: what a text without any mark shows as
    code, and would read as one sentence.
    """
    return all(_is_typed(line.strip()) for line in lines)


_FILE: Final = re.compile(r"\./[\w./-]{1,120}")


def _is_typed(line: str) -> bool:
    line = without_comment(line)
    words = line.split()
    if not words or line.endswith((".", ":", ",", "?", "!")):
        return False
    if _BY_PATH.fullmatch(words[0]):
        return _is_by_path(line) and not any(word.lower() in FUNCTION_WORDS for word in words[1:])
    if _FILE.fullmatch(words[0]):
        return not any(word.lower() in FUNCTION_WORDS for word in words[1:])
    known = words[0] in COMMANDS and not any(word.lower() in FUNCTION_WORDS for word in words[1:])
    return known and _is_command(line)
