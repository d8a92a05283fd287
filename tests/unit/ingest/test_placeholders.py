"""Which placeholders become holes, and which are asked about, once."""

from __future__ import annotations

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
