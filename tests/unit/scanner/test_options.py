"""Commands that look like reads and carry one option or word that is none: not one of them may be safe.

They were written against the tables, a tool at a time, after every safe rule had got its list of options.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from scanner import scan
from scanner.options import Grammar, parse_arguments
from scanner.word import Word

ACTING: Final = (
    (Path(__file__).parent / "data" / "options_that_act.txt").read_text(encoding="utf-8").splitlines()
)


def test_no_option_that_acts_is_safe() -> None:
    assert len(ACTING) > 900
    assert [command for command in ACTING if scan(command).risk == "safe"] == []


@pytest.mark.parametrize(
    "command",
    [
        "ls -la --color=auto",
        "ps auxf --sort=-%mem",
        "df -hT",
        "du -sh *",
        "free -m",
        "ss -tlnp",
        "tail -100f x",
        "journalctl -u nginx -f --since '1 hour ago'",
        "journalctl -b -1 -n 50 -o json",
        "grep -rniE 'a|b' /var/log",
        "top -b -n1",
        "iostat -xz 1 5",
        "dmesg -T --level=err,warn",
        "systemctl status -l --no-pager nginx",
        "lsof -nP -iTCP:443 -sTCP:LISTEN",
        "lsof -i:80",
        "find /var/log -name '*.log' -mtime +7 -size +1G -ls",
        "git log --oneline --graph -20",
        "git diff --stat HEAD~1",
        "git show --stat HEAD",
        "zcat x.gz",
        "xz -dc *.xz",
        "rpm -qa --last",
        "rpm -qi nginx",
        "dpkg -l nginx",
        "dnf history info 12",
        "apt list --upgradable",
        "pip list --outdated",
        "npm ls -g --depth=0",
        "gh pr list --state open --json number,title",
        "unzip -l x.zip",
        "7z l x.7z",
        "lvs -o +devices",
        "zpool status -v",
        "smartctl -a /dev/sda",
        "smartctl -l error /dev/sda",
        "strace -f -e trace=open id",
        "systemctl show nginx -p MainPID --value",
        "xfs_quota -x -c 'report -h' /data",
        "restic snapshots --latest 1",
        "btrfs filesystem usage -h /",
        "date -Iseconds",
        "echo --- start ---",
        "sort -t, -k2,2nr x",
        "less +F app.log",
        "yq -o json '.a.b' x.yaml",
        "jq --arg n x '.[$n]' x.json",
        "mysql -u root -psecret -e 'SELECT 1'",
        'mysql -u"$U" -p"$DB_PASS" -h"$H" -e \'SHOW PROCESSLIST\'',
        'tail -n"$N" app.log',
        "TOKEN=abc; echo $TOKEN",
        "echo ${DB_PASSWORD:+set}",
        'PASS=0; echo "$PASS passed"',
        "declare -p x",
        ": ${NS:=default}; kubectl -n $NS get pods",
        'read x; echo "${x:-none}"',
        'find "${1:-.}" -name x',
        "x=a; ls ${x:--delete}",
        "x=; ls ${x-a}",
        "if ls; then x=a; fi; ls ${x:-b}",
        "x=a; ls ${x:-b} | grep ${x:-c}",
    ],
)
def test_ordinary_looks_stay_safe(command: str) -> None:
    assert scan(command).risk == "safe", scan(command).why


@pytest.mark.parametrize(
    ("text", "names", "values"),
    [
        ("-i:80", ["-i"], [":80"]),
        ("-nPi:80", ["-n", "-P", "-i"], [None, None, ":80"]),
        ("-i", ["-i"], [None]),
        ("-100f", ["-#", "-#", "-#", "-f"], [None] * 4),
        ("-13", ["-#"], [None]),
    ],
)
def test_a_value_in_the_same_word_takes_no_other(
    text: str, names: list[str], values: list[str | None]
) -> None:
    grammar = Grammar(known={"-n", "-P", "-f", "-#"}, attached={"-i"})
    found = parse_arguments([Word(text, 0, 1), Word("--rotate", 2, 3)], grammar)
    assert [option.name for option in found.options] == [*names, "--rotate"]
    assert [option.value and option.value.text for option in found.options] == [*values, None]
