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


def test_what_is_first_in_brackets_changes_no_order() -> None:
    made = made_of(
        "# A\n\n1. If it hangs, restart it: `systemctl restart a`. When you can't wait: `systemctl kill a` "
        "(kills running jobs, announce in #dev first).\n"
    )
    assert made is not None
    found = [item.step.command for item in made.built.steps if item.step.command]
    assert found == ["systemctl restart a", "systemctl kill a"]


RABBIT = """\
# Queue grows

## SMTP

Test from a pod:

    kubectl -n mail exec -it deploy/mailer -- sh
    nc -vz smtp.relay.corp 587

Look for replies in the logs:

    kubectl -n mail logs deploy/mailer --since=15m

* `421`/`450`: we're rate limited. Lower the concurrency with `kubectl -n mail set env deploy/m C=2`.
* `535`: the password has expired; rotate it (see Secrets) — don't restart in a loop, you'll lock the account!

## Purge

Only after product has agreed (write their name in the ticket).

    rabbitmqctl purge_queue mail.out -p /prod
"""


def test_labels_say_their_case_and_nobody_types_the_client_inside() -> None:
    made = made_of(RABBIT)
    assert made is not None
    steps = {item.step.id: item.step for item in made.built.steps}
    told = {item.command or item.manual: item for item in steps.values()}
    assert "kubectl -n mail logs deploy/mailer --since=15m" in told
    rotate = next(text for text in told if text and "rotate it" in text)
    for what, case in (("kubectl -n mail set env deploy/m C=2", "421/450"), (rotate, "535")):
        when = told[what].when
        assert when is not None
        assert steps[when.step or ""].manual == f"{case}: is that so?"
    order = list(told)
    gate = "Only after product has agreed (write their name in the ticket)."
    assert order.index(gate) < order.index("rabbitmqctl purge_queue mail.out -p /prod")
