"""Wherever a verdict is shown stand its rung, its sizes, its hypotheses, its conditions, and what was left out."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
import sympy
from campaigns import share
from rich.console import Console

from pgsym.claims import catalogue
from pgsym.claims.catalogue import Entry
from pgsym.claims.claim import Claim
from pgsym.claims.verify import Verification
from pgsym.cli.app import main
from pgsym.cli.printing import show, show_verdict
from pgsym.decide import Equal, Relation, decide
from pgsym.decide.verdicts import Condition, Evidence, Rung, Verdict
from pgsym.kernel import Derivation
from pgsym.problems import one_step, trajectories
from pgsym.report.document import Document, Statement, Table
from pgsym.report.evidence import covered, evidence
from pgsym.report.pages import article
from pgsym.report.pages.claims import row
from pgsym.report.pages.derivation import claimed, necessity_of, statement_of
from pgsym.report.render import render
from pgsym.rules import MultiplyByOne
from pgsym.terms import grad, log
from pgsym.terms.build import exp
from pgsym.terms.hypotheses import Positive
from pgsym.terms.nodes import Closed, Variable
from pgsym.terms.sorts import REAL

m, t = one_step(), trajectories()
x, y = Variable("x", REAL), Variable("y", REAL)
p = sympy.Symbol("p", positive=True)
score = grad(log(t.mass))
CONDITIONAL = Claim("conditional", "", x * y / (y - 1), x * (y / (y - 1)), (Positive(x),))
SIZED = Claim("sized", "", grad(m.objective), m.expectation(m.reward * m.score), m.hypotheses)
SAMPLED = Claim("sampled", "", score + score, 2 * score, t.hypotheses, sizes=({"S": 3, "A": 2, "T": 2},))
TESTED = Claim("tested", "", log(1 + exp(x)), x + log(1 + exp(-x)))
ORDER = Claim("order", "", m.policy * m.policy, m.policy, relation=Relation.AT_MOST)
CLOSED = Claim(
    "closed",
    "",
    Closed("1/√p²", "1 / \\sqrt{p^2}", lambda: 1 / sympy.sqrt(p**2)),
    Closed("1/p", "1 / p", lambda: 1 / p),
)
PARTLY = Claim("partly", "", score + score, 2 * score, t.hypotheses)
"""Decided at one size, and sampled at another."""
WORDS = {
    "conditional": ("decided", "x > 0", "chance of error", "where y − 1 ≠ 0"),
    "sized": ("decided", "π > 0 everywhere", "at (|S|, |A|) = (1, 2), (3, 3), (1, 4), (2, 1)"),
    "sampled": ("tested", "at 3,000 random points", "in a sample of label functions", "at |S| = 3, |A| = 2, T = 2"),
    "tested": ("tested", "at 8 random rational instances", "real values between −10^6 and 10^6"),
    "order": ("tested", "at 8,322 instances of 9 sizes, the largest |S| = 3, |A| = 4"),
    "closed": ("exact", "where p > 0"),
    "partly": ("decided", "at |S| = 1, |A| = 2, T = 2", "only a sample at |S| = 3, |A| = 2, T = 2"),
}
CLAIMS = {c.id: c for c in (CONDITIONAL, SIZED, SAMPLED, TESTED, ORDER, CLOSED, PARTLY)}
SIZES = ({"S": 3, "A": 2, "T": 2}, {"S": 1, "A": 2, "T": 2})


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """The verdicts on the claims, decided once."""
    return {name: c.decide(SIZES) if name == "partly" else c.decide() for name, c in CLAIMS.items()}


def plain(latex_prose: str) -> str:
    """Prose with its formulas as they stand in the terminal."""
    from pgsym.report.prose import plain as in_unicode

    return in_unicode(latex_prose)


def holds_all(said: str, words: tuple[str, ...]) -> bool:
    """Whether a text has some words, wherever its lines break."""
    flat = "".join(said.replace("-", "−").replace("\\|", "|").split())
    return all("".join(w.replace("-", "−").split()) in flat for w in words)


@pytest.mark.parametrize("name", share(WORDS, 2))
def test_the_terminal_the_page_and_the_record_say_it(
    name: str, verdicts: dict[str, Verdict], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    claim, verdict, words = CLAIMS[name], verdicts[name], WORDS[name]
    assert str(verdict.rung) == words[0]
    outcome = Verification(Entry(claim, "home", None), verdict, None)
    assert holds_all(row(outcome), words)
    record = outcome.record()
    assert holds_all(f"{record['covers']} {'; '.join(record['given'])}", words)
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setattr("pgsym.cli.app._entries", lambda names: [outcome.entry])
    monkeypatch.setattr("pgsym.claims.verify.verify", lambda *_: outcome)
    for command in (["claims", "home"], ["verify", "home"]):
        with pytest.raises(SystemExit):
            main(command)
        assert holds_all(capsys.readouterr().out, words), command
    out = StringIO()
    show_verdict(claim, verdict, Console(file=out, width=300))
    places = tuple(
        w.removeprefix("at ") for w in words if not w.startswith(("at (", "only a sample"))
    )  # which it says at length
    assert holds_all(out.getvalue(), places)
    assert holds_all(str(verdict), places)


@pytest.mark.parametrize("name", WORDS)
def test_reports_notebooks_and_the_article_say_it(name: str, verdicts: dict[str, Verdict]) -> None:
    verdict, words = verdicts[name], WORDS[name]
    statement = claimed(CLAIMS[name], verdict)
    assert statement.badge is not None
    given = " ".join(statement.hypotheses)
    told = f"{verdict.rung} {plain(covered(verdict))} {plain(given)}"
    assert holds_all(told, words), told
    at_length = f"{verdict.rung} {plain(evidence(verdict))} {plain(given)}"
    assert holds_all(at_length, tuple(w for w in words if not w.startswith(("at (", "at |S| = 1", "only a sample"))))
    document = Document("one", "One", (statement,))
    for target in ("tex", "typ", "html", "ipynb"):
        assert render(document, target)


@pytest.mark.parametrize("name", WORDS)
def test_a_notebook_draws_it(name: str, verdicts: dict[str, Verdict]) -> None:
    drawn = verdicts[name]._repr_latex_()
    assert str(verdicts[name].rung) in drawn
    for condition in verdicts[name].evidence.conditions:
        assert condition.drawn in drawn
    for hypothesis in verdicts[name].assumed:
        assert hypothesis.latex() in drawn
    for words in (w for w in WORDS[name] if w.startswith(("at ", "only "))):
        assert words in drawn


def test_hypotheses_that_say_nothing_of_a_statement_are_not_printed(verdicts: dict[str, Verdict]) -> None:
    assert "ρ" in str(verdicts["sampled"].assumed)
    assert not decide(m.policy, m.policy, m.hypotheses[:2]).assumed


def test_a_line_that_was_only_sampled_somewhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from pgsym.decide.sizes import Size

    partial = Evidence("random points", (Size.of(S=1),), (7919,), log2_error=-120.0, sampled=(Size.of(S=3),))
    calls = iter((Verdict(Rung.DECIDED, Equal(x, x), partial),))
    monkeypatch.setattr("pgsym.kernel.decide", lambda *a: next(calls, None) or decide(*a))
    d = Derivation(grad(m.policy), given=m.hypotheses)
    theorem = d.apply(MultiplyByOne()).conclude()
    said = "line 1: only a sample at |S| = 3"
    assert said in str(theorem)
    assert said in theorem._repr_latex_()
    badge = statement_of(theorem).badge
    assert badge is not None
    assert said in plain(badge.detail)
    out = StringIO()
    show(theorem, Console(file=out, width=300))
    assert said in out.getvalue()


def test_what_is_not_decided_without_a_hypothesis_is_not_called_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fisher information: without π > 0 the sides differ at a random point, and no instance is found."""
    theorem = catalogue.theorem("policy-gradient-one-step")
    open_ = Verdict(Rung.UNDECIDED, Equal(x, y), Evidence("none", note="nothing was found"))
    monkeypatch.setattr("pgsym.report.pages.derivation.necessity", lambda _: ((theorem.given[0], open_),))
    (table,) = necessity_of(theorem)
    assert isinstance(table, Table)
    assert table.header[1] == "without it, the statement"
    assert table.rows[0][1] == "is undecided: it may be true or false"


def test_an_order_that_would_take_too_long_is_still_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    from pgsym.claims.verify import verify
    from pgsym.errors import TooLarge

    def too_large(*_: object) -> Verdict:
        raise TooLarge("it would take too long")

    monkeypatch.setattr(Claim, "decide", too_large)
    assert verify(Entry(ORDER, "home", None)).verdict.sign == "≤"
    assert article.decided(ORDER).sign == "≤"
    assert covered(article.decided(ORDER)) == "It would take too long"


def test_the_articles_table_of_verdicts_says_how_many_sizes_in_a_line(verdicts: dict[str, Verdict]) -> None:
    cells = {name: article._at(verdict) for name, verdict in verdicts.items()}
    assert cells["sized"] == "4 sizes"
    assert cells["conditional"] == cells["closed"] == "$\\ast$"
    assert cells["partly"] == "1 size, 1 sampled"
    assert cells["order"] == "8,322 instances"


def test_a_condition_that_no_format_can_draw_is_written() -> None:
    odd = Evidence("closed form", conditions=(Condition("Ci(x) ≠ 0", "\\operatorname{Ci}{\\left(x \\right)} \\odd"),))
    statement = claimed(CLOSED, Verdict(Rung.EXACT, Equal(x, x), odd))
    assert isinstance(statement, Statement)
    assert statement.badge is not None
    assert "where Ci(x) ≠ 0" in statement.badge.detail


def test_claims_as_json_have_what_they_cover(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main(["claims", "log-derivative", "--json"])
    (record,) = json.loads(capsys.readouterr().out)
    assert record["covers"].startswith("decided at (|S|, |A|) = (1, 2), (3, 3)")
    assert record["given"] == ["π > 0 everywhere"]
    assert record["evidence"]["sampled"] == record["evidence"]["left_out"] == []
    assert all(step["covers"].startswith("decided at") for step in record["steps"])
