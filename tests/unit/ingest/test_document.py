"""The document that is made: sound, bounded, and with nothing in it that the source does not say."""

from __future__ import annotations

import pytest

from ingest.building import slug
from ingest.pipeline import preview
from schemas.errors import BadRequest, Dd0cError, TooLarge, Unprocessable
from schemas.risk import Risk
from schemas.yaml_codec import load_runbook
from tests.unit.ingest.texts import judged, steps


def test_a_dangerous_step_is_typed_and_says_how_it_is_undone() -> None:
    text = "# A\n\n```bash\nkubectl delete pod <pod>\nkubectl cordon <node>\nrm -rf /srv/data\n```\n"
    deleted, cordoned, removed = steps(text)
    assert (deleted.risk, deleted.confirm) == (Risk.DANGEROUS, "{{ pod }}")
    assert deleted.rollback is not None
    assert deleted.rollback.impossible
    assert cordoned.rollback is not None
    assert cordoned.rollback.command == "kubectl uncordon {{ node }}"
    assert removed.confirm == "/srv/data"
    judged(preview(text))


def test_several_placeholders_of_one_command() -> None:
    (step,) = steps("# A\n\n- Run `kubectl delete pod <pod> -n <namespace>`\n")
    assert step.command == "kubectl delete pod {{ pod }} -n {{ namespace }}"


def test_a_stand_in_is_never_taken_for_a_name() -> None:
    for step in steps("# A\n\n```bash\nkubectl delete deploy <name>\nsystemctl stop <unit>\n```\n"):
        assert "value" not in f"{step.confirm}{step.rollback}{step.command}".replace("a value that", "")


def test_ids_are_unique_and_titles_bounded() -> None:
    made = preview("# A\n\n" + "- Check it.\n" * 60 + "- Check " + "it " * 500 + "\n")
    ids = [step.id for step in made.runbook.spec.steps]
    assert len(set(ids)) == len(ids) == 61
    assert max(len(step.title) for step in made.runbook.spec.steps) <= 200
    assert load_runbook(made.yaml.encode()) == made.runbook


@pytest.mark.parametrize(
    "text",
    ["docker inspect -f '{{ foo }}' web", "kubectl get {{ pod }} <<EOF\nx", "docker ps --format {{json}}",
     "docker inspect -f '{{ foo }}' {{ foo }}", "echo {{ a-b }} {{ A }}"],
)  # fmt: skip
def test_braces_that_are_no_variables_are_left_to_a_person(text: str) -> None:
    judged(preview(f"# A\n\n- Check {{{{ foo }}}} and {{{{foo}}}} first.\n\n```bash\n{text}\n```\n"))


def test_more_placeholders_than_a_document_has_variables() -> None:
    lines = "\n".join(f"kubectl get pod <pod{number}>" for number in range(70))
    made = preview(f"# A\n\n```bash\n{lines}\n```\n\n- Check {{{{ late }}}}.\n")
    assert len(made.runbook.spec.variables) == 64
    judged(made)


@pytest.mark.parametrize(
    ("text", "title"),
    [("# Symptoms\n\nThe queue is stuck. It grows.\n\n- Run `df -h`\n", "The queue is stuck"),
     ("# Meaning\n\n- Run `df -h`\n", "Run df -h"), ("# Queue stuck\n\n- Run `df -h`\n", "Queue stuck"),
     ("---\ntitle: From the front\n---\n# Steps\n\n- Run `df -h`\n", "From the front")],
)  # fmt: skip
def test_titles_say_something(text: str, title: str) -> None:
    assert preview(text).runbook.metadata.title == title


def test_a_given_name_is_a_better_title_than_a_generic_heading() -> None:
    made = preview("# Symptoms\n\nIt is slow.\n\n- Run `df -h`\n", name="slow-queue")
    assert (made.runbook.name, made.runbook.metadata.title) == ("slow-queue", "Slow queue")


_LONG_BLOCK = "```bash\n" + ("echo " + "x " * 2000 + "\n") * 10 + "```\n"


@pytest.mark.parametrize(
    ("text", "refusal", "code"),
    [
        ("a" * (2 << 20), TooLarge, "too_large"),
        ("", Unprocessable, "empty_text"),
        (" \n\t", Unprocessable, "empty_text"),
        ("ok\nab\x00c", Unprocessable, "binary_text"),
        ("\x7fELF\x02\x01", Unprocessable, "binary_text"),
        ("a\ud800", Unprocessable, "binary_text"),
        ("# A\n\nOnce upon a time.\n", Unprocessable, "nothing_to_do"),
        ("# A\n" + "- Check it.\n" * 400, Unprocessable, "too_many_steps"),
        ("# A\n" + "- a\n" * 30_000, Unprocessable, "too_many_lines"),
        ("# A\n\n- b\n\n" + "c" * 70_000, Unprocessable, "line_too_long"),
        ("# A\n\n" + _LONG_BLOCK * 9, Unprocessable, "too_long"),
        ("# A\n\n" + ("[a](b" * 1_000 + "\n\n") * 21, Unprocessable, "too_many_links"),
        ("# A\n\n- b\n\n" + ("`c` " * 500 + "\n\n") * 16, Unprocessable, "too_many_marks"),
        ("# A\n\n- b\n\n" + ("So it is. " * 500 + "\n\n") * 17, Unprocessable, "too_many_sentences"),
        ("# A\n\n- b\n\n" + ("word " * 2_000 + "\n\n") * 31, Unprocessable, "too_much_prose"),
        (
            "<style>" + "".join(f".a{n}{{color:#fff}}" for n in range(1_001)) + "</style><p>Check it",
            Unprocessable,
            "too_many_styles",
        ),
        ("<div>" * 5_000, Unprocessable, "nested_too_deeply"),
        ("<p>a</p>" * 30_000, Unprocessable, "too_many_blocks"),
    ],
)
def test_refusals(text: str, refusal: type[Dd0cError], code: str) -> None:
    with pytest.raises(refusal) as caught:
        preview(text)
    assert caught.value.reason_code == code
    assert caught.value.hint


def test_a_nul_and_a_text_of_prose_name_their_places() -> None:
    with pytest.raises(Unprocessable) as binary:
        preview("ok\nab\x00c")
    assert (binary.value.places[0].line, binary.value.places[0].column) == (2, 3)
    with pytest.raises(Unprocessable) as prose:
        preview("# A\n\nOnce upon a time.\n\nThere was a server.\n")
    assert [place.line for place in prose.value.places] == [1, 3, 5]


@pytest.mark.parametrize("name", ["", "UPPER", "1st", "a" * 80, "a/../b", "a\nb"])
def test_names_are_checked(name: str) -> None:
    with pytest.raises(BadRequest):
        preview("- Run `df -h`", name=name)


def test_unknown_formats_are_refused() -> None:
    with pytest.raises(BadRequest):
        preview("- Run `df -h`", "docx")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Café über Straße", "cafe-uber-strasse"),
        ("Перезапуск сервера", "r-7980f1a8"),
        ("重启服务", "r-0a723dbb"),
        ("Restart сервера", "restart"),
        ("3 nodes", "r-3-nodes"),
        ("???", "r"),
    ],
)
def test_a_title_of_any_script_gives_a_name_of_its_own(title: str, name: str) -> None:
    assert slug(title) == name
