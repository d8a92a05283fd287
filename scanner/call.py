"""One call of a known tool against its rule: options, arguments, files, handlers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

from scanner.escapes import OPAQUE
from scanner.file_arguments import judge_files
from scanner.flow import Place
from scanner.interpreters import search_code
from scanner.judge import Judge
from scanner.judgement import NOT_NEEDED, SAFE, UNKNOWN, Judgement
from scanner.listing import prints_names
from scanner.options import Arguments, Option
from scanner.paths import normal_path
from scanner.tables import Raise, Rule, Tool, names
from scanner.tables import rule as table_entry
from scanner.tables import tool as tool_named
from scanner.word import Word, all_literal, made
from schemas.risk import Risk
from schemas.verdict import Reversibility

MAX_RESOURCES: Final = 8
_SERVICE_VERBS: Final = frozenset(
    "restart reload force-reload try-restart status kill remove unload load".split()
)
_IP_WORDS: Final = frozenset("dev via up down src table metric scope proto link global".split())


class Call(NamedTuple):
    """A tool, the rule that its verb selected, and what it was given."""

    judge: Judge
    tool: Tool
    rule: Rule
    path: tuple[str, ...]
    words: list[Word]
    arguments: Arguments
    place: Place

    @property
    def start(self) -> int:
        """The first byte of the command."""
        return self.words[0].start

    @property
    def end(self) -> int:
        """The byte after the command."""
        return self.words[-1].end

    def say(
        self,
        risk: Risk,
        rule: str,
        why: str,
        *,
        word: Word | None = None,
        resources: Iterable[str] = (),
        reversibility: Reversibility = Reversibility.UNKNOWN,
    ) -> None:
        """Add a judgement about this command, or about one word of it."""
        start, end = (word.start, word.end) if word is not None else (self.words[0].start, self.words[-1].end)
        names = tuple(resources)[:MAX_RESOURCES]
        self.judge.add(made(Judgement, (risk, rule, why, start, end, names, reversibility, None)))


Handler = Callable[[Call], None]
"""Adds what no table can say."""
Reader = Callable[[Call], str | None]
"""Says why a call of a changing tool only reads, or None. Asked only where every word is literal."""


def judge_call(call: Call, handlers: Mapping[str, Handler], readers: Mapping[str, Reader]) -> None:
    """Apply a rule: 0. a reading form of a changing tool; 1. the base risk, lowered where an option says dry
    run; 2. options; 3. arguments; 4. files; 5. what no table can say, in a handler.
    """
    rule = call.rule
    reader = readers.get(rule.handler or "")
    if reader is not None and all_literal(call.words):  # 0
        reason = reader(call)
        if reason is not None:
            call.say(SAFE, f"{rule.id}.read", reason, reversibility=NOT_NEEDED)
            judge_files(call)
            return
    lowered = _lowered(call) if rule.lowers else None  # 1
    spoken = rule if lowered is None else lowered
    risk, why = spoken.risk, spoken.why
    inverse = _inverse(call) if lowered is None and rule.inverse else None
    reversibility = NOT_NEEDED if risk is SAFE else rule.reversibility
    resources = () if rule.risk is SAFE else resources_of(call)
    said = (risk, rule.id, why, call.words[0].start, call.words[-1].end, resources, reversibility, inverse)
    call.judge.add(made(Judgement, said))
    if lowered is not None and any(
        word.splits and (not rule.opaque or word.loose or _substituted(call, word)) for word in call.words[1:]
    ):
        why = f"a word that is known only when it runs may hold another option of {call.tool.name}"
        call.say(UNKNOWN, "option.dynamic", why)
    if call.arguments.options or call.arguments.doubtful:
        _options(call, safe=risk is SAFE and (lowered is None or bool(rule.options)))  # 2
    if rule.arguments or rule.max_arguments is not None:
        _arguments(call)  # 3
    judge_files(call)  # 4
    if rule.network:
        call.judge.shared.network = call.judge.judgements[-1]
    if rule.inner:
        call.judge.guess(call.words[1:])
    if rule.handler is not None and rule.handler in handlers and lowered is None:  # 5
        handlers[rule.handler](call)


def _substituted(call: Call, word: Word) -> bool:
    """Whether a part of a word is what a command prints: any text, but for numbers of processes."""
    raw = call.judge.source[word.start : word.end].decode("utf-8", "replace")
    alone = re.fullmatch(r"\$\(([^$()`]*)\)|`([^$()`]*)`", raw)
    if alone is not None and prints_names((alone.group(1) or alone.group(2) or "").strip()):
        return False
    return "$(" in raw or "`" in raw


def matches(raised: Raise, option: Option) -> bool | None:
    """Whether an entry speaks about this option's value; None where the value is not known.

    A path counts as it is written and as the system reads it: `//tmp/x` is `/tmp/x`.
    """
    if raised.when is None:
        return True
    if option.value is None:
        return raised.when.fullmatch("") is not None
    if not option.value.literal:
        return None
    given = option.value.text
    return any(raised.when.fullmatch(text) is not None for text in {given, normal_path(given)})


def _as_written(entry: Raise, option: Option) -> bool:
    """What lowers a risk holds only for the value as it stands there."""
    given = option.value.text if option.value is not None else ""
    return entry.when is None or entry.when.fullmatch(given) is not None


def _lowered(call: Call) -> Raise | None:
    """The lowering that holds; an option given twice counts only where each of its values lowers, one of
    several modes only where no other one stands behind it.
    """
    if not call.rule.lowers:
        return None
    found: Raise | None = None
    modes = [option.name for option in call.arguments.options if option.name in call.rule.modes]
    taken_back = bool(modes) and modes[-1] not in call.rule.lowers
    for option in call.arguments.options:
        if taken_back and option.name in call.rule.modes:
            continue
        entry = call.rule.lowers.get(option.name)
        if entry is None or option.abbreviated:
            continue
        if not matches(entry, option) or not _as_written(entry, option):
            return None
        found = found or entry
    return found


def _options(call: Call, *, safe: bool) -> None:
    rule, tool = call.rule, call.tool
    listed = _listed(tool.name, rule.id) if safe and rule.options is not None else None
    ours, theirs, runs, may_run = rule.raises, tool.raises, rule.exec, tool.exec
    for option in call.arguments.options:
        name = option.name
        if name in ours or name in theirs:
            _raised(call, ours[name] if name in ours else theirs[name], option)
        elif name in runs or name in may_run:
            _runs(call, option)
        elif listed is not None and (name not in listed or option.abbreviated):
            why = f"what the option {name.replace(OPAQUE, '…')} makes {tool.name} do is not known"
            call.say(UNKNOWN, "option.unknown", why, word=option.word)
    if (
        safe
        and tool.name == "wait"
        and any(word.read or word.data or word.named or word.pattern for word in call.arguments.doubtful)
    ):
        call.say(UNKNOWN, "option.data", "data may be an option of wait, which evaluates a subscript")
    if safe and any(
        word.data
        or word.loose
        or word.option
        or (word.read and tool.name in names("options_lead_away"))
        or not word.text.startswith(OPAQUE)
        or not rule.opaque
        for word in call.arguments.doubtful
    ):
        if _every_option_is_harmless(rule, tool):
            return
        if any(word.data or word.loose for word in call.arguments.doubtful):
            call.say(UNKNOWN, "option.data", f"data decides what {tool.name} is given, options included")
            return
        call.say(UNKNOWN, "option.dynamic", f"an option of {tool.name} may be known only when it runs")


def _every_option_is_harmless(rule: Rule, tool: Tool) -> bool:
    """No option of the program writes, runs or leads elsewhere: a file named `-x` does no harm either."""
    raises = (*rule.raises.values(), *tool.raises.values())
    return (
        (rule.harmless or rule.options is None)
        and not rule.exec
        and not tool.exec
        and (rule.harmless or (rule.handler is None and rule.max_arguments is None))
        and all(entry.risk is SAFE for entry in raises)
    )


@cache
def _listed(name: str, rule_id: str) -> frozenset[str]:
    """The options that the tables say do no harm; kept, since they are asked for with every command."""
    rule, tool = table_entry(rule_id), tool_named(name)
    flags = (tool.values | (tool.flags or frozenset())) if tool is not None else frozenset()
    return (rule.options or frozenset()) | rule.values | frozenset(rule.lowers) | flags


def _raised(call: Call, entry: Raise, option: Option) -> None:
    matched = matches(entry, option)
    if matched is None and entry.risk is not SAFE:
        call.say(
            UNKNOWN, f"{call.rule.id}{option.name}", f"the value of {option.name} is known only when it runs"
        )
    elif matched:
        call.say(
            entry.risk,
            f"{call.rule.id}{option.name}",
            entry.why,
            word=option.word,
            reversibility=entry.reversibility,
        )


def _runs(call: Call, option: Option) -> None:
    """An option whose value is run: looked into, and unknown at best."""
    value = option.value
    call.say(
        UNKNOWN, "option.runs", f"{option.name} makes {call.tool.name} run another program", word=option.word
    )
    if value is None or not value.text:
        return
    search_code(call.judge, value.text, option.word.start, option.word.end)
    for part in dict.fromkeys((value.text, value.text.partition("=")[2])):
        text = part.strip().removeprefix("!").removeprefix("shell ").strip("\"'")
        if text:
            call.judge.inner(text, option.word.start, option.word.end, "option.runs")


def _arguments(call: Call) -> None:
    rule, positionals = call.rule, call.arguments.positionals
    if rule.max_arguments is not None and len(positionals) > rule.max_arguments:
        call.say(rule.over.risk, f"{rule.id}.arguments", rule.over.why)
    for pattern, entry in rule.arguments:
        for at, word in enumerate(positionals):
            if pattern.fullmatch(word.text.replace(OPAQUE, "")) is not None:
                call.say(entry.risk, f"{rule.id}.argument", entry.why, word=word, resources=(word.text,))
                break
            if _may_be_it(call, pattern, word, first=at == 0):
                why = f"data decides a word, by which {call.tool.name} may do more than read"
                call.say(UNKNOWN, f"{rule.id}.argument", why, word=word)
                break


_WORD_LIST: Final = re.compile(r"[\w|-]+")
_OF_PERL: Final = ("-P", "--perl-regexp")


def _may_be_it(call: Call, pattern: Any, word: Word, *, first: bool) -> bool:
    """Whether data may make a word what a pattern speaks of; a list of words speaks of a first one only."""
    if OPAQUE not in word.text or not (word.read or word.data or word.named):
        return False
    if call.rule.handler == "query":  # it asks for the program itself
        return False
    if call.rule.id == "text.search":
        return call.arguments.has(*_OF_PERL)
    return first or _WORD_LIST.fullmatch(pattern.pattern) is None


def resources_of(call: Call) -> tuple[str, ...]:
    """The names that the command touches, for a typed confirmation; what is not known is left out."""
    kind = call.rule.resources
    if call.rule.risk is SAFE or kind == "none":
        return ()
    words = [word.text for word in call.arguments.positionals if word.known and word.text not in ("-", "")]
    if kind.startswith("option:"):
        value = call.arguments.value_of(*kind.removeprefix("option:").split(","))
        return (value.text,) if value is not None and value.known else ()
    if kind == "kubernetes":
        return _kubernetes_names(words, call)
    if kind == "service":
        named = [word for word in words if word not in call.rule.inverse and word not in _SERVICE_VERBS]
        return tuple(named[:1])
    if kind == "configure" and call.tool.name == "ip":
        named = [word for word in words[2:] if word not in _IP_WORDS]
        return tuple(named[:MAX_RESOURCES])
    return tuple(words[:MAX_RESOURCES])


def _kubernetes_names(words: list[str], call: Call) -> tuple[str, ...]:
    slashed = [word.partition("/")[2] for word in words if "/" in word]
    if slashed:
        return tuple(slashed[:MAX_RESOURCES])
    if len(words) > 1:
        return tuple(words[1 : 1 + MAX_RESOURCES])
    selected = call.arguments.value_of("-l", "--selector", "-f", "--filename")
    return (selected.text,) if selected is not None and selected.known else tuple(words)


def _inverse(call: Call) -> str | None:
    """The whole text with the verb replaced by the one that undoes it; kept only where it is one command."""
    verb = " ".join(call.path)
    other = call.rule.inverse.get(verb)
    last = verb.rsplit(" ", 1)[-1]
    if other is None:  # a rule without verbs, or an option that says what is done: `service x stop`, `-A`
        acting = [word.text for word in call.words[1:] if word.literal and word.text in call.rule.inverse]
        if len(acting) != 1:
            return None
        last, other = acting[0], call.rule.inverse[acting[0]]
    if call.judge.depth > 0 or sum(word.text == last for word in call.words[1:]) != 1:
        return None
    source = call.judge.source
    word = next(word for word in call.words[1:] if word.text == last)
    return (source[: word.start] + other.rsplit(" ", 1)[-1].encode() + source[word.end :]).decode().strip()
