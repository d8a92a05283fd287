"""Groups of commands that list what they are about where no sub-command is named."""

from __future__ import annotations

import click

_LIST = "list"


class ListGroup(click.Group):
    """`dd0c executions` lists them, and `dd0c executions list` says the same in words, options behind it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the word away before the group reads its options."""
        if args and args[0] == _LIST and _LIST not in self.commands:
            args = args[1:]
        return super().parse_args(ctx, args)
