"""`roadstead precedents`: how Japan, Korea and Germany went over to building abroad, and where that leads China and its makers."""

from pathlib import Path
from typing import Literal

from roadstead.cli.printing import answers, chart_faults, print_blocks, print_json

Language = Literal["en", "zh"]


def precedents(
    *names: str,
    world: Path | None = None,
    language: Language = "en",
    chart: Path | None = None,
    json: bool = False,
) -> None:
    """Place China and its makers on the paths of Japan, Korea and Germany, and say what that means for 2030 and 2035.

    Parameters
    ----------
    names
        Japan, Korea, Germany or a Chinese maker, told in full with every figure's source; none for all in tables.
    world
        Folder of your own facts, in the place of packaged ones: the `world/` of a case.
    language
        en or zh.
    chart
        Draw the paths to a file: .svg, .png or .html.
    json
        Print JSON.
    """
    from roadstead.cli import precedents_full as full
    from roadstead.showing import precedents as tables
    from roadstead.study.folders import world_with
    from roadstead.study.precedents import of_names
    from roadstead.study.precedents import precedents as found_in
    from roadstead.terms.errors import raise_if_any

    raise_if_any(chart_faults(chart))
    known = world_with(world)
    found = found_in(known)
    homes, makers = of_names(found, known, names)
    if json:
        print_json(
            full.as_json(found, known, homes or (() if names else found.homes), makers if names else found.makers)
        )
    else:
        console = answers()
        if names:
            for home in homes:
                console.print(full.years(home, known, language))
                for line in full.home_rests_on(home, found, known, language):
                    console.print(line, soft_wrap=True)
            for maker in makers:
                for line in full.maker_lines(maker, found, known, language):
                    console.print(line, soft_wrap=True)
        else:
            print_blocks(tables.blocks(found, known, language))
    if chart is not None:
        tables.paths_drawn(found, known, language).save(chart)
