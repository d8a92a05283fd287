"""What others see of a scan: spans, sentence, resources, reversibility, inverse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner import scan
from schemas.risk import Risk
from schemas.verdict import Finding, Reversibility


def test_spans_point_at_what_decided_in_characters() -> None:
    text = "echo 'größer' && kubectl delete ns prod"
    finding = scan(text)
    assert finding.risk is Risk.DANGEROUS
    assert [text[span.start : span.end] for span in finding.spans] == ["kubectl delete ns prod"]
    assert finding.spans[0].rule_id == "kubernetes.delete"


@pytest.mark.parametrize(
    ("command", "resources"),
    [
        ("kubectl delete pvc data-1 data-2", ("data-1", "data-2")),
        ("kubectl -n prod delete pod/web-1", ("web-1",)),
        ("kubectl delete pods -l app=web", ("app=web",)),
        ("rm -rf /srv/www", ("/srv/www",)),
        ("helm uninstall api", ("api",)),
        ("aws ec2 terminate-instances --instance-ids i-0abc", ("i-0abc",)),
        ("dropdb prod", ("prod",)),
        ("git push --force origin main", ("origin", "main")),
        ("kubectl get pods", ()),
        ("service nginx stop", ("nginx",)),
        ("docker rm -f web", ("web",)),
        ("docker kill -s HUP web", ("web",)),
        ('docker image prune -af --filter "until=72h"', ()),
        ("truncate -s 0 /var/log/app.log", ("/var/log/app.log",)),
        ("find /var/log /srv/spool -name '*.gz' -delete", ("/var/log", "/srv/spool")),
        ("find $FOLDER -delete", ()),
        ("ip addr add 10.0.0.2/24 dev eth0", ("10.0.0.2/24", "eth0")),
    ],
)
def test_resources_name_what_is_at_stake(command: str, resources: tuple[str, ...]) -> None:
    assert scan(command).resources == resources


@pytest.mark.parametrize(
    ("command", "inverse"),
    [
        ("systemctl stop nginx", "systemctl start nginx"),
        ("sudo systemctl mask nginx", "sudo systemctl unmask nginx"),
        ("kubectl cordon n1", "kubectl uncordon n1"),
        ("kubectl -n prod rollout pause deploy/api", "kubectl -n prod rollout resume deploy/api"),
        ("docker pause db", "docker unpause db"),
        ("service nginx stop", "service nginx start"),
        ("iptables -A INPUT -s 10.0.0.9 -j DROP", "iptables -D INPUT -s 10.0.0.9 -j DROP"),
        ("ip link set eth0 down", "ip link set eth0 up"),
        ("ip route add default via 10.0.0.1", "ip route del default via 10.0.0.1"),
        ("pcs node standby n1", "pcs node unstandby n1"),
        ("aws ec2 stop-instances --instance-ids i-1", "aws ec2 start-instances --instance-ids i-1"),
        ("systemctl stop stop", None),
        ("systemctl stop $(cat units)", None),
        ("ssh db1 systemctl stop nginx", None),
        ("kubectl scale deploy/api --replicas=0", None),
        ("systemctl restart nginx", None),
        ("systemctl stop a; ls", None),
        ("systemctl stop a && systemctl stop b", None),
        ("systemctl stop $UNIT | tee log", None),
        ("kubectl get pods", None),
        ("if true; then systemctl stop a; fi", None),
    ],
)
def test_an_inverse_is_given_only_where_it_is_certain(command: str, inverse: str | None) -> None:
    assert scan(command).inverse == inverse


def test_reversibility_is_the_worst_that_is_known() -> None:
    assert scan("ls").reversibility is Reversibility.NOT_NEEDED
    assert scan("systemctl stop a").reversibility is Reversibility.REVERSIBLE
    assert scan("rm -rf /data").reversibility is Reversibility.IRREVERSIBLE
    assert scan("unheard-of").reversibility is Reversibility.UNKNOWN


def test_nothing_to_run_is_safe_and_says_so() -> None:
    assert scan("# only a comment").why == "Nothing in the text runs."
    assert scan("").risk is Risk.SAFE


def test_the_same_text_gives_the_same_finding() -> None:
    text = "for i in 1 2; do kubectl delete pod web-$i; done | tee log"
    assert scan(text) == scan(text)


def test_another_language_is_refused() -> None:
    with pytest.raises(ValueError, match="fish"):
        scan("ls", "fish")  # type: ignore[arg-type]  # what is tested


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(max_size=120))
def test_no_text_makes_a_scan_fail(text: str) -> None:
    finding = scan(text)
    assert all(0 <= span.start <= span.end <= len(text) for span in finding.spans)
    assert finding.why


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.text(st.sampled_from("rm -f/ls;|&$(){}<>'\"\\`\n\t#=*cat kubectl delete EOF"), max_size=60))
def test_no_shell_text_makes_a_scan_fail(text: str) -> None:
    assert scan(text).risk in Risk


@pytest.mark.parametrize(
    "text",
    [
        "kubectl get pods",
        "rm -rf / x",
        "sudo x $y",
        "",
        "kubectl scale deploy/x --replicas=3",
        r"x $'\u00e9'",
    ],
)
def test_a_finding_made_without_checks_is_the_checked_one(text: str) -> None:
    found = scan(text)
    checked = Finding.model_validate(found.model_dump())
    assert (found, found.to_json(), hash(found)) == (checked, checked.to_json(), hash(checked))
    assert found.model_fields_set == checked.model_fields_set
    assert all(span.model_fields_set == {"start", "end", "rule_id"} for span in found.spans)


def test_a_finding_holds_no_text_that_can_not_be_stored() -> None:
    """`\\ud800` is half a character: such a sentence is no text in UTF-8."""
    finding = scan(r"echo $'\ud800'; kubectl delete pod $'a\ud800'")
    assert finding.risk is Risk.DANGEROUS
    assert finding.model_dump_json()


@pytest.mark.parametrize(
    ("command", "resources"),
    [
        (r"rm -rf $'/srv/a\0b'/c", ("/srv/a/c",)),
        (r"rm -rf $'/srv/a\x00b'", ("/srv/a",)),
        (r"rm -rf $'/srv/a\u0000b'", ("/srv/a",)),
        (r"rm -rf $'/srv/a\c@b'", ("/srv/a",)),
        (r"rm -rf /srv/a$'\400b'", ("/srv/a",)),
        (r"$'r\0x'm -rf /srv/a", ("/srv/a",)),
        (r"rm -rf /srv/$(printf 'a\0b')", ("/srv/ab",)),
        ("rm -rf /srv/$(echo YQBi | base64 -d)", ("/srv/ab",)),
    ],
)
def test_a_nul_ends_a_string_and_is_lost_in_what_is_printed(command: str, resources: tuple[str, ...]) -> None:
    """As bash 5.2 does it: no word of a shell holds one."""
    finding = scan(command)
    assert (finding.risk, finding.resources) == (Risk.DANGEROUS, resources)


@pytest.mark.parametrize(
    "text", ["rm -rf /a\0b", "r\0m /a", "kubectl delete pod 'a\0b'", "curl -T /a\0 ftp://h"]
)
def test_no_finding_holds_a_nul(text: str) -> None:
    """PostgreSQL keeps it in no text: what holds one can't be read there any more."""
    assert b"\\u0000" not in scan(text).json_text()
