"""Any text at all: a refusal, or a sound document in which nothing is invented."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.building import BuiltStep
from ingest.coverage import partition
from ingest.pipeline import Preview, preview
from ingest.propose import build_proposal
from ingest.repairs import repaired
from schemas.errors import Dd0cError
from schemas.holes import holes
from schemas.lint import problems
from schemas.yaml_codec import load_runbook
from tests.unit.ingest.texts import judged

PIECES = (
    "# ", "## ", "- ", "1. ", "  - ", "\n", "\n\n", "```\n", "```bash\n", "```yaml\n", "$ ", "> ", "|",
    "`", "| a | b |\n|---|---|\n", "`kubectl get pods`", "kubectl delete pod <name>", "rm -rf /tmp/x",
    "{{ pod }}", "{{pod}}", "{{ end }}", "{{Name}}", "<b>", "</b>", "<pre>", "</pre>", "<code>", "<!--",
    "-->", "If the disk is full, ", "Otherwise ", "Unless it works:", "Run ", "Check the logs.",
    "Do not run this:\n", "\u200b", "\u202e", " \u2013all", "\u201cx\u201d", "\xa0",
    "password=hunter2Xy9!", "\t", "    ", "=====\n", "----\n", "[source,bash]\n", "$FOO", "${BAR}",
    "YOUR_THING", "echo $(", "<<EOF\n", "EOF\n", "'", "\"", "\\\n", "\u0142", "\U0001f600", "&amp;",
    "<ul><li>", "</li></ul>", "<table><tr><td>", "Prerequisites\n", " >", "You need VPN access. ",
    "sudo systemctl stop nginx", "kubectl cordon {{ node }}", "***", "---\ntitle: x\n---\n",
    "docker inspect -f '{{ foo }}' x", "\ufeff", "\x1b[31m", "for i in a b; do echo $i; done", "~~",
    "<s>", "export NS=a\n", "`echo $NS`", "```\nFOO=1\n```\n", "```\ncd /srv\n```\n",
)  # fmt: skip

texts = st.one_of(
    st.lists(st.sampled_from(PIECES), min_size=1, max_size=30).map("".join), st.text(max_size=300)
)
forms = st.sampled_from([None, "markdown", "html", "plain", "asciidoc", "rst"])


def put_back(made: Preview, command: str, written: str) -> str:
    """The command with each hole replaced by what the source has at its place; holes side by side as one."""
    end, place, parts = 0, 0, []
    found: list[tuple[int, int]] = []
    for hole in holes(command):
        if found and found[-1][1] == hole.start:
            found[-1] = (found[-1][0], hole.end)
        else:
            found.append((hole.start, hole.end))
    for index, (begin, behind) in enumerate(found):
        between = command[end:begin]
        assert written.startswith(between, place), "text between the holes is not the source's"
        place += len(between)
        following = command[behind : found[index + 1][0]] if index + 1 < len(found) else command[behind:]
        stop = written.find(following, place + 1) if following else len(written)
        assert stop > place
        parts += [between, written[place:stop]]
        end, place = behind, stop
    return "".join([*parts, command[end:]])


def own_part(made: Preview, item: BuiltStep) -> str:
    """A command without what it repeats; each of those is all that another step's command does."""
    command = item.step.command or ""
    for name in item.repeats:
        repeated = next(one for one in made.built.steps if one.step.id == name)
        line = own_part(made, repeated)
        line = line if command.startswith(line) else line.removeprefix("export ")
        assert command.startswith(f"{line}\n")
        command = command.removeprefix(f"{line}\n")
    return command


def nothing_invented(made: Preview) -> None:
    """Each command is a text of the source, after the recorded repairs."""
    # A command in a sentence without a mark is repaired where it is found.
    blocks = "\n".join(f"{block.text}\n{repaired(block.text)}" for block in made.normalized.blocks)
    for item in made.built.steps:
        if item.step.command is not None and not item.step.env:  # a secret is read from the environment
            assert item.written is not None
            command = own_part(made, item)
            assert put_back(made, command, item.written) == item.written
            assert all(line.strip() in blocks for line in item.written.split("\n"))


def told_apart(made: Preview) -> None:
    """Every character of a block has one fate; spans are in order, apart, and inside the source text."""
    spans = [item.span for item in made.extraction.accounts]
    assert all(0 <= span.start <= span.end <= len(made.normalized.text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    accounted = "".join("".join(item.text.split()) for item in made.extraction.accounts)
    assert accounted == "".join("".join(block.text.split()) for block in made.normalized.blocks)


def nothing_lost(made: Preview) -> None:
    """The source's characters but blanks are in exactly one place each; words in none are set aside."""
    source = made.normalized.text
    parts = partition(source, made.coverage)
    assert all(one.end <= other.start for (one, _), (other, _) in pairwise(parts))
    place = 0
    for span, _ in parts:
        assert not source[place : span.start].strip()
        place = span.end
    assert not source[place:].strip()
    told = [(item.start, item.end) for item in made.coverage.items if item.fate == "ignored"]
    assert [(item["start"], item["end"]) for item in made.coverage.set_aside()] == told


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts, form=forms)
@example(text="<ul><li><code><ul><li>rm -rf /tmp/x", form="rst")
@example(text="```\nFOO=1\n```\n<ul><li>&amp;# ", form=None)
def test_any_text_gives_a_refusal_or_a_sound_document(text: str, form: str | None) -> None:
    try:
        made = preview(text, form)
    except Dd0cError:
        return
    assert [problem for problem in problems(made.runbook) if problem.severity == "error"] == []
    assert load_runbook(made.yaml.encode()) == made.runbook
    judged(made)
    nothing_invented(made)
    assert made.coverage.accounted == made.coverage.sentences
    told_apart(made)
    nothing_lost(made)
    assert preview(text, form).to_json() == made.to_json()
    build_proposal(made, author="a", at=datetime(2026, 1, 1, tzinfo=UTC))


@settings(max_examples=40, deadline=None)
@given(
    ban=st.sampled_from(["Do not run", "Don't run", "Never run", "You must not run", "Please do not use"]),
    before=st.sampled_from(["", "- ", "1. ", "> ", "**Warning:** "]),
    shown=st.sampled_from([" `rm -rf /srv`.", " `rm -rf /srv` ever.", " this:\n\n```bash\nrm -rf /srv\n```"]),
)
def test_a_negated_sentence_is_never_a_step(ban: str, before: str, shown: str) -> None:
    made = preview(f"# A\n\n- Run `df -h`.\n\n{before}{ban}{shown}\n\n## B\n\n- Run `uptime`.\n", "markdown")
    assert [step.command for step in made.runbook.spec.steps] == ["df -h", "uptime"]
