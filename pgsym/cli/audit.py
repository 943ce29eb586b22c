"""The commands `pgsym audit`, which compare an environment or your own loss with the theorems."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import redirect_stdout
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from pgsym.cli.terminal import Engine, listed, print_json, progress
from pgsym.errors import UnusableOption

if TYPE_CHECKING:
    from pgsym.estimators.audit import LossAudit
    from pgsym.report.document import Block, Document


Json = Annotated[bool, typer.Option("--json", help="Print a JSON object instead of tables.")]
Formats = Annotated[
    list[str] | None,
    typer.Option("--format", help="Write a report too: tex, pdf, html, md, ipynb or typ, with commas."),
]
Folder = Annotated[
    Path | None, typer.Option("--output", "-o", help="The folder of the report.", show_default="reports")
]


class Audits(TyperGroup):
    """The audits; `pgsym audit module:function` is short for `pgsym audit loss module:function`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The remaining arguments; the command `loss` is put before the name of a function, or of a module alone."""
        named = any(":" in a for a in args) or (bool(args) and Path(args[0]).with_suffix(".py").is_file())
        if args and args[0] not in self.commands and named:
            args = ["loss", *args]
        return super().parse_args(ctx, args)


audits = typer.Typer(
    cls=Audits,
    help="Compare a loss, an estimator or an environment with the theorems.",
    epilog="pgsym audit module:function is short for pgsym audit loss module:function.",
    no_args_is_help=True,
)


@audits.command("gym")
def audit_gym(
    environment: Annotated[str, typer.Argument(help="The id of an environment with tables, such as FrozenLake-v1.")],
    horizon: Annotated[int, typer.Option(help="The number of steps after which an episode is cut.")],
    policy: Annotated[str, typer.Option(help="uniform or random.")] = "uniform",
    seed: Annotated[int, typer.Option(min=0, help="The seed for the random policy and the direction.")] = 0,
    option: Annotated[
        list[str] | None, typer.Option(help="An argument for gymnasium.make, such as map_name=8x8; may be repeated.")
    ] = None,
    as_json: Json = False,
    formats: Formats = None,
    output: Folder = None,
    engine: Engine = "auto",
) -> None:
    """Compute all forms of the policy gradient on a Gymnasium environment and compare them."""
    from pgsym.mdps.forms import audit_gymnasium

    wanted = _wanted(formats, output)
    watched = partial(progress, what="forms")
    found = audit_gymnasium(environment, horizon, policy, seed, _options(option or []), watched)
    from pgsym.report.pages.audit import audit_document, summary

    lines = _written(audit_document(found), output, wanted, engine) if wanted else []
    _print_audit(found.record(), summary(found), lines, as_json)
    raise typer.Exit(0 if found.agree else 1)


def _wanted(formats: list[str] | None, output: Path | None) -> tuple[str, ...]:
    """The formats of the report, empty if no report is asked for; raises UnusableOption for an unknown format."""
    from pgsym.report.render import checked

    return checked(listed(formats or ["pdf"])) if formats or output is not None else ()


def _written(document: Document, output: Path | None, formats: Iterable[str], engine: str) -> list[str]:
    """The paths of the written report, and notes about it."""
    from pgsym.report.render import write

    written = write(document, output or Path("reports"), formats, engine)
    return [*map(str, written.paths), *written.notes]


def _print_audit(record: dict[str, object], blocks: Iterable[Block], lines: list[str], as_json: bool) -> None:
    """Print an audit, as JSON or as tables, and the lines about its report."""
    from pgsym.report.writers.terminal import show_blocks

    if as_json:
        print_json(record)
    else:
        show_blocks(blocks)
    for line in lines:
        typer.echo(line, err=as_json)


@audits.command("loss")
def audit_loss_(
    name: Annotated[
        str, typer.Argument(help="module:function or path/to/file.py:function.", metavar="MODULE:FUNCTION")
    ],
    kind: Annotated[
        str, typer.Option(help="What the function computes: auto, estimator, advantages, torch or jax.")
    ] = "auto",
    named: Annotated[
        list[str] | None,
        typer.Option("--name", help="The meaning of an argument, such as adv=returns; may be repeated."),
    ] = None,
    advantages: Annotated[
        str, typer.Option(help="The advantages given to a loss: returns, to_go, group_mean, leave_one_out, …")
    ] = "returns",
    maximise: Annotated[
        bool, typer.Option("--maximise", help="The function is an objective to maximise, not a loss.")
    ] = False,
    objective: Annotated[
        str, typer.Option(help="The objective: J, entropy, kl, forward-kl, or a sum such as J-0.1*kl.")
    ] = "J",
    problem: Annotated[
        str, typer.Option(help="The kinds of problems: bandit, tree, mdp (several with commas), or all.")
    ] = "all",
    groups: Annotated[str, typer.Option(help="The numbers of groups in a batch; several with commas.")] = "",
    group_size: Annotated[str, typer.Option(help="The numbers of episodes in a group; several with commas.")] = "",
    length: Annotated[int, typer.Option(min=1, help="The length of the longest sequences.")] = 5,
    vocabulary: Annotated[int, typer.Option(min=2, help="The largest number of tokens or actions.")] = 5,
    end: Annotated[str, typer.Option(help="The token that ends a sequence: 0, 1 or none.")] = "0",
    off_policy: Annotated[
        bool | None,
        typer.Option(
            "--off-policy/--on-policy",
            help="Whether the mean must be the gradient for samples of another policy too.",
            show_default="off-policy if it asks for old probabilities or ratios",
        ),
    ] = None,
    discount: Annotated[
        str, typer.Option(help="A discount, such as 0.9, with which the mean must be the gradient too.")
    ] = "1",
    expect: Annotated[
        str,
        typer.Option(help="The expected result: unbiased, scaled (by positive factors) or turned (by less than 90°)."),
    ] = "unbiased",
    seed: Annotated[int, typer.Option(min=0, help="The seed for random problems and draws.")] = 0,
    budget: Annotated[
        int, typer.Option(min=1, help="The largest number of samples for which all are computed.")
    ] = 20_000,
    draws: Annotated[
        int, typer.Option(min=0, help="How many samples to draw if there are more (verdict: tested).")
    ] = 0,
    as_json: Json = False,
    formats: Formats = None,
    output: Folder = None,
    engine: Engine = "auto",
) -> None:
    """Compare a loss or an estimator with the gradient: which identities hold, the exact bias, the variance.

    Exit status: 0 if the mean is the gradient on all problems, or what
    --expect says; 1 if not; 2 if the input is unusable.
    """
    from pgsym.estimators.audit import audit_loss
    from pgsym.estimators.problems import BATCHES, KINDS, Scope, objective_named
    from pgsym.estimators.subject import subject
    from pgsym.report.pages.loss_audit import loss_audit_document, summary
    from pgsym.user_code import ToStandardError, load

    batches = _batches(groups, group_size)
    kinds = listed([problem.lower()])
    scope = Scope(
        kinds=KINDS if "all" in kinds else tuple(dict.fromkeys(kinds)),
        batches=BATCHES if batches is None else batches,
        length=length,
        vocabulary=vocabulary,
        end=None if end == "none" else _number(end, "--end"),
        off_policy=off_policy,
        discount=_fraction(discount, "--discount"),
        objective=objective_named(objective),
        seed=seed,
        budget=budget,
        draws=draws,
        chosen=bool(group_size),
    )
    wanted = _wanted(formats, output)
    with redirect_stdout(ToStandardError()):  # keep the function's own output out of the result
        what = subject(load(name), kind, _meanings(named or []), advantages, maximise)
        found = audit_loss(what, scope, expect, watched=partial(progress, what="problems"))
        lines = [] if as_json else [_conclusion(found)]
        lines += _written(loss_audit_document(found), output, wanted, engine) if wanted else []
    _print_audit(found.record(), summary(found), lines, as_json)
    raise typer.Exit(0 if found.as_expected else 1)


def _batches(groups: str, group_size: str) -> tuple[tuple[int, int], ...] | None:
    """All pairs (groups, group_size) of the two options; None if neither is given."""
    if not (groups or group_size):
        return None
    many = [_number(n, "--groups", 1) for n in listed([groups or "1"])]
    each = [_number(m, "--group-size", 1) for m in listed([group_size or "1,2,3,4"])]
    return tuple(dict.fromkeys((n, m) for n in many for m in each))


def _number(text: str, option: str, least: int = 0) -> int:
    try:
        found = int(text)
    except ValueError:
        raise UnusableOption(f"{option} {text}: not a whole number") from None
    if found < least:
        raise UnusableOption(f"{option} {text}: at least {least}")
    return found


def _fraction(text: str, option: str) -> Fraction:
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise UnusableOption(f"{option} {text}: not a number") from None


def _meanings(given: Iterable[str]) -> dict[str, str]:
    out = {}
    for pair in given:
        argument, equals, meaning = pair.partition("=")
        if not (argument and equals and meaning):
            raise UnusableOption(f"--name {pair}: write argument=meaning, such as adv=returns")
        out[argument.strip()] = meaning.strip()
    return out


def _conclusion(found: LossAudit) -> str:
    """The last line: the verdict, and whether it was expected."""
    mark = "✔" if found.as_expected else "✘"
    expected = "" if found.expected == "unbiased" else f" (expected: {found.expected})"
    return f"{mark} {found.rung}: {found.summary}{expected}"


def _options(given: Iterable[str]) -> dict[str, object]:
    """The options of key=value pairs; each value is read as JSON, or as text if it is not JSON."""
    out: dict[str, object] = {}
    for pair in given:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise UnusableOption(f"--option {pair}: write key=value, such as map_name=8x8")
        try:
            out[key] = json.loads(value.lower() if value in ("True", "False") else value)
        except json.JSONDecodeError:
            out[key] = value
    return out
