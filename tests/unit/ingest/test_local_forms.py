"""Forms that are documented to only read: what one covers, and what it leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.advisor.documented import forms
from ingest.advisor.calls import calls
from ingest.advisor.features import is_documented
from ingest.advisor.lexicon import lexicon
from ingest.advisor.local import advise
from ingest.advisor.words import Unlike, split
from schemas.merge import advised_risk
from schemas.risk import Risk

ACTING = Path(__file__).parents[1] / "scanner" / "data" / "options_that_act.txt"

COVERED = (
    "tar -tzf backup.tgz",
    "tar tvf backup.tar etc/hosts",
    "git branch --list 'release-*'",
    "git branch -vv",
    "git tag",
    "kubectl apply -f deploy.yaml --dry-run=client -o yaml",
    "kubectl rollout history deployment/web -n prod",
    "iptables -t nat -L -n -v",
    "ip -br addr show dev eth0",
    "rpm -qi openssl",
    "crontab -u app -l",
    "curl -sS -o /dev/null -w '%{http_code}' http://localhost:8080/health",
    "kafka-topics.sh --bootstrap-server b:9092 --describe --topic t",
    "find /var/log -name '*.gz' -mtime +7 -ls",
    'journalctl -u "$UNIT" --since today',
    "sudo -l",
    "top -b -n1",
    "sqlite3 app.db '.schema users'",
    "java -version",
    "jcmd 1234 VM.flags",
    "jstat -gcutil 1234 1000 5",
    "openssl x509 -enddate -noout -in /etc/ssl/certs/site.pem",
    "openssl s_client -connect h:443 -servername h",
    "promtool check rules rules.yml",
    "amtool alert query",
    "patronictl list",
    "pgbackrest info",
    "conntrack -L",
    "kind get clusters",
)

NOT_COVERED = (
    "java -version -jar x.jar",
    "jcmd 1234 GC.run",
    "openssl x509 -in a.pem -out b.pem",
    "openssl rsa -in key.pem",
    "openssl asn1parse -in key.pem",
    "openssl s_client -connect h:443 -keylogfile x",
    "promtool push metrics http://h",
    "amtool silence expire x",
    "patronictl switchover c",
    "pgbackrest check",
    "conntrack -L -D",
    "kind delete cluster",
    "tar -tzf evil:backup.tgz",
    "tar -tzf x.tgz --to-command=sh",
    "tar -xzf backup.tgz",
    "git branch release",
    "git branch -D release",
    "git branch -v release",
    "git tag v1",
    "git remote add x y",
    "git remote show 'ext::sh -c x'",
    "git reflog delete x",
    "kubectl apply -f deploy.yaml",
    "kubectl apply -f deploy.yaml --dry-run=none",
    "kubectl apply -f deploy.yaml --dry-run=client --dry-run=none",
    "kubectl apply --dry-run=client -f $FILE",
    "kubectl apply -f deploy.yaml --dry-run=$MODE",
    "kubectl rollout restart deployment/web",
    "iptables -L -Z",
    "iptables -F",
    "ip addr add 10.0.0.1/8 dev eth0",
    "ip netns exec x sh",
    "rpm -qp http://evil/x.rpm",
    "crontab -r",
    "curl -d x http://localhost/",
    "curl http://evil.example/",
    "curl http://localhost/ -o /etc/x",
    "curl http://169.254.169.254/latest/meta-data",
    'curl -A "$TOKEN" http://localhost/',
    "kafka-topics.sh --bootstrap-server b:9092 --delete --topic t --list",
    "find . -name x -delete",
    "find $DIR -name x",
    "journalctl --vacuum-size=1M",
    "journalctl -u $UNIT",
    "less +'!rm x' f",
    "service web restart",
    "service status web stop",
    "sysctl vm.swappiness=1",
    "sqlite3 app.db '.shell rm x'",
    "Sort-Object { rm x }",
    "date -s 2020-01-01",
    "grep -r x /etc",
)


def _documented(text: str) -> bool:
    try:
        found = [call for simple in split(text) for call in calls(simple)]
    except Unlike:
        return False
    return any(is_documented(call, lexicon()) for call in found)


@pytest.mark.parametrize("text", COVERED)
def test_what_is_documented_to_read_is_safe(text: str) -> None:
    assert _documented(text)
    assert advised_risk(advise(text)) is Risk.SAFE


@pytest.mark.parametrize("text", NOT_COVERED)
def test_what_is_in_no_form_is_neither_covered_nor_safe(text: str) -> None:
    assert not _documented(text)
    assert advised_risk(advise(text)) is not Risk.SAFE


def test_no_form_covers_an_option_that_acts() -> None:
    acting = ACTING.read_text("utf-8").splitlines()
    assert len(acting) > 900
    assert [text for text in acting if _documented(text)] == []


def test_every_form_is_in_the_model_and_has_a_closed_list_of_options() -> None:
    unheard = split("x --frobnicate-it")[0].words[1:]
    for tool, written in forms().items():
        learned = lexicon().tool(tool)
        assert learned is not None, f"{tool}: train anew"
        assert len(learned.forms) == len(written), f"{tool}: train anew"
        for fields, form in zip(written, learned.forms, strict=True):
            path = split("x " + fields[0].split("|")[0])[0].words[1:]
            assert not form.covers(tool, [*path, *unheard]), (tool, fields)
