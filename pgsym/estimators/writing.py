"""Python expressions that build problems again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pgsym.errors import PgsymError
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Prefix, bandit, from_mdp, tree
from pgsym.estimators.problems.origin import reward_table, start_law, tree_shapes
from pgsym.mdps.mdp import FiniteMDP, from_arrays
from pgsym.meaning.numbers.base import Array
from pgsym.python_source import call, literal

ARRAYS: Final = ("starts", "states", "actions", "rewards", "mask", "chance", "policy", "behaviour", "reference")


def python(problem: Episodes) -> str:
    """A Python expression that builds a problem again: `bandit(…)`, `tree(…)`, `from_mdp(…)`, or all its arrays.

    Its names are those of `NAMES`.  What it builds has been compared with the problem.

    >>> print(python(bandit([Fraction(1, 3), Fraction(2, 3)], [0, 1])))
    bandit(policy=[[Fraction(1, 3), Fraction(2, 3)]], reward=[[0, 1]])
    """
    for writing in (_bandit, _tree, _from_mdp):
        for written in writing(problem):
            if _same(_built(written), problem):
                return written
    return _arrays(problem)


NAMES: Final[dict[str, tuple[str, Any]]] = {
    "Fraction": ("fractions", Fraction),
    "Episodes": ("pgsym.estimators", Episodes),
    "bandit": ("pgsym.estimators", bandit),
    "from_arrays": ("pgsym.mdps", from_arrays),
    "from_mdp": ("pgsym.estimators", from_mdp),
    "np": ("numpy", np),
    "tree": ("pgsym.estimators", tree),
}
"""The names that the expression may use, with their modules."""


def _built(written: str) -> Episodes | None:
    try:
        found = eval(written, {name: value for name, (_, value) in NAMES.items()})
    except PgsymError:
        return None
    return found if isinstance(found, Episodes) else None


def _same(found: Episodes | None, wanted: Episodes) -> bool:
    if found is None or _plainly(found) != _plainly(wanted):
        return False
    if (found.critic is None) != (wanted.critic is None):
        return False
    pairs = [(getattr(found, key), getattr(wanted, key)) for key in ARRAYS]
    if found.critic is not None:
        pairs.append((found.critic, wanted.critic))
    return all(np.array_equal(x, y) for x, y in pairs)


def _plainly(p: Episodes) -> tuple[Any, ...]:
    return p.kind, p.exact, p.discount, p.context_names


def _bandit(p: Episodes) -> Iterator[str]:
    if p.T != 1:
        return
    given = {"policy": literal(p.policy), "reward": literal(reward_table(p)), "starts": _start_law(p, p.S)}
    yield call("bandit", {**given, **_others(p), "discount": ""})


def _tree(p: Episodes) -> Iterator[str]:
    for shape, listed in tree_shapes(p):
        prompts, end = shape.states, shape.end
        last = {prefix: p.rewards[e, p.lengths[e] - 1] for e, prefix in enumerate(listed)}
        yield call(
            "tree",
            {
                "reward": _mapping(last, prompts),
                "vocabulary": str(p.A),
                "length": str(p.T),
                "end": "" if end is None else str(end),
                "prompts": "" if prompts == 1 else str(prompts),
                "policy": _policy(p.policy),
                "token_reward": _token_rewards(p, listed, prompts),
                "starts": _start_law(p, prompts),
                **_others(p),
                **_other_policies(p, _policy),
            },
        )


def _policy(table: Array) -> str:
    """A policy's table, as one row if all contexts have the same."""
    return literal(table[0] if len({tuple(r) for r in table.tolist()}) == 1 else table)


def _token_rewards(p: Episodes, listed: list[Prefix], prompts: int) -> str:
    """The rewards before the last token, as a function of the tokens so far."""
    if p.per_sequence:
        return ""
    paid = {
        (prompt, tokens[: t + 1]): p.rewards[e, t]
        for e, (prompt, tokens) in enumerate(listed)
        for t in range(len(tokens) - 1)
    }
    key = "tokens" if prompts == 1 else "(prompt, tokens)"
    return f"lambda prompt, tokens: {_mapping({k: r for k, r in paid.items() if r}, prompts)}.get({key}, 0)"


def _mapping(rewards: dict[Prefix, Any], prompts: int) -> str:
    return "{" + ", ".join(f"{k[1] if prompts == 1 else k}: {literal(r)}" for k, r in rewards.items()) + "}"


def _from_mdp(p: Episodes) -> Iterator[str]:
    if not isinstance(p.source, FiniteMDP):
        return
    m = p.source if p.exact else p.source.floats()
    mdp = f"from_arrays({', '.join(map(literal, (m.rho, m.P, m.r)))}, horizon={m.horizon})"
    yield call("from_mdp", {"mdp": mdp, "policy": literal(p.policy), **_others(p)})


def _arrays(p: Episodes) -> str:
    each = {key: f"np.array({literal(getattr(p, key))}{_dtype(getattr(p, key))})" for key in ARRAYS}
    critic = "" if p.critic is None else f"np.array({literal(p.critic)}{_dtype(p.critic)})"
    return call("Episodes", {"kind": repr(p.kind), **each, "discount": _discount(p), "critic": critic})


def _dtype(table: Array) -> str:
    return ", dtype=object" if table.dtype == object else ""


def _others(p: Episodes) -> dict[str, str]:
    """The arguments that all kinds of problems have; empty strings are left out."""
    return {
        **_other_policies(p, literal),
        "discount": _discount(p),
        "critic": "" if p.critic is None else literal(p.critic),
    }


def _other_policies(p: Episodes, written: Callable[[Array], str]) -> dict[str, str]:
    return {
        "behaviour": "" if p.on_policy else written(p.behaviour),
        "reference": "" if np.array_equal(p.reference, p.policy) else written(p.reference),
    }


def _discount(p: Episodes) -> str:
    return "" if p.discount == 1 else literal(p.discount)


def _start_law(p: Episodes, count: int) -> str:
    """The start distribution ρ; an empty string if it is uniform."""
    law = start_law(p, count)
    return "" if len(set(law.tolist())) == 1 else literal(law)


__all__ = ["NAMES", "python"]
