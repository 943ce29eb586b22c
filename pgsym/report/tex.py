"""Reports as LaTeX that compiles with plain pdflatex."""

from __future__ import annotations

from pgsym.errors import ReportError
from pgsym.report.document import (
    Badge,
    Block,
    Callout,
    Code,
    Derivation,
    Document,
    Figure,
    Formula,
    Heading,
    Paragraph,
    Statement,
    Table,
)
from pgsym.report.formula import WIDE, pieces
from pgsym.report.prose import WIDEST, plain, spans, visible
from pgsym.report.templates import template
from pgsym.terms.latex import GREEK

ESCAPES = {
    **{c: f"\\{c}" for c in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "<": "\\textless{}",
    ">": "\\textgreater{}",
    "|": "\\textbar{}",
    '"': "\\textquotedbl{}",
    "–": "--",
    "—": "---",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "…": "\\dots{}",
    "‖": "\\(\\Vert\\)",
    **{c: f"\\({command}\\)" for c, command in GREEK.items()},
    "∇": "\\(\\nabla\\)", "∑": "\\(\\sum\\)", "−": "\\(-\\)", "·": "\\(\\cdot\\)",
    "×": "\\(\\times\\)", "→": "\\(\\to\\)",
    "≠": "\\(\\neq\\)", "≤": "\\(\\le\\)",
    "≰": "\\(\\nleq\\)", "≥": "\\(\\ge\\)", "∼": "\\(\\sim\\)", "∈": "\\(\\in\\)",
    "²": "\\(^2\\)", "√": "\\(\\surd\\)",
    "½": "\\(\\frac12\\)", "∞": "\\(\\infty\\)", "±": "\\(\\pm\\)",
}  # fmt: skip


BREAK = "\\allowbreak{}"


def escape(text: str) -> str:
    """Literal text for LaTeX; raises ReportError for a character that plain pdflatex cannot set.

    >>> escape("50% of x_1 & more")
    '50\\\\% of x\\\\_1 \\\\& more'
    """
    out = []
    for character in text:
        if character in ESCAPES:
            out.append(ESCAPES[character])
        elif character.isascii() or "À" <= character <= "ÿ":
            out.append(character)
        else:
            raise ReportError(
                f"the character {character!r} (U+{ord(character):04X}) cannot be set by LaTeX: {text[:60]}"
            )
    return "".join(out)


def prose(text: str) -> str:
    """Prose with inline mathematics for LaTeX."""
    out = []
    for kind, part in spans(text):
        match kind:
            case "math":
                out.append(f"${part}$")
            case "emphasis":
                out.append(f"\\emph{{{escape(part)}}}")
            case "code":
                out.append(f"\\texttt{{{escape(part).replace('-', '-' + BREAK)}}}")
            case _:
                out.append(escape(part))
    return "".join(out)


def badge(value: Badge | None) -> str:
    """A verdict as a small coloured word."""
    return "" if value is None else f"\\pgbadge{{{value.rung}}}"


def block(item: Block) -> str:
    """One block."""
    match item:
        case Heading(text, level):
            return f"\\{'sub' * (level - 1)}section*{{{prose(text)}}}"
        case Paragraph(text):
            return prose(text)
        case Callout(title, text):
            return f"\\pgcallout{{{prose(title)}}}{{{prose(text)}}}"
        case Formula(latex):
            return f"{_cut(latex)}\\pgdisplay{{{latex}}}"
        case Statement():
            return _statement(item)
        case Derivation(start, lines):
            rows = [f"{_cut(start)}\\pgstart{{{start}}}"]
            for line in lines:
                formula = f"= {line.formula}"
                words = f"{{{escape(line.rule)}}}{{{prose(line.why)}}}{{{line.rung}}}"
                rows.append(f"{_cut(formula)}\\pgstep{{{formula}}}{words}")
            return "\\begin{pgderivation}\n" + "\n".join(rows) + "\n\\end{pgderivation}"
        case Table():
            return _table(item)
        case Code(text, _):
            return "\\begin{lstlisting}\n" + _listing(text) + "\n\\end{lstlisting}"
        case Figure(name, _, _, _, caption):
            return f"\\pgfigure{{figures/{name}.pdf}}{{{prose(caption)}}}"


def _statement(item: Statement) -> str:
    parts = [f"\\begin{{pgstatement}}{{{escape(item.kind)}}}{{{escape(item.name)}}}{{{badge(item.badge)}}}"]
    if item.text:
        parts.append(prose(item.text))
    parts.append(f"{_cut(item.formula)}\\pgdisplay{{{item.formula}}}")
    if item.hypotheses:
        parts.append("\\pggiven{" + "; ".join(map(prose, item.hypotheses)) + "}")
    if item.badge and item.badge.detail:
        parts.append(f"\\pgdetail{{{prose(item.badge.detail)}}}")
    return "\n".join(parts) + "\n\\end{pgstatement}"


def _table(item: Table) -> str:
    align = (item.align or "l" * len(item.header)).ljust(len(item.header), "l")
    widths = [
        max(map(visible, (h, *column))) for h, column in zip(item.header, zip(*item.rows, strict=True), strict=False)
    ]
    head = " & ".join(f"\\textbf{{{prose(h)}}}" for h in item.header) + " \\\\"
    rows = [" & ".join(map(prose, row)) + " \\\\" for row in item.rows]
    opening, closing = f"\\begin{{tabular}}{{@{{}}{align}@{{}}}}", "\\end{tabular}"
    if sum(widths) > WIDEST:
        columns = "".join(
            ">{\\raggedright\\arraybackslash}X" if w > WIDEST / 4 else a for a, w in zip(align, widths, strict=True)
        )
        opening, closing = f"\\begin{{tabularx}}{{\\linewidth}}{{@{{}}{columns}@{{}}}}", "\\end{tabularx}"
    body = "\n".join(
        [
            opening,
            "\\toprule",
            head,
            "\\midrule",
            "\\addlinespace[2pt]",
            "\n\\addlinespace[2pt]\n".join(rows),
            "\\bottomrule",
            closing,
        ]
    )
    caption = f"\n\n\\pgcaption{{{prose(item.caption)}}}" if item.caption else ""
    return f"\\begin{{center}}\\small\n{body}{caption}\n\\end{{center}}"


def _listing(text: str) -> str:
    """Code for `listings`, which takes single bytes: other characters through its escape; raises ReportError."""
    for taken in ("(*@", "@*)", "\\end{lstlisting}"):
        if taken in text:
            raise ReportError(f"code in a report may not contain {taken}")
    return "".join(c if c.isascii() else f"(*@{escape(c)}@*)" for c in text)


def _metadata(text: str) -> str:
    """Prose as a PDF string of hyperref: plain ASCII, a Greek letter by its name."""
    words = "".join(GREEK.get(c, c).lstrip("\\") for c in plain(text).replace("∇", "grad "))
    return "".join(f"\\{c}" if c in "&%$#_" else c for c in words if c.isascii() and c not in "\\{}~^")


def _cut(latex: str) -> str:
    """The pieces of a formula that may have to be set on several lines, said before the formula itself."""
    parts = pieces(latex) if len(latex) > WIDE else ()
    return "\\pgcut{" + "".join(f"\\pgpiece{{{p}}}" for p in parts) + "}%\n" if len(parts) > 1 else ""


def render_tex(document: Document) -> bytes:
    """The whole LaTeX source."""
    return (
        template("report.tex.jinja")
        .render(
            title=prose(document.title),
            subtitle=prose(document.subtitle),
            pdf_title=_metadata(document.title),
            blocks=[block(b) for b in document.blocks],
            sources=[prose(s) for s in document.sources],
            versions=escape(", ".join(f"{name} {v}" for name, v in document.versions)),
            name=document.id,
        )
        .encode()
    )
