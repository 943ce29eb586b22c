"""No module is hidden by a function of its own name: `pgsym.terms.latex` is a function, and no module besides."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pgsym

NEEDS_A_FRAMEWORK = ("pgsym.estimators.losses.in_torch", "pgsym.estimators.losses.in_jax")


def test_no_module_is_hidden_by_what_its_package_exports() -> None:
    names = [m.name for m in pkgutil.walk_packages(pgsym.__path__, "pgsym.") if "derivations" not in m.name]
    for name in (n for n in names if n not in (*NEEDS_A_FRAMEWORK, "pgsym.__main__")):
        importlib.import_module(name)
    for name in names:
        package, _, module = name.rpartition(".")
        found = getattr(importlib.import_module(package), module, None)
        assert found is None or isinstance(found, ModuleType), name
