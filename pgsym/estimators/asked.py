"""The arrays that an estimator asks for, according to its arguments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pgsym.estimators.estimator import Estimator, FromFunction
from pgsym.estimators.losses.arguments import ADVANTAGES
from pgsym.estimators.losses.loss import FromLoss
from pgsym.estimators.samples import COLUMNS, SHARED, parameters_of

RATIOS: Final = frozenset({"ratios", "old_logp", "old_probs", "old_logits", "behaviour"})
"""An estimator with one of these arguments is meant for off-policy samples too."""


def asked(*estimators: Estimator) -> frozenset[str]:
    """The names of the arrays that some estimators ask for, as far as they are known.

    >>> from pgsym.estimators import from_advantages
    >>> sorted(asked(from_advantages(lambda returns, mask: returns)))
    ['mask', 'returns']
    """
    return frozenset(name for estimator in estimators for name in _asked(estimator))


def _asked(estimator: Estimator) -> Iterable[str]:
    if isinstance(estimator, FromFunction):
        return estimator.given.values()
    if not isinstance(estimator, FromLoss):
        return ()
    if estimator.traced or not estimator.meant & set(ADVANTAGES):
        return estimator.meant
    if isinstance(estimator.advantages, str):
        return {*estimator.meant, estimator.advantages}
    own = parameters_of(estimator.advantages)
    return {*estimator.meant, *(name for name in own if name in COLUMNS or name in SHARED)}


__all__ = ["RATIOS", "asked"]
