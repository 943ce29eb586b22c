"""Audits of environments: the forms of the gradient agree there, and one that is wrong is caught."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from campaigns import share

from pgsym.cli.app import main
from pgsym.errors import InstanceError
from pgsym.extras import install
from pgsym.mdps import forms as forms_module
from pgsym.mdps import from_gymnasium
from pgsym.mdps.forms import EXACT_WORK, Form, audit_gymnasium, forms
from pgsym.mdps.gymnasium import make, stray_step
from pgsym.problems import trajectories
from pgsym.report.figures.mdp import action_directions
from pgsym.report.pages.audit import audit_document
from pgsym.report.render import render
from pgsym.terms import Term, sum_range

m = trajectories()

RECORD = {
    "type": "object",
    "required": ["environment", "horizon", "policy", "seed", "objective", "gradient_norm", "gradient", "agree"],
    "properties": {
        "objective": {"type": "number"},
        "gradient": {"type": "array", "minItems": 16, "items": {"type": "array", "minItems": 4}},
        "forms": {
            "type": "array",
            "minItems": 5,
            "items": {"type": "object", "required": ["name", "term", "slope", "deviation", "agrees", "seconds"]},
        },
        "exactly_equal": {"type": ["boolean", "null"]},
        "inexact": {"type": ["string", "null"]},
        "stray_step": {"type": ["string", "null"]},
        "agree": {"type": "boolean"},
    },
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Status, output and complaints of `pgsym audit gym`."""
    with pytest.raises(SystemExit) as end:
        main(["audit", "gym", *arguments])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def weighted(weight: Term) -> Term:
    """E[Σ_t ∇log π(a_t|s_t) · weight]."""
    return m.expectation(sum_range(m.t, 1, m.T, of=m.score(m.t) * weight))


LATE = Form("late", "The rewards after the step.", weighted(sum_range(m.u, m.t + 1, m.T, of=m.reward(m.u))))
PAST = Form("past", "The rewards before the step.", weighted(sum_range(m.u, 1, m.t - 1, of=m.reward(m.u))))


@pytest.mark.parametrize("policy", share(["uniform", "random"], 2))
@pytest.mark.parametrize(
    ("name", "horizon", "options"),
    [
        ("FrozenLake-v1", 2, {}),
        ("FrozenLake-v1", 8, {}),
        ("FrozenLake-v1", 20, {"map_name": "8x8"}),
        ("CliffWalking-v1", 12, {}),
        ("Taxi-v4", 4, {}),
    ],
)
def test_all_forms_agree(name: str, horizon: int, options: dict[str, Any], policy: str) -> None:
    audit = audit_gymnasium(name, horizon, policy, seed=3, options=options)
    assert audit.agree
    assert audit.worst < 1e-12
    if audit.mdp.S**2 * audit.mdp.A * horizon**2 <= EXACT_WORK:
        assert audit.exactly_equal
        exact = audit.readings[0].exact
        assert exact is not None
        assert float(exact) == pytest.approx(audit.readings[0].value, rel=1e-11, abs=1e-15)
    else:
        assert "too large for fractions" in str(audit.inexact)
    assert (audit.gradient * audit.direction).sum() == pytest.approx(audit.readings[0].value, rel=1e-10, abs=1e-15)


@pytest.mark.parametrize("wrong", [LATE, PAST], ids=["late", "past"])
def test_a_wrong_form_is_caught(
    wrong: Form, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(forms_module, "forms", lambda: (forms()[0], wrong))
    monkeypatch.setattr(forms_module, "EXACT_WORK", 0)
    status, out, err = run(capsys, "CliffWalking-v1", "--horizon", "5", "--policy", "random", "--json")
    record = json.loads(out)
    assert (status, err) == (1, "")
    assert [f["agrees"] for f in record["forms"]] == [True, False]


def test_a_wrong_form_is_caught_in_fractions_however_small(monkeypatch: pytest.MonkeyPatch) -> None:
    first, reinforce, *_ = forms()
    monkeypatch.setattr(forms_module, "forms", lambda: (first, Form("off", "", reinforce.term + first.term / 10**30)))
    audit = audit_gymnasium("FrozenLake-v1", 7)
    assert audit.worst < 1e-12
    assert (audit.exactly_equal, audit.agree) == (False, False)


def test_json_has_the_promised_fields(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["FrozenLake-v1", "--horizon", "7", "--policy", "random", "--seed", "5", "--json"]
    status, out, err = run(capsys, *arguments)
    record = json.loads(out)
    jsonschema.validate(record, RECORD)
    assert (status, err, record["agree"], record["exactly_equal"], record["seed"]) == (0, "", True, True, 5)
    norm = float(np.linalg.norm(record["gradient"]))
    assert record["gradient_norm"] == pytest.approx(norm)


def test_the_terminal_shows_every_form(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "FrozenLake-v1", "--horizon", "7", "--option", "is_slippery=False")
    assert status == 0
    said = " ".join(out.split())
    assert "each computed on FrozenLake-v1 (is_slippery=False) from the environment's own table of transitions" in said
    assert "states, actions 16, 4" in said
    assert all(f"{form.name} " in out for form in forms())
    assert "Computed once more in fractions, all forms are the same number." in said
    assert "refuted" not in out


def test_an_environment_that_does_not_keep_to_its_table_is_caught(capsys: pytest.CaptureFixture[str]) -> None:
    assert stray_step(make("Taxi-v4", {}), 2000) is None
    options = ["--horizon", "3", "--option", "fickle_passenger=true"]
    status, out, _ = run(capsys, "Taxi-v4", *options)
    assert status == 1
    assert "The environment does not follow its table: Action" in " ".join(out.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["FrozenLake-v1", "--horizon", "0"], "the horizon is 0: an episode has at least one step"),
        (["FrozenLake-v1", "--horizon", "-2"], "the horizon is -2"),
        (["FrozenLake-v1"], "Missing option '--horizon'"),
        (["FrozenLake-v1", "--horizon", "x"], "--horizon"),
        (["FrozenLake-v0", "--horizon", "5"], "FrozenLake"),
        (["NoSuchThing-v1", "--horizon", "5"], "no environment NoSuchThing-v1"),
        (["CartPole-v1", "--horizon", "5"], "continuous observations"),
        (["Blackjack-v1", "--horizon", "5"], "has no table P"),
        (["FrozenLake-v1", "--horizon", "5", "--policy", "greedy"], "the policy is uniform or random, not 'greedy'"),
        (["FrozenLake-v1", "--horizon", "5", "--option", "8x8"], "--option 8x8: write key=value"),
        (["FrozenLake-v1", "--horizon", "5", "--option", "map_name=9x9"], "cannot be made: KeyError: '9x9'"),
        (["FrozenLake-v1", "--horizon", "5", "--format", "docx"], "there is no format 'docx'"),
        (["FrozenLake-v1", "--horizon", "5", "--seed", "-1"], "seed"),
    ],
)
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert err.startswith("pgsym: ")
    assert message in err


@pytest.mark.campaign
def test_a_report_in_every_format_the_same_bytes_every_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["FrozenLake-v1", "--horizon", "7", "--format", "tex,typ,html,ipynb", "--format", "pdf"]
    for folder in ("first", "second"):
        status, out, err = run(capsys, *arguments, "--output", str(tmp_path / folder), "--engine", "typst")
        assert (status, err) == (0, "")
        assert "audit-frozenlake-v1.pdf" in out
    first = sorted(p.relative_to(tmp_path / "first") for p in (tmp_path / "first").rglob("*") if p.is_file())
    assert {p.suffix for p in first} == {".tex", ".typ", ".html", ".ipynb", ".pdf", ".svg"}
    for path in first:
        assert (tmp_path / "first" / path).read_bytes() == (tmp_path / "second" / path).read_bytes(), path


@pytest.mark.parametrize(
    ("name", "figures"),
    share(
        [
            ("Taxi-v4", ["audit-taxi-v4-states", "audit-taxi-v4-time"]),
            ("CliffWalking-v1", ["audit-cliffwalking-v1-map", "audit-cliffwalking-v1-time"]),
        ],
        2,
        several=True,
    ),
)
def test_the_report_has_its_figures_and_no_disagreement(name: str, figures: list[str]) -> None:
    audit = audit_gymnasium(name, 3)
    document = audit_document(audit)
    assert [f.name for f in document.figures] == figures
    assert all((f.alt + f.caption).isascii() for f in document.figures)
    text = render(document, "tex").decode()
    assert "\\neq" not in text
    assert ("too large for fractions" in text) is (name == "Taxi-v4")


def test_the_report_of_a_wrong_form_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms_module, "forms", lambda: (forms()[0], LATE))
    monkeypatch.setattr(forms_module, "EXACT_WORK", 0)
    text = render(audit_document(audit_gymnasium("CliffWalking-v1", 3)), "tex").decode()
    assert "\\neq" in text
    assert "refuted" in text


def test_a_report_without_matplotlib_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("matplotlib", "matplotlib.style"):
        monkeypatch.setitem(sys.modules, name, None)
    status, out, err = run(capsys, "FrozenLake-v1", "--horizon", "3", "--output", str(tmp_path))
    assert (status, out) == (2, "")
    assert err == f"pgsym: the figures of an audit need Matplotlib: {install('gym')}\n"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "options", "ways"),
    [
        ("FrozenLake-v1", {}, "LDRU"),
        ("FrozenLake-v1", {"map_name": "8x8", "is_slippery": False}, "LDRU"),
        ("CliffWalking-v1", {}, "URDL"),
        ("CliffWalkingSlippery-v1", {}, "URDL"),
    ],
)
def test_where_an_action_leads_is_read_off_the_transitions(name: str, options: dict[str, Any], ways: str) -> None:
    vectors = {"L": (-1, 0), "R": (1, 0), "U": (0, -1), "D": (0, 1)}
    found = action_directions(from_gymnasium(name, 1, **options))
    assert np.allclose(found, [vectors[w] for w in ways])


def test_an_unknown_policy_is_named() -> None:
    with pytest.raises(InstanceError, match="the policy is uniform or random, not 'best'"):
        audit_gymnasium("FrozenLake-v1", 2, policy="best")
