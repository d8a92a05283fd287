"""Which placeholders become holes, and which are asked about, once."""

from __future__ import annotations

import pytest

from ingest.pipeline import preview
from ingest.questions import Answer
from ingest.variables import find_placeholders


def test_one_placeholder_without_a_place_is_asked_once_for_all_steps() -> None:
    text = "# A\n\n1. Run `sort <IN> > /tmp/<OUT>.txt`\n2. Run `wc <IN> > /tmp/<OUT>.csv`\n"
    made = preview(text)
    (open_one,) = made.runbook.spec.ambiguities
    assert (open_one.text, open_one.step) == ("<OUT>", None)
    assert all(made.runbook.open_ambiguities(step.id) for step in made.runbook.spec.steps)
    done = preview(text, answers={open_one.id: Answer(value="result")})
    assert [step.command for step in done.runbook.spec.steps] == [
        "sort {{ in }} > /tmp/result.txt",
        "wc {{ in }} > /tmp/result.csv",
    ]


def test_a_placeholder_of_one_step_stays_with_it() -> None:
    made = preview("# A\n\n1. Run `uptime`\n2. Run `sort a.txt > /tmp/<OUT>`\n")
    assert [item.step for item in made.runbook.spec.ambiguities] == [made.runbook.spec.steps[1].id]


def test_only_what_has_no_place_is_asked_and_the_rest_is_declared() -> None:
    made = preview("# A\n\n```bash\nmysql -h <db-host> -D <db name> > <output file>\n```\n")
    assert [item.text for item in made.runbook.spec.ambiguities] == ["<output file>"]
    assert [item.name for item in made.runbook.spec.variables] == ["db_host", "db_name"]


def test_a_variable_of_a_shell_elsewhere_is_no_placeholder() -> None:
    made = preview("# A\n\n```bash\nkubectl exec deploy/api -- sh -c 'curl \"$INDEX_URI/_all\"'\n```\n")
    assert made.runbook.spec.ambiguities == ()
    assert made.runbook.spec.variables == ()
    here = preview("# A\n\n```bash\nkubectl get pods -n $TEAM\n```\n")
    assert [item.name for item in here.runbook.spec.variables] == ["team"]


def names(command: str, prose: str = "") -> list[str]:
    """The variables of a text with one command."""
    made = preview(f"# A\n\n{prose}\n\n```bash\n{command}\n```\n", "markdown")
    return [item.name for item in made.runbook.spec.variables]


def test_forms_of_placeholders() -> None:
    assert names("kubectl logs <pod, e.g. web-0>") == ["pod_e_g_web_0"]
    assert names("kubectl get pods -n NAMESPACE") == ["namespace"]
    assert names("kubectl get pods -n [namespace]") == ["namespace"]
    assert names("cat /var/log/[your-service]/out") == ["service"]
    assert names("kubectl logs {PodName}") == ["podname"]
    assert names("kubectl logs $pod") == ["pod"]
    assert names("ls /backup/YYYY-MM-DD") == ["yyyy_mm_dd"]


def test_other_marks_of_placeholders() -> None:
    assert names("oc login ‹cluster›; oc project «project name»") == ["cluster", "project_name"]
    assert names("ssh %HOSTNAME%") == ["hostname"]
    assert names("ssh __HOST__") == ["host"]
    assert names("ssh ${HOST:?not set}") == ["host"]
    assert names("kubectl get pods -n <staging|production>") == ["staging_production"]
    assert names("kubectl get pods -n [staging|production]") == ["staging_production"]
    assert names("kubectl get pods -n {staging|production}") == ["staging_production"]
    assert names("kubectl delete pod your-pod-name") == ["pod_name"]
    assert names("dig yourdomain.com") == ["yourdomain"]
    assert names("aws ec2 stop-instances --instance-ids i-xxxxxxxx") == ["i_xxxxxxxx"]
    made = preview("# A\n\n```bash\njava -jar app-X.Y.Z.jar migrate\n```\n", "markdown")
    assert made.runbook.spec.steps[0].command == "java -jar app-{{ x_y_z }}.jar migrate"


def test_words_in_capitals_by_what_they_name_and_where_they_stand() -> None:
    assert names("psql -h HOST -U USER DB") == ["host", "user", "db"]
    assert names("aws --profile PROFILE s3 ls s3://YOUR-BUCKET/x") == ["profile", "bucket"]
    assert names("kcadm.sh get users --realm REALM") == ["realm"]
    assert names("gcloud compute ssh INSTANCE --zone ZONE") == ["instance", "zone"]
    assert names("lvextend -L +10G /dev/VG/LV") == ["vg", "lv"]
    assert names("kill PID") == ["pid"]
    assert names("curl -u USER:PASSWORD https://a.example/b") == ["user", "password"]


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName",
        "ps -eo PID,USER,COMMAND",
        "lsblk -o NAME,SIZE",
        "docker run -e HOST image",
        "grep HOST /etc/app.conf",
        "iptables -A INPUT -j DROP",
        "redis-cli CLUSTER NODES",
        'mysql -e "SHOW REPLICA STATUS"',
        'psql -c "SELECT ID, NAME FROM users"',
        "gcloud sql instances patch x --availability-type REGIONAL",
        'gcloud compute instances list --filter="NAME:foo"',
        "xfs_info /dev/VG01/LV01",
        "mktemp /tmp/a.XXXXXX",
        "curl 'https://a.example/%E2%80%93'",
        "python3 -c 'print(__name__)'",
        "cat <in|sort>out",
        "chmod +X a",
        "TZ=UTC date",
        "cat your.txt",
    ],
)
def test_words_that_are_what_they_say(command: str) -> None:
    assert find_placeholders(command, frozenset()) == []


def test_what_stands_in_code_and_is_to_be_replaced() -> None:
    run = "gsutil cp a.sql gs://old-temp/"
    assert names(run, "Replace `old-temp` with the name of your bucket.") == ["old_temp"]
    assert names(run, "Here `old-temp` is the bucket.") == []
    assert names(run, "In it, where `old-temp` is the name of your bucket:") == ["old_temp"]
    assert names("docker ps", "Replace `docker` with podman on newer hosts.") == []


def test_what_only_looks_like_one() -> None:
    assert names("for pod in a b; do kubectl logs $pod; done") == []
    assert names("awk '{print $name}' a.txt") == []
    assert names("grep [error] a.txt") == []
    assert names('psql -c "DROP DATABASE old"') == []
    assert names("echo ERROR > /tmp/a") == []


def test_a_word_that_the_text_says_to_replace_is_one() -> None:
    assert names("apt-get purge linux-LATEST") == []
    assert names("apt-get purge linux LATEST", "Replace LATEST with the version.") == ["latest"]
    assert names("ls /home/$USER", "Replace `$USER` with your account in the command.") == ["user"]
    assert names("ls /home/$USER") == []


def test_a_longer_word_is_left_alone() -> None:
    made = preview("# A\n\n```bash\nkubectl logs $POD --prefix=$POD_NAME\n```\n", "markdown")
    assert made.runbook.spec.steps[0].command == "kubectl logs {{ pod }} --prefix={{ pod_name }}"


def test_what_is_read_from_and_written_to_is_no_placeholder() -> None:
    assert find_placeholders("cat <file >out", frozenset()) == []
    assert find_placeholders("sort <data.txt >/tmp/x", frozenset()) == []
    assert [item.name for item in find_placeholders("cat <file> >out", frozenset())] == ["file"]
