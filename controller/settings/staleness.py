"""After how long a runbook is called stale."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings


class StalenessSettings(BaseSettings):
    """One field a setting. Days; 0: such a reason is never given."""

    stale_run_days: int = Field(90, ge=0, le=3650)
    stale_review_days: int = Field(180, ge=0, le=3650)
