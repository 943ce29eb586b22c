"""The check that estimates depend neither on the contents nor on the length of the padding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar, Final

from pgsym.estimators.batches import Batching
from pgsym.estimators.checks.outcome import Change, Explanation
from pgsym.estimators.checks.samplewise import Samplewise, Variant
from pgsym.estimators.exact_moments import row
from pgsym.estimators.samples import FILLED, Padding, Samples

FILLS: Final = (float("nan"), float("inf"), float("-inf"), 1e30, -1.0)


@dataclass(frozen=True)
class PaddingIgnored(Samplewise):
    """Whether no sample's estimate depends on the contents or the length of its padding."""

    fills: tuple[float, ...] = FILLS
    more: int = 1
    silent: ClassVar[str] = "no sample had padding, or no estimate was other than zero"

    def applies(self, batching: Batching) -> bool:
        return bool(self.more) or not batching.problem.mask.all()

    def variants(self, samples: Samples) -> Iterator[Variant]:
        yield from self._filled(samples, FILLED)
        if self.more:
            wide = replace(samples, problem=samples.problem.longer(self.more))
            words = f"{self.more} more step{'s' if self.more > 1 else ''} of padding"
            yield words, partial(self._estimated, wide)

    def _filled(self, samples: Samples, columns: tuple[str, ...]) -> Iterator[Variant]:
        """The estimates with other numbers in the padding of some columns."""
        p = samples.problem
        for number in () if p.mask.all() else self.fills:
            other = replace(samples, padding=Padding(number, p.S - 1, p.A - 1, columns))
            yield f"{number:g} (and other tokens) in the padding", partial(self._estimated, other)

    def explained(self, batching: Batching, sample: Samples, words: str, change: Change) -> Explanation:
        shown = {"the sample": sample.line(0), "as it is": row(change.before)}
        shown[f"with {words}"] = change.why.split(" for the sample")[0] or row(change.after)
        through = [name for name in FILLED if self._matters(batching, name)] if "in the padding" in words else []
        if through:
            shown["through the arrays"] = ", ".join(through)
        return Explanation(f"{self.estimator.name} depends on the padding: {words} changes the estimate", shown)

    def _matters(self, batching: Batching, name: str) -> bool:
        """Whether the padding of one column changes an estimate."""
        return not _OneColumn(self.estimator, self.fills, 0, (name,), rtol=self.rtol).judge(batching).holds


@dataclass(frozen=True)
class _OneColumn(PaddingIgnored):
    columns: tuple[str, ...] = FILLED

    def variants(self, samples: Samples) -> Iterator[Variant]:
        return self._filled(samples, self.columns)


__all__ = ["FILLS", "PaddingIgnored"]
