"""A user's loss as an estimator: its gradient on every sample, by a framework's own differentiation."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from math import isfinite
from numbers import Real
from typing import Any, ClassVar, Final

import numpy as np

from pgsym.errors import EstimatorError, NotFinite
from pgsym.estimators.episodes import Episodes, Floats
from pgsym.estimators.losses.advantages import Rule, rule
from pgsym.estimators.losses.arguments import ADVANTAGES, HELD, LEGAL, MOVING, SAME, axes, meanings
from pgsym.estimators.losses.arrays import blank, gathered, held
from pgsym.estimators.losses.logits import Settled, settled
from pgsym.estimators.losses.output import one_number
from pgsym.estimators.samples import Samples
from pgsym.meaning.numbers.base import Array

Gradients = tuple[Floats, Floats, Floats]
Batch = dict[str, Any]
"""The arguments of a loss by meaning, for many samples (axis N first) or for one."""

SEEN: Final = 6
"""How many samples of a block are checked for numbers below float64."""
REDUCTIONS: Final = (None, "mean", "sum")
POLICIES: Final = {"old": "behaviour", "ref": "reference"}
"""The fixed policies, by the prefix of their log-probabilities."""
BLOCK: Final = 2**14
"""The largest number of samples that are differentiated at once."""


@dataclass(eq=False)
class FromLoss(ABC):
    """An estimator: sign × the gradient of a loss in the logits θ(s, a) = log π(a|s), in float64.

    The loss sees θ gathered at the states, of shape (R, T, A); gradients at several visits to a state are summed.
    """

    loss: Callable[..., Any]
    names: Mapping[str, str] = field(default_factory=dict)
    advantages: str | Callable[..., Any] = "returns"
    sign: float = -1
    name: str = ""
    reduction: str | None = None
    time_axis: bool = True
    traced: bool = False

    framework: ClassVar[str]
    array: ClassVar[str]
    in_floats: ClassVar[bool] = True

    given: dict[str, str] = field(init=False, repr=False)
    within: dict[str, str] = field(init=False, repr=False)  # the arguments of traced advantages
    weigh: Rule | None = field(init=False, repr=False)
    note: str = field(init=False, repr=False, default="")  # why samples are differentiated one by one, if they are
    per_row: dict[int, bool] = field(init=False, repr=False, default_factory=dict)
    narrow: str | None = field(init=False, repr=False, default="")  # None if no number is below float64
    legal: dict[str, type] = field(
        init=False, repr=False, default_factory=dict
    )  # the type in which legal actions are given

    def __post_init__(self) -> None:
        if not callable(self.loss):
            raise EstimatorError(f"a loss must be a function, not {self.loss!r}")
        if self.reduction not in REDUCTIONS:
            raise EstimatorError(f"reduction must be 'mean', 'sum' or None, not {self.reduction!r}")
        if isinstance(self.sign, bool) or not (isinstance(self.sign, Real) and isfinite(self.sign) and self.sign):
            raise EstimatorError(
                f"sign must be -1 for a loss, 1 for an objective, or another number but 0, not {self.sign!r}"
            )
        self.name = self.name or getattr(self.loss, "__name__", "loss")
        self.given = meanings(self.loss, self.names or {})
        self.within = {}
        if self.traced:
            if not callable(self.advantages):
                raise EstimatorError("traced=True needs a function as advantages")
            self.within = meanings(self.advantages, {})
            if set(self.within.values()) & set(ADVANTAGES):
                raise EstimatorError("the function that computes advantages cannot have advantages as an argument")
        self.weigh = None if self.traced else rule(self.advantages)
        if not self.meant & set(MOVING):
            raise EstimatorError(
                f"{self.name} has no gradient: none of its arguments depends on the policy ({', '.join(MOVING)})"
            )

    @property
    def meant(self) -> set[str]:
        """The meanings of all arguments of the loss and of traced advantages."""
        return {*self.given.values(), *self.within.values()}

    @property
    def by_taken(self) -> bool:
        """Whether the loss uses only log π(a_t|s_t) of the policy; then it is differentiated in that, to be faster."""
        return self.meant & set(MOVING) <= {"logp", "ratios"}

    def gradients(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """(losses (N,), their gradients in `moved`, their gradients in the table (N, S, A), or zero).

        `moved` are the gathered logits (N, R, T, A) or, if `by_taken`, log π(a_t|s_t) of shape (N, R, T).  If samples
        cannot be differentiated at once, they are differentiated one by one, with a warning.
        """
        with self.float64():
            if self.note:
                return self.looped(moved, table, given, same)
            try:
                return self.at_once(moved, table, given, same)
            except EstimatorError:
                raise
            except Exception as error:
                try:
                    looped = self.looped(moved, table, given, same)
                except EstimatorError:
                    raise
                except Exception as own:
                    raise self.raised(own) from own
                self.one_by_one(error)
                return looped

    # the interface of a framework---------------------------------------------------------------------------------
    @abstractmethod
    def float64(self) -> AbstractContextManager[None]:
        """A context in which new numbers are float64; the user's settings are restored."""

    @abstractmethod
    def at_once(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """The gradients of all samples in one go; after any error but an EstimatorError, `looped` is tried."""

    def narrowed(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> str | None:
        """The types below float64 that change the loss, "" if they change nothing, None if there are none."""
        return None

    @abstractmethod
    def looped(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> Gradients:
        """The gradients of one sample after the other."""

    @abstractmethod
    def tried(self, moved: Floats, table: Floats, given: Batch, same: Batch) -> bool:
        """Whether the loss can be computed on one batch."""

    # the estimates ---------------------------------------------------------------------------------------------
    def __call__(self, samples: Samples) -> Floats:
        return self.with_sizes(samples)[0]

    def with_sizes(self, samples: Samples) -> tuple[Floats, Floats]:
        """The estimates, and |loss| + Σ |∂loss/∂ log π(a_t|s_t)| of every sample, which bounds the roundoff."""
        self._accept(samples.problem)
        N, p = len(samples), samples.problem
        policy = self.settled(p, "policy")
        seen = policy.log_pi if self.by_taken else policy.logits
        found, sizes = np.empty((N, p.P)), np.empty(N)
        for low in range(0, N, BLOCK):
            part = samples.at(slice(low, low + BLOCK))
            at = (part["states"], part["actions"]) if self.by_taken else (part["states"],)
            losses, rises, direct = self.gradients(seen[at], policy.logits, self.batch(part), self.same(part))
            bad = np.flatnonzero(~np.isfinite(losses))
            if len(bad):
                raise NotFinite(f"{self.name} is {losses[bad[0]]} for the sample: {part.line(int(bad[0]))}")
            if self.narrow is not None:
                self._refuse_narrow(seen[at], policy.logits, part)
            within = np.abs(rises)
            if not self.by_taken:  # the gradient in log π(a_t|s_t) alone is the entry of a_t over 1 − π(a_t|s_t)
                states, actions = part["states"], part["actions"]
                own = np.take_along_axis(within, actions[..., np.newaxis], axis=-1)[..., 0]
                within = np.maximum(own / np.maximum(1 - p.policy[states, actions], 2.0**-53), within.max(axis=-1))
            inside = np.abs(losses) + sum(x.reshape(len(x), -1).sum(axis=1) for x in (within, np.abs(direct)))
            sizes[low : low + BLOCK] = abs(self.sign) * inside
            total = gathered(rises, at, p.S, p.A)
            if self.by_taken:  # ∇ log π(a|s) = 1{a} − π(·|s)
                total -= p.policy * total.sum(axis=2, keepdims=True)
            found[low : low + BLOCK] = self.sign * (total + direct).reshape(-1, p.P)
        return found, sizes

    def _refuse_narrow(self, moved: Floats, table: Floats, samples: Samples) -> None:
        """Raise EstimatorError for a loss that leaves float64 inside, if that changes its gradient."""
        few = np.unique(np.linspace(0, len(samples) - 1, SEEN).astype(np.int64))
        part = samples.at(few)
        self.narrow = self.narrowed(moved[few], table, self.batch(part), self.same(part))
        if self.narrow:
            raise EstimatorError(
                f"{self.name} computes in float32 or less inside ({self.narrow}), with 7 digits or fewer: it may be "
                "right, but cannot be distinguished from a loss that is slightly wrong; compute in float64"
            )

    def _accept(self, problem: Episodes) -> None:
        if problem.exact:
            raise EstimatorError(f"{self.framework} computes in float64, not in Fractions: use problem.floats()")
        never = np.argwhere(problem.policy == 0)
        if len(never):
            s, a = never[0]
            raise EstimatorError(
                f"the policy never takes action {a} in state {s}: its logit is −∞, and {self.framework} cannot "
                "differentiate there (take a policy that is positive everywhere)"
            )
        if not self.time_axis and not problem.mask.all():
            raise EstimatorError("time_axis=False needs episodes of equal length: here some are padded")

    # the arguments of the loss--------------------------------------------------------------------------------
    @property
    def held(self) -> list[str]:
        """The names of the fixed arrays that the loss needs, without advantages."""
        moving = self.meant & set(MOVING)
        behind = {"actions"} if moving & {"logp", "ratios"} and not self.by_taken else set()
        return sorted(m for m in self.meant & set(HELD) | behind)

    def batch(self, samples: Samples) -> Batch:
        """The fixed arrays of many samples, by meaning."""
        T = samples.problem.T
        out = {meaning: self._flat(self._of_batch(meaning, samples), axes(meaning), T) for meaning in self.held}
        if "ratios" in self.meant:
            out |= {m: self._flat(x, "RT", T) for m, x in self._ratios(samples).items()}
        if self.weigh is not None:
            weights = self.weigh(samples) if self.meant & set(ADVANTAGES) else np.zeros(0)
            out |= {m: self._shaped(m, weights, samples) for m in sorted(self.meant & set(ADVANTAGES))}
        return out

    def same(self, samples: Samples) -> Batch:
        """The values that are the same for all samples, by meaning."""
        out = {name: samples[name] for name in sorted(self.meant & set(SAME))}
        out |= {name: self._table(samples.problem, name) for name in out if name in POLICIES.values()}
        if "group_ids" in out:
            out["group_ids"] = self._flat(samples.group_ids[np.newaxis], "R", samples.problem.T)[0]
        return out

    def settled(self, problem: Episodes, which: str) -> Settled:
        """The policy, behaviour or reference of a problem as the framework computes it."""
        return settled(problem, which, self.formulas)

    def _ratios(self, samples: Samples) -> Batch:
        """The exact ratios π / behaviour of the actions taken, and the log π that they belong to."""
        own = self.settled(samples.problem, "policy").log_pi[samples["states"], samples["actions"]]
        padded = np.exp(own - self._of_batch("old_logp", samples))
        met = samples.problem.mask[samples.episodes]
        return {"_ratio": np.where(met, samples["ratios"], padded), "_own": own}

    def _table(self, problem: Episodes, which: str) -> Floats:
        """A fixed policy's table; rows equal to those of π are as the framework computes them, others as given."""
        given = getattr(problem, which)
        same = np.all(given == problem.policy, axis=1, keepdims=True)
        return np.where(same, self.settled(problem, which).probs, given)

    def _of_batch(self, meaning: str, samples: Samples) -> Array:
        """A fixed array of many samples."""
        if meaning in LEGAL:
            shape = (*samples["states"].shape, samples.problem.A)
            return np.full(shape, meaning == "legal_actions", dtype=self._type_of_legal(meaning, samples))
        which, _, what = meaning.partition("_")
        if which not in POLICIES or what not in ("logp", "probs", "logits"):
            return held(meaning, samples)
        p, policy = samples.problem, self.settled(samples.problem, POLICIES[which])
        if what == "logp":
            return samples.taken(meaning, np.where(p.mask, policy.log_pi[p.states, p.actions], 0.0))
        return samples.taken(f"{which}_probs", getattr(policy, what)[p.states])

    def _flat(self, array: Array, of: str, T: int) -> Array:
        """An array with axis N first; if there is no time axis, every step becomes a row."""
        if self.time_axis:
            return array
        if of == "R":
            array = np.repeat(array[:, :, np.newaxis], T, axis=2)
        return array.reshape(len(array), -1, *array.shape[3:])

    def _shaped(self, meaning: str, weights: Floats, samples: Samples) -> Floats:
        """The advantages in the shape that the loss accepts."""
        rows = weights.ndim == 2
        if meaning == "row_advantages" and not rows:
            raise EstimatorError("row_advantages need one advantage for each row, but there is one for each step")
        if not self.time_axis:
            return np.asarray(self._flat(weights, "R" if rows else "RT", samples.problem.T))
        if not rows or meaning == "row_advantages" or (meaning == "advantages" and self._takes_rows(samples)):
            return weights
        return np.where(samples["mask"], weights[:, :, np.newaxis], 0.0)

    def _takes_rows(self, samples: Samples) -> bool:
        """Whether the loss accepts advantages of shape (R,): tried at T = R + 1, where a wrong shape raises."""
        R = samples.group_size * max(2, samples.groups)
        if R not in self.per_row:
            self.per_row[R] = self._fits(samples, R, {"advantages": np.ones(R)})
        return self.per_row[R]

    def _type_of_legal(self, meaning: str, samples: Samples) -> type:
        """The type, bool or float, in which the loss accepts legal actions of shape (R, T, A), found by trying.

        Raises EstimatorError if it accepts neither, unless the caller gave the argument this meaning.
        """
        if meaning not in self.legal:
            self.legal[meaning] = next((x for x in (bool, float) if self._fits_legal(meaning, samples, x)), type(None))
        argument = next(name for name, meant in (self.given | self.within).items() if meant == meaning)
        if self.legal[meaning] is not type(None):
            return self.legal[meaning]
        if argument == meaning or argument in (self.names or {}):
            return bool
        raise EstimatorError(
            f"{self.name} cannot be computed with {argument} as {meaning.replace('_', ' ')}, of shape (R, T, A): if it "
            f"is the padding, of shape (R, T), say names={{'{argument}': 'weights'}} (or 'mask', 'padding'); if not, "
            f"names={{'{argument}': '{meaning}'}}"
        )

    def _fits_legal(self, meaning: str, samples: Samples, kind: type) -> bool:
        if not self.time_axis:
            return kind is bool
        R = samples.group_size * (
            samples.problem.A // samples.group_size + 2
        )  # R > A and T = R + 1: no two sizes are one
        each: Batch = {meaning: np.full((R, R + 1, samples.problem.A), meaning == "legal_actions", dtype=kind)}
        return any(self._fits(samples, R, each | {"advantages": np.ones(x)}) for x in (R, (R, R + 1)))

    def _fits(self, samples: Samples, R: int, chosen: Batch) -> bool:
        """Whether the loss can be computed on R rows of T = R + 1 steps, with the `chosen` arguments."""
        sizes = {"R": R, "T": R + 1, "A": samples.problem.A}
        given = {m: blank(m, [sizes[x] for x in axes(m)]) for m in {*self.held, *(self.meant & set(ADVANTAGES))}}
        given |= {m: given[m].astype(self.legal[m]) for m in given if self.legal.get(m) in (bool, float)}
        if "ratios" in self.meant:
            given |= {"_ratio": np.ones((R, R + 1)), "_own": np.zeros((R, R + 1))}
        same = self.same(samples)
        if "group_ids" in same:
            same["group_ids"] = np.arange(R) // samples.group_size
        shape = (R, R + 1) if self.by_taken else (R, R + 1, sizes["A"])
        fixed = np.log(samples.problem.policy)
        return self.tried(np.zeros(shape), fixed, given | chosen, same)

    # the loss of one batch, in the framework's own arrays ------------------------------------------------------
    def value(self, moved: Any, table: Any, given: Batch) -> Any:
        """The loss of one batch, from the logits (or log π) that are differentiated and the table of logits (S, A)."""
        if not self.time_axis:
            moved = moved.reshape(-1, *moved.shape[2:])
        everything = given | self._moving(moved, table, given)
        if self.traced:
            weights = self.advantages(**{name: everything[m] for name, m in self.within.items()})  # type: ignore[operator]
            everything |= dict.fromkeys(ADVANTAGES, weights)
        out = self.loss(**{name: everything[meaning] for name, meaning in self.given.items()})
        return one_number(out, self.name, self.array, self.reduction)

    def _moving(self, moved: Any, table: Any, given: Batch) -> Batch:
        """The arrays that depend on the parameters and are asked for, and those that they are computed from."""
        wanted = self.meant & set(MOVING)
        out = {"logp" if self.by_taken else "logits": moved}
        if not self.by_taken and wanted - {"logits", "policy"}:
            log_pi = out["log_pi"] = self.log_softmax(moved)
            if wanted & {"logp", "ratios"}:
                out["logp"] = self.taken(log_pi, given["actions"])
            if wanted & {"probs", "entropies"}:
                out["probs"] = self.exp(log_pi)
            if "entropies" in wanted:
                out["entropies"] = -(out["probs"] * log_pi).sum(-1)
        if "ratios" in wanted:
            out["ratios"] = given["_ratio"] * self.exp(out["logp"] - given["_own"])
        if "policy" in wanted:
            out["policy"] = self.exp(self.log_softmax(table))
        return out

    @staticmethod
    @abstractmethod
    def formulas(logits: Floats) -> Sequence[Floats]:
        """π and log π of logits of shape (K, A), as `Formulas` says."""

    @abstractmethod
    def log_softmax(self, logits: Any) -> Any:
        """The log-softmax over the last axis."""

    @abstractmethod
    def taken(self, log_pi: Any, actions: Any) -> Any:
        """The entries at the actions taken."""

    @abstractmethod
    def exp(self, x: Any) -> Any:
        """e^x."""

    # messages------------------------------------------------------------------------------------------
    def raised(self, error: Exception) -> EstimatorError:
        """The error to raise if the loss itself raises."""
        first = (str(error).strip().splitlines() or [""])[0]
        return EstimatorError(f"{self.name} raised {type(error).__name__}: {first}")

    def no_gradient(self) -> EstimatorError:
        """The error to raise if no gradient flows through the loss."""
        return EstimatorError(
            f"{self.name} has no gradient: none flows back to the policy (it is detached, or does not use "
            f"{' or '.join(sorted(self.meant & set(MOVING)))})"
        )

    def one_by_one(self, error: Exception) -> None:
        """Note that samples are differentiated one by one, and warn about it."""
        first = (str(error).strip().splitlines() or [""])[0][:120]
        self.note = f"{self.name} is differentiated sample by sample, slowly: vmap refused it ({first})"
        warnings.warn(self.note, RuntimeWarning, stacklevel=2)


__all__ = ["FromLoss", "Gradients"]
