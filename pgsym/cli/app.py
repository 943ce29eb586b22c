"""The command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pgsym.cli.audit import audits
from pgsym.cli.terminal import (
    Engine,
    escape_what_cannot_be_printed,
    listed,
    print_json,
    progress,
)
from pgsym.errors import PgsymError, UnusableOption
from pgsym.report.writers.console import badge, escaped, table
from pgsym.user_code import error_in_user_code

if TYPE_CHECKING:
    from pgsym.claims.catalogue import Entry
    from pgsym.claims.verify import Verification
    from pgsym.decide.sizes import Size

Names = Annotated[
    list[str] | None,
    typer.Argument(
        help="Ids or names of scripts (see `pgsym list`), or .py files, or folders of them.", metavar="[NAME]..."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")]


def _positive(seconds: float) -> float:
    if not seconds > 0:  # not `seconds <= 0`, to refuse nan too
        raise UnusableOption(f"--time-limit {seconds:g}: give more than 0 seconds")
    return seconds


TimeLimit = Annotated[
    float,
    typer.Option(
        help="Seconds of computing that the search, or SymPy, may take for one claim.",
        metavar="SECONDS",
        callback=_positive,
    ),
]

app = typer.Typer(
    help="Derive, decide, refute and teach policy gradients, exactly.",
    epilog="Exit status: 0 if everything is as claimed, 1 if something is not, 2 if the input is unusable.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.add_typer(audits, name="audit")


def _version(wanted: bool) -> None:
    if wanted:
        from pgsym.version import __version__

        typer.echo(f"pgsym {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Derive, decide, refute and teach policy gradients, exactly."""


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List all claims and derivations."""
    from pgsym.claims.index import in_order

    claims = in_order()
    if claims is None:  # a file has changed since the index was written
        from pgsym.claims import catalogue

        claims = catalogue.as_indexed()
    if as_json:
        print_json([{"id": c.id, "script": c.script, "home": home, "expected": c.expected} for home, c in claims])
        return
    table(("id", "claimed", "script"), [(c.id, badge(c.expected), c.script or "") for _, c in claims])


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="An id, the name of a script, or a .py file.", metavar="NAME")],
    python: Annotated[
        bool, typer.Option("--python", help="For a refuted claim, print Python code that rebuilds the counterexample.")
    ] = False,
) -> None:
    """Show a derivation line by line, or a refuted claim with its counterexample and repairs."""
    from pgsym.claims import catalogue
    from pgsym.claims.verify import verify as verify_entry
    from pgsym.cli.printing import show as show_theorem
    from pgsym.cli.printing import show_verdict
    from pgsym.decide.verdicts import Rung

    chosen = _entries([name])
    wanted = [e for e in chosen if e.claim.id == name] or chosen
    claim = wanted[0].claim
    if len(wanted) == 1 and (claim.expected is Rung.REFUTED or wanted[0].script is None):
        outcome = verify_entry(wanted[0])
        if python and outcome.verdict.counterexample is not None:
            typer.echo(outcome.verdict.counterexample.python())
            return
        show_verdict(claim, outcome.verdict)
        if outcome.why_not:
            typer.echo(outcome.why_not)
        raise typer.Exit(_status([outcome]))
    show_theorem(catalogue.theorem(wanted[0].script or wanted[0].home))


@app.command()
def verify(
    names: Names = None,
    as_json: Json = False,
    size: Annotated[
        str | None,
        typer.Option(
            help="Decide at this size: |S|,|A|,T such as 10,5,20, or by name such as S=10,A=5,T=20.", metavar="S,A,T"
        ),
    ] = None,
    time_limit: TimeLimit = 10,
) -> None:
    """Decide claims again and replay their derivations."""
    from pgsym.decide.sizes import Size

    _report_on(_verified(_entries(names), None if size is None else Size.parse(size), time_limit), as_json)


@app.command()
def claims(
    names: Names = None,
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--md", help="Print a Markdown page with links to derivations and tests.")
    ] = False,
    time_limit: TimeLimit = 10,
) -> None:
    """Decide claims and print them in reading order: statement, verdict, evidence, repair."""
    if markdown and as_json:
        raise UnusableOption("give either --json or --md, not both")
    outcomes = _verified(_entries(names), time_limit=time_limit)
    if markdown:
        from pgsym.report.pages.claims import claims_page

        typer.echo(claims_page(outcomes))
        raise typer.Exit(_status(outcomes))
    _report_on(outcomes, as_json, with_statement=True)


@app.command()
def estimators(
    as_json: Json = False,
    markdown: Annotated[
        bool, typer.Option("--md", help="Print a Markdown page with bias and variance at examples.")
    ] = False,
) -> None:
    """List the estimators of the literature: what each estimates, and by which factor, on small problems."""
    from pgsym.estimators.catalogue import KNOWN
    from pgsym.estimators.catalogue.facts import fact

    if markdown and as_json:
        raise UnusableOption("give either --json or --md, not both")
    found = [fact(known) for known in progress(KNOWN.values(), "estimators")]
    if as_json:
        print_json([f.record() for f in found])
    elif markdown:
        from pgsym.report.pages.estimators import page

        typer.echo(page())
    else:
        rows = [
            (f.known.id, escaped(f.known.objective.name), "✔" if f.true else "[red]✘[/red]", escaped(f.known.fact))
            for f in found
        ]
        table(("id", "gradient of", "", "fact"), rows)
        typer.echo("pgsym estimators --md also prints bias and variance, the grid, and the smallest biased problems")
    raise typer.Exit(0 if all(f.true for f in found) else 1)


@app.command()
def report(
    names: Names = None,
    formats: Annotated[
        list[str], typer.Option("--format", help="tex, pdf, html, md, ipynb or typ; several with commas.")
    ] = ["pdf"],  # noqa: B006 (typer wants the default like this)
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path("reports"),
    engine: Engine = "auto",
) -> None:
    """Write reports: the statement, the derivation, counterexamples, figures and sources.

    The name `article` stands for one long report on all claims, chapter by
    chapter. Without a name, all other reports are written, with an index.html
    that links them in reading order.
    """
    from pgsym.claims import catalogue
    from pgsym.report.derivations import document_for
    from pgsym.report.engines import version
    from pgsym.report.pages import article
    from pgsym.report.reading_order import write_index
    from pgsym.report.render import checked, write

    wanted = checked(listed(formats))
    version(engine)  # raises for an unknown engine before any work is done
    named = [n if n == article.NAME else catalogue.script_name(n) for n in names or catalogue.scripts()]
    paths: list[Path] = []
    for name in progress(list(dict.fromkeys(named)), "reports"):
        document = article.article(partial(progress, what="claims")) if name == article.NAME else document_for(name)
        written = write(document, output, wanted, engine)
        paths += written.paths
        for path in written.paths:
            typer.echo(str(path))
        for note in written.notes:
            typer.echo(note, err=True)
    if not names:
        typer.echo(str(write_index(output, paths)))


@app.command()
def new(
    name: Annotated[
        list[str],
        typer.Argument(
            help="The id of a new derivation, such as my-identity; or the word claim and the id of a new claim.",
            metavar="[claim] NAME",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to write to.")] = Path(),
) -> None:
    """Write a new derivation script, or a new claim, that runs and can be edited."""
    from pgsym.claims.scaffold import TEMPLATES, scaffold

    *kinds, wanted = name
    kind = kinds[0] if kinds else "derivation"
    if len(kinds) > 1 or kind not in TEMPLATES or wanted in TEMPLATES:
        raise UnusableOption(f"pgsym new {' '.join(name)}: use pgsym new NAME or pgsym new claim NAME")
    typer.echo(str(scaffold(wanted, output, kind)))


INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    escape_what_cannot_be_printed()
    status = _status_of(lambda: app(args=arguments, standalone_mode=False))
    printed = _status_of(_flush)
    sys.exit(status or printed)


def _status_of(run: Callable[[], int | None]) -> int:
    """The exit status of a function; every error is printed as one line, without a traceback."""
    try:
        status = run() or 0
        if status == INTERRUPTED:  # newer versions of typer return it
            raise KeyboardInterrupt
        return status
    except (KeyboardInterrupt, typer.Abort):
        return _print_error("interrupted; no partly written file is left", INTERRUPTED)
    except BrokenPipeError:  # the reader of the output, such as head, has closed it
        return _discard_output(0)
    except PgsymError as error:
        return _print_error(error_in_user_code(error) or str(error), 2)
    except BaseException as error:  # users never see a traceback
        if hasattr(
            error, "format_message"
        ):  # a wrong option or argument; the class is private in newer versions of typer
            message = error.format_message()  # empty if the help was printed because there were no arguments
            return _print_error(f"{message} (see --help)", 2) if message else 2
        if os.environ.get("PGSYM_DEBUG"):
            raise
        if isinstance(error.__context__, BrokenPipeError):  # rich raises its own exit instead
            return _discard_output(0)
        if (theirs := error_in_user_code(error)) is not None:
            return _print_error(theirs, 2)
        if isinstance(error, OSError):
            what = "read" if error.filename else "write the output"
            where = f" {error.filename}" if error.filename else ""
            return _discard_output(_print_error(f"cannot {what}{where}: {error.strerror or error}", 2))
        if isinstance(error, RecursionError | MemoryError):
            return _print_error(f"too large, or nested too deeply: {type(error).__name__}; name its parts", 2)
        said = " ".join(str(error).split())
        return _print_error(f"internal error: {type(error).__name__}: {said} (PGSYM_DEBUG=1 shows where)", 3)


def _flush() -> None:
    """Flush the output, so that a full disk is noticed while it can still be reported."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and not stream.closed:
            stream.flush()


def _discard_output(status: int) -> int:
    """The status, after the remaining output has been redirected to nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    return status


def _print_error(message: str, status: int) -> int:
    with suppress(OSError, ValueError):  # standard error may be full or closed too
        typer.echo(f"pgsym: {message}", err=True)
    return status


def _entries(names: Iterable[str] | None) -> list[Entry]:
    """The claims of some ids, scripts or files; without names, all claims."""
    from pgsym.claims import catalogue

    if not names:
        return list(catalogue.entries().values())
    return list(dict.fromkeys(e for name in names for e in catalogue.entries_of(name)))


def _verified(entries: list[Entry], size: Size | None = None, time_limit: float = 10) -> list[Verification]:
    from pgsym.claims.verify import verify as verify_entry

    sizes = None if size is None else (size,)
    return [verify_entry(e, sizes, time_limit) for e in progress(entries, "claims")]


def _report_on(outcomes: list[Verification], as_json: bool, with_statement: bool = False) -> None:
    """Print outcomes and exit with their status."""
    if as_json:
        print_json([o.record() for o in outcomes])
    else:
        rows = []
        for o in outcomes:
            mark = "✔" if o.is_expected else "[red]✘ not as claimed[/red]"
            given = "; ".join(map(str, o.verdict.assumed))
            covers = [f"given {given}"] if given else []
            covers += [o.verdict.evidence.brief]
            said = "\n".join(f"[dim]{escaped(words)}[/dim]" for words in covers if words)
            if with_statement:
                said = f"{escaped(f'{o.claim.lhs} {o.verdict.sign} {o.claim.rhs}')}\n{said}"
            rows.append((o.claim.id, badge(str(o.verdict.rung)), mark, said))
        table(("id", "verdict", "", "statement and coverage" if with_statement else "coverage"), rows)
        for o in outcomes:
            if o.why_not:
                typer.echo(f"\n{o.why_not}\n")
        unexpected = sum(not o.is_expected for o in outcomes)
        typer.echo(
            f"{len(outcomes)} claim{'s' * (len(outcomes) != 1)}, {len(outcomes) - unexpected} as claimed"
            + (f", {unexpected} not" if unexpected else "")
        )
    raise typer.Exit(_status(outcomes))


def _status(outcomes: Iterable[Verification]) -> int:
    return 0 if all(o.is_expected for o in outcomes) else 1


if __name__ == "__main__":
    main()
