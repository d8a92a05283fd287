"""The same text gives the same finding in every process: nothing follows the order of a set."""

from __future__ import annotations

import json
import os
import subprocess
import sys

TEXTS = (
    "git -c core.sshCommand='rm -rf /data' fetch",
    "script -qc 'x=userdel; $x -r deploy' /dev/null",
    "tar cf /dev/null x --checkpoint=1 --checkpoint-action=exec='rm -rf /data'",
    """script -qc 'if true; then a=(dd if=/dev/zero of=/dev/sda bs=1M); "${a[@]}"; fi' /dev/null""",
    "frob a=b,c d='rm -rf /data',e --x='mkfs /dev/sda',y",
)
_CODE = """
import json, sys
from scanner import scan
print([scan(text).model_dump_json() for text in json.load(sys.stdin)])
"""


def _in_a_process_of(seed: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _CODE],
        input=json.dumps(TEXTS),
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_the_seed_of_hashes_changes_nothing() -> None:
    assert len({_in_a_process_of(seed) for seed in (1, 2)}) == 1
