"""Judges commands by `nah`, in its own environment: one JSON text a line in, {"risk", "us"} a line out."""

from __future__ import annotations

import json
import sys
import time
from typing import Final

RISKS: Final = {"allow": "safe", "ask": "caution", "context": "caution", "block": "dangerous"}


def main() -> None:
    """Read, judge, write; as it comes, without a configuration of its user."""
    from nah.bash import classify_command  # type: ignore[import-not-found]  # of the guards' own environment
    from nah.config import use_defaults  # type: ignore[import-not-found]  # the same

    use_defaults()
    for line in sys.stdin:
        command = json.loads(line)
        begun = time.perf_counter()
        try:
            risk = RISKS.get(classify_command(command).final_decision, "unknown")
        except Exception as error:  # noqa: BLE001  reason: a guard's own crash counts as no verdict
            risk = "unknown"
            sys.stderr.write(f"{type(error).__name__}\n")
        sys.stdout.write(json.dumps({"risk": risk, "us": (time.perf_counter() - begun) * 1e6}) + "\n")


if __name__ == "__main__":
    main()
