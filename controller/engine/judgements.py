"""Commands judged beside the event loop: small ones at once, the others in a process of their own.

A long command takes a third of a second, in which no request, panic or report would be heard. An answer is a
pure function of its filling and of the scanner, which a process never changes, so the last ones are kept.
Where no answer can be had there is none: nothing is shown or opened on a guess.
"""

from __future__ import annotations

import asyncio
import copy
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Final, TypeAlias

from base import log
from controller import telemetry
from controller.engine.filling import Filled, Filling, fill_and_scan
from scanner import SCANNER_VERSION, knowledge_version
from schemas.errors import Unavailable, Unprocessable

Answer: TypeAlias = Filled | Unprocessable
Run: TypeAlias = Callable[[Callable[[Filling], Answer], Filling], Awaitable[Answer]]
"""`ParsePool.run`: call a module-level function in a process with memory and time limits. Raises
Unprocessable where the limits were hit, Unavailable where too many calls wait or the pool is broken."""

PROCESSES: Final = 1
"""That judge: apart from those that parse, so that no import holds up a gate."""

AT_ONCE_CHARACTERS: Final = 2_000
"""What may be read in the event loop: 2 ms of a usual command, 15 ms of the slowest texts known."""

KEPT_ANSWERS: Final = 2_048
KEPT_CHARACTERS: Final = 4 * 1024 * 1024
"""Of templates, values, patterns and texts; a finding is some 10 KB at most beside them."""

KNOWN_ANSWERS: Final = 16_384
"""Commands of which only is known whether they can be filled: of two dozen documents of 300 steps, each with
its rollback. They may be larger together than the answers that are kept."""

LOOKS_MAX: Final = 256
"""Judgements that may wait for those who look; more are refused."""

LOOK_SECONDS: Final = 2.0
"""How long a page waits for judgements; they go on, and the next look finds their answers. The longest one
known takes a third of a second."""

PERSON_SECONDS: Final = 5.0
"""How long a person's event waits for one, whatever the process may take (`base.limits.PARSE_SECONDS`)."""

_TRIES: Final = 2
"""A process that died is replaced: the second try meets a new one."""

_log = log.get(__name__)


class NotJudged(Unavailable):
    """A command can't be judged at this moment; the same question later may be answered."""

    code = "not_judged"


Look: TypeAlias = Filled | Unprocessable | NotJudged
"""What a look finds of one command: what it comes to, why it can't be filled, or that nobody can say now."""


class JudgementWanted(Exception):
    """A long command is to be judged first: roll back, judge it with nothing locked, and begin again."""

    def __init__(self, filling: Filling) -> None:
        super().__init__("a command is judged first")
        self.filling = filling


class Judgements:
    """Judges commands and keeps the last answers; one a process."""

    def __init__(self, run: Run, *, kept: int = KEPT_ANSWERS) -> None:
        """`run`: where long commands are judged. `kept`: how many answers are kept."""
        self._run = run
        self._most = kept
        self._kept: OrderedDict[Filling, Answer] = OrderedDict()
        self._kept_characters = 0
        self._known: OrderedDict[bytes, Unprocessable | None] = OrderedDict()
        self._under_way: dict[tuple[Filling, bool], asyncio.Task[Answer]] = {}
        self._turn = asyncio.Semaphore(1)

    def at_once(self, filling: Filling) -> Filled:
        """The answer inside a transition: one that is kept, or of a command so short that it delays nobody.

        Raises Unprocessable where the command can't be filled; JudgementWanted for a longer one.
        """
        answer = self._find(filling)
        if answer is None:
            if filling.read_characters > AT_ONCE_CHARACTERS:
                raise JudgementWanted(filling)
            answer = fill_and_scan(filling)
            self._keep(filling, answer)
        return _given(answer)

    async def judge(self, filling: Filling, *, urgent: bool = False, seconds: float | None = None) -> Filled:
        """The answer, from the process where the command is long; nothing may be locked meanwhile.

        `urgent`: a transition waits for it, so it goes before those who only look. `seconds`: how long it is
        waited for at most; it goes on, so that whoever asks later finds it. Raises Unprocessable where the
        command can't be filled; NotJudged where it can't be judged now.
        """
        answer = self._find(filling)
        if answer is None and filling.read_characters <= AT_ONCE_CHARACTERS:
            return self.at_once(filling)
        if answer is None:
            # A task of its own: it goes on for the others where one who asked hangs up.
            task = self._started(filling, urgent=urgent)
            await asyncio.wait([task], timeout=seconds)
            if not task.done():
                raise _not_judged("no answer came in time", urgent=urgent)
            answer = task.result()
        return _given(answer)

    async def look(self, fillings: Iterable[Filling], seconds: float = LOOK_SECONDS) -> dict[Filling, Look]:
        """What each command comes to, as far as that is known after `seconds` at most. Raises nothing."""
        until = asyncio.get_running_loop().time() + seconds
        found: dict[Filling, Look] = {}
        for filling in fillings:
            found[filling] = await self._looked(filling, until)
            await asyncio.sleep(0)  # many short ones in a row hold up nobody
        return found

    async def refusals(self, fillings: Iterable[Filling], seconds: float) -> list[Unprocessable | None]:
        """Why each command can't be filled, None where it can: far more of that is known than is kept.

        Raises NotJudged where that is not known of each after `seconds`; the judgements go on, and whoever
        asks again finds those that came meanwhile, so that any number of commands comes to its end.
        """
        until = asyncio.get_running_loop().time() + seconds
        missing: NotJudged | None = None
        found: list[Unprocessable | None] = []
        for filling in fillings:
            mark = _mark(filling)
            if mark in self._known:
                self._known.move_to_end(mark)
                found.append(self._known[mark])
            else:
                answer = await self._looked(filling, until)
                missing = answer if isinstance(answer, NotJudged) else missing
                found.append(answer if isinstance(answer, Unprocessable) else None)
            await asyncio.sleep(0)
        if missing is not None:
            raise missing
        return found

    async def _looked(self, filling: Filling, until: float) -> Look:
        left = until - asyncio.get_running_loop().time()
        try:
            return await self.judge(filling, seconds=max(0.0, left))
        except (Unprocessable, NotJudged) as answer:
            return answer

    def _started(self, filling: Filling, *, urgent: bool) -> asyncio.Task[Answer]:
        key = (filling, urgent)
        task = self._under_way.get(key)
        if task is None:
            if not urgent and len(self._under_way) >= LOOKS_MAX:
                raise _not_judged("too many others wait", urgent=False)
            task = asyncio.create_task(self._ask(filling, urgent=urgent), name="judgement")
            self._under_way[key] = task
            task.add_done_callback(lambda done: self._ended(key, done))
        return task

    def _ended(self, key: tuple[Filling, bool], task: asyncio.Task[Answer]) -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # seen, where nobody waits for it any more

    async def _ask(self, filling: Filling, *, urgent: bool) -> Answer:
        turn: AbstractAsyncContextManager[None] = nullcontext() if urgent else self._turn
        async with turn:
            answer = self._find(filling) or await self._asked(filling, urgent=urgent)
        self._keep(filling, answer)
        return answer

    async def _asked(self, filling: Filling, *, urgent: bool) -> Answer:
        reason = ""
        for _ in range(_TRIES):
            try:
                answer = await self._run(fill_and_scan, filling)
            except (Unprocessable, Unavailable) as error:
                reason = error.detail
                _log.warning(
                    "a command was not judged: %s", reason, extra={"action": "engine.judgement_failed"}
                )
                continue
            if isinstance(answer, Filled) and not _same_scanner(answer):
                why = "the product on disk is not the one that runs; restart the controller"
                raise _not_judged(why, urgent=urgent)
            return answer
        telemetry.NOT_JUDGED.labels("judge").inc()
        raise _not_judged(reason, urgent=urgent)

    def _find(self, filling: Filling) -> Answer | None:
        answer = self._kept.get(filling)
        if answer is not None:
            self._kept.move_to_end(filling)
        return answer

    def _keep(self, filling: Filling, answer: Answer) -> None:
        if filling not in self._kept:
            self._kept_characters += _characters(filling, answer)
        self._kept[filling] = answer
        self._known[_mark(filling)] = None if isinstance(answer, Filled) else answer
        while len(self._known) > KNOWN_ANSWERS:
            self._known.popitem(last=False)
        while len(self._kept) > self._most or self._kept_characters > KEPT_CHARACTERS:
            self._kept_characters -= _characters(*self._kept.popitem(last=False))


def _mark(filling: Filling) -> bytes:
    return hashlib.sha256(repr(filling).encode("utf-8", "surrogatepass")).digest()


def _given(answer: Answer) -> Filled:
    if isinstance(answer, Filled):
        return answer
    raise copy.copy(answer)  # a kept one would gather a traceback from everyone who is told


def _characters(filling: Filling, answer: Answer) -> int:
    given = sum(len(value) for _, value in filling.values)
    patterns = sum(len(variable.pattern or "") for variable in filling.variables)
    text = answer.text if isinstance(answer, Filled) else answer.detail
    return len(filling.template) + given + patterns + len(text)


def _same_scanner(answer: Filled) -> bool:
    found = answer.finding
    return (found.scanner_version, found.knowledge_version) == (SCANNER_VERSION, knowledge_version())


_UNTOUCHED: Final = "Nothing was changed. Try again in a few seconds."
_SEEN_LATER: Final = (
    "What was sent before may have been done: look again in a few seconds before you repeat it."
)
"""To who looks: the look may follow a change that is stored, so it says nothing of that one."""


def _not_judged(why: str, *, urgent: bool) -> NotJudged:
    return NotJudged(
        f"A command can't be judged at this moment: {why.rstrip('.')}.",
        hint=_UNTOUCHED if urgent else _SEEN_LATER,
    )
