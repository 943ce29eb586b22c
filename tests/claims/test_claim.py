"""A user's own claims, wrong in every way we know: one clear line, or the counterexample, and never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from pgsym.cli.app import main

HEAD = """
from pgsym.claims.catalogue import Claim, Example, Relation, Rung
from pgsym.problems import one_step
from pgsym.problems.one_step_problem import REWARD
from pgsym.terms import Closed, NonNegative, Positive, Variable

m = one_step()
x = Variable("x")
bandit = {"D": [1], "π": [["1/2", "1/2"]], "r": [[0, 1]]}
signed = (*m.hypotheses, NonNegative(REWARD))


def claim(lhs=m.objective, rhs=m.objective, id="mine", given=m.hypotheses, **more):
    return Claim(id, says="It is so.", lhs=lhs, rhs=rhs, given=given, **more)


def example(tables=bandit, worth="1/2", term=m.objective, given=m.hypotheses, **more):
    return Example("Here.", tables, ((term, worth),), given, **more)


"""
REFUSED = {
    "an exception": ("raise ValueError('boom')", ": ValueError: boom"),
    "an exit": ("raise SystemExit(0)", "SystemExit: 0"),
    "no claims": ("return iter(())", "states no claim"),
    "nothing": ("return None", "'NoneType' object is not iterable"),
    "a number": ("yield 3", "claims() yields 3, which is no Claim"),
    "an id that is none": ("yield claim(id='../Mine and yours')", "'../Mine and yours' is not an id"),
    "one id twice": ("yield claim()\n    yield claim()", "mine is claimed twice"),
    "sides of two sorts": ("yield claim(lhs=m.score)", "a vector is compared with a real"),
    "a product of gradients": ("yield claim(lhs=m.score * m.score)", "a product of two gradients"),
    "no such derivation": ("yield claim(derivation='no-such')", "there is no 'no-such'"),
    "no such step": ("yield claim(derivation='reinforce', step=99)", "has 4 steps, and no step 99"),
    "a closed form that fails": (
        "yield claim(Closed('f', 'f', lambda: 1 / 0), Closed('g', 'g', lambda: 1))",
        "f cannot be computed: ZeroDivisionError",
    ),
    "a closed form in floats": (
        "yield claim(Closed('f', 'f', lambda: 0.5), Closed('g', 'g', lambda: 1))",
        "f is 0.5: a closed form is an exact number",
    ),
    "a slack of no sign": (
        "yield claim(m.policy**2, m.policy, relation=Relation.AT_MOST, slack=m.policy - m.policy**2)",
        "does not show that it is never negative",
    ),
    "a zero against a hypothesis": (
        "yield claim(examples=(example({**bandit, 'π': [[1, 0]]}),))",
        "π[0][1] = 0 contradicts the hypothesis",
    ),
    "a reward against a hypothesis": (
        "yield claim(given=signed, examples=(example({**bandit, 'r': [[0, -1]]}, given=signed),))",
        "r = -1 contradicts the hypothesis r ≥ 0 everywhere",
    ),
    "a number against a hypothesis": (
        "yield claim(x, x, given=(Positive(x),), examples=(example({'x': 0}, 0, x, (Positive(x),)),))",
        "x = 0 contradicts the hypothesis x > 0",
    ),
    "rows that do not sum to one": (
        "yield claim(examples=(example({**bandit, 'π': [['1/2', '1/3']]}),))",
        "π[0] sums to 5/6",
    ),
    "NaN": ("yield claim(examples=(example({**bandit, 'r': [[0, float('nan')]]}),))", "r[0][1] is nan"),
    "worth NaN": ("yield claim(examples=(example(worth=float('nan')),))", "the value nan, a float"),
    "worth a float": ("yield claim(examples=(example(worth=0.5),))", "the value 0.5, a float"),
    "worth words": ("yield claim(examples=(example(worth='a half'),))", "the value 'a half'"),
    "an example in floats": ("yield claim(examples=(example(numbers='float'),))", "an example is exact"),
}
NOT_AS_CLAIMED = {
    "false": ("yield claim(rhs=2 * m.objective)", ("claimed to be decided, but refuted", "left  1", "right 2")),
    "true": ("yield claim(expected=Rung.REFUTED)", ("claimed to be refuted, but decided",)),
    "only tested": (
        "yield claim(m.policy**2, m.policy, relation=Relation.AT_MOST)",
        ("claimed to be decided, but tested", "instances of 9 sizes"),
    ),
    "a false closed form": (
        "yield claim(Closed('f', 'f', lambda: 1), Closed('g', 'g', lambda: 2))",
        ("refuted", "1 against 2"),
    ),
    "false but at its sizes": (
        "yield claim(m.policy, m.policy * 0 + 1, sizes=({'S': 2, 'A': 1},))",
        ("claimed to be decided, but refuted", "counterexample: |S| = 1, |A| = 2"),
    ),
    "an order false but at its sizes": (
        "yield claim(m.policy**2 + 1, m.policy * 2, sizes=({'S': 2, 'A': 1},), relation=Relation.AT_MOST, "
        "slack=x**2 * 0)",
        ("claimed to be decided, but refuted",),
    ),
    "a slip": ("yield claim(examples=(example(worth='1/3'),))", ("its examples are wrong", "is (1/2), not (1/3)")),
    "too large": (
        "yield claim(sizes=({'S': 10**6, 'A': 10**6},))",
        ("but undecided", "take smaller sizes"),
    ),
}


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Status, output and complaints of a command."""
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    return int(end.value.code or 0), *capsys.readouterr()


def written(folder: Path, body: str) -> str:
    """A file of claims."""
    path = folder / "mine.py"
    path.write_text(f"{HEAD}def claims():\n    {body}\n", encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_used_is_said_in_one_line(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body, line = REFUSED[name]
    status, out, err = ask(capsys, "claims", written(tmp_path, body))
    assert (status, out) == (2, "")
    assert err.startswith("pgsym: ")
    assert err.count("\n") == 1
    assert line in err


@pytest.mark.parametrize("name", NOT_AS_CLAIMED)
@pytest.mark.parametrize("command", ["claims", "verify", "show"])
def test_what_is_not_as_claimed_is_shown(
    command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body, shown = NOT_AS_CLAIMED[name]
    status, out, err = ask(capsys, command, written(tmp_path, body))
    assert (status, err) == (1, "")
    assert all(text in out for text in shown), out


@pytest.mark.parametrize("line", ["1 / 0", "import nosuch", "raise SystemExit(0)"])
def test_a_file_that_fails_names_its_line(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.py"
    path.write_text(f"\n\n{line}\n")
    status, _, err = ask(capsys, "claims", str(path))
    assert status == 2
    assert "fails (line 3): " in err


def test_hidden_files_are_no_claims(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".mine.py").write_text("1 / 0")
    written(tmp_path, "yield claim()")
    assert ask(capsys, "claims", str(tmp_path))[0] == 0


def test_two_formats_at_once_and_a_claim_without_an_id_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(capsys, "claims", "score-zero-mean", "--json", "--md")[0] == 2
    assert ask(capsys, "new", "claim")[0] == 2


def test_a_table_says_where_a_claim_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """log x² = 2 log x is decided for positive x, and so it must not stand there without."""
    path = written(tmp_path, "from pgsym.terms import log\n    yield claim(log(x**2), 2 * log(x))")
    status, out, _ = ask(capsys, "verify", path)
    assert status == 0
    assert "where x > 0" in " ".join(out.split())
