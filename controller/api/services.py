"""What the routes work with: built once by `controller/main/assembly.py`, handed to the application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from controller.api.jwt import JwtVerifier
from controller.api.parse_pool import ParsePool
from controller.api.rates import Rates
from controller.api.sse import Streams
from controller.audit.checking import ChainChecker
from controller.config import Settings
from controller.db.bus import Bus
from controller.db.database import Database
from controller.db.objects import ObjectStore
from controller.engine.service import Engine
from controller.link.agents import AgentAdmin
from controller.link.enroll import Enroller
from controller.link.enrollment_tokens import EnrollmentTokens
from controller.link.gate import PanicGate
from controller.link.panic import PanicService
from controller.link.panic_clear import PanicClearer
from controller.link.service import LinkServer
from controller.pki.sealer import Sealer
from controller.review.proposals import Proposals
from controller.review.records import Records
from controller.review.repositories import Repositories
from controller.review.reviews import Reviews
from controller.review.talking import Talking
from controller.sync.hints import SyncHints
from controller.sync.service import SyncService
from controller.upkeep.moves import Moves
from ingest.advisor.advising import ONE_KEY, Advising
from ingest.advisor.llm import Asks
from ingest.extract.llm import Reads


@dataclass
class Background:
    """The tasks that run beside the requests, by name; one that ends by itself ends the process."""

    tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    healths: dict[str, Callable[[], str]] = field(default_factory=dict)
    """What a task says of itself: `ok`, or what is wrong."""

    def health(self, name: str) -> str:
        """`ok`, or what is wrong with the task."""
        if not self.is_running(name):
            return "does not run"
        return self.healths[name]() if name in self.healths else "ok"

    def is_running(self, name: str) -> bool:
        """Whether the task was started and has not ended."""
        task = self.tasks.get(name)
        return task is not None and not task.done()

    async def until_one_ends(self, stop: asyncio.Event) -> None:
        """Wait for `stop`, or for a task that ends by itself."""
        asked = asyncio.create_task(stop.wait())
        await asyncio.wait({asked, *self.tasks.values()}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()


@dataclass(frozen=True)
class Services:
    """The rooms below the API, joined. `link` is None in a process that does not have that role.

    `web_folder` holds the built web app: `index.html`, `icon.svg` and `assets/`.
    """

    settings: Settings
    database: Database
    bus: Bus
    objects: ObjectStore
    sealer: Sealer
    engine: Engine
    gate: PanicGate
    panic: PanicService
    panic_clearer: PanicClearer
    enroller: Enroller
    enrollment_tokens: EnrollmentTokens
    agent_admin: AgentAdmin
    link: LinkServer | None
    sync: SyncService
    proposals: Proposals
    reviews: Reviews
    repositories: Repositories
    talking: Talking
    records: Records
    moves: Moves
    parse_pool: ParsePool
    rates: Rates
    jwt: JwtVerifier | None
    web_folder: Path
    background: Background = field(default_factory=Background)
    advising: Advising = ONE_KEY
    llm: Asks | None = None
    """The second key where it is an LLM; `advising` is UNASKED then."""
    reads: Reads | None = None
    """The LLM that reads pasted texts beside the rules, where there is one."""
    hints: SyncHints | None = None
    """Told by the webhooks of a forge elsewhere; None: there is no route for them."""
    streams: Streams = field(default_factory=Streams)
    chain: ChainChecker = field(default_factory=ChainChecker)
