"""Optional dependencies, and the commands that install them."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

DISTRIBUTION = "pgsym-rl"
"""The name of the distribution; on the package index, `pgsym` is another project."""


def install(extra: str) -> str:
    """The command that installs the packages of an extra.

    It lists the packages themselves, so it works whether pgsym was installed from a wheel, from a clone, or not at all.

    >>> install("testing")
    'pip install "hypothesis>=6.100" "pytest>=8"'
    """
    try:
        declared = requires(DISTRIBUTION) or []
    except PackageNotFoundError:
        declared = []
    packages = [r.partition(";")[0].strip() for r in declared if re.search(rf"extra == [\"']{extra}[\"']", r)]
    if not packages:
        return f'pip install ".[{extra}]" in a clone of pgsym'
    return "pip install " + " ".join(f'"{name}"' for name in packages)
