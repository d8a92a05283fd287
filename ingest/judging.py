"""The verdict on a command: what the scanner found, and the advice of a second reader where there is one."""

from __future__ import annotations

from collections.abc import Callable

from scanner import scan
from schemas.merge import merge
from schemas.verdict import Advice, Finding, NoAdvice, Verdict

Advise = Callable[[str, Finding], Advice | NoAdvice | None]
"""The second key: from a command and the scanner's finding to advice, or to why it has none."""


def judge(command: str, advise: Advise | None = None) -> Verdict:
    """The one place where finding and advice meet, by the merge rules; without advice nothing is safe."""
    finding = scan(command)
    return merge(finding, None if advise is None else advise(command, finding))
