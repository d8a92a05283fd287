"""What a text shows for undoing a step becomes its rollback, or waits for a person; it is no step forward."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ingest.coverage import partition
from ingest.pipeline import Preview, preview
from ingest.questions import Answer
from schemas.runbook import AmbiguityKind

DOWN = "kubectl -n payments scale deployment/batch --replicas=0"
UP = "kubectl -n payments scale deployment/batch --replicas=3"


def made_of(text: str, form: str = "markdown") -> Preview:
    """The preview, every character of whose text has one place."""
    made = preview(text, form)
    places = [span for span, _ in partition(made.normalized.text, made.coverage)]
    assert all(one.end <= other.start for one, other in pairwise(places))
    return made


def commands(made: Preview) -> dict[str, tuple[str | None, bool]]:
    """Each command of the forward order with its rollback, and whether it waits for an answer."""
    return {
        step.command: (step.rollback.command if step.rollback else None, step.when is not None)
        for step in made.runbook.spec.steps
        if step.command is not None
    }


@pytest.mark.parametrize(
    "told",
    [
        f"1. Scale it down: `{DOWN}`\n   Rollback: `{UP}`\n",
        f"1. Scale it down: `{DOWN}`\n\n   Rollback: `{UP}`\n",
        f"1. Scale it down: `{DOWN}`\n   - **Undo:** `{UP}`\n",
        f"1. Scale it down: `{DOWN}` (undo with `{UP}`)\n",
        f"1. Scale it down: `{DOWN}`. If this fails, roll back with `{UP}`.\n",
        f"1. Scale it down:\n\n   ```\n   {DOWN}\n   ```\n\n   To undo, run:\n\n   ```\n   {UP}\n   ```\n",
        f"Scale it down:\n\n```bash\n{DOWN}\n```\n\nTo revert this change:\n\n```bash\n{UP}\n```\n",
        f"1. Scale it down: `{DOWN}`\n2. Rollback: `{UP}`\n",
        f"```bash\n{DOWN}\n# to undo:\n{UP}\n```\n",
        f"1. Scale it down: `{DOWN}`\n\n## Rollback\n\n1. `{UP}`\n",
        f"1. Scale it down: `{DOWN}`\n\n**Rollback**\n\n```bash\n{UP}\n```\n",
        f"1. Scale it down: `{DOWN}`\n\nRollback:\n\n- Run `{UP}`\n",
        f"| Step | Command | Rollback |\n|---|---|---|\n| Scale it down | `{DOWN}` | `{UP}` |\n",
    ],
)
def test_what_undoes_a_step_becomes_its_rollback(told: str) -> None:
    made = made_of(f"# Batch overload\n\n{told}")
    assert commands(made) == {DOWN: (UP, False)}
    assert made.runbook.spec.ambiguities == ()
    (step,) = [step for step in made.runbook.spec.steps if step.command]
    told_of = [item for item in made.coverage.items if UP in made.normalized.text[item.start : item.end]]
    assert {item.step for item in told_of} == {step.id}


def test_a_label_in_plain_text_ends_the_command_before_it() -> None:
    made = made_of(f"Batch\n\n1. Scale it down: {DOWN}\n   Rollback: {UP}\n", "plain")
    assert commands(made) == {DOWN: (UP, False)}


def test_a_line_in_plain_text_that_was_read_as_a_heading() -> None:
    text = f"Batch\n\n1. Scale it down:\n\n   $ {DOWN}\n\n   To undo, run:\n\n   $ {UP}\n"
    made = made_of(f"{text}\n2. Check:\n\n   $ uptime\n", "plain")
    assert commands(made) == {DOWN: (UP, False), "uptime": (None, False)}


def test_a_page_keeps_the_words_behind_a_code_block() -> None:
    page = f"<ol><li><p>Scale down:</p><pre>{DOWN}</pre><p>Rollback: <code>{UP}</code></p></li></ol>"
    assert commands(made_of(page, "html")) == {DOWN: (UP, False)}


def test_the_title_of_a_macro_says_what_is_inside() -> None:
    macro = (
        '<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">Rollback</ac:parameter>'
        f"<ac:rich-text-body><pre>{UP}</pre></ac:rich-text-body></ac:structured-macro>"
    )
    assert commands(made_of(f"<p>Scale down:</p><pre>{DOWN}</pre>{macro}", "html")) == {DOWN: (UP, False)}


def test_each_of_a_section_goes_to_its_own_step() -> None:
    made = made_of(
        f"# A\n\n1. `{DOWN}`\n2. `kubectl cordon node-1`\n\n## How to roll back\n\n"
        f"1. `kubectl uncordon node-1`\n2. `{UP}`\n"
    )
    assert commands(made) == {DOWN: (UP, False), "kubectl cordon node-1": ("kubectl uncordon node-1", False)}


def test_what_stands_between_several_steps_is_asked_and_never_runs_by_itself() -> None:
    text = f"# A\n\n1. `{DOWN}`\n2. `systemctl restart app`\n\n## Rollback\n\nRun `helm rollback api 3`.\n"
    made = made_of(text)
    assert commands(made)["helm rollback api 3"] == (None, True)
    decide = next(step for step in made.runbook.spec.steps if step.answers)
    assert decide.manual == "What was done above must be undone (“Rollback”): is that so?"
    (asked,) = made.built.asked
    assert (asked.question.kind, asked.question.question) == (
        AmbiguityKind.UNRESOLVABLE_REFERENCE,
        "Which step does this undo?",
    )
    assert [option.id for option in asked.question.options] == ["step-2", "step-1", "asked"]

    answered = preview(text, "markdown", answers={asked.key: Answer(option="step-1")})
    assert commands(answered) == {
        DOWN: ("helm rollback api 3", False),
        "systemctl restart app": (None, False),
    }
    assert answered.runbook.spec.ambiguities == ()
    kept = preview(text, "markdown", answers={asked.key: Answer(option="asked")})
    assert commands(kept) == commands(made)


def test_a_line_over_a_rollback_holds_for_no_step_behind_it() -> None:
    one, other = (
        "{indent}```\n{indent}{command}\n{indent}```\n\n".replace("{indent}", indent)
        for indent in ("", "   ")
    )
    flat = (
        f"Down:\n\n{one.format(command=DOWN)}**Rollback**\n\n{one.format(command=UP)}"
        f"**Next step**\n\n{one.format(command='systemctl restart app')}"
        f"Rollback:\n\n{one.format(command='systemctl start old')}"
        f"After that:\n\n{one.format(command='df -h')}"
    )
    inside = (
        f"1. Down:\n\n{other.format(command=DOWN)}   **Rollback**\n\n{other.format(command=UP)}"
        f"2. Then:\n\n{other.format(command='systemctl restart app')}   Rollback:\n\n"
        f"{other.format(command='systemctl start old')}3. Look:\n\n{other.format(command='df -h')}"
    )
    for text in (flat, inside):
        assert commands(made_of(f"# A\n\n{text}")) == {
            DOWN: (UP, False),
            "systemctl restart app": ("systemctl start old", False),
            "df -h": (None, False),
        }


def test_a_section_that_repeats_what_was_told_beside_the_steps() -> None:
    made = made_of(
        "# A\n\n1. Migrate: `psql -f up.sql`\n   Rollback: `psql -f down.sql`\n2. `systemctl stop app`\n\n"
        "Rollback steps\n\n1. `systemctl start app`\n2. `psql -f down.sql`\n"
    )
    assert commands(made) == {
        "psql -f up.sql": ("psql -f down.sql", False),
        "systemctl stop app": ("systemctl start app", False),
    }


def test_its_own_case_stays_the_question() -> None:
    made = made_of(
        "# A\n\n1. `systemctl restart a`\n2. `systemctl restart b`\n\n## Rollback\n\n"
        "If the lag keeps growing, go back to the previous image:\n\n"
        "```bash\nkubectl rollout undo deployment/a\n```\n"
    )
    assert commands(made)["kubectl rollout undo deployment/a"] == (None, True)
    (decide,) = [step for step in made.runbook.spec.steps if step.answers]
    assert decide.manual == "If the lag keeps growing: is that so?"


def test_several_commands_undo_one_step_in_their_order() -> None:
    made = made_of(
        "# A\n\n1. Stop it: `systemctl stop app`\n\n   To undo:\n\n   ```bash\n   systemctl daemon-reload\n"
        "   systemctl start app\n   ```\n"
    )
    assert commands(made) == {
        "systemctl stop app": ("systemctl daemon-reload &&\nsystemctl start app", False)
    }


def test_words_say_why_there_is_no_command() -> None:
    made = made_of(
        "# A\n\n1. Delete it: `kubectl delete pod web-0`\n   - Rollback: not possible, it is gone\n"
    )
    (step,) = made.runbook.spec.steps
    assert step.rollback is not None and step.rollback.impossible == "not possible, it is gone"


def test_words_beside_a_known_inverse_become_a_note() -> None:
    made = made_of("# A\n\n1. Run `kubectl cordon n1`. Rollback: ask the platform team first.\n")
    (step,) = made.runbook.spec.steps
    assert step.rollback is not None and step.rollback.command == "kubectl uncordon n1"
    assert step.notes == "To undo it: ask the platform team first."


def test_a_rollback_has_the_variables_of_its_words() -> None:
    made = made_of(
        "# A\n\n1. Stop it: `systemctl stop app-<shard>`\n   Rollback: `systemctl start app-<shard>`\n"
    )
    (step,) = made.runbook.spec.steps
    assert step.rollback is not None and step.rollback.command == "systemctl start app-{{ shard }}"


@pytest.mark.parametrize("title", ["Deploy and roll back the API", "Roll back and forward", "API deployment"])
def test_a_title_that_names_more_than_the_way_back_changes_nothing(title: str) -> None:
    made = made_of(f"# {title}\n\n1. `helm upgrade api`\n\n## Rollback\n\n1. `helm rollback api 3`\n")
    assert commands(made) == {"helm upgrade api": ("helm rollback api 3", False)}


@pytest.mark.parametrize(
    "text",
    [
        "# Mitigation\n\n1. Look at it: `uptime`\n2. Roll back the release with `helm rollback api 3`\n",
        "# Rolling back the API\n\n1. Look: `uptime`\n\n## Rollback\n\n1. `helm rollback api 3`\n",
        "# Bad release\n\n## Rollback\n\n1. `helm rollback api 3`\n2. `uptime`\n",
        "# A\n\nTo roll back the deployment to 1.2, run:\n\n```bash\nhelm rollback api 3\n```\n",
    ],
)
def test_rolling_back_can_be_what_a_text_is_for(text: str) -> None:
    assert commands(made_of(text))["helm rollback api 3"] == (None, False)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("2. If the index exists, delete the existing index.\n\n   ```bash\n   rm index.db\n   ```\n", "yes"),
        ("2. Delete the index if it exists:\n\n   ```bash\n   rm index.db\n   ```\n", "yes"),
        ("2. Look at it. If it exists, run `rm index.db`.\n", "yes"),
        ("2. Run `rm index.db` only if it exists.\n", "yes"),
        ("2. If it is in use, run `lsof index.db`. Otherwise, run `rm index.db`.\n", "no"),
        ("2. If it is in use, run `lsof index.db`, otherwise run `rm index.db`.\n", "no"),
        ("2. Run `rm index.db` unless the index is in use.\n", "no"),
        ("\nIf it exists:\n\n1. Look: `lsof index.db`\n2. Run `rm index.db`\n\nThen:\n\n", "yes"),
        ("\n**If it exists:**\n\n```bash\nuname\n```\n\n```bash\nrm index.db\n```\n\nThen:\n\n", "yes"),
        ("\n## If the index exists\n\n### Away\n\n1. `rm index.db`\n\n## After\n\n", "yes"),
        ("\n## Unless it is in use\n\n1. `rm index.db`\n\n## After\n\n", "no"),
    ],
)
def test_a_command_is_for_the_case_of_its_own_sentence(text: str, answer: str) -> None:
    made = made_of(f"# A\n\n1. `uptime`\n{text}3. `df -h`\n")
    steps = {step.command: step for step in made.runbook.spec.steps}
    when = steps["rm index.db"].when
    assert when is not None and when.answer == answer
    assert steps["df -h"].when is None


UNDO = "kubectl -n payments rollout undo deployment/api"


@pytest.mark.parametrize(
    "heading",
    [
        "If the deployment fails, roll back",
        "When the deployment fails, roll back",
        "How to roll back the deployment",
        "Rolling back the release",
    ],
)
def test_a_heading_about_undoing_never_lets_its_command_run_by_itself(heading: str) -> None:
    made = made_of(f"# Deploy\n\n1. Deploy: `kubectl apply -f api.yaml`\n\n## {heading}\n\n1. Run `{UNDO}`\n")
    assert commands(made).get(UNDO, (None, True)) == (None, True)


@pytest.mark.parametrize("heading", ["Rollback", "Rollback plan"])
def test_a_section_before_the_steps_waits_for_a_person(heading: str) -> None:
    made = made_of(
        f"# Deploy\n\n## {heading}\n\n`{UNDO}`\n\n## Deploy\n\n1. Run `kubectl apply -f api.yaml`\n"
    )
    assert commands(made)[UNDO] == (None, True)
    assert commands(made)["kubectl apply -f api.yaml"][1] is False


@pytest.mark.parametrize(
    ("told", "forward"),
    [
        (
            "Check with `systemctl status app`. Restart the reverse proxy using `{}`.",
            "systemctl restart nginx",
        ),
        ("1. `kubectl drain n1`\n2. Restart the reverse proxy: `{}`\n", "systemctl restart nginx"),
        ("`make build`. Push the revert commit with `{}`.", "git push origin fix"),
        (
            "Fetch it: `docker pull a:v2`. So that you can roll back later, tag the old one using `{}`.",
            "docker tag a:v1 a:old",
        ),
        ("1. `kubectl get pods`\n2. If it fails, check that rollback is possible with `{}`\n", "uptime"),
    ],
)
def test_a_word_about_undoing_takes_no_step_out_of_its_order(told: str, forward: str) -> None:
    made = made_of(f"# Work\n\n{told.format(forward)}\n")
    assert forward in commands(made)
    assert all(undo is None or forward not in undo for undo, _ in commands(made).values())


@pytest.mark.parametrize(
    "cases",
    [
        "- If staging: `kubectl --context staging {0}`\n- If production: `kubectl --context prod {0}`\n",
        "If the database was migrated, run `pg_restore -c -d app dump`. Otherwise run `kubectl {0}`.\n",
    ],
)
def test_one_or_the_other_is_never_both(cases: str) -> None:
    told = cases.format("-n payments rollout undo deployment/api")
    made = made_of(f"# Deploy\n\n1. Deploy: `kubectl apply -f api.yaml`\n\n## Rollback\n\n{told}")
    assert all(undo is None or "\n" not in undo for undo, _ in commands(made).values())
    assert all(waits for command, (_, waits) in commands(made).items() if "apply" not in command)


@pytest.mark.parametrize("option", ["--instance-id=i-{}", "--id {}", "--slot={}"])
def test_another_name_is_another_thing(option: str) -> None:
    one, other = (f"aws ec2 stop-instances {option.format(number)}" for number in (1, 2))
    made = made_of(
        f"# Stop\n\n1. Stop it: `{one}`\n2. Wait: `systemctl restart app`\n\n## Rollback\n\n`{other}`\n"
    )
    assert commands(made)[one][0] != other
    assert commands(made)[other][1] is True
