"""Work that nobody waits for: refused with an estimate, done in another way, or ended when its time is up."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from campaigns import share

from pgsym.decide import AtMost, IsGradient, Rung, Verdict, counterexample, decide
from pgsym.decide.limits import Deadline, LimitReached
from pgsym.errors import TooLarge, UnusableOption
from pgsym.meaning.cost import cost
from pgsym.meaning.written_out.exact import exact
from pgsym.problems import one_step, trajectories
from pgsym.terms import Closed, Number, Term, Variable, exp, log, maximum, product_range, sum_over, sum_range
from pgsym.terms.build import absolute, clip, function
from pgsym.terms.builtins import POWER
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import lift
from pgsym.terms.sorts import INDEX, REAL, STATE

x, y, i, N = Variable("x"), Variable("y"), Variable("i", INDEX), Variable("N", INDEX)
MERSENNE = 2**61 - 1


def nested(depth: int, again: bool = True) -> tuple[Term, list[Definition]]:
    """A definition that mentions the one before twice, that many deep: at the same argument or at two."""
    named = [function(f"f{k}", REAL) for k in range(depth)]
    first = Definition.of(named[0](x), x + 1)
    others = [Definition.of(f(x), g(x) + g(x) * x if again else g(x + 1) + g(x + 2)) for g, f in pairwise(named)]
    return named[-1](x), [first, *others]


def largest(names: str) -> Term:
    """The maximum of some variables, one after the other."""
    out: Term = Variable(names[0])
    for name in names[1:]:
        out = maximum(out, Variable(name))
    return out


def power_of_a_sum() -> Verdict:
    s, t = Variable("s", STATE), Variable("t", STATE)
    f, g, h = function("f", STATE), function("g", STATE), function("h", STATE)
    whole = f(s) + g(t) + h(s)
    return decide(sum_over(s, t, of=whole**14), sum_over(s, t, of=whole**7 * whole**7))


DONE: dict[str, tuple[Callable[[], Verdict], Rung]] = {
    "a large power": (lambda: decide(x**10**6, x * x ** (10**6 - 1)), Rung.DECIDED),
    "a large power of a sum": (lambda: decide((x + 1) ** 10**5, (1 + x) ** 10**5), Rung.DECIDED),
    "a large symbolic power": (lambda: decide(POWER(x, N), POWER(x, N) * 1, (), [{"N": 10**6}]), Rung.DECIDED),
    "a large multiple in exp": (lambda: decide(exp(10**6 * x), exp(x) ** 10**6), Rung.DECIDED),
    "the logarithm of a large prime": (
        lambda: decide(log(lift(MERSENNE)) + log(lift(3)), log(lift(3 * MERSENNE))),
        Rung.DECIDED,
    ),
    "deep definitions": (lambda: decide(nested(22)[0], nested(22)[0] * 1, nested(22)[1]), Rung.DECIDED),
    "a power of a sum of functions": (power_of_a_sum, Rung.DECIDED),
    "nested maxima": (lambda: decide(AtMost(x, largest("xyzuvwab")), budget=64), Rung.TESTED),
    "a tower of powers": (lambda: decide(((x**100) ** 100) ** 100, x), Rung.REFUTED),
}


@pytest.mark.parametrize("name", DONE)
def test_what_is_large_but_simple_is_done_at_once(name: str) -> None:
    work, rung = DONE[name]
    assert Deadline(20).run(work).rung is rung


def doubled(term: Term, times: int) -> Term:
    """A term whose square plus 1 is taken again and again."""
    for _ in range(times):
        term = term * term + y
    return term


def apart(depth: int) -> Verdict:
    term, given = nested(depth, again=False)
    return decide(term, term * 1, given)


REFUSED: dict[str, Callable[[], object]] = {
    "a long sum": lambda: decide(sum_range(i, 1, 10**7, of=x), 10**7 * x),
    "a long product": lambda: decide(product_range(i, 1, 10**7, of=x), x),
    "a long sum of powers": lambda: decide(sum_range(i, 1, 10**7, of=POWER(x, i)), x),
    "sums in each other": lambda: decide(sum_range(i, 1, 2000, of=sum_range(N, 1, i, of=x)), x),
    "an order with a long sum": lambda: decide(AtMost(sum_range(i, 1, 10**7, of=x), x)),
    "a long horizon": lambda: decide(
        (m := trajectories()).expectation(m.reward(m.t)), m.expectation(m.reward(m.t)) * 1, m.hypotheses,
        [{"S": 2, "A": 2, "T": 10**7, "t": 1}],
    ),
    "definitions at different arguments": lambda: apart(24),
    "a term that doubles": lambda: decide(t := doubled(x, 24), t + 0),
    "a number with millions of digits": lambda: decide(lift(2) ** 10**8, lift(3)),
    "a power of a power of a number": lambda: decide(((lift(3) ** 1000) ** 1000) ** 1000, x),
    "an order of huge numbers": lambda: decide(AtMost(lift(2) ** 10**7, x)),
    "a long sum, written out": lambda: exact(sum_range(i, 1, 10**7, of=x)),
    "a huge number, written out": lambda: exact(lift(7) ** 10**7),
    "deep definitions, written out": lambda: exact(nested(24)[0], given=nested(24)[1]),
    "the potential of a long sum": lambda: decide(
        IsGradient(sum_range(i, 1, 10**7, of=one_step().expectation(one_step().reward * one_step().score)))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", share(REFUSED, 3))
def test_what_would_take_too_long_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(TooLarge, match="take smaller sizes") as found:
        Deadline(20).run(REFUSED[name])
    assert "\n" not in str(found.value)


def test_no_counterexample_is_looked_for_among_values_of_a_billion_digits() -> None:
    verdict = Deadline(20).run(lambda: decide(((x**1000) ** 1000) ** 1000, x))
    assert verdict.rung is Rung.UNDECIDED


def test_the_search_for_a_counterexample_ends_in_time() -> None:
    both = largest("abcdefgh"), largest("hgfedcba")
    started = time.process_time()
    verdict = decide(*both, time_limit=0.2)
    assert verdict.rung is Rung.UNDECIDED
    assert "time limit of 0.2 s" in str(verdict)
    assert "no counterexample among" in str(verdict)
    order = decide(AtMost(both[0] * 0 + clip(absolute(x) ** 3, 0, 1), lift(1)), time_limit=0.001)
    assert order.rung is Rung.UNDECIDED
    assert time.process_time() - started < 20


def test_a_search_that_was_asked_for_ends_in_time_too() -> None:
    both = largest("abcdefgh"), largest("hgfedcba")
    with pytest.raises(TooLarge, match=r"limit of 0.2 s was reached: no counterexample among [\d,]+ inst"):
        counterexample(*both, budget=10**9, time_limit=0.2)
    with pytest.raises(TooLarge, match="take smaller"):
        counterexample(((x**1000) ** 1000) ** 1000, x)


def test_a_closed_form_that_sympy_works_on_for_minutes_is_undecided() -> None:
    a, mu = sympy.symbols("a mu", real=True)
    density = sympy.exp(-((a - mu) ** 2) / 2) / sympy.sqrt(2 * sympy.pi)
    integral = sympy.Integral(sympy.tanh(a) ** 2 * (a - mu) * density, (a, -sympy.oo, sympy.oo))
    form = Closed("d/dμ E[tanh² a]", "x", lambda: integral)
    verdict = decide(form, lift(0), time_limit=0.5)
    assert verdict.rung is Rung.UNDECIDED
    assert "time limit of 0.5 s" in str(verdict)
    assert "SymPy evaluated d/dμ E[tanh² a]" in str(verdict)


def forever() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:  # such as SymPy has many of
            continue


def test_a_deadline_ends_what_catches_every_exception() -> None:
    with pytest.raises(LimitReached, match=r"time limit of 0\.1 s"):
        Deadline(0.1).run(forever)


def test_a_deadline_works_in_any_thread_and_inside_another() -> None:
    said: list[str] = []

    def work() -> None:
        try:
            Deadline(30).run(lambda: Deadline(0.1).run(forever))
        except LimitReached as reason:
            said.append(str(reason))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert said == ["the time limit of 0.1 s was reached"]


def test_nothing_is_raised_after_work_that_ends_just_in_time() -> None:
    for n in range(200):
        try:
            Deadline(0.001).run(lambda n=n: sum(range(200 * n)))  # type: ignore[misc]
        except LimitReached:
            continue
    assert sum(range(10_000)) == 49_995_000


@pytest.mark.parametrize("limit", [0, -1, float("nan"), "10", None, True])
def test_what_is_no_time_limit_is_refused(limit: object) -> None:
    with pytest.raises(UnusableOption, match="positive number of seconds"):
        decide(x, y, time_limit=limit)  # type: ignore[arg-type]


def test_no_limit_is_a_limit_too() -> None:
    assert Deadline(float("inf")).run(lambda: 1) == 1


def test_memory_is_limited() -> None:
    """A process of its own, which may hold 1.5 GB: nothing here comes near."""
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))\n"
        "from pgsym.decide import decide\nfrom pgsym.errors import TooLarge\n"
        "from pgsym.terms import Variable, sum_range\nfrom pgsym.terms.nodes import lift\n"
        "from pgsym.terms.sorts import INDEX\n"
        "x, i = Variable('x'), Variable('i', INDEX)\n"
        "for sides in ((sum_range(i, 1, 10**8, of=x), x), (lift(2) ** 10**10, x), (x ** 10**9, x ** (10**9 + 1))):\n"
        "    try: print(decide(*sides).rung)\n"
        "    except TooLarge: print('too large')\n"
    )
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.stdout.split("\n")[:-1] == ["too large", "too large", "undecided"], done.stderr


def test_the_cost_of_a_sum_over_times_is_that_of_all_of_them() -> None:
    once, often = (cost(sum_range(i, 1, n, of=x * x)).readings for n in (1, 1000))
    assert often > 500 * once
    assert cost(lift(Fraction(2)) ** 1000).number == 1000
    assert cost(Number(Fraction(1)) ** 10**9).number == 0


TRACED = """
import sys
from pgsym.decide.limits import Deadline, LimitReached
for seconds, work in ((5, lambda: 2), (0.05, lambda: [i for i in range(10**9)])):
    try:
        Deadline(seconds).run(work)
    except LimitReached:
        pass
    sys.settrace(lambda *_: None)
    print((lambda: 3)())
    sys.settrace(None)
"""


def test_what_is_traced_after_a_deadline_gets_on() -> None:
    """A debugger, a coverage tool and Hypothesis trace calls: none may stand still after a limit was set."""
    run = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, timeout=60, check=True, text=True)
    assert run.stdout.split() == ["3", "3"]
