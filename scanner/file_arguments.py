"""The files that a call names: secrets that are read or listed, writes onto what the system depends on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from scanner.devices import reads_device
from scanner.escapes import OPAQUE
from scanner.globs import folder_with_secrets, may_be_secret
from scanner.judgement import CAUTION, Judgement
from scanner.paths import (
    any_sensitive,
    is_sensitive,
    names_a_secret,
    normal_path,
    one_outside,
)
from scanner.secret_values import PRINTS_NAMES, judge_secret_values
from scanner.tables import names
from scanner.word import Word
from scanner.written import judge_protected_writes

if TYPE_CHECKING:
    from scanner.call import Call

_OWN_KEYS: Final = frozenset(
    {
        "--key",
        "-E",
        "--cert",
        "--cacert",
        "-i",
        "--client-key",
        "--client-certificate",
        "--keyring",
        "--kubeconfig",
    }
)
"""Options that name a key to sign in with: it is used, not shown."""
_MORE_THAN_A_NAME: Final = re.compile(r"(?m)[/:=]|^@")
"""What a word holds that has other paths in it than itself; asked of all words at once, one a line."""
_HOME: Final = re.compile(r"[\"']?\$(?:HOME\b|\{HOME\})")
_SHOWS_NO_FILE: Final = frozenset(
    {"text.echo", "text.printf", "text.tee", "text.write", "text.help", "text.edit"}
)
_COUNTS: Final = frozenset(
    "wc cksum sum md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum shasum "
    "tr seq factor numfmt look".split()
)
"""Readers that print numbers about files, or read no file by name."""
_CODE_FIRST: Final = frozenset({"text.awk", "text.sed", "text.jq", "text.jaq", "text.yq"})
_NAMES_ALL: Final = OPAQUE + "/"
"""Of a word that has nothing else in it, only what the script does elsewhere says which file it is."""
_DEVICES: Final = "dev/"
_PRINT_LISTS: Final = frozenset({"date", "gdate", "file", "du", "wc", "sort"})
"""Tools that take a file of names or dates."""
_LISTS: Final = frozenset({"--files0-from", "--files-from"})
_BY_LETTER: Final = frozenset({"date", "gdate", "file"})
_SEARCHES: Final = "text.search"
_COMPARES: Final = "text.compare"
_COMPARED: Final = frozenset({"--from-file", "--to-file"})
_ONLY_NAMES: Final = frozenset(
    {"-l", "-L", "-c", "-q", "--files-with-matches", "--files-without-match", "--count", "--quiet", "--files"}
)
_WHOLE_TREE: Final = frozenset({"-r", "-R", "--recursive", "--dereference-recursive", "-d", "--directories"})


def judge_files(call: Call) -> None:
    """1. secrets in full; 2. those that a pattern or folder may hold; 3. variables; 4. what is written."""
    _named_secrets(call)  # 1
    _possible_secrets(call)  # 2
    if call.judge.expands or call.rule.id == PRINTS_NAMES:
        judge_secret_values(call)  # 3
    if call.rule.writes:
        judge_protected_writes(call)  # 4


_NAMED_FILES: Final = ("--rawfile", "--slurpfile", "--argfile")
"""Of jq, with two words each: a name, and a file."""


def _named_secrets(call: Call) -> None:
    candidates = call.arguments.positionals
    if call.arguments.options:
        values = [o.value for o in call.arguments.options if o.value is not None and o.name not in _OWN_KEYS]
        candidates = [*candidates, *values]
    if call.rule.id == "kubernetes.write" and _packs_secrets(call):
        _secret(call, "puts files that hold secrets into what it makes or prints")
    if not candidates or not _any_secret(call, candidates):
        return
    files = _read_words(call)
    shown = {id(word) for word in files} if shows_files(call) else set()
    code = call.arguments.positionals[: len(call.arguments.positionals) - len(files)]
    if call.arguments.has(*_NAMED_FILES):
        code = []  # the second word of such an option stands among them
    for word in candidates:
        if any(is_sensitive(path) for path in _paths(call, word)):
            _secret(call, f"{word.text} holds secrets")
            break
        if id(word) in shown and any(names_a_secret(path) for path in _paths(call, word)):
            _secret(call, f"{word.text} holds secrets by its name")
            break
        if _reads_raw(call, word, code):
            call.say(
                CAUTION, "secrets.raw", f"reads {word.text} raw, past the rights of every file", word=word
            )
            break


def _reads_raw(call: Call, word: Word, code: list[Word]) -> bool:
    """A device that is read as a file, from any folder that the script goes to; a pattern of grep is none."""
    if ("/" not in word.text and not call.judge.shared.folders) or any(word is one for one in code):
        return False
    return reads_device(call, word, _paths(call, word))


def _packs_secrets(call: Call) -> bool:
    """kubectl's `--from-file=FOLDER`: every file of it goes into what is made, or printed."""
    values = (option.value for option in call.arguments.options if option.name == "--from-file")
    folders = [path for value in values if value is not None for path in _paths(call, value)]
    return any(folder_with_secrets(path) or may_be_secret(Word(path, 0, 0, pattern=True)) for path in folders)


def _any_secret(call: Call, candidates: list[Word]) -> bool:
    """Whether one of the words may be a secret at all: one look at all of them for most commands."""
    if call.rule.id.startswith("text.") or call.tool.name == "file":
        return True
    folders = call.judge.shared.folders
    paths = [word.text for word in candidates]
    lines = "\n".join(paths)
    if folders or _MORE_THAN_A_NAME.search(lines) is not None:
        paths = []
        for word in candidates:
            if folders or _MORE_THAN_A_NAME.search(word.text) is not None:
                paths += _paths(call, word)
            else:
                paths.append(word.text)
        lines = "\n".join(paths)
    if call.tool.name in names("device_tools") and any(word.pattern for word in candidates):
        return True
    return lines.count("\n") >= len(paths) or _DEVICES in lines or any_sensitive(lines)


def _secret(call: Call, why: str) -> None:
    found = Judgement(CAUTION, "secrets.read", why.replace(OPAQUE, "…"), call.start, call.end)
    call.judge.shared.sensitive = found
    call.judge.add(found)


def _part(text: str) -> str:
    """What stands behind the last colon or equals sign of a word that is no path and no URL."""
    at = max(text.rfind(":"), text.rfind("="))
    plain = at > 0 and text[0] not in "/~" and "://" not in text and " " not in text
    return text[at + 1 :] if plain else ""


def _paths(call: Call, word: Word) -> list[str]:
    """A word as a path, from here and from each folder that the script goes to; `form=PATH`, `HEAD:PATH`."""
    text = word.text.removeprefix("@")
    part = _part(text)
    if part:
        return [normal_path(text), normal_path(part)]
    if text.startswith(("/", "~", "-")) or not text:
        return [normal_path(text)]
    return [normal_path(text), *(normal_path(f"{folder}/{text}") for folder in call.judge.shared.folders)]


def shows_files(call: Call) -> bool:
    """Whether a call prints what is in the files that it is given."""
    rule = call.rule.id
    if call.tool.name == "git":
        return call.path == ("diff",) and _diffs_files(call)
    return rule[:5] == "text." and rule not in _SHOWS_NO_FILE and call.tool.name not in _COUNTS


def _diffs_files(call: Call) -> bool:
    """Whether `git diff` compares two files or folders, as it does by itself if one is outside its tree."""
    return call.arguments.has("--no-index") or one_outside(call.arguments.positionals)


def _read_words(call: Call) -> list[Word]:
    """The positionals that are files, without a pattern or program before them."""
    given = call.arguments.positionals
    code_given = call.arguments.has("-e", "-f", "--regexp", "--file", "--expression", "--from-file")
    first_is_code = call.rule.id in _CODE_FIRST or call.rule.id.startswith(_SEARCHES)
    return given[1:] if first_is_code and not code_given else given


def _possible_secrets(call: Call) -> None:
    shared, shows = call.judge.shared, shows_files(call)
    if call.tool.name in ("cd", "pushd"):
        _enters(call)
    words = _read_words(call) if shows else call.arguments.positionals
    if shows and call.arguments.doubtful and any(word.loose for word in call.words):
        _secret(call, f"data decides what {call.tool.name} is given, and files may be among it")
    doubtful = words
    shared.looked(len(words))
    if not shared.folders:
        doubtful = [word for word in words if word.pattern or word.read or OPAQUE in word.text]
    for word in doubtful:
        _doubtful(call, word, shows=shows)
    if call.rule.id[:5] == "text." or call.tool.name == "git":
        _trees(call, words)
    if call.tool.name in _PRINT_LISTS:
        _lists_of_files(call)


def _doubtful(call: Call, word: Word, *, shows: bool) -> None:
    """One word that is no literal path, or may be meant from a folder that the script goes to."""
    shared = call.judge.shared
    if shows and _by_data(call, word):
        _secret(call, f"data decides which files {call.tool.name} prints, and they may hold secrets")
        return
    if shows and word.named and word.pattern and any(may_be_secret(form) for form in _below_names(word)):
        _secret(call, f"{word.text} is any file below folders that a pattern or a list names")
        return
    from_home = _from_home(call, word)
    folders = [] if word.text.startswith(("/", "~")) else shared.folders
    forms = [
        from_home,
        *(word._replace(text=f"{folder}/{word.text}", pattern=True) for folder in folders),
    ]
    if any(_unsure(form) and may_be_secret(form) for form in forms):
        _may_show(call, f"{word.text} may name files that hold secrets", shows=shows)
    elif shows and word.text.strip(_NAMES_ALL) == "" and word.text:
        shared.opens_listed = True
    elif shows and word.text.startswith(OPAQUE + "/") and shared.meets(end=word.text[1:]):
        _secret(call, f"{word.text} may name files that hold secrets")


def _below_names(word: Word) -> list[Word]:
    """The pattern that a name of a folder and one below it are together, as if it were written so."""
    return [word._replace(text=word.text.replace(OPAQUE, any_name)) for any_name in ("*", "*/")]


def _enters(call: Call) -> None:
    for word in call.arguments.positionals[:1]:
        call.judge.shared.enter(word.text)
        call.judge.shared.anywhere = call.judge.shared.anywhere or decided_by_data(word)


def _lists_of_files(call: Call) -> None:
    """`date -f FILE`, `wc --files0-from=FILE`: the lines of the file are in what it prints."""
    for option in call.arguments.options:
        value = option.value
        listed = option.name in _LISTS or (option.name in ("-f", "--file") and call.tool.name in _BY_LETTER)
        if value is None or not listed:
            continue
        if decided_by_data(value) or any(names_a_secret(path) for path in _paths(call, value)):
            _secret(call, f"the lines of {value.text} are shown, and it may hold secrets")


def _trees(call: Call, words: list[Word]) -> None:
    """Whole folders, whose files are printed, compared (two folders file by file) or searched."""
    if call.rule.id.startswith(_SEARCHES):
        _searches_tree(call, words)
    elif call.rule.id == _COMPARES:
        if not call.arguments.has("-q", "--brief"):
            given = [o.value for o in call.arguments.options if o.name in _COMPARED and o.value is not None]
            _folders_searched(call, [*words, *given])
    elif call.tool.name == "git":
        _of_git(call, words)


def _of_git(call: Call, words: list[Word]) -> None:
    """Folders outside of the repository, and files in it that data names: `HEAD:$n`."""
    outside = call.arguments.has("--no-index")
    if call.path == ("grep",) and outside:
        _folders_searched(call, words)
    elif call.path == ("diff",):
        outside = _diffs_files(call)
        _folders_searched(call, [word for word in words if outside or word.text.startswith(("/", "~"))])
    elif call.path in (("show",), ("cat-file",)) and any(
        ":" in word.text and decided_by_data(word) for word in words
    ):
        _secret(call, "data decides which file of the repository is printed, and it may hold secrets")


def _by_data(call: Call, word: Word) -> bool:
    """Data decides the file, or the folder that its name is meant from."""
    away = call.judge.shared.anywhere and word.text[:1] not in ("/", "~", "-", "")
    return away or decided_by_data(word)


def decided_by_data(word: Word) -> bool:
    """Whether data names the file: who wrote it may name any; `$f.log` only one of that kind."""
    if not word.data and not word.read:
        return False
    return word.loose or word.text.endswith(OPAQUE) or (word.read and not word.certain)


def _from_home(call: Call, word: Word) -> Word:
    """`$HOME/x` as `~/x`, where the script does not say what the home is."""
    if not word.text.startswith(OPAQUE + "/"):
        return word
    raw = call.judge.source[word.start : word.end].decode("utf-8", "replace")
    return word._replace(text="~" + word.text[1:]) if _HOME.match(raw) is not None else word


def _unsure(word: Word) -> bool:
    return word.pattern or OPAQUE in word.text


def _may_show(call: Call, why: str, *, shows: bool) -> None:
    if shows:
        _secret(call, why)
    else:
        call.judge.shared.lists = Judgement(CAUTION, "secrets.read", why, call.start, call.end)


def _searches_tree(call: Call, words: list[Word]) -> None:
    """grep -r, rg, ag over a folder in which secrets are; `-D read` opens devices, too."""
    devices = call.arguments.value_of("-D", "--devices")
    if devices is not None and not devices.text.startswith("s"):
        _secret(call, "reads devices as files")
    whole = call.rule.id != _SEARCHES or any(call.arguments.has(name) for name in _WHOLE_TREE)
    if not whole or any(call.arguments.has(name) for name in _ONLY_NAMES):
        return
    _folders_searched(call, words)


def _folders_searched(call: Call, words: list[Word]) -> None:
    for word in words:
        if any(folder_with_secrets(path) for path in _paths(call, word)):
            _secret(call, f"searches {word.text}, where files with secrets are")
            return
