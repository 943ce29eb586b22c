"""True statements that pgsym has never decided, and what it says of them: they are tested, or undecided."""

from __future__ import annotations

NEVER_DECIDED: dict[str, str] = {
    "extremes: a clip is idempotent": "undecided",
    "extremes: a clip within a clip": "undecided",
    "extremes: a clip the other way around": "undecided",
    "extremes: min over a scale": "undecided",
    "extremes: max is associative": "undecided",
    "extremes: distributive lattice": "undecided",
    "extremes: absorption": "undecided",
    "extremes: median by two formulas": "undecided",
    "extremes: PPO for an advantage that is positive": "undecided",
    "extremes: PPO as in the paper's other form": "undecided",
    "extremes: squares under max": "undecided",
    "extremes: max times min": "undecided",
    "extremes: |x| by a maximum": "undecided",
    "logarithms: log of a square of a sum, by |x + y|": "tested",
    "logarithms: softplus": "tested",
    "logarithms: log-sum-exp shifts": "tested",
    "logarithms: an exponential far away": "tested",
    "logarithms: |x|²": "undecided",
    "logarithms: e^|x| by a maximum": "tested",
    "logarithms: log of a maximum of what is positive": "tested",
    "orders: triangle": "tested",
    "orders: |E[r]| ≤ E|r|": "tested",
    "orders: x ≤ max": "tested",
    "orders: clip ≤ its end": "tested",
    "orders: the larger of squares": "tested",
    # SymPy's own value is wrong, as numbers show: no answer is built on it
    "∫₀² atan(tan x) dx, rightly": "undecided",
    "∫ |cos x|, rightly": "undecided",
    "∫ sign cos x, rightly": "undecided",
}
