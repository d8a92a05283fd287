"""A hundred seeded changes: whatever begins to run by itself is flagged, and no change is passed off as none.

The oracle is the engine's own decision (`governance.policy.hindrances`) on each step of both sides.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any, Final

import pytest

from controller.governance.documents import FileKind, JudgedFile, judge_file
from controller.governance.pinning import InForce, pin_runbook
from controller.governance.policy import Latches, OwnRun, hindrances
from controller.review.change import ChangedFile, Serving
from controller.review.checks import check_change
from controller.review.sides import compare_files
from ingest.advisor.advising import LOCAL
from schemas.flags import Flags
from schemas.policy import Policy
from schemas.runbook import Runbook

SEEDS: Final = 100
COMMANDS: Final = (
    "df -h",
    "uptime",
    "kubectl get pods",
    "rm -rf /srv/data",
    "systemctl restart web",
    "free -m",
)
SERVICES: Final = ("pay", "web")
PATH: Final = "runbooks/disk.yaml"


def document(seeds: random.Random) -> dict[str, Any]:
    """What a runbook is made of."""
    return {
        "trust": seeds.choice((1, 2, 2)),
        "strict": seeds.random() < 0.2,
        "service": seeds.choice(SERVICES),
        "role": seeds.choice(("db", "host")),
        "asked": seeds.choice((None, None, "s0", "s1")),
        "commands": [seeds.choice(COMMANDS) for _ in range(seeds.randint(1, 4))],
        "reads": seeds.random() < 0.2,
    }


def text(parts: dict[str, Any]) -> str:
    """It as YAML."""
    spec = f"  trustLevel: {parts['trust']}\n"
    spec += "  governance: strict\n" if parts["strict"] else ""
    if parts["asked"] is not None and int(parts["asked"][1:]) < len(parts["commands"]):
        spec += f"  ambiguities: [{{id: a, kind: vague, text: soon, question: W, step: {parts['asked']}}}]\n"
    steps = ""
    for number, command in enumerate(parts["commands"]):
        steps += f"    - id: s{number}\n      title: Step\n      command: {command}\n"
        if command.startswith("rm"):
            steps += "      risk: dangerous\n      confirm: data\n"
        if parts["reads"] and number == 1:
            steps += "      when: {step: s0, output: '.*full.*'}\n"
    return (
        "apiVersion: dd0c.run/v1\nkind: Runbook\n"
        f"metadata: {{name: disk, title: Disk, service: {parts['service']}}}\n"
        f"spec:\n{spec}  target: {{labels: {{role: {parts['role']}}}}}\n  steps:\n{steps}"
    )


def rules(seeds: random.Random) -> tuple[bytes, bytes]:
    """policy.json and flags.json."""
    kept = seeds.choice(("", '{"id": "pay", "services": ["pay"], "autoRun": false}',
                         '{"id": "db", "targets": {"role": "db"}, "governanceMode": "strict"}'))  # fmt: skip
    mode = seeds.choice(("audit", "audit", "strict"))
    policy = f'{{"version": 1, "governanceMode": "{mode}", "rules": [{kept}]}}'
    off = seeds.choice(
        ("", "", '"auto-run": {"enabled": false, "services": ["pay"]}', '"dispatch": {"enabled": false}')
    )
    return policy.encode(), f'{{"version": 1, "flags": {{{off}}}}}'.encode()


def judged(path: str, kind: FileKind, content: bytes) -> JudgedFile:
    found = judge_file(path, kind, content, LOCAL)
    assert not found.errors, (content, found.errors)
    return found


def in_force(policy: bytes, flags: bytes) -> InForce:
    found = judged("policy.json", "policy", policy).policy, judged("flags.json", "flags", flags).flags
    assert isinstance(found[0], Policy)
    assert isinstance(found[1], Flags)
    return InForce(found[0], found[1], "sha256:" + "0" * 64, "c" * 40)


def alone(file: JudgedFile, found: InForce) -> Counter[tuple[str | None, str]]:
    """What would run without a person, as the engine decides it: command and agents."""
    assert file.runbook is not None
    runbook = Runbook.from_json(file.runbook.document)
    pinned = pin_runbook(found, runbook, approval_minutes=30)
    runs: Counter[tuple[str | None, str]] = Counter()
    for step, judgement in zip(runbook.spec.steps, file.runbook.steps, strict=True):
        run = OwnRun(
            judgement.risk,
            bool(runbook.open_ambiguities(step.id)),
            step.when is not None and step.when.reads_output(),
            forced=False,
        )
        if step.command is not None and not hindrances(run, pinned, Latches()):
            runs[step.command, str(runbook.target_of(step.id))] += 1
    return runs


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_widening_is_flagged_and_none_is_passed_off_as_no_change(seed: int) -> None:
    seeds = random.Random(seed)  # reason: a seed that a failure names
    old, new = document(seeds), document(seeds)
    for key in seeds.sample(sorted(old), seeds.randint(0, len(old))):
        new[key] = old[key]  # most pull requests change one thing or two
    before_rules, after_rules = rules(seeds), rules(seeds)
    changed = [seeds.random() < 0.3, seeds.random() < 0.2]
    after_rules = tuple(b if c else a for a, b, c in zip(before_rules, after_rules, changed, strict=True))  # type: ignore[assignment]  # two, as before
    then, now = in_force(*before_rules), in_force(*after_rules)
    was, will = (judged(PATH, "runbook", text(side).encode()) for side in (old, new))
    files = [ChangedFile(PATH, "runbook", will)]
    for path, kind, content, is_changed in (
        ("policy.json", "policy", after_rules[0], changed[0]),
        ("flags.json", "flags", after_rules[1], changed[1]),
    ):
        if is_changed:
            files.append(ChangedFile(path, kind, judged(path, kind, content)))  # type: ignore[arg-type]  # its words
    assert was.runbook is not None
    serving = Serving({"disk": PATH}, {"disk": was.runbook.document}, {"disk": was}, then)
    report = check_change(files, serving)
    (shown,), _ = compare_files([was], [will], (then, now), 30)

    wider = set(alone(will, now)) - set(alone(was, then))
    if wider:
        codes = {note.place.code for note in report.notes}
        assert "widened" in codes, (wider, codes)
        assert report.check.status == "attention"
        assert shown.begins_alone
        assert shown.change == "changed"
        assert any(step.change != "same" for step in shown.steps), "a false “no change”"
    if not alone(was, then) and alone(will, now):
        assert report.raises_trust, "from nothing to something is for an owner"


def test_the_seeds_do_widen() -> None:
    """The test above is about something: of any ten seeds some let more run alone, and some do not."""
    found = Counter[bool]()
    for seed in range(10):
        seeds = random.Random(seed)  # reason: as above
        old, new = document(seeds), document(seeds)
        audit = InForce(Policy(governance_mode="audit"), Flags(flags={}), "sha256:" + "0" * 64, "c" * 40)
        was, will = (judged(PATH, "runbook", text(side).encode()) for side in (old, new))
        found[bool(set(alone(will, audit)) - set(alone(was, audit)))] += 1
    assert min(found[True], found[False]) >= 2, found
