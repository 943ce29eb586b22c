"""Optional dependencies: the command that installs what is missing."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

DISTRIBUTION = "pgsym-rl"
"""The name of the distribution; `pgsym` on the package index is another project."""


def install(extra: str) -> str:
    """The command that installs the packages of an extra.

    It names the packages themselves, so that it works however pgsym was installed: from a wheel, from a clone, or not
    at all.

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
