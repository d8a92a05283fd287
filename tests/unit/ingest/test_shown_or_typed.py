"""Blocks that are called a shell's and show what is printed; prompts by name; what a sentence only names."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import made_of


def typed(text: str, form: str | None = None) -> list[str]:
    """The commands of a text, whatever they are typed into."""
    made = made_of(text, form)
    return [] if made is None else [d.text for d in made.extraction.drafts if d.kind == "command"]


STATUS = """\
# A

Run `nodetool status`:

```shell
Datacenter: DC1
Status=Up/Down
State=Normal/Leaving/Joining/Moving
--  Address        Load       Tokens  Owns
UN  192.168.1.201  112.82 KB  256     32.7%
```

Run `nodetool gossipinfo`:

```shell
/192.168.1.204
  generation:1553759984
  heartbeat:104
```

```shell
REGION=eu-west-1
aws s3 ls
```
"""
SESSION = """\
A
=

Look at it:

.. code-block:: console

   bifrost# openstack baremetal node show |hypervisor_hostname|
   +-------+------+
   | UUID  | Name |
   +-------+------+

.. code-block:: console

   seed# docker exec -it bifrost_deploy /bin/bash
   (bifrost-deploy)[root@seed base]# OS_CLOUD=bifrost baremetal node list
"""


def test_what_is_printed_is_no_setting() -> None:
    assert typed(STATUS) == ["nodetool status", "nodetool gossipinfo", "REGION=eu-west-1", "aws s3 ls"]


def test_a_session_names_its_prompts_and_bars_are_filled_in() -> None:
    assert typed(SESSION, "rst")[:2] == [
        "openstack baremetal node show |hypervisor_hostname|", "docker exec -it bifrost_deploy /bin/bash",
    ]  # fmt: skip
    made = made_of(SESSION, "rst")
    assert made is not None
    assert [item.name for item in made.built.runbook.spec.variables] == ["hypervisor_hostname"]
    assert "|" not in (made.built.steps[0].step.command or "|")


@pytest.mark.parametrize(
    "sentence",
    [
        "You can remove it using the `nodetool removenode` command followed by the node id.",
        "After executing the `nodetool removenode` command, look at the ring.",
        '- `a | b means "a or b."`',
    ],
)
def test_what_is_only_named_is_not_run(sentence: str) -> None:
    assert typed(f"# A\n\nWait for the ring.\n\n{sentence}\n") == []
