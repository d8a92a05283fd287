"""What the rows of a repository say, as values: the input of a sync's plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias
from uuid import UUID

FileState: TypeAlias = Literal["ok", "stale_invalid", "skipped", "retired"]


@dataclass(frozen=True)
class FileRow:
    """One path of the repository as last synced."""

    path: str
    kind: str
    blob_oid: str | None
    commit_oid: str | None
    state: str
    error_line: int | None = None
    error_column: int | None = None
    error_reason: str | None = None
    serving_version_id: UUID | None = None
    may_be_at: Sequence[str] = ()
    """Of a runbook's file that is gone: the files out of service that may be it, moved. Until they say who
    they are, it is not retired.
    """

    @property
    def is_awaited(self) -> bool:
        """Whether the file is gone and its runbook serves on, since it may have moved."""
        return self.state == "stale_invalid" and self.blob_oid is None

    @property
    def is_kept_out(self) -> bool:
        """Whether what git has there should be in service and is not; the queries ask in the same words."""
        return self.state == "stale_invalid" or (self.state == "skipped" and self.kind != "other")


@dataclass(frozen=True)
class RunbookRow:
    """One runbook: its identity, where it lies, and what serves."""

    id: UUID
    name: str
    path: str
    current_version_id: UUID | None
    current_sha256: str | None
    retired: bool
    trust: int = 1
    strict: bool = False
    service: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    own_labels: Sequence[Mapping[str, str]] = ()
    commands: int = 1
    """What the document in service says about running by itself (`governance.widening.Leash`)."""

    def serves(self, path: str, content_sha256: str) -> bool:
        """Whether it serves this content from there."""
        return not self.retired and self.path == path and self.current_sha256 == content_sha256


@dataclass(frozen=True)
class FlagRow:
    """One flag as it stands."""

    name: str
    enabled: bool
    services: Sequence[str] = ()


@dataclass(frozen=True)
class Known:
    """Everything that the rows of one repository say. `policy` is the digest of the one in force from it."""

    files: Mapping[str, FileRow] = field(default_factory=dict)
    runbooks: Mapping[str, RunbookRow] = field(default_factory=dict)
    versions: Mapping[tuple[UUID, str], UUID] = field(default_factory=dict)
    policy: str | None = None
    flags: Mapping[str, bool] = field(default_factory=dict)
    flag_services: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Of flags that are off: the services for which they are; none named: for all."""
