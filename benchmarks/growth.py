"""Draw how long the planner takes against the nodes of the tree, from what the planner's measurements printed.

python -m benchmarks.planner --size large --seeds 1 --reference-seconds 0 --json >> measured.jsonl
python -m benchmarks.growth measured.jsonl docs/pictures/time-against-nodes.svg
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from benchmarks.instances import SIZES

REACHED, SHORT = "#2b6ca3", "#c0562f"


def nodes_of(size: str) -> int:
    """Nodes of the trees of a size."""
    return int(np.cumprod(SIZES[size].branches).sum())


def points(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One point a measurement: nodes, time, and whether the gap asked for was reached."""
    return [
        {
            "nodes": nodes_of(line["size"]),
            "seconds": line["seconds"],
            "ended": "proved" if line["gap_value_added"] <= line["asked"] * (1 + 1e-6) else "time ended first",
        }
        for line in lines
    ]


def words(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line of words a size, above the longest of its measurements: what was proved, and the memory that took at most."""
    said = []
    for size in dict.fromkeys(line["size"] for line in lines):
        mine = [line for line in lines if line["size"] == size]
        gaps = sorted({f"{100 * line['gap_value_added']:.1f}" for line in mine}, key=float)
        proved = f"{gaps[0]} %" if len(gaps) == 1 else f"{gaps[0]} to {gaps[-1]} %"
        memory = max(line["peak_mb"] for line in mine) / 1e3
        most = max(line["seconds"] for line in mine)
        said.append({"nodes": nodes_of(size), "seconds": most, "said": f"{size}: {proved}, {memory:.1f} GB"})
    return said


def drawn(lines: list[dict[str, Any]]) -> Any:
    """Time against nodes, both by powers of ten; what was proved beside each size."""
    nodes = alt.X("nodes:Q", scale=alt.Scale(type="log", domain=[5, 50_000]), title="nodes of the tree")
    longest = max(line["seconds"] for line in lines)
    seconds = alt.Y("seconds:Q", scale=alt.Scale(type="log", domain=[5, 3 * longest]), title="seconds, two workers")
    colour = alt.Color(
        "ended:N",
        title="gap asked for",
        legend=alt.Legend(orient="bottom"),
        scale=alt.Scale(domain=["proved", "time ended first"], range=[REACHED, SHORT]),
    )
    dots = (
        alt.Chart({"values": points(lines)}).mark_point(filled=True, size=60).encode(x=nodes, y=seconds, color=colour)
    )
    said = alt.Chart({"values": words(lines)}).mark_text(dy=-14, fontSize=11).encode(x=nodes, y=seconds, text="said:N")
    return (dots + said).properties(width=560, height=340, background="white")


def main() -> int:
    """Draw the picture."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("measured", type=Path, help="lines of JSON, as the planner's measurements print them")
    parser.add_argument("picture", type=Path, help="SVG file to write")
    asked = parser.parse_args()
    lines = [json.loads(line) for line in asked.measured.read_text(encoding="utf-8").splitlines() if line.strip()]
    drawn(lines).save(asked.picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
