"""Hints in words: the likely mistake, the evidence for it, and what to do."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from pgsym.estimators.batches import Batching
from pgsym.estimators.comparison import number
from pgsym.estimators.diagnosis.choice import Parts
from pgsym.estimators.diagnosis.factors import Factor
from pgsym.estimators.diagnosis.search import Slip


@dataclass(frozen=True)
class Hint:
    """The name of a mistake or symptom, and a sentence that says what to do."""

    pattern: str
    summary: str

    def __str__(self) -> str:
        return self.summary


LIMITED: Final = " (not so with ragged lengths and rewards before the last step)"


def of_nothing(tried: int, varies: bool) -> Hint:
    """The hint for a mean that is zero at all problems tried."""
    how = "the estimates average out" if varies else "every estimate is zero here"
    return Hint("zero", f"its mean is zero at all {tried} problems tried: {how}")


def of_factor(factor: Factor, batching: Batching, tried: int, limited: bool = False) -> Hint:
    """The hint for a factor between mean and gradient; `limited` if it was not seen at problems with more features."""
    where = LIMITED if limited else ""
    if factor.name == "wrong-sign":
        return Hint(factor.name, f"its mean is minus the gradient{where}: it looks like {factor.summary}")
    value = number(factor.of(batching)).replace("-", "−")
    formula = factor.formula if factor.formula == value else f"{factor.formula} = {value}"
    alone = "" if tried > 1 else " here (other formulas may give the same number)"
    link = "of" if 0 < factor.of(batching) < 1 else "times"
    if limited and factor.name == "constant-factor":  # the factor varies, so it is not a coefficient
        says = f"its mean is {formula} {link} the gradient at all problems tried that are like this one"
        return Hint(factor.name, f"{says}, but not with ragged lengths and rewards before the last step")
    return Hint(factor.name, f"its mean is {formula} {link} the gradient{alone}{where}: it looks like {factor.summary}")


SLACK_WORDS: Final = {
    "added": "added to the deviation",
    "inside": "added to the variance",
    "least": "as the smallest deviation",
    "counted": "added to the count and the variance",
}

SAME: Final = {"mean-over-length", "average-reward"}
"""Two names of the same mistake if actions are credited with the whole return."""


def of_slips(fitting: list[Slip], limited: bool = False) -> Hint:
    """The hint for the likeliest mistake, and another one with the same means; `limited` as in `of_factor`."""
    slip = fitting[0]
    names, looks, advice = zip(*(_words(slip, place) for place in slip.places), strict=True)
    look = ", and ".join(looks)
    if slip.factor.name != "equal":
        names += (slip.factor.name,)
        look += f", and its mean is {slip.factor.formula} times that ({slip.factor.summary})"
    slack = slip.design.slack
    constant = f", with {slack.eps:g} {SLACK_WORDS[slack.form]}," if slack.eps else ""
    where = f"at all {slip.tried} problems tried" if slip.tried > 1 else "here"
    tried = f"such an estimator{constant} has the same mean {where}"
    tried += LIMITED.replace(" (", ", but ").rstrip(")") if limited else ""
    others = [other for other in fitting[1:] if {slip.design.norm, other.design.credit} != SAME]
    look_too = (", and ".join(_words(other, place)[1] for place in other.places) for other in others)
    another = next((f"; the mean would also be the same if {words}" for words in look_too if words not in look), "")
    return Hint(" + ".join(names), f"it looks like {look} ({tried}{another}): {'; '.join(dict.fromkeys(advice))}")


def _words(slip: Slip, place: str) -> tuple[str, str, str]:
    """(name, description, advice) of a mistake at a place."""
    if place == "parts":
        return _parts(slip.design.parts, slip.right.parts)
    chosen = slip.design.choice(place)
    return getattr(slip.design, place), chosen.looks, chosen.advice or slip.right.choice(place).do


def _parts(found: Parts, right: Parts) -> tuple[str, str, str]:
    """(name, description, advice) of wrong coefficients of the objective's parts."""
    if (found.divergence, found.forward) == (right.forward, right.divergence) != (right.divergence, right.forward):
        if right.divergence:
            return "divergence-other-way-round", "the divergence is KL(ref‖π)", "KL(π‖ref) is an average over π"
        return "divergence-other-way-round", "the divergence is KL(π‖ref)", "KL(ref‖π) is an average over the reference"
    said = [
        _part(WORDS[field.name], getattr(found, field.name), getattr(right, field.name))
        for field in fields(Parts)
        if getattr(found, field.name) != getattr(right, field.name)
    ]
    names, looks, advice = zip(*said, strict=True)
    return " + ".join(names), ", and ".join(looks), "; ".join(advice)


WORDS: Final = {"reward": "return", "divergence": "divergence", "entropy": "entropy", "forward": "divergence KL(ref‖π)"}


def _part(word: str, found: float, right: float) -> tuple[str, str, str]:
    name = word.split()[0]
    if not right:
        return f"{name}-too-much", f"the {word} counts, but should not", f"leave out the {word}"
    if not found:
        return f"{name}-missing", f"the {word} has no gradient", f"add what the {word} contributes"
    if found == -right:
        return f"{name}-wrong-sign", f"the {word} has the wrong sign", "flip it"
    return (
        f"{name}-scaled",
        f"the {word} counts {number(found / right)} times",
        f"correct the coefficient of the {word}",
    )


__all__ = ["Hint", "of_factor", "of_slips"]
