"""Why an answer is not given now, beside wrong input."""

from __future__ import annotations


class BusyError(Exception):
    """More is asked than is computed: ask again later.

    Parameters
    ----------
    reason : str
    seconds : int
        When to ask again.
    """

    def __init__(self, reason: str, seconds: int = 1) -> None:
        super().__init__(reason)
        self.reason = reason
        self.seconds = seconds


class PreparingError(Exception):
    """The start and seed are still being prepared.

    Parameters
    ----------
    share : float
        How much of it is done.
    """

    def __init__(self, share: float) -> None:
        super().__init__("being prepared")
        self.share = share


class DroppedError(Exception):
    """Nobody waits for the answer any more."""
