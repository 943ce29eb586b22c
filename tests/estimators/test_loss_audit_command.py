"""`pgsym audit module:function`: its status, what it prints, its report, and one line for what it cannot use."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import jsonschema
import pytest

from pgsym.cli.app import main
from pgsym.extras import install

LOSSES = """
import numpy as np

def reinforce(returns, total_scores):
    print("something that is no part of the answer")
    return (returns[..., None] * total_scores).mean(axis=1)

def group_mean(adv):
    return adv - adv.mean(axis=1, keepdims=True)

def standardised(returns):
    return (returns - returns.mean(axis=1, keepdims=True)) / (returns.std(axis=1, keepdims=True) + 1e-6)

def weighted(returns, ratios):
    return returns * ratios.prod(axis=2)

def over_own_length(returns, lengths, mask):
    return (returns / lengths)[..., None] * mask

def fails(returns):
    return returns[0, 0, 0]

def scalar(returns):
    return returns.mean()

def unknown(rewardz):
    return rewardz

def elsewhere(new_logits, advantages):
    return somewhere.loss(new_logits, advantages)

constant = 3
"""
SMALL = ["--problem", "bandit", "--group-size", "2"]
FINDING = {
    "type": "object",
    "required": ["id", "name", "summary", "verdict", "detail", "problem", "batch", "scope", "numbers"],
    "properties": {"verdict": {"enum": ["holds", "fails", "not shown"]}, "problem": {"type": ["string", "null"]}},
}
READING = {
    "type": "object",
    "required": ["problem", "summary", "groups", "group_size", "asked", "why_not"],
    "if": {"properties": {"why_not": {"type": "null"}}},
    "then": {
        "required": [
            "gradient",
            "mean",
            "bias",
            "comparison",
            "rung",
            "evidence",
            "variance",
            "mean_squared_error",
            "samples",
        ]
    },
}
RECORD = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "schema", "estimator", "reference", "kind", "objective", "expected", "verdict", "as_expected", "rung",
        "samples", "scope", "identities", "factors", "hint", "smallest", "readings", "variances",
    ],
    "properties": {
        "schema": {"const": 2},
        "estimator": {"type": "string"},
        "reference": {"type": "string"},
        "kind": {"enum": ["estimator", "advantages", "torch", "jax"]},
        "objective": {"type": "string"},
        "expected": {"enum": ["unbiased", "scaled", "turned"]},
        "verdict": {"enum": ["unbiased", "scaled", "turned", "wrong"]},
        "as_expected": {"type": "boolean"},
        "rung": {"enum": ["exact", "tested"]},
        "samples": {"type": "integer", "minimum": 1},
        "scope": {"type": "object", "required": ["problems", "batches", "length", "end", "seed", "budget"]},
        "identities": {"type": "array", "minItems": 13, "maxItems": 13, "items": FINDING},
        "factors": {"type": "array", "items": {"type": "object", "required": ["groups", "group_size", "factor"]}},
        "hint": {"type": ["object", "null"]},
        "smallest": {"anyOf": [{"type": "null"}, READING]},
        "readings": {"type": "array", "minItems": 1, "items": READING},
        "variances": {
            "type": "array",
            "minItems": 2,
            "items": {"type": "object", "required": ["problem", "estimator", "title", "own", "variance", "comparison"]},
        },
    },
}  # fmt: skip


@pytest.fixture
def losses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a file of losses."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my_losses.py").write_text(LOSSES)
    monkeypatch.delitem(sys.modules, "my_losses", raising=False)
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Status, output and complaints of `pgsym audit`."""
    with pytest.raises(SystemExit) as end:
        main(["audit", *arguments])
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.mark.usefixtures("losses")
@pytest.mark.parametrize("name", ["my_losses:reinforce", "my_losses.py:reinforce"])
def test_an_unbiased_estimator_ends_with_zero(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, _ = run(capsys, name, *SMALL)
    assert status == 0
    sizes = "on-policy, |A| = 2 to 5, T = 1, groups of 2, rewards from −40 to 1000"
    assert f"✔ exact: the mean is ∇(J) at all 7 readings asked for ({sizes})" in " ".join(out.split())
    assert "no part of the answer" not in out


@pytest.mark.usefixtures("losses")
@pytest.mark.parametrize(
    ("function", "options", "status", "said"),
    [
        ("group_mean", ["--name", "adv=returns"], 1, "✘ exact: the mean is ∇(J) times 1/2"),
        ("group_mean", ["--name", "adv=returns", "--expect", "scaled"], 0, "(expected: scaled)"),
        ("standardised", [], 1, "stays less than 90° from it"),
        ("standardised", ["--expect", "turned"], 0, "(expected: turned)"),
        ("reinforce", ["--off-policy"], 1, "on- and off-policy"),
        ("weighted", ["--off-policy"], 0, "on- and off-policy"),
        ("reinforce", ["--objective", "entropy"], 1, "∇H(π)"),
    ],
)
def test_the_status_is_what_was_expected(
    capsys: pytest.CaptureFixture[str], function: str, options: list[str], status: int, said: str
) -> None:
    found, out, _ = run(capsys, *options, f"my_losses:{function}", *SMALL)
    assert (found, said in " ".join(out.split())) == (status, True)


@pytest.mark.usefixtures("losses")
def test_a_mean_where_there_is_no_gradient_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "my_losses:over_own_length", "--problem", "tree", "--length", "2", "--group-size", "1")
    assert status == 1
    assert "less than 90° from it at all" in out
    assert "of them the gradient is zero but the mean is not" in out


@pytest.mark.usefixtures("losses")
def test_json_has_the_promised_fields(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "loss", "my_losses:reinforce", *SMALL, "--json")
    record = json.loads(out)
    jsonschema.validate(record, RECORD)
    assert (status, record["verdict"], record["smallest"], record["kind"]) == (0, "unbiased", None, "estimator")
    assert "no part of the answer" in err
    reading = next(r for r in record["readings"] if r["problem"] == "arms-2")
    assert reading["gradient"] == [["-1/4", "1/4"]]
    assert reading["comparison"] == {"kind": "equal", "factor": "1", "cosine": 1.0}
    status, out, _ = run(capsys, "my_losses:standardised", "--kind", "advantages", *SMALL, "--json")
    record = json.loads(out)
    jsonschema.validate(record, RECORD)
    assert (status, record["verdict"], record["smallest"]["problem"]) == (1, "turned", "arms-2")


@pytest.mark.usefixtures("losses")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["my_losses:reinforced"], "my_losses has no reinforced; did you mean reinforce?"),
        (["my_losses:zzz"], "it defines reinforce, group_mean"),
        (["my_losse:f"], "there is no module my_losse; did you mean my_losses?"),
        (["my_loss.py:f"], "there is no file my_loss.py to read; did you mean my_losses.py?"),
        (["my_losses:constant"], "my_losses:constant is not callable: it is 3"),
        (["loss", "my_losses"], "names no function: write module:function"),
        (["my_losses:unknown"], "nothing is called 'rewardz': did you mean 'rewards'?"),
        (["my_losses:fails"], "my_losses.py fails (line 21): IndexError"),
        (["my_losses:scalar"], "(a loss is differentiated: --kind torch or jax)"),
        (["my_losses:elsewhere"], "takes 'new_logits', as a loss does, but neither it nor its module imports torch or"),
        (["my_losses:group_mean", "--name", "adv"], "--name adv: write argument=meaning"),
        (["my_losses:group_mean", "--name", "adv=return"], "did you mean 'returns'?"),
        (["my_losses:reinforce", "--group-size", "x"], "--group-size x: not a whole number"),
        (["my_losses:reinforce", "--group-size", "0"], "--group-size 0: at least 1"),
        (["my_losses:reinforce", "--group-size", "9"], "--group-size"),
        (["my_losses:reinforce", "--problem", "maze"], "there is no kind of problem 'maze'"),
        (["my_losses:reinforce", "--objective", "K"], "there is no objective 'K'"),
        (["my_losses:reinforce", "--discount", "x"], "--discount x: not a number"),
        (["my_losses:reinforce", "--end", "5"], "the end token must be 0 or 1"),
        (["my_losses:reinforce", "--expect", "luck"], "one of unbiased, scaled, turned, not 'luck'"),
        (["my_losses:reinforce", "--kind", "keras"], "there is no kind 'keras'"),
        (["my_losses:reinforce", "--format", "docx"], "there is no format 'docx'"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    if message == "--group-size":
        message, arguments = "samples are more than the budget", [*arguments, "--problem", "tree", "--budget", "100"]
    status, out, err = run(capsys, *arguments)
    complaint = err.strip().splitlines()[-1]
    assert (status, out) == (2, "")
    assert complaint.startswith("pgsym: ")
    assert message in complaint


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import json\nimport not_there\n",
            "broken.py fails (line 2): ModuleNotFoundError: No module named 'not_there'",
        ),
        ("x = 1\ny = x / 0\n", "broken.py fails (line 2): ZeroDivisionError"),
        ("def f(:\n", "broken.py cannot be read as Python (line 1)"),
        ("raise SystemExit(3)\n", "broken.py fails (line 1): SystemExit: 3"),
    ],
)
@pytest.mark.parametrize("name", ["broken:f", "broken.py:f"])
def test_a_module_that_fails_is_named_with_its_line(
    losses: Path, capsys: pytest.CaptureFixture[str], code: str, message: str, name: str
) -> None:
    (losses / "broken.py").write_text(code)
    status, out, err = run(capsys, name)
    assert (status, out, len(err.splitlines())) == (2, "", 1)
    assert message in err


@pytest.mark.campaign
@pytest.mark.usefixtures("losses")
def test_a_report_in_every_format_the_same_bytes_every_time(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["my_losses:standardised", *SMALL, "--format", "tex,typ,html,ipynb", "--format", "pdf"]
    for folder in ("first", "second"):
        status, out, _ = run(capsys, *arguments, "--output", str(tmp_path / folder), "--engine", "typst")
        assert (status, "audit-standardised.pdf" in out) == (1, True)
    first = sorted(p.relative_to(tmp_path / "first") for p in (tmp_path / "first").rglob("*") if p.is_file())
    assert {p.suffix for p in first} == {".tex", ".typ", ".html", ".ipynb", ".pdf", ".svg"}
    for path in first:
        assert (tmp_path / "first" / path).read_bytes() == (tmp_path / "second" / path).read_bytes(), path
    text = (tmp_path / "first" / "audit-standardised.tex").read_text()
    assert all(part in text for part in ("\\neq", "refuted", "Leave-one-out", "arms-3", "audit-standardised-arrows"))


def test_the_report_of_what_is_unbiased_claims_no_more(losses: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--problem", "tree", "--length", "2", "--group-size", "1", "-o", "out", "--format", "tex"]
    status, _, _ = run(capsys, "my_losses:reinforce", *options)
    text = (losses / "out" / "audit-reinforce.tex").read_text()
    assert status == 0
    assert "\\mathbb{E}[\\hat g] = \\nabla J(\\theta)" in text
    assert "There is no bias at the readings that count" in text
    assert "no problem of the scope shows it" in text


@pytest.mark.usefixtures("losses")
def test_a_report_without_matplotlib_names_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("matplotlib", "matplotlib.style"):
        monkeypatch.setitem(sys.modules, name, None)
    status, out, err = run(capsys, "my_losses:weighted", *SMALL, "--output", str(tmp_path / "none"))
    assert (status, out) == (2, "")
    assert err == f"pgsym: the figures of an audit need Matplotlib: {install('gym')}\n"
    assert not (tmp_path / "none").exists()


def test_gym_is_still_a_command_and_the_help_names_both(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    assert all(word in out for word in ("gym", "loss", "module:function"))
    assert run(capsys, "gmy", "FrozenLake-v1")[0] == 2


def test_the_commands_of_the_readme(losses: Path, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    (source,) = re.findall(r"```python\n(# my_losses.py\n.*?)```", readme, re.DOTALL)
    (losses / "my_losses.py").write_text(source)
    commands = re.findall(r"^pgsym audit (my_losses\S*) *(--expect scaled)?", readme, re.MULTILINE)
    wanted = {"my_losses:leave_one_out": 0, "my_losses:group_mean": 1, "my_losses.py:group_mean": 0}
    assert [name for name, _ in commands] == [*wanted, "my_losses.py:loss"]
    for name, expected in commands[:-1]:
        assert run(capsys, name, *expected.split(), "--problem", "bandit")[0] == wanted[name]


@pytest.mark.extras
@pytest.mark.parametrize("framework", ["torch", "jax"])
def test_a_loss_of_a_framework_is_found_out_and_differentiated(
    losses: Path, capsys: pytest.CaptureFixture[str], framework: str
) -> None:
    pytest.importorskip(framework)
    imported = {"torch": "import torch", "jax": "import jax.numpy as jnp"}[framework]
    header, body = "def loss(logp, advantages, mask):", "return -(logp * advantages * mask).sum(1).mean()"
    (losses / f"in_{framework}.py").write_text(f"{imported}\n{header}\n    {body}\n")
    (losses / f"inside_{framework}.py").write_text(f"{header}\n    {imported}\n    {body}\n")
    status, out, _ = run(capsys, f"in_{framework}.py:loss", *SMALL, "--json")
    record = json.loads(out)
    assert (status, record["kind"], record["verdict"]) == (0, framework, "unbiased")
    status, out, _ = run(capsys, f"inside_{framework}.py:loss", *SMALL, "--json")
    assert (status, json.loads(out)["kind"]) == (0, framework)
    scaled = ["--advantages", "group_mean", "--expect", "scaled"]
    status, out, _ = run(capsys, f"in_{framework}.py:loss", *SMALL, *scaled, "--json")
    record = json.loads(out)
    assert (status, record["verdict"], record["factors"][0]["factor"]) == (0, "scaled", "1/2")
    assert run(capsys, f"in_{framework}.py:loss", *SMALL, "--maximise", "--json")[0] == 1
