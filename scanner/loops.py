"""Loops that repeat what they do as fast as the host can, without a pause or an end."""

from __future__ import annotations

import re
from typing import Final

LOOKED_AT: Final = 4_096
"""Characters of a loop in which a pause is looked for, so that loops in loops stay cheap."""
_ALWAYS: Final = r"(?:true|:|/bin/true|! *false|\[\[? +(?:1|true) +\]\]?|\(\( *1 *\)\)|test +1)"
_NEVER: Final = r"(?:false|/bin/false|! *true|\[ +\]|\(\( *0 *\)\))"
_FOREVER: Final = r"\(\([^;()]*;\s*(?:1\s*)?;[^()]*\)\)"
_ENDLESS: Final = re.compile(
    rf"\s*(?:while\s+{_ALWAYS}|until\s+{_NEVER}|for\s*{_FOREVER})\s*(?:[;\n]|do\b|\{{)"
)
_ASKS: Final = re.compile(
    r"\s*(?:while\s+!|until)\s+(?:curl|wget|nc|ncat|kubectl|oc|ssh|aws|gcloud|az|http)\s"
)
"""It goes on until something on the network answers."""
_PAUSES: Final = re.compile(
    r"\b(?:sleep|usleep|read|wait|break|exit|return|inotifywait|select|timeout|watch|pause|vmstat|iostat|ping"
    r"|tail)\b|\s(?:-f|-w|--follow|--watch|--connect-timeout|--max-time|--retry-delay)\b"
)


def runs_free(text: str) -> bool:
    """Whether a loop, given as its text, has neither a pause nor an end."""
    begins = _ENDLESS.match(text) is not None or _ASKS.match(text) is not None
    return begins and _PAUSES.search(text[:LOOKED_AT]) is None
