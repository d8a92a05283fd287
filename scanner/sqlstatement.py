"""One SQL statement as the rules see it, and whether its WHERE is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scanner.judgement import SAFE, Judgement
from scanner.sqltokens import Token
from schemas.risk import Risk
from schemas.verdict import Reversibility


@dataclass(frozen=True, slots=True)
class Nested:
    """How the rules look into what stands inside: tokens of a sub-statement, or the text of a string."""

    tokens: Callable[[list[Token]], list[Judgement]]
    text: Callable[[str], list[Judgement]]


class Statement:
    """One statement's tokens with what the rules ask of them."""

    def __init__(self, tokens: Sequence[Token], nested: Nested) -> None:
        self.tokens = tokens
        self.nested = nested
        self.found: list[Judgement] = []
        self._places: dict[str, list[int]] = {}
        for index, token in enumerate(tokens):
            if token.kind == "word":
                self._places.setdefault(token.text, []).append(index)

    def say(
        self,
        risk: Risk,
        rule: str,
        why: str,
        resources: tuple[str, ...] = (),
        final: Reversibility | None = None,
    ) -> None:
        start, end = self.tokens[0].start, self.tokens[-1].end
        reversibility = final or (Reversibility.NOT_NEEDED if risk is SAFE else Reversibility.UNKNOWN)
        self.found.append(Judgement(risk, rule, why, start, end, resources, reversibility))

    def word(self, index: int) -> str:
        """The word at an index, or an empty text."""
        return (
            self.tokens[index].text if index < len(self.tokens) and self.tokens[index].kind == "word" else ""
        )

    def says(self, words: frozenset[str]) -> bool:
        """Whether one of these words stands in it outside quotes."""
        return not words.isdisjoint(self._places)

    def has(self, *texts: str) -> bool:
        """These words, in a row, anywhere outside quotes."""
        return any(
            all(self.word(at + offset) == text for offset, text in enumerate(texts[1:], 1))
            for at in self._places.get(texts[0], ())
        )

    def object_after(self, *skip: str) -> tuple[str, ...]:
        """The first name after the leading keyword and these words, with its schema."""
        index = 1
        while self.word(index) and self.word(index) in skip:
            index += 1
        parts: list[str] = []
        while index < len(self.tokens) and (
            self.tokens[index].kind in ("word", "name") or self.tokens[index].text == "."
        ):
            if parts and self.tokens[index].text != "." and parts[-1] != ".":
                break
            parts.append(self.tokens[index].text)
            index += 1
        return ("".join(parts),) if parts else ()


def where(tokens: Sequence[Token]) -> list[Token] | None:
    """The condition of the statement itself, not of what is nested; None where there is none."""
    depth = 0
    found: list[Token] | None = None
    for token in tokens:
        depth += (token.text == "(") - (token.text == ")") if token.kind == "operator" else 0
        if found is not None:
            if depth == 0 and token.is_word("returning", "limit", "order"):
                break
            found.append(token)
        elif depth == 0 and token.is_word("where"):
            found = []
    return found


def always(tokens: Sequence[Token]) -> bool:
    """A condition that is true whatever the row: one alternative of which every part is a constant truth."""
    tokens = _unwrapped(list(tokens))
    return any(all(_true(part) for part in _parts(branch, "and")) for branch in _parts(tokens, "or"))


def _unwrapped(tokens: list[Token]) -> list[Token]:
    """Without the parentheses around the whole, however many; linear."""
    partner: dict[int, int] = {}
    open_at: list[int] = []
    for index, token in enumerate(tokens):
        if token.kind == "operator" and token.text == "(":
            open_at.append(index)
        elif token.kind == "operator" and token.text == ")" and open_at:
            partner[open_at.pop()] = index
    low, high = 0, len(tokens)
    while low < high and partner.get(low) == high - 1:
        low, high = low + 1, high - 1
    return tokens[low:high]


def closes(tokens: Sequence[Token]) -> int:
    """The index of the parenthesis that closes the first token, or -1."""
    depth = 0
    for index, token in enumerate(tokens):
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0:
            return index
    return -1


def _parts(tokens: Sequence[Token], word: str) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        if token.kind == "operator":
            depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and (
            token.is_word(word) or (word == "or" and token.text == "||" and token.kind == "operator")
        ):
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _true(part: list[Token]) -> bool:
    inner = _unwrapped(part)
    if len(inner) < len(part):
        return always(inner)
    if not inner:
        return True
    if inner[0].is_word("not") and len(inner) > 1:
        return len(inner) == 2 and (inner[1].is_word("false") or inner[1].text == "0")
    if len(inner) == 1:
        token = inner[0]
        return (
            token.is_word("true")
            or (token.kind == "number" and token.text.strip("0.") != "")
            or (token.kind == "string" and token.text.lower() in ("t", "true", "1", "yes", "on"))
        )
    constants = all(token.kind in ("number", "string", "operator") for token in inner)
    if constants:
        return True
    half = len(inner) // 2
    if len(inner) % 2 and inner[half].text in ("=", "<=", ">=", "<=>", "is", "like"):
        return [(t.kind, t.text) for t in inner[:half]] == [(t.kind, t.text) for t in inner[half + 1 :]]
    return False
