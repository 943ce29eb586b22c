"""The subject of an audit: a user's function, made into an estimator."""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import CodeType
from typing import Any, Final

import numpy as np

from pgsym.errors import EstimatorError, PgsymError, UnusableOption
from pgsym.estimators.estimator import Estimator, FromAdvantages, FromFunction, is_estimator
from pgsym.estimators.listing import tree
from pgsym.estimators.losses import from_jax, from_torch
from pgsym.estimators.losses.arguments import ADVANTAGES, ALIASES, MOVING
from pgsym.estimators.samples import COLUMNS, SHARED, Samples, parameters_of
from pgsym.user_code import Loaded, failure

KINDS: Final = ("auto", "estimator", "advantages", "torch", "jax")
OF_A_LOSS: Final = {*MOVING, *ADVANTAGES}
"""Arguments of losses; a function with one of them is a loss if it or its module imports a framework."""
OF_A_LOSS_ALONE: Final = OF_A_LOSS - {*COLUMNS, *SHARED}
"""Arguments that only losses have."""


@dataclass(frozen=True)
class Subject:
    """An estimator, the kind of function that it was made from, and whether it works in Fractions."""

    estimator: Estimator
    kind: str
    reference: str
    exact: bool

    @property
    def summary(self) -> str:
        """The kind in words."""
        kinds = {
            "estimator": "gradient estimates",
            "advantages": "advantages, which weight the scores of the steps",
            "torch": "a loss, differentiated by PyTorch",
            "jax": "a loss, differentiated by JAX",
        }
        return kinds[self.kind]


def subject(
    loaded: Loaded,
    kind: str = "auto",
    names: Mapping[str, str] | None = None,
    advantages: str = "returns",
    maximised: bool = False,
) -> Subject:
    """The estimator of a user's function, of the given kind or the kind that is recognised.

    A function that returns (N, R) or (N, R, T) computes advantages, one that returns (N, P) or (N, S, A) estimates; one
    that takes logits or log-probabilities and whose body, module or annotations name torch or jax is a loss.
    `advantages` says what a loss is given for that name, and `maximised` that it is climbed, not descended.  Raises
    UnusableOption for another kind, and EstimatorError for a function of which nothing can be made.
    """
    names = dict(names or {})
    if kind not in KINDS:
        raise UnusableOption(f"there is no kind {kind!r}; it is one of {', '.join(KINDS)}")
    ready: Any = loaded.function
    if is_estimator(ready):  # such as what from_torch returns
        return Subject(ready, "estimator", loaded.reference, _takes_fractions(ready))
    function = guarded(loaded)
    if kind == "auto":
        kind = _framework(loaded, names) or ""
    if kind in ("torch", "jax"):
        estimator = _differentiated(kind, loaded.function, names, advantages, maximised)
        return Subject(estimator, kind, loaded.reference, exact=False)
    shape = _shape_of(function, names, loaded.name)
    if not kind:
        kind = {"(N, R)": "advantages", "(N, R, T)": "advantages"}.get(shape, "estimator")
    made: Any = (FromAdvantages if kind == "advantages" else FromFunction)(function, names, loaded.name)
    return Subject(made, kind, loaded.reference, _takes_fractions(made))


def guarded(loaded: Loaded) -> Callable[..., Any]:
    """The function with its errors turned into EstimatorErrors of one line, which name the line of the user's file."""
    function = loaded.function
    path = getattr(inspect.unwrap(function), "__code__", None)
    where = path.co_filename if path is not None else loaded.reference

    @functools.wraps(function)
    def called(*given: Any, **named: Any) -> Any:
        try:
            return function(*given, **named)
        except (PgsymError, KeyboardInterrupt):
            raise
        except (Exception, SystemExit) as reason:
            raise EstimatorError(failure(where, reason)) from reason

    return called


def _framework(loaded: Loaded, names: Mapping[str, str]) -> str | None:
    """The framework that differentiates a loss, if it is one: named by its annotations, else by its module."""
    try:
        parameters = parameters_of(loaded.function)
    except EstimatorError:
        return None
    annotations = " ".join(str(p.annotation) for p in parameters.values())
    if "torch" in annotations or "Tensor" in annotations:
        return "torch"
    if "jax" in annotations or "jnp" in annotations or "chex" in annotations:
        return "jax"
    meant = {names.get(name, name) for name in parameters}
    if OF_A_LOSS.isdisjoint(ALIASES.get(name, name) for name in meant):
        return None
    used = getattr(inspect.unwrap(loaded.function), "__globals__", vars(loaded.module))
    packages = {str(getattr(v, "__name__", "")).partition(".")[0] for v in used.values()}
    packages |= {str(getattr(v, "__module__", "")).partition(".")[0] for v in used.values()}
    packages |= set(_imported(getattr(inspect.unwrap(loaded.function), "__code__", None)))
    found = next((framework for framework in ("torch", "jax") if framework in packages), None)
    stray = [name for name in parameters if OF_A_LOSS_ALONE & {names.get(name, name), ALIASES.get(name, name)}]
    if found is None and stray:
        raise EstimatorError(
            f"{loaded.name} takes {stray[0]!r}, as a loss does, but neither it nor its module imports torch or jax: "
            "say --kind torch or --kind jax"
        )
    return found


def _imported(code: CodeType | None) -> Iterator[str]:
    """The packages that a function's body imports when it is called."""
    if code is not None:
        for line in dis.get_instructions(code):
            if line.opname == "IMPORT_NAME":
                yield str(line.argval).partition(".")[0]
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                yield from _imported(inner)


def _differentiated(
    kind: str, function: Callable[..., Any], names: Mapping[str, str], advantages: str, maximised: bool
) -> Estimator:
    make: Callable[..., Estimator] = from_torch if kind == "torch" else from_jax
    name = getattr(function, "__name__", kind)
    return make(function, names=names or None, advantages=advantages, sign=1 if maximised else -1, name=name)


def _probe(exact: bool) -> Samples:
    """Samples whose outputs can be recognised by shape: N = 5, R = 3, T = 2, S = 4, A = 3."""
    half = Fraction(1, 2)
    row = [half, half / 2, half / 2]
    problem = tree(lambda _, tokens: sum(tokens), vocabulary=3, length=2, policy=row, reference=row[::-1])
    return Samples(
        problem if exact else problem.floats(), np.array([[0, 4, 1], [8, 2, 2], [5, 7, 3], [6, 1, 0], [3, 8, 4]])
    )


def _shape_of(function: Callable[..., Any], names: Mapping[str, str], name: str) -> str:
    """The name of a function's output shape; raises EstimatorError for any other shape."""
    samples = _probe(exact=False)
    p, N, R = samples.problem, len(samples), samples.R
    with np.errstate(all="ignore"):
        found = FromFunction(function, names, name)(samples)
    known = {"(N, R)": (N, R), "(N, R, T)": (N, R, p.T), "(N, P)": (N, p.P), "(N, S, A)": (N, p.S, p.A)}
    for called, shape in known.items():
        if found.shape == shape:
            return called
    hint = " (a loss is differentiated: --kind torch or jax)" if found.shape in ((), (N,)) else ""
    raise EstimatorError(
        f"{name} returned shape {found.shape} for N = {N} samples of R = {R} rows and T = {p.T} steps: "
        f"advantages are (N, R) or (N, R, T), gradient estimates (N, P) or (N, S, A){hint}"
    )


def _takes_fractions(estimator: Estimator) -> bool:
    """Whether the estimator maps Fractions to Fractions, with the same values as in floats."""
    try:
        found, floats = (np.asarray(estimator(_probe(exact))) for exact in (True, False))
    except Exception:
        return False
    fractions = found.dtype == object and all(isinstance(x, Fraction | int) for x in found.flat)
    return fractions and found.shape == floats.shape and np.allclose(found.astype(np.float64), floats)


__all__ = ["Subject", "subject"]
