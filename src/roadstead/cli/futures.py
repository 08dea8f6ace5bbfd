"""`roadstead futures`: events that may change the world, how likely they are, and how often such things happened before."""

from pathlib import Path
from typing import Literal

from roadstead.cli.printing import answers, chart_faults, print_json
from roadstead.showing import futures as tables


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
        tables.chances_drawn(found, language).save(chart)
        if not json:
            answers().print(f"drawn: {chart}" if language == "en" else f"图：{chart}", soft_wrap=True)
