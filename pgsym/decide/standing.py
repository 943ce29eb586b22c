"""How firmly a chain of equal lines stands: no higher than its weakest line."""

from __future__ import annotations

from dataclasses import dataclass

from pgsym.decide.verdicts import Condition, Evidence, Rung, Verdict

TRUE = (Rung.DECIDED, Rung.EXACT, Rung.TESTED)
"""The rungs on which a line may stand, the highest first; a theorem stands no higher than its lowest line."""


@dataclass(frozen=True)
class Standing:
    """The verdict on the first and the last line taken alone, and those on the steps between them."""

    whole: Verdict
    steps: tuple[Verdict, ...]

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict on the whole, then those on the steps."""
        return (self.whole, *self.steps)

    @property
    def rung(self) -> Rung:
        """The lowest rung that the whole or one of the steps stands on."""
        return max((v.rung for v in self.verdicts), key=TRUE.index)

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Where all lines have a value: the conditions of the whole, then those that a step alone has."""
        return tuple(dict.fromkeys(c for v in self.verdicts for c in v.evidence.conditions))

    @property
    def weaker_steps(self) -> tuple[int, ...]:
        """The numbers of the steps that stand on a lower rung than the whole itself."""
        own = TRUE.index(self.whole.rung)
        return tuple(i for i, v in enumerate(self.steps, 1) if TRUE.index(v.rung) > own)

    @property
    def weakest(self) -> Evidence:
        """The evidence of the first of the weaker steps, or of the whole if there is none."""
        return (self.steps[self.weaker_steps[0] - 1] if self.weaker_steps else self.whole).evidence

    @property
    def narrower_lines(self) -> tuple[str, ...]:
        """The lines that were decided at fewer sizes than the whole, with these sizes, in words."""
        own = self.whole.evidence.limits
        lines: dict[tuple[str, ...], list[str]] = {}
        for k, verdict in enumerate(self.steps, 1):
            less = tuple(x for x in verdict.evidence.limits if x not in own)
            lines.setdefault(less, []).append(str(k))
        return tuple(
            f"line{'s' if len(ks) > 1 else ''} {', '.join(ks)}: {', '.join(less)}" for less, ks in lines.items() if less
        )

    def __str__(self) -> str:
        """The rung of the weakest line, the evidence, and all conditions, in one line."""
        said = [str(self.whole.evidence)]
        if self.weaker_steps:
            weak = f"line {self.weaker_steps[0]} is only {self.rung} ({self.weakest})"
            said = [weak, f"the first and the last line taken alone are {self.whole.rung}: {said[0]}"]
        said += self.narrower_lines
        more = [c for c in self.conditions if c not in self.whole.evidence.conditions]
        if more:
            said.append(f"its steps have a value where {', '.join(map(str, more))}")
        return f"{self.rung}: {'; '.join(said)}"
