"""The index of the catalogue says what the files claim, and spares the commands from running them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgsym.claims import catalogue, index
from pgsym.errors import UnknownName

ID = "policy-gradient-one-step"


@pytest.fixture
def fresh() -> Iterator[None]:
    """The functions that remember, before and after as if nothing had been asked."""
    remembering = (index.homes, index.indexed, catalogue._homes_of_claims)
    for function in remembering:
        function.cache_clear()
    yield
    for function in remembering:
        function.cache_clear()


def test_the_index_is_current() -> None:
    assert index.FILE.read_text("utf-8") == catalogue.new_index(), "run make pages"


def test_the_index_lists_every_claim_in_order() -> None:
    assert index.in_order() == catalogue.as_indexed()


def test_a_file_that_changed_is_asked_itself(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    digest = index._digest
    monkeypatch.setattr(index, "_digest", lambda p: "changed" if p.stem == "policy_gradient_one_step" else digest(p))
    assert ID not in index.indexed()
    assert index.in_order() is None
    assert catalogue.entry(ID).home == ID


ENTRY = '{"any-critic": {"digest": "same", "claims": [%s]}}'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"any-critic": 3}',
        ENTRY % '["any-critic", "decided", "any-critic", 1]',
        ENTRY % '[["x"], "decided", "any-critic"]',
        ENTRY % '["any-critic", "decided", 5]',
    ],
)
def test_a_broken_index_is_as_good_as_none(
    content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    (tmp_path / "index.json").write_text(content)
    monkeypatch.setattr(index, "homes", lambda: {"any-critic": Path(catalogue.script("any-critic").__file__)})
    monkeypatch.setattr(index, "FILE", tmp_path / "index.json")
    monkeypatch.setattr(index, "_digest", lambda path: "same")
    assert index.indexed() == {}


def test_a_claim_that_the_index_invents_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "_homes_of_claims", lambda: {"a-ghost": ID})
    with pytest.raises(UnknownName, match="there is no 'a-ghost'"):
        catalogue.entry("a-ghost")


def test_a_file_of_ones_own_does_not_hide_the_catalogues(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "policy_gradient_one_step.py"
    path.write_text(Path(catalogue.script("any-critic").__file__).read_text().replace('"any-critic"', '"mine"', 1))
    monkeypatch.chdir(tmp_path)
    (tmp_path / ID).mkdir()
    own = catalogue.entries_of(str(path))
    assert {e.home for e in own} == {f"my-{ID}"}
    assert ID in {e.claim.id for e in catalogue.entries_of(ID)}


def test_an_unknown_name_is_compared_with_those_of_the_index() -> None:
    with pytest.raises(UnknownName, match=f"did you mean {ID}"):
        catalogue.entry(f"{ID}s")


def test_an_old_name_leads_to_the_new_one() -> None:
    with pytest.raises(UnknownName, match="b-gae-bias is now called gae-bias"):
        catalogue.entries_of("b-gae-bias")
    names = set(catalogue.names())
    assert set(index.renamed().values()) <= names
    assert not set(index.renamed()) & names


@pytest.mark.parametrize(
    ("arguments", "never"),
    [
        (["--version"], {"numpy", "sympy", "pgsym.terms", "pgsym.estimators"}),
        (["--help"], {"numpy", "sympy", "pgsym.terms", "pgsym.estimators"}),
        (["list"], {"numpy", "sympy", "pgsym.terms", "pgsym.derivations.any_critic"}),
        (["show", ID], {"sympy", "pgsym.estimators", "pgsym.derivations.any_critic"}),
    ],
)
def test_a_command_imports_what_it_needs(arguments: list[str], never: set[str]) -> None:
    program = (
        "import atexit, sys\n"
        "from pgsym.__main__ import main\n"
        "atexit.register(lambda: print('imported', *sorted(sys.modules), file=sys.stderr))\n"
        f"sys.argv = {['pgsym', *arguments]!r}\n"
        "main()\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    imported = set(run.stderr.split("imported ")[1].split())
    assert not imported & never
