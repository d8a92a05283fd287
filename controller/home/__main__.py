"""`python -m controller.home`: what `make run` runs.

The imports take most of the first second, so a Ctrl-C is dealt with before them. Nothing is running yet.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"dd0c: interrupted before it was ready; nothing is left running.\n")
    os._exit(130)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, _leave)
    from controller.home.start import main

    sys.exit(main())
