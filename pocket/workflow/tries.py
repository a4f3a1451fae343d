"""How often something is tried, and the time between."""

from __future__ import annotations

from time import monotonic

from pocket.workflow.model import RetrySpec


class Tries:
    """The attempts that one `retry` allows, the first of which has begun.

    Args:
        retry: how many, and the delays between them.
        until: when all has to be over, by `time.monotonic`.

    Attributes:
        begun: how many attempts have begun.
    """

    def __init__(self, retry: RetrySpec, until: float) -> None:
        self.begun = 1
        self._retry = retry
        self._until = until
        self._delay_s = retry.delay_s

    def wait_s(self, asked_s: float = 0.0) -> float | None:
        """Give how long to wait before another attempt, or None where there will be none.

        There is none where it could not begin in time: whoever waits learns of the failure now.

        Args:
            asked_s: how long whoever failed asks to be left alone, which makes a delay longer, but
                no longer than `max_delay` of the retry.
        """
        wait_s = min(max(self._delay_s, asked_s), self._retry.max_delay_s)
        left = self.begun < self._retry.max_attempts and monotonic() + wait_s < self._until
        return wait_s if left else None

    def begin(self) -> None:
        """Begin another attempt."""
        self.begun += 1
        self._delay_s *= self._retry.multiplier
