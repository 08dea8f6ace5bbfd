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
            "said": f"{line['size']} {line['seed']}: {100 * line['gap_value_added']:.2f} %, {line['peak_mb'] / 1e3:.1f} GB",
            "ended": "proved" if line["gap_value_added"] <= line["asked"] * (1 + 1e-6) else "time ended first",
        }
        for line in lines
    ]


def drawn(lines: list[dict[str, Any]]) -> Any:
    """Time against nodes, both by powers of ten; what was proved beside each point."""
    base = alt.Chart({"values": points(lines)}).encode(
        x=alt.X("nodes:Q", scale=alt.Scale(type="log", domain=[5, 20_000]), title="nodes of the tree"),
        y=alt.Y("seconds:Q", scale=alt.Scale(type="log"), title="seconds, two workers"),
    )
    colour = alt.Color(
        "ended:N",
        title="gap asked for",
        scale=alt.Scale(domain=["proved", "time ended first"], range=[REACHED, SHORT]),
    )
    dots = base.mark_point(filled=True, size=70).encode(color=colour)
    words = base.mark_text(dy=-12, fontSize=10).encode(text="said:N")
    return (dots + words).properties(width=560, height=340, background="white")


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
