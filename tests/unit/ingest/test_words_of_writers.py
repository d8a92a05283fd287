"""Forms of the people who write by hand: labels, boxes to tick, dashes of Word, what somebody did once."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from tests.unit.ingest.telling import commands

FIRST = "Run `uptime -p`.\n\n"
WORD = '<html><body><p class="MsoNormal">List the old logs first:</p>{}</body></html>'
LINE = '<p class="MsoNormal"><span style="font-family:&quot;Courier New&quot;">{}</span></p>'


@pytest.mark.parametrize("form", ["plain", "markdown"])
def test_steps_that_are_called_a1_and_b2_are_items(form: str) -> None:
    text = (
        "Failover\n========\n\nA1  patronictl -c /etc/p.yml list\nA2  Look at the lag.\n\n"
        "B1  psql -h db -U postgres -Atc 'select 1'\n        expected  10.61.2.12|f\n"
        "B2  Backup check:  pgbackrest --stanza=ledger check\nB3  close the ticket with what you saw there\n"
    )
    made = preview(text, form)
    assert [step.command for step in made.runbook.spec.steps if step.command] == [
        "patronictl -c /etc/p.yml list",
        "psql -h db -U postgres -Atc 'select 1'",
        "pgbackrest --stanza=ledger check",
    ]
    assert not any("left out" in item.detail for item in made.coverage.items)


@pytest.mark.parametrize("text", ["A1 a\nB2 b\nB3 c\n", "A1 a\n\nsee A1 and B2\n", "A1 a\n  A2 b\nA3 c\n"])
def test_lines_that_do_not_count_so_keep_their_words(text: str) -> None:
    assert "A1" in {block.text.split()[0] for block in preview(f"{FIRST}{text}").normalized.blocks}


def test_a_box_to_tick_is_no_word_of_a_command() -> None:
    text = f"# T\n\n{FIRST}- [ ] kubectl get pods -n shop (all of them)\n- [x] rm ~/<stack>-*.tfstate\n"
    assert list(commands(text)) == ["uptime -p", "kubectl get pods -n shop", "rm ~/{{ stack }}-*.tfstate"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Get-Service –Name ‘Xfer’ | Format-Table –Auto", "Get-Service -Name 'Xfer' | Format-Table -Auto"),
        ("Get-ChildItem D:\\Logs | Where-Object {$_.Length -lt\n  (1kb)}",
         "Get-ChildItem D:\\Logs | Where-Object {$_.Length -lt (1kb)}"),
    ],
)  # fmt: skip
def test_word_breaks_no_cmdlet(written: str, typed: str) -> None:
    made = preview(WORD.format(LINE.format(written)))
    assert [step.manual for step in made.runbook.spec.steps] == [f"Type into PowerShell:\n{typed}"]


def test_a_line_end_of_the_page_itself_is_a_blank() -> None:
    assert list(commands(WORD.format(LINE.format("kubectl get pods\n   -n shop")))) == [
        "kubectl get pods -n shop"
    ]
    kept = LINE.replace("Courier New&quot;", "Courier New&quot;;white-space:pre-wrap")
    assert list(commands(WORD.format(kept.format("uptime -p\ndf -h")))) == ["uptime -p", "df -h"]


@pytest.mark.parametrize(
    "told",
    [
        "Somebody did `rm -rf /data/x` in 2022 and it was looping for hours.",
        "Earlier we were using rm -rf /var/lib/ldap/* for this.",
        "Last year Ravi just did `iisreset /noforce` on all of them.",
        "She tried `systemctl restart web`.",
    ],
)
def test_what_somebody_did_is_told(told: str) -> None:
    assert list(commands(f"# T\n\n{FIRST}{told}\n")) == ["uptime -p"]


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("clear the cache by sss_cache -u /etc/x and check again.", "sss_cache -u /etc/x"),
        ("There, that is ldapsearch -x -H ldap://b contextCSN.", "ldapsearch -x -H ldap://b contextCSN"),
        ("Run getent passwd root and after that id root@corp.", "id root@corp"),
        ("stop the service, sudo systemctl stop slapd, and wait.", "sudo systemctl stop slapd"),
        ("Check it by hand: ldapwhoami -x -H ldap://a -D 'cn=a b' -W. Then wait.",
         "ldapwhoami -x -H ldap://a -D 'cn=a b' -W"),
        ("Run patronictl switchover ledger --scheduled now --force and wait.",
         "patronictl switchover ledger --scheduled now --force"),
    ],
)  # fmt: skip
def test_commands_in_sentences_of_plain_texts(said: str, typed: str) -> None:
    assert typed in commands(f"Notes\n\nRun uptime -p\n\n{said}\n", "plain")


@pytest.mark.parametrize(
    "said", ["The flag is alpha -x here.", "Options: alpha -x means all.", "use it -n times"]
)
def test_no_words_with_a_hyphen_beside_them_are_typed(said: str) -> None:
    assert list(commands(f"Notes\n\nRun uptime -p\n\n{said}\n", "plain")) == ["uptime -p"]


def test_move_it_do_not_delete_it_shows_how_it_is_moved() -> None:
    text = f"# T\n\n{FIRST}Move the lot away, don't delete it:\n\n```\nmv /srv/a /srv/b\n```\n"
    assert list(commands(text)) == ["uptime -p", "mv /srv/a /srv/b"]
    assert list(commands(text.replace("delete it", "run this"))) == ["uptime -p"]


@pytest.mark.parametrize(
    "said",
    [
        "It was broken by upgrade-db --force.",
        "It is caused by cleanup --all /srv.",
        "Data was lost by using purge-tool --all /srv.",
        "The index is kept by idx-tool --keep.",
        "The outage was triggered by running wipe-all --now /srv.",
    ],
)
def test_what_something_was_done_by_is_not_typed(said: str) -> None:
    assert list(commands(f"Notes\n\nRun uptime -p\n\n{said}\n", "plain")) == ["uptime -p"]


def test_a_comment_that_names_its_command_bans_the_line_of_that_program_below_it() -> None:
    text = "# T\n\n```\n# kubectl drain (do not run on masters)\nkubectl drain x\n\n# Look\nuptime -p\n```\n"
    assert list(commands(text)) == ["uptime -p"]


def test_lines_of_a_document_that_is_typed_keep_their_marks() -> None:
    command = "cat > /etc/x <<EOF\nA1 foo\nA2 bar\nA3 baz\nEOF"
    assert command in commands(f"# T\n\nRun this:\n\n```\n{command}\n```\n\nThen look.\n")


def test_numbers_with_points_begin_items() -> None:
    text = (
        "Failed jobs\n\n3.1.  List the failed jobs:\neodctl status --date <DATE>\n"
        "3.2.  Show the log: tail -n 60 /eod/log/a.log | egrep 'ERR'\n3.3.  Determine the return code.\n"
    )
    assert list(commands(text, "plain")) == [
        "eodctl status --date {{ date }}",
        "tail -n 60 /eod/log/a.log | egrep 'ERR'",
    ]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("su – db2eod", "su - db2eod"),
        ("head –5 a.log", "head -5 a.log"),
        ("kubectl apply -f –", "kubectl apply -f -"),
        ("git checkout – a.txt", "git checkout -- a.txt"),
        ("kubectl get pods -owide -- Should print the Node for each pod.", "kubectl get pods -owide"),
        ("kubectl exec web -- ls -l /srv", "kubectl exec web -- ls -l /srv"),
    ],
)
def test_dashes_alone_and_behind_a_command(written: str, typed: str) -> None:
    assert list(commands(f"# T\n\n{FIRST}```\n{written}\n```\n")) == ["uptime -p", typed]
