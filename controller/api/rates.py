"""Rate limits: a moving window per key, in this process."""

from __future__ import annotations

import time
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from base import limits as bounds
from schemas.errors import TooManyRequests

PREVIEWS: Final = RateLimitItemPerMinute(bounds.PREVIEWS_PER_MINUTE)
CLASSIFICATIONS: Final = RateLimitItemPerMinute(bounds.CLASSIFICATIONS_PER_MINUTE)
BADGES: Final = RateLimitItemPerMinute(bounds.BADGES_PER_MINUTE)
CHECKS: Final = RateLimitItemPerMinute(bounds.CHECKS_PER_MINUTE)
SIGN_INS: Final = RateLimitItemPerMinute(bounds.SIGN_INS_PER_MINUTE)


class Rates:
    """Counts calls; the window slides, so a burst at its edge does not pass twice."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    async def take(self, item: RateLimitItemPerMinute, *key: str) -> None:
        """Count one call of `key`. Raises TooManyRequests with the seconds to wait."""
        if await self._limiter.hit(item, *key):
            return
        window = await self._limiter.get_window_stats(item, *key)
        raise TooManyRequests(
            f"At most {item.amount} calls a minute are served here.",
            retry_after_seconds=max(1, round(window.reset_time - time.time())),
        )
