"""The table "every claim is machine-checked", as Markdown."""

from __future__ import annotations

from collections.abc import Iterable

from pgsym.verify import Verification


def markdown_table(outcomes: Iterable[Verification]) -> str:
    """One row a claim: id, statement, verdict, and links to the derivation and the tests."""
    rows = ["| id | statement | verdict | derivation | tests |", "| --- | --- | --- | --- | --- |"]
    for o in outcomes:
        statement = f"{o.claim.lhs} {o.verdict.sign} {o.claim.rhs}".replace("|", "\\|")
        home = f"{'' if o.entry.script else 'claims/'}{(o.entry.script or o.entry.home).replace('-', '_')}.py"
        script = f"[{o.entry.script or o.entry.home}](derivations/{home})"
        tests = ", ".join(f"[{t.partition('::')[2].partition('[')[0]}]({t.partition('::')[0]})" for t in o.entry.tests)
        rows.append(f"| `{o.claim.id}` | {statement} | {o.verdict.rung} | {script} | {tests} |")
    return "\n".join(rows)
