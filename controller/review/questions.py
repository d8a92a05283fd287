"""Questions that people ask in comments on a forge elsewhere: who may ask, and that one replica answers once.

A comment's row is taken before it is answered. What can't be answered is tried a few times and then left, so
that it costs no later look anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from base import limits, log
from controller.db import queries
from controller.governance.repositories import RepositoryRow
from controller.review.errors import forge_border
from controller.review.forges import Forges
from controller.review.talking import Talking
from controller.review.verbs import Verb, answer_key, denied_key, denied_text, parse_verb, unanswered_text
from forge.pull_requests import Comment, PullRequest
from schemas.errors import Dd0cError, TooManyRequests, Unavailable

FOREIGN: Final = "github:"
"""Begins the key of a comment that was written on GitHub, and whose text begins with its author."""

_QUERIES: Final = queries.load("comment_questions")
_log = log.get(__name__)


@dataclass(frozen=True)
class _Question:
    """A comment that asks something."""

    number: int
    key: str
    login: str
    verb: Verb


class Questions:
    """One a process; several processes may share a database."""

    def __init__(self, forges: Forges, talking: Talking) -> None:
        self._forges = forges
        self._talking = talking

    async def look(self, tenant_id: UUID, row: RepositoryRow, pull: PullRequest) -> int:
        """Answer what was asked on a pull request and nobody answered; how many questions were settled.

        `pull` has its comments. One that comes while too much is asked waits for a later look. No question
        keeps another from its answer.
        """
        answered = {comment.key for comment in pull.comments}
        settled = 0
        for comment in pull.comments:
            asked = _asked(pull.number, comment)
            if asked is None or answer_key(comment.key) in answered:
                continue
            attempt = await self._take(tenant_id, row, asked)
            if attempt is None:
                continue
            try:
                self._talking.take(row, pull.number)
            except TooManyRequests:
                await self._run(tenant_id, row, asked, "give_question_back")
                break
            settled += await self._try(tenant_id, row, asked, attempt)
        return settled

    async def _try(self, tenant_id: UUID, row: RepositoryRow, asked: _Question, attempt: int) -> bool:
        """One attempt; whether nobody needs to try again."""
        try:
            await self._answer(tenant_id, row, asked)
        except Exception as fault:  # noqa: BLE001 # reason: the border of one comment; it stops no other
            _log.warning(
                "a question could not be answered",
                exc_info=not isinstance(fault, Dd0cError),
                extra={"action": "questions.failed", "key": asked.key, "attempt": attempt},
            )
            if attempt < limits.QUESTION_ATTEMPTS:
                await self._run(tenant_id, row, asked, "postpone_question", seconds=limits.QUESTION_SECONDS)
                return False
        await self._run(tenant_id, row, asked, "settle_question")
        return True

    async def _answer(self, tenant_id: UUID, row: RepositoryRow, asked: _Question) -> None:
        """Answer, deny, or say why neither can be done. Raises what may be over at the next attempt."""
        try:
            if not await self._may_ask(tenant_id, row, asked.login):
                await self._deny(tenant_id, row, asked)
                return
            await self._talking.answer(tenant_id, row, asked.number, asked.key, asked.verb)
        except (Unavailable, TooManyRequests):
            raise
        except Dd0cError as refusal:  # asking again changes nothing
            await self._say(
                tenant_id, row, asked.number, answer_key(asked.key), unanswered_text(refusal.detail)
            )

    async def _deny(self, tenant_id: UUID, row: RepositoryRow, asked: _Question) -> None:
        """Once a person and pull request, however many comments are tried at once: it has a row, too."""
        refusal = replace(asked, key=f"denied:{asked.number}:{asked.login}"[:200])
        if await self._take(tenant_id, row, refusal) is None:
            return
        await self._say(tenant_id, row, asked.number, denied_key(asked.login), denied_text(asked.login))
        await self._run(tenant_id, row, refusal, "settle_question")

    async def _may_ask(self, tenant_id: UUID, row: RepositoryRow, login: str) -> bool:
        with forge_border():
            forge = self._forges.open(tenant_id, row)
            return await self._forges.runner(partial(forge.may_push, login))

    async def _say(self, tenant_id: UUID, row: RepositoryRow, number: int, key: str, text: str) -> None:
        with forge_border():
            forge = self._forges.open(tenant_id, row)
            await self._forges.runner(partial(forge.comment, number, key, text))

    # ------------------------------------------------------------------ rows

    async def _take(self, tenant_id: UUID, row: RepositoryRow, asked: _Question) -> int | None:
        """Which attempt this is; None where it is not ours to make."""
        async with self._forges.database.work(tenant_id) as uow:
            await uow.run(_QUERIES["forget_questions"], days=limits.QUESTIONS_KEPT_DAYS)
            found: int | None = await uow.value(
                _QUERIES["take_question"],
                repository_id=row.id,
                comment_key=asked.key,
                pull_number=asked.number,
                seconds=limits.QUESTION_SECONDS,
                attempts=limits.QUESTION_ATTEMPTS,
            )
        return found

    async def _run(
        self, tenant_id: UUID, row: RepositoryRow, asked: _Question, query: str, **values: int
    ) -> None:
        async with self._forges.database.work(tenant_id) as uow:
            await uow.run(_QUERIES[query], repository_id=row.id, comment_key=asked.key, **values)


def _asked(number: int, comment: Comment) -> _Question | None:
    """What a comment of the forge asks; ours were answered when they were written."""
    if comment.login is None or not comment.key.startswith(FOREIGN):
        return None
    verb = parse_verb(comment.body.removeprefix(f"{comment.login}: "))
    return None if verb is None else _Question(number, comment.key, comment.login, verb)
