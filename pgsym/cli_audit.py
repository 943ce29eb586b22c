"""The command line's audits: an environment, or a loss of your own, held to the theorems."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgsym.errors import UnusableOption
from pgsym.terminal import listed, print_json, progress, table

if TYPE_CHECKING:
    from pgsym.audit import Audit

audits = typer.Typer(help="Hold an implementation or an environment to the theorems.", no_args_is_help=True)


@audits.command("gym")
def audit_gym(
    environment: Annotated[str, typer.Argument(help="The id of an environment with tables, such as FrozenLake-v1.")],
    horizon: Annotated[int, typer.Option(help="After how many steps an episode is cut.")],
    policy: Annotated[str, typer.Option(help="uniform or random.")] = "uniform",
    seed: Annotated[int, typer.Option(min=0, help="What the random policy and the direction are drawn from.")] = 0,
    option: Annotated[
        list[str] | None, typer.Option(help="An argument for gymnasium.make, such as map_name=8x8; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object instead of a table.")] = False,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help="Write a report too: tex, pdf, html, ipynb or typ, by commas.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="The folder of the report.")] = None,
    engine: Annotated[
        str, typer.Option(help="What makes the PDF: auto, typst, latexmk, pdflatex or tectonic.")
    ] = "auto",
) -> None:
    """Compute every form of the policy gradient on a Gymnasium environment, and hold them against each other."""
    from pgsym.audit import audit_gymnasium

    watched = partial(progress, what="forms")
    found = audit_gymnasium(environment, horizon, policy, seed, _options(option or []), watched)
    lines: list[str] = []
    if formats or output is not None:
        from pgsym.report.audits import audit_document
        from pgsym.report.render import write

        written = write(audit_document(found), output or Path("reports"), listed(formats or ["pdf"]), engine)
        lines = [*map(str, written.paths), *written.notes]
    if as_json:
        print_json(found.record())
    else:
        _show_audit(found)
    for line in lines:
        typer.echo(line, err=as_json)
    raise typer.Exit(0 if found.agree else 1)


def _options(given: Iterable[str]) -> dict[str, object]:
    """key=value pairs, the values as JSON where they are, else as text."""
    out: dict[str, object] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UnusableOption(f"--option {pair}: give it as key=value, such as map_name=8x8")
        try:
            out[key] = json.loads(value.lower() if value in ("True", "False") else value)
        except json.JSONDecodeError:
            out[key] = value
    return out


def _show_audit(found: Audit) -> None:
    from pgsym.audit import TOLERANCE

    mdp = found.mdp
    typer.echo(f"{mdp.name}: {mdp.S} states, {mdp.A} actions, horizon {mdp.horizon}, {found.policy} policy")
    typer.echo(f"J = {found.objective:.12g}, length of ∇J in the logits = {found.gradient_norm:.12g}")
    rows = [
        (
            reading.form.name,
            f"{reading.value:.12g}",
            f"{found.deviation(reading.value):.1e}",
            "✔" if found.agrees(reading) else "[red]✘[/red]",
        )
        for reading in found.readings
    ]
    deviation = found.deviation(found.recursion)
    mark = "✔" if deviation <= TOLERANCE else "[red]✘[/red]"
    rows.append(("by recursion", f"{found.recursion:.12g}", f"{deviation:.1e}", mark))
    table(("form", "along the direction", "deviation", ""), rows)
    if found.inexact is not None:
        typer.echo(f"not computed in fractions: {found.inexact}")
    else:
        typer.echo(f"in fractions: {'all equal' if found.exactly_equal else 'not all equal'}")
    if found.stray is not None:
        typer.echo(f"the environment does not keep to its table: {found.stray}")
