"""The age of what is synced: it grows while nothing succeeds, and forgets what is looked at no more."""

from __future__ import annotations

from base.ids import new_id
from controller.sync.ages import SyncAges


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_the_repository_that_waits_longest_is_the_age() -> None:
    seconds = Seconds()
    ages, tenant, first, second = SyncAges(seconds), new_id(), new_id(), new_id()
    assert ages.oldest() == 0
    ages.tried((tenant, first))
    ages.tried((tenant, second))
    seconds.now += 30
    ages.tried((tenant, first))
    assert ages.oldest() == 30, "a try that does not succeed makes nothing younger"
    ages.succeeded((tenant, first))
    assert ages.oldest() == 30
    ages.succeeded((tenant, second))
    assert ages.oldest() == 0
    seconds.now += 60
    ages.succeeded((tenant, second))
    assert ages.oldest() == 60
    ages.keep([(tenant, second)])
    assert ages.oldest() == 0
