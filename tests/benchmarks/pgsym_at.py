"""pgsym decides REINFORCE or the reward to go at a size: python pgsym_at.py FORM S A T [memory].

Prints the seconds and the growth of the process's peak memory in MB as JSON; with `memory` the peak of what Python and
NumPy allocate instead, which small problems show better.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import tracemalloc
from pathlib import Path

from pgsym.decide import Rung, decide
from pgsym.problems import trajectories
from pgsym.terms import Term, grad, sum_range

m = trajectories()


def claim(form: str) -> tuple[Term, Term]:
    """∇J and what it is claimed to be."""
    rewards = sum_range(m.u, 1 if form == "REINFORCE" else m.t, m.T, of=m.reward(m.u))
    return grad(m.objective), m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * rewards))


def decided(form: str, S: int, A: int, T: int) -> bool:
    """Whether the statement is decided to be true."""
    return decide(*claim(form), m.hypotheses, [{"S": S, "A": A, "T": T}]).rung is Rung.DECIDED


def peak() -> float:
    """The peak memory of this process in MB; where the system says it, without that of the process that started it."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    form, *size = sys.argv[1:5]
    decided(form, 2, 2, 2)  # imports
    before = peak()
    if sys.argv[5:] == ["memory"]:
        tracemalloc.start()
    started = time.perf_counter()
    equal = decided(form, *map(int, size))
    seconds = time.perf_counter() - started
    grown = tracemalloc.get_traced_memory()[1] / 2**20 if tracemalloc.is_tracing() else peak() - before
    print(json.dumps({"seconds": seconds, "equal": equal, "peak": grown}))
