"""The process that judges, as tests have it: gone, or hanging, at will; and a runbook with a long command."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from controller.engine.filling import Filling
from controller.engine.judgements import Answer
from schemas.errors import Unavailable

LONG = "touch /tmp/{{ host }}" + " /tmp/true" * 300 + "; "
"""Of caution, and too long to be judged in passing."""
TWO = f"""
apiVersion: dd0c.run/v1
kind: Runbook
metadata: {{name: two, title: Two commands}}
spec:
  trustLevel: 2
  target: {{labels: {{role: shell}}}}
  variables:
    - {{name: host, example: web-1}}
  steps:
    - id: short
      title: A short one
      command: touch /tmp/{{{{ host }}}}
    - id: long
      title: A long one
      command: "{LONG}"
"""


@dataclass
class Judge:
    """`gone`: it fails at once. `hangs`: silent until that is set. `meanwhile`: done before an answer."""

    gone: bool = False
    hangs: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def run(self, judge: Callable[[Filling], Answer], filling: Filling) -> Answer:
        self.asked.append(filling.template)
        if self.hangs is not None:
            await self.hangs.wait()
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.gone:
            raise Unavailable("The process is gone.")
        return judge(filling)
