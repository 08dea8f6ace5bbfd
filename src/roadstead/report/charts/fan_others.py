"""What others published, as marks on a fan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import altair as alt

from roadstead.report.charts.style import inline

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.report.charts.style import Place

COLOUR, DIAMOND = "#B4552D", 46.0


@dataclass(frozen=True, slots=True)
class Other:
    """What others published of a year. [fraction or cars]"""

    publisher: str
    year: int
    value: float


def diamonds(rows: Sequence[dict[str, Any]], place: Place) -> list[alt.Chart]:
    """Marks at places, nothing where there are none; ``said`` is what one tells."""
    if not rows:
        return []
    drawn = alt.Chart(inline(rows)).mark_point(
        shape="diamond", filled=True, size=DIAMOND, color=COLOUR, opacity=1, stroke="white", strokeWidth=0.8
    )
    said = {"description": "said:N"} if "said" in rows[0] else {}
    return [drawn.encode(**place.point, **said)]
