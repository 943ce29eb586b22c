"""Terms as one line of unicode for the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from pgsym import hooks
from pgsym.terms.depth import not_too_deep
from pgsym.terms.nodes import Closed, Term
from pgsym.terms.places import Path
from pgsym.terms.printers.notation import PRODUCT, Notation, bare

SUBSCRIPTS = dict(zip("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
SUPERSCRIPTS = dict(zip("0123456789-⊤", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ", strict=True))


class TextNotation(Notation):
    """Unicode boxes; brackets around what LaTeX would stack."""

    minus, mid, dot, sim, comma = "−", " | ", "·", "∼", ", "
    nabla, log, indicator = "∇", "log", "1"
    fraction_holds = (PRODUCT, False)

    def __init__(self, marked: Path | None = None, mark: tuple[str, str] = ("", "")):
        super().__init__(marked)
        self.marks = mark

    def name(self, name: str) -> str:
        return name

    def subscript(self, base: str, scripts: Sequence[str]) -> str:
        joined = ",".join(scripts)
        if all(c in SUBSCRIPTS for c in bare(joined)):
            return base + "".join(SUBSCRIPTS.get(c, c) for c in joined)
        return f"{base}_{joined}" if len(bare(joined)) == 1 else f"{base}_{{{joined}}}"

    def superscript(self, base: str, script: str) -> str:
        if all(c in SUPERSCRIPTS for c in bare(script)):
            return base + "".join(SUPERSCRIPTS.get(c, c) for c in script)
        return f"{base}^({script})" if len(bare(script)) > 1 else f"{base}^{script}"

    def fraction(self, numerator: str, denominator: str) -> str:
        def tight(side: str) -> str:
            plain = bare(side)
            return side if not any(c in plain for c in " /−") or _is_call(plain) else f"({side})"

        return f"{tight(numerator)}/{tight(denominator)}"

    def bracket(self, body: str, kind: str) -> str:
        left, right = kind, {"(": ")", "[": "]", "{": "}", "|": "|"}[kind]
        return f"{left}{body}{right}"

    def operator(self, kind: str, below: str, above: str, body: str) -> str:
        head = {"sum": "Σ", "product": "Π"}.get(kind, kind)
        bounds = f"_{below}" if len(bare(below)) == 1 else f"_{{{below}}}"
        power = f"^{above}" if len(bare(above)) == 1 else f"^{{{above}}}" if above else ""
        return f"{head}{bounds}" + power + (" " if kind in ("sum", "product") else "") + body

    def prefix(self, head: str, body: str) -> str:
        return f"{head} {body}" if bare(body)[:1] not in "([" else f"{head}{body}"

    def join(self, factors: Sequence[str]) -> str:
        return " ".join(factors)

    def closed(self, term: Closed) -> str:
        return term.written


def _is_call(side: str) -> bool:
    """Whether a drawn side is one name with its bracket, which needs no further bracket."""
    head, bracket, rest = side.partition("(")
    return bool(bracket) and not any(c in head for c in " −/") and rest.find(")") == len(rest) - 1


@not_too_deep
def text(term: Term, changed: Path | None = None, mark: tuple[str, str] = ("⟦", "⟧")) -> str:
    """The term as one line of unicode, the sub-term at `changed` between the two marks.

    >>> from pgsym.problems import one_step
    >>> print(one_step().objective)
    E_{s∼D, a∼π_θ(· | s)}[r(s, a)]
    """
    return TextNotation(changed, mark).write(term)


hooks.text = text
