"""The numbers of a document's sections, formulas, claims and figures, counted as LaTeX counts them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pgsym.errors import ReportError
from pgsym.report.contents import texts
from pgsym.report.document import Block, Document, Figure, Formula, Heading, Statement
from pgsym.report.prose import spans


def numbers(document: Document) -> dict[str, str]:
    """The number of every label and of every reference, by label and key.

    Formulas and statements are counted within their section, figures within the document.  Raises ReportError if a
    label is given twice, or if prose refers to a label or cites a key that does not exist.

    >>> formula = Formula("x", "eq:x")
    >>> numbers(Document("d", "D", (Heading("A", label="sec:a"), formula), numbered_from=0))
    {'sec:a': '0', 'eq:x': '(0.1)'}
    """
    found = [pair for pair in _counted(document) if pair[0]]
    found += [(r.key, f"[{n}]") for n, r in enumerate(document.references, 1)]
    twice = [label for label, times in Counter(label for label, _ in found).items() if times > 1]
    if twice:
        raise ReportError(f"{document.id}: the label {twice[0]!r} is given twice")
    out = dict(found)
    for text in texts(document):
        for kind, part in spans(text):
            if kind in ("reference", "citation") and part not in out:
                raise ReportError(f"{document.id}: there is no label {part!r}: {text[:60]}")
    return out


def section_numbers(document: Document) -> tuple[str, ...]:
    """The number of every heading, in their order; an empty text for a heading without a number.

    >>> section_numbers(Document("d", "D", (Heading("A"), Heading("B", 2)), numbered_from=3))
    ('3', '3.1')
    """
    section, subsection, out = (document.numbered_from or 0) - 1, 0, []
    for item in document.blocks:
        if isinstance(item, Heading):
            counted = item.numbered and document.numbered_from is not None
            if counted:
                section, subsection = (section, subsection + 1) if item.level > 1 else (section + 1, 0)
            out.append((f"{section}.{subsection}" if item.level > 1 else f"{section}") if counted else "")
    return tuple(out)


def _counted(document: Document) -> Iterator[tuple[str, str]]:
    of_headings, section, counts = iter(section_numbers(document)), "", Counter[str]()
    for item in document.blocks:
        if isinstance(item, Heading):
            number = next(of_headings)
            if number:
                yield item.label, number
                if item.level == 1:
                    section, counts["formula"], counts["statement"] = f"{number}.", 0, 0
        else:
            yield from _numbered(item, section, counts)


def _numbered(item: Block, within: str, counts: Counter[str]) -> Iterator[tuple[str, str]]:
    match item:
        case Formula(_, label) if label:
            counts["formula"] += 1
            yield label, f"({within}{counts['formula']})"
        case Statement(label=label) if label:
            counts["statement"] += 1
            yield label, f"{within}{counts['statement']}"
        case Figure(label=label):
            counts["figure"] += 1
            yield label, f"{counts['figure']}"
