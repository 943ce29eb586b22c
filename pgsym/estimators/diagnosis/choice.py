"""One way to do a thing in an estimator, with the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

F = TypeVar("F")


@dataclass(frozen=True)
class Choice(Generic[F]):
    """One way to do it: how it is computed, what it looks like in words, and what to do where it is the right one.

    `advice` says what to do instead, where that does not depend on what is right.
    """

    of: F
    looks: str
    do: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Parts:
    """The objective as reward × J + divergence × KL(π‖ref) + entropy × H(π) + forward × KL(ref‖π)."""

    reward: float = 1.0
    divergence: float = 0.0
    entropy: float = 0.0
    forward: float = 0.0

    @property
    def several(self) -> bool:
        """Whether more than one part counts."""
        return sum(part != 0 for part in (self.reward, self.divergence, self.entropy, self.forward)) > 1


RETURN: Final = Parts()
"""The expected return alone."""


__all__ = ["RETURN", "Choice", "Parts"]
