"""What has to be typed before a dangerous step runs: a name that means something, or a question for it."""

from __future__ import annotations

import pytest

from ingest.confirming import NAME, names_offered
from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from ingest.questions import Answer
from schemas.errors import Unprocessable


def made_of(command: str, answers: dict[str, Answer] | None = None) -> Preview:
    """The preview of a runbook with one dangerous command."""
    return preview(f"# A\n\n```bash\n{command}\n```\n", "markdown", answers=answers)


def typed(made: Preview) -> str | None:
    (step,) = [step for step in made.runbook.spec.steps if step.command]
    assert step.risk is not None and step.risk.value == "dangerous"
    return step.confirm


def options(made: Preview) -> dict[str, str]:
    (asked,) = [item.question for item in made.built.asked if item.question.question == NAME]
    return {option.id: option.label for option in asked.options}


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("kubectl delete pod web-0", "web-0"),
        ("kubectl -n prod delete pod <pod>", "{{ pod }}"),
        ("kubectl delete job billing-<yyyymm>", "billing-{{ yyyymm }}"),
        ("ssh postgres@<standby> 'repmgr -f /etc/repmgr.conf standby promote'", "{{ standby }}"),
        ('curl -XDELETE "$ES/<index>"', "{{ es }}/{{ index }}"),
    ],
)
def test_a_name_that_is_certain_is_typed_and_nothing_is_asked(command: str, name: str) -> None:
    made = made_of(command)
    assert typed(made) == name
    assert made.runbook.spec.ambiguities == ()


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("pgbackrest --stanza=orders restore", ["orders"]),
        ("ls /home | xargs rm -rf", ["/home"]),
        ("docker builder prune -f --keep-storage 20GB", []),
        ("k exec deploy/search -- sh -c 'curl -XDELETE \"$URL/_all\"'", ["deploy/search", "_all"]),
    ],
)
def test_names_of_the_command_are_offered_where_none_is_certain(command: str, names: list[str]) -> None:
    made = made_of(command)
    (step,) = made.runbook.spec.steps
    assert typed(made) == step.id
    assert list(options(made).values()) == [*names, "The step's own name"]
    (ambiguity,) = made.runbook.spec.ambiguities
    assert (ambiguity.step, ambiguity.question, list(ambiguity.candidates)) == (step.id, NAME, names)
    parsed = parsed_json(made)
    assert parsed["ambiguities"] == []
    assert [item["candidates"] for item in parsed["names_to_type"]] == [names]


def test_an_answer_is_what_must_be_typed() -> None:
    made = made_of("pgbackrest --stanza=orders restore")
    (key,) = [item.key for item in made.built.asked]
    for answer, name in (
        (Answer(option="name-1"), "orders"),
        (Answer(value="orders-db-2"), "orders-db-2"),
        (Answer(option="step"), made.runbook.spec.steps[0].id),
    ):
        answered = made_of("pgbackrest --stanza=orders restore", {key: answer})
        assert typed(answered) == name
        assert answered.runbook.spec.ambiguities == ()


@pytest.mark.parametrize("value", ["{{ nobody }}", "ab", "two\nlines"])
def test_a_name_that_nobody_could_type_is_refused(value: str) -> None:
    (key,) = [item.key for item in made_of("pgbackrest --stanza=orders restore").built.asked]
    with pytest.raises(Unprocessable):
        made_of("pgbackrest --stanza=orders restore", {key: Answer(value=value)})


def test_variables_are_offered_first_and_are_filled_at_the_gate() -> None:
    command = "kubectl exec <pod> -- psql -c \"SELECT pg_terminate_backend('<user>');\""
    made = made_of(command)
    assert list(options(made).values())[:2] == ["{{ pod }}", "{{ user }}"]
    (key,) = [item.key for item in made.built.asked if item.question.question == NAME]
    assert typed(made_of(command, {key: Answer(option="name-1")})) == "{{ pod }}"


@pytest.mark.parametrize(
    ("command", "offered"),
    [
        ("aws ec2 stop-instances --instance-ids $IDS", []),
        ("for i in $(cat ids); do aws ec2 terminate-instances --instance-ids $i; done", []),
        ("aws autoscaling update-auto-scaling-group --auto-scaling-group-name web-asg", ["web-asg"]),
        ("gcloud compute instances delete web-1 web-2", ["web-1", "web-2"]),
        ("az vm deallocate -g rg-1 -n vm-1", ["rg-1", "vm-1"]),
        ("rabbitmqctl purge_queue orders", ["orders"]),
        ("heroku pg:reset DATABASE --app shop", ["shop"]),
        ("eksctl delete cluster --name prod-eu", ["prod-eu"]),
        ("sudo -u postgres dropdb orders", ["orders"]),
        ("ssh web-3 'rm -rf /srv/app/releases'", ["web-3", "/srv/app/releases"]),
    ],
)
def test_names_to_type_are_what_is_acted_on_and_no_verbs(command: str, offered: list[str]) -> None:
    assert list(names_offered(command)) == offered
