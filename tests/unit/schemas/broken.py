"""Documents that must not load (or not without a word), one for each thing that can be wrong.

`HEAD` and `STEP` make a good document; each case says what stands in their place.
"""

from __future__ import annotations

from typing import Final

HEAD: Final = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  name: good
  title: Good
spec:
  target: {labels: {role: host}}
"""
STEP: Final = """\
  steps:
    - id: look
      title: Look
      command: uname -a
"""


def _head(old: str, new: str) -> str:
    assert old in HEAD, old
    return HEAD.replace(old, new) + STEP


def _spec(text: str) -> str:
    return HEAD + text + STEP


def _step(text: str) -> str:
    return HEAD + STEP + text


_LOOK: Final = "      command: uname -a\n"


def _instead(text: str) -> str:
    return HEAD + STEP.replace(_LOOK, text)


def _variable(text: str, command: str = "echo {{ x }}") -> str:
    return HEAD + f"  variables:\n    - {{name: x, {text}}}\n" + STEP.replace("uname -a", command)


_ASK: Final = """\
    - id: ask
      title: Ask
      manual: Ask.
      answers: [left, right]
"""

SYNTAX: Final = {
    "syntax-quote": _head("Good", "'Good"),
    "syntax-at": _head("Good", "@Good"),
    "syntax-bracket": _head("{labels: {role: host}}", "{labels: {role: host}"),
    "syntax-colon": _head("title: Good", "title: Good: better"),
    "syntax-escape": _head("Good", '"\\d"'),
    "syntax-indent": _head("  title", " title"),
    "syntax-tab": _head("  title", "\ttitle"),
    "alias": _head("Good", "*x"),
    "anchor": _head("Good", "&x Good"),
    "tag": _head("Good", "!!python/name:os.system Good"),
    "directive": "%YAML 1.1\n---\n" + HEAD + STEP,
    "two-documents": HEAD + STEP + "---\n" + HEAD + STEP,
    "empty": "# nothing\n",
    "depth": _head("role: host", "role: " + "[" * 20 + "]" * 20),
    "block-depth": "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 16)) + " " * 16 + "a\n",
    "duplicate-key": _head("  title: Good", "  title: Good\n  title: Better"),
    "no-value": _head("title: Good", "title:"),
    "number-as-key": _head("title: Good", "title: Good\n  1: one"),
    "list-as-key": _head("title: Good", "[a]: b"),
    "control-character": _head("Good", "Go\x07od"),
    "line-separator": _head("Good", "Go\u2028od"),
    "merge-key": _head("  title: Good", "  <<: {title: Good}"),
}

STRUCTURE: Final = {
    "not-a-mapping": "- a\n- b\n",
    "no-version": _head("apiVersion: dd0c.run/v1\n", ""),
    "unknown-version": _head("dd0c.run/v1", "dd0c.run/v9"),
    "no-kind": _head("kind: Runbook\n", ""),
    "other-kind": _head("Runbook", "Playbook"),
    "missing": _head("  title: Good\n", ""),
    "no-steps": HEAD + "  steps: []\n",
    "mistyped-key": _head("  title:", "  titel:"),
    "strange-key": _spec("  zebra: 1\n"),
    "snake-case-key": _step("      timeout_ms: 20\n"),
    "extension-key": _step("      extensions: {x-a: 1}\n"),
    "name-form": _head("name: good", "name: Not Good"),
    "owner-form": _head("  title: Good", "  title: Good\n  owners: [acme]"),
    "label-key-form": _head("role: host", '"ro le": host'),
    "label-number": _head("role: host", "role: 1"),
    "label-bool": _head("role: host", "role: true"),
    "label-list": _head("role: host", "role: [host]"),
    "title-lines": _head("title: Good", "title: |\n    Good\n    and better"),
    "title-long": _head("Good", "Good " * 50),
    "title-blank": _head("Good", '" "'),
    "text-invisible": _head("Good", '"Go\\u202eod"'),
    "text-surrogate": _head("Good", '"Go\\ud800od"'),
    "trust-level": _spec("  trustLevel: 3\n"),
    "trust-level-text": _spec('  trustLevel: "1"\n'),
    "governance": _spec("  governance: audit\n"),
    "source-digest": _spec("  source: {sha256: abc}\n"),
    "source-path": _spec("  source: {sha256: " + "0" * 64 + ", decisionLog: ../x.json}\n"),
    "alert-source": _spec("  alerts: [{source: nagios, labels: {a: b}}]\n"),
    "alert-empty": _spec("  alerts: [{labels: {}}]\n"),
    "alert-label": _spec("  alerts: [{labels: {a: {patern: x}, b: 1, c: [1]}}]\n"),
    "alert-pattern": _spec('  alerts: [{labels: {a: {pattern: "(?=x)"}}}]\n'),
    "review-time": _spec('  review: {by: "@acme/sre", at: 2026-11-22}\n'),
    "ambiguity-kind": _spec("  ambiguities: [{id: q, kind: unclear, text: t, question: q}]\n"),
    "command-and-manual": _step("      manual: Look.\n"),
    "neither": HEAD + STEP.replace(_LOOK, ""),
    "command-empty": _instead("      command: '  '\n"),
    "command-list": _instead("      command: [uname, -a]\n"),
    "command-carriage-return": _instead('      command: "a\\rb"\n'),
    "command-nul": _instead('      command: "a\\0b"\n'),
    "command-bidi": _instead('      command: "echo \\u202eabc"\n'),
    "command-zero-width": _instead('      command: "r\\u200bm"\n'),
    "command-long": _instead("      command: " + "x" * 16_385 + "\n"),
    "risk": _step("      risk: high\n"),
    "risk-unknown": _step("      risk: unknown\n"),
    "timeout-number": _step("      timeout: 20\n"),
    "timeout-text": _step("      timeout: 20 seconds\n"),
    "timeout-zero": _step("      timeout: 0s\n"),
    "timeout-long": _step("      timeout: 25h\n"),
    "retries-many": _step("      idempotent: true\n      retries: 6\n"),
    "retries-negative": _step("      retries: -1\n"),
    "idempotent-text": _step("      idempotent: yes\n"),
    "exit-code": _step("      expect: {exitCodes: [256]}\n"),
    "exit-code-number": _step("      expect: {exitCodes: 0}\n"),
    "expect-pattern": _step('      expect: {output: "(a"}\n'),
    "expect-text": _step("      expect: fine\n"),
    "rollback-both": _step("      rollback: {command: a, impossible: b}\n"),
    "rollback-text": _step("      rollback: undo\n"),
    "env-name": _step('      env: {"A-B": x}\n'),
    "duplicate-step": _step(STEP.removeprefix("  steps:\n")),
    "when-two": _step("      when: {step: a, answer: b, exitCode: [0]}\n"),
    "when-nothing": _step("      when: {step: a}\n"),
    "when-not-skipped": _step("      when: {step: a, skipped: false}\n"),
    "extension-null": _step("      x-a: [1.5]\n"),
    "variable-name": _spec("  variables: [{name: X}]\n"),
    "template-word": _spec("  variables: [{name: range}]\n"),
    "variable-pattern": _variable('pattern: "[a"'),
    "variable-source": _variable("source: env.HOME"),
    "labels-text": _head("  title: Good", "  title: Good\n  labels: tier one"),
    "extension-without-name": _step("      x-: 1\n"),
    "expect-empty-pattern": _step('      expect: {output: ""}\n'),
    "answers-many": _step("    - {id: b, title: B, manual: m, answers: [" + "a, " * 21 + "]}\n"),
    "secret-text": _variable('secret: "true"'),
}

LINT: Final = {
    "duplicate-variable": _spec("  variables: [{name: x}, {name: x}]\n").replace("uname -a", "echo {{ x }}"),
    "open-dot": _variable("pattern: web.1"),
    "open-blank": _variable('pattern: "[a-z ]+"'),
    "open-newline": _variable('pattern: "[a-z]+\\\\s?"'),
    "open-option": _variable('pattern: "[a-z-]+"'),
    "open-parent": _variable('pattern: "/[a-z./]+"'),
    "open-empty": _variable('pattern: "[a-z]*"'),
    "open-negated": _variable('pattern: "a[^b]"'),
    "open-by-example": _variable('pattern: "(?i)a.b", example: axb'),
    "example": _variable('example: "a b"'),
    "secret-without-source": _variable("secret: true", "uname -a"),
    "secret-with-pattern": _variable(
        "secret: true, source: agent.secrets.X, pattern: a, example: a", "uname -a"
    ),
    "plain-from-agent": _variable("source: agent.secrets.X"),
    "secret-in-command": _variable("secret: true, source: agent.secrets.X"),
    "undeclared": HEAD + STEP.replace("uname -a", "echo {{ nobody }}"),
    "near-hole": _variable("example: a", "echo {{x}} {{ x}} {{ x }}"),
    "unused": _variable("example: a", "uname -a"),
    "env-undeclared": _step("      env: {A: nobody}\n"),
    "env-reserved": _variable("example: a").replace(
        "      command", "      env: {LD_PRELOAD: x}\n      command"
    ),
    "needs-unknown": _step("      needs: [nobody]\n"),
    "needs-twice": HEAD + STEP + "    - {id: b, title: B, command: b, needs: [look, look]}\n",
    "needs-itself": _step("      needs: [look]\n"),
    "cycle": _step("      needs: [b]\n    - {id: b, title: B, command: b, needs: [look]}\n"),
    "when-elsewhere": HEAD
    + STEP
    + _ASK
    + "    - {id: b, title: B, command: b, needs: [look], when: {step: ask, answer: left}}\n",
    "when-unknown": HEAD
    + STEP
    + "    - {id: b, title: B, command: b, when: {step: nobody, skipped: true}}\n",
    "when-deep": HEAD
    + STEP
    + "    - {id: b, title: B, command: b, when: {not: {not: {not: {step: look, skipped: true}}}}}\n",
    "when-answer": HEAD
    + STEP
    + _ASK
    + "    - {id: b, title: B, command: b, when: {any: [{step: ask, answer: up}]}}\n",
    "when-manual-exit": HEAD
    + STEP
    + _ASK
    + "    - {id: b, title: B, command: b, when: {step: ask, exitCode: [0]}}\n",
    "when-output": HEAD
    + STEP
    + "    - {id: b, title: B, command: b, when: {not: {step: look, output: ok}}}\n",
    "retries": _step("      retries: 2\n"),
    "dangerous-bare": _step("      risk: dangerous\n"),
    "manual-with-timeout": _step(
        "    - {id: b, title: B, manual: m, timeout: 1s, confirm: x, rollback: {command: y}}\n"
    ),
    "command-with-answers": _step("      answers: [a]\n"),
    "answers-twice": _step("    - {id: b, title: B, manual: m, answers: [a, a]}\n"),
    "no-target": _head("  target: {labels: {role: host}}\n", ""),
    "ambiguity-step": _spec("  ambiguities: [{id: q, kind: vague, text: t, question: q, step: nobody}]\n"),
    "duplicate-prerequisite": _spec("  prerequisites: [{id: p, text: t}, {id: p, text: t}]\n"),
    "several-at-once": _head("title: Good", "titel: Good\n  owners: [x]")
    + "      timeout: 5\n      risk: low\n",
}

CASES: Final[dict[str, str]] = SYNTAX | STRUCTURE | LINT
