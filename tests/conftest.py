"""Hypothesis draws the same examples in every run."""

from __future__ import annotations

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # the tests' own modules: reference, mutants

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
