"""A ban holds for what stands behind its colon, but in few forms that surely tell to do something else."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, X, commands

BANNED = """
Do not attempt: run $X.
Do not just: run $X.
Never blindly: run $X.
Never on the primary: run $X.
Do not during business hours: run $X.
Avoid both: run $X; run `reboot`.
Avoid shortcuts: run $X, restart `reboot`.
Don't be tempted: run $X and it is gone.
Don't repeat the outage of May: run $X on the primary.
Never delete data by hand: drop `reboot`, stop $X.
Do not delete anything: execute $X.
Do not combine flags: run $X.
Do not restart the primary: stop $X; delete `rm -rf /data`.
Never wait for the backup to start and: run $X
We do not ignore alerts: run $X is no option.
Don't wait: run $X is no option.
Never delete production: run $X on staging only if Ann agrees.
Do not, under any circumstances, run $X instead.
Never on the primary; run $X instead.
Do not log in, run $X instead of `reboot`.
Not to be used in production, run $X elsewhere.
Not to do on prod: run $X.
To avoid at all costs: run $X.
To avoid at all times, run $X.
To avoid in case of an outage, run $X.
Run it (not to be used in production): $X
Forbidden: run $X.
- **Forbidden**: $X
Strictly forbidden: $X
Not allowed in production: run $X.
Do not do any of this: is lag high? -> run $X. Otherwise -> run `reboot`.
Do not do any of this: is lag high? -> run `reboot`. Otherwise -> run $X.
Bob's old way: lag on one? -> run `reboot`. Lag on all? -> run $X.
"""


def test_what_a_ban_may_speak_of_is_no_step() -> None:
    found = {row: commands(f"{HEAD}{row.replace('$X', f'`{X}`')}\n") for row in BANNED.strip().split("\n")}
    assert {row: kinds for row, kinds in found.items() if set(kinds) - {"uptime -p"}} == {}


@pytest.mark.parametrize(
    "text",
    ["Do not run the command in parallel `{}`.", "Don't do this for all nodes `{}`, it ends badly.",
     "Never repeat this command twice: `{}`.", "It is forbidden to restart it with `{}`.",
     "It is strictly prohibited to run `{}`."],
)  # fmt: skip
def test_how_often_with_the_command_itself_is_a_ban(text: str) -> None:
    assert commands(f"{HEAD}{text.format(X)}\n") == {"uptime -p": False}
