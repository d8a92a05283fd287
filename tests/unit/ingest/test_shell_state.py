"""What one step sets, another one has: it is repeated in the document, or a person is asked."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from ingest.questions import Answer
from ingest.shell_reading import told_to_shell
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
        ("DATA=/data", "rm -rf $DATA/old", "DATA=/data\nrm -rf $DATA/old"),
        ("export DATA=/data", 'rm -rf "${DATA}/old"', 'export DATA=/data\nrm -rf "${DATA}/old"'),
        ("export A=1 B=2", "ls $A $B", "export A=1 B=2\nls $A $B"),
        ("POD=<pod-name>", "kubectl get pod $POD", "POD={{ pod_name }}\nkubectl get pod $POD"),
        ("N=3", "echo $((N + 1))", "N=3\necho $((N + 1))"),
        ("NS=a", "ls ${NS:-b}", "NS=a\nls ${NS:-b}"),
        ("DIR=/data", "sh -c 'rm -rf $DIR/old'", "DIR=/data\nsh -c 'rm -rf $DIR/old'"),
        ("USER=jdoe", "userdel -r $USER", "USER=jdoe\nuserdel -r $USER"),
        ("HOSTS=(web1 web2)", "ssh ${HOSTS[0]} uptime", "HOSTS=(web1 web2)\nssh ${HOSTS[0]} uptime"),
        ("NS=prod", "helm upgrade --set NS=$NS x y; kubectl -n $NS delete pod z",
         "NS=prod\nhelm upgrade --set NS=$NS x y; kubectl -n $NS delete pod z"),
        ("DIR=/a", "DIR=x ls; rm -rf $DIR/old", "DIR=/a\nDIR=x ls; rm -rf $DIR/old"),
        ("A=1", "helm upgrade w c --set a=$A,b=$A,c=$A", "A=1\nhelm upgrade w c --set a=$A,b=$A,c=$A"),
        ("NS=a", "NS=b; ls $NS", "NS=b; ls $NS"),
        ("NS=a", "NS=b && ls $NS", "NS=b && ls $NS"),
        ("NS=a", "for NS in b c; do ls $NS; done", "for NS in b c; do ls $NS; done"),
        ("NS=a", "df -h", "df -h"),
        ("NS=a; df -h", "ls $NS", "NS=a\nls $NS"),
    ],
)  # fmt: skip
def test_a_value_of_a_step_above_is_repeated_where_it_is_read(first: str, second: str, becomes: str) -> None:
    made = preview(pasted(first, second))
    assert commands_of(made)[-1] == becomes
    assert not [text for text in asked(made) if text.startswith("$")]
    assert [problem for problem in problems(made.runbook) if problem.severity == "error"] == []


def test_what_is_repeated_is_judged_with_the_command() -> None:
    """The approver sees the folder that goes, and types it."""
    made = preview(pasted("DATA=/data", "rm -rf $DATA/old"))
    last = made.built.steps[-1]
    assert last.verdict is not None
    assert "/data/old" in last.verdict.finding.resources
    assert last.repeats == (made.built.steps[0].step.id,)
    shown = parsed_json(made)["steps"][-1]
    assert (shown["command"], shown["repeats"]) == ("rm -rf $DATA/old", [1])


def test_values_that_need_others_bring_them_along_in_order() -> None:
    made = preview(pasted("N=1", "N=$((N + 1))", "M=$N", "kubectl scale sts db --replicas=$M"))
    assert commands_of(made)[-1] == "N=1\nN=$((N + 1))\nM=$N\nkubectl scale sts db --replicas=$M"


def test_the_last_value_counts() -> None:
    made = preview(pasted("NS=a", "ls $NS", "NS=b", "ls $NS"))
    assert commands_of(made) == ["NS=a", "NS=a\nls $NS", "NS=b", "NS=b\nls $NS"]


@pytest.mark.parametrize(
    "first",
    [
        "ID=$(aws ec2 run-instances --image-id ami-1 --query Instances[0].InstanceId)",
        "ID=$(mktemp -d)",
        "ID=$(kubectl get deploy web -o jsonpath='{.spec.replicas}')",
        "ID=$RANDOM",
        "ID=$?",
        "ID=$PWD",
        "if true; then ID=/a; fi",
        "read -r ID",
        "for ID in a b; do echo $ID; done",
    ],
)
def test_what_can_not_be_run_again_is_asked_for(first: str) -> None:
    made = preview(pasted(first, "ls /srv/$ID/x"))
    assert commands_of(made)[-1] == "ls /srv/$ID/x"
    assert "$ID" in asked(made)
    key = next(item.key for item in made.built.asked if item.question.text == "$ID")
    answered = preview(pasted(first, "ls /srv/$ID/x", "ls ${ID}"), answers={key: Answer(value="i-7")})
    assert commands_of(answered)[-2:] == ["ls /srv/i-7/x", "ls i-7"]
    assert "$ID" not in asked(answered)
    given = preview(pasted(first, "ls /srv/$ID/x"), answers={key: Answer(option="operator")})
    assert commands_of(given)[-1] == "ls /srv/{{ id }}/x"
    assert "id" in [item.name for item in given.runbook.spec.variables]


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


def test_an_export_that_all_name_is_no_question() -> None:
    made = preview(pasted("export NS=prod", "kubectl get pods -n $NS"))
    assert commands_of(made)[1:] == ["export NS=prod\nkubectl get pods -n $NS"]
    assert asked(made) == []


@pytest.mark.parametrize(
    ("first", "line"),
    [
        ("export AWS_PROFILE=prod", "export AWS_PROFILE=prod"),
        ("export AWS_PROFILE=prod && aws sts get-caller-identity", "export AWS_PROFILE=prod"),
        ("cd /opt/app || exit 1", "cd /opt/app"),
    ],
)
def test_what_programs_read_is_asked_for_though_one_step_names_it(first: str, line: str) -> None:
    text = pasted(first, "echo $AWS_PROFILE", "aws s3 rm s3://old --recursive")
    made = preview(text)
    assert line in asked(made)
    key = next(item.key for item in made.built.asked if item.question.text == line)
    needed = preview(text, answers={key: Answer(option="repeat")})
    assert commands_of(needed)[-1] == f"{line}\naws s3 rm s3://old --recursive"


def test_a_folder_for_one_line_is_asked_for_where_a_place_is_found_from_it() -> None:
    for later in (
        "rm -rf cache/*",
        "rm -rf *",
        "rm -rf old",
        "make",
        "make -j",
        "git pull",
        "rm -rf $DIR",
        "./x",
    ):
        assert "cd /opt/app" in asked(preview(pasted("cd /opt/app && docker-compose ps", later))), later
    assert asked(preview(pasted("cd /opt/app && docker-compose ps", "cat /srv/x", "cat -n <dir>/x"))) == []


def test_what_a_command_gives_is_no_answer_that_can_be_repeated() -> None:
    made = preview(pasted("cd $(mktemp -d)", "tar xzf /tmp/x.tgz"))
    assert [option.act for item in made.built.asked for option in item.question.options] == ["keep"]


def test_of_two_values_in_a_row_nobody_knows_which_holds() -> None:
    text = "# A\n\nFor production:\n\n```sh\nNS=prod\n```\n\nFor staging:\n\n```sh\nNS=staging\n```\n\n"
    made = preview(text + "Then:\n\n```sh\nkubectl delete pods --all -n $NS\n```\n")
    assert commands_of(made)[-1] == "kubectl delete pods --all -n $NS"
    assert "$NS" in asked(made)


def test_what_was_said_in_one_case_is_asked_for_behind_it() -> None:
    text = "# A\n\nIf it is production:\n\n```sh\nexport KUBECONFIG=/a\n```\n\n## Delete\n\n"
    text += "```sh\nkubectl delete pods --all\n```\n"
    made = preview(text)
    key = made.built.asked[0].key
    needed = preview(text, answers={key: Answer(option="repeat")})
    assert commands_of(needed)[-1] == "kubectl delete pods --all"
    last = needed.built.steps[-1].step.id
    assert "export KUBECONFIG=/a" in [item.question.text for item in needed.built.asked if item.step == last]


def test_what_is_added_to_a_value_is_not_lost() -> None:
    made = preview(pasted("DIR=/data", "DIR+=/old", "rm -rf $DIR"))
    assert commands_of(made) == ["DIR=/data", "DIR+=/old", "rm -rf $DIR"]
    assert "$DIR" in asked(made)


def test_a_value_with_a_date_is_a_step_and_no_variable() -> None:
    made = preview(pasted("BACKUP=/backup/$(date +%Y%m%d)", "ls $BACKUP"))
    assert commands_of(made) == ["BACKUP=/backup/$(date +%Y%m%d)", "ls $BACKUP"]
    assert asked(made) == ["$BACKUP"]


def test_an_indirect_name_may_be_any() -> None:
    made = preview(pasted("DIR=/data", "VAR=DIR", "ls ${!VAR}/old"))
    assert commands_of(made)[-1] == "DIR=/data\nVAR=DIR\nls ${!VAR}/old"


def test_settings_without_room_leave_the_step_open() -> None:
    settings = [f"cd /{letter}" for letter in "abcdefghijklmn"]
    text = pasted(*settings, "rm -rf old")
    answers = {item.key: Answer(option="repeat") for item in preview(text).built.asked}
    made = preview(text, answers=answers)
    last = made.built.steps[-1].step
    assert last.command == "rm -rf old"
    assert made.runbook.open_ambiguities(last.id)


def test_more_than_a_reader_sees_at_once_is_asked_for() -> None:
    names = [f"NAME_{letter}" for letter in "ABCDEFGHIJKLM"]
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
        ("A=1", set(), {"A"}),
        ("export A=$B", {"B"}, {"A"}),
        ("export A=$A:$B", {"A", "B"}, {"A"}),
        ("export A", set(), set()),
        ("A=1 ls $A", {"A"}, set()),
        ("ls '$A' \"$B\"", {"A", "B"}, set()),
        ("cat <<'E'\n$A\nE", {"A"}, set()),
        ("ls ${A?none} ${#B} ${!C}", {"A", "B", "C"}, set()),
        ("ls $A )(", {"A"}, set()),
        ("A=1\n# why\nB=2", set(), {"A", "B"}),
        ("A=1; ls $A", set(), {"A"}),
        ("ls $A; A=1", {"A"}, {"A"}),
        ("if x; then A=1; fi; ls $A", {"A"}, set()),
        ("(A=1); ls $A", {"A"}, set()),
        ("read A; ls $A", set(), set()),
        ("unset A", set(), {"A"}),
        ("((A + B))", {"A", "B"}, set()),
    ],
)
def test_what_a_command_says_to_its_shell(text: str, uses: set[str], sets: set[str]) -> None:
    told = told_to_shell(text)
    assert (set(told.uses), set(told.sets)) == (uses, sets)


def block_of(*lines: str) -> str:
    """A runbook whose first block sets these, with two steps behind it."""
    settings = "\n".join(lines)
    return (
        f"# A\n\n```sh\n{settings}\n```\n\nThen:\n\n```sh\nmake deploy\n```\n\nThen:\n\n```sh\nls $B\n```\n"
    )


def test_settings_that_stand_together_are_asked_about_once() -> None:
    lines = ("export AWS_PROFILE=prod", "export B=2", "N=3", "cd /srv/app")
    text = block_of(*lines)
    made = preview(text)
    assert asked(made) == ["export AWS_PROFILE=prod\nexport B=2\ncd /srv/app"]
    assert made.built.asked[0].question.question.startswith("“export AWS_PROFILE=prod” and 2 more are gone")
    assert commands_of(made) == [*lines, "make deploy", "export B=2\nls $B"]
    assert all(made.runbook.open_ambiguities(item.step.id) for item in made.built.steps)
    key = made.built.asked[0].key
    needed = preview(text, answers={key: Answer(option="repeat")})
    head = "export AWS_PROFILE=prod\nexport B=2\ncd /srv/app"
    assert commands_of(needed) == [*lines, f"{head}\nmake deploy", f"{head}\nls $B"]
    assert asked(needed) == []
    kept = preview(text, answers={key: Answer(option="keep")})
    assert (commands_of(kept), asked(kept)) == (commands_of(made), [])


def test_what_can_not_be_repeated_is_asked_about_alone() -> None:
    made = preview(block_of("export A=1", "eval $(ssh-agent)", "export C=3"))
    assert asked(made) == ["export A=1", "eval $(ssh-agent)", "export C=3"]


def test_a_step_that_only_sets_begins_with_nothing_else() -> None:
    text = pasted("export A=1", "export B=2", "T=$(vault read x)", "make")
    keys = [item.key for item in preview(text).built.asked if item.question.text.startswith("export")]
    made = preview(text, answers={key: Answer(option="repeat") for key in keys})
    assert commands_of(made) == [
        "export A=1",
        "export B=2",
        "export A=1\nexport B=2\nT=$(vault read x)",
        "export A=1\nexport B=2\nmake",
    ]


def test_settings_that_no_program_gets_are_not_asked_about() -> None:
    assert asked(preview(pasted("export A=1", "export B=2", "ls $A $B"))) == []


def test_a_function_is_repeated_for_those_that_call_it() -> None:
    made = preview(pasted('say() {\n  echo "$NS $1"\n}', "NS=a", "say x | cat", "uptime"))
    function = 'say() {\n  echo "$NS $1"\n}'
    assert commands_of(made)[-2:] == [f"{function}\nNS=a\nsay x | cat", "uptime"]
    twice = preview(pasted("NS=a", "function say { echo $NS; }", "(say x)"))
    assert commands_of(twice)[-1] == "NS=a\nfunction say { echo $NS; }\n(say x)"
    below = preview(pasted("say x", "say() { echo; }"))
    assert asked(below) == ["say()"]


@pytest.mark.parametrize(
    "setting",
    ["ulimit -n 65536", "shopt -s extglob", "set -a", "set -o noglob", "exec > /tmp/log", "module load gcc",
     "trap 'rm -f /tmp/x' EXIT"],
)  # fmt: skip
def test_what_else_changes_a_shell_is_asked_about(setting: str) -> None:
    assert asked(preview(pasted(setting, "make deploy"))) == [setting]


@pytest.mark.parametrize("setting", ["set -e", "set -euo pipefail", "set -x", "exec ./start", "uptime"])
def test_what_leaves_nothing_is_not(setting: str) -> None:
    assert asked(preview(pasted(setting, "make deploy"))) == []
