"""Pytest files that reproduce failures: they build the problem, import the user's function, and assert again."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isfinite
from types import ModuleType
from typing import Any, Final

from pgsym.errors import EstimatorError
from pgsym.estimators import objectives
from pgsym.estimators.batches import Batching
from pgsym.estimators.checks import Check, IsGradient, LowerVariance, PaddingIgnored, Partition, SameGradient
from pgsym.estimators.checks.padding import FILLS
from pgsym.estimators.estimator import FromAdvantages, FromFunction
from pgsym.estimators.losses import from_jax, from_torch
from pgsym.estimators.losses.loss import FromLoss
from pgsym.estimators.objectives import Objective, expected_return
from pgsym.estimators.writing import NAMES, python
from pgsym.python_source import identifier, literal, string

TAKEN: Final = frozenset(
    {*NAMES, "problem", "test_reproduced", "from_advantages", "from_torch", "from_jax", "FromFunction", "expectation"}
    | {"expected_return", "entropy", "kl", "forward_kl"}
)
"""Names that the file uses for pgsym's functions or its own."""
LONGEST: Final = 20_000
"""The largest number of characters of a problem that is written out."""


class Script:
    """A test file under construction: its imports, and the functions that the reader has to fill in."""

    def __init__(self) -> None:
        self.imports: dict[str, set[str]] = {}
        self.missing: dict[str, str] = {}
        self.called: dict[str, Any] = {}  # the thing that each name of the file means

    def imported(self, module: str, name: str) -> str:
        """The name under which the file imports something; another name if that one is taken."""
        known = module.partition(".")[0] == "pgsym" or module == "fractions"
        own = name if known else self._free(name, (module, name))
        self.imports.setdefault(module, set()).add(name if own == name else f"{name} as {own}")
        return own

    def _free(self, name: str, thing: Any) -> str:
        """A name that means this thing and nothing else in the file."""
        key = thing if isinstance(thing, tuple) else id(thing)

        def is_free(tried: str) -> bool:
            return tried not in TAKEN and self.called.setdefault(tried, key) == key

        return identifier(f"_{name}" if name.startswith("assert_") else name, is_free)

    def number(self, value: Any) -> str:
        """A number as Python."""
        if isinstance(value, float) and not isfinite(value):
            return f'float("{value}")'
        if isinstance(value, Fraction) and value.denominator != 1:
            self.imported("fractions", "Fraction")
        return literal(value)

    def estimator(self, estimator: Any) -> str:
        """An estimator as Python: imported, made again from its function, or a placeholder."""
        if found := home(estimator):
            return self.imported(*found)
        if isinstance(estimator, FromFunction):
            return self._made(estimator)
        if isinstance(estimator, FromLoss):
            return self._differentiated(estimator)
        return self._missing(estimator, estimator.name, "an estimator that is not a global of a module")

    def _made(self, estimator: FromFunction) -> str:
        inner = self._function(estimator.function)
        names = ", ".join(f'{k}="{v}"' for k, v in estimator.names.items())
        if isinstance(estimator, FromAdvantages):
            self.imported("pgsym.estimators", "from_advantages")
            return f"from_advantages({inner}{', ' if names else ''}{names})"
        if names:
            self.imported("pgsym.estimators.estimator", "FromFunction")
            return f"FromFunction({inner}, dict({names}))"
        return inner

    def _differentiated(self, estimator: FromLoss) -> str:
        """A loss of a framework: `from_torch(loss, …)` with what differs from the defaults."""
        maker = {"PyTorch": from_torch, "JAX": from_jax}[estimator.framework]
        arguments = [self._function(estimator.loss)]
        for name, parameter in inspect.signature(maker).parameters.items():
            value = getattr(estimator, name)
            if name == "loss" or value == (parameter.default or {}) or value == parameter.default:
                continue
            if name == "name" and value == getattr(estimator.loss, "__name__", ""):
                continue
            arguments.append(f"{name}={self._value(value)}")
        return f"{self.imported('pgsym.estimators', maker.__name__)}({', '.join(arguments)})"

    def _value(self, value: Any) -> str:
        """An argument of `from_torch` as Python."""
        if callable(value):
            return self._function(value)
        if isinstance(value, str):
            return string(value)
        if isinstance(value, Mapping):
            return "{" + ", ".join(f"{string(k)}: {string(v)}" for k, v in value.items()) + "}"
        return self.number(value)

    def _function(self, function: Any) -> str:
        """The name of a function that is imported, or of a placeholder."""
        if found := home(function):
            return self.imported(*found)
        return self._missing(function, _called(function), _why(function), _parameters(function))

    def objective(self, objective: Objective) -> str:
        """An objective as Python."""
        for name in ("expected_return", "entropy", "kl", "forward_kl"):
            if getattr(objectives, name) is objective:
                return self.imported("pgsym.estimators", name)
        if found := home(objective):
            return self.imported(*found)
        match objective.made:
            case (("+" | "-") as sign, Objective() as first, Objective() as second):
                right = self.objective(second)
                return (
                    f"{self.objective(first)} {sign} {f'({right})' if second.made[:1] in (('+',), ('-',)) else right}"
                )
            case ("-", Objective() as one):
                return f"-{self._as_one(one)}"
            case ("*", factor, Objective() as one):
                return f"{self.number(factor)} * {self._as_one(one)}"
            case ("expectation", of, moves):
                self.imported("pgsym.estimators.objectives", "expectation")
                more = "" if moves is None else f", {self._function(moves)}"
                return f"expectation({string(objective.name)}, {self._function(of)}{more})"
        return self._missing(objective, "objective", f"the objective {objective}", "()") + "()"

    def _as_one(self, objective: Objective) -> str:
        """An objective as Python that can be multiplied."""
        written = self.objective(objective)
        return f"({written})" if objective.made[:1] in (("+",), ("-",), ("*",)) else written

    def _missing(self, thing: Any, name: str, what: str, parameters: str = "(samples)") -> str:
        """The name of a placeholder that the reader must replace; until then the file raises NotImplementedError."""
        name = self._free(name, thing)
        lines = [f"# PUT YOUR OWN HERE: {' '.join(what.splitlines())} cannot be imported", f"def {name}{parameters}:"]
        self.missing[name] = "\n".join([*lines, f'    raise NotImplementedError("put your own {name} here")'])
        return name

    def text(self, batching: Batching, call: str) -> str:
        """The text of the file for one batching; `call` is the assertion without its scope and closing bracket."""
        built = python(batching.problem)
        if len(built) > LONGEST:
            what = f"the problem ({batching.problem}) is too long to be written out and"
            built = self._missing(batching, "problem_of_the_failure", what, "()") + "()"
        for name, (module, _) in NAMES.items():
            if f"{name}(" in built or f"{name}." in built:
                self.imported(module, name)
        self.imported("pgsym.testing", call.split("(")[0])
        arguments = f"problems=[problem], groups={batching.groups}, group_size={batching.group_size}"
        if batching.unordered:
            arguments += ", unordered=True"
        body = [f"problem = {built}", f"{call}, {arguments})"]
        indented = "\n".join(f"    {line}" for part in body for line in part.split("\n"))
        parts = [self._head(), *self.missing.values(), f"def test_reproduced():\n{indented}"]
        return "\n\n\n".join(parts) + "\n"

    def _head(self) -> str:
        """The import lines, standard library first."""
        blocks: list[list[str]] = [[], [], []]
        for module in sorted(self.imports):
            block = 0 if module == "fractions" else 1 if module.partition(".")[0] in ("numpy", "pgsym") else 2
            if module == "numpy":
                blocks[1].append("import numpy as np")
            else:
                blocks[block].append(f"from {module} import {', '.join(sorted(self.imports[module]))}")
        return "\n\n".join("\n".join(block) for block in blocks if block)


def assertion(check: Check, batching: Batching, script: Script) -> str:
    """The assertion that makes a check, with its own arguments, as Python without the closing bracket."""
    match check:
        case SameGradient(first, second):
            return f"assert_same_gradient({script.estimator(first)}, {script.estimator(second)}"
        case LowerVariance(estimator, than, same_mean):
            extra = "" if same_mean else ", same_mean=False"
            return f"assert_lower_variance({script.estimator(estimator)}, than={script.estimator(than)}{extra}"
        case Partition(estimator, weights):
            extra = "" if weights == "episodes" else f', weights="{weights}"'
            return f"assert_partition_invariant({script.estimator(estimator)}{extra}"
        case PaddingIgnored(estimator, fills, more):
            extra = "" if fills == FILLS else f", fills=[{', '.join(map(script.number, fills))}]"
            extra += "" if more == 1 else f", more={more}"
            return f"assert_padding_ignored({script.estimator(estimator)}{extra}"
        case IsGradient(estimator, objective, by, direction):
            arguments = [script.estimator(estimator)]
            named = by is not None or direction
            if objective is not expected_return:
                arguments.append(f"{'objective=' if named else ''}{script.objective(objective)}")
            if by is not None:
                arguments.append(f"by={script.number(by(batching))}")
            plain = "assert_unbiased" if objective is expected_return else "assert_gradient_of"
            name = "assert_scaled" if by is not None else "assert_direction" if direction else plain
            return f"{name}({', '.join(arguments)}"
    raise EstimatorError(f"no assertion makes the check {type(check).__name__}")


def home(thing: Any) -> tuple[str, str] | None:
    """(module, name) from which a thing can be imported; None if there is none.

    The modules that define the thing or its function are searched first, then those of the running functions.
    """
    for where in (*_defined(thing), *_callers()):
        for name, value in vars(where).items():
            if value is thing and name.isidentifier():
                return where.__name__, name
    return None


def _defined(thing: Any) -> Iterator[ModuleType]:
    """The modules in which a thing or its parts were defined."""
    for part in (thing, *getattr(thing, "__dict__", {}).values()):
        module = sys.modules.get(getattr(part, "__module__", None) or "")
        if module is not None and _importable(module.__name__):
            yield module


def _callers() -> Iterator[ModuleType]:
    """The modules of the functions that are running now, innermost first."""
    frame = inspect.currentframe()
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        if name in sys.modules and _importable(name):
            yield sys.modules[name]
        frame = frame.f_back


def _importable(name: str) -> bool:
    """Whether the file may import from a module: not from the running script, nor from pgsym or test runners."""
    return name != "__main__" and name.partition(".")[0] not in ("pgsym", "hypothesis", "pytest", "_pytest", "pluggy")


def _called(function: Any) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "your_function"


def _why(function: Any) -> str:
    """A description of a function that cannot be imported."""
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", "")
    if "<lambda>" in name:
        return "a lambda"
    if not name:
        return f"a {type(function).__name__}"
    return f"{name} of the script that ran" if module == "__main__" else f"{name}, which is no global of a module,"


def _parameters(function: Any) -> str:
    """The parameters of a function, without annotations, defaults as None."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return "(samples)"
    empty = inspect.Parameter.empty
    return str(
        signature.replace(
            parameters=[
                p.replace(annotation=empty, default=empty if p.default is empty else None)
                for p in signature.parameters.values()
            ],
            return_annotation=inspect.Signature.empty,
        )
    )


__all__ = ["Script", "assertion", "home"]
