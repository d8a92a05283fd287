"""Texts that would run, hide or move something where a page took them for anything but text."""

from __future__ import annotations

from typing import Final

from tests.browser.drills import HEAD

MARKUP: Final = "<img src=x onerror=window.hit=1><script>window.hit=1</script>"
HIDDEN: Final = "\u202eevil\u200b\u2066\u001b[31m"
"""Turned, parted by nothing, isolated, coloured."""
POISON: Final = f"{MARKUP} {HIDDEN}"

RUNBOOK: Final = (
    HEAD.format(name="hostile", title=f'"{MARKUP}"').replace("workers", f'"{MARKUP}"')
    + f"""\
spec:
  prerequisites:
    - {{id: told, text: "{MARKUP}"}}
  target: {{labels: {{role: home}}}}
  variables:
    - {{name: cache, pattern: "dd0c-cache-[a-z0-9]{{1,12}}", example: dd0c-cache-a1}}
  steps:
    - id: ask
      title: "{MARKUP}"
      manual: "Look: {MARKUP}"
      answers: ["{MARKUP}", "no"]
    - id: run
      title: "Say {MARKUP}"
      risk: dangerous
      confirm: "{{{{ cache }}}}"
      command: "echo '{MARKUP}' {{{{ cache }}}}"
      rollback: {{impossible: "{MARKUP}"}}
"""
)
"""A document that may be in service: markup wherever a text may stand; no variable admits it."""

NOTES: Final = f"""# {MARKUP}

You need {HIDDEN} access.

1. Run `echo '{MARKUP}' <{MARKUP}>`
2. Run `echo {HIDDEN}`
3. If {MARKUP} is gone, tell {HIDDEN}.
"""
"""A text to import: what is hidden in it stays in the source, and what was repaired is said."""

FILE_NAME: Final = f"runbooks/<img src=x onerror=window.hit=1>{HIDDEN[:6]}.yaml"
