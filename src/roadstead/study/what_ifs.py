"""What a program may ask about what-ifs: a sweep over one or several cases, and runs side by side."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal, Unpack

    from roadstead.playbook.what_if_book import SideBySide
    from roadstead.study.api import Wanted
    from roadstead.study.axes import Point
    from roadstead.study.patch import Asked
    from roadstead.study.progress import Progress
    from roadstead.study.spec import Study
    from roadstead.study.sweep import Swept


def sweep(
    cases: Path | str | Sequence[Path | str],
    over: Sequence[str] = (),
    *,
    tornado: float | None = None,
    patches: Sequence[str | Asked] = (),
    out: Path | str | None = None,
    progress: Progress | None = None,
    **wanted: Unpack[Wanted],
) -> Swept:
    """Plan one or several cases at every point of a grid, or with every assumption at its low and its high end.

    Takes ``gap``, ``seconds`` and ``workers`` as well, which :class:`roadstead.study.api.Wanted` describes.

    Parameters
    ----------
    over
        Axes: ``"EU27/COUNTERVAILING/BYD Group=0.0..0.4/5"``. With ``tornado``, the assumptions to look at; all where none is named.
    tornado
        Share by which each assumption is moved, for instance 0.2; None for a grid.
    patches
        What holds at every point, as :func:`roadstead.plan` takes it.
    out
        Folder in which points are kept as they are found. The same sweep, or a larger one, goes on from there.

    Raises
    ------
    RoadsteadError
        With the faults of cases and patches; RS-S741 of axes, RS-S742 of the folder.
    """
    from roadstead.study import axes
    from roadstead.study.api import effort_of
    from roadstead.study.silence import solver_silenced
    from roadstead.study.sweep import sweep as swept

    folders = [Path(one) for one in ([cases] if isinstance(cases, (str, Path)) else cases)]
    if not folders:
        raise RoadsteadError(Fault("", "RS-S741", "no case is named", "one case folder or several"))
    if tornado is None and not over:
        expected = f"--over 'EU27/COUNTERVAILING/BYD Group=0.0..0.4/5' ({axes.FORM}), or --tornado"
        raise RoadsteadError(Fault("", "RS-S741", "this sweep goes over nothing", expected))
    along = [axes.axis(text) for text in over] if tornado is None else []

    def points_of(study: Study) -> tuple[Point, ...]:
        return axes.grid(along) if tornado is None else axes.tornado(study, tornado, over)

    with solver_silenced():
        found = swept(
            folders,
            points_of,
            lambda study: effort_of(study.case, **wanted),
            fixed=patches,
            folder=None if out is None else Path(out),
            progress=progress,
        )
    return replace(found, is_tornado=tornado is not None)


def write_sweep(swept: Swept, folder: Path | str, language: Literal["en", "zh"] = "en") -> dict[str, Path]:
    """Write a sweep as ``sweep.csv``, ``sweep.json`` and the page ``sweep.html``; where each was written, by name."""
    from roadstead.report.what_if import sweep_page
    from roadstead.report.words import Words
    from roadstead.study import sweep_told

    written = sweep_told.write(swept, Path(folder))
    written["sweep.html"] = Path(folder) / "sweep.html"
    page = sweep_page(sweep_told.told(swept), Words(language, swept.currency))
    written["sweep.html"].write_text(page, encoding="utf-8")
    return written


def compare(runs: Sequence[Path | str]) -> SideBySide:
    """Set run folders side by side: worth, decisions, cars by market and mode, flows; differences are from the first.

    Raises
    ------
    RoadsteadError
        RS-S703 where one is no run folder; RS-S743 where they cannot be compared.
    """
    from roadstead.study.beside import side_by_side

    return side_by_side([Path(run) for run in runs])


def write_comparison(comparison: SideBySide, path: Path | str, language: Literal["en", "zh"] = "en") -> Path:
    """Write runs side by side as one page.

    Raises
    ------
    RoadsteadError
        RS-C701 for a name that does not end in .html.
    """
    from roadstead.report.what_if import comparison_page
    from roadstead.report.words import Words

    place = Path(path)
    if place.suffix.lower() != ".html":
        raise RoadsteadError(
            Fault(str(place), "RS-C701", "a page of this name would not open", "a name that ends in .html")
        )
    page = comparison_page(comparison, Words(language, comparison.currency))
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(page, encoding="utf-8")
    return place
