"""A setting of a user's own, `pomdp.py` beside this file, has all that pgsym's own settings have."""

from __future__ import annotations

import contextlib
import io
import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pomdp
import pomdp_with_memory
import pytest
from mutants import mutants
from pomdp import OBSERVATION, episode, gradient, hypotheses, mean, policy, reward, rewards, score, t, tau, theta

from pgsym import rules
from pgsym.claims import catalogue
from pgsym.cli.app import main
from pgsym.decide import Rung, decide
from pgsym.errors import ContradictoryHypotheses, RecordRefused, RuleDoesNotApply, SortError, UndefinedValue
from pgsym.kernel import Derivation
from pgsym.records import replay
from pgsym.terms import (
    ACTION,
    INDEX,
    OUTCOME,
    STATE,
    Before,
    Definition,
    Finite,
    HowMany,
    Rounds,
    Symbol,
    Term,
    ThetaFree,
    Variable,
    expect,
    given,
    grad,
    indicator,
    latex,
    log,
    product_range,
    sum_over,
    sum_range,
)
from pgsym.terms.nodes import lift
from pgsym.testing import assert_identity, assert_identity_in_floats, assert_refuted
from pgsym.values import exact

ROOT = Path(__file__).parents[1]
RETURN = Symbol("R", (pomdp.EPISODE,))
BASELINE = Symbol("b", (STATE,))
SEEN = Symbol("c", (OBSERVATION,))
OBSERVE = Symbol("g", (STATE,), result=OBSERVATION)
HISTORY = Symbol("p", (pomdp.EPISODE, INDEX, theta.sort), outcomes=1)
h, u, k = Variable("h", pomdp.EPISODE), Variable("u", INDEX), Variable("k", INDEX)
the_a, the_o, the_s = Variable("a", ACTION), Variable("o", OBSERVATION), Variable("s", STATE)
whole = (*hypotheses, ThetaFree(RETURN), ThetaFree(BASELINE), ThetaFree(SEEN))


def paid(at: Term | int) -> Term:
    """r(s_t, a_t)."""
    return reward(pomdp.s(tau, at), pomdp.a(tau, at))


to_go = sum_range(u, t, pomdp.T, of=paid(u))


def fresh(code: str) -> subprocess.CompletedProcess[str]:
    """What a Python prints that has not imported this file."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)


# The derivation ---------------------------------------------------------------------------------------------------
def test_the_theorem_is_derived_printed_and_replayed() -> None:
    theorem = pomdp.derive()
    assert theorem.rung is Rung.DECIDED
    assert len(theorem.steps) == 4
    assert "log π_θ(aₜ | oₜ)" in str(theorem)
    assert "|O| = 3" in str(theorem)
    assert r"\omega(o_{t} \mid s_{t})" in latex(pomdp.factorisation.body)
    assert replay(json.loads(json.dumps(theorem.record()))) == theorem
    assert pickle.loads(pickle.dumps(theorem)) == theorem


def test_a_record_is_read_where_its_sorts_are_made() -> None:
    """A record imports nothing, and makes no sort."""
    record = json.dumps(pomdp.derive().record())
    read = f"import json; from pgsym.records import replay; print(replay(json.loads({record!r})).rung)"
    refused = fresh(read).stderr
    assert "RecordRefused" in refused
    assert re.search("there is no sort '(episode|observation)' here: import the file that makes it", refused)
    assert fresh(f"import pomdp; {read}").stdout.strip() == "decided"


@pytest.mark.parametrize(("was", "now"), [("observation", "state"), ("episode", "trajectory"), ("o", "s"), ("π", "ω")])
@pytest.mark.parametrize("where", ["start", "target", "given"])
def test_a_forged_record_is_refused(where: str, was: str, now: str) -> None:
    """One that names another sort, another draw or another symbol at one place."""
    record = json.loads(json.dumps(pomdp.derive().record()))
    if forged(record[where], was, now):
        with pytest.raises(RecordRefused):
            replay(record)


def forged(part: object, was: str, now: str) -> bool:
    """Whether a record said something, which it says otherwise now."""
    if not isinstance(part, list):
        return False
    if was in part:
        part[part.index(was)] = now
        return True
    return any(forged(x, was, now) for x in part)


def test_rules_ask_the_collective_for_the_order_of_its_draws() -> None:
    """What is seen at t is known before the answer at t; what is seen, or done, later is not."""
    s, o, a = pomdp.s, pomdp.o, pomdp.a
    moved = pomdp.move(s(h, k + 1), s(h, k), a(h, k)) * pomdp.sight(o(h, k + 1), s(h, k + 1))
    before = product_range(k, 1, t - 1, of=policy(a(h, k), o(h, k), theta) * moved)
    histories = Definition.of(HISTORY(h, t, theta), pomdp.start(s(h, 1)) * pomdp.sight(o(h, 1), s(h, 1)) * before)
    tower = rules.Tower(pomdp.factorisation, histories, t, h, the_a)
    assumed = (*whole, histories, Before(u, t))
    for known in (reward(s(tau, u), a(tau, u)), BASELINE(s(tau, t)) * SEEN(o(tau, t))):
        d = Derivation(mean(known * score(t)), given=assumed).apply(tower)
        assert "E_{a∼π_θ(· | oₜ)}[∇_θ log π_θ(a | oₜ)]" in str(d.line)
    for unknown in (SEEN(o(tau, t + 1)), reward(s(tau, t + 1), a(tau, u))):
        with pytest.raises(RuleDoesNotApply, match="is not known from the history up to t"):
            Derivation(mean(unknown * score(t)), given=assumed).apply(tower, at=())


def test_an_episode_of_one_step_is_its_draws() -> None:
    law = pomdp.factorisation.instantiated({pomdp.T: lift(1)})
    d = Derivation(
        mean(reward(pomdp.s(tau, 1), pomdp.a(tau, 1))),
        given=(*(x for x in hypotheses if x != pomdp.factorisation), law),
    )
    d.apply(rules.TrajectoryOfOneStep(law, the_s, the_a))
    assert str(d.line) == "E_{s∼ρ, o∼ω(· | s), a∼π_θ(· | o)}[r(s, a)]"


# Verdicts ---------------------------------------------------------------------------------------------------------
TRUE: dict[str, tuple[Term, Term]] = {
    "reward to go": (gradient, mean(sum_range(t, 1, pomdp.T, of=score(t) * to_go))),
    "a baseline of the hidden state": (
        gradient,
        mean(sum_range(t, 1, pomdp.T, of=score(t) * (to_go - BASELINE(pomdp.s(tau, t))))),
    ),
    "R(τ)": (grad(mean(RETURN(tau))), mean(RETURN(tau) * pomdp.scores)),
    "probabilities": (sum_over(the_o, of=pomdp.sight(the_o, the_s)), lift(1)),
    "a sum of indicators": (sum_over(the_o, of=indicator(the_o, OBSERVE(the_s)) * SEEN(the_o)), SEEN(OBSERVE(the_s))),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_decided(name: str) -> None:
    assert_identity(*TRUE[name], whole)
    if name != "R(τ)":
        assert_identity(*TRUE[name], whole, [{"S": 5, "A": 4, "O": 6, "T": 7}])


def later(x: Variable, since: int = 2) -> Term:
    """The sum of the rewards of an episode from some time on."""
    return sum_range(u, since, pomdp.T, of=reward(pomdp.s(x, u), pomdp.a(x, u)))


def value_after(draw: Symbol, time: int, x: Variable, of: Variable) -> Term:
    """The mean of the rewards from a time on in episodes x that have the same draw then as `of`."""
    return expect(later(x, time), (x, given(episode.law(theta), x, indicator(draw(x, time), draw(of, time)))))


def bellman(draw: Symbol) -> tuple[Term, Term]:
    """The mean of later rewards given the first observation, and the mean of their mean given the next draw."""
    first = given(episode.law(theta), tau, indicator(pomdp.o(tau, 1), the_o))
    return expect(later(tau), (tau, first)), expect(value_after(draw, 2, h, tau), (tau, first))


def another_score(of: Term) -> Term:
    """The return times the scores of something else than the answers."""
    return mean(rewards * sum_range(t, 1, pomdp.T, of=grad(log(of))))


FALSE: dict[str, tuple[Term, Term]] = {
    "Bellman's equation in the observations": bellman(pomdp.o),
    "to condition on the observation is to condition on the state": (
        mean(reward(pomdp.s(tau, 1), pomdp.a(tau, 1)) * value_after(pomdp.o, 1, h, tau)),
        mean(reward(pomdp.s(tau, 1), pomdp.a(tau, 1)) * value_after(pomdp.s, 1, h, tau)),
    ),
    "the score at the first observation": (gradient, another_score(policy(pomdp.a(tau, t), pomdp.o(tau, 1), theta))),
    "the score of the sights": (gradient, another_score(pomdp.sight(pomdp.o(tau, t), pomdp.s(tau, t)))),
    "R(τ) without the last score": (
        grad(mean(RETURN(tau))),
        mean(RETURN(tau) * sum_range(t, 1, pomdp.T - 1, of=score(t))),
    ),
    "R(τ) with the first score": (grad(mean(RETURN(tau))), mean(RETURN(tau) * score(1))),
    "rewards after the next step": (
        gradient,
        mean(sum_range(t, 1, pomdp.T, of=score(t) * sum_range(u, t + 1, pomdp.T, of=paid(u)))),
    ),
    "a baseline of the next observation": (
        gradient,
        mean(
            sum_range(t, 1, pomdp.T - 1, of=score(t) * (to_go - SEEN(pomdp.o(tau, t + 1))))
            + score(pomdp.T) * paid(pomdp.T)
        ),
    ),
    "probabilities sum to one over states": (sum_over(the_s, of=pomdp.sight(the_o, the_s)), lift(1)),
    "as many observations as states": (sum_over(the_o, of=1), sum_over(the_s, of=1)),
    "as many observations as outcomes": (sum_over(the_o, of=1), sum_over(Variable("w", OUTCOME), of=1)),
    "as many observations as memories": (
        sum_over(the_o, of=1),
        sum_over(Variable("m", pomdp_with_memory.MEMORY), of=1),
    ),
}


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted(name: str) -> None:
    assumed = (*whole, Rounds(pomdp.T, 2)) if "Bellman" in name else whole
    assert_refuted(*FALSE[name], assumed)


def test_bellmans_equation_holds_in_the_states() -> None:
    assert_identity(*bellman(pomdp.s), (*whole, Rounds(pomdp.T, 2)))


@pytest.mark.parametrize("dropped", [ThetaFree(pomdp.sight), ThetaFree(reward), ThetaFree(pomdp.move)], ids=str)
def test_the_theorem_needs_its_hypotheses(dropped: ThetaFree) -> None:
    assert_refuted(gradient, pomdp.target, [x for x in hypotheses if x != dropped])


def test_a_law_with_a_factor_dropped_is_no_law() -> None:
    """The sights are left out: probabilities of episodes sum to |O|^T."""
    mass = pomdp.factorisation.body
    rest = [x for x in hypotheses if x != pomdp.factorisation]
    parts = pomdp.factorisation.equation[1].operands  # type: ignore[attr-defined]
    assert len(parts) == len(mass.operands) == 4  # type: ignore[attr-defined]
    without = Definition.of(episode(tau, theta), parts[0] * parts[2] * parts[3])
    with pytest.raises(ContradictoryHypotheses, match="is no law"):
        decide(gradient, pomdp.target, [*rest, without])
    assert_refuted(episode(tau, theta), without.unfold((tau, theta)), hypotheses)


def test_mutants_are_refuted() -> None:
    """Slips in the theorem's right side are refuted, or say nothing."""
    size = {"S": 2, "A": 2, "O": 2, "T": 2}
    verdicts = []
    for _, mutant in mutants(pomdp.target)[::2]:
        with contextlib.suppress(SortError, UndefinedValue):
            verdicts.append(decide(gradient, mutant, hypotheses, [size]).rung)
    assert len(verdicts) >= 6
    assert set(verdicts) == {Rung.REFUTED}


def test_sorts_are_kept_apart() -> None:
    for make in (
        lambda: indicator(the_o, the_s),
        lambda: policy(the_a, the_s, theta),
        lambda: HowMany(pomdp.EPISODE, 2),  # type: ignore[arg-type]
        lambda: decide(sum_range(Variable("i", INDEX), 1, Variable("O", INDEX), of=1), lift(1)),
        lambda: decide(mean(BASELINE(Symbol("o", (pomdp.EPISODE, INDEX), result=STATE)(tau, 1))), lift(0), hypotheses),
    ):
        with pytest.raises(SortError):
            make()


def test_a_hypothesis_counts_observations() -> None:
    two = HowMany(OBSERVATION, 2)
    assert (str(two), two.latex()) == ("|O| = 2", "$\\lvert O \\rvert = 2$")
    assert_identity(sum_over(the_o, of=1), lift(2), [two])


def test_a_counterexample_is_rebuilt_by_its_script() -> None:
    found = assert_refuted(*FALSE["R(τ) with the first score"], whole)
    assert fresh(found.python()).stdout == f"left  {found.shown(found.lhs)}\nright {found.shown(found.rhs)}\n"


def test_tables_of_two_sorts_have_two_names() -> None:
    """f of an observation and f of an option, of which a script gives each its own table."""
    option = Finite("option", "P")
    both = [
        sum_over(Variable("x", sort), of=Symbol("f", (sort,))(Variable("x", sort))) for sort in (OBSERVATION, option)
    ]
    script = assert_refuted(*both).python()
    assert {'"f(o)"', '"f(p)"'} <= set(re.findall(r'"f\(.\)"', script))


def test_floats_agree() -> None:
    assert_identity_in_floats(gradient, pomdp.target, hypotheses, examples=20)
    with pytest.raises(AssertionError, match="≠"):
        assert_identity_in_floats(gradient, mean(rewards * score(1)), hypotheses, examples=20)


def test_sympy_writes_it_out() -> None:
    size = {"S": 1, "A": 2, "O": 2, "T": 1}
    left, right = (exact(side, size, given=hypotheses) for side in (gradient, pomdp.target))
    assert (left - right).applyfunc(lambda x: x.simplify()).is_zero_matrix  # type: ignore[union-attr]


# Claims and reports -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("file", ["pomdp.py", "pomdp_with_memory.py"])
def test_its_claims_are_as_claimed(file: str) -> None:
    entries = catalogue.entries_of(str(ROOT / "tests" / file))
    assert [e.claim.expected for e in entries] == [Rung.DECIDED, Rung.REFUTED]
    for e in entries:
        assert e.claim.decide().rung is e.claim.expected


def test_its_report_is_written_in_every_format(tmp_path: Path) -> None:
    formats = "tex,html,pdf,ipynb"
    with pytest.raises(SystemExit, match=r"^0$"):
        main(["report", str(ROOT / "tests/pomdp.py"), "--format", formats, "--engine", "typst", "-o", str(tmp_path)])
    assert {p.suffix for p in tmp_path.iterdir()} >= {f".{f}" for f in formats.split(",")}
    tex = (tmp_path / "pomdp.tex").read_text()
    assert r"\log \pi_{\theta}(a_{t} \mid o_{t})" in tex
    assert r"\lvert O \rvert = 3" in tex
    (code,) = re.findall(r"\\begin{lstlisting}\n(.*?)\\end{lstlisting}", tex, re.DOTALL)
    assert 'catalogue.entry("pomdp-first-score", "pomdp.py")' in code


def test_the_page_about_it_is_true() -> None:
    """Its blocks run one after another, and print what the page shows."""
    page = (ROOT / "docs/your-own-setting.md").read_text()
    names: dict[str, object] = {}
    shown = printed = ""
    for language, block in re.findall(r"```(\w+)\n(.*?)```", page, re.DOTALL):
        if language == "text":
            shown += block
        if language == "python":
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                exec(block, names)
            printed += out.getvalue()
    assert printed == shown
    same = ("OBSERVATION", "EPISODE", "policy", "episode", "factorisation", "hypotheses", "rewards", "scores")
    assert all(names[name] == getattr(pomdp, name) for name in same)
    for target in re.findall(r"\]\(([^)#]+)\)", page):
        assert (ROOT / "docs" / target).exists(), target
