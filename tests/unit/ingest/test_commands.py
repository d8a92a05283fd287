"""Which lines of a code block are commands."""

from __future__ import annotations

import pytest

from ingest.extract.commands import commands_of, looks_like_command
from ingest.pipeline import preview
from ingest.variables import assigned_names, find_placeholders, variable_name
from tests.unit.ingest.texts import code, commands, found


def test_output_under_a_prompt_is_no_command() -> None:
    assert found("$ kubectl get pods\nNAME READY\nrm -rf /x\n$ uptime", "") == ["kubectl get pods", "uptime"]


@pytest.mark.parametrize("prompt", ["$ ", "user@host:~$ ", "[root@db1 ~]# ", "sh-5.1$ ", "root@web:/# "])
def test_prompts(prompt: str) -> None:
    assert found(f"{prompt}ls -l\ntotal 0", "console") == ["ls -l"]


@pytest.mark.parametrize(
    "text",
    ["kubectl get pods \\\n  -n prod \\\n  -o wide", "cat <<EOF > /tmp/x\nrm -rf /\nEOF",
     "for node in a b; do\n  kubectl drain $node\ndone", "psql -c \"select 1\n from t\"",
     "echo $(date\n)", "kubectl get pod <name>\\\n -n x"],
)  # fmt: skip
def test_one_logical_command_stays_whole(text: str) -> None:
    assert found(text) == [text]


def test_continuation_behind_a_prompt() -> None:
    assert found("$ ls \\\n  -l\nout", "") == ["ls \\\n  -l"]


def test_two_commands_and_a_comment() -> None:
    listed = commands_of(code("# show it\nls -l  # all\n\ndf -h", line=7))
    assert [(item.text, item.line, item.comment) for item in listed] == [
        ("ls -l", 8, "show it"),
        ("df -h", 10, ""),
    ]


def test_a_placeholder_at_the_end_of_a_line_joins_nothing() -> None:
    assert found("deploy use <cluster>\nkubectl delete pod <pod>") == [
        "deploy use <cluster>",
        "kubectl delete pod <pod>",
    ]


@pytest.mark.parametrize(
    ("text", "language"),
    [("NAME   READY  STATUS\nweb-1  1/1  Running", "bash"), ("apiVersion: v1\nkind: Pod", "bash"),
     ("2024-01-02T10:00:00 killed", "shell"), ("kubectl get pods", "yaml"), ("$ up > 1", "promql"),
     ("kmp_mac_collisions > 1", "bash"),      ("Killed process 12", ""), ("{\n \"a\": 1\n}", "sh")],
)  # fmt: skip
def test_labels_lie(text: str, language: str) -> None:
    assert found(text, language) == []


@pytest.mark.parametrize("text", ["df -h", "./fix.sh", "/usr/bin/x --now", "uptime", "kubectl get pods"])
def test_inline_command_lines(text: str) -> None:
    assert looks_like_command(text)


@pytest.mark.parametrize("text", ["kubectl", "kubectl logs", "docker", "Pod", "my-pod", "", "status: ok"])
def test_inline_names_are_no_commands(text: str) -> None:
    assert not looks_like_command(text)


@pytest.mark.parametrize(
    ("command", "names"),
    [("kubectl get pod <pod-name> -n $NAMESPACE", ["pod_name", "namespace"]), ("ssh ${HOST}", ["host"]),
     ("X=1; echo $X $HOME", []), ("helm upgrade {{ release }} {chart-name}", ["release", "chart_name"]),
     ("awk '{print $1}'", []), ("kubectl get pods -o jsonpath='{.items}'", []), ("aws --id YOUR_ID", ["id"])],
)  # fmt: skip
def test_placeholders(command: str, names: list[str]) -> None:
    placeholders = find_placeholders(command, assigned_names([command]))
    assert [item.name for item in placeholders] == names


def test_variable_names_are_no_template_words() -> None:
    assert variable_name("end") is None
    assert variable_name("YOUR_POD") == "pod"
    assert variable_name("3rd host") == "value_3rd_host"


@pytest.mark.parametrize(
    ("text", "language", "typed"),
    [
        ("mysql> drop table x;\nQuery OK", "sql", [("drop table x;", "sql")]),
        ("redis-1:6379> flushall\nOK", "", [("flushall", "redis-cli")]),
        ("pg=# select 1\npg-#   from t;\n 1", "", [("select 1\nfrom t;", "sql")]),
        ("BEGIN;\nDELETE FROM t WHERE id = 1;\nCOMMIT;", "sql",
         [("BEGIN;\nDELETE FROM t WHERE id = 1;\nCOMMIT;", "sql")]),
        ("sudo gitlab-rails console\nProject.count # all", "",
         [("sudo gitlab-rails console", "shell"), ("Project.count", "rails")]),
        ("$ mysql\nmysql> select 1;\n1\n$ df -h", "",
         [("mysql", "shell"), ("select 1;", "sql"), ("df -h", "shell")]),
        ("sw1# conf t\nsw1(config)#vlan 3\nsw1(config-vlan)# end", "",
         [("conf t", "switch"), ("vlan 3", "switch"), ("end", "switch")]),
        ("kadmin.local: addprinc x\nkadmin.local: Cannot do it", "", [("addprinc x", "kadmin")]),
        ("kadmin: Cannot contact any KDC", "", []),
        ("sqlite> delete from t;\nsqlite> .quit", "", [("delete from t;", "sql"), (".quit", "sql")]),
        ("hbase(main):001:0> disable 't'\n0 row(s)", "", [("disable 't'", "hbase")]),
        ("redis 127.0.0.1:6379> flushall", "", [("flushall", "redis-cli")]),
        ("rabbitmqadmin> purge queue", "", [("purge queue", "rabbitmqadmin")]),
        ("gremlin> g.V().drop()\n==>3", "", [("g.V().drop()", "gremlin")]),
        ("bob> restart it\nann> no", "", []),
        ("cat> /etc/x", "", []),
        ("psql -c 'select 1'\ndf -h", "bash", [("psql -c 'select 1'", "shell"), ("df -h", "shell")]),
    ],
)  # fmt: skip
def test_what_is_typed_into_a_console_is_told_apart(
    text: str, language: str, typed: list[tuple[str, str]]
) -> None:
    assert [(item.text, item.dialect) for item in commands_of(code(text, language))] == typed


def test_a_console_is_for_a_person() -> None:
    step = preview("# A\n\n```sql\nDELETE FROM t WHERE id = <id>;\n```\n").to_json()["steps"][0]
    assert (step["kind"], step["dialect"], step["typed"]) == (
        "manual", "sql", "DELETE FROM t WHERE id = <id>;",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("First run kubectl get pods -n shop and look for restarts.", ["kubectl get pods -n shop"]),
        ("Bump it: kubectl set image deploy/a a=b:1. Otherwise wait.", ["kubectl set image deploy/a a=b:1"]),
        ("Restart it (sudo systemctl restart nginx on web-1).", ["sudo systemctl restart nginx"]),
        ("Run psql \"host=a dbname=b\" and do SELECT count(*) FROM t; - more is bad.",
         ["psql \"host=a dbname=b\"", "SELECT count(*) FROM t;"]),
        ("Run kubectl get jobs \u2013namespace shop now", ["kubectl get jobs --namespace shop"]),
        ("Then find the pod and test it in time.", []),
        ("The kubectl top command is also handy.", []),
        ("Do not run kubectl delete ns prod here.", []),
        ("Use the host that you like, with date and time.", []),
    ],
)  # fmt: skip
def test_commands_in_sentences_end_where_the_sentence_goes_on(sentence: str, told: list[str]) -> None:
    assert commands(f"A\n\n{sentence}\n\nRun `df -h`\n", "plain") == [*told, "df -h"]


def test_what_the_text_takes_back_is_no_step() -> None:
    text = "1) Run `df -h`\n2) Run `docker system prune -af`\n\nScratch 2, it broke the cache.\n"
    assert commands(text) == ["df -h"]
    assert "takes this back" in preview(text).to_json()["setAside"][0]["reason"]


def test_chat_fences_and_placeholders_like_tags_are_read() -> None:
    chat = "Ann  10:41 AM\n1) look\n```df -h\nuptime```\n10:43\nBo  10:44 AM\nRun `ls <dir>`\n"
    assert commands(chat) == ["df -h", "uptime", "ls <dir>"]
    assert commands("# A\n\n- kubectl get pods <name> -n <ns>\n", "markdown") == [
        "kubectl get pods <name> -n <ns>"
    ]


def test_a_fence_closed_at_the_end_of_its_last_line_ends_there() -> None:
    text = "# A\n\n1. Look:\n```\nuptime\ndf -h```\n\n## B\n\n1. Then:\n```\nfree -m\n```\n"
    made = preview(text, "markdown")
    assert [item.written for item in made.built.steps] == ["uptime", "df -h", "free -m"]
    assert made.normalized.text == text
    place = made.built.steps[1].command_span
    assert place is not None
    assert text[place.start : place.end] == "df -h"
    assert commands("# A\n\n```bash\necho '```'\nuptime\n```\n") == ["echo '```'", "uptime"]


def test_a_table_below_a_command_is_what_it_prints() -> None:
    table = "web-0      Running    3d\nweb-1      Pending    1h"
    assert found(f"./pods --all | grep web\n{table}", "") == ["./pods --all | grep web"]
    assert found(f"kubectl get pods -A\n{table}", "") == ["kubectl get pods -A"]
    # Without a pipe or an option the first line may be printed, too.
    assert found(f"kubectl pods web\n{table}", "") == []
    assert found("kubectl get pods -A\nAll pods are fine.\nNone is missing.", "") == []
