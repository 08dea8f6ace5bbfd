"""`roadstead futures`: events that may change the world, how likely they are, and how often such things happened before."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from roadstead.cli import futures_tables as tables
from roadstead.cli.printing import answers, chart_faults, print_json

if TYPE_CHECKING:
    from roadstead.futures.catalogue.foresight import EventChance


def futures(
    case: Path | None = None,
    /,
    *,
    event: str = "",
    language: Literal["en", "zh"] = "en",
    chart: Path | None = None,
    json: bool = False,
) -> None:
    """Show the catalogue of events: chance in a year, by 2030 and by 2036, beside base rates and what they rest on.

    Parameters
    ----------
    case
        Folder of a case, whose own events count; the packaged ones where none is named.
    event
        Show one event in full, by its id.
    language
        en or zh.
    chart
        Draw chances against base rates: .svg, .png or .html.
    json
        Print JSON.
    """
    from roadstead.study import foresight
    from roadstead.terms.errors import raise_if_any

    raise_if_any(chart_faults(chart))
    found = foresight.futures(case, event)
    if json:
        print_json(tables.as_json(found, found.sources))
    else:
        console = answers()
        if event:
            for line in tables.in_full(found.events[0], language):
                console.print(line, soft_wrap=True)
        else:
            console.print(tables.listed(found, language))
            console.print()
            for line in tables.foot(found, language):
                console.print(line, soft_wrap=True)
    if chart is not None:
        _draw(chart, found.events, language, quiet=json)


def _draw(path: Path, events: "tuple[EventChance, ...]", language: Literal["en", "zh"], *, quiet: bool) -> None:
    from roadstead.report.charts import chances

    rows = [
        chances.Chance(
            tables.title(one, language),
            *one.chance,
            *((one.base.chance, one.base.low, one.base.high) if one.base else (None, None, None)),
        )
        for one in events
    ]
    chances.write(path, rows, chances.ENGLISH if language == "en" else chances.CHINESE)
    if not quiet:
        answers().print(f"drawn: {path}" if language == "en" else f"图：{path}", soft_wrap=True)
