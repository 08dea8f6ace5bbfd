"""`roadstead sweep` and `compare`: plan at many points, and set runs side by side."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from roadstead.cli.plan import RUNS
from roadstead.cli.printing import answers, print_json

if TYPE_CHECKING:
    from roadstead.study.patch import Asked

SHOWN = 4
"""Commitments named in the table at each point; the page has all."""
KEPT = "interrupted: the points planned so far are kept, the same command goes on from there"
WRITTEN = {"en": "written: {paths}", "zh": "已写出：{paths}"}


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """What a sweep goes over, and where it is kept."""

    over: Annotated[
        tuple[str, ...],
        Parameter(
            help="SELECTOR=0.0..0.4/5 or SELECTOR=0.1,0.2; with --tornado an assumption to look at. May be repeated."
        ),
    ] = ()
    tornado: Annotated[bool, Parameter(help="Every assumption of the case at its low and its high end.")] = False
    spread: Annotated[float, Parameter(help="Share by which --tornado moves an assumption.")] = 0.2
    set: Annotated[tuple[str, ...], Parameter(help="SELECTOR=VALUE that holds at every point.")] = ()
    event: Annotated[tuple[str, ...], Parameter(help="EVENT YEAR, certain at every point, or EVENT never.")] = ()
    scenario: Annotated[tuple[str, ...], Parameter(help="Scenario that holds at every point.")] = ()
    out: Annotated[
        Path | None,
        Parameter(help="Folder of the sweep; one that was begun there goes on. runs/sweep-CASE by default."),
    ] = None
    gap: Annotated[float | None, Parameter(help="Share of value added left unproven at each point.")] = None
    seconds: Annotated[float | None, Parameter(help="Limit of time for one solve.")] = None
    workers: Annotated[int | None, Parameter(help="Processes and solver threads; all processors by default.")] = None
    language: Annotated[Literal["en", "zh"], Parameter(help="Language of table and page.")] = "en"

    @property
    def patches(self) -> "tuple[Asked, ...]":
        """What holds at every point."""
        from roadstead.study.patch import patches

        return patches(self.scenario, self.event, self.set)


def sweep(*cases: Path, wishes: Annotated[Sweeping | None, Parameter(name="*")] = None, json: bool = False) -> None:
    """Plan one or several cases at every point of a grid, or each assumption low and high; a sweep that was ended goes on.

    Parameters
    ----------
    cases
        Folders of the cases, or workbooks with them.
    json
        Print JSON.
    """
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.report.what_if import places_sheet, sweep_sheet
    from roadstead.report.words import Words
    from roadstead.study import sweep_told, what_ifs, workplace
    from roadstead.study.bundled import case_name

    def tidy() -> None:
        watch.__exit__(None, None, None)
        workplace.tidy()

    asked = wishes or Sweeping()
    folder = asked.out or RUNS / "-".join(("sweep", *(case_name(case) for case in cases)))
    patches = asked.patches
    with Watch() as watch:
        found = interruptible(
            lambda: what_ifs.sweep(
                cases,
                asked.over,
                tornado=asked.spread if asked.tornado else None,
                patches=patches,
                out=folder,
                progress=watch,
                gap=asked.gap,
                seconds=asked.seconds,
                workers=asked.workers,
            ),
            tidy=tidy,
            message=KEPT,
        )
    written = what_ifs.write_sweep(found, folder, asked.language)
    if json:
        print_json(sweep_told.as_json(found) | {"written": written})
        return
    console = answers()
    book, words = sweep_told.told(found), Words(asked.language, found.currency)
    for sheet in (sweep_sheet(book, words, SHOWN), places_sheet(book, words, SHOWN)):
        if sheet is not None:
            console.print(sheet)
            console.print()
    paths = ", ".join(str(path) for path in written.values())
    console.print(WRITTEN[asked.language].format(paths=paths), soft_wrap=True)


def compare(*runs: Path, language: Literal["en", "zh"] = "en", page: Path | None = None, json: bool = False) -> None:
    """Set runs side by side: worth, decisions that differ, cars by market and mode; differences are from the first.

    Parameters
    ----------
    runs
        Run folders.
    language
        en or zh.
    page
        Write a page with maps of the differences: FILE.html.
    json
        Print JSON.
    """
    from roadstead.report.what_if import compared
    from roadstead.report.words import Words
    from roadstead.study import what_ifs

    found = what_ifs.compare(runs)
    written = None if page is None else what_ifs.write_comparison(found, page, language)
    if json:
        print_json(found if written is None else {"comparison": found, "written": written})
        return
    console = answers()
    for sheet in compared(found, Words(language, found.currency)):
        console.print(sheet)
        console.print()
    if written is not None:
        console.print(WRITTEN[language].format(paths=written), soft_wrap=True)
