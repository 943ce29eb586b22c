"""Problems as Python that builds them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

import numpy as np

from pgsym.errors import PgsymError
from pgsym.estimators.episodes import Episodes
from pgsym.estimators.listing import Prefix, bandit, from_mdp, tree
from pgsym.estimators.problems.origin import reward_table, start_law, tree_shapes
from pgsym.meaning.numbers.base import Array
from pgsym.problems.mdp import FiniteMDP, from_arrays

ARRAYS: Final = ("starts", "states", "actions", "rewards", "mask", "chance", "policy", "behaviour", "reference")
WIDTH: Final = 100


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
    "from_arrays": ("pgsym.problems", from_arrays),
    "from_mdp": ("pgsym.estimators", from_mdp),
    "np": ("numpy", np),
    "tree": ("pgsym.estimators", tree),
}
"""What the expression may mention, and the module it is from."""


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
    given = {"policy": number_table(p.policy), "reward": number_table(reward_table(p)), "starts": _start_law(p, p.S)}
    yield _call("bandit", {**given, **_others(p), "discount": ""})


def _tree(p: Episodes) -> Iterator[str]:
    for shape, listed in tree_shapes(p):
        prompts, end = shape.states, shape.end
        last = {prefix: p.rewards[e, p.lengths[e] - 1] for e, prefix in enumerate(listed)}
        yield _call(
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
    """A policy's table, as one row where all contexts have the same."""
    return number_table(table[0] if len({tuple(r) for r in table.tolist()}) == 1 else table)


def _token_rewards(p: Episodes, listed: list[Prefix], prompts: int) -> str:
    """What is paid before the last token, by the tokens so far."""
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
    mdp = f"from_arrays({', '.join(map(number_table, (m.rho, m.P, m.r)))}, horizon={m.horizon})"
    yield _call("from_mdp", {"mdp": mdp, "policy": number_table(p.policy), **_others(p)})


def _arrays(p: Episodes) -> str:
    each = {key: f"np.array({number_table(getattr(p, key))}{_dtype(getattr(p, key))})" for key in ARRAYS}
    critic = "" if p.critic is None else f"np.array({number_table(p.critic)}{_dtype(p.critic)})"
    return _call("Episodes", {"kind": repr(p.kind), **each, "discount": _discount(p), "critic": critic})


def _dtype(table: Array) -> str:
    return ", dtype=object" if table.dtype == object else ""


def _others(p: Episodes) -> dict[str, str]:
    """The arguments that all problems have, empty where they are left out."""
    return {
        **_other_policies(p, number_table),
        "discount": _discount(p),
        "critic": "" if p.critic is None else number_table(p.critic),
    }


def _other_policies(p: Episodes, written: Callable[[Array], str]) -> dict[str, str]:
    return {
        "behaviour": "" if p.on_policy else written(p.behaviour),
        "reference": "" if np.array_equal(p.reference, p.policy) else written(p.reference),
    }


def _discount(p: Episodes) -> str:
    return "" if p.discount == 1 else literal(p.discount)


def _start_law(p: Episodes, count: int) -> str:
    """ρ, empty where it is uniform."""
    law = start_law(p, count)
    return "" if len(set(law.tolist())) == 1 else number_table(law)


def _call(name: str, arguments: dict[str, str]) -> str:
    """A call on one line, or with an argument a line where it is long; empty arguments are left out."""
    given = [f"{key}={value}" for key, value in arguments.items() if value]
    short = f"{name}({', '.join(given)})"
    if len(short) <= WIDTH:
        return short
    lines = [line for key, value in arguments.items() if value for line in _wrapped(f"{key}=", value)]
    return "\n    ".join([f"{name}(", *lines]) + "\n)"


def _wrapped(head: str, value: str) -> list[str]:
    """An argument on lines that are not too long, as far as it is a table or a mapping."""
    if len(head + value) <= WIDTH or value[0] not in "[{":
        return [f"{head}{value},"]
    entries, depth = [""], 0
    for c in value[1:-1]:
        depth += (c in "[{(") - (c in ")}]")
        entries[-1] += c
        if c == "," and not depth:
            entries.append("")
    out = [head + value[0]]
    for entry in map(str.strip, entries):
        if len(out) > 1 and len(out[-1]) + len(entry) < WIDTH:
            out[-1] += f" {entry}"
        else:
            out.append(f"    {entry}")
    return [*out, f"{value[-1]},"]


def number_table(table: Array) -> str:
    """A table as nested lists, each number such that it is read back the same."""
    if table.ndim == 0:
        return literal(table[()])
    return "[" + ", ".join(number_table(np.asarray(row, dtype=table.dtype)) for row in table) + "]"


def literal(value: Any) -> str:
    """A number as Python reads it back.

    >>> literal(Fraction(1, 3)), literal(Fraction(2)), literal(np.float64(0.5))
    ('Fraction(1, 3)', '2', '0.5')
    """
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, Fraction):
        return str(value) if value.denominator == 1 else f"Fraction({value.numerator}, {value.denominator})"
    return repr(value)


__all__ = ["NAMES", "literal", "python"]
