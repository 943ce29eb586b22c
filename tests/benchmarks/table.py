"""The benchmarks' JSON as a Markdown table with ratios: python table.py IN.json OUT.md."""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path


def table(record: dict) -> str:  # type: ignore[type-arg]
    """One row a benchmark, the ratio to the fastest of its group."""
    groups: dict[str, list[dict]] = {}  # type: ignore[type-arg]
    for b in record["benchmarks"]:
        groups.setdefault(b["group"], []).append(b)
    cpu = record["machine_info"]["cpu"]
    lines = [
        "# Benchmarks",
        "",
        f"Median of the rounds of one run of `make bench` on {cpu.get('count')} cores "
        f"({cpu.get('brand_raw', 'unknown')}), "
        f"Python {record['machine_info']['python_version']}, SymPy {version('sympy')}, NumPy {version('numpy')}.",
        "Ratios are within a group, to its fastest.",
        "",
        "| group | what | rounds | median | ratio |",
        "| --- | --- | ---: | ---: | ---: |",
    ]
    for group, members in groups.items():
        best = min(b["stats"]["median"] for b in members)
        for b in sorted(members, key=lambda b: b["stats"]["median"]):
            median = b["stats"]["median"]
            shown = f"{median * 1e3:.2f} ms" if median < 1 else f"{median:.2f} s"
            ratio = f"{median / best:,.2f}" if len(members) > 1 else ""
            lines.append(
                f"| {group} | {b['name'].removeprefix('test_')} | {b['stats']['rounds']} | {shown} | {ratio} |"
            )
    steps = sorted(_steps())
    median = steps[len(steps) // 2] * 1e3
    slowest = steps[-1] * 1e3
    lines += [
        "",
        f"{len(steps)} steps in all derivations: decided in {median:.0f} ms (median), {slowest:.0f} ms at most.",
    ]
    return "\n".join(lines) + "\n"


def _steps() -> list[float]:
    """The seconds that the decision of each step of the catalogue takes, once everything is imported."""
    from pgsym import catalogue

    for name in catalogue.scripts():
        catalogue.theorem(name)
    catalogue.theorem.cache_clear()
    return [s.verdict.evidence.seconds for name in catalogue.scripts() for s in catalogue.theorem(name).steps]


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(table(json.loads(source.read_text())))
