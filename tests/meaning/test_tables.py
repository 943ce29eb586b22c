"""Users' tables: what they are worth, and what is refused."""

from fractions import Fraction

import numpy as np
import pytest

from pgsym.errors import InstanceError, OutsideNumberSystem, UnboundVariable, UndefinedValue
from pgsym.meaning.tables import printed, problem, value
from pgsym.problems import classification, one_step
from pgsym.problems.classification_problem import LABEL_LAW
from pgsym.terms import Positive, ThetaFree, Variable, absolute, exp, grad, log, sum_over

F = Fraction
m = classification()
TABLES = {"D": [F(1, 3), F(2, 3)], "π": [[F(1, 2), F(1, 2)], [F(1, 4), F(3, 4)]], "r": [[1, 2], [3, -4]]}


def changed(**tables):
    return {**TABLES, **tables}


class TestValue:
    def test_objective_is_the_weighted_sum_of_the_rewards(self):
        assert value(m.objective, problem(TABLES, [m.objective], m.hypotheses)) == F(1, 3) * F(3, 2) + F(2, 3) * F(
            -9, 4
        )

    def test_gradient_of_a_positive_policy_is_by_its_logits(self):
        """∂J/∂θ_sa = D(s) π(a | s) (r(s, a) − Σ_b π(b | s) r(s, b)) for a softmax."""
        rng = np.random.default_rng(5)
        D, pi, r = rng.dirichlet([1] * 3), rng.dirichlet([1] * 4, size=3), rng.normal(size=(3, 4))
        instance = problem({"D": D, "π": pi, "r": r}, [m.objective], m.hypotheses)
        expected = D[:, None] * pi * (r - (pi * r).sum(axis=1, keepdims=True))
        np.testing.assert_allclose(value(grad(m.objective), instance), expected.ravel(), rtol=1e-12, atol=1e-15)
        assert instance.coordinates[:2] == ("θ(1,1)", "θ(1,2)")

    def test_gradient_at_a_zero_is_by_the_entries(self):
        tables = changed(π=[[0, 1], [F(1, 2), F(1, 2)]])
        given = [h for h in m.hypotheses if not isinstance(h, Positive)]
        instance = problem(tables, [m.objective], given)
        assert instance.coordinates == ("π(1,1)", "π(2,1)")
        assert value(grad(m.objective), instance) == (F(1, 3) * (1 - 2), F(2, 3) * (3 + 4))

    def test_what_no_hypothesis_frees_moves_too(self):
        instance = problem(TABLES, [m.objective], [ThetaFree(s) for s in (m.state_mass.symbol,)])
        assert instance.coordinates == tuple(f"{x}({s},{a})" for x in ("r", "θ") for s in (1, 2) for a in (1, 2))
        assert value(grad(m.objective), instance)[:4] == (F(1, 6), F(1, 6), F(1, 6), F(1, 2))

    def test_labels_count_from_zero(self):
        tables = {"D": [F(1, 2)] * 2, "π": [[F(1, 8), F(7, 8)], [F(1, 4), F(3, 4)]], "y": [0, 1]}
        assert value(m.accuracy, problem(tables, [m.accuracy])) == F(1, 2) * (F(1, 8) + F(3, 4))

    def test_two_symbols_of_one_name(self):
        terms = [m.soft_cross_entropy, m.cross_entropy]
        tables = {"D": [1], "π": [[0.25, 0.75]], "y(s)": [1], "y(a | s)": [[1.0, 0.0]]}
        instance = problem(tables, terms)
        assert value(terms[0], instance) == -np.log(0.25)
        assert value(terms[1], instance) == -np.log(0.75)
        with pytest.raises(InstanceError, match=r'^y could be "y.*" and "y.*": name the table by the head$'):
            problem({**tables, "y": [1]}, terms)

    def test_the_name_of_a_symbol_in_the_terms_beats_one_in_the_hypotheses(self):
        assert LABEL_LAW in {h.symbol for h in m.hypotheses}
        instance = problem({"D": [1], "π": [[F(1, 4), F(3, 4)]], "y": [1]}, [m.accuracy], m.hypotheses)
        assert value(m.accuracy, instance) == F(3, 4)

    def test_rounds_do_not_change_the_mean(self):
        term = m.over_batches(m.average(m.reward.symbol(m.s_i, m.a_i)))
        instance = problem(TABLES, [term], m.hypotheses, N=3)
        assert value(term, instance) == value(m.objective, instance)

    def test_definitions_need_no_table(self):
        instance = problem(TABLES, [m.joint], m.hypotheses)
        assert value(m.joint, instance, at={"s": 1, "a": 0}) == F(2, 3) * F(1, 4)

    def test_real_variables_are_tables_without_axes(self):
        c = Variable("c")
        assert value(c * c, problem({"c": F(2, 3)}, [c])) == F(4, 9)

    def test_number_systems(self):
        terms = [m.over_states(log(m.policy))]
        tables = {"D": [1], "π": [[F(1, 2), F(1, 2)]]}
        at = {"a": 0}
        assert value(terms[0], problem(tables, terms, numbers="float"), at) == np.log(0.5)
        assert str(value(terms[0], problem(tables, terms, numbers="symbolic"), at)) == "-log(2)"
        assert abs(float(value(terms[0], problem(tables, terms, numbers="ball"), at).mid()) - np.log(0.5)) < 1e-15
        with pytest.raises(OutsideNumberSystem, match="logarithm of a rational"):
            value(terms[0], problem(tables, terms), at)

    def test_logarithmic_tables(self):
        terms = [exp(m.logit)]
        instance = problem({"z": [[3, 5]]}, terms, numbers="symbolic", logarithmic=["z"])
        assert value(terms[0], instance, at={"s": 0, "a": 1}) == 5

    def test_types_are_plain(self):
        floats = problem({"D": [1], "π": [[0.5, 0.5]], "r": [[0, 1]]}, [m.objective], m.hypotheses)
        assert type(value(m.objective, floats)) is float
        assert {type(x) for x in value(grad(m.objective), floats)} == {float}
        assert type(value(m.objective, problem(TABLES, [m.objective]))) is F

    def test_printed(self):
        assert printed(F(1, 2)) == "1/2"
        assert printed((F(1, 2),)) == "1/2"
        assert printed((F(1, 2), "undefined")) == "(1/2, undefined)"


class TestUndefined:
    term = 1 / m.policy

    def test_is_an_error(self):
        with pytest.raises(UndefinedValue, match="divides by zero"):
            value(self.term, problem({"π": [[0, 1]]}, [self.term]), at={"s": 0, "a": 0})

    def test_or_stands_as_asked(self):
        instance = problem({"π": [[0, 1]]}, [self.term])
        assert value(self.term, instance, {"s": 0, "a": 0}, undefined="?") == "?"
        assert value(self.term, instance, {"s": 0, "a": 1}, undefined="?") == 1

    def test_marks_each_coordinate(self):
        term = grad(self.term)
        instance = problem({"π": [[0, 1], [F(1, 2), F(1, 2)]]}, [term])
        assert value(term, instance, {"s": 0, "a": 0}, undefined="?") == ("?", "?")


class TestFreeVariables:
    def test_without_a_place(self):
        with pytest.raises(UnboundVariable, match=r"^a \(action\) is free"):
            value(m.policy, problem(TABLES, [m.objective]), at={"s": 0})

    def test_out_of_range(self):
        with pytest.raises(InstanceError, match=r"^a = 2 is no action: actions count from 0 to 1$"):
            value(m.policy, problem(TABLES, [m.objective]), at={"s": 0, "a": 2})


def without(name):
    return {k: t for k, t in TABLES.items() if k != name}


REFUSED = {
    "negative": (changed(π=[[F(-1, 2), F(3, 2)], [1, 0]]), "π[0][0] = -1/2 is negative: a probability is at least 0"),
    "row above one": (changed(π=[[F(1, 2)] * 2, [F(1, 2), F(3, 5)]]), "π[1] sums to 11/10, which is 1/10 more than 1"),
    "row below one": (changed(D=[F(1, 3), F(1, 3)]), "D sums to 2/3, which is 1/3 less than 1"),
    "float row": (changed(D=[0.1, 0.8]), "D sums to 0.9, which is 0.1 less than 1"),
    "exact row off by little": (
        changed(D=[F(1, 3), F(2, 3) + F(1, 10**6)]),
        "D sums to 1000001/1000000, which is 1/1000000 more than 1",
    ),
    "nan": (changed(r=[[1, float("nan")], [0, 0]]), "r[0][1] is nan: every entry must be finite"),
    "infinite": (changed(r=np.array([[1, 2], [-np.inf, 0]])), "r[1][0] is -inf: every entry must be finite"),
    "no number": (changed(r=[[1, "two"], [0, 0]]), "r[0][1] = 'two' is not a number"),
    "complex": (changed(r=[[1, 2j], [0, 0]]), "r[0][1] = 2j is not a number"),
    "ragged": (changed(r=[[1, 2], [3]]), "r is ragged: r[1] has shape (1,), r[0] has shape (2,)"),
    "empty": (changed(r=[[], []]), "r[0] is empty"),
    "too few axes": (changed(π=[F(1, 2), F(1, 2)]), "π has 1 axes, but π[s][a] has 2"),
    "sizes disagree": (changed(r=[[1, 2, 3], [4, 5, 6]]), "r has shape (2, 3), so |A| = 3, but π says |A| = 2"),
    "missing": (without("π"), "no table for π[s][a], which occurs in the terms"),
    "misspelt": ({**without("π"), "pi": [[1]]}, "the terms have no symbol pi: did you mean π?"),
    "unknown": (changed(gamma=1), "the terms have no symbol gamma: their symbols are D, r, π, y"),
    "defined": (changed(P=[[1]]), "P needs no table: it is defined by P_θ(s, a) = D(s) π_θ(a | s)"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_in_one_line(case):
    tables, message = REFUSED[case]
    with pytest.raises(InstanceError) as caught:
        problem(tables, [m.objective], m.hypotheses)
    assert str(caught.value) == message


def test_zero_against_a_hypothesis():
    with pytest.raises(InstanceError, match=r"^π\[1\]\[0\] = 0 contradicts the hypothesis π > 0 everywhere: "):
        problem(changed(π=[[F(1, 2), F(1, 2)], [0, 1]]), [m.objective], [Positive(m.policy.symbol)])


@pytest.mark.parametrize(
    ("label", "message"),
    [
        (2, "y[1] = 2 is out of range: actions count from 0 to 1"),
        (-1, "y[1] = -1 is out of range: actions count from 0 to 1"),
        (1.0, "y[1] = 1.0 is no action: actions are ints from 0 to 1"),
        (True, "y[1] = True is no action: actions are ints from 0 to 1"),
    ],
)
def test_labels_refused(label, message):
    with pytest.raises(InstanceError) as caught:
        problem({"D": TABLES["D"], "π": TABLES["π"], "y": [0, label]}, [m.accuracy])
    assert str(caught.value) == message


def test_labels_need_the_number_of_actions():
    terms = [log(sum_over(m.s, of=1 + m.is_right * 0))]
    with pytest.raises(InstanceError, match=r"^y has actions as entries, but no table .*: pass A=$"):
        problem({"y": [0]}, [sum_over(m.a, of=t) for t in terms])
    assert problem({"y": [0]}, [sum_over(m.a, of=t) for t in terms], A=2).sizes


def test_floats_are_no_fractions():
    with pytest.raises(InstanceError, match=r'^D\[0\] = 0.5 is a float: give a fraction such as Fraction\("0.5"\)'):
        problem(changed(D=[0.5, 0.5]), [m.objective], numbers="rational")


def test_floats_may_be_off_by_rounding():
    tenths = [0.1] * 10
    assert sum(tenths) != 1
    problem({"D": [1.0], "π": [tenths], "r": [[0] * 10]}, [m.objective])


def test_rounds_are_needed():
    term = one_step().over_batches(m.average(m.reward.symbol(m.s_i, m.a_i)))
    with pytest.raises(InstanceError, match=r"^N has no value: pass N=1, or any positive integer$"):
        problem(TABLES, [term], m.hypotheses)
    with pytest.raises(InstanceError, match=r"^N = 0 is not a positive integer$"):
        problem(TABLES, [term], m.hypotheses, N=0)


def test_numbers_by_name():
    with pytest.raises(InstanceError, match=r"not 'decimal'$"):
        problem(TABLES, [m.objective], numbers="decimal")


def test_absolute_values_of_fractions():
    term = m.expectation(absolute(m.reward))
    assert value(term, problem(TABLES, [term])) == F(1, 3) * F(3, 2) + F(2, 3) * F(15, 4)
