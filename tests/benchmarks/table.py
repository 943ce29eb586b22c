"""The benchmarks' JSON as a Markdown table with ratios: python table.py IN.json OUT.md."""

from __future__ import annotations

import json
import sys
from importlib.metadata import PackageNotFoundError, version
from math import log
from pathlib import Path
from typing import Any

from pgsym.report.writers import markdown

VERSIONS = ("SymPy", "NumPy", "SymEngine", "python-flint", "JAX", "torch", "Gymnasium")


def table(record: dict[str, Any], step_seconds: list[float]) -> str:
    """One row a benchmark, the ratio to the fastest of its group; what grows, what gave up and the steps below."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for b in record["benchmarks"]:
        groups.setdefault(b["group"], []).append(b)
    cpu = record["machine_info"]["cpu"]
    lines = [
        "# Benchmarks",
        "",
        f"Median of the rounds of one run of `make bench` on {cpu.get('count')} cores "
        f"({cpu.get('brand_raw', 'unknown')}), "
        f"Python {record['machine_info']['python_version']}, {', '.join(filter(None, map(_version, VERSIONS)))}.",
        "Ratios are within a group, to its fastest.  What runs in a process of its own is timed inside it, without "
        "imports, and its memory is what its peak grew by.",
        "",
    ]
    rows: list[tuple[object, ...]] = []
    for group, members in groups.items():
        timed = [b for b in members if "absent" not in b["extra_info"]]
        best = min(map(_seconds, timed), default=0.0)
        for b in sorted(timed, key=_seconds):
            more = b["extra_info"]
            seconds, late = _seconds(b), more.get("gave_up", False)
            shown = f"> {seconds:.0f} s" if late else f"{seconds * 1e3:.2f} ms" if seconds < 1 else f"{seconds:.2f} s"
            ratio = f"{'> ' if late else ''}{seconds / best:,.{0 if seconds / best > 100 else 2}f}"
            note = "gives up" if late else ", ".join(_notes(more, seconds))
            rows.append((group, _name(b), b["stats"]["rounds"], shown, ratio if len(members) > 1 else "", note))
        rows += [(group, _name(b), "", "", "", b["extra_info"]["absent"]) for b in members if b not in timed]
    lines.append(markdown.table(("group", "what", "rounds", "median", "ratio", ""), rows, "llrrr"))
    lines += [*_endurance(record["benchmarks"]), *_growth(record["benchmarks"])]
    steps = sorted(step_seconds)
    median = steps[len(steps) // 2] * 1e3
    slowest = steps[-1] * 1e3
    lines += [
        "",
        f"{len(steps)} steps in all derivations: decided in {median:.0f} ms (median), {slowest:.0f} ms at most.",
    ]
    return "\n".join(lines) + "\n"


def _notes(more: dict[str, Any], seconds: float) -> list[str]:
    """The samples a second, the growth of the peak memory and what else there is to say."""
    rate = [f"{more['samples'] / seconds / 1e6:.2g} million samples/s"] if "samples" in more else []
    return [*rate, *([f"{more['peak']:.1f} MB"] if "peak" in more else []), *([more["note"]] if "note" in more else [])]


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return ""


def _seconds(benchmark: dict[str, Any]) -> float:
    """The seconds measured inside a process of its own, else the median of the rounds."""
    return float(benchmark["extra_info"].get("seconds", benchmark["stats"]["median"]))


def _name(benchmark: dict[str, Any]) -> str:
    more = benchmark["extra_info"]
    return str(more.get("method") or benchmark["name"].removeprefix("test_")).replace("\\xd7", "×")  # pytest escapes


def _endurance(benchmarks: list[dict[str, Any]]) -> list[str]:
    """For each method the largest size that it decides and the one at which it gives up."""
    done: dict[str, list[tuple[str, bool]]] = {}
    for b in benchmarks:
        if "method" in (more := b["extra_info"]) and "absent" not in more:
            done.setdefault(more["method"], []).append((more["size"], more.get("gave_up", False)))
    lines = []
    for method, sizes in done.items():
        reached = [size for size, late in sizes if not late]
        late = next((size for size, late in sizes if late), None)
        end = f"gives up at {late} in a minute" if late else "gives up at none of these"
        lines.append(f"- {method} decides up to {reached[-1] if reached else 'nothing'}, {end}.")
    return ["", "REINFORCE written out over all trajectories:", "", *lines] if lines else []


def _growth(benchmarks: list[dict[str, Any]]) -> list[str]:
    """The exponents of the growth with the horizon, by least squares of the logarithms."""
    points: dict[str, list[tuple[int, float, float]]] = {}
    for b in benchmarks:
        if "growth" in (more := b["extra_info"]):
            points.setdefault(more["growth"], []).append((more["T"], more["seconds"], more["peak"]))
    lines = []
    for form, found in points.items():
        horizons = [T for T, _, _ in found]
        time, memory = (_slope(horizons, [p[i] for p in found]) for i in (1, 2))
        span = f"from T = {min(horizons)} to {max(horizons)}"
        lines.append(f"- {form}: time grows as T^{time:.2f}, allocated memory as T^{memory:.2f}, {span}.")
    return ["", "Growth with the horizon at |S| = |A| = 3:", "", *lines] if lines else []


def _slope(xs: list[int], ys: list[float]) -> float:
    """The exponent k of y ≈ c x^k."""
    u, v = [log(x) for x in xs], [log(y) for y in ys]
    mean_u, mean_v = sum(u) / len(u), sum(v) / len(v)
    above = sum((a - mean_u) * (b - mean_v) for a, b in zip(u, v, strict=True))
    return above / sum((a - mean_u) ** 2 for a in u)


def _steps() -> list[float]:
    """The seconds that the decision of each step of the catalogue takes, once everything is imported."""
    from pgsym.claims import catalogue

    for name in catalogue.scripts():
        catalogue.theorem(name)
    catalogue.derived.cache_clear()
    return [s.verdict.evidence.seconds for name in catalogue.scripts() for s in catalogue.theorem(name).steps]


if __name__ == "__main__":
    source, target = map(Path, sys.argv[1:])
    target.write_text(table(json.loads(source.read_text()), _steps()))
