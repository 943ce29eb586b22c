"""All batches of a number of sequences, each given to a NumPy REINFORCE: python estimators_at.py MEMBERS.

Prints the samples, the seconds of CPU, the growth of the peak memory in MB and whether the mean is ∇J, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from itertools import product
from math import ceil
from typing import Any

import numpy as np
from pgsym_at import peak

from pgsym.estimators import Episodes, Moments, moments, tree


def problem() -> Episodes:
    """Nine sequences of two tokens of three, in float64."""
    return tree(lambda prompt, tokens: tokens[0] + 2 * tokens[1], vocabulary=3, length=2, policy=[0.5, 0.3, 0.2])


def reinforce(returns: Any, total_scores: Any) -> Any:
    """The mean over the batch of return times score."""
    return np.einsum("nr,nrp->np", returns, total_scores) / returns.shape[1]


def gone_through(group_size: int) -> Moments:
    """The exact moments over all 9^group_size batches."""
    return moments(reinforce, problem(), group_size=group_size, progress=False)


def looped(group_size: int) -> Any:
    """The mean over all batches by a straightforward loop: one batch at a time, as one would write it."""
    p = problem()
    mass, returns, scores = p.mass(), p.returns, p.total_scores
    mean = np.zeros(p.P)
    for batch in product(range(p.E), repeat=group_size):
        probability, estimate = 1.0, np.zeros(p.P)
        for e in batch:
            probability *= mass[e]
            estimate += returns[e] * scores[e]
        mean += probability * estimate / group_size
    return mean.reshape(p.S, p.A)


def draws_for(accuracy: float, exact: Moments) -> int:
    """How many draws bring the standard error of every entry of the mean down to an accuracy."""
    return ceil(np.diag(exact.covariance).max() / accuracy**2)


if __name__ == "__main__":
    group_size = int(sys.argv[1])
    gone_through(2)  # imports
    before, started = peak(), time.process_time()
    found = gone_through(group_size)
    seconds = time.process_time() - started
    grown = peak() - before
    print(json.dumps({"seconds": seconds, "samples": found.samples, "peak": grown, "equal": found.unbiased}))
