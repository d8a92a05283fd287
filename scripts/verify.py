"""Regenerates everything that is generated and fails where the tree is not clean afterwards."""

from __future__ import annotations

import subprocess
import sys

from scripts.generate import ROOT
from scripts.generate import main as generate
from scripts.generate_proto import ProtocFailed
from scripts.stages import say

if __name__ == "__main__":
    try:
        generate()
    except ProtocFailed as failure:
        sys.stderr.write(f"{failure}\n")
        raise SystemExit(1) from None
    dirty = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    if dirty:
        sys.stderr.write(f"verify: the tree is not clean; commit or drop these:\n{dirty}")
        raise SystemExit(1)
    say("verify: every generated file is up to date and the tree is clean")
