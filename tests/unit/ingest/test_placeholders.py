"""Which placeholders become holes, and which are asked about, once."""

from __future__ import annotations

from ingest.pipeline import preview
from ingest.questions import Answer


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
