"""What find may come upon, by its folders and its tests of names and paths."""

from __future__ import annotations

from typing import Final

from scanner.call import Call
from scanner.globs import may_be_found, path_may_be_secret
from scanner.judgement import CAUTION, Judgement
from scanner.word import Word

_LINKS: Final = frozenset({"-H", "-L", "-P"})
_TEST_BEGINS: Final = ("-", "(", "!")


def finds_secrets(call: Call, words: list[Word]) -> None:
    """Remember that what is found may hold secrets, for what opens it: -exec, xargs, a loop."""
    texts = [word.text for word in words]
    begin = next((at for at, text in enumerate(texts) if text not in _LINKS), len(texts))
    first = next(
        (at for at, text in enumerate(texts) if at >= begin and text[:1] in _TEST_BEGINS), len(texts)
    )
    listed = texts[begin:first] or ["."]
    folders = call.judge.shared.folders
    roots = [*listed, *(f"{folder}/{root}" for folder in folders for root in listed if root[:1] not in "/~")]
    given = _positive(texts, ("-name", "-iname"))
    either = len(given) != 1 or any(text in ("-o", "-or", ",", "!", "-not") for text in texts)
    folded = [name.lower() for name in _positive(texts, ("-iname",))]
    asked = [*given, *folded, *([None] if either else [])]
    paths = _positive(texts, ("-path", "-ipath", "-wholename", "-iwholename"))
    paths += [path.lower() for path in _positive(texts, ("-ipath", "-iwholename"))]
    many = not call.judge.shared.work.has_room_for(len(roots) * len(asked) + len(paths))
    if (
        many
        or any(may_be_found(root, name) for root in roots for name in asked)
        or any(path_may_be_secret(path) for path in paths)
    ):
        why = "find comes upon files that hold secrets, and something opens what it finds"
        call.judge.shared.lists = Judgement(CAUTION, "secrets.read", why, call.start, call.end)


def _positive(texts: list[str], tests: tuple[str, ...]) -> list[str]:
    """The values of tests that are not negated."""
    return [
        text
        for at, text in enumerate(texts)
        if at and texts[at - 1] in tests and (at < 2 or texts[at - 2] not in ("!", "-not"))
    ]
