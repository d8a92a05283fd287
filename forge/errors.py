"""What can go wrong with a forge, by what the caller must do: tell a person, wait, retry, or read again.

`controller/review/forges.py` is the one place that turns these into answers of the API.
"""

from __future__ import annotations


class ForgeError(Exception):
    """The base of everything that a forge or a mirror raises on purpose."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ForgeRefused(ForgeError):
    """Tell a person: nothing will change by trying again."""

    def __init__(self, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.hint = hint


class ForgeBusy(ForgeError):
    """Wait: the forge asked for it, or another writer holds the repository."""

    def __init__(self, reason: str, retry_after_seconds: float) -> None:
        super().__init__(reason)
        self.retry_after_seconds = retry_after_seconds


class ForgeDown(ForgeError):
    """Retry later: the other side did not answer, or answered with a fault of its own."""


class ForgeConflict(ForgeError):
    """Read again: what the caller knew is no longer so."""


class HeadMoved(ForgeConflict):
    """A branch is not where the caller saw it last."""

    def __init__(self, expected: str | None, found: str | None) -> None:
        super().__init__(f"the branch moved: expected {_short(expected)}, found {_short(found)}")
        self.expected = expected
        self.found = found


class NotMergeable(ForgeRefused):
    """A pull request that can't be merged as it is; the reason names what stands in the way."""


class ReviewsMoved(NotMergeable):
    """Somebody reviewed the very head that is merged after its reviews were judged: judge them again."""


class NoSuchPull(ForgeRefused):
    """No pull request of that number in this repository."""


class NoSuchRepository(ForgeRefused):
    """No repository under that name, or none that the caller may know of."""


class TooLarge(ForgeRefused):
    """A blob, a pack or a tree beyond its bound. Nothing of it was kept."""


class BadPack(ForgeRefused):
    """A pack that is damaged, incomplete or hostile. Nothing of it was kept."""


def _short(oid: str | None) -> str:
    return "no commit" if oid is None else oid[:12]
