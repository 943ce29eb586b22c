"""The sizes of a small problem, from which it is made: a bandit, a tree of sequences or a Markov decision process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Prefix, Tokens, bandit, contexts, from_mdp, sequences, tree
from pgsym.mdps.mdp import from_arrays
from pgsym.meaning.validation import Table

KINDS: Final = ("bandit", "tree", "mdp")
"""The kinds of small problems, simplest first."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a problem: its kind, its states (the prompts of a tree), actions and steps.

    A sequence of a tree ends early if the token `end` is drawn.

    >>> print(Shape("tree", length=2, end=0).problem([1, 0, 2], discount=1))
    1 prompt, 2 contexts, 2 tokens, length 1 to 2, on-policy, reward per sequence
    """

    kind: str
    states: int = 1
    actions: int = 2
    length: int = 1
    end: int | None = None

    @property
    def contexts(self) -> list[Prefix]:
        """The rows of a tree's policies: each prompt with the tokens so far."""
        return contexts(self.actions, self.length, self.end, self.states)

    @property
    def sequences(self) -> list[Prefix]:
        """The finished sequences of a tree, in the order of its rewards."""
        return sequences(self.actions, self.length, self.end, self.states)

    @property
    def rows(self) -> int:
        """How many rows the policies have."""
        return len(self.contexts) if self.kind == "tree" else self.states

    def problem(
        self,
        rewards: Sequence[Any],
        policy: Table | None = None,
        *,
        behaviour: Table | None = None,
        reference: Table | None = None,
        starts: Table | None = None,
        moves: Any = None,
        token_reward: Callable[[int, Tokens], Any] | None = None,
        discount: Any = 1,
        critic: Table | None = None,
    ) -> Episodes:
        """The problem with these rewards: one for each sequence of a tree, else one for each state and action.

        `moves` are the transition probabilities of a Markov decision process, of shape (S, A, S), and `token_reward` is
        paid at every token of a sequence.  A bandit has no discount.  The default policy is uniform.
        """
        given: dict[str, Any] = {"behaviour": behaviour, "reference": reference, "critic": critic}
        if self.kind == "tree":
            given |= {"vocabulary": self.actions, "length": self.length, "end": self.end, "prompts": self.states}
            given |= {"token_reward": token_reward, "starts": starts, "discount": discount}
            return tree(rewards, policy=policy, **given)
        pi = [[1 / self.actions] * self.actions] * self.states if policy is None else policy
        reward = [list(rewards[s * self.actions : (s + 1) * self.actions]) for s in range(self.states)]
        if self.kind == "bandit":
            return bandit(pi, reward, starts=starts, **given)
        first = [1, *[0] * (self.states - 1)] if starts is None else starts
        return from_mdp(from_arrays(first, moves, reward, self.length), pi, discount=discount, **given)


__all__ = ["KINDS", "Shape"]
