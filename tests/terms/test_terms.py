"""Terms: equality up to bound names, substitution without capture, sorts, places, records and print."""

from __future__ import annotations

import json
import random
from fractions import Fraction

import pytest
from random_terms import Writer

from pgsym.errors import PlaceNotFound, RecordRefused, SortError
from pgsym.problems import classification, trajectories
from pgsym.problems.one_step_problem import POLICY, REWARD, STATE_OF
from pgsym.terms import (
    ACTION,
    BATCH,
    INDEX,
    PARAMETER,
    STATE,
    HowMany,
    Term,
    Variable,
    exp,
    expect,
    function,
    given,
    grad,
    indicator,
    latex,
    log,
    sum_over,
    text,
)
from pgsym.terms.hypotheses import Definition
from pgsym.terms.nodes import Gradient, Number, lift
from pgsym.terms.places import find, places, rewrite_at
from pgsym.terms.printers.latex import LatexNotation
from pgsym.terms.record import from_record, hypothesis_from_record, to_record
from pgsym.terms.sorts import TRAJECTORY
from pgsym.terms.structure import flat, free, substitute

m = classification()
s, a, b = m.s, m.a, m.b
f = function("f", STATE, ACTION)
c = Variable("c")
RANDOM = [
    term
    for seed in range(40)
    for w in [Writer(random.Random(seed))]
    for term in [w.vector(2) if seed % 3 == 0 else w.real(3)]
]


def test_equality_is_equality_up_to_bound_names() -> None:
    one, other = sum_over(a, of=f(s, a)), sum_over(b, of=f(s, b))
    assert one == other
    assert hash(one) == hash(other)
    assert str(one) != str(other)
    assert sum_over(a, of=f(s, b)) != sum_over(b, of=f(s, b))


def test_substitution_captures_nothing() -> None:
    """f(s, b) summed over a, with b := a, keeps its a free."""
    term = sum_over(a, of=f(s, a) * f(s, b))
    moved = substitute(term, {b: a})
    assert free(moved) == {s, a}
    assert str(moved) == "Σ_{a'} f(s, a') f(s, a)"
    assert substitute(sum_over(a, of=f(s, a)), {a: b}) == sum_over(a, of=f(s, a))


def test_the_gradients_parameter_is_substituted_too() -> None:
    old = Variable("θ'", PARAMETER)
    moved = substitute(grad(m.policy), {m.theta: old})
    assert isinstance(moved, Gradient)
    assert moved.parameter == old
    assert free(moved) == {old, s, a}


def test_nothing_is_simplified_or_reordered() -> None:
    ratio = grad(m.policy) / m.policy
    assert str(m.policy * ratio) == "π_θ(a | s) [(∇_θ π_θ(a | s))/π_θ(a | s)]"
    assert f(s, a) * c != c * f(s, a)
    assert (c - c) != lift(0)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: POLICY(s, a, m.theta), "π wants an argument of sort action, got s of sort state"),
        (lambda: REWARD(s), "r takes 2 arguments here, got 1"),
        (lambda: m.reward * "x", "is not a term"),
        (lambda: m.reward + True, "is not a term"),
        (lambda: m.reward * 0.5, "numbers are given as int or Fraction"),
        (lambda: Gradient(s, m.reward), "∇ is taken with respect to a parameter"),
        (lambda: indicator(c, c), "an indicator compares states or actions"),
        (lambda: grad(POLICY(a, s, m.theta) * POLICY(a, s, Variable("η", PARAMETER))), "say which parameter"),
        (lambda: f.law(s), "is not the law of one outcome"),
        (lambda: Definition.of(m.joint, c * m.policy), "mentions c, which"),
    ],
)
def test_what_says_nothing_is_refused_in_one_line(make: object, words: str) -> None:
    with pytest.raises(SortError, match=words.replace("(", r"\(")) as refused:
        make()  # type: ignore[operator]
    assert "\n" not in str(refused.value)


GOLDEN = [
    (
        m.objective,
        r"\mathbb{E}_{s \sim D, a \sim \pi_{\theta}(\cdot \mid s)}[r(s, a)]",
        "E_{s∼D, a∼π_θ(· | s)}[r(s, a)]",
    ),
    (m.score, r"\nabla_{\theta} \log \pi_{\theta}(a \mid s)", "∇_θ log π_θ(a | s)"),
    (1 - m.right_mass, r"1 - \pi_{\theta}(y(s) \mid s)", "1 − π_θ(y(s) | s)"),
    (grad(m.policy) * m.reward, r"[\nabla_{\theta} \pi_{\theta}(a \mid s)] \, r(s, a)", "[∇_θ π_θ(a | s)] r(s, a)"),
    (m.reward * (c + 1), r"r(s, a) \, (c + 1)", "r(s, a) (c + 1)"),
    (c - (c - 1), "c - (c - 1)", "c − (c − 1)"),
    (-(c + 1), "-(c + 1)", "−(c + 1)"),
    (log(c * c), r"\log (c \, c)", "log(c c)"),
    ((c + 1) ** 2, "(c + 1)^{2}", "(c + 1)²"),
    (exp(c) / 2, r"\frac{e^{c}}{2}", "e^c/2"),
    (lift(Fraction(-1, 2)) * c, r"-\frac{1}{2} \, c", "−(1/2) c"),
    (
        m.average(f(m.s_i, m.a_i)),
        r"\frac{1}{N} \, \sum_{i=1}^{N} f(s_{i}, a_{i})",
        "[1/N] Σ_{i=1}^N f(sᵢ, aᵢ)",
    ),
    (
        expect(m.score, (a, given(m.policy_law, a, m.is_right))),
        r"\mathbb{E}_{a \sim \pi_{\theta}(\cdot \mid s)}\left[ \nabla_{\theta} \log \pi_{\theta}(a \mid s) "
        r"\;\middle|\; a = y(s) \right]",
        "E_{a∼π_θ(· | s)}[∇_θ log π_θ(a | s) | a = y(s)]",
    ),
]


@pytest.mark.parametrize(("term", "tex", "line"), GOLDEN, ids=[g[2] for g in GOLDEN])
def test_print(term: Term, tex: str, line: str) -> None:
    assert latex(term) == tex
    assert text(term) == line


def stripped(tex: str) -> str:
    while "\\changed{" in tex:
        before, _, rest = tex.partition("\\changed{")
        depth = 1
        for i, x in enumerate(rest):
            depth += (x == "{") - (x == "}") if rest[i - 1 : i] != "\\" else 0
            if not depth:
                tex = before + rest[:i] + rest[i + 1 :]
                break
    return tex


@pytest.mark.parametrize("term", RANDOM, ids=range(len(RANDOM)))
def test_a_mark_at_any_place_changes_nothing_else(term: Term) -> None:
    for place in places(term):
        assert stripped(latex(term, place.path)) == latex(term), place.path
        assert text(term, place.path).replace("⟦", "").replace("⟧", "") == text(term), place.path


@pytest.mark.parametrize("term", RANDOM, ids=range(len(RANDOM)))
def test_a_record_is_the_term(term: Term) -> None:
    assert from_record(json.loads(json.dumps(to_record(term)))) == term


@pytest.mark.parametrize("term", RANDOM, ids=range(len(RANDOM)))
def test_rewriting_a_place_by_itself_is_the_identity(term: Term) -> None:
    for place in places(term):
        assert rewrite_at(term, place.path, lambda here: here.term) == term


@pytest.mark.parametrize("hypothesis", [*m.hypotheses, m.softmax, m.one_hot, HowMany(ACTION, 2)], ids=str)
def test_a_hypothesis_has_a_record(hypothesis: object) -> None:
    again = hypothesis_from_record(json.loads(json.dumps(to_record(hypothesis))))  # type: ignore[arg-type]
    assert again == hypothesis
    assert str(again) == str(hypothesis)


@pytest.mark.parametrize(
    "record", [None, [], ["number"], ["number", "x"], ["sum", ["all", "state"]], ["nothing", 1], 7]
)
def test_what_is_no_record_of_a_term_is_refused(record: object) -> None:
    with pytest.raises(RecordRefused):
        from_record(record)


def test_find_opens_scopes_by_their_names() -> None:
    place = find(grad(m.objective), m.reward)
    assert [v.name for v, _ in place.opened] == ["s", "a"]
    with pytest.raises(PlaceNotFound, match="stands at 0 places"):
        find(m.objective, m.score)
    with pytest.raises(PlaceNotFound, match="there is no place"):
        rewrite_at(m.reward, (0, 0), lambda here: here.term)


def test_grouping_is_not_seen() -> None:
    from pgsym.terms.nodes import Multiply

    assert flat(Multiply((c, Multiply((c, c))))) == c * c * c


def test_an_index_may_be_a_number() -> None:
    third = STATE_OF(Variable("B", BATCH), 3)
    assert str(third) == "s₃"
    assert third.symbol.arguments == (BATCH, INDEX)
    assert Number(Fraction(3)) in third.arguments


def test_sums_over_two_variables_nest() -> None:
    assert str(sum_over(s, a, of=f(s, a))) == "Σ_s Σ_a f(s, a)"


def test_two_trajectories_are_told_apart_by_their_numbers() -> None:
    m = trajectories()
    first, second = (Variable(f"τ_{i}", TRAJECTORY) for i in (1, 2))
    both = expect(m.reward(m.t, first) * m.reward(m.t, second), (first, m.law), (second, m.law))
    assert latex(both) == (
        r"\mathbb{E}_{\tau_{1} \sim p_{\theta}, \tau_{2} \sim p_{\theta}}"
        r"[r(s_{1, t}, a_{1, t}) \, r(s_{2, t}, a_{2, t})]"
    )
    assert text(both) == "E_{τ_1∼p_θ, τ_2∼p_θ}[r(s_{1,t}, a_{1,t}) r(s_{2,t}, a_{2,t})]"


@pytest.mark.parametrize(
    ("name", "tex"),
    [("τ_1", r"\tau_{1}"), ("π_old", r"\pi_{\mathrm{old}}"), ("a_1'", "a_{1}'"), ("x2", "x_{2}"), ("θ'", r"\theta'")],
)
def test_what_follows_an_underscore_is_a_subscript(name: str, tex: str) -> None:
    assert LatexNotation().name(name) == tex
