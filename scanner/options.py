"""Argument words to options and positionals, by what a rule knows of the tool's options."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from scanner.escapes import OPAQUE
from scanner.word import Word, made


class Option(NamedTuple):
    """One option as met: its name as the tool spells it in full where that is known, and its value."""

    name: str
    value: Word | None
    word: Word

    @property
    def abbreviated(self) -> bool:
        """Whether the name was guessed from its beginning: the tool may have an option of just that name."""
        name, text = self.name, self.word.text
        return text != name and name[:2] == "--" and text.split("=", 1)[0] != name


@dataclass(slots=True)
class Arguments:
    """What came after the verb. `doubtful` are words that may be options, or options with an unknown name."""

    options: list[Option] = field(default_factory=list)
    positionals: list[Word] = field(default_factory=list)
    doubtful: list[Word] = field(default_factory=list)

    def value_of(self, *names: str) -> Word | None:
        """The last value given to any of these options."""
        found = None
        for option in self.options:
            if option.name in names and option.value is not None:
                found = option.value
        return found

    def has(self, *names: str) -> bool:
        """Whether any of these options is there."""
        return any(option.name in names for option in self.options)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How a tool reads options: those that take a value, all names known, and its habits."""

    values: Collection[str] = ()
    known: Collection[str] = ()
    attached: Collection[str] = ()
    """Short options whose value, if any, stands in the same word: `-i:80`, `-b`."""
    single_dash: bool = False
    """Long names after one hyphen (terraform, find, java): no clusters of letters."""
    first_only: bool = False
    """Options end at the first positional."""
    plain_dashes: bool = False
    """`--` has no meaning of its own."""
    long_names: tuple[str, ...] = ()
    """The long ones of `known` and `values`, sorted, where somebody has sorted them: for abbreviations."""


MAX_LETTERS: Final = 100
"""Of one cluster, and different ones of a longer cluster; with more, what it asks for is not known."""
_NOT_PLAIN: Final = ("-", OPAQUE)
"""How a word begins that is, or may be, an option."""


def long_names(*lists: Iterable[str]) -> tuple[str, ...]:
    """The long options of some lists, sorted, each once."""
    return tuple(sorted({name for listed in lists for name in listed if name.startswith("--")}))


def full_name(name: str, grammar: Grammar) -> str:
    """A long option as abbreviated by GNU tools, in full where exactly one known name fits; else as it is.

    Tools with long names after one hyphen take two as well, and no abbreviations.
    """
    if name in grammar.known or name in grammar.values or not name.startswith("--"):
        return name
    if grammar.single_dash:
        return name[1:]
    if grammar.long_names:
        at = bisect_left(grammar.long_names, name)
        fits = grammar.long_names[at : at + 2]
        alone = bool(fits) and fits[0].startswith(name) and not fits[-1].startswith(name)
        return fits[0] if alone or (len(fits) == 1 and fits[0].startswith(name)) else name
    found = {known for known in (*grammar.known, *grammar.values) if known.startswith(name)}
    return found.pop() if len(found) == 1 else name


def parse_arguments(words: Sequence[Word], grammar: Grammar) -> Arguments:
    """Read words as getopt_long does, permuted; a word that can't be read goes to `doubtful`."""
    found = Arguments([], [], [])
    index, size = 0, len(words)
    while index < size:
        word = words[index]
        index += 1
        text = word.text
        if not word.pattern and text[:1] not in _NOT_PLAIN:
            found.positionals.append(word)
            if word.splits or word.option:
                _spread(word, found)
        elif text == "--" and not grammar.plain_dashes and not word.pattern:
            found.positionals.extend(words[index:])
            break
        else:
            taken = _dashed(word, words[index] if index < size else None, grammar, found)
            if taken is not None:
                index += taken
                continue
        if grammar.first_only:
            found.positionals.extend(words[index:])
            break
    return found


def _dashed(word: Word, following: Word | None, grammar: Grammar, found: Arguments) -> int | None:
    """A word that is, or may be, an option: how many further words it took; None where it is an operand."""
    text = word.text
    if not word.pattern and word.certain and OPAQUE not in text and text != "-":
        return _with_more(word, following, grammar, found)
    if word.may_be_option:
        found.doubtful.append(word)
        found.positionals.append(word)
        return 0
    if not text.startswith("-") or text == "-":
        found.positionals.append(word)
        _spread(word, found)
        return None
    if not word.certain or (OPAQUE in text.split("=", 1)[0] and not _holds_value(text, grammar)):
        found.doubtful.append(word)
        return 0
    return _with_more(word, following, grammar, found)


def _holds_value(text: str, grammar: Grammar) -> bool:
    """`-p"$X"`: a letter that takes the rest of its word for a value stands before what is not known."""
    letters = "" if grammar.single_dash or text.startswith("--") else text[1 : text.index(OPAQUE)]
    return any("-" + letter in grammar.values or "-" + letter in grammar.attached for letter in letters)


def _spread(word: Word, found: Arguments) -> None:
    """Data without quotes in a word that begins as no option does may bring options behind its first."""
    if word.loose or (word.unbound and not word.text.startswith(OPAQUE)):
        found.doubtful.append(word._replace(text=OPAQUE, read=True))
    elif word.option:
        found.doubtful.append(word._replace(text=OPAQUE))


def _with_more(word: Word, following: Word | None, grammar: Grammar, found: Arguments) -> int:
    """Options of one word. A value may become several words: those behind its first are options, and files
    where a list decides them.
    """
    taken = _option(word, following, grammar, found)
    value = following if taken and following is not None else word
    if value.splits:
        found.doubtful.append(value._replace(text=OPAQUE))
        if value.loose:
            found.positionals.append(value)
    return taken


def _option(word: Word, following: Word | None, grammar: Grammar, found: Arguments) -> int:
    """Add the options of one word; gives how many further words it took."""
    text = word.text
    if text in grammar.values:  # most options, as the tables spell them; none there has an equals sign
        found.options.append(made(Option, (text, following, word)))
        return 1
    if text in grammar.known:
        found.options.append(made(Option, (text, None, word)))
        return 0
    if text.startswith("--") or grammar.single_dash:
        name, separator, value = text.partition("=")
        name = full_name(name, grammar)
        if separator:
            found.options.append(made(Option, (name, _part(word, value), word)))
            return 0
        if name in grammar.values:
            found.options.append(made(Option, (name, following, word)))
            return 1
        found.options.append(made(Option, (name, None, word)))
        return 0
    name, separator, value = text.partition("=")
    if name in grammar.values and len(name) > 2 and separator:
        found.options.append(Option(name, _part(word, value), word))
        return 0
    return _cluster(word, following, grammar, found)


def _cluster(word: Word, following: Word | None, grammar: Grammar, found: Arguments) -> int:
    letters = word.text[1:]
    if letters.isdigit() and not all("-" + digit in grammar.known for digit in letters):
        found.options.append(Option("-#", None, word))
        return 0
    places: Iterable[tuple[int, str]] = enumerate(letters)
    if len(letters) > MAX_LETTERS:
        once = _first_places(letters)
        places = once[:MAX_LETTERS]
        if len(once) > MAX_LETTERS:
            found.doubtful.append(word)
    for at, letter in places:
        name = "-" + letter
        if name in grammar.values:
            rest = letters[at + 1 :]
            value = _part(word, rest.removeprefix("=")) if rest else following
            found.options.append(Option(name, value, word))
            return 0 if rest else 1
        if letter == OPAQUE:
            found.doubtful.append(word)
            return 0
        if name in grammar.attached:
            rest = letters[at + 1 :]
            found.options.append(Option(name, _part(word, rest) if rest else None, word))
            return 0
        numbers = letter.isdigit() and name not in grammar.known and "-#" in grammar.known
        found.options.append(made(Option, ("-#" if numbers else name, None, word)))
    return 0


def _first_places(letters: str) -> list[tuple[int, str]]:
    """Each letter of a long cluster where it stands first: given again it says nothing more."""
    return sorted((letters.index(letter), letter) for letter in set(letters))


def _part(word: Word, text: str) -> Word:
    return word._replace(text=text, splits=False)
