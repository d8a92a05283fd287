"""Why a command counts as risky as it does: what judged it, and who raised it above that. Pure."""

from __future__ import annotations

from schemas.risk import Risk, exceeds
from schemas.verdict import Verdict


def why(
    judged: Verdict | None,
    *,
    declared: Risk | None = None,
    own: Verdict | None = None,
    raised: Risk | None = None,
) -> str:
    """One line; empty where nobody said anything.

    `judged` is the verdict on exactly the text that is shown (None: nobody judged it), `declared` what the
    runbook declares, `own` the verdict on the document's text where another one is shown, `raised` what an
    agent's scanner found.
    """
    found = Risk.UNKNOWN if judged is None else judged.shown
    raisers = []
    if declared is not None and exceeds(declared, found):
        raisers.append(f"the runbook declares it {declared}")
    if own is not None and exceeds(own.shown, found):
        raisers.append(f"the step's own command counts as {own.risk} ({own.reason})")
    if raised is not None and exceeds(raised, found):
        raisers.append(f"the agent's scanner says {raised}")
    if judged is not None:
        raisers.append(judged.reason)
    return "; ".join(raisers)
