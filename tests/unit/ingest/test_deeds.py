"""What a person does in the same sentence as a command is a step before or behind it."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import made_of

_BLOCK = "\n   ```\n   psql -c 'select 1'\n   ```\n"


@pytest.mark.parametrize(
    ("told", "steps"),
    [
        ("In `values.yaml`, change `replicas` to `3`, then run `helm upgrade x ./x`.",
         ["In values.yaml, change replicas to 3", "helm upgrade x ./x"]),
        ("Stop the service and run `fsck /dev/sdb1`.", ["Stop the service", "fsck /dev/sdb1"]),
        ("Repoint the app: change `HOST` in the secret, then `kubectl rollout restart deploy/a`.",
         ["Repoint the app: change HOST in the secret", "kubectl rollout restart deploy/a"]),
        ("Run `ssh db1 uptime` and restart it if needed.", ["ssh db1 uptime", "restart it if needed."]),
        ("Set the flag `readonly` to on, and wait until this is 0:" + _BLOCK,
         ["Set the flag readonly to on", "psql -c 'select 1'"]),
        ("Connect to the host and run `df -h`.", ["df -h"]),
        ("Change to the folder and run `make all`.", ["make all"]),
        ("Stop and then start it: `systemctl restart x`", ["systemctl restart x"]),
        ("Restart it with `systemctl restart x` and check the log.", ["systemctl restart x"]),
    ],
)  # fmt: skip
def test_a_deed_beside_a_command_is_a_step(told: str, steps: list[str]) -> None:
    made = made_of(f"# A\n\n1. {told}\n")
    assert made is not None
    assert [item.step.command or item.step.manual for item in made.built.steps] == steps
