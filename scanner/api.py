"""The scanner's one public function: a text to a finding, deterministic, with no input but the text."""

from __future__ import annotations

from typing import Final, Literal

from base.limits import SCAN_MAX_BYTES
from scanner.bash import BashJudge
from scanner.finding import make_finding
from scanner.judgement import DANGEROUS, UNKNOWN, Judgement
from scanner.sql import inspect_sql
from scanner.text import destructive_text, foreign_outside_quotes, hidden_character
from schemas.verdict import Finding

Language = Literal["bash", "sql"]
LANGUAGES: Final = ("bash", "sql")


def scan(text: str, language: Language = "bash") -> Finding:
    """Say what a text of bash or SQL can do.

    Safe is only what the tables prove harmless in every part. Spans are character ranges of `text`.
    Raises ValueError for another language; no text makes it raise: a fault of ours is an unknown text.
    """
    if language not in LANGUAGES:
        raise ValueError(f"the scanner reads {' and '.join(LANGUAGES)}, not {language}")
    try:
        return _scan(text, language)
    except Exception as fault:  # noqa: BLE001  # the scanner's border: who asks must get "unknown", not a raise
        return _faulty(text, fault)


def _faulty(text: str, fault: Exception) -> Finding:
    """The finding where the scanner itself failed: unknown, or dangerous by the phrases of the raw text."""
    why = (
        f"the scanner failed on this text ({type(fault).__name__}), so nothing in it is known to be harmless"
    )
    size = len(text.encode("utf-8", "replace"))
    judgements = [Judgement(UNKNOWN, "scanner.fault", why, 0, size)]
    hit = destructive_text(_plain(text))
    if hit is not None:
        judgements.append(Judgement(DANGEROUS, "text.destructive", hit, 0, size))
    return make_finding(text, judgements)


def _scan(text: str, language: Language) -> Finding:
    if len(text) > SCAN_MAX_BYTES or (not text.isascii() and _bytes(text) > SCAN_MAX_BYTES):
        return make_finding(text, _with_refusal(text, "the text is longer than the scanner reads", []))
    refused = None if text.isascii() and text.isprintable() else _refused(text)
    try:
        found = inspect_sql(text) if language == "sql" else BashJudge(text).run()
    except RecursionError:
        found, refused = [], "the text is nested too deeply to read"
    if refused is not None:
        found = _with_refusal(text, refused, found)
    return make_finding(text, found)


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "replace"))


def _refused(text: str) -> str | None:
    """Why a text is not read as it stands, or None."""
    hidden = hidden_character(text)
    if hidden is not None:
        return (
            f"a control, invisible or direction-changing character (U+{ord(text[hidden]):04X}) stands in it"
        )
    foreign = foreign_outside_quotes(text)
    if foreign is not None:
        code = f"U+{ord(text[foreign]):04X}"
        return f"a character that only looks like an ordinary one ({code}) stands outside quotes"
    return None


def _plain(text: str) -> str:
    """The text with a blank for every character that is not printable ASCII."""
    return "".join(
        character if character.isascii() and character.isprintable() else " " for character in text
    )


def _with_refusal(text: str, why: str, found: list[Judgement]) -> list[Judgement]:
    """Unknown at best; what was found in the text still raises it, and so does a destructive phrase."""
    judgements = [Judgement(UNKNOWN, "text.refused", why, 0, len(text.encode("utf-8", "replace"))), *found]
    hit = destructive_text(text) or destructive_text(_plain(text))
    if hit is not None:
        judgements.append(
            Judgement(DANGEROUS, "text.destructive", hit, 0, len(text.encode("utf-8", "replace")))
        )
    return judgements
