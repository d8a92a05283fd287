"""One simple command, from its words to judgements: function, wrapper, tool of the tables, or unknown."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from scanner import rules
from scanner.call import Call, judge_call
from scanner.escapes import OPAQUE
from scanner.evaluating import judge_evaluated
from scanner.flow import Place
from scanner.grammars import grammar_of, tool_grammar
from scanner.judge import MAX_GUESSED_WORDS, Judge
from scanner.judgement import DANGEROUS, SAFE, Judgement
from scanner.options import Grammar, parse_arguments
from scanner.paths import is_trusted_place, normal_path
from scanner.tables import (
    Rule,
    Tool,
    has_group,
    names,
    patterns,
    programs,
    table_knows,
    table_rule,
    tool,
    wrapper,
)
from scanner.unwrap import unwrap
from scanner.word import Word, made
from scanner.work import MAX_ALL_WORDS, MAX_WORDS
from schemas.risk import exceeds

MAX_GLANCED: Final = 8
"""Programs around a command, and their options, that a glance goes past."""
MAX_VERB_WORDS: Final = 5
"""The longest verb in the tables: `gcloud compute instance-groups managed list`."""

_VERSIONED: Final = re.compile(
    r"(kubectl|python|pip|psql|node|ruby|perl|php|lua|gcc|ld|java|pg_dump)[-.]?\d+(?:\.\d+)*"
)
_HELP: Final = frozenset({"--help", "-help", "--version"})
_POWERSHELL: Final = re.compile(r"[A-Z][a-z]+-[A-Z]\w+")


def program_name(word: Word) -> str:
    """The name that the tables know a program by: without folder, `.exe`, or version suffix."""
    name = word.text
    if "/" in name:
        name = name.rsplit("/", 1)[-1]
    name = name.removesuffix(".exe")
    if name[-1:].isdigit():
        match = _VERSIONED.fullmatch(name)
        return match.group(1) if match else name
    return name


def _trusted_folder(folder: str) -> bool:
    """A folder of programs, or any other that only the host's owner can write to."""
    if patterns("program_folders").fits(folder):
        return True
    return folder.startswith("/") and is_trusted_place(normal_path(folder + "/x"))


def is_known_name(name: str) -> bool:
    """Whether the tables say anything about a program of this name."""
    return tool(name) is not None or wrapper(name) is not None or name in names("shells")


@cache
def _plain_names() -> frozenset[str]:
    """The names of the tables that stand for themselves: most first words are one."""
    return frozenset(name for name in programs() if program_name(Word(name, 0, 0)) == name)


def names_program(word: Word) -> bool:
    """Whether a word, as the first of a command, is a program that the tables know."""
    return program_name(word) in programs()


def judge_words(judge: Judge, words: list[Word], place: Place, *, guessing: bool = False) -> None:
    """Judge one command, its name first. `guessing` is for tails of unknown programs' arguments."""
    name_word, start, end = words[0], words[0].start, words[-1].end
    if len(words) > MAX_WORDS:
        judge.unknown("shell.bounds", "more words than are judged in one command", start, end)
        return
    work = judge.shared.work
    work.words += len(words)
    if work.words > MAX_ALL_WORDS:
        judge.unknown("shell.bounds", "more words than are judged in one text", start, end)
        glance(judge, words)
        return
    if OPAQUE in name_word.text or name_word.pattern or not name_word.text:
        judge.unknown("shell.dynamic", "the name of the program is known only when it runs", start, end)
        return
    if not name_word.certain:
        judge.unknown("shell.dynamic", "the name of the program depends on what ran before", start, end)
    name = name_word.text if name_word.text in _plain_names() else program_name(name_word)
    folder = name_word.text.rsplit("/", 1)[0] if "/" in name_word.text else ""
    if folder and not guessing and not _trusted_folder(re.sub("/+", "/", folder)):
        judge.unknown("shell.path", f"{name_word.text} need not be the {name} that is known", start, end)
    known = wrapper(name)
    if known is not None:
        unwrap(judge, known, words, place)
        return
    if judge.shared.evaluates:
        judge_evaluated(judge, name, words)
    found = tool(name)
    if found is None:
        _unknown_program(judge, name, words, guessing=guessing)
        return
    _judge_tool(judge, found, words, place)


def glance(judge: Judge, words: list[Word]) -> None:
    """A command beyond the bound on commands: what the tables call dangerous by its verb counts."""
    at = 0
    while at < min(len(words) - 1, MAX_GLANCED) and (
        wrapper(program_name(words[at])) is not None or words[at].text[:1] == "-"
    ):
        at += 1
    found = tool(program_name(words[at]))
    rule = _rule(found, _verb(found, words[at : at + MAX_GUESSED_WORDS])) if found is not None else None
    if rule is not None and rule.risk is DANGEROUS:
        start, end = words[0].start, words[-1].end
        judge.add(Judgement(DANGEROUS, rule.id, rule.why, start, end, (), rule.reversibility))


def _unknown_program(judge: Judge, name: str, words: list[Word], *, guessing: bool) -> None:
    if guessing:
        return
    start, end = words[0].start, words[-1].end
    if not judge.guess(words[1:]):
        judge.unknown("tool.unknown", f"{name} is not in the tables: what it does is not known", start, end)


def _judge_tool(judge: Judge, found: Tool, words: list[Word], place: Place) -> None:
    start, end = words[0].start, words[-1].end
    last = words[-1]
    if len(words) == 2 and _is_help(last) and _reads_help(found, last, found.bare or found.other):
        judge.add(Judgement(SAFE, "help", f"prints the help or version of {found.name}", start, end))
        return
    if last.text.endswith("help") and _asks_help(found, words):
        judge.add(Judgement(SAFE, "help", f"prints the help of {found.name}", start, end))
        return
    verb = _verb(found, words)
    rule = _rule(found, verb)
    if rule is None:
        _no_rule(judge, found, words, verb)
        return
    path, rest = verb.path, words[1 + verb.taken :]
    if verb.options:
        rest = verb.options + rest
    if verb.following is not None and not verb.following.literal and _may_be_worse(found, path, rule):
        judge.unknown(
            "shell.dynamic", f"what {found.name} is asked to do is known only when it runs", start, end
        )
    if verb.taken > 1 and rule.risk is SAFE and _misread(found, rule, verb, words):
        why = f"what {found.name} is asked to do depends on an option before it"
        judge.unknown("tool.unknown-verb", why, start, end)
    if path and len(rest) == 1 and _is_help(rest[0]) and _reads_help(found, rest[0], rule, verb=True):
        judge.add(Judgement(SAFE, "help", f"prints the help of {found.name} {' '.join(path)}", start, end))
        return
    arguments = parse_arguments(rest, grammar_of(found, rule))
    call: Call = made(Call, (judge, found, rule, path, words, arguments, place))
    judge_call(call, rules.HANDLERS, rules.READERS)


def _is_help(word: Word) -> bool:
    return word.text in _HELP and word.literal


def _reads_help(found: Tool, word: Word, rule: Rule | None, *, verb: bool = False) -> bool:
    """Whether a tool reads the word for help where it stands, as far as is known.

    A script may ignore it and do its work (`kafka-server-stop.sh --help`), a client send it to its server
    (`redis-cli DEBUG SEGFAULT --help`). So behind a verb that does more than read it counts only for tools
    that are listed, and so it does alone where the tool would be dangerous without it.
    """
    if found.name in names("reads_help") or found.name in names("help_for_every_verb"):
        return word.text != "-help" or found.name in names("reads_single_dash_help")
    if word.text == "-help" or (found.name in names("passes_help_on") and verb):
        return False
    if verb:
        return rule is not None and rule.risk is SAFE
    scripted = found.name.endswith((".sh", ".bat")) or _POWERSHELL.fullmatch(found.name) is not None
    return not scripted and (rule is None or rule.risk is not DANGEROUS)


def _misread(found: Tool, rule: Rule, verb: _Verb, words: list[Word]) -> bool:
    """Whether an option before the verb may take a value: then the next word was no verb.

    It does where the verb's rule says so. An option that the tool itself does not list may: it is asked what
    the command would do then (`gh -c status issue close 1`).
    """
    ours, theirs = tool_grammar(found), grammar_of(found, rule)
    listed = found.values | (found.flags or frozenset()) | set(found.raises) | found.exec
    for at, word in enumerate(words[1 : verb.taken], start=1):
        if not word.text.startswith("-") or "=" in word.text:
            continue
        if _option_size([word, word], 0, theirs) > _option_size([word, word], 0, ours):
            return True
        options = parse_arguments([word], ours).options
        if options and options[-1].name not in listed and not words[at + 1].text.startswith("-"):
            other = _verb(found, [words[0], *words[at + 2 :]])
            changes = _rule(found, other) if other.path else None
            if changes is not None and changes.risk is not SAFE:
                return True
    return False


_VERB_WORD: Final = re.compile(r"[a-z][a-z0-9-]*")


def _asks_help(found: Tool, words: list[Word]) -> bool:
    """`aws ec2 help`, `gh codespace code --help`: for tools that then do nothing else, whatever the verb."""
    last = words[-1].text
    if last != "--help" and (last != "help" or found.name != "aws"):
        return False
    between = words[1:-1]
    return (
        len(between) <= 4
        and found.name in names("help_for_every_verb")
        and all(word.literal and _VERB_WORD.fullmatch(word.text) is not None for word in between)
    )


class _Verb(NamedTuple):
    """The verb words, how many words they and the options between them took, and those options."""

    path: tuple[str, ...]
    taken: int
    options: list[Word]
    following: Word | None
    """The first word after it that is neither an option nor an option's value; not looked for where no verb
    of the tables is longer.
    """


_NO_VERB: Final = _Verb((), 0, [], None)
"""Of a tool without verbs; nobody writes into it."""


def _verb(found: Tool, words: list[Word]) -> _Verb:
    """Follow the verb words past options, as long as the tables know the longer path."""
    if not found.verbs and found.table is None:
        return _NO_VERB
    path: tuple[str, ...] = ()
    begin = ""
    options: list[Word] = []
    pending: list[Word] = []
    taken, index, size = 0, 1, len(words)
    while index < size and len(path) < MAX_VERB_WORDS:
        word = words[index]
        text = word.text
        if text[:1] == "-" and len(text) > 1 and not _extends(found, path, text, begin + text):
            width = _option_size(words, index, tool_grammar(found))
            pending.extend(words[index : index + width])
            index += width
            continue
        if found.fold_case:
            text = text.lower()
        if not word.literal or not _extends(found, path, text, begin + text):
            break
        path = (*path, text)
        if pending:
            options.extend(pending)
            pending = []
        taken = index
        index += 1
        if _is_whole(found, begin + text, len(path)):
            return _Verb(path, taken, options, None)
        begin += text + " "
    following = words[index] if index < size else None
    return _Verb(path, taken, options, following)


def _option_size(words: list[Word], index: int, grammar: Grammar) -> int:
    options = parse_arguments(words[index : index + 1], grammar).options
    last = options[-1] if options else None
    takes = last is not None and last.name in grammar.values and last.value is None
    return 2 if takes and index + 1 < len(words) else 1


def _may_be_worse(found: Tool, path: tuple[str, ...], rule: Rule) -> bool:
    """Whether one more word could make a verb of another kind of it: any for one that only reads, else one
    of a higher risk.
    """
    begin = " ".join(path) + " "
    longer = (other for verb, other in found.verbs.items() if verb.startswith(begin))
    return any(rule.risk is SAFE or exceeds(other.risk, rule.risk) for other in longer)


def _extends(found: Tool, path: tuple[str, ...], word: str, joined: str) -> bool:
    """Whether the tables know a verb of the path and one word more, both `joined`, or a longer one."""
    if joined in found.verbs or joined in found.beginnings:
        return True
    return found.table is not None and table_knows(found.table, (*path, word))


def _is_whole(found: Tool, joined: str, count: int) -> bool:
    """Whether no verb of the tables begins with this one of `count` words and goes on."""
    if joined in found.beginnings:
        return False
    return found.table is None or count > 1 or not has_group(found.table, joined)


def _rule(found: Tool, verb: _Verb) -> Rule | None:
    if not found.verbs and found.table is None:
        return found.bare or found.other
    if not verb.path:
        if verb.following is None:
            return found.bare
        return found.other if verb.following.literal or not found.verbs else None
    rule = found.verbs.get(" ".join(verb.path))
    if rule is None and found.table is not None:
        rule = table_rule(found.table, verb.path)
    return rule


def _no_rule(judge: Judge, found: Tool, words: list[Word], verb: _Verb) -> None:
    start, end = words[0].start, words[-1].end
    following = verb.following
    if following is not None and not following.literal:
        judge.unknown(
            "shell.dynamic", f"what {found.name} is asked to do is known only when it runs", start, end
        )
    elif not judge.guess(words[1:]):
        shown = f"{found.name} {following.text}" if following is not None else found.name
        judge.unknown(
            "tool.unknown-verb", f"{shown} is not in the tables: what it does is not known", start, end
        )
