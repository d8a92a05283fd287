"""Commands on lines of their own in paragraphs and items, whole: none is joined with the next or cut."""

from __future__ import annotations

import pytest

from tests.unit.ingest.telling import HEAD, typed


def test_each_line_below_run_is_a_command() -> None:
    text = f"{HEAD}1. Look:\n\n- Run:\n  uptime\n  last reboot\n  sudo shutdown -r now\n"
    assert typed(text)[1:] == ["uptime", "last reboot", "sudo shutdown -r now"]


def test_a_sentence_below_run_is_none() -> None:
    assert typed(f"{HEAD}- Run:\n  df -h /srv\n  watch the logs\n")[1:] == ["df -h /srv"]


def test_a_program_that_no_list_knows_stands_on_its_own_line() -> None:
    rows = "journalctl -u os-collect-config\nos-collect-config --force --debug"
    assert typed(f"{HEAD}## Look\n{rows}\n")[1:] == rows.split("\n")


@pytest.mark.parametrize("indent", ["", "   "])
def test_a_here_document_keeps_its_lines(indent: str) -> None:
    lines = ["cat > /etc/a.conf <<EOF", "port = 80", "host = a", "EOF"]
    text = f"{HEAD}1. Create it\n\n" + "".join(f"{indent}{line}\n" for line in lines)
    assert typed(text)[1:] == ["\n".join(lines)]


def test_a_loop_keeps_its_lines() -> None:
    loop = "for h in db1 db2; do\n  ssh $h uptime\ndone"
    assert typed(f"{HEAD}For each host, run:\n\n{loop}\n")[1:] == [loop]
    assert "done" not in " ".join(typed(f"{HEAD}We wait for a; do\nnothing\ndone\n"))


def test_prompts_of_consoles_in_an_item_part_its_lines() -> None:
    text = f"{HEAD}1. Log in:\n   ssh vpn2\n   vpn2> show ipsec sa\n   vpn2> restart ipsec\n"
    assert typed(text)[1:] == ["ssh vpn2", "show ipsec sa", "restart ipsec"]
    text = f"{HEAD}1. On Windows\n   PS C:\\> Stop-Service Spooler\n   PS C:\\> Get-Service Spooler\n"
    assert typed(text)[1:] == ["Stop-Service Spooler", "Get-Service Spooler"]


def test_a_command_of_root_that_goes_on_is_no_title() -> None:
    text = f"{HEAD}As root\n\n# rsync -av --delete \\\n    /srv/ \\\n    backup:/srv/\n\nThen look.\n"
    assert typed(text)[1:] == ["rsync -av --delete \\\n    /srv/ \\\n    backup:/srv/"]


def test_an_item_says_by_its_verb_how_it_is_done() -> None:
    text = (
        f"{HEAD}1. Enable restores: `acme enable_restore`\n2. Restore the backup: `acme restore a.tar.gz`\n"
    )
    assert typed(text)[1:] == ["acme enable_restore", "acme restore a.tar.gz"]
    assert typed(f"{HEAD}1. Check the state: `active running`\n") == ["uptime -p"]


def test_deeper_lines_below_a_command_tell_of_it() -> None:
    text = (
        f"{HEAD}## Stop it\nceph osd set noout\n  nothing is moved then\nceph status\n  until it is green\n"
    )
    assert typed(text)[1:] == ["ceph osd set noout", "ceph status"]


def test_a_command_behind_the_end_of_a_sentence_is_none_of_its_words() -> None:
    text = f"{HEAD}This removes the key of it from the map, and tells all others of the cluster about it.\n"
    assert typed(f"{text}ceph osd purge {{id}} --yes-i-really-mean-it\n")[1:]
    assert not typed(f"{text}kill the others of it then.\n")[1:]


def test_code_on_its_own_line_below_what_tells_to_do_it_is_how() -> None:
    page = "<ol><li>Stop postfix<br/><code>systemctl stop postfix</code></li><li>Look</li></ol>"
    assert typed(page, "html") == ["systemctl stop postfix"]
    assert typed(f"{HEAD}- Never ask what was shown by\n  `systemctl stop postfix`\n") == ["uptime -p"]
