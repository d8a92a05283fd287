"""What printf and echo print is what bash's print, or it is not known."""

from __future__ import annotations

import shlex
import subprocess
from itertools import product

from scanner import scan
from scanner.constant import output_of
from scanner.word import as_it_stands

FORMS = ["".join(parts) for parts in product(("%s", "%%", "%d", "%q", "%b", "ls ", "\\n", "%"), repeat=2)]
ARGUMENTS: tuple[list[str], ...] = ([], [""], ["a"], ["7", "b"], ["a", "", "%s"], ["-n", "x\\ty"])


def _printed(commands: list[list[str]]) -> list[str]:
    lines = "".join(f"{shlex.join(command)} 2>/dev/null; echo -n $'\\1'\n" for command in commands)
    ran = subprocess.run(["bash"], input=lines, capture_output=True, text=True, check=True, timeout=60)
    return ran.stdout.split("\1")[:-1]


def test_what_is_known_is_what_bash_prints() -> None:
    commands = [
        [program, *form, *arguments]
        for program, forms in (("printf", [[form] for form in FORMS]), ("echo", [[], ["-n"], ["-e"]]))
        for form in forms
        for arguments in ARGUMENTS
    ]
    known = [output_of([as_it_stands(text, 0, len(text)) for text in command], None) for command in commands]
    wrong = [
        (command, said, printed)
        for command, said, printed in zip(commands, known, _printed(commands), strict=True)
        if said not in (None, printed)
    ]
    assert not wrong
    assert sum(said is not None for said in known) > len(known) // 3


def test_a_format_without_its_values_is_read() -> None:
    assert scan("printf 'ls%s' | sh").rule_ids == scan("printf ls | sh").rule_ids
    assert "scanner.fault" not in scan("x=$(printf 'ls -%s'); $x").rule_ids
