"""One choice in the design of an estimator, and its description."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

F = TypeVar("F")


@dataclass(frozen=True)
class Choice(Generic[F]):
    """One choice: `of` computes it, `looks` describes it, and `do` is the advice if it is the right choice.

    `advice` says what to do instead if the choice is wrong, whichever choice is right.
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
        """Whether more than one coefficient is not zero."""
        return sum(part != 0 for part in (self.reward, self.divergence, self.entropy, self.forward)) > 1


RETURN: Final = Parts()
"""The expected return alone."""


__all__ = ["RETURN", "Choice", "Parts"]
