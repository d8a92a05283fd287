"""Runs a tool of the web app (`tsc`, `biome`, `vitest`, …) in `web/`, with the Node of `.venv`.

`python -m scripts.web_tool TOOL [arguments]`; the packages of tests and lint are installed first where
they are missing. Ends with the tool's exit code.
"""

from __future__ import annotations

import subprocess
import sys

from scripts import web
from scripts.stages import refuse


def run(*command: str) -> int:
    """Run the tool with its output passed through; its exit code."""
    ended = subprocess.run(web.node(*command), cwd=web.WEB, env=web.environment(), check=False)
    return ended.returncode


def main(arguments: list[str]) -> int:
    """Install what is missing, then run the tool."""
    if not arguments:
        refuse("web_tool: name a tool, for example: python -m scripts.web_tool tsc --noEmit")
    try:
        web.packages(with_tools=True)
    except web.WebFailed as failure:
        web.explain(failure)
    return run(*arguments)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
