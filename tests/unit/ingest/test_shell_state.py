"""What one step sets, another one has: it is repeated in the document, or a person is asked."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from ingest.questions import Answer
from ingest.shell_state import told_to_shell
from schemas.lint import problems


def pasted(*commands: str, between: str = "Then:") -> str:
    """A runbook of these commands, each a step of its own."""
    return "# Clean up\n\n" + f"\n{between}\n\n".join(f"```sh\n{command}\n```\n" for command in commands)


def commands_of(made: Preview) -> list[str]:
    return [item.step.command for item in made.built.steps if item.step.command is not None]


def asked(made: Preview) -> list[str]:
    return [item.question.text for item in made.built.asked]


@pytest.mark.parametrize(
    ("first", "second", "becomes"),
    [
        ("export DATA=/data", "rm -rf $DATA/old", "DATA=/data\nrm -rf $DATA/old"),
        ("DATA=/data", 'rm -rf "${DATA}/old"', 'DATA=/data\nrm -rf "${DATA}/old"'),
        ("export A=1 B=2", "ls $B", "A=1 B=2\nls $B"),
        ("POD=$(kubectl get pods -o name | head -1)", "kubectl delete $POD",
         "POD=$(kubectl get pods -o name | head -1)\nkubectl delete $POD"),
        ("POD=<pod-name>", "kubectl get pod $POD", "POD={{ pod_name }}\nkubectl get pod $POD"),
        ("N=3", "echo $((N + 1))", "echo $((N + 1))"),
        ("NS=a", "NS=b; ls $NS", "NS=b; ls $NS"),
        ("NS=a", "ls ${NS:-b}", "ls ${NS:-b}"),
        ("NS=a", "awk '{ print $NS }' x", "awk '{ print $NS }' x"),
        ("NS=a", "for NS in b c; do ls $NS; done", "for NS in b c; do ls $NS; done"),
        ("NS=a", "df -h", "df -h"),
    ],
)  # fmt: skip
def test_a_value_of_a_step_above_is_repeated_where_it_is_read(first: str, second: str, becomes: str) -> None:
    made = preview(pasted(first, second))
    assert commands_of(made)[-1] == becomes
    assert not [text for text in asked(made) if text.startswith("$")]
    assert [problem for problem in problems(made.runbook) if problem.severity == "error"] == []


def test_what_is_repeated_is_judged_with_the_command() -> None:
    """The approver sees the folder that goes, and types it."""
    made = preview(pasted("export DATA=/data", "rm -rf $DATA/old"))
    last = made.built.steps[-1]
    assert last.verdict is not None
    assert "/data/old" in last.verdict.finding.resources
    assert last.repeats == (made.built.steps[0].step.id,)
    shown = parsed_json(made)["steps"][-1]
    assert (shown["command"], shown["repeats"]) == ("rm -rf $DATA/old", [1])


def test_values_that_need_others_bring_them_along_in_order() -> None:
    made = preview(pasted("NS=prod", "POD=$(kubectl get pods -n $NS -o name)", "kubectl describe $POD"))
    assert commands_of(made)[-1] == "NS=prod\nPOD=$(kubectl get pods -n $NS -o name)\nkubectl describe $POD"


def test_the_last_value_counts() -> None:
    made = preview(pasted("NS=a", "ls $NS", "NS=b", "ls $NS"))
    assert commands_of(made) == ["NS=a", "NS=a\nls $NS", "NS=b", "NS=b\nls $NS"]


@pytest.mark.parametrize(
    "first",
    [
        "ID=$(aws ec2 run-instances --image-id ami-1 --query Instances[0].InstanceId)",
        "ID=$(mktemp -d)",
        "read -r ID",
        "for ID in a b; do echo $ID; done",
        "ID=1; systemctl restart web",
    ],
)
def test_what_can_not_be_run_again_is_asked_for(first: str) -> None:
    made = preview(pasted(first, "ls /srv/$ID/x"))
    assert commands_of(made)[-1] == "ls /srv/$ID/x"
    assert asked(made) == ["$ID"]
    key = made.built.asked[0].key
    answered = preview(pasted(first, "ls /srv/$ID/x", "ls ${ID}"), answers={key: Answer(value="i-7")})
    assert commands_of(answered)[-2:] == ["ls /srv/i-7/x", "ls i-7"]
    assert asked(answered) == []


def test_a_value_of_one_case_is_asked_for_outside_of_it() -> None:
    text = (
        "# Clean up\n\nIf it is production:\n\n```sh\nNS=prod\n```\n\n```sh\nls $NS\n```\n\n## Look\n\n"
        "```sh\nls -l $NS\n```\n"
    )
    made = preview(text)
    assert commands_of(made) == ["NS=prod", "NS=prod\nls $NS", "ls -l $NS"]
    assert asked(made) == ["$NS"]


def test_a_value_that_is_set_further_down_is_asked_for() -> None:
    made = preview(pasted("ls $NS", "NS=a"))
    assert (commands_of(made), asked(made)) == (["ls $NS", "NS=a"], ["$NS"])


@pytest.mark.parametrize(
    "setting", ["export AWS_PROFILE=prod", "cd /var/lib/app", "source ./env.sh", ". ./env.sh"]
)
def test_what_no_later_step_names_is_asked_about_once(setting: str) -> None:
    text = pasted("uptime", setting, "rm -rf cache/*", "ls")
    made = preview(text)
    assert commands_of(made) == ["uptime", setting, "rm -rf cache/*", "ls"]
    assert asked(made) == [setting]
    assert all(made.runbook.open_ambiguities(item.step.id) for item in made.built.steps), (
        "it may matter to any"
    )
    assert parsed_json(made)["ambiguities"] == []
    assert [item["command"] for item in parsed_json(made)["shell_settings"]] == [setting]
    key = made.built.asked[0].key
    needed = preview(text, answers={key: Answer(option="repeat")})
    assert commands_of(needed) == ["uptime", setting, f"{setting}\nrm -rf cache/*", f"{setting}\nls"]
    assert asked(needed) == []
    kept = preview(text, answers={key: Answer(option="keep")})
    assert (commands_of(kept), asked(kept)) == (commands_of(made), [])


@pytest.mark.parametrize("last", ["export AWS_PROFILE=prod", "cd /tmp", "NS=a"])
def test_nobody_is_asked_where_nothing_stands_behind(last: str) -> None:
    assert asked(preview(pasted("uptime", last))) == []


def test_an_export_that_is_named_is_no_question() -> None:
    made = preview(pasted("export NS=prod", "uptime", "kubectl get pods -n $NS"))
    assert commands_of(made)[1:] == ["uptime", "NS=prod\nkubectl get pods -n $NS"]
    assert asked(made) == []


def test_more_than_a_reader_sees_at_once_is_asked_for() -> None:
    names = [f"NAME_{letter}" for letter in "ABCDEFGHI"]
    made = preview(
        pasted(*(f"{name}=a" for name in names), "ls " + " ".join(f"$n/${name}" for name in names))
    )
    assert commands_of(made)[-1].startswith("ls ")
    assert set(asked(made)) >= {f"${name}" for name in names}


def test_a_rollback_has_the_values_too() -> None:
    text = pasted("NS=prod", "kubectl -n $NS scale deploy/web --replicas=0") + (
        "\nTo undo it:\n\n```sh\nkubectl -n $NS scale deploy/web --replicas=3\n```\n"
    )
    rollback = preview(text).built.steps[-1].step.rollback
    assert rollback is not None
    assert rollback.command == "NS=prod\nkubectl -n $NS scale deploy/web --replicas=3"


@pytest.mark.parametrize(
    ("text", "uses", "sets"),
    [
        ("A=1", set(), {"A"}), ("export A=$B", {"B"}, {"A"}), ("export A", set(), set()),
        ("A=1 ls $A", set(), set()),
        ("ls '$A' \"$B\"", {"B"}, set()), ("echo $HOME $A", {"A"}, set()), ("cat <<E\n$A\nE", {"A"}, set()),
        ("cat <<'E'\n$A\nE", set(), set()), ("ls ${A?none}", set(), set()), ("echo $(ls $A)", {"A"}, set()),
        ("ls $A )(", {"A"}, set()), ("A=1\n# why\nB=2", set(), {"A", "B"}),
    ],
)  # fmt: skip
def test_what_a_command_says_to_its_shell(text: str, uses: set[str], sets: set[str]) -> None:
    told = told_to_shell(text)
    assert (set(told.uses), set(told.sets)) == (uses, sets)
