"""Rows of pull requests in memory: a fake that passes the same suite as the rows in Postgres."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from forge.pull_requests import Check, Oid, PullState
from forge.pull_rows import PullEvent, PullRow


class MemoryPullRows:
    """`PullRows` in dictionaries."""

    def __init__(self) -> None:
        self.rows: dict[int, PullRow] = {}
        self.log: dict[int, list[PullEvent]] = {}
        self.commits: dict[Oid, dict[str, Check]] = {}

    def find(self, number: int) -> PullRow | None:
        return self.rows.get(number)

    def find_key(self, key: str) -> PullRow | None:
        return next((row for row in self.rows.values() if row.key == key), None)

    def page(self, state: PullState, before: int | None, limit: int) -> Sequence[PullRow]:
        rows = [row for row in self.rows.values() if row.state == state]
        rows = [row for row in rows if before is None or row.number < before]
        return sorted(rows, key=lambda row: -row.number)[:limit]

    def unsettled(self) -> Sequence[PullRow]:
        return sorted(self.rows.values(), key=lambda row: -row.number)[:1000]

    def headed_by(self, commit: Oid) -> Sequence[int]:
        return [row.number for row in self.rows.values() if row.head_commit == commit]

    def save(self, row: PullRow, event: PullEvent | None) -> None:
        self.rows[row.number] = row
        if event is not None:
            self.log.setdefault(row.number, []).append(event)

    def put_event(self, number: int, event: PullEvent) -> None:
        events = self.log.setdefault(number, [])
        identity = (event.kind, event.key, event.commit)
        for position, known in enumerate(events):
            if event.key is not None and (known.kind, known.key, known.commit) == identity:
                if event.kind == "review":
                    del events[position]
                    break
                events[position] = event
                return
        events.append(event)

    def put_check(self, commit: Oid, check: Check) -> None:
        self.commits.setdefault(commit, {})[check.name] = check

    def checks_on(self, commit: Oid) -> Sequence[Check]:
        return tuple(self.commits.get(commit, {}).values())

    def events(self, number: int) -> Sequence[PullEvent]:
        return tuple(self.log.get(number, ()))

    def checks(self, heads: Collection[tuple[int, Oid]]) -> Mapping[int, Sequence[PullEvent]]:
        return {
            number: [
                replace(event, body="")
                for event in self.events(number)
                if (event.kind, event.commit) == ("check", head)
            ]
            for number, head in heads
        }
