"""The product's figures for Prometheus. Labels are words of ours: never commands, output, people or ids."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from prometheus_client import REGISTRY, Counter, Gauge, Histogram, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

TRANSITIONS: Final = Counter(
    "dd0c_transitions", "Events taken, by the state that they left the execution in.", ["state"]
)
REFUSALS: Final = Counter("dd0c_refusals", "Requests that were refused, by the reason's code.", ["code"])
NOT_JUDGED: Final = Counter(
    "dd0c_not_judged",
    "Times that a command could not be judged: the `judge` gave no answer; or a `look`, a `person`, a "
    "`preflight` or a `record` went without one.",
    ["where"],
)
PUT_OFF: Final = Counter(
    "dd0c_ends_put_off", "Ends of attempts that a job brings later, because the next gate could not be made."
)
SYNCS: Final = Counter(
    "dd0c_sync",
    "Looks at a repository, by what came of them (synced, partial, unchanged, failed) and what began them "
    "(start, poll, webhook, push, merge, manual).",
    ["outcome", "trigger"],
)
ADVICE: Final = Counter(
    "dd0c_advice",
    "Questions to an LLM by what came of them: `answered`, or why there is no advice (late, refused, invalid "
    "…); with `resting`, `limited` and `budget` nobody may have been asked.",
    ["outcome"],
)
ADVICE_TOKENS: Final = Counter(
    "dd0c_advice_tokens",
    "Tokens of questions to an LLM as its service counts them; the most that they can be where it is silent.",
    ["outcome"],
)
ADVICE_SECONDS: Final = Histogram(
    "dd0c_advice_seconds",
    "A question to an LLM from its turn to its end, all attempts.",
    ["outcome"],
    buckets=(0.25, 0.5, 1, 1.5, 2, 3, 5, 10, 30),
)
SYNC_SECONDS: Final = Histogram(
    "dd0c_sync_seconds",
    "Looks at a repository from the fetch to the commit, by what came of them.",
    ["outcome"],
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60),
)
SYNC_REJECTED: Final = Counter("dd0c_sync_rejected_files", "Files that a sync kept out of service.")
AGENTS: Final = Gauge("dd0c_agents_connected", "Agents whose stream this process holds.")
JOBS: Final = Gauge("dd0c_jobs_queued", "Jobs that wait to be run; NaN where the database does not answer.")
REQUESTS: Final = Histogram(
    "dd0c_http_request_seconds",
    "HTTP requests from the first byte to the last, by the route's template.",
    ["method", "route", "status"],
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
"""Its `_count` is the number of requests. Event streams count when they end."""


class SyncState(Protocol):
    """Of the repositories that a process polls."""

    def oldest(self) -> float:
        """Seconds since the one that waits longest was seen as it is."""
        ...

    def lag(self) -> float:
        """Seconds for which a head is known that is not in service, where it is longest."""
        ...

    def broken_files(self) -> int:
        """Files whose newest content is not in service."""
        ...


class SyncFigures(Collector):
    """Gauges that only a process has that polls: one that does not look has nothing to say, not a 0."""

    def __init__(self) -> None:
        self.state: SyncState | None = None

    def collect(self) -> Iterable[Metric]:
        """Of now."""
        if self.state is None:
            return
        yield GaugeMetricFamily(
            "dd0c_sync_age_seconds",
            "Seconds since the repository that waits longest was seen as it is; it grows while syncs fail.",
            self.state.oldest(),
        )
        yield GaugeMetricFamily(
            "dd0c_sync_lag_seconds",
            "Seconds since a commit is known that is not in service, where it is longest.",
            self.state.lag(),
        )
        yield GaugeMetricFamily(
            "dd0c_sync_broken_files",
            "Files whose newest content is not in service: their last good version is.",
            self.state.broken_files(),
        )


SYNC_FIGURES: Final = SyncFigures()
REGISTRY.register(SYNC_FIGURES)


class AdviceFigures:
    """Counts what becomes of questions to an LLM (`ingest.advisor.llm.Watch`)."""

    def question(self, outcome: str, seconds: float | None, tokens: int) -> None:
        """One came to its end."""
        ADVICE.labels(outcome).inc()
        ADVICE_TOKENS.labels(outcome).inc(tokens)
        if seconds is not None:
            ADVICE_SECONDS.labels(outcome).observe(seconds)
