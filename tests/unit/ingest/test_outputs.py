"""What a program prints below its command is no command, and the command above it is one."""

from __future__ import annotations

import pytest

from ingest.blocks import Block
from ingest.extract.commands import commands_of


def _found(text: str, language: str = "") -> list[str]:
    block = Block("code", text, 1, 1 + text.count("\n"), language=language)
    return [item.text for item in commands_of(block)]


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("kubectl get pods\n\nNAME READY\nweb 1/1", ["kubectl get pods"]),
        ("kubectl get pods\nNAME READY\nweb 1/1", ["kubectl get pods"]),
        (
            "systemctl status nginx\n● nginx.service - A\n   Loaded: loaded (/lib/x)",
            ["systemctl status nginx"],
        ),
        (
            "ping -c 3 db1\nPING db1 (10.0.0.1) 56(84) bytes of data.\n64 bytes from db1: ttl=64",
            ["ping -c 3 db1"],
        ),
        ("ssh -i key.pem host\nWelcome to Ubuntu 22.04\nLast login: Mon", ["ssh -i key.pem host"]),
        ("mount -a\n/dev/sda1 on / type ext4 (rw)", ["mount -a"]),
        ('curl -s http://x/health\n{"status":"ok"}', ["curl -s http://x/health"]),
        ('curl -s http://x/pods\n[{"name": "web"}]', ["curl -s http://x/pods"]),
        ("top -b -n 1\ntop - 10:00:00 up 5 days\nTasks: 100 total", ["top -b -n 1"]),
        ("> kubectl get pods\nNAME READY\nweb 1/1", ["kubectl get pods"]),
        (
            "> kubectl get pods\n> kubectl get nodes -o wide",
            ["kubectl get pods", "kubectl get nodes -o wide"],
        ),
    ],
)
def test_the_command_above_what_it_prints(text: str, commands: list[str]) -> None:
    assert _found(text) == commands


@pytest.mark.parametrize("language", ["", "shell"])
@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("rpc error: code = Internal desc = `git fetch --prune` failed exit status 128", []),
        ("fatal: could not read from remote: run `git remote -v`", []),
        ("diff --git a/x b/x\nindex 68387c9..7a8ace1 100644\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b", []),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n-rm -rf /srv\n+ls", []),
        ("/usr/sbin/stop-all\n/usr/sbin/start-all", ["/usr/sbin/stop-all", "/usr/sbin/start-all"]),
        ("/srv/web/stop.sh\n/srv/web/start.sh", ["/srv/web/stop.sh", "/srv/web/start.sh"]),
        ("grep error: /var/log/web.log", ["grep error: /var/log/web.log"]),
        ("diff --brief a b\nls -l", ["diff --brief a b", "ls -l"]),
    ],
)  # fmt: skip
def test_what_is_shown_of_files_and_failures_is_no_command(
    language: str, text: str, commands: list[str]
) -> None:
    assert _found(text, language) == commands


@pytest.mark.parametrize(
    ("text", "language", "commands"),
    [
        ("/srv/web/code     # what runs now\n/srv/web/lib      # what it needs\n", "", []),
        ("/opt/app/stop-all\n/opt/app/start-all", "sh", ["/opt/app/stop-all", "/opt/app/start-all"]),
        ("~/deploy\n~/verify", "sh", ["~/deploy", "~/verify"]),
        ("/etc/init.d/web\n/opt/scripts/cleanup", "", ["/etc/init.d/web", "/opt/scripts/cleanup"]),
        ("./stop\n./start", "", ["./stop", "./start"]),
        ("fatal: not a git repository\ngit init", "sh", ["git init"]),
        ("Index: x\nsystemctl restart web", "sh", ["systemctl restart web"]),
        ("---\nsystemctl restart web", "sh", ["systemctl restart web"]),
        ("(cd /srv; ls -l)\nuptime", "sh", ["(cd /srv; ls -l)", "uptime"]),
        ("Index: a/x\n=====\n--- a/x\n+++ b/x", "sh", []),
    ],
)
def test_commands_beside_such_lines_are_not_lost(text: str, language: str, commands: list[str]) -> None:
    assert _found(text, language) == commands


@pytest.mark.parametrize("language", ["", "bash"])
def test_rows_of_disks_are_no_commands(language: str) -> None:
    rows = (
        "df -h\n\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/sda1        50G   48G  2.0G  96% /\n"
        "tmpfs           1.6G  2.1M  1.6G   1% /run\noverlay         50G   48G   2.0G  96% /"
    )
    assert _found(rows, language) == ["df -h"]


@pytest.mark.parametrize(
    "text",
    [
        "server {\n  listen 80;\n}",
        "set -g mouse on\nbind r source",
        "from x import y\nprint(y)",
        "kubectl get pods -A\nAll pods are fine.\nNone is missing.",
        "> All is well.\n> Nobody is ill.",
    ],
)
def test_what_is_no_command_stays_none(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("grep -c ERROR app.log\nrm -rf /srv", ["grep -c ERROR app.log", "rm -rf /srv"]),
        (
            "docker run -d \\\n  --name x y\nmytool do-thing",
            ["docker run -d \\\n  --name x y", "mytool do-thing"],
        ),
        ("curl -d '\n{\"a\": 1}' http://x", ["curl -d '\n{\"a\": 1}' http://x"]),
        ('cat <<EOF | kubectl apply -f -\n{"a": 1}\nEOF', ['cat <<EOF | kubectl apply -f -\n{"a": 1}\nEOF']),
        ("ls -l\n/opt/app/bin/restart --now", ["ls -l", "/opt/app/bin/restart --now"]),
    ],
)
def test_what_goes_on_stays_whole_and_a_second_command_is_one(text: str, commands: list[str]) -> None:
    assert _found(text) == commands
