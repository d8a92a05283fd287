"""`python -m controller.main`.

A module of this name, and not the assembly itself: each process that parses begins with the main module of
the one that started it, unless that is called `__main__`, and would load all that the controller is made of.
"""

from __future__ import annotations

import sys

from controller.main.assembly import main

if __name__ == "__main__":
    sys.exit(main())
