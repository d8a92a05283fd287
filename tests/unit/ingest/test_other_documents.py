"""What unread documents showed: commands whole, code without a mark, cases as questions."""

from __future__ import annotations

import pytest

from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview


def commands(made: Preview) -> list[str]:
    return [step["command"] for step in parsed_json(made)["steps"] if "command" in step]


def cased(made: Preview) -> dict[str, str | None]:
    """The commands of the document with the words of the question that each waits for."""
    asked = {step.id: step.manual for step in made.runbook.spec.steps if step.answers}
    return {
        step.command: asked.get(step.when.step or "") if step.when else None
        for step in made.runbook.spec.steps
        if step.command
    }


@pytest.mark.parametrize(
    "command",
    [
        "kubectl -n shop rollout status deployment/worker --timeout=120s",
        "kubectl -n mq exec rabbitmq-0 -- rabbitmqctl purge_queue shop.dlq",
        "redis-cli -h cache-1 info memory",
        "redis-cli -h cache-1 memory purge",
        "kubectl -n shop delete pods --all",
    ],
)
@pytest.mark.parametrize(
    "page",
    [
        "<ol><li><p>Do it</p><p>{}</p></li></ol>",
        "<ol><li><p>Do it: {}</p></li></ol>",
        "<ol><li>Do it:<br>{}</li></ol>",
        "<ol><li><p>Do it: <span style=\"font-family:'Courier New',monospace\">{}</span></p></li></ol>",
        "<p>Do it:</p><p>{}</p>",
        '<p>Do it:</p><p><font face="Consolas">{}</font></p>',
        "<p><b>Ask first!</b> {}</p>",
    ],
)
def test_a_command_of_a_page_without_code_is_found_whole(page: str, command: str) -> None:
    assert commands(preview(f"<h1>A</h1>{page.format(command)}", "html")) == [command]


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("Log in and run kubectl -n shop get pods again until all are up.", "kubectl -n shop get pods"),
        ("1. Look: kubectl -n shop get pods, then wait.", "kubectl -n shop get pods"),
    ],
)
def test_the_words_behind_a_command_are_none_of_it(told: str, wanted: str) -> None:
    assert commands(preview(f"# A\n\n{told}\n", "markdown")) == [wanted]


@pytest.mark.parametrize(
    "prompt",
    ["$ ", "[ops@h ~]$ ", "ops@h:~/app$ ", "bash-5.1$ ", "❯ ", "➜  app git:(main) ✗ ", "ops@h ~/app> ", "# "],
)
def test_the_prompts_of_many_shells(prompt: str) -> None:
    made = preview(f"# A\n\nLook:\n\n```\n{prompt}kubectl get pods\nNAME  READY\nweb-0 1/1\n```\n")
    assert commands(made) == ["kubectl get pods"]


def test_the_numbers_of_a_listing_are_no_part_of_its_commands() -> None:
    listed = ' 9  export ES=https://es\n10  curl -s "$ES" \\\n11    | head\n12  ./bin/run --all\n'
    text = f"# A\n\n```bash\n{listed}```\n"
    made = preview(text)
    assert commands(made) == ["export ES=https://es", 'curl -s "$ES" \\\n  | head', "./bin/run --all"]
    shown = parsed_json(made)
    places = [shown["source"][s["span"]["start"] : s["span"]["end"]] for s in shown["steps"]]
    assert places[0] == "export ES=https://es" and places[2] == "./bin/run --all"
    assert places[1].startswith("curl") and places[1].endswith("| head")


@pytest.mark.parametrize(
    "block",
    [
        '```powershell\nStart-WebAppPool -Name "Shop"\n```',
        'Run `Start-WebAppPool -Name "Shop"`.',
        '```\nPS C:\\ops> Start-WebAppPool -Name "Shop"\n```',
    ],
)
def test_what_another_shell_reads_is_shown_to_a_person(block: str) -> None:
    (step,) = parsed_json(preview(f"# A\n\n{block}\n"))["steps"]
    assert (step["command"], step["dialect"]) == ('Start-WebAppPool -Name "Shop"', "powershell")
    assert "template" not in step


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("- used > 80%? → flush: `redis-cli -h c flushdb`\n", "used > 80%?"),
        ("- ratio > 1.5? → `redis-cli -h c flushdb`\n", "ratio > 1.5?"),
        ("no answer? restart it:\n\n    redis-cli -h c flushdb\n", "no answer?"),
        ("still nothing -> clean the cache\n\n    redis-cli -h c flushdb\n", "still nothing: is that so?"),
    ],
)
def test_a_question_with_something_to_do_behind_it_is_a_case(text: str, question: str) -> None:
    made = preview(f"# A\n\n`df -h`\n\n{text}", "markdown")
    assert cased(made)["redis-cli -h c flushdb"] == question


@pytest.mark.parametrize(
    "text",
    [
        "- [ ] Is it up? `kubectl get pods -A`\n",
        "- Is it up? Check with `kubectl get pods -A`\n",
        "- What is running? Run `kubectl get pods -A`\n",
    ],
)
def test_a_command_that_answers_a_question_is_for_every_case(text: str) -> None:
    assert cased(preview(f"# A\n\n{text}", "markdown")) == {"kubectl get pods -A": None}


@pytest.mark.parametrize("more", ["", " that were deferred for longer than an hour"])
def test_the_other_case_in_plain_text_stands_over_no_section(more: str) -> None:
    made = preview(
        f"MAIL\n\nSTEP 1 - If one sender has most of it, remove his mails{more}:\n\n"
        "    $ postsuper -d ONE\n\n"
        "    Otherwise requeue everything:\n\n    $ postsuper -r ALL\n",
        "plain",
    )
    whens = {step.command: step.when for step in made.runbook.spec.steps if step.command}
    one, other = whens["postsuper -d ONE"], whens["postsuper -r ALL"]
    assert one is not None and other is not None
    assert (one.answer, other.answer, one.step == other.step) == ("yes", "no", True)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("docker system prune –af –-volumes", "docker system prune -af --volumes"),
        ("docker run –it –-rm alpine", "docker run -it --rm alpine"),
        ("kubectl get pods –all-namespaces –n x", "kubectl get pods --all-namespaces -n x"),
        ("certbot renew --cert-name _<domain>_ -n", "certbot renew --cert-name <domain> -n"),
    ],
)
def test_what_word_processors_and_asciidoc_put_into_code(written: str, typed: str) -> None:
    assert commands(preview(f"# A\n\n```bash\n{written}\n```\n")) == [typed]


def test_the_head_of_a_page_names_it() -> None:
    head = "<html><head><title>NFS stale - Ops Wiki</title></head>"
    page = f"{head}<body><h2>Fix</h2><pre>$ df -h</pre></body></html>"
    assert preview(page).runbook.metadata.title == "NFS stale"
    assert preview(page.replace("<h2>Fix</h2>", "<h1>Mounts</h1>")).runbook.metadata.title == "Mounts"


def test_a_chat_is_not_called_after_who_wrote_first() -> None:
    said = (
        "marta  10:02 AM\npods are dying, what to do?\n\n"
        "jonas  10:04 AM\nrun `kubectl get pods`\n\nmarta  10:06 AM\nthx\n"
    )
    assert preview(said).runbook.metadata.title == "pods are dying, what to do?"


def test_yes_and_no_answer_the_question_above() -> None:
    made = preview(
        "# A\n\n`uptime`\n\n**Is the provider down?**\n\n- **Yes**: switch: `kubectl set env deploy/x P=b`\n"
        "- **No**: restart it: `systemctl restart x`\n\n## Then\n\n`df -h`\n",
        "markdown",
    )
    whens = {step.command: step.when for step in made.runbook.spec.steps if step.command}
    yes, no = whens["kubectl set env deploy/x P=b"], whens["systemctl restart x"]
    assert yes is not None and no is not None and yes.step == no.step
    assert (yes.answer, no.answer) == ("yes", "no")
    assert whens["df -h"] is None and whens["uptime"] is None


@pytest.mark.parametrize(
    "text",
    [
        "Step 1: Look at the rate.\n   `kubectl logs x | grep -c ERROR`\n",
        "Look at the rate. `kubectl logs x | grep -c ERROR`.\n",
    ],
)
def test_code_that_is_a_sentence_of_its_own(text: str) -> None:
    assert commands(preview(f"# A\n\n{text}", "markdown")) == ["kubectl logs x | grep -c ERROR"]


def test_what_is_typed_into_a_chat_is_no_command() -> None:
    text = "# A\n\n1. `uptime`\n2. Roll it back: `/deploy rollback checkout` in Slack.\n"
    assert commands(preview(text, "markdown")) == ["uptime"]


def test_a_step_of_a_table_is_not_called_after_what_else_is_done() -> None:
    rows = "| 1 | Check health | `curl -s x:9200/_cat/health` | call the whole search team |\n"
    head = "| # | Do this | Command | If it fails |\n|---|---|---|---|\n"
    (step,) = preview(f"# A\n\n{head}{rows}", "markdown").runbook.spec.steps
    assert step.title == "Check health"
