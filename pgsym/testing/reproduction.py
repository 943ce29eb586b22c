"""A pytest file that reproduces a failure: the problem built again, the user's function imported, the assertion."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from math import isfinite
from types import ModuleType
from typing import Any, Final

from pgsym.estimators import objectives
from pgsym.estimators.adapters import from_jax, from_torch
from pgsym.estimators.adapters.loss import FromLoss
from pgsym.estimators.enumeration import Plan
from pgsym.estimators.estimator import FromAdvantages, FromFunction
from pgsym.estimators.objectives import Objective
from pgsym.estimators.writing import NAMES, literal, python

LONGEST: Final = 20_000
"""Up to how many characters a problem is written out."""


class Script:
    """A test file in the making: what it imports, and what a reader has to fill in."""

    def __init__(self) -> None:
        self.imports: dict[str, set[str]] = {}
        self.missing: dict[str, str] = {}

    def imported(self, module: str, name: str) -> str:
        """A name that the file imports."""
        self.imports.setdefault(module, set()).add(name)
        return name

    def number(self, value: Any) -> str:
        """A number as Python."""
        if isinstance(value, float) and not isfinite(value):
            return f'float("{value}")'
        if isinstance(value, Fraction) and value.denominator != 1:
            self.imported("fractions", "Fraction")
        return literal(value)

    def estimator(self, estimator: Any) -> str:
        """An estimator as Python: imported from where it is, made again from its function, or named as missing."""
        if found := home(estimator):
            return self.imported(*found)
        if isinstance(estimator, FromFunction):
            return self._made(estimator)
        if isinstance(estimator, FromLoss):
            return self._differentiated(estimator)
        name = "".join(c if c.isalnum() else "_" for c in estimator.name)
        return self._missing(name, "an estimator that no module of yours names")

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
            quoted = json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)
            arguments.append(f"{name}={self._function(value) if callable(value) else quoted}")
        return f"{self.imported('pgsym.estimators', maker.__name__)}({', '.join(arguments)})"

    def _function(self, function: Any) -> str:
        """A function by its name, imported or named as missing."""
        if found := home(function):
            return self.imported(*found)
        return self._missing(_called(function), _why(function), _parameters(function))

    def objective(self, objective: Objective) -> str:
        """An objective as Python."""
        for name in ("expected_return", "entropy", "kl", "forward_kl"):
            if getattr(objectives, name) is objective:
                return self.imported("pgsym.estimators", name)
        if found := home(objective):
            return self.imported(*found)
        return self._missing("objective", f"the objective {objective}", value=True)

    def _missing(self, name: str, what: str, parameters: str = "(samples)", value: bool = False) -> str:
        lines = [f"# PUT YOUR OWN HERE: {what} cannot be imported"]
        if value:
            lines.append(f"{name} = None")
        else:
            lines += [f"def {name}{parameters}:", f'    raise NotImplementedError("put your own {name} here")']
        self.missing[name] = "\n".join(lines)
        return name

    def text(self, plan: Plan, call: str) -> str:
        """The file: an assertion, as far as its scope, at one plan."""
        built = python(plan.problem)
        if len(built) > LONGEST:
            what = f"the problem ({plan.problem}), which is too long to be written out,"
            built = self._missing("problem_of_the_failure", what, value=True)
        for name, (module, _) in NAMES.items():
            if f"{name}(" in built or f"{name}." in built:
                self.imported(module, name)
        self.imported("pgsym.testing", call.split("(")[0])
        arguments = f"problems=[problem], groups={plan.groups}, members={plan.members}"
        if plan.unordered:
            arguments += ", unordered=True"
        body = [f"problem = {built}", f"{call}, {arguments})"]
        indented = "\n".join(f"    {line}" for part in body for line in part.splitlines())
        parts = [self._head(), *self.missing.values(), f"def test_reproduced():\n{indented}"]
        return "\n\n\n".join(parts) + "\n"

    def _head(self) -> str:
        """The imports, the standard library's first."""
        blocks: list[list[str]] = [[], [], []]
        for module in sorted(self.imports):
            block = 0 if module == "fractions" else 1 if module.partition(".")[0] in ("numpy", "pgsym") else 2
            if module == "numpy":
                blocks[1].append("import numpy as np")
            else:
                blocks[block].append(f"from {module} import {', '.join(sorted(self.imports[module]))}")
        return "\n\n".join("\n".join(block) for block in blocks if block)


def home(thing: Any) -> tuple[str, str] | None:
    """(module, name) by which a thing can be imported, None if there is no such name.

    It is looked for where it was defined, or the function that it was made of, and then among its callers' globals.
    """
    for where in (*_defined(thing), *_callers()):
        for name, value in vars(where).items():
            if value is thing and name.isidentifier():
                return where.__name__, name
    return None


def _defined(thing: Any) -> Iterator[ModuleType]:
    """The modules in which a thing was defined, and what it was made of."""
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
    """Whether things are imported from a module: not from the script that runs, nor from what runs the tests."""
    return name != "__main__" and name.partition(".")[0] not in ("pgsym", "hypothesis", "pytest", "_pytest", "pluggy")


def _called(function: Any) -> str:
    name = getattr(function, "__name__", "")
    return name if name.isidentifier() else "your_function"


def _why(function: Any) -> str:
    """What a function is that cannot be imported."""
    name, module = getattr(function, "__qualname__", ""), getattr(function, "__module__", "")
    if "<lambda>" in name:
        return "a lambda"
    if not name:
        return f"a {type(function).__name__}"
    return f"{name} of the script that ran" if module == "__main__" else f"{name}, which is no global of a module,"


def _parameters(function: Any) -> str:
    try:
        return f"({', '.join(inspect.signature(function).parameters)})"
    except (TypeError, ValueError):
        return "(samples)"


__all__ = ["Script", "home"]
