from __future__ import annotations

from typing import Optional

#: The cause is the load, the store or the network, and not the request: the same request may succeed later. INTERNAL is for people to report.
PASSING = frozenset({"REQUEST_IN_PROGRESS", "RATE_LIMITED", "UNAVAILABLE", "REQUEST_TIMEOUT", "OUTCOME_UNKNOWN", "STORAGE_FULL"})


class ChangeoverError(Exception):
    """What the gateway refused, or that it can't be reached. Holds no secret.

    ``code`` is one of the gateway's error codes, such as ``NOT_FOUND``. A gateway that can't be reached is ``UNAVAILABLE``.
    """

    def __init__(self, code: str, message: str, retry_after_seconds: Optional[float] = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.retry_after_seconds = retry_after_seconds

    @property
    def passes(self) -> bool:
        """Whether the same request may succeed later."""
        return self.code in PASSING
