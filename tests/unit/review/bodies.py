"""Changes and their pull request texts, kept as golden files; `-m tests.unit.review.bodies` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from controller.governance.documents import JudgedFile, judge_file
from controller.governance.pinning import InForce
from controller.review.body import pull_body
from controller.review.sides import compare_files
from ingest.advisor.advising import LOCAL
from schemas.flags import Flag, Flags
from schemas.policy import Policy

GOLDEN: Final = Path(__file__).parent / "golden"
AUDIT: Final = InForce(
    Policy(governance_mode="audit"),
    Flags(flags={"auto-run": Flag(enabled=True)}),
    "sha256:" + "0" * 64,
    "c" * 40,
)
STRICT: Final = InForce(Policy(), Flags(flags={}))

LOOK: Final = "    - {id: look, title: See how full it is, command: 'df -h {{ host }}'}\n"
ASK: Final = "    - {id: ask, title: Ask the owner, manual: Is it the log?, answers: ['yes', 'no']}\n"
RESTART: Final = (
    "    - id: restart\n      title: Restart the writer\n      command: systemctl restart writer\n"
    "      rollback: {command: systemctl stop writer}\n"
)
DROP: Final = (
    "    - {id: drop, title: Drop the logs, command: 'sudo rm -rf /srv/{{ host }}', risk: dangerous, "
    "confirm: '{{ host }}', rollback: {impossible: the logs are gone}}\n"
)
HOSTILE_TEXT: Final = (
    "<script>x</script> <img src=x onerror=y> ![i](http://evil.example/p.png) [x](http://evil.example) "
    "@acme/admins fixes #123 closes GH-12 www.evil.example `id` $(id) ${{ secrets.X }} <!channel> | a |"
)


def document(
    steps: str, *, name: str = "disk", title: str = "Disk is full", spec: str = "", target: str = "role: db"
) -> str:
    """A runbook of these steps."""
    return (
        "apiVersion: dd0c.run/v1\nkind: Runbook\n"
        f"metadata: {{name: {name}, title: {title!r}}}\n"
        f"spec:\n{spec}  target: {{labels: {{{target}}}}}\n"
        "  prerequisites:\n    - {id: vpn, text: Be on the VPN}\n"
        "  variables:\n    - {name: host, example: db-1, source: alert.labels.instance}\n"
        f"  steps:\n{steps}"
    )


def judged(text: str, path: str = "runbooks/disk.yaml") -> JudgedFile:
    """One file, judged on two keys: the local advisor is the second."""
    return judge_file(path, "runbook", text.encode(), LOCAL)


def body(
    before: Sequence[JudgedFile], after: Sequence[JudgedFile], rules: InForce = STRICT, about: str = ""
) -> str:
    """The text of a change from one to the other."""
    changes, left_out = compare_files(before, after, (rules, rules), 30)
    assert left_out == 0
    return pull_body(changes, about)


def cases() -> dict[str, str]:
    """Golden file → the text as it is made now."""
    plain = judged(document(LOOK + ASK + RESTART))
    trusted = document(LOOK + ASK + RESTART, spec="  trustLevel: 2\n")
    asked = "  ambiguities: [{id: soon, kind: vague, text: wait, question: How long?, step: restart}]\n"
    hostile = document(
        f"    - {{id: look, title: {HOSTILE_TEXT!r}, manual: {HOSTILE_TEXT!r}}}\n"
        f"    - {{id: show, title: Show, command: 'echo \"{HOSTILE_TEXT}\"'}}\n",
        title=HOSTILE_TEXT,
    )
    many = [judged(document(LOOK, name=f"disk-{n}"), f"runbooks/disk-{n}.yaml") for n in range(3)]
    return {
        "new": body(
            [], [judged(document(LOOK + ASK + RESTART + DROP, spec=asked))], about="**Coverage:** all."
        ),
        "changed": body([plain], [judged(document(RESTART + LOOK.replace("df -h", "df -hT") + DROP))]),
        "deleted": body([plain], []),
        "renamed": body([plain], [judged(document(LOOK + ASK + RESTART), "runbooks/storage/disk.yaml")]),
        "risk-raised": body([plain], [judged(document(LOOK.replace("df -h", "rm -rf") + ASK + RESTART))]),
        "risk-lowered": body(
            [judged(document(LOOK[:-2] + ", risk: dangerous, confirm: disk}\n"))], [judged(document(LOOK))]
        ),
        "widened": body([plain], [judged(trusted)], AUDIT),
        "narrowed": body([judged(trusted)], [plain], AUDIT),
        "hostile": body([], [judged(hostile)]),
        "many": body([], many),
        "broken": body([plain], [judged(document(LOOK + "      colour: blue\n"))]),
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, text in cases().items():
        (GOLDEN / f"{name}.md").write_text(text, encoding="utf-8")
