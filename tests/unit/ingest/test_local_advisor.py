"""The local model: what it calls safe, what it never does, where it says that it does not know."""

from __future__ import annotations

import pickle

import pytest

from ingest.advisor.advising import LOCAL, ONE_KEY, Advising, text_key
from ingest.advisor.local import advise
from schemas.merge import CONFIDENCE_FLOOR
from schemas.risk import Risk, effective, exceeds

READS = (
    "kubectl get pods -n prod",
    "kubectl get pods -o jsonpath='{.items[*].metadata.name}'",
    "df -h",
    "git log --format='%h %s'",
    "docker ps --format '{{.Names}}'",
    "systemctl status nginx",
    "aws ec2 describe-instances --filters 'Name=tag:a,Values=b'",
    "psql -c 'select 1'",
    "kubectl get pods | tail -n 5",
)

ACTS = (
    "rm -rf /var/lib/mysql",
    "kubectl delete pod x",
    "dd if=/dev/zero of=/dev/sda",
    "echo $(rm x)",
    "sudo -u postgres rm x",
    "bash -c 'kubectl delete ns prod'",
    "cat a > b",
    "psql -c 'drop table x'",
    "aws ec2 terminate-instances --instance-ids i-1",
    "docker ps -q | xargs docker rm -f",
    "systemctl stop nginx",
    "find . -exec rm {} +",
)

UNLIKE = (
    "frobnicate --all",
    "$TOOL get pods",
    "kubectl get pods $(cat names)",
    "git log `cat names`",
    'ls "$(pwd)"',
    "kubectl $VERB pods",
    "kubectl get pods --frobnicate",
    "ls ${x:=$(rm y)}",
    "git ls-remote --upload-pack='rm -rf /data' .",
    "git ls-remote --upload-pack 'rm -rf /data' .",
    "git ls-remote --exec=/tmp/x .",
    "git ls-remote 'ext::sh -c rm% x'",
    "git -c core.pager='rm x' log",
    "git log --output=x",
    "git diff --ext-diff",
    "sort --compress-program=x f",
    "sort -ob a",
    "date -s 2020-01-01",
    "date --set=2020-01-01",
    "date 010112002020",
    "pg_dump -f /etc/x db",
    "pg_dump -f/etc/x db",
    "pg_dump --file=/etc/x db",
    "uniq a b",
    "hostname other",
    "psql -c '\\o /tmp/x'",
)


ONE_WORD = (
    'kubectl get pods -n "$NS"',
    'kubectl get pods --namespace="$NS"',
    "git log -- $FILE",
    "ls *",
    "cat $FILE",
    "tail -n $LINES_SHOWN /var/log/*.log",
    "sort ./*.log",
    "ls -- *",
    'aws ec2 describe-instances --instance-ids "$ID"',
    "awk '{print $1}' *.log",
)
"""Where what is known only when it runs is a value or a file, or an option that can only show."""

MAYBE_AN_OPTION = (
    "git log $OPTS",
    'git log "$OPTS"',
    "git log *",
    "git log --$OPT",
    "git log -$OPT",
    "kubectl get pods -n $NS",
    "kubectl get pods --namespace=$NS",
    "kubectl get pods $NAME",
    'kubectl get pods "$@"',
    "kubectl logs pod/$POD",
    "sort *",
    "sort $FILE",
    "sed -n 1p $FILE",
    "awk $FILE",
    "timeout $TIME ls",
    "nice -n $LEVEL ls",
    "env NAME=$VALUE ls",
    'watch "$COMMAND"',
    "uniq -- *",
    "aws s3 ls --no-sign-request $OPTS",
    "aws s3 ls --page-size $OPTS",
    "docker ps -q | xargs docker inspect",
)


@pytest.mark.parametrize("text", ONE_WORD)
def test_what_is_one_word_in_its_place_is_data(text: str) -> None:
    advice = advise(text)
    assert (advice.risk, advice.confidence >= CONFIDENCE_FLOOR) == (Risk.SAFE, True), advice.reasoning


@pytest.mark.parametrize("text", MAYBE_AN_OPTION)
def test_a_word_that_an_option_may_come_out_of_is_not_data(text: str) -> None:
    assert (advise(text).risk, advise(text).confidence) == (Risk.UNKNOWN, 0)


@pytest.mark.parametrize("text", READS)
def test_what_is_known_to_read_is_safe_and_sure(text: str) -> None:
    advice = advise(text)
    assert (advice.risk, advice.confidence >= CONFIDENCE_FLOOR) == (Risk.SAFE, True), advice.reasoning
    assert "statistical, no LLM" in advice.reasoning


@pytest.mark.parametrize("text", ACTS)
def test_what_changes_something_is_never_safe(text: str) -> None:
    assert advise(text).risk is not Risk.SAFE


@pytest.mark.parametrize("text", UNLIKE)
def test_it_abstains_where_it_can_not_tell(text: str) -> None:
    advice = advise(text)
    assert (advice.risk, advice.confidence) == (Risk.UNKNOWN, 0), advice.reasoning


@pytest.mark.parametrize("text", ["select 1", "drop table x", "select pg_terminate_backend(1)"])
def test_statements_are_safe_only_where_they_read(text: str) -> None:
    assert (advise(text, "sql").risk is Risk.SAFE) == (text == "select 1")


@pytest.mark.parametrize("text", READS + ACTS + UNLIKE + ONE_WORD + MAYBE_AN_OPTION)
def test_the_merge_never_lowers_what_the_scanner_found(text: str) -> None:
    verdict = LOCAL.judge(text)
    assert not exceeds(effective(verdict.finding.risk), verdict.risk)
    if verdict.risk is Risk.SAFE:
        assert verdict.finding.risk is Risk.SAFE
        assert verdict.advice is not None and verdict.advice.risk is Risk.SAFE


def test_a_parsing_process_gives_a_safe_verdict_only_with_the_second_key() -> None:
    """`judge` is what POST /classify hands to a parsing process, so it must travel."""
    judge = pickle.loads(pickle.dumps(LOCAL.judge))
    verdict = judge("df -h", "bash")
    assert (verdict.risk, verdict.unknown) == (Risk.SAFE, False)
    assert verdict.advisor_version.startswith("local:local-1-")
    alone = ONE_KEY.judge("df -h")
    assert (alone.risk, alone.unknown, alone.advice, alone.advisor_version) == (Risk.CAUTION, True, None, "")


def test_given_answers_count_for_their_text_and_language_only() -> None:
    answer = advise("df -h")
    given = Advising(given={text_key("df -h"): answer})
    assert given.keys == LOCAL.keys == 2
    assert ONE_KEY.keys == 1
    assert given.about("df -h") == answer
    assert given.about("df -h", "sql") is None
    assert given.about("df") is None


@pytest.mark.parametrize(
    "command",
    ["terraform output", "az monitor activity-log list --offset 1d", "gcloud projects get-iam-policy p"],
)
def test_what_only_looks_like_a_read_is_unknown_where_nobody_taught_it(command: str) -> None:
    """Held out by source, the model was too sure of just these."""
    advice = advise(command)
    assert advice.risk is Risk.UNKNOWN
    assert "was taught none of its kind" in advice.reasoning
