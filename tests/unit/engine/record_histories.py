"""Records the fifty histories that `test_replay.py` replays: `python -m tests.unit.engine.record_histories`.

Run it only where a change of the machine is meant: raise `replay.ENGINE_VERSION` and say why in a decision
log. A recorded history is a promise to executions that are on their way in somebody's database.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any, Final

from controller.engine.replay import ENGINE_VERSION, write_recorded
from tests.unit.engine.wander import DOCUMENTS, run_for, setups, wander

FOLDER: Final = Path(__file__).parent / "histories"
EVENTS: Final = 32


def record(name: str, seed: int) -> dict[str, Any]:
    """One history."""
    run = run_for(name, seed)
    for _ in wander(run, random.Random(seed), EVENTS):  # reason: a repeatable walk, no secret
        pass
    return {
        "engineVersion": ENGINE_VERSION,
        "document": DOCUMENTS[name],
        "history": [write_recorded(recorded) for recorded in run.history],
    }


def main() -> int:
    """Write every file anew."""
    FOLDER.mkdir(exist_ok=True)
    for name, seed in setups():
        text = json.dumps(record(name, seed), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        (FOLDER / f"{name}-{seed}.json").write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(setups())} histories in {FOLDER.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
