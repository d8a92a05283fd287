"""`python -m controller.cli` is `dd0c`."""

from controller.cli import main

main()
