"""Reports as LaTeX that compiles with plain pdflatex."""

from __future__ import annotations

import re
from unicodedata import normalize

from pgsym.errors import ReportError
from pgsym.report.document import (
    Badge,
    Beside,
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
from pgsym.report.formulas.formula import WIDE, pieces
from pgsym.report.formulas.typst_math import guarded
from pgsym.report.numbering import numbers
from pgsym.report.prose import LAYOUT, WIDEST, literal, plain, spans, typical, visible
from pgsym.report.templates import template
from pgsym.terms.printers.latex import GREEK
from pgsym.terms.printers.text import SUBSCRIPTS, SUPERSCRIPTS

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
    "`": "\\textasciigrave{}",
    **{c: f"\\({command}\\)" for c, command in GREEK.items()},
    "∇": "\\(\\nabla\\)", "∑": "\\(\\sum\\)", "−": "\\(-\\)", "·": "\\(\\cdot\\)",
    "×": "\\(\\times\\)", "→": "\\(\\to\\)",
    "≠": "\\(\\neq\\)", "≤": "\\(\\le\\)",
    "≰": "\\(\\nleq\\)", "≥": "\\(\\ge\\)", "∼": "\\(\\sim\\)", "∈": "\\(\\in\\)",
    "²": "\\(^2\\)", "√": "\\(\\surd\\)",
    "½": "\\(\\frac12\\)", "∞": "\\(\\infty\\)", "ᵀ": "\\(^{\\top}\\)", "°": "\\(^{\\circ}\\)", "±": "\\(\\pm\\)",
}  # fmt: skip
ESCAPES |= {mark: f"$_{{{plain}}}$" for plain, mark in SUBSCRIPTS.items()}
ESCAPES |= {mark: f"$^{{{plain}}}$" for plain, mark in SUPERSCRIPTS.items() if mark not in ESCAPES and plain.isalnum()}


ACCENTS = {"\u0302": "\\hat", "\u0303": "\\tilde"}
WITH_ACCENT = re.compile(r"(?s).[\u0302\u0303]?")
RAGGED = ">{\\raggedright\\arraybackslash}"
BESIDE = 24
"""About the width in characters of a table beside a drawing."""
BREAK = "\\allowbreak{}"
EQUATION = "eq:"
"""The beginning of a formula's label; a reference to a formula has brackets around its number."""


def escape(text: str) -> str:
    """Literal text for LaTeX; raises ReportError for a character that plain pdflatex cannot set.

    >>> escape("50% of x_1 & more")
    '50\\\\% of x\\\\_1 \\\\& more'
    """
    out = []
    for character in _characters(literal(text)):
        if len(character) > 1:
            out.append(f"\\({ACCENTS[character[1]]}{{{GREEK.get(character[0], character[0])}}}\\)")
        elif character in ESCAPES:
            out.append(ESCAPES[character])
        elif out and out[-1] == character and character in "-',":  # TeX would join the two
            out.append(f"{{}}{character}")
        elif character.isascii() or "À" <= character <= "ÿ":
            out.append(character)
        else:
            raise ReportError(
                f"the character {character!r} (U+{ord(character):04X}) cannot be set by LaTeX: {text[:60]}"
            )
    return "".join(out)


def _characters(text: str) -> list[str]:
    """The characters of a text, each together with its hat or tilde."""
    spelt = (apart if len(apart := normalize("NFD", c)) == 2 and apart[1] in ACCENTS else c for c in text)
    return WITH_ACCENT.findall("".join(spelt))


def prose(text: str) -> str:
    """Prose with inline mathematics for LaTeX."""
    out = []
    for kind, part in spans(text):
        match kind:
            case "math":
                out.append(f"${guarded(part)}$")
            case "emphasis":
                out.append(f"\\emph{{{escape(part)}}}")
            case "code":
                out.append(f"\\texttt{{{escape(part).replace('-', '-' + BREAK)}}}")
            case "reference":
                out.append(f"\\eqref{{{part}}}" if part.startswith(EQUATION) else f"\\ref{{{part}}}")
            case "citation":
                out.append(f"\\cite{{{part}}}")
            case "badge":
                out.append(badge(Badge(part)))
            case _:
                out.append(escape(part))
    return "".join(out)


def badge(value: Badge | None) -> str:
    """A verdict as a small coloured word."""
    return "" if value is None else f"\\pgbadge{{{value.rung}}}"


def block(item: Block) -> str:
    """One block."""
    match item:
        case Heading(text, level, label, numbered):
            command = f"\\{'sub' * (level - 1)}section"
            if not label:
                return f"{command}*{{{prose(text)}}}"
            short = _metadata(text)
            named = f"\\texorpdfstring{{{prose(text)}}}{{{short}}}" if short != text else prose(text)
            if numbered:
                return f"{command}{{{named}}}\\label{{{label}}}"
            line = f"\\addcontentsline{{toc}}{{{command[1:]}}}{{{named}}}"
            return f"\\phantomsection\\label{{{label}}}{line}{command}*{{{prose(text)}}}"
        case Paragraph(text, introduces):
            return ("\\pgkeep\n" if introduces else "") + prose(text)
        case Callout(title, text):
            return f"\\pgcallout{{{prose(title)}}}{{{prose(text)}}}"
        case Formula(latex, label):
            shown = f"\\pgequation{{{label}}}" if label else "\\pgdisplay"
            return f"{_cut(latex)}{shown}{{{guarded(latex)}}}"
        case Statement():
            return _statement(item)
        case Derivation(start, lines):
            rows = [f"{_cut(start)}\\pgstart{{{guarded(start)}}}"]
            for step in lines:
                formula = f"= {step.formula}"
                words = f"{{{escape(step.rule)}}}{{{prose(step.why)}}}{{{step.rung}}}"
                rows.append(f"{_cut(formula)}\\pgstep{{{guarded(formula)}}}{words}")
            return "\\begin{pgderivation}\n" + "\n".join(rows) + "\n\\end{pgderivation}"
        case Table():
            return _table(item)
        case Code(text, _):
            takes = "[]" if text.lstrip().startswith("[") else ""  # so that the bracket does not begin options
            return f"\\begin{{lstlisting}}{takes}\n{_listing(text)}\n\\end{{lstlisting}}"
        case Figure(name, caption=caption, label=label):
            mark = f"\\label{{{label}}}" if label else ""
            return f"\\pgfigure{{figures/{name}.pdf}}{{{mark}{prose(caption)}}}"
        case Beside(table, figure):
            shown = f"{{{_tabular(table, BESIDE if item.fits else WIDEST)}}}{{figures/{figure.name}.pdf}}"
            return f"\\{'pgbeside' if item.fits else 'pgbelow'}{shown}{{{prose(table.caption)}}}"


def _statement(item: Statement) -> str:
    kind = f"\\pgnumber{{{item.label}}}{{{escape(item.kind)}}}" if item.label else escape(item.kind)
    if item.is_words:
        return f"\\pgwords{{{kind}}}{{{_name(item)}}}{{{prose(item.text)}}}"
    parts = [f"\\begin{{pgstatement}}{{{kind}}}{{{_name(item)}}}{{{badge(item.badge)}}}"]
    if item.text:
        parts.append(prose(item.text))
    if item.formula:
        parts.append(f"{_cut(item.formula)}\\pgdisplay{{{guarded(item.formula)}}}")
    if item.hypotheses:
        parts.append("\\pggiven{" + "; ".join(map(prose, item.hypotheses)) + "}")
    if item.badge and item.badge.detail:
        parts.append(f"\\pgdetail{{{prose(item.badge.detail)}}}")
    return "\n".join(parts) + "\n\\end{pgstatement}"


def _name(item: Statement) -> str:
    """The name of a statement; with a number it may break after dashes, because other words share its line."""
    return escape(item.name).replace("-", "-" + BREAK) if item.label else escape(item.name)


def _table(item: Table) -> str:
    if item.long:
        return _longtable(item)
    caption = f"\n\n\\pgcaption{{{prose(item.caption)}}}" if item.caption else ""
    return f"\\begin{{center}}\\small\n{_tabular(item, WIDEST)}{caption}\n\\end{{center}}"


def _align(item: Table) -> str:
    return (item.align or "l" * len(item.header)).ljust(len(item.header), "l")


def _widths(item: Table) -> list[int]:
    """About the number of visible characters in the widest cell of each column."""
    return [max(map(visible, (h, *column))) for h, *column in zip(item.header, *item.rows, strict=True)]


def _tabular(item: Table, room: int) -> str:
    align, widths = _align(item), _widths(item)
    head = " & ".join(f"\\textbf{{{prose(h)}}}" for h in item.header) + " \\\\"
    rows = [" & ".join(map(prose, row)) + " \\\\" for row in item.rows]
    opening, closing = f"\\begin{{tabular}}{{@{{}}{align}@{{}}}}", "\\end{tabular}"
    if sum(widths) > room:
        columns = "".join(f"{RAGGED}X" if w > room / 4 else a for a, w in zip(align, widths, strict=True))
        opening, closing = f"\\begin{{tabularx}}{{\\linewidth}}{{@{{}}{columns}@{{}}}}", "\\end{tabularx}"
    return "\n".join(
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


def _longtable(item: Table) -> str:
    """A table in small type over several pages; its wide columns share the width that the narrow ones leave."""
    widths = _widths(item)
    wide = [w > WIDEST / 6 for w in widths]
    room = 0.96 - 0.0095 * sum(w for w, is_wide in zip(widths, wide, strict=True) if not is_wide)
    room -= 0.022 * (len(widths) - 1)
    shares = [typical(column) if is_wide else 0 for *column, is_wide in zip(*item.rows, wide, strict=True)]
    columns = "".join(
        f"{RAGGED}p{{{room * share / sum(shares):.3f}\\linewidth}}" if share else a
        for a, share in zip(_align(item), shares, strict=True)
    )
    head = " & ".join(f"\\textbf{{{prose(h)}}}" for h in item.header)
    rows = "\n".join(_after_command(" & ".join(map(prose, row))) + " \\\\" for row in item.rows)
    opening = f"\\begin{{longtable}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{head} \\\\\n\\midrule\n\\endhead"
    closing = f"\n\\bottomrule\n\\endfoot\n{rows}\n\\end{{longtable}}"
    return f"{{\\footnotesize\\setlength{{\\tabcolsep}}{{4pt}}\n{opening}{closing}}}"


def _after_command(text: str) -> str:
    """Text after a command that would read a bracket or a star at its beginning as its own argument."""
    return f"{{}}{text}" if text[:1] in ("[", "*") else text


def _listing(text: str) -> str:
    """Code for `listings`; characters beyond ASCII, and the text that ends a listing, use its escape to LaTeX."""
    text = literal(text, kept=LAYOUT)
    out = "".join(c if c.isascii() else f"\0{escape(c)}@*)" for c in _characters(text))
    out = out.replace("(*@", "\0(*\\symbol{64}@*)").replace(
        "\\end{lstlisting}", "\0\\textbackslash{}@*)end{lstlisting}"
    )
    return out.replace("\0", "(*@")


def _metadata(text: str) -> str:
    """Prose as a PDF string for hyperref: plain ASCII, with names for Greek letters."""
    words = "".join(GREEK.get(c, c).lstrip("\\") for c in plain(text).replace("∇", "grad "))
    return "".join(f"\\{c}" if c in "&%$#_" else c for c in words if c.isascii() and c not in "\\{}~^")


def _cut(latex: str) -> str:
    """The command, set before a formula, with the pieces of the formula in case it needs several lines."""
    parts = pieces(guarded(latex)) if len(latex) > WIDE else ()
    return "\\pgcut{" + "".join(f"\\pgpiece{{{p}}}" for p in parts) + "}%\n" if len(parts) > 1 else ""


def render_tex(document: Document) -> bytes:
    """The whole LaTeX source; raises ReportError for a reference to an unknown label."""
    numbers(document)
    return (
        template("report.tex.jinja")
        .render(
            title=prose(document.title),
            subtitle=prose(document.subtitle),
            pdf_title=_metadata(document.title),
            blocks=[block(b) for b in document.blocks],
            sources=[_after_command(prose(s)) for s in document.sources],
            references=[(r.key, prose(r.text)) for r in document.references],
            numbered_from=document.numbered_from,
            is_plain=document.is_plain,
            versions=escape(", ".join(f"{name} {v}" for name, v in document.versions)),
            name=document.id,
        )
        .encode()
    )
