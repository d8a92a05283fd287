"""Ids of cloud resources that nobody has: in a command, `i-0123456789abcdef0` stands for the one meant."""

from __future__ import annotations

import re
from typing import Final

_KINDS: Final = {
    "i": "instance_id",
    "vol": "volume_id",
    "snap": "snapshot_id",
    "ami": "image_id",
    "sg": "security_group_id",
    "subnet": "subnet_id",
    "vpc": "vpc_id",
    "eni": "network_interface_id",
    "rtb": "route_table_id",
    "igw": "internet_gateway_id",
    "nat": "nat_gateway_id",
    "eipalloc": "allocation_id",
    "lt": "launch_template_id",
    "fs": "file_system_id",
}
"""Prefixes of ids of AWS, and what their values are called in its manuals."""
_ID: Final = re.compile(
    rf"(?<![\w/.-])(?P<kind>{'|'.join(_KINDS)})-(?P<rest>[0-9a-fA-F]{{8}}(?:[0-9a-fA-F]{{1,9}})?|0?[xX]{{4,17}})(?![\w-]|\.\w)"
)
_COUNTED: Final = re.compile(r"(?i)0?(?:0?1234567|abc[d1]|a1b2c3|deadbeef|(.)\1{6})|0?x{4}")
"""How the manuals make them up: digits or letters that count on, or one again and again."""
_TOLD_APART: Final = 6


def example_ids(command: str) -> list[tuple[str, str]]:
    """The made-up ids of a command, each with the name of its value, in order. Two ids of one kind are two
    values: but for the commonest, the name has its first letters.
    """
    return [
        (found[0], _named(_KINDS[found["kind"]], found["rest"].lower()))
        for found in _ID.finditer(command)
        if _COUNTED.match(found["rest"]) is not None
    ]


def _named(name: str, rest: str) -> str:
    return name if rest.startswith(("0123", "x", "0x")) else f"{name}_{rest[:_TOLD_APART]}"
