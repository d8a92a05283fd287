"""Whether a line that the rules left out reads like a command: by what tells one from output elsewhere."""

from __future__ import annotations

import re
from typing import Final

from ingest.extract.command_forms import unknown_program
from ingest.extract.command_lines import FUNCTION, is_house_tool, looks_like_command, plausible
from ingest.extract.consoles import is_cmdlet, is_sql
from ingest.extract.outputs import OUTPUTISH, is_failure, is_patch, is_row
from ingest.extract.prompted import is_in_columns
from ingest.extract.prompts import HASH_PROMPT, NAME_PROMPT, prompt_end
from ingest.extract.spoken import FUNCTION_WORDS
from ingest.extract.vocabulary import OTHER_LABELS, PROMPTED_LABELS, SESSION_LABELS, SHELL_LABELS
from ingest.extract.windows_lines import is_for_windows

_FILLED: Final = re.compile(r"(?:export\s+)?[A-Za-z_]\w{0,60}=\"?\$\(")
"""`POD=$(kubectl …)`: what only a shell reads."""
_CONSOLE: Final = re.compile(r"\s{0,40}[\w.@:/()\[\]=~-]{0,60}>\s{1,4}(?=\S)")
_ENDS: Final = (".", ":", ",", "?", "!")


def reads_like_command(line: str, language: str = "") -> bool:
    """Whether a line of code could be typed at a shell or a console. `language`: what its block is called."""
    text = line.strip()
    if not text or text.startswith("#") or is_patch(text):
        return False
    typed = text[_prompt_end(text, language) or console_prompt_end(text) :]
    if typed != text and language not in OTHER_LABELS - PROMPTED_LABELS:
        return not typed.startswith("#")
    if is_sql(typed) or is_cmdlet(typed) or is_for_windows(typed):
        return True
    if is_in_columns(typed) or is_row(typed) or is_failure(typed) or OUTPUTISH.match(typed):
        return False
    if typed.endswith("{") and FUNCTION.match(typed) is None:
        return False
    if looks_like_command(typed) or _FILLED.match(typed):
        return plausible(typed, labelled=language in SHELL_LABELS)
    return is_house_tool(typed) or (unknown_program(typed) and not typed.endswith(_ENDS))


def console_prompt_end(line: str) -> int:
    """Behind which character the prompt of a console ends: `cqlsh> SELECT 1;`; 0 where neither a statement
    nor a command stands behind it.
    """
    found = _CONSOLE.match(line)
    typed = line[found.end() :] if found else ""
    return found.end() if found and (is_sql(typed) or looks_like_command(typed)) else 0


def _prompt_end(text: str, language: str) -> int:
    named = NAME_PROMPT.match(text) if language in SESSION_LABELS else None
    return prompt_end(text) or (named.end() if named else 0)


def stands_bare(line: str) -> bool:
    """Whether a line of prose without a mark of code is nothing but a command, or stands behind a prompt."""
    text = line.strip()
    end = prompt_end(text)
    if end:
        return end < len(text) and text[end] != "#"
    root = HASH_PROMPT.match(text)
    text = text[root.end() :] if root else text
    if not text or text[0].isupper() or text.endswith(_ENDS) or not looks_like_command(text):
        return False
    return FUNCTION_WORDS.isdisjoint(text.split()) and reads_like_command(text)
