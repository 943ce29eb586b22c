"""The article, claim by claim: one document with all chapters and all claims."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from pgsym.claims import catalogue
from pgsym.claims.catalogue import Entry
from pgsym.claims.chapters import Chapter, chapters
from pgsym.claims.claim import Claim
from pgsym.claims.verify import shows
from pgsym.decide.verdicts import Evidence, Rung, Verdict
from pgsym.errors import PgsymError, TooLarge
from pgsym.extras import install
from pgsym.report.chapters import FigureSlot, blocks
from pgsym.report.document import (
    Badge,
    Beside,
    Block,
    Document,
    Figure,
    Heading,
    Paragraph,
    Reference,
    Statement,
    Table,
)
from pgsym.report.evidence import covered
from pgsym.report.instance_graph import figure_of_counterexample, figure_of_example
from pgsym.report.pages.derivation import (
    argument_of,
    claimed,
    counterexample_of,
    derivation_of,
    example_of,
    necessity_of,
    verdict_on,
)
from pgsym.report.versions import versions

NAME = "article"
"""The name of the report on the command line, where all other names are those of scripts."""

BIBLIOGRAPHY = {
    "chen2023": "T. Chen, Understand Policy Gradient by Building Cross Entropy from Scratch (2023)",
    "williams1992": "R. J. Williams, Simple statistical gradient-following algorithms for connectionist reinforcement "
    "learning, Machine Learning 8 (1992)",
    "schulman2015": "J. Schulman, S. Levine, P. Moritz, M. Jordan and P. Abbeel, Trust region policy optimization, "
    "ICML (2015)",
    "schulman2017": "J. Schulman, F. Wolski, P. Dhariwal, A. Radford and O. Klimov, Proximal policy optimization "
    "algorithms, arXiv:1707.06347 (2017)",
    "schulman2016": "J. Schulman et al., High-dimensional continuous control using generalized advantage estimation, "
    "ICLR (2016)",
    "kool2019": "W. Kool, H. van Hoof and M. Welling, Buy 4 REINFORCE samples, get a baseline for free!, ICLR workshop "
    "(2019)",
    "shao2024": "Z. Shao et al., DeepSeekMath, arXiv:2402.03300 (2024)",
    "nota2020": "C. Nota and P. S. Thomas, Is the policy gradient a gradient?, AAMAS (2020)",
}
"""The references of the prose; the sources of the claims are added to them."""

Watch = Callable[[Iterable[Entry]], Iterable[Entry]]


def article(watch: Watch = iter) -> Document:
    """The document with every claim of the catalogue; `watch` may show the progress of the decisions."""
    verdicts = {e.claim.id: decided(e.claim) for e in watch(list(catalogue.entries().values()))}
    references = _references()
    body = [b for chapter in chapters() for b in _chapter(chapter, verdicts, references)]
    return Document(
        NAME,
        "The article, claim by claim",
        (*_opening(verdicts), *body),
        subtitle=f"T. Chen's *Understand Policy Gradient by Building Cross Entropy from Scratch* in {len(verdicts)} "
        "claims, each decided, refuted or repaired",
        versions=versions(),
        references=tuple(Reference(key, text) for text, key in references.items()),
        numbered_from=0,
    )


def decided(claim: Claim) -> Verdict:
    """The verdict on a claim; undecided, with the reason, if a decision would take too long."""
    try:
        return verdict_on(claim)
    except TooLarge as reason:
        return Verdict(Rung.UNDECIDED, claim.proposition, Evidence("none", note=str(reason)))


def _references() -> dict[str, str]:
    """The key of every source, by its text."""
    out = {text: key for key, text in BIBLIOGRAPHY.items()}
    for entry in catalogue.entries().values():
        for source in _sources(entry.claim):
            out.setdefault(source, f"source-{len(out) + 1}")
    return out


def _sources(claim: Claim) -> list[str]:
    return [s.strip() for s in claim.source.split(";") if s.strip()]


def _opening(verdicts: dict[str, Verdict]) -> Iterator[Block]:
    """The instructions for reading, and the table of all verdicts."""
    yield Heading("How to read this", label="sec:reading", numbered=False)
    counts = Counter(str(v.rung) for v in verdicts.values())
    tally = ", ".join(f"{counts[rung]} [!{rung}]" for rung in map(str, Rung) if counts[rung])
    yield Paragraph(
        f"Chapters are numbered as those of the article [@chen2023]; each begins with a summary of the article in our "
        f"words, followed by its claims. The {len(verdicts)} claims have these verdicts: {tally}."
    )
    yield Table(
        ("verdict", "meaning"),
        (
            (
                "[!decided]",
                "true for every policy and problem of the listed sizes, by evaluation at random points modulo primes",
            ),
            ("[!exact]", "true, by a normal form or in closed form"),
            ("[!tested]", "not proved: no counterexample was found among many instances"),
            ("[!refuted]", "false: the smallest counterexample found is shown, in exact numbers"),
            ("[!undecided]", "neither proved nor refuted; the reason is given"),
        ),
    )
    yield Paragraph(
        "In a counterexample states and actions are counted from 1. In drawings, circles are states, rounded boxes are "
        "actions with their rewards and other values, and numbers on arrows are probabilities; an arrow without a "
        "number has probability 1, a dashed arrow has probability 0."
    )
    yield Heading("All verdicts", label="sec:verdicts", numbered=False)
    yield Paragraph(
        "A claim that is true at some sizes may be false at others: a verdict covers only the sizes listed with it. A "
        "claim holds under its hypotheses, and where its conditions hold; in this table a star marks a claim with "
        "conditions."
    )
    claims = [e.claim for e in catalogue.entries().values()]
    rows = tuple(
        (f"[[claim:{c.id}]]", f"`{c.id}`", c.says, f"[!{verdicts[c.id].rung}]", _at(verdicts[c.id])) for c in claims
    )
    yield Table(("claim", "id", "in words", "verdict", "at"), rows, long=True)


def _at(verdict: Verdict) -> str:
    """The number of sizes or instances of a verdict, and a star if it has conditions."""
    e = verdict.evidence
    return " ".join(x for x in (e.tally, "$\\ast$" if e.conditions else "") if x)


def _chapter(chapter: Chapter, verdicts: dict[str, Verdict], references: dict[str, str]) -> Iterator[Block]:
    yield Heading(chapter.title, label=f"sec:c{chapter.number}")
    entries = [(e.place.part, e) for e in catalogue.entries().values() if e.place and e.chapter == chapter.number]
    for index, part in enumerate(chapter.parts):
        members = [e for k, e in entries if k == index]
        if not (part.texts or members):
            continue
        if part.title:
            yield Heading(part.title, 2, f"sec:c{chapter.number}-{index}")
        for item in blocks(part.texts):
            if isinstance(item, FigureSlot):
                yield from _figure(item.name)
            elif not (isinstance(item, Statement) and item.name in verdicts):  # the claim of this name is shown instead
                yield item
        for entry in members:
            yield from _claim(entry, verdicts[entry.claim.id], references)


def _claim(entry: Entry, verdict: Verdict, references: dict[str, str]) -> Iterator[Block]:
    """The blocks of a claim: statement, verdict, remark, derivation, counterexample, examples and repairs."""
    claim = entry.claim
    cited = "".join(f" [@{references[s]}]" for s in _sources(claim))
    theorem = catalogue.theorem(entry.script) if entry.script and claim.expected is not Rung.REFUTED else None
    derived = theorem is not None and claim.step is None and shows(theorem, claim)
    plainly = claimed(claim, verdict)
    yield Statement(
        "Theorem" if derived else "Claim",
        claim.id,
        linked(claim.says, claim.id) + cited,
        plainly.formula,
        plainly.hypotheses,
        Badge(str(verdict.rung), covered(verdict)),
        f"claim:{claim.id}",
    )
    yield from argument_of(verdict)
    if claim.remark:
        yield Paragraph(linked(claim.remark, claim.id))
    if theorem is not None:
        elsewhere = theorem.name != claim.id and theorem.name in catalogue.entries()
        if elsewhere and claim.step is not None:
            yield Paragraph(f"It is line ({claim.step}) of the derivation of Theorem [[claim:{theorem.name}]].")
        elif elsewhere and derived:
            yield Paragraph(f"Its derivation is that of Theorem [[claim:{theorem.name}]].")
        elif derived and theorem.steps:
            yield derivation_of(theorem)
            yield from necessity_of(theorem)
    if verdict.counterexample is not None:
        drawing = figure_of_counterexample(verdict.counterexample, f"article-{claim.id}")
        yield from _beside(counterexample_of(verdict.counterexample), drawing)
    for n, example in enumerate(claim.examples, 1):
        name = f"article-{claim.id}-{n}"
        drawing = figure_of_example(example, name)
        yield from _beside(example_of(example, linked(example.says, name)), drawing)
    there = [r for r in claim.repaired_by if r in catalogue.entries()]
    if there:
        yield Paragraph("What holds instead: " + ", ".join(f"`{r}` ([[claim:{r}]])" for r in there) + ".")


def linked(text: str, within: str = "") -> str:
    """The prose with a numbered link after the id of every other claim.

    >>> linked("By linearity; see score-zero-mean and $a-b$, but no-such-claim.")
    'By linearity; see `score-zero-mean` ([[claim:score-zero-mean]]) and $a-b$, but no-such-claim.'
    """
    known = catalogue.entries()

    def number_of(match: re.Match[str]) -> str:
        name = match[1] or match[2] or match[3]
        return f"`{name}` ([[claim:{name}]])" if name in known and name != within else match[0]

    ids = r"(?<![\w-])([a-z]\w*(?:-\w+)+)(?![\w-])|(?<=see )([a-z]\w+)(?![\w-])"
    return re.sub(rf"\$[^$]+\$|`([^`]+)`|{ids}", number_of, text)


def _beside(blocks: Iterable[Block], drawing: Figure | None) -> Iterator[Block]:
    """The blocks with the drawing beside the first table; lines may break between the rows of its cells."""
    for item in blocks:
        if isinstance(item, Table) and drawing is not None:
            rows = tuple(tuple(cell.replace(",\\; ", "$, $") for cell in row) for row in item.rows)
            yield Beside(replace(item, rows=rows), drawing)
            drawing = None
        else:
            yield item


def _figure(name: str) -> Iterator[Block]:
    """A figure of the article, or a paragraph with the reason why it is missing."""
    from pgsym.report.figures import article as figures
    from pgsym.report.figures import groups

    try:
        match name:
            case "fields":
                made = figures.fields()
            case "variance":
                made = figures.variance_against_time()
            case "groups":
                made = groups.factors()
            case "noise":
                from pgsym.derivations.digits.wrong_labels import train_with_noise

                made = figures.label_noise(train_with_noise())
            case _:
                made = figures.plateau()
    except (ImportError, PgsymError) as reason:
        yield Paragraph(f"A figure is missing here; it needs more packages (`{install('data')}`): {reason}")
        return
    yield Figure(made.name, made.svg, made.pdf, made.alt, made.caption, f"fig:{name}")
