"""Files, folders, archives, disks: what is removed, overwritten or unpacked where."""

from __future__ import annotations

import re
from itertools import pairwise, takewhile
from typing import Final

from scanner.call import Call, Handler, Reader
from scanner.escapes import OPAQUE
from scanner.judgement import CAUTION, DANGEROUS, UNKNOWN
from scanner.paths import is_device, is_protected, is_scratch, normal_path
from scanner.rules.searched import finds_secrets
from scanner.word import Word
from schemas.verdict import Reversibility

_FINAL: Final = Reversibility.IRREVERSIBLE
_TESTS: Final = frozenset(
    "-name -iname -path -ipath -wholename -regex -iregex -lname -type -xtype -size -mtime -atime -ctime "
    "-mmin "
    "-amin -cmin -newer -newermt -anewer -cnewer -newerct -newerat -newerBt -newermm -newerma -newermc "
    "-neweram -neweraa -newerac -newercm -newerca -newercc "
    "-context -user -group -uid -gid -perm -links -inum -samefile -fstype "
    "-maxdepth "
    "-mindepth -used -regextype -printf -files0-from".split()
)
_FLAGS: Final = frozenset(
    "-print -print0 -ls -empty -readable -writable -executable -nouser -nogroup -prune -quit -true -false "
    "-not -a "
    "-and -o -or -depth -d -xdev -mount -follow -daystart -noleaf -L -H -P -O1 -O2 -O3 -ignore_readdir_race "
    "-warn -nowarn "
    "-help -version --help --version -noignore_readdir_race -E -X -s".split()
)
_RUNS: Final = frozenset({"-exec", "-execdir", "-ok", "-okdir"})
_WRITES: Final = frozenset({"-fprint", "-fprint0", "-fls", "-fprintf"})


def find(call: Call) -> None:
    """find: every predicate is listed, or unknown; actions delete, run or write."""
    words = call.words[1:]
    finds_secrets(call, words)
    index = 0
    while index < len(words):
        text = words[index].text
        if words[index].may_be_option or words[index].loose or (OPAQUE in text and text.startswith("-")):
            call.judge.searches_text = True
            call.say(UNKNOWN, "files.find.dynamic", "a test or action of find is known only when it runs")
            if any(other.text in ("{}", "+", ";") for other in words):
                call.judge.guess([word for word in words if not word.text.startswith("-")])
        elif text in _RUNS:
            index = _find_runs(call, words, index)
        elif text == "-delete":
            why = "find deletes everything that it finds"
            call.say(DANGEROUS, "files.find.delete", why, resources=_roots(words), reversibility=_FINAL)
        elif text in _WRITES:
            _find_writes(call, words[index + 1 : index + 2])
            index += 1
        elif text in _TESTS:
            index += 1
        elif text.startswith("-") and text not in _FLAGS and len(text) > 1:
            call.say(UNKNOWN, "option.unknown", f"what {text} makes find do is not known", word=words[index])
        index += 1


def _roots(words: list[Word]) -> list[str]:
    """The folders that find begins in, where they are known."""
    roots = takewhile(lambda word: word.text[:1] not in ("-", "(", "!"), words)
    return [word.text for word in roots if word.known and word.text]


def _find_runs(call: Call, words: list[Word], index: int) -> int:
    end = index + 1
    while end < len(words) and words[end].text not in (";", "+"):
        end += 1
    read = any(word.read or word.data for word in words)
    inner = [
        Word(OPAQUE, word.end, word.end, read=read)
        if word.text == "{}"
        else word._replace(text=word.text.replace("{}", OPAQUE))
        for word in words[index + 1 : end]
    ]
    if inner:
        call.judge.words(inner, call.place)
    return end


def _find_writes(call: Call, target: list[Word]) -> None:
    path = normal_path(target[0].text) if target else ""
    if is_protected(path) or is_device(path):
        call.say(
            DANGEROUS, "write.protected", f"find writes into {path}", resources=(path,), reversibility=_FINAL
        )
    else:
        call.say(CAUTION, "files.find.write", "find writes a file")


def fd(call: Call) -> None:
    """fd: `-x` and `-X` run a command on what is found."""
    for at, word in enumerate(call.words):
        if word.text in ("-x", "-X", "--exec", "--exec-batch") and at + 1 < len(call.words):
            call.judge.words([*call.words[at + 1 :], Word(OPAQUE, call.end, call.end)], call.place)
            return
        if word.text.startswith(("--exec", "-x", "-X")) and at:
            call.say(UNKNOWN, "option.runs", "fd runs a command on what it finds")


def remove(call: Call) -> None:
    """rm: recursive is dangerous, but of named things below a temporary folder."""
    recursive = call.arguments.has("-r", "-R", "--recursive")
    force = call.arguments.has("-f", "--force")
    targets = call.arguments.positionals
    paths = [normal_path(word.text) for word in targets]
    scratch = bool(targets) and all(
        word.literal and is_scratch(path) for word, path in zip(targets, paths, strict=True)
    )
    shown = tuple(word.text for word in targets if word.known)
    if recursive and not scratch:
        what = " ".join(shown) or "what is given to it"
        call.say(
            DANGEROUS,
            "files.remove-tree",
            f"removes {what} with everything below",
            resources=shown,
            reversibility=_FINAL,
        )
    elif any(word.start == word.end for word in targets):
        call.say(
            DANGEROUS,
            "files.remove-many",
            "removes every file that another command names",
            reversibility=_FINAL,
        )
    elif any(path.startswith("/") and path.count("/") == 1 for path in paths):
        call.say(
            DANGEROUS,
            "files.remove-top",
            "removes something directly below the root",
            resources=shown,
            reversibility=_FINAL,
        )
    elif force and any(word.text.startswith(OPAQUE) or "*" in word.text for word in targets) and not scratch:
        call.say(
            DANGEROUS,
            "files.remove-many",
            "removes files whose names are not all shown, without asking",
            reversibility=_FINAL,
        )


def move(call: Call) -> None:
    """mv, cp, ln with /dev/null: the thing is gone, or reads as empty."""
    positionals = [normal_path(word.text) for word in call.arguments.positionals]
    if call.words[0].text.endswith("mv") and positionals and positionals[-1] == "/dev/null":
        call.say(
            DANGEROUS, "files.move-away", "moves it onto /dev/null, where it is gone", reversibility=_FINAL
        )
    target = call.arguments.value_of("-t", "--target-directory")
    for word in call.words[1:]:
        if word.text.startswith(("--target-directory=", "-t/")) or (
            target is not None and is_protected(normal_path(target.text))
        ):
            call.say(DANGEROUS, "write.protected", "changes what the system depends on")
            return


def recursive(call: Call) -> None:
    """chmod, chown and the like over a whole tree of the system."""
    if not call.arguments.has("-R", "--recursive"):
        return
    for word in call.arguments.positionals:
        path = normal_path(word.text)
        if is_protected(path) or path in ("~", "/home") or OPAQUE in path or path.startswith("~"):
            call.say(
                DANGEROUS,
                "files.rights-tree",
                f"changes the rights of everything below {word.text.replace(OPAQUE, '…')}",
                resources=(path,) if word.known else (),
                reversibility=_FINAL,
            )
            return


def dd(call: Call) -> None:
    """dd: where it writes decides."""
    target = next((word.text[3:] for word in call.words[1:] if word.text.startswith("of=")), None)
    if target is None:
        return
    path = normal_path(target)
    if (
        is_device(path)
        or is_protected(path)
        or (path.startswith("/dev/") and path not in ("/dev/null", "/dev/stdout"))
    ):
        call.say(
            DANGEROUS,
            "files.dd-device",
            f"writes raw bytes over {target}",
            resources=(target,),
            reversibility=_FINAL,
        )
    elif OPAQUE in target:
        call.say(
            DANGEROUS,
            "files.dd-unknown",
            "writes raw bytes over something that is not named",
            reversibility=_FINAL,
        )


def tar(call: Call) -> None:
    """tar: listing is safe; unpacking over the system is not."""
    first = next((word.text for word in call.words[1:]), "")
    mode = first.lstrip("-") if not first.startswith("--") else ""
    for word in call.words[1:]:
        if word.text.startswith("-") and not word.text.startswith("--"):
            mode += word.text[1:]
    folder = call.arguments.value_of("-C", "--directory")
    if folder is not None and "x" in mode and (is_protected(normal_path(folder.text)) or folder.text == "/"):
        call.say(DANGEROUS, "write.protected", f"unpacks over {folder.text}", resources=(folder.text,))
    sources = [word.text.rstrip("/") for word in call.arguments.positionals]
    if "c" in mode and any(
        path in ("/etc", "/root", "/home", "", "~") for path in sources if path or "/" in sources
    ):
        call.say(CAUTION, "secrets.read", "packs folders that hold secrets")
        call.judge.shared.sensitive = call.judge.judgements[-1]


def tar_lists(words: list[Word]) -> bool:
    """Whether a tar command only lists: `t` is the mode, and no option writes or runs anything."""
    letters = ""
    for at, word in enumerate(words[1:]):
        text = word.text
        if not word.literal or ":" in text:  # host:file is read through a remote shell
            return False
        if text.startswith("--"):
            if text.split("=")[0] not in (
                "--list",
                "--file",
                "--gzip",
                "--bzip2",
                "--xz",
                "--verbose",
                "--auto-compress",
            ):
                return False
            letters += "t" if text == "--list" else ""
        elif text.startswith("-") or at == 0:
            letters += text.lstrip("-")
    return "t" in letters and re.fullmatch(r"[tvzjJafO]+", letters) is not None


def unzip(call: Call) -> None:
    """Archives unpacked over the system."""
    folder = call.arguments.value_of("-d")
    for word in ([folder] if folder is not None else []) + call.words[1:]:
        if is_protected(normal_path(word.text.removeprefix("-d"))):
            call.say(DANGEROUS, "write.protected", f"unpacks over {word.text}", resources=(word.text,))
            return


def _lists(call: Call) -> str | None:
    """mount, losetup, swapon, fdisk and the like without anything to change."""
    name, texts = call.tool.name, [word.text for word in call.words[1:]]
    alone = name in ("mount", "losetup", "swapon") and set(texts) <= {
        "-l",
        "-a",
        "-v",
        "--show",
        "-s",
        "--list",
    }
    if alone and not (name == "mount" and "-a" in texts) and not (name == "swapon" and {"-a"} & set(texts)):
        return "only lists"
    if name in ("fdisk", "parted", "sfdisk") and texts in (["-l"], ["--list"]):
        return "only lists"
    asking = {"-I", "-i", "-tT", "-t", "-T", "-g", "-C", "-Tt"}
    if (
        name == "hdparm"
        and texts
        and {t for t in texts if t.startswith("-")} & asking == {t for t in texts if t.startswith("-")}
    ):
        return "only asks the drive" if any(t.startswith("-") for t in texts) else None
    if name == "tune2fs" and len(texts) == 2 and texts[0] == "-l":
        return "only lists"
    if name == "efibootmgr" and set(texts) <= {"-v"}:
        return "only lists"
    return None


def _tar_lists(call: Call) -> str | None:
    return "only lists an archive" if tar_lists(call.words) else None


_QUOTA_ASKS: Final = re.compile(
    r"-[ugPvsqilpwQmAFhdatcnCO]+|--(?:user|group|verbose|human-readable|all|quiet)"
)
_XFS_ASKS: Final = re.compile(
    r"(?:report|state|quota|df|free|path|print|help)(?: -[ugpbirahnNU]+| [A-Za-z0-9_./][A-Za-z0-9_./-]*)*"
)
"""Commands of xfs_quota that print; their `-f` writes a file."""


def _quota_shows(call: Call) -> str | None:
    """quota and repquota print; the other tools of quotas change them."""
    texts = [word.text for word in call.words[1:]]
    options = [text for text in texts if text.startswith("-")]
    if call.tool.name in ("quota", "repquota", "quotastats"):
        asks = all(_QUOTA_ASKS.fullmatch(text) for text in options)
    elif call.tool.name == "xfs_quota":
        given = [text for before, text in pairwise(texts) if before == "-c"]
        others = [text for text in options if text not in ("-c", "-x") and text not in given]
        asks = bool(given) and not others and all(_XFS_ASKS.fullmatch(text) for text in given)
    else:
        asks = False
    return "only shows the limits of accounts" if asks else None


HANDLERS: Final[dict[str, Handler]] = {
    "find": find,
    "fd": fd,
    "remove": remove,
    "move": move,
    "recursive": recursive,
    "dd": dd,
    "tar": tar,
    "unzip": unzip,
}
READERS: Final[dict[str, Reader]] = {
    "tar": _tar_lists,
    "listing": _lists,
    "disk": _lists,
    "quota": _quota_shows,
}
