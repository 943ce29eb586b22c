"""J(θ) written out in SymPy, and SymPy's own derivatives of it."""

import math

import pytest
import sympy
from campaigns import share

from pgsym.errors import InstanceError, TooLarge, UnboundVariable, UndefinedValue
from pgsym.meaning.tables import problem, value
from pgsym.meaning.written_out.exact import exact, parameters, to_sympy
from pgsym.problems import classification
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    Variable,
    absolute,
    exp,
    expect,
    function,
    grad,
    indicator,
    log,
    product_range,
    sum_over,
    sum_range,
)
from pgsym.terms.nodes import lift

m = classification()
TERMS = {
    "objective": m.objective,
    "cross entropy": m.cross_entropy,
    "soft cross entropy": m.soft_cross_entropy,
    "entropy": m.expectation(log(m.policy)),
    "log objective": log(m.objective),
    "quotient": m.objective / m.accuracy,
}
SIZES = {
    "generic": ((1, 2), (2, 2), (2, 3)),
    "softmax": ((1, 2), (2, 2), (2, 3)),
    "sigmoid": ((1, 2), (2, 2)),
    "linear": ((1, 2), (2, 2)),
}


def vanishes(expression):
    return sympy.cancel(sympy.together(expression)) == 0


@pytest.mark.parametrize("name", share(TERMS, 3))
@pytest.mark.parametrize(("policy", "size"), [(p, size) for p, sizes in SIZES.items() for size in sizes])
def test_gradient_is_sympys(name, policy, size):
    """∇J as the evaluator takes it, by jets, against SymPy's `diff` of J written out."""
    how = {"S": size[0], "A": size[1], "policy": policy, "given": m.hypotheses}
    written, gradient = exact(TERMS[name], **how), exact(grad(TERMS[name]), **how)
    theta = parameters(TERMS[name], **how)
    assert gradient.shape == (len(theta), 1)
    assert any(gradient)
    for by, entry in zip(theta, gradient, strict=True):
        assert vanishes(sympy.diff(written, by) - entry)


@pytest.mark.parametrize("policy", SIZES)
def test_second_derivative_is_sympys(policy):
    how = {"S": 1, "A": 2, "policy": policy}
    written, matrix = exact(m.objective, **how), exact(grad(grad(m.objective)), **how)
    theta = parameters(m.objective, **how)
    assert matrix.shape == (len(theta), len(theta))
    for i, x in enumerate(theta):
        for j, y in enumerate(theta):
            assert vanishes(sympy.diff(written, x, y) - matrix[i, j])


def test_a_wrong_derivative_does_not_vanish():
    how = {"S": 1, "A": 2}
    (first, *_) = parameters(m.objective, **how)
    assert not vanishes(sympy.diff(exact(m.objective, **how), first) - exact(grad(m.objective), **how)[1])


def test_objective_as_a_reader_writes_it():
    written = exact(m.objective, S=2, A=2, policy="generic")
    theta, d, *r = sympy.symbols("theta D_1 r_11 r_12 r_21 r_22", real=True)
    p, q = (sympy.Function(f"pi_{s}1", real=True)(theta) for s in (1, 2))
    assert sympy.expand(written - d * (r[0] * p + r[1] * (1 - p)) - (1 - d) * (r[2] * q + r[3] * (1 - q))) == 0


@pytest.mark.parametrize("policy", SIZES)
def test_rows_sum_to_one(policy):
    total = exact(sum_over(m.a, of=m.policy), S=1, A=2, policy=policy, at={"s": 0})
    assert sympy.simplify(total) == 1


def test_sigmoid_is_the_probability_of_the_second_action():
    written = exact(m.policy, S=2, A=2, policy="sigmoid", at={"s": 1, "a": 1})
    assert written == 1 / (1 + sympy.exp(-sympy.Symbol("theta_2", real=True)))


def test_linear_logits_are_features_times_parameters():
    how = {"S": 1, "A": 2, "policy": "linear", "dimension": 3}
    score = exact(grad(log(m.policy)), **how, at={"s": 0, "a": 0})
    features = [[sympy.Symbol(f"phi_{j}1{a}", real=True) for a in (1, 2)] for j in (1, 2, 3)]
    second = exact(m.policy, **how, at={"s": 0, "a": 1})
    for entry, (first, other) in zip(score, features, strict=True):
        assert vanishes(entry - second * (first - other))


def test_numbers_agree_with_the_same_tables():
    """The softmax of θ = log π at the tables of a problem."""
    tables = {"D": [0.25, 0.75], "π": [[0.2, 0.8], [0.6, 0.4]], "r": [[1.0, -2.0], [0.5, 3.0]]}
    instance = problem(tables, [m.objective], m.hypotheses)
    values = {f"D_{s + 1}": x for s, x in enumerate(tables["D"])}
    for s in (0, 1):
        for a in (0, 1):
            values[f"theta_{s + 1}{a + 1}"] = math.log(tables["π"][s][a])
            values[f"r_{s + 1}{a + 1}"] = tables["r"][s][a]
    for term in (m.objective, grad(m.objective)):
        written = sympy.Matrix([exact(term, S=2, A=2)])
        expected = value(term, instance)
        at = {x: values[x.name] for x in written.free_symbols}
        assert [float(x) for x in written.subs(at)] == pytest.approx(
            expected if isinstance(expected, tuple) else [expected]
        )


def test_labels_are_the_callers():
    pi = [sympy.Symbol(f"theta_1{a}", real=True) for a in (1, 2, 3)]
    written = exact(m.accuracy, S=1, A=3, labels={"y": [2]})
    assert sympy.simplify(written - sympy.exp(pi[2]) / sum(map(sympy.exp, pi))) == 0
    with pytest.raises(InstanceError, match=r"^y\[0\] = 3 is out of range"):
        exact(m.accuracy, S=1, A=3, labels={"y": [3]})
    with pytest.raises(InstanceError, match=r"^y has shape \(2,\), but the sizes say \(1,\)$"):
        exact(m.accuracy, S=1, A=3, labels={"y": [0, 1]})


def test_logits_of_a_defined_softmax_are_the_parameters():
    written = exact(m.policy, S=1, A=2, given=(*m.hypotheses, m.softmax), at={"s": 0, "a": 0})
    assert written == exact(m.policy, S=1, A=2, at={"s": 0, "a": 0})


def test_what_no_hypothesis_frees_is_a_function_of_theta():
    given = [h for h in m.hypotheses if h.symbol.name != "r"]
    gradient = exact(grad(m.objective), S=1, A=2, policy="generic", given=given)
    assert gradient[0].has(
        sympy.Derivative(sympy.Function("r_11", real=True)(*parameters(m.objective, S=1, A=2, policy="generic")))
    )


def test_several_parameters():
    old = Variable("θ'", PARAMETER)
    ratio = m.policy / m.policy.symbol(m.a, m.s, old)
    score = exact(grad(log(ratio), m.theta), S=1, A=2, at={"s": 0, "a": 0})
    assert {x.name for x in score.free_symbols} == {"theta_11", "theta_12"}
    assert {x.name for x in exact(ratio, S=1, A=2, at={"s": 0, "a": 0}).free_symbols} == {
        f"theta{prime}_1{a}" for prime in ("", "prime") for a in (1, 2)
    }


def test_two_policies_have_parameters_of_their_own():
    from pgsym.terms import Symbol

    mu = Symbol("μ", (ACTION, STATE, PARAMETER), outcomes=1)(m.a, m.s, m.theta)
    assert [x.name for x in parameters(m.policy * mu, S=1, A=2)] == [
        "theta_mu_11",
        "theta_mu_12",
        "theta_pi_11",
        "theta_pi_12",
    ]


def test_rounds():
    written = exact(m.over_batches(m.average(m.reward.symbol(m.s_i, m.a_i))), S=1, A=2, N=3, given=m.hypotheses)
    assert vanishes(written - exact(m.objective, S=1, A=2))


def test_names_stay_apart_beyond_nine():
    names = {x.name for x in exact(sum_over(m.a, of=m.reward), S=1, A=11, at={"s": 0}).free_symbols}
    assert names == {f"r_1_{a}" for a in range(1, 12)}


def test_too_long_is_refused_before_it_is_written():
    term = m.over_batches(log(m.average(m.reward.symbol(m.s_i, m.a_i))))
    with pytest.raises(TooLarge, match=r"written out has about 2e\+07 numbers and symbols"):
        exact(term, S=2, A=2, N=10, given=m.hypotheses)


def test_a_long_sum_that_factors_is_not():
    term = m.over_batches(m.average(m.reward.symbol(m.s_i, m.a_i)))
    assert sympy.count_ops(exact(term, S=2, A=2, N=10, given=m.hypotheses)) < 1000


def test_what_is_refused():
    with pytest.raises(InstanceError, match="two actions, not 3"):
        exact(m.objective, S=1, A=3, policy="sigmoid")
    with pytest.raises(InstanceError, match="not 'gaussian'"):
        exact(m.objective, S=1, A=2, policy="gaussian")
    with pytest.raises(InstanceError, match="S = 0 is not a positive integer"):
        exact(m.objective, S=0, A=2)
    with pytest.raises(InstanceError, match="no size for action"):
        exact(m.objective, S=1)
    with pytest.raises(UnboundVariable, match=r"^a \(action\) is free"):
        exact(m.policy, S=1, A=2, at={"s": 0})
    with pytest.raises(UndefinedValue, match="divides by zero"):
        exact(1 / indicator(m.a, m.b), S=1, A=2, at={"a": 0, "b": 1})
    assert exact(1 / indicator(m.a, m.b), S=1, A=2, at={"a": 1, "b": 1}) == 1


class TestToSympy:
    c, i, N = Variable("c"), Variable("i", INDEX), Variable("N", INDEX)
    g = function("g", INDEX)

    def test_algebra(self):
        c = sympy.Symbol("c")
        term = (1 / self.c) * log(self.c) + exp(self.c) ** 2 - absolute(self.c)
        assert sympy.sympify(term) == sympy.log(c) / c + sympy.exp(c) ** 2 - sympy.Abs(c)

    def test_sums_and_products_over_indices(self):
        i, n, g = sympy.Symbol("i"), sympy.Symbol("N"), sympy.Function("g")
        assert to_sympy(sum_range(self.i, 1, self.N, of=self.g(self.i))) == sympy.Sum(g(i), (i, 1, n))
        assert to_sympy(product_range(self.i, 1, self.N, of=self.g(self.i))) == sympy.Product(g(i), (i, 1, n))

    def test_a_reversed_range_is_empty(self):
        """SymPy's Sum(t, (t, 5, 2)) is −7."""
        assert to_sympy(sum_range(self.i, 5, 2, of=self.c)) == 0
        assert to_sympy(product_range(self.i, 5, 2, of=self.c)) == 1

    def test_a_free_variable_is_not_captured(self):
        i_plus = sum_range(self.i, 1, 2, of=self.g(self.i)) * self.g(self.i)
        nested = sum_range(Variable("k", INDEX), 1, 2, of=i_plus)
        assert to_sympy(nested).free_symbols == {sympy.Symbol("i")}

    def test_applied_symbols(self):
        a, s, theta = sympy.symbols("a s theta")
        assert to_sympy(m.policy) == sympy.Function("pi")(a, s, theta)
        assert to_sympy(indicator(m.a, m.b)) == sympy.KroneckerDelta(*sympy.symbols("a b"))

    @pytest.mark.parametrize(
        "term", [m.objective, m.score, sum_over(m.a, of=m.policy), expect(m.reward, (m.a, m.policy_law))]
    )
    def test_what_sympy_cannot_say(self, term):
        with pytest.raises(sympy.SympifyError, match="SymPy cannot express"):
            sympy.sympify(term)


def test_the_logarithm_of_a_square_is_written_as_one() -> None:
    """log r² exists at r = −1, where 2 log r does not."""
    x, y = Variable("x"), Variable("y")
    u, v = sympy.symbols("x y", real=True)
    assert exact(log(x**2)) == sympy.log(u**2)
    assert exact(log(x**2)).subs(u, -1) == 0
    assert exact(log(x * y)).subs({u: -2, v: -3}) == exact(log(x * y)).subs({u: 2, v: 3})
    assert exact(log(x / y)).func is sympy.log
    assert exact(log((x * y) ** 2)).subs({u: -1, v: 1}) == 0
    slope = exact(grad(log(m.policy**2 * x)), S=1, A=2, at={"s": 0, "a": 0}, policy="generic")
    assert not slope.has(sympy.log)


def test_the_logarithm_of_what_is_never_negative_is_written_as_a_sum() -> None:
    product = log(m.policy**2 * Variable("r"))
    assert str(exact(product, S=1, A=2, at={"s": 0, "a": 0}, policy="generic")) == "log(r) + 2*log(pi_11(theta))"
    assert str(exact(log(exp(Variable("x")) * Variable("y")))) == "x + log(y)"


def test_the_logarithm_of_a_number_too_large_to_factor_is_left_as_it_is() -> None:
    large = (2**521 - 1) * (2**607 - 1)
    assert exact(log(lift(large))) == sympy.log(large)
    assert exact(log(lift(72))) == 3 * sympy.log(2) + 2 * sympy.log(3)
