"""Runbooks for the browser tests: one with every kind of gate, one with hostile output, a long one."""

from __future__ import annotations

from typing import Final

HEAD: Final = """\
apiVersion: dd0c.run/v1
kind: Runbook
metadata:
  name: {name}
  title: {title}
  service: workers
  owners: ["@acme/sre"]
"""

GATES: Final = (
    HEAD.format(name="cache-drill", title="Clear the cache of a worker")
    + """\
spec:
  prerequisites:
    - {id: told, text: The team is told}
  target: {labels: {role: home}}
  variables:
    - {name: cache, pattern: "dd0c-cache-[a-z0-9]{1,12}", example: dd0c-cache-a1}
  steps:
    - id: fill
      title: Make sure that there is a cache
      risk: caution
      command: mkdir -p /tmp/{{ cache }}
      rollback: {command: "rmdir /tmp/{{ cache }}"}
    - id: size
      title: Is it large
      manual: Look at the size of /tmp/{{ cache }}. Is it larger than a gigabyte?
      answers: [large, small]
    - id: pack
      title: Pack it
      needs: [size]
      when: {step: size, answer: small}
      risk: caution
      command: touch /tmp/{{ cache }}/packed
    - id: clear
      title: Clear the cache
      needs: [size]
      when: {step: size, answer: large}
      risk: dangerous
      confirm: "{{ cache }}"
      command: for i in 1 2 3 4; do printf 'shelf %s \\033[32mclear\\033[0m\\n' $i; sleep 0.3; done
      rollback: {impossible: what was in it is gone}
    - id: check
      title: See that it is there
      needs: [pack, clear]
      risk: caution
      command: ls -d /tmp/{{ cache }}
"""
)

HOSTILE_LINES: Final = (
    (
        "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>",
        "<script>window.hit = 1</script>",
    ),
    (
        "\\033]8;;http://evil.example\\007click me\\033]8;;\\007",
        "⟨U+001B⟩]8;;http://evil.example⟨U+0007⟩click me",
    ),
    ("\\033]52;c;b3duZWQ=\\007copied", "⟨U+001B⟩]52;c;b3duZWQ=⟨U+0007⟩copied"),
    (
        "<svg onload='window.hit = 1'><a href='javascript:window.hit = 1'>go</a>",
        "<svg onload='window.hit = 1'>",
    ),
    ("\\033[2J\\033[1;1Hover the top", "⟨U+001B⟩[2J⟨U+001B⟩[1;1Hover the top"),
    ("invoice\\342\\200\\256gpj.exe", "invoice⟨U+202E⟩gpj.exe"),
    ("all is well\\rexit 1", "all is well"),
    ("\\033[30;40mhidden in black\\033[0m", "hidden in black"),
)
"""What a command prints with printf, and what must be readable of it."""


def _hostile() -> str:
    prints = "\n".join(
        "        printf '%b\\n' '" + text.replace("'", "\\047") + "'" for text, _ in HOSTILE_LINES
    )
    return (
        HEAD.format(name="hostile-drill", title='"Output <b>with</b> teeth"')
        + "spec:\n  target: {labels: {role: home}}\n  steps:\n"
        + "    - id: print\n      title: Print <i>it</i>\n      risk: caution\n      command: |-\n"
        + f"{prints}\n"
        + "    - id: wide\n      title: One long line\n      risk: caution\n"
        + "      command: head -c 1000000 /dev/zero | tr '\\0' w\n"
        + "    - id: long\n      title: Many lines\n      risk: caution\n"
        + "      command: seq -f 'line %.0f of the output of a command that talks' 1 50000\n"
        + "    - id: end\n      title: The last one\n      manual: Look at it.\n"
    )


HOSTILE: Final = _hostile()

LONG_STEPS: Final = 200
LONG: Final = (
    HEAD.format(name="long-drill", title="Two hundred steps")
    + "spec:\n  target: {labels: {role: home}}\n  steps:\n"
    + "".join(
        f"    - {{id: s{number}, title: Look at shard {number}, risk: caution, "
        f'command: "ls -d /tmp/shard-{number}"}}\n'
        for number in range(1, LONG_STEPS + 1)
    )
)
