"""Pairwise forms that are not gradients, with the smallest instances and the article's own case."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from pgsym.derivations.open_question_j import TWO_STATES, G, m, t

from pgsym.claims import Claim, Example, Rung
from pgsym.meaning.written_out.exact import exact, parameters
from pgsym.problems import one_step
from pgsym.problems.classification_problem import LABEL
from pgsym.problems.one_step_problem import POLICY
from pgsym.problems.sequence import Sequences
from pgsym.terms import (
    ACTION,
    PARAMETER,
    STATE,
    Closed,
    Definition,
    HowMany,
    Positive,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    exp,
    expect,
    function,
    grad,
    log,
    sum_over,
    sum_range,
    transpose,
)
from pgsym.terms.nodes import lift
from pgsym.values import log_linear

if TYPE_CHECKING:
    import sympy

o, one = one_step(), Sequences(T=lift(1))
TWO_STEPS = ({"S": 2, "A": 2, "T": 2},)

# two parameters, shared by all states: logits w₁(θ) x₁(s, a) + w₂(θ) x₂(s, a)
w = [Symbol(f"w{i}", (PARAMETER,))(m.theta) for i in "₁₂"]
x = [function(f"x{i}", STATE, ACTION) for i in "₁₂"]
b = Variable("b", ACTION)


def weight(action: Variable) -> Term:
    """exp of the logit of an action."""
    return exp(w[0] * x[0](m.s, action) + w[1] * x[1](m.s, action))


shared = Definition.of(POLICY(m.a, m.s, m.theta), weight(m.a) / sum_over(b, of=weight(b)))
tied = (*(h for h in m.hypotheses if not isinstance(h, Positive)), *map(ThetaFree, x), shared)

# one state, visited again with the probability κ(a)
kappa, paid = function("κ", ACTION), function("r", ACTION)
mean = {f.name: expect(f(o.a), (o.s, o.state_law), (o.a, o.policy_law)) for f in (kappa, paid)}
twice = (1 + mean["κ"]) * grad(mean["r"])
given_twice = (*o.hypotheses, ThetaFree(kappa), ThetaFree(paid))

# sequences: the first token leads to the second state if it is right, to the third if it is wrong
free_running = m.expectation(sum_range(t, 1, m.T, of=m.is_right(t) * m.score(t)))
label_score = grad(log(POLICY(LABEL(m.state(t)), m.state(t), m.theta)))
imitation = m.expectation(sum_range(t, 1, m.T, of=label_score))
AFTER = {"ρ": [1, 0, 0], "p": [[[0, 0, 1], [0, 1, 0]], *[[[0, 0, 1], [0, 0, 1]]] * 2]}
ONE_LOGIT_A_STATE = [[[0, int(i == j)] for i in range(3)] for j in range(3)]

# an action that pays 1 at once and −10 at the next step, whatever is done there
PESSIMAL = {**AFTER, "r": [[0, 1], [-10, -10], [0, 0]], "π": log_linear(ONE_LOGIT_A_STATE[:1], [1])}
net = o.expectation(o.reward - 10 * o.reward)


def written(tables: dict[str, object], states: int) -> tuple[list[sympy.Expr], list[sympy.Symbol]]:
    """The pairwise form of two steps in one logit a state, and the logits."""
    import sympy

    field = exact(G, S=states, A=2, T=2, policy="sigmoid", given=m.hypotheses)
    values = {}
    for name, table in tables.items():
        for place, entry in _entries(table):
            letter = {"ρ": "rho", "p": "p", "r": "r"}[name]
            values[sympy.Symbol(f"{letter}_{''.join(str(i + 1) for i in place)}", real=True)] = entry
    return list(field.subs(values)), list(parameters(G, S=states, A=2, T=2, policy="sigmoid", given=m.hypotheses))


def _entries(table: object, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], object]]:
    if not isinstance(table, list):
        yield place, table
        return
    for i, row in enumerate(table):
        yield from _entries(row, (*place, i))


def loop() -> sympy.Expr:
    """The integral of the form along the edges of the square of the logits ±log 3, probabilities 1/4 and 3/4."""
    import sympy

    (first, second), (u, v) = written(TWO_STATES, 2)
    low, high = -sympy.log(3), sympy.log(3)
    edges = (
        sympy.integrate(first.subs(v, low) - first.subs(v, high), (u, low, high)),
        sympy.integrate(sympy.simplify(second.subs(u, high) - second.subs(u, low)), (v, low, high)),
    )
    return sympy.Abs(sympy.nsimplify(sympy.simplify(sum(edges))))


def helicity() -> sympy.Expr:
    """G · (∇ × G) of a sequence of two tokens whose second may follow a right or a wrong first one."""
    import sympy

    field, theta = written({**AFTER, "r": [[0, 1]] * 3}, 3)
    u = sympy.symbols("u_1:4", positive=True)  # of a logarithm each: the field is rational in them
    rational = [sympy.cancel(g.subs(dict(zip(theta, map(sympy.log, u), strict=True)))) for g in field]

    def slope(i: int, j: int) -> sympy.Expr:
        return u[i] * sympy.diff(rational[j], u[i])

    curl = [slope(i, j) - slope(j, i) for i, j in ((1, 2), (2, 0), (0, 1))]
    return sympy.factor(sympy.Add(*(g * c for g, c in zip(rational, curl, strict=True))))


def slopes() -> sympy.Expr:
    """p' q₁' q₀' of three logistic functions u / (1 + u)."""
    import sympy

    logistic = [u / (1 + u) for u in sympy.symbols("u_1:4", positive=True)]
    return sympy.Mul(*(sympy.factor(p * (1 - p)) for p in logistic))


def claims() -> Iterator[Claim]:
    """From the smallest instance to the article's own setting."""
    yield Claim(
        "open-question-minimal-counterexample",
        says="With two states, two actions and two steps the pairwise form need not be a gradient.",
        lhs=grad(G),
        rhs=transpose(grad(G)),
        given=m.hypotheses,
        sizes=TWO_STEPS,
        expected=Rung.REFUTED,
        repaired_by=("open-question-minimal-counterexample-one-step", "open-question-general-curl"),
        remark="The curl is $p(1 - p) q(1 - q)$, which is 1/16 if both probabilities are 1/2. No smaller example "
        "exists: with one step, or one parameter, there is a potential.",
    )
    yield Claim(
        "open-question-minimal-counterexample-one-step",
        says="With one step the pairwise form is always a gradient, namely that of the objective.",
        lhs=one.expectation(one.pairwise),
        rhs=grad(one.objective),
        given=one.hypotheses,
    )
    yield Claim(
        "open-question-minimal-counterexample-loop",
        says="Around the square of probabilities from 1/4 to 3/4, the line integral of the pairwise form for the two "
        "states is 1/4: following the form around this loop gains 1/4 at every turn.",
        lhs=Closed("|∮ G dθ|", "\\left|\\int_{\\text{loop}} G \\, d\\theta\\right|", loop),
        rhs=lift(Fraction(1, 4)),
        expected=Rung.EXACT,
    )
    yield Claim(
        "open-question-tied-counterexample",
        says="With two parameters that all states share, the pairwise form need not be a gradient.",
        lhs=grad(G),
        rhs=transpose(grad(G)),
        given=tied,
        sizes=TWO_STEPS,
        expected=Rung.REFUTED,
        repaired_by=("open-question-scalar-parameter",),
        remark="With one parameter there is always a potential; with two there may be none.",
        examples=(
            Example(
                "The logit $\\theta_1$ in the first state and $\\theta_1 + \\theta_2$ in the second, both zero: the "
                "mixed derivatives are 1/16 and 0.",
                {**TWO_STATES, "r": [[0, 0], [0, 1]], "π": log_linear([[[0, 1], [0, 1]], [[0, 0], [0, 1]]], [1, 1])},
                ((G, ("1/8", "1/8")), (grad(G), (("1/16", "1/16"), (0, 0)))),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "open-question-single-decision-state",
        says="If a single state is visited again with a probability that depends on the action, the pairwise form, "
        "$(1 + E \\kappa) \\nabla E r$, need not be a gradient.",
        lhs=grad(twice),
        rhs=transpose(grad(twice)),
        given=given_twice,
        expected=Rung.REFUTED,
        repaired_by=("open-question-single-decision-state-two-actions",),
        remark="Three actions are the smallest number for a counterexample.",
        examples=(
            Example(
                "Three actions, all alike: the first ends, the third pays. The mixed derivatives of the first two "
                "logits differ by 1/27.",
                {"D": [1], "π": [["1/3"] * 3], "κ": [0, 1, 1], "r": [0, 0, 1]},
                (
                    (twice, ("-5/27", "-5/27", "10/27")),
                    (
                        grad(twice) - transpose(grad(twice)),
                        ((0, "1/27", "-1/27"), ("-1/27", 0, "1/27"), ("1/27", "-1/27", 0)),
                    ),
                ),
                given_twice,
            ),
        ),
    )
    yield Claim(
        "open-question-single-decision-state-two-actions",
        says="If a single state with two actions is visited again, the pairwise form is a gradient, because only one "
        "logit matters.",
        lhs=grad(twice),
        rhs=transpose(grad(twice)),
        given=(*given_twice, HowMany(ACTION, 2)),
    )
    yield Claim(
        "open-question-free-running-sequence",
        says="For sequences on the model's own prefixes, with a reward of one for a right token, the pairwise form "
        "need not be a gradient.",
        lhs=grad(free_running),
        rhs=transpose(grad(free_running)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("open-question-teacher-forcing-right-tokens", "open-question-repair"),
        remark="This is the article's own setting. The pairwise form lacks the term $(q_1 - q_0) \\nabla p$ of "
        "$\\nabla J$, which credits a right first token with its effect on the second.",
        examples=(
            Example(
                "Two tokens: the first is right with probability 1/2, the second with 3/4 after a right one and with "
                "1/4 after a wrong one.",
                {**AFTER, "y": [1, 1, 1], "r": [[0, 1]] * 3, "π": log_linear(ONE_LOGIT_A_STATE, [1, 3, "1/3"])},
                (
                    (free_running, ("1/4", "3/32", "3/32")),
                    (grad(m.objective), ("3/8", "3/32", "3/32")),
                    (grad(m.objective) - free_running, ("1/8", 0, 0)),
                ),
                m.hypotheses,
                sizes={"T": 2},
            ),
            Example(
                "All logits zero: the mixed derivatives are ±1/16 and 0.",
                {**AFTER, "y": [1, 1, 1], "π": log_linear(ONE_LOGIT_A_STATE, [1, 1, 1])},
                ((grad(free_running), ((0, "1/16", "-1/16"), (0, 0, 0), (0, 0, 0))),),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "open-question-no-integrating-factor",
        says="For two tokens, $G \\cdot (\\nabla \\times G) = p' q_1' q_0'$, the product of the slopes of the "
        "probabilities of a right token. It is never zero, so $G$ is not even a positive multiple of a gradient.",
        lhs=Closed("G · (∇ × G)", "G \\cdot (\\nabla \\times G)", helicity),
        rhs=Closed("p' q₁' q₀'", "p' q_1' q_0'", slopes),
        expected=Rung.EXACT,
        remark="This is Frobenius' theorem: a field in three variables has an integrating factor only where the "
        "expression vanishes. With two parameters there is one: the form of the two states is $p \\nabla q$.",
        source="G. Frobenius, Ueber das Pfaffsche Problem, Journal für die reine und angewandte Mathematik 82 (1877)",
    )
    yield Claim(
        "open-question-pessimal",
        says="If an action pays $r$ at once and costs ten times as much at the next step, $\\nabla J$ is $-9$ times "
        "the pairwise form, so following the pairwise form minimises $J$.",
        lhs=grad(net),
        rhs=-9 * o.expectation(o.reward * o.score),
        given=o.hypotheses,
        examples=(
            Example(
                "As a problem of two steps: the second action pays 1, and its state −10 whatever is done there.",
                PESSIMAL,
                ((G, ("1/4",)), (grad(m.objective), ("-9/4",))),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
    yield Claim(
        "open-question-on-policy-imitation",
        says="Ascending the log-probabilities of the labels in the states that the model itself visits need not be "
        "following a gradient.",
        lhs=grad(imitation),
        rhs=transpose(grad(imitation)),
        given=m.hypotheses,
        expected=Rung.REFUTED,
        repaired_by=("open-question-teacher-forcing-cross-entropy",),
        remark="Training on the model's own states with an expert's labels has no potential in general; training on "
        "gold states has one.",
        examples=(
            Example(
                "Two tokens with one logit each, the second after a right first one, both zero: the mixed derivatives "
                "are 1/8 and 0.",
                {**AFTER, "y": [1, 1, 1], "π": log_linear(ONE_LOGIT_A_STATE[:2], [1, 1])},
                ((imitation, ("1/2", "1/4")), (grad(imitation), (("-1/4", "1/8"), (0, "-1/8")))),
                m.hypotheses,
                sizes={"T": 2},
            ),
        ),
    )
