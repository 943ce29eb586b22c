"""Every rule: what it makes, that it is sound on random terms, that its conditions bite, and what it refuses."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from fractions import Fraction

import pytest
from campaigns import share
from random_terms import GIVEN, F, G, Writer
from time_cases import TIME_CASES, TIME_REFUSALS

from pgsym import rules
from pgsym.claims import catalogue
from pgsym.decide import Rung, decide
from pgsym.errors import PgsymError, RuleDoesNotApply, SortError
from pgsym.kernel import OWN, Lemma
from pgsym.problems import classification, trajectories
from pgsym.problems.classification_problem import LABEL_LAW, LOGIT
from pgsym.problems.one_step_problem import ACTION_OF, POLICY, STATE_OF
from pgsym.problems.trajectory import TRAJECTORY_LAW
from pgsym.rules.base import Rule
from pgsym.terms import (
    ACTION,
    INDEX,
    PARAMETER,
    STATE,
    TRAJECTORY,
    Before,
    Collective,
    Definition,
    Number,
    Positive,
    Rounds,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    absolute,
    covariance,
    exp,
    expect,
    given,
    grad,
    indicator,
    log,
    outer,
    product_range,
    sum_over,
    sum_range,
    variance,
)
from pgsym.terms.hypotheses import Hypothesis
from pgsym.terms.places import Place

m = classification()
s, a, b, i, j = m.s, m.a, m.b, m.i, Variable("j", INDEX)
N, X = m.N, Variable("x")
ROUNDS = 8
SIZES = [{"S": 1, "A": 2, "N": 2, "T": 3}, {"S": 2, "A": 3, "N": 1, "T": 2}, {"S": 2, "A": 2, "N": 1, "T": 1}]
Case = Callable[[Term], tuple[Rule, Term, tuple[Place, ...] | tuple[()]]]


def plain(rule: Rule, term: Term) -> tuple[Rule, Term, tuple[()]]:
    return rule, term, ()


def in_rounds(rule: Rule, term: Term) -> tuple[Rule, Term, tuple]:  # type: ignore[type-arg]
    """The term within Σ_{i=1}^N."""
    from pgsym.terms.nodes import Range, lift

    return rule, term, ((i, Range(lift(1), N)),)


def in_two_rounds(rule: Rule, term: Term) -> tuple[Rule, Term, tuple]:  # type: ignore[type-arg]
    """The term within Σ_{i=1}^N Σ_{j=1}^{i−1}."""
    from pgsym.terms.nodes import Range, lift

    return rule, term, ((i, Range(lift(1), N)), (j, Range(lift(1), i - 1)))


f_i = F(m.s_i, m.a_i)
f_j = F(STATE_OF(m.batch, j), ACTION_OF(m.batch, j))
ratio = grad(m.policy) / m.policy
OLD = Variable("θ'", PARAMETER)
OTHERS = sum_over(b, of=1) - 1
TARGET = Symbol("q", (ACTION, STATE), outcomes=1)
tilted = Definition.of(TARGET(a, s), m.label_mass * exp(F(s, a)) / expect(exp(F(s, a)), (a, m.label_law)))
uniform = Definition.of(TARGET(a, s), 1 / sum_over(b, of=1))
OF_TRAJECTORIES = Symbol("q", (TRAJECTORY, PARAMETER), outcomes=1)
walk = trajectories()
mass_then = TRAJECTORY_LAW(walk.tau, OLD)
walked = Definition.of(
    OF_TRAJECTORIES(walk.tau, OLD),
    mass_then * walk.total_reward**2 / expect(walk.total_reward**2, (walk.tau, TRAJECTORY_LAW.law(OLD))),
)
CASES: dict[str, Callable[[Term], tuple[Rule, Term, tuple]]] = {  # type: ignore[type-arg]
    "WriteExpectationAsSum": lambda t: plain(rules.WriteExpectationAsSum(), expect(t * m.score, (a, m.policy_law))),
    "WriteExpectationAsSum/joint": lambda t: plain(rules.WriteExpectationAsSum(m.on_policy), m.expectation(t)),
    "ReadSumAsExpectation": lambda t: plain(
        rules.ReadSumAsExpectation(), sum_over(s, a, of=m.state_mass * t * m.policy * m.score)
    ),
    "ConditionalExpectation": lambda t: plain(
        rules.ConditionalExpectation(), expect(t * m.score, (a, given(m.policy_law, a, m.is_right)))
    ),
    "ExpectationOfConstant": lambda t: plain(rules.ExpectationOfConstant(), expect(G(s) + 2, (a, m.policy_law))),
    "OneRoundOfMany": lambda t: in_rounds(rules.OneRoundOfMany(m.independent_rounds, s, a), m.over_batches(f_i * f_i)),
    "TwoRoundsOfMany": lambda t: in_two_rounds(
        rules.TwoRoundsOfMany(m.independent_rounds, s, a), m.over_batches(f_i * G(s) * f_j * f_i)
    ),
    "PullOutConstant": lambda t: plain(rules.PullOutConstant(), sum_over(a, of=G(s) * t * F(s, a))),
    "PullOutConstant/only": lambda t: plain(
        rules.PullOutConstant(G(s)), sum_over(a, of=G(s) * t * F(s, a) * G(s) * m.state_mass)
    ),
    "DistributeOverAddition": lambda t: plain(
        rules.DistributeOverAddition(), expect(t + F(s, a), (a, m.policy_law))
    ),
    "ExchangeWithSum": lambda t: plain(rules.ExchangeWithSum(), m.over_batches(sum_range(i, 1, N, of=f_i))),
    "SumOfEqualTerms": lambda t: plain(rules.SumOfEqualTerms(), sum_range(i, 1, N, of=t)),
    "MoveGradientInside": lambda t: plain(
        rules.MoveGradientInside(), grad(sum_over(a, of=F(s, a) * m.policy * G(s)), m.theta)
    ),
    "GradientOfConstant": lambda t: plain(rules.GradientOfConstant(), grad(F(s, a) * G(s), m.theta)),
    "ProductRule": lambda t: plain(rules.ProductRule(), grad(t * m.policy * F(s, a), m.theta)),
    "MultiplyByOne": lambda t: plain(rules.MultiplyByOne(), grad(m.policy * m.policy)),
    "LogDerivative": lambda t: plain(rules.LogDerivative(), ratio),
    "DifferentiateLog": lambda t: plain(rules.DifferentiateLog(), grad(log(m.policy * m.label_mass), m.theta)),
    "DifferentiateExp": lambda t: plain(rules.DifferentiateExp(), grad(exp(m.logit), m.theta)),
    "DifferentiatePower": lambda t: plain(rules.DifferentiatePower(), grad((1 - m.policy) ** 3)),
    "DifferentiatePower/square": lambda t: plain(rules.DifferentiatePower(), grad(m.policy**2)),
    "DifferentiatePower/index": lambda t: in_rounds(rules.DifferentiatePower(), grad((1 - m.policy) ** i, m.theta)),
    "GeometricSum": lambda t: plain(
        rules.GeometricSum(), t * (1 - m.policy) * sum_range(i, 1, N, of=m.policy ** (i - 1))
    ),
    "GeometricSum/complement": lambda t: plain(
        rules.GeometricSum(), sum_range(i, 1, N, of=(1 - G(s)) ** (i - 1)) * G(s)
    ),
    "Unfold": lambda t: plain(rules.Unfold(m.on_policy), m.joint),
    "TotalProbability": lambda t: plain(rules.TotalProbability(), sum_over(a, of=m.policy)),
    "Sift": lambda t: plain(rules.Sift(), sum_over(a, of=F(s, a) * indicator(a, m.label) * log(m.policy))),
    "Sift/expectation": lambda t: plain(rules.Sift(), expect(m.is_right * F(s, a) * m.score, (a, m.policy_law))),
    "InsertIndicator": lambda t: plain(
        rules.InsertIndicator(b, m.label, F(s, b)), F(s, m.label)
    ),
    "UseIndicator": lambda t: plain(rules.UseIndicator(), m.is_right * F(s, a) * log(m.policy)),
    "UseComplement": lambda t: plain(rules.UseComplement(), (1 - m.is_right) * (F(s, a) + m.is_right)),
    "IndicatorOfSame": lambda t: plain(rules.IndicatorOfSame(), indicator(m.label, m.label)),
    "IndicatorPower": lambda t: plain(rules.IndicatorPower(), m.is_right**3),
    "SplitSumAt": lambda t: plain(rules.SplitSumAt(m.label), sum_over(a, of=F(s, a) / m.policy)),
    "AbsoluteProbability": lambda t: plain(rules.AbsoluteProbability(), absolute(m.policy)),
    "AbsoluteProbability/complement": lambda t: plain(rules.AbsoluteProbability(), absolute(m.policy - 1)),
    "ExpandLog": lambda t: plain(rules.ExpandLog(), log(m.policy * m.label_mass)),
    "ExpandLog/fraction": lambda t: plain(rules.ExpandLog(), log(m.policy / m.label_mass)),
    "ExpandLog/power": lambda t: plain(rules.ExpandLog(), log(m.policy**3)),
    "ExpandLog/real number": lambda t: plain(rules.ExpandLog(), log(m.policy / X)),
    "ExpandLog/exponential": lambda t: plain(rules.ExpandLog(), log(exp(m.logit))),
    "ExpandLogRatio": lambda t: plain(
        rules.ExpandLogRatio(tilted), expect(log(TARGET(a, s) / m.label_mass), (a, TARGET.law(s)))
    ),
    "ExpandLogRatio/trajectories": lambda t: plain(
        rules.ExpandLogRatio(walked, walk.factorisation),
        expect(log(OF_TRAJECTORIES(walk.tau, OLD) / walk.mass), (walk.tau, OF_TRAJECTORIES.law(OLD))),
    ),
    "ChangeMeasure": lambda t: plain(
        rules.ChangeMeasure(tilted), expect(t * log(m.label_mass), (a, TARGET.law(s)))
    ),
    "ChangeMeasure/trajectories": lambda t: plain(
        rules.ChangeMeasure(walked, walk.factorisation),
        expect(t * grad(log(walk.mass)), (walk.tau, OF_TRAJECTORIES.law(OLD))),
    ),
    "CancelFraction": lambda t: plain(rules.CancelFraction(), m.policy * (t / m.policy) * F(s, a)),
    "Rearrange": lambda t: plain(rules.Rearrange(t * F(s, a) + t * 2), t * (F(s, a) + 2)),
    "Rearrange/fraction": lambda t: plain(rules.Rearrange(t + 1), (t * m.policy + m.policy) / m.policy),
    "Rearrange/number of the others": lambda t: plain(
        rules.Rearrange(t - t / OTHERS), t * (OTHERS - 1) / OTHERS
    ),
    "QuotientRule": lambda t: plain(rules.QuotientRule(), grad(t * m.policy / m.policy, m.theta)),
    "QuotientRule/gradient": lambda t: plain(rules.QuotientRule(), grad(grad(m.policy) / m.policy)),
    "MergeProducts": lambda t: plain(
        rules.MergeProducts(),
        product_range(i, 1, N, of=i * F(s, a)) * t * product_range(i, 1, N, of=G(s) * m.policy),
    ),
    "WriteMoment": lambda t: plain(rules.WriteMoment(), variance(t * m.reward, (a, m.policy_law))),
    "WriteMoment/covariance": lambda t: plain(
        rules.WriteMoment(), covariance(t * m.score, m.score, (s, m.state_law), (a, m.policy_law))
    ),
    "ReadMoment": lambda t: plain(
        rules.ReadMoment(variance(t, (a, m.policy_law))),
        expect(t**2, (a, m.policy_law)) + t - expect(t, (a, m.policy_law)) ** 2,
    ),
    "MeanOfSquare": lambda t: plain(rules.MeanOfSquare(), m.expectation(t**2)),
    "ScalarsOutOfOuter": lambda t: plain(rules.ScalarsOutOfOuter(), outer(t * m.score, F(s, a) * m.score)),
    "Backwards": lambda t: plain(
        rules.Backwards(rules.Unfold(m.on_policy), m.joint), m.state_mass * m.policy
    ),
    "Release": lambda t: plain(rules.Release(OLD, m.theta), sum_over(a, of=t * POLICY(a, s, OLD) * m.score)),
    "Lemma": lambda t: plain(Lemma(catalogue.theorem("cross-entropy-gradient")), -grad(m.cross_entropy)),
    **TIME_CASES,
}  # fmt: skip


def rewritten(case: str, seed: int) -> tuple[Rule, Term, Term, frozenset]:  # type: ignore[type-arg]
    """A rule applied to its pattern around a random polynomial body."""
    body = polynomial(random.Random(seed))
    rule, term, opened = CASES[case](body)
    made = rule.rewrite(Place((), term, opened))
    return rule, term, made.result, made.needs


def polynomial(rng: random.Random) -> Term:
    """A random term that is defined everywhere."""
    writer = Writer(rng)
    out = writer.leaf()
    for _ in range(2):
        out = out * writer.leaf() if rng.random() < 0.5 else out + writer.leaf()
    return out


@pytest.mark.parametrize("case", share(CASES, 3))
def test_rule_is_sound(case: str) -> None:
    """Under exactly what it says it needs, the result is decided equal, and it is another term."""
    for seed in range(ROUNDS):
        rule, before, after, needs = rewritten(case, seed)
        assert after != before
        given_here = (m.independent_rounds, *with_laws(needs))
        if case in BATCHES and before != after:
            from pgsym.terms.structure import free

            if j in free(before):
                before, after = sum_range(j, 1, i - 1, of=before), sum_range(j, 1, i - 1, of=after)
            if i in free(before):  # within Σ_i, as in a derivation
                before, after = sum_range(i, 1, N, of=before), sum_range(i, 1, N, of=after)
        verdict = decide(before, after, given_here, SIZES)
        assert verdict.rung is Rung.DECIDED, f"{rule}: {verdict}"


BATCHES = ("OneRoundOfMany", "TwoRoundsOfMany", "ExchangeWithSum", "DifferentiatePower/index")
LAWS = frozenset({trajectories().factorisation, trajectories().histories})


def with_laws(needs: Iterable[Hypothesis], without: Hypothesis | None = None) -> list[Hypothesis]:
    """What is needed, and what the laws of trajectories are where nothing says so."""
    needs = list(needs)
    defined = {h.symbol for h in needs if isinstance(h, Definition)}
    return [*needs, *(law for law in LAWS if law.symbol not in defined and law != without)]


HOLDS_WITHOUT = {
    # undefined on both sides at the same places, or nowhere seen: the need is for the line, not for its value
    ("Sift", "π > 0 everywhere"),
    ("UseIndicator", "π > 0 everywhere"),
    ("SplitSumAt", "π > 0 everywhere"),
    ("LogDerivative", "π > 0 everywhere"),
    ("DifferentiateLog", "π > 0 everywhere"),
    ("DifferentiateLog", "y > 0 everywhere"),
    ("QuotientRule", "π > 0 everywhere"),
    ("ExpandLog", "π > 0 everywhere"),
    ("ExpandLog", "y > 0 everywhere"),
    ("ExpandLog", "x > 0"),
    ("ChangeMeasure", "π > 0 everywhere"),
    ("ExpandLogRatio", "π > 0 everywhere"),
    ("ExpandLogRatio", str(tilted)),
    ("ConditionalExpectation", "π > 0 everywhere"),
    ("Lemma", "D does not depend on θ"),
    ("Tower", "π > 0 everywhere"),
    # with one action alone there are no others, and both sides divide by zero
    ("Rearrange", "|A| ≥ 2"),
}


@pytest.mark.parametrize("case", share(CASES, 2))
def test_conditions_have_teeth(case: str) -> None:
    """Without any one of its needs the rewrite is refuted; where it is not, that is known."""
    rule, before, after, needs = rewritten(case, 1)
    for need in needs:
        if isinstance(need, Definition) and isinstance(need.symbol.arguments[0], Collective):
            continue  # without the law of batches or trajectories the line says nothing
        rest = with_laws([n for n in needs if n != need], without=need)
        try:
            verdict = decide(before, after, rest, SIZES)
        except SortError:
            assert isinstance(need, Before)  # the result speaks of a step that its history does not have
            continue
        if (type(rule).__name__, str(need)) not in HOLDS_WITHOUT:
            means_nothing_at_some_times = isinstance(need, Before) and "is left out" in str(verdict)
            assert verdict.rung is Rung.REFUTED or means_nothing_at_some_times, f"{rule} without: {need}"


REFUSALS: list[tuple[Rule, Term, str]] = [
    (rules.WriteExpectationAsSum(), expect(F(s, a) / (m.reward - 1), (a, m.policy_law)), "could be undefined"),
    (rules.WriteExpectationAsSum(m.on_policy), m.expectation(1, m.label_law), "is not the joint law"),
    (rules.WriteExpectationAsSum(m.on_policy), m.over_states(G(s)), "two draws"),
    (rules.ReadSumAsExpectation(), sum_over(a, of=F(s, a)), "no factor is the probability of a"),
    (rules.ReadSumAsExpectation(), sum_over(s, of=POLICY(a, s, m.theta)), "no factor is the probability of s"),
    (rules.ConditionalExpectation(), expect(m.score, (a, m.policy_law)), "not a conditional expectation"),
    (rules.ConditionalExpectation(), expect(1 / (X - 1), (a, given(m.policy_law, a, m.is_right))), "undefined"),
    (rules.ExpectationOfConstant(), expect(F(s, a), (a, m.policy_law)), "depends on a"),
    (rules.OneRoundOfMany(m.independent_rounds, s, a), m.over_batches(f_i), "does not run over the rounds"),
    (rules.TwoRoundsOfMany(m.independent_rounds, s, a), m.over_batches(f_i), "it mentions 1 rounds"),
    (rules.TwoRoundsOfMany(m.independent_rounds, s, a), m.over_batches(f_i * f_j), "not known to be among"),
    (rules.PullOutConstant(), sum_over(a, of=F(s, a)), "each depends on a"),
    (rules.PullOutConstant(N), sum_over(a, of=G(s) * F(s, a)), "each depends on a"),
    (rules.PullOutConstant(), sum_over(a, of=G(s)), "no factor would stay inside"),
    (rules.DistributeOverAddition(), sum_over(a, of=F(s, a)), "not the sum or expectation of a sum"),
    (rules.ExchangeWithSum(), m.over_batches(f_i), "not the sum or expectation of a sum over a fixed range"),
    (rules.SumOfEqualTerms(), sum_range(i, 1, N, of=f_i), "depends on i"),
    (rules.MoveGradientInside(), grad(expect(m.reward, (a, m.policy_law))), "θ is everywhere"),
    (rules.GradientOfConstant(), grad(m.policy), "depends on θ"),
    (rules.ProductRule(), grad(m.policy), "not the gradient of a product"),
    (rules.MultiplyByOne(), grad(F(s, a) - 1, m.theta), "may be zero"),
    (rules.LogDerivative(), grad(m.policy) / m.label_mass, "not a gradient divided by the term"),
    (rules.LogDerivative(), grad(F(s, a) - 1, m.theta) / (F(s, a) - 1), "needs it to be positive"),
    (rules.DifferentiateLog(), grad(log(m.policy - 1), m.theta), "needs it to be positive"),
    (rules.DifferentiateExp(), grad(m.policy), "not the gradient of an exponential"),
    (rules.DifferentiatePower(), grad(m.policy**i, m.theta), "not known to be at least one"),
    (rules.DifferentiatePower(), grad(m.policy), "not the gradient of a power"),
    (rules.GeometricSum(), sum_range(i, 1, N, of=G(s) ** (i - 1)), "not 1 − x times"),
    (rules.GeometricSum(), (1 + G(s)) * sum_range(i, 1, N, of=G(s) ** (i - 1)), "not 1 − x times"),
    (rules.GeometricSum(), (1 - G(s)) * sum_range(i, 1, N, of=G(s) ** i), "not 1 − x times"),
    (rules.GeometricSum(), (1 - G(s)) * sum_range(i, 2, N, of=G(s) ** (i - 1)), "not 1 − x times"),
    (rules.TotalProbability(), sum_over(s, of=m.policy), "not the sum of a law's probabilities"),
    (rules.Unfold(m.on_policy), m.policy, "it is not P_θ(s, a)"),
    (rules.Sift(), sum_over(a, of=F(s, a)), "no factor is an indicator 1{a = c}"),
    (rules.Sift(), sum_over(a, of=m.is_right * (G(s) / (F(s, a) - 1))), "could be undefined"),
    (rules.InsertIndicator(b, m.label, F(s, b)), F(s, a), "it is not f(s, b) at b = y(s)"),
    (rules.UseIndicator(), m.is_right * G(s), "no factor is an indicator of a variable"),
    (rules.UseComplement(), m.is_right * G(s), "no factor is one minus an indicator"),
    (rules.IndicatorOfSame(), m.is_right, "its two sides are not the same term"),
    (rules.IndicatorPower(), m.policy**2, "not a power of an indicator"),
    (rules.IndicatorPower(), m.is_right**0, "not a power of an indicator"),
    (rules.SplitSumAt(s), sum_over(a, of=F(s, a)), "not a sum over the sort of s"),
    (rules.AbsoluteProbability(), absolute(F(s, a)), "of a probability p"),
    (rules.ExpandLog(), log(F(s, a) - 2), "does not show that it is positive"),
    (rules.ExpandLog(), log(m.policy), "not the logarithm of a product"),
    (rules.ExpandLogRatio(), expect(log(m.policy), (a, m.policy_law)), "not the mean of log(q(x)/p(x))"),
    (rules.ExpandLogRatio(), expect(log(m.label_mass / m.policy), (a, m.policy_law)), "not the mean of"),
    (rules.ExpandLogRatio(), expect(log(m.policy / (F(s, a) - 1)), (a, m.policy_law)), "may vanish where"),
    (rules.ChangeMeasure(tilted), expect(F(s, a) / (m.reward - 1), (a, TARGET.law(s))), "could be undefined where"),
    (rules.ChangeMeasure(uniform), expect(F(s, a), (a, TARGET.law(s))), "no factor that is a probability of a"),
    (rules.ChangeMeasure(tilted), expect(F(s, a), (a, m.policy_law)), "not a mean under q"),
    (rules.CancelFraction(), (F(s, a) - 1) * (G(s) / (F(s, a) - 1)), "may be zero"),
    (rules.Rearrange(F(s, a)), F(s, a), "it already has this form"),
    (rules.Rearrange(2 * F(s, a)), 3 * F(s, a), "algebra alone does not turn it into"),
    (rules.Rearrange(Number(Fraction(1))), (F(s, a) - 1) / (F(s, a) - 1), "may be zero"),
    (rules.Backwards(rules.Unfold(m.on_policy), m.joint), m.policy, "instead"),
    (rules.Release(OLD, m.theta), m.policy, "does not mention θ'"),
    (rules.Release(OLD, m.theta), grad(POLICY(a, s, OLD) * m.policy, m.theta), "held fixed under"),
    (rules.QuotientRule(), grad(m.policy / (m.reward - 1)), "may be zero"),
    (rules.QuotientRule(), grad(m.policy), "not the gradient of a fraction"),
    (rules.MergeProducts(), product_range(i, 1, N, of=F(s, a)) * product_range(i, 2, N, of=G(s)), "the same range"),
    (rules.WriteMoment(), m.objective, "neither a variance nor a covariance"),
    (rules.ReadMoment(variance(m.reward, (a, m.policy_law))), m.reward + 1, "it has no summand"),
    (rules.ReadMoment(variance(m.reward, (a, m.policy_law))), m.reward, "not a sum"),
    (rules.ReadMoment(m.reward), m.reward + 1, "neither a variance nor a covariance"),
    (rules.MeanOfSquare(), m.expectation(m.reward**3), "not the mean of a square"),
    (Lemma(catalogue.theorem("cross-entropy-gradient")), grad(m.objective), "no instance of"),
    (rules.ScalarsOutOfOuter(), outer(m.score, m.score), "neither gradient has a numerical factor"),
    *TIME_REFUSALS,
]


@pytest.mark.parametrize(
    ("rule", "term", "words"), REFUSALS, ids=lambda x: type(x).__name__ if isinstance(x, Rule) else ""
)
def test_refusal_names_the_rule_and_the_reason(rule: Rule, term: Term, words: str) -> None:
    with pytest.raises(RuleDoesNotApply) as refused:
        rule.rewrite(Place((), term, ()))
    assert words in str(refused.value)
    assert str(refused.value).startswith(type(rule).__name__)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("rule", "term"),
    [
        (rules.ExpandLogRatio(), expect(log(m.policy / m.label_mass), (a, m.policy_law))),
        (rules.ChangeMeasure(tilted), expect(F(s, a), (a, TARGET.law(s)))),
    ],
    ids=lambda x: type(x).__name__,
)
def test_a_support_that_may_move_is_refused_under_a_gradient(rule: Rule, term: Term) -> None:
    with pytest.raises(RuleDoesNotApply, match="∇"):
        rule.rewrite(Place((), term, (), (m.theta,)))


def test_dividing_by_the_number_of_the_other_rounds_needs_two() -> None:
    made = rules.Rearrange(X - X / (N - 1)).rewrite(Place((), X * (N - 2) / (N - 1), ()))
    assert made.needs == {Rounds(N, 2)}


def test_rounds_are_kept_apart_and_among_all() -> None:
    """E[f(s_i, a_i) g(s_j, a_j)] needs i ≠ j in 1, …, N, and a factor for each."""
    from pgsym.terms.nodes import Range, lift

    rule, every = rules.TwoRoundsOfMany(m.independent_rounds, s, a), (i, Range(lift(1), N))
    for body, others, reason in (
        (f_i * f_j, Range(lift(1), i), "not known to be different"),
        (f_i * f_j, Range(lift(0), i - 1), "not known to be among the rounds"),
        (f_i * f_j, Range(i + 1, N + 1), "not known to be among the rounds"),
        (exp(f_i * f_j), Range(i + 1, N), "mentions both rounds"),
    ):
        with pytest.raises(RuleDoesNotApply, match=reason):
            rule.rewrite(Place((), m.over_batches(body), (every, (j, others))))
    later = rule.rewrite(Place((), m.over_batches(f_i * f_j), (every, (j, Range(i + 1, N)))))
    assert later.result == m.expectation(F(s, a)) * m.expectation(F(s, a))
    assert later.needs == {m.independent_rounds}


@pytest.mark.parametrize("case", CASES)
def test_rule_refuses_what_is_not_of_its_form(case: str) -> None:
    rule, *_ = CASES[case](m.reward)
    for other in (LOGIT(s, a, m.theta), Number(Fraction(7)), LABEL_LAW(b, Variable("q", STATE))):
        with pytest.raises(RuleDoesNotApply):
            rule.rewrite(Place((), other, ()))


def test_every_rule_is_here_with_schema_source_and_title() -> None:
    assert {c.partition("/")[0] for c in CASES} == set(OWN), "each rule has a case in CASES"
    assert {type(rule).__name__ for rule, *_ in REFUSALS} == set(OWN), "each rule refuses a term in REFUSALS"
    in_the_package = {kind.__name__ for kind in Rule.__subclasses__() if kind.__module__.startswith("pgsym.")}
    assert in_the_package == set(OWN), "each rule is exported in pgsym/rules/__init__.py"
    for name, rule in OWN.items():
        assert "→" in rule.schema(), name
        assert rule.source, name
        assert "Refuses" in (rule.__doc__ or ""), name
    assert rules.WriteExpectationAsSum().title == "Write expectation as sum"


def test_rules_shadow_no_names() -> None:
    """A rule opens binders under names that are free at its place."""
    inner = sum_over(Variable("s", STATE), of=F(Variable("s", STATE), a))
    made = rules.PullOutConstant().rewrite(Place((), sum_over(a, of=G(s) * inner), ((s, m.state_law),)))
    assert decide(sum_over(a, of=G(s) * inner), made.result).is_true


def test_all_refusals_are_one_family_of_errors() -> None:
    assert issubclass(RuleDoesNotApply, PgsymError)
    assert ThetaFree(F) in GIVEN
    assert Positive(LABEL_LAW) in GIVEN
    assert ACTION != INDEX
