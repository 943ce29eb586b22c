"""Hypothesis strategies for problems that test estimators: bandits, autoregressive trees and MDPs.

All shrink towards one state, two actions, one step and simple numbers.  Tables are Fractions (`floats()` converts
them), and policies are positive, so that logits are finite.  Some problems have single tokens, ragged lengths, constant
or zero rewards, nearly deterministic policies, or behaviour policies with ratios of exactly 1 ± ε or far from one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any, Final, Unpack

from pgsym.errors import EstimatorError
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Tokens
from pgsym.estimators.problems.shape import KINDS, Shape
from pgsym.extras import install
from pgsym.testing.options import Drawn, whole

try:
    from hypothesis import strategies as st
except ModuleNotFoundError:
    raise ModuleNotFoundError(f"problems are drawn by Hypothesis: {install('testing')}", name="hypothesis") from None

Row = list[Fraction]

REWARDS: Final = tuple(map(Fraction, ("0", "1", "-1", "2", "1/2", "-1/2", "-2", "3", "1/3", "-3")))
FAR_REWARDS: Final = (Fraction(10**6), Fraction(-(10**6)), Fraction(1, 10**6))
WEIGHTS: Final = (1, 2, 3)
FAR_WEIGHTS: Final = (10**3, 10**6)
EPSILONS: Final = tuple(Fraction(sign, n) for n in (4, 5, 10) for sign in (1, -1))
"""Ratios of exactly 1 + ε at one action are drawn for these ε, so that they lie on the edge of a clip."""
APART: Final = (10, 50)
"""With `Demands.apart`, ratios of these numbers and of their inverses are drawn."""


@dataclass(frozen=True)
class Demands:
    """Requirements on every problem that is drawn.

    `actions` and `length` are the least numbers of actions and steps; `ragged`: some episode ends early; `apart`: the
    behaviour has ratios of 10 or more and of 1/10 or less in every state; `reference`: the reference policy is drawn
    separately; `unequal`: the rewards are not all equal.
    """

    actions: int = 2
    length: int = 1
    ragged: bool = False
    apart: bool = False
    reference: bool = False
    unequal: bool = False

    def allow(self, sizes: _Sizes) -> bool:
        """Whether problems of some sizes can meet the requirements."""
        large = sizes.actions >= self.actions and sizes.length >= self.length
        return large and (sizes.ragged or not self.ragged)


@dataclass(frozen=True, order=True)
class _Sizes:
    """The sizes of a problem: episodes (at most), states or prompts, actions, steps, successors of a move."""

    episodes: int
    states: int
    actions: int
    length: int = 1
    ragged: bool = False
    successors: int = 1
    starts: int = 1


def problems(kinds: Sequence[str] = KINDS, **drawn: Unpack[Drawn]) -> st.SearchStrategy[Episodes]:
    """Problems of some kinds: "bandit", "tree" (autoregressive) and "mdp"; see `Drawn` for the options.

    >>> from hypothesis import Phase, find, settings
    >>> shrunk = settings(phases=[Phase.generate, Phase.shrink], database=None)
    >>> print(find(problems(), lambda p: True, settings=shrunk))
    1 state, 2 actions, length 1, on-policy
    """
    return demanded(kinds, Demands(), **drawn)


def demanded(kinds: Sequence[str], demands: Demands, **drawn: Unpack[Drawn]) -> st.SearchStrategy[Episodes]:
    """Problems like those of `problems` that meet the demands; raises EstimatorError if there are none."""
    found, options = _possible(kinds, demands, drawn)
    if not found:
        raise EstimatorError(f"every {' or '.join(kinds)} has more than {options['episodes']} episodes")
    return _problem(
        found, options["off_policy"], options["extreme"], options["critic"], tuple(options["discounts"]), demands
    )


def fewest_episodes(kinds: Sequence[str], demands: Demands, **drawn: Unpack[Drawn]) -> int | None:
    """The largest number of episodes of the smallest problem that meets the demands; None if there is none."""
    found, _ = _possible(kinds, demands, drawn)
    return min((sizes.episodes for shapes in found.values() for sizes in shapes), default=None)


def _possible(
    kinds: Sequence[str], demands: Demands, drawn: Drawn
) -> tuple[dict[str, tuple[_Sizes, ...]], dict[str, Any]]:
    """(the sizes that can be drawn, by kind, all options)."""
    options: dict[str, Any] = {
        "states": 2,
        "actions": 3,
        "length": 3,
        "episodes": 64,
        "off_policy": False,
        "extreme": True,
        "critic": False,
        "discounts": (1,),
        **drawn,
    }
    if unknown := set(kinds) - set(KINDS):
        raise EstimatorError(f"a kind of problem is one of {', '.join(KINDS)}, not {unknown.pop()!r}")
    if unknown := set(options) - set(Drawn.__annotations__):
        raise EstimatorError(
            f"{unknown.pop()!r} is not an option of problems; the options are {', '.join(Drawn.__annotations__)}"
        )
    for name, least in (("states", 1), ("actions", 2), ("length", 1), ("episodes", 1)):
        if not whole(options[name], least):
            raise EstimatorError(f"{name} (a largest number) must be an int of at least {least}, not {options[name]!r}")
    if not (isinstance(options["discounts"], list | tuple) and options["discounts"]):
        raise EstimatorError(f"discounts must be a list of numbers from 0 to 1, not {options['discounts']!r}")
    within = tuple(options[name] for name in ("states", "actions", "length", "episodes"))
    found = {kind: shapes for kind in dict.fromkeys(kinds) if (shapes := _shapes(kind, demands, *within))}
    return found, options


def bandits(**drawn: Unpack[Drawn]) -> st.SearchStrategy[Episodes]:
    """Problems of one step: a state, an action, a reward.

    >>> from hypothesis import Phase, find, settings
    >>> shrunk = settings(phases=[Phase.generate, Phase.shrink], database=None)
    >>> find(bandits(), lambda p: (p.gradient != 0).any(), settings=shrunk).rewards.tolist()
    [[Fraction(0, 1)], [Fraction(1, 1)]]
    """
    return problems(("bandit",), **drawn)


def trees(**drawn: Unpack[Drawn]) -> st.SearchStrategy[Episodes]:
    """Autoregressive problems: tokens until the end token or the largest length, rewards per sequence or per token.

    >>> from hypothesis import Phase, find, settings
    >>> shrunk = settings(phases=[Phase.generate, Phase.shrink], database=None)
    >>> print(find(trees(), lambda p: len(set(p.lengths.tolist())) > 1, settings=shrunk))
    1 prompt, 2 contexts, 2 tokens, length 1 to 2, on-policy, reward per sequence
    """
    return problems(("tree",), **drawn)


def mdps(**drawn: Unpack[Drawn]) -> st.SearchStrategy[Episodes]:
    """Markov decision processes with rewards per step; some have a state in which the episode has ended."""
    return problems(("mdp",), **drawn)


@cache
def _shapes(kind: str, demands: Demands, states: int, actions: int, length: int, episodes: int) -> tuple[_Sizes, ...]:
    listed = {"bandit": _bandit_sizes, "tree": _tree_sizes, "mdp": _mdp_sizes}[kind](states, actions, length)
    return tuple(sorted(sizes for sizes in listed if sizes.episodes <= episodes and demands.allow(sizes)))


def _bandit_sizes(states: int, actions: int, length: int) -> Iterator[_Sizes]:
    for S in range(1, states + 1):
        for A in range(2, actions + 1):
            yield _Sizes(S * A, S, A)


def _tree_sizes(states: int, actions: int, length: int) -> Iterator[_Sizes]:
    for S in range(1, states + 1):
        for A in range(2, actions + 1):
            for T in range(1, length + 1):
                yield _Sizes(S * A**T, S, A, T)
                if T > 1:
                    ended = sum((A - 1) ** t for t in range(T - 1))
                    yield _Sizes(S * (ended + (A - 1) ** (T - 1) * A), S, A, T, ragged=True)


def _mdp_sizes(states: int, actions: int, length: int) -> Iterator[_Sizes]:
    for S in range(1, states + 1):
        for A in range(2, actions + 1):
            for T in range(1, length + 1):
                for successors in range(1, (min(2, S) if T > 1 else 1) + 1):
                    for starts in {1, S}:
                        for ragged in {False, S > 1 and T > 1}:
                            E = starts * A**T * successors ** (T - 1)
                            yield _Sizes(E, S, A, T, ragged, successors, starts)


@st.composite
def _problem(
    draw: st.DrawFn,
    shapes: dict[str, tuple[_Sizes, ...]],
    off_policy: bool | None,
    extreme: bool,
    critic: bool,
    discounts: tuple[Any, ...],
    demands: Demands,
) -> Episodes:
    kind = draw(st.sampled_from(list(shapes)))
    sizes = draw(st.sampled_from(shapes[kind]))
    discount = draw(st.sampled_from(discounts))
    # all kinds draw their policies first and their rewards second, so that a tree of one token shrinks to a bandit
    shape = Shape(kind, sizes.states, sizes.actions, sizes.length, 0 if kind == "tree" and sizes.ragged else None)
    rows, episodes = shape.rows, sizes.episodes if kind == "tree" else sizes.states * sizes.actions
    policies = _policies(draw, rows, sizes.actions, off_policy, extreme, demands)
    rewards = _rewards(draw, episodes, extreme)
    if demands.unequal and len(set(rewards)) == 1:
        rewards[-1] += 1
    given: dict[str, Any] = {**policies, "critic": _rewards(draw, rows, False) if critic else None}
    if kind != "bandit":
        given["discount"] = discount
    if kind == "mdp":
        given |= _process(draw, sizes, rewards)
    elif kind == "tree":
        given["token_reward"] = _token_reward(draw, shape, extreme)
    if kind != "mdp":
        given["starts"] = draw(_row(sizes.states))
    return shape.problem(rewards, **given)


def _token_reward(draw: st.DrawFn, shape: Shape, extreme: bool) -> Callable[[int, Tokens], Fraction] | None:
    """The rewards of single tokens, for sequences of more than one token; None for half of them."""
    if shape.length == 1 or not draw(st.booleans()):
        return None
    prefixes = [(prompt, (*tokens, v)) for prompt, tokens in shape.contexts for v in range(shape.actions)]
    paid = dict(zip(prefixes, _rewards(draw, len(prefixes), extreme), strict=True))
    return lambda prompt, tokens: paid[prompt, tokens]


def _process(draw: st.DrawFn, n: _Sizes, rewards: Row) -> dict[str, Any]:
    """The moves and the start distribution of an MDP; rewards are changed in place if a state would look ended."""
    S, A = n.states, n.actions
    moves = [[_successors(draw, S, n.successors) for _ in range(A)] for _ in range(S)]
    first = draw(_row(S)) if n.starts > 1 else [Fraction(1)] + [Fraction(0)] * (S - 1)
    if n.ragged:  # the episode has ended in the last state, which is no start
        moves[-1] = [[Fraction(0)] * (S - 1) + [Fraction(1)]] * A
        rewards[-A:] = [Fraction(0)] * A
        first = [first[0] + first[-1], *first[1:-1], Fraction(0)]
    for s in range(S - n.ragged):  # the other states must not look ended
        if not any(rewards[s * A : (s + 1) * A]) and all(row[s] == 1 for row in moves[s]):
            rewards[s * A] = Fraction(1)
    return {"moves": moves, "starts": first}


def _successors(draw: st.DrawFn, S: int, count: int) -> Row:
    """p(· | s, a) on at most `count` successors."""
    out = [Fraction(0)] * S
    for p in draw(_row(count)):
        out[draw(st.integers(0, S - 1))] += p
    return out


def _policies(
    draw: st.DrawFn, contexts: int, actions: int, off_policy: bool | None, extreme: bool, demands: Demands
) -> dict[str, list[Row] | None]:
    """The policy, the behaviour and the reference, of shape (contexts, actions), with positive rows."""
    if demands.apart:
        pairs = [draw(_rows_apart(actions)) for _ in range(contexts)]
        reference = _reference(draw, contexts, actions, demands)
        return {"policy": [p for p, _ in pairs], "behaviour": [b for _, b in pairs], "reference": reference}
    off = draw(st.booleans()) if off_policy is None else off_policy
    policy = [draw(_row(actions, extreme)) for _ in range(contexts)]
    behaviour = [_behaviour(draw, row, extreme) for row in policy] if off else None
    if behaviour == policy:
        behaviour = None
    if behaviour is None and off:  # the simplest that differs
        halves = [Fraction(1, 2), *[Fraction(1, 2 * (actions - 1))] * (actions - 1)]
        quarters = [Fraction(1, 4), *[Fraction(3, 4 * (actions - 1))] * (actions - 1)]
        behaviour = [*policy[:-1], quarters if policy[-1] == halves else halves]
    return {"policy": policy, "behaviour": behaviour, "reference": _reference(draw, contexts, actions, demands)}


def _reference(draw: st.DrawFn, contexts: int, actions: int, demands: Demands) -> list[Row] | None:
    """The reference policy; None if it is the policy."""
    if not demands.reference and not draw(st.sampled_from((False, True, True))):
        return None
    return [draw(_row(actions)) for _ in range(contexts)]


@cache
def _rows_apart(actions: int) -> st.SearchStrategy[tuple[Row, Row]]:
    """Pairs of rows of a policy and a behaviour, which nearly always take different actions."""

    def row(likely: int, weight: int) -> Row:
        return [Fraction(weight if a == likely else 1, weight + actions - 1) for a in range(actions)]

    pairs = [(a, b) for a in range(actions) for b in range(actions) if a != b]
    return st.sampled_from([(row(a, n), row(b, n)) for n in APART for a, b in pairs])


def _behaviour(draw: st.DrawFn, policy: Row, extreme: bool) -> Row:
    """A row of the behaviour policy; the policy's row is changed in place if a ratio is to be exactly 1 ± ε."""
    how = draw(st.sampled_from(("same", "edge", "other")))
    others = len(policy) - 1
    if how == "other":
        return draw(_row(len(policy), extreme))
    if how == "edge":
        first = (1 + draw(st.sampled_from(EPSILONS))) / 2
        policy[:] = [first, *[(1 - first) / others] * others]
        return [Fraction(1, 2), *[Fraction(1, 2 * others)] * others]
    return list(policy)


@cache
def _row(outcomes: int, extreme: bool = False) -> st.SearchStrategy[Row]:
    """Positive distributions over some outcomes, simplest first; a single choice, so that shrinking is quick."""
    weights = list(product(WEIGHTS, repeat=outcomes))
    if extreme:
        weights += [row for row in product((1, *FAR_WEIGHTS), repeat=outcomes) if len(set(row)) > 1]
    return st.sampled_from([[Fraction(w, sum(row)) for w in row] for row in weights]).map(list)


def _rewards(draw: st.DrawFn, count: int, extreme: bool) -> Row:
    """A list of `count` rewards: different, all the same, or (if `extreme`) some far outside the usual range.

    All are drawn even if the first is then repeated, because Hypothesis counts fewer choices as simpler.
    """
    how = draw(_HOW_FAR if extreme else _HOW)
    entry = _FAR if how == "far" else _NEAR
    found = [draw(entry) for _ in range(count)]
    return found[:1] * count if how == "same" else found


_HOW = st.sampled_from(("any",) * 6 + ("same",))
_HOW_FAR = st.sampled_from(("any",) * 6 + ("same", "far"))
_NEAR = st.sampled_from(REWARDS)
_FAR = st.sampled_from(REWARDS[:3] + FAR_REWARDS)


__all__ = ["bandits", "mdps", "problems", "trees"]
