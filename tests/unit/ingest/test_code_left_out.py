"""Code that is in no step: all of it is listed, asked about where it reads like a command, and made a step by
a person's word alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from controller.cli.output import Printer
from controller.cli.preview import show_preview
from ingest.code_left_out import CodeLeftOut
from ingest.coverage import partition
from ingest.extract.heard import Heard, HeardPart
from ingest.extract.passages import parts_of
from ingest.extract.reading_answer import Answer as ReadAnswer
from ingest.extract.reading_answer import ReadStep
from ingest.normalize import normalize
from ingest.parsed import parsed_json
from ingest.pipeline import Preview, preview
from ingest.propose import build_proposal, source_body
from ingest.questions import Answer

RESTART = "kubectl -n pay rollout restart deploy/payout --timeout=60s"
TEXT = f"""# Restart the payout worker

1. Look at the queue with `kubectl -n pay get pods`.
2. Restart it:

```yaml
# one after the other
{RESTART}
replicas: 3
```

If it hangs, the log (`kubectl -n pay logs payout`) says why, and so does `values.yaml`.

3. Run `kubectl -n pay rollout status deploy/payout`.
"""


def left(made: Preview) -> dict[str, CodeLeftOut]:
    return {item.text: item for item in made.code}


def all_apart(made: Preview) -> bool:
    """Whether the pieces stand in order, apart from each other and from every command."""
    pieces = [item.span for item in made.code if item.said != "typed"]
    commands = [item.command_span for item in made.built.steps if item.command_span is not None]
    met = any(a.start < b.end and b.start < a.end for a in pieces for b in commands)
    return not met and all(one.end <= two.start for one, two in pairwise(pieces))


def partitioned(made: Preview) -> bool:
    """Whether the sentences, and what stands between them, are still apart."""
    places = [span for span, _ in partition(made.normalized.text, made.coverage)]
    return all(one.end <= two.start for one, two in pairwise(places))


def told(made: Preview) -> list[str]:
    return [item.written or "by hand" for item in made.built.steps]


def said(words: str, option: str, text: str = TEXT) -> Preview:
    """The preview after somebody said of one piece whether it is typed."""
    item = left(preview(text))[words]
    return preview(text, answers={item.id: Answer(option=option)})


def test_all_code_in_no_step_is_listed_with_its_place_and_reason() -> None:
    made = preview(TEXT)
    assert RESTART not in told(made)
    assert [(item.text, item.line, item.reads_like_command, item.asked) for item in made.code] == [
        ("# one after the other", 7, False, False),
        (RESTART, 8, True, True),
        ("replicas: 3", 9, False, False),
        ("kubectl -n pay logs payout", 12, True, False),
        ("values.yaml", 12, False, False),
    ]
    for item in made.code:
        assert made.normalized.text[item.span.start : item.span.end] == item.text
    assert "labelled yaml" in left(made)[RESTART].reason


def test_what_reads_like_a_command_is_one_open_question_of_the_document() -> None:
    made = preview(TEXT)
    (open_one,) = (item for item in made.runbook.spec.ambiguities if RESTART in item.text)
    assert open_one.step is None, "each step waits for it: nobody knows where it would stand"
    assert [item["asked"] for item in parsed_json(made)["code_left_out"]].count(True) == 1
    assert parsed_json(made)["ambiguities"] == [], "the text itself leaves nothing open"


def test_what_is_typed_is_a_step_in_its_place_with_its_words() -> None:
    made = said(RESTART, "typed")
    assert told(made) == [
        "kubectl -n pay get pods", RESTART, "kubectl -n pay rollout status deploy/payout"
    ]  # fmt: skip
    step = made.built.steps[1].step
    assert (step.title, made.built.steps[1].line) == ("Restart it", 8)
    assert made.built.steps[1].verdict is not None, "the scanner judges it like any other"
    assert (left(made)[RESTART].said, left(made)[RESTART].step) == ("typed", step.id)
    assert made.runbook.spec.ambiguities == ()


def test_code_of_a_sentence_becomes_a_step_for_the_case_of_its_sentence() -> None:
    made = said("kubectl -n pay logs payout", "typed")
    by_command = {item.written: item.step for item in made.built.steps}
    assert by_command["kubectl -n pay logs payout"].when is not None


@pytest.mark.parametrize(
    ("text", "words", "around"),
    [
        ("# A\n\nRun `uptime`.\n\nNever run this:\n\n```\nsystemctl stop web\n```\n\nRun `df -h`.\n",
         "systemctl stop web", ["uptime", "systemctl stop web", "df -h"]),
        ("# A\n\nRun `uptime`.\n\nThe output looks like this:\n\n```\nkubectl get pods\nNAME  READY\n```\n",
         "kubectl get pods", ["uptime", "kubectl get pods"]),
        ("# A\n\n## Meaning\n\nSome `systemctl restart web` here.\n\n## Steps\n\nRun `uptime`.\n",
         "systemctl restart web", ["systemctl restart web", "uptime"]),
        ("# A\n\n1. Run `uptime`.\n2. Run `systemctl stop web`.\n\nScratch step 2.\n\nRun `df -h`.\n",
         "systemctl stop web", ["uptime", "systemctl stop web", "df -h"]),
        ("A\n=\n\n.. note::\n\n   N.\n\n.. prompt:: bash root@db1:~# virsh list\n\nB\n-\n\nRun ``uptime``.",
         "root@db1:~# virsh list", ["virsh list", "uptime"]),
        ("# A\n\n```yaml\na: 1\nkubectl delete pod web-0 \\\n  --wait=false\nb: 2\n```\n\nRun `uptime`.\n",
         "kubectl delete pod web-0 \\\n  --wait=false",
         ["kubectl delete pod web-0 \\\n  --wait=false", "uptime"]),
        ("# A\n\n## Use `kubectl rollout undo deploy/web`\n\nRun `uptime`.\n",
         "kubectl rollout undo deploy/web", ["kubectl rollout undo deploy/web", "uptime"]),
        ("# A\n\n```sql\n> SELECT * FROM jobs;\n\n id | at\n----+----\n```\n\nRun `uptime`.\n",
         "> SELECT * FROM jobs;", ["SELECT * FROM jobs;", "uptime"]),
        ("# A\n\n| who | what it was |\n|---|---|\n| Ann | never `systemctl stop web` |\n\nRun `uptime`.\n",
         "systemctl stop web", ["systemctl stop web", "uptime"]),
    ],
)  # fmt: skip
def test_whatever_left_it_out_a_person_makes_it_a_step(text: str, words: str, around: list[str]) -> None:
    before = preview(text)
    assert [item for item in around if item not in told(before)], "else nothing was left out"
    made = said(words, "typed", text)
    assert told(made) == around
    assert all_apart(made)
    assert partitioned(made)


def test_in_a_block_the_order_is_that_of_its_lines() -> None:
    text = "# A\n\n```\n$ uptime\nload: 1\nsystemctl restart web --now\n$ df -h\n```\n"
    made = said("systemctl restart web --now", "typed", text)
    assert told(made) == ["uptime", "systemctl restart web --now", "df -h"]


def test_nobody_types_it_closes_the_question_and_makes_no_step() -> None:
    made = said(RESTART, "not-typed")
    assert told(made) == told(preview(TEXT))
    assert left(made)[RESTART].said == "not-typed"
    assert made.runbook.spec.ambiguities == ()


def test_one_answer_says_that_none_of_them_is_typed_and_a_single_one_may_differ() -> None:
    text = f"{TEXT}\n```yaml\na: 1\nkubectl -n pay scale deploy/payout --replicas=0\n```\n"
    first = preview(text)
    (asked,) = first.built.asked
    assert asked.question.options[0].label == "Nobody types any of it"
    none = {asked.key: Answer(option="not-typed")}
    made = preview(text, answers=none)
    assert [item.said for item in made.code if item.asked] == ["not-typed", "not-typed"]
    assert made.runbook.spec.ambiguities == ()
    both = preview(text, answers={**none, left(first)[RESTART].id: Answer(option="typed")})
    assert [item.said for item in both.code if item.asked] == ["typed", "not-typed"]
    assert both.to_json()["unused"] == []


def test_the_same_line_twice_is_told_apart_whatever_is_said_of_the_first() -> None:
    block = "```yaml\na: 1\nsystemctl restart web --now\n```\n"
    text = f"# A\n\nRun `uptime`.\n\n{block}\nRun `df -h`.\n\n{block}"
    one, two = (item for item in preview(text).code if item.asked)
    assert one.id != two.id
    made = preview(text, answers={one.id: Answer(option="typed")})
    assert told(made) == ["uptime", "systemctl restart web --now", "df -h"]
    assert [item.id for item in made.code if item.asked and not item.said] == [two.id]


def test_a_script_that_is_saved_is_asked_about_once() -> None:
    script = "#!/bin/bash\nset -e\nsystemctl stop web\nrm -rf /srv/old"
    text = f"# A\n\nRun `uptime`.\n\nSave this as `stop.sh`:\n\n```\n{script}\n```\n"
    assert [item.text for item in preview(text).code if item.asked] == [script]


def test_the_terminal_lists_it(capsys: pytest.CaptureFixture[str]) -> None:
    show_preview(Printer("table"), preview(TEXT).to_json())
    told_there = capsys.readouterr().out
    assert "Open questions" not in told_there, "it is listed once"
    assert f"line 8: {RESTART}" in told_there
    assert "3 piece(s) of code that read like no command" in told_there


def test_output_rows_listings_and_comments_are_not_asked_about() -> None:
    text = (
        "# A\n\n```\n$ chkconfig --list\niptables   0:off  1:off  2:on\nauditd     0:off  1:off\n```\n\n"
        "```yaml\n# kubectl get pods\nimage: web:1\n```\n\n```\nWed 12 Jan error: no route to host\n```\n"
    )
    assert not [item for item in preview(text).code if item.reads_like_command]


def test_a_model_can_answer_nothing_of_it() -> None:
    (part,) = parts_of(normalize(TEXT).blocks)
    step = ReadStep(passage=4, title="Restart", command=RESTART)
    answer = ReadAnswer(document="0" * 16, steps=(step,), variables=(), prerequisites=())
    heard = Heard("m/x1", (HeardPart(0, len(part.passages), answer),))
    made = preview(TEXT, heard=heard)
    assert made.reading is not None
    taken = frozenset(item.id for item in made.reading.differences if item.can_take)
    again = preview(TEXT, heard=heard, taken=taken)
    for shown in (made, again):
        assert RESTART not in told(shown)
        assert left(shown)[RESTART].said == ""
        assert [item for item in shown.runbook.spec.ambiguities if RESTART in item.text]


@pytest.mark.parametrize(
    ("option", "told_there"),
    [("", "nobody has said yet whether it is typed"), ("not-typed", "the author says that nobody types it")],
)
def test_the_pull_request_tells_it_and_who_confirmed_it(option: str, told_there: str) -> None:
    made = said(RESTART, option) if option else preview(TEXT)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    body, log = source_body(made), build_proposal(made, author="alice", at=at).files[1].content
    assert log is not None
    assert "line 8: kubectl" in body
    assert told_there in body
    assert told_there in log.decode()
    assert "2 further piece" in body or "3 further piece" in body
    typed = said(RESTART, "typed")
    assert "line 8" not in source_body(typed)
    assert (
        "the author says that it is typed"
        in (build_proposal(typed, author="alice", at=at).files[1].content or b"").decode()
    )
