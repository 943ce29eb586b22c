"""The benchmarks' table: ratios, what gives up, what is absent, and how things grow."""

from __future__ import annotations

from typing import Any

import pytest
from table import table


def benchmark(name: str, median: float, group: str = "g", **more: Any) -> dict[str, Any]:
    """One benchmark as pytest-benchmark records it."""
    return {"group": group, "name": f"test_{name}", "stats": {"median": median, "rounds": 3}, "extra_info": more}


@pytest.fixture(scope="module")
def text() -> str:
    grown = [benchmark("growth", 9, "t", growth="form", T=T, seconds=T**2 / 1e3, peak=T / 10) for T in (25, 50, 100)]
    members = [
        benchmark("fast", 0.002, samples=5000, peak=6.25, note="5 draws"),
        benchmark("late", 62, method="slow", size="2×2×4", seconds=60, gave_up=True, equal=True),
        benchmark("done", 1.5, method="slow", size="2×2×2", seconds=0.5, equal=True),
        benchmark("none", 0, method="other", size="2×2×2", absent="other is not installed"),
        *grown,
    ]
    return table({"benchmarks": members, "machine_info": {"cpu": {"count": 2}, "python_version": "3.11"}}, [0.01])


@pytest.mark.parametrize(
    "line",
    [
        "| g | fast | 3 | 2.00 ms | 1.00 | 2.5 million samples/s, 6.2 MB, 5 draws |",
        "| g | slow | 3 | 500.00 ms | 250 |  |",
        "| g | slow | 3 | > 60 s | > 30,000 | gives up |",
        "| g | other |  |  |  | other is not installed |",
        "- slow decides up to 2×2×2, gives up at 2×2×4 in a minute.",
        "- form: time grows as T^2.00, allocated memory as T^1.00, from T = 25 to 100.",
    ],
)
def test_the_table_says(text: str, line: str) -> None:
    assert line in text.splitlines()
