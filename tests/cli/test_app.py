"""The command line: what it prints, its status, and one clear line for whatever cannot be done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import jsonschema
import pytest

from pgsym.cli.app import main

RECORD = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["id", "statement", "verdict", "expected", "evidence", "counterexample", "derivation", "tests"],
        "properties": {
            "id": {"type": "string"},
            "statement": {"type": "string"},
            "verdict": {"enum": ["decided", "exact", "tested", "refuted", "undecided"]},
            "expected": {"type": "boolean"},
            "evidence": {
                "type": "object",
                "required": ["sizes", "primes", "points", "error_bound", "seconds", "examples"],
            },
            "counterexample": {
                "anyOf": [
                    {"type": "null"},
                    {
                        "type": "object",
                        "required": ["sizes", "tables", "lhs", "rhs"],
                        "properties": {"lhs": {"type": "string"}, "rhs": {"type": "string"}},
                    },
                ]
            },
            "derivation": {"type": ["string", "null"]},
            "tests": {"type": "array", "minItems": 1, "items": {"type": "string"}},
        },
    },
}


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Status, output and complaints of a command."""
    with pytest.raises(SystemExit) as end:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


@pytest.mark.parametrize("command", ["verify", "claims"])
def test_json_has_the_promised_fields(capsys: pytest.CaptureFixture[str], command: str) -> None:
    status, out, err = run(capsys, command, "policy-gradient-one-step", "ce-is-pg-exactly", "--json")
    records = json.loads(out)
    jsonschema.validate(records, RECORD)
    assert status == 0
    assert err == ""
    refuted = next(r for r in records if r["id"] == "ce-is-pg-exactly")
    assert refuted["verdict"] == "refuted"
    assert refuted["expected"] is True
    assert (refuted["counterexample"]["lhs"], refuted["counterexample"]["rhs"]) == ("(1/4, -1/4)", "(1/2, -1/2)")


def test_verify_says_how_many_are_as_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "verify", "log-derivative", "naive-exchange")
    assert status == 0
    assert "log-derivative" in out
    assert "as claimed" in out


def test_a_false_claim_of_a_user_ends_with_status_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, _ = run(capsys, "new", "my-identity", "--output", str(tmp_path))
    assert status == 0
    script = tmp_path / "my_identity.py"
    assert out.strip() == str(script)
    assert run(capsys, "verify", str(script))[0] == 0
    script.write_text(script.read_text().replace("        rhs=target,", "        rhs=2 * target,"))
    status, out, _ = run(capsys, "verify", str(script))
    assert status == 1
    assert "refuted" in out
    assert "not as claimed" in out


def test_a_wrong_step_is_refused_with_its_counterexample(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, "new", "my-step", "--output", str(tmp_path))
    script = tmp_path / "my_step.py"
    script.write_text(script.read_text().replace("d.apply(rules.LogDerivative", "d.apply(rules.Sift"))
    status, _, err = run(capsys, "show", str(script))
    assert status == 2
    assert "Sift does not apply" in err
    assert "Traceback" not in err


def test_show_prints_a_derivation_and_a_refutation(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "show", "policy-gradient-one-step")
    assert "∇_θ log π_θ(a | s)" in out
    assert "Multiply by one" in out
    _, out, _ = run(capsys, "show", "ce-is-pg-exactly")
    assert "(1/4, -1/4)" in out
    assert "ce-pg-weight" in out
    _, out, _ = run(capsys, "show", "ce-is-pg-exactly", "--python")
    compile(out, "counterexample", "exec")


def test_wide_lines_are_shown_indented_and_broken_before_operators(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("leave-one-out", "grpo-direction"):
        _, out, _ = run(capsys, "show", name)
        lines = out.splitlines()
        assert all(len(line) <= 80 and line == line.rstrip() for line in lines)
        assert not any(line.endswith(("+", "−", "=")) for line in lines if "E_" in line or "Σ" in line)
        assert [line for line in lines if line[:1].strip()][1:] in ([], ["still has the direction of the gradient."])
        assert "\ue000" not in out
    assert "      [(r(s, a₁) − r(s, a₂))/(|r(s, a₁) − r(s, a₂)| + 1{a₁ = a₂})]]" in out


def test_list_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "list", "--json")
    assert {"id", "script", "expected"} <= set(json.loads(out)[0])
    status, out, _ = run(capsys, "--version")
    assert (status, out) == (0, "pgsym 0.1.0\n")


def test_markdown_links_to_derivations_and_tests_that_exist(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "claims", "ce-pg-weight", "--md")
    assert "(../derivations/07_building_cross_entropy/are_they_the_same/ce_pg_weight.py)" in out
    assert "(../tests/test_claims.py)" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "polcy-gradient-one-step"), "did you mean policy-gradient-one-step?"),
        (("verify", "xyzzy"), "there is no 'xyzzy'"),
        (("show", "no/such/file.py"), "there is no file"),
        (("report", "ce-pg-weight", "--format", "doc"), "there is no format 'doc'"),
        (("report", "ce-pg-weight", "--format", ""), "no format is named"),
        (("report", "ce-pg-weight", "--engine", "word"), "there is no engine 'word'"),
        (("report", "ce-pg-weight", "--output", "/dev/null/reports"), "cannot write"),
        (("new", "Not An Id"), "is not an id"),
        (("new", "claims", "mine"), "pgsym new claim NAME"),
        (("new", "fine", "--output", "/dev/null/x"), "cannot write"),
        (("frobnicate",), "No such command"),
        (("verify", "--frobnicate"), "No such option"),
    ],
)
def test_bad_input_gets_one_line_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert words in err
    assert err.startswith("pgsym: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [("x = = 1", "cannot be read as Python"), ("x = 1", "it defines no claims()"), ("", "no claims()")],
)
def test_a_script_that_is_none_gets_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: str, words: str
) -> None:
    script = tmp_path / "broken.py"
    script.write_text(content)
    status, _, err = run(capsys, "verify", str(script))
    assert status == 2
    assert words in err
    assert err.count("\n") == 1


def test_a_script_that_cannot_be_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    status, _, err = run(capsys, "verify", str(tmp_path / "folder.py"))
    assert status == 2
    assert "there are no claims in" in err


def test_no_tex_engine_is_said_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, _, err = run(capsys, "report", "ce-pg-weight", "--engine", "latexmk", "--output", str(tmp_path / "out"))
    assert status == 2
    assert "latexmk is not installed here" in err
    assert "--engine typst" in err
    assert not (tmp_path / "out").exists()


def test_a_folder_of_claims_is_a_registry_of_its_own(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "my_claims"
    for name in ("my-first", "my-second"):
        status, _, _ = run(capsys, "new", "claim", name, "--output", str(folder))
        assert status == 0
    second = folder / "my_second.py"
    second.write_text(second.read_text().replace("m.reward * m.score", "m.score"))
    status, out, _ = run(capsys, "claims", str(folder), "--json")
    assert status == 1
    assert [(c["id"], c["verdict"], c["expected"]) for c in json.loads(out)] == [
        ("my-first", "decided", True),
        ("my-second", "refuted", False),
    ]


def test_claims_of_one_id_are_told_apart(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(capsys, "new", "claim", "mine", "--output", str(tmp_path))
    (tmp_path / "again.py").write_text((tmp_path / "mine.py").read_text())
    status, _, err = run(capsys, "claims", str(tmp_path))
    assert (status, err.count("\n")) == (2, 1)
    assert "mine is claimed twice: in again and in mine" in err


def test_new_never_overwrites(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("precious")
    status, _, err = run(capsys, "new", "mine", "--output", str(tmp_path))
    assert status == 2
    assert "exists already" in err
    assert (tmp_path / "mine.py").read_text() == "precious"


def test_an_unforeseen_error_shows_no_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode() -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("pgsym.claims.index.in_order", explode)
    status, _, err = run(capsys, "list")
    assert status == 3
    assert "internal error: ZeroDivisionError: boom" in err
    assert "Traceback" not in err


def test_ctrl_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    """A real interrupt in the middle of writing all reports."""
    command = [sys.executable, "-m", "pgsym.cli.app", "report", "--format", "tex,pdf,html", "--output", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("*.html")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    for path in tmp_path.rglob("*"):
        assert not path.name.startswith("."), f"{path} was left behind"
        if path.suffix == ".pdf":
            assert path.read_bytes().rstrip().endswith(b"%%EOF")
        if path.suffix == ".html":
            assert path.read_text().rstrip().endswith("</html>")


def test_a_closed_pipe_is_no_error() -> None:
    script = f"{sys.executable} -m pgsym.cli.app claims ce-pg-weight --json | head -c 1"
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {script}"], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "error" not in done.stderr


def test_importing_pgsym_is_cheap() -> None:
    """Nothing heavy is imported before it is used."""
    code = (
        "import sys, pgsym; print([m for m in ('sympy', 'matplotlib', 'typst', 'sklearn', 'rich') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("command", [[], ["audit"]], ids=["pgsym", "pgsym audit"])
def test_saying_nothing_shows_the_help_and_no_complaint(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    status, out, err = run(capsys, *command)
    assert (status, err) == (2, "")
    assert "Commands" in out


def test_estimators_are_listed_with_their_facts(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "estimators", "--json")
    found = {record["id"]: record for record in json.loads(out)}
    assert (status, err) == (0, "")
    assert found["group-mean"]["fact"] == "scaled by exactly (G−1)/G on-policy"
    assert all(record["broken"] == 0 for record in found.values())
    assert found["per-token-ratio"]["turned"]["mean"] == [["-1/9", "1/9"], ["1/9", "-1/9"]]
    status, out, _ = run(capsys, "estimators")
    assert status == 0
    assert out.count("✔") == len(found)
    status, _, err = run(capsys, "estimators", "--json", "--md")
    assert (status, err) == (2, "pgsym: give either --json or --md, not both\n")
