"""`roadstead precedents`: how Japan, Korea and Germany went over to building abroad, and where that leads China and its makers."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from roadstead.cli.printing import answers, chart_faults, print_json

if TYPE_CHECKING:
    from roadstead.study.precedents import Precedents
    from roadstead.world.reference import World

Language = Literal["en", "zh"]


def precedents(*names: str, language: Language = "en", chart: Path | None = None, json: bool = False) -> None:
    """Place China and its makers on the paths of Japan, Korea and Germany, and say what that means for 2030 and 2035.

    Parameters
    ----------
    names
        Japan, Korea, Germany or a Chinese maker, told in full with every figure's source; none for all in tables.
    language
        en or zh.
    chart
        Draw the paths to a file: .svg, .png or .html.
    json
        Print JSON.
    """
    from roadstead.cli import precedents_full as full
    from roadstead.cli import precedents_tables as tables
    from roadstead.study.precedents import of_names
    from roadstead.study.precedents import precedents as found_in
    from roadstead.terms.errors import raise_if_any
    from roadstead.world import reference

    raise_if_any(chart_faults(chart))
    world = reference.load()
    found = found_in(world)
    homes, makers = of_names(found, world, names)
    if json:
        print_json(
            full.as_json(found, world, homes or (() if names else found.homes), makers if names else found.makers)
        )
    else:
        console = answers()
        if names:
            for home in homes:
                console.print(full.years(home, world, language))
                for line in full.home_rests_on(home, found, world, language):
                    console.print(line, soft_wrap=True)
            for maker in makers:
                for line in full.maker_lines(maker, found, world, language):
                    console.print(line, soft_wrap=True)
        else:
            for block in tables.blocks(found, world, language):
                console.print(block, soft_wrap=isinstance(block, str))
    if chart is not None:
        draw(chart, found, world, language)


def draw(path: Path, found: "Precedents", world: "World", language: Language) -> None:
    """Draw the paths of the homes, and where China stands and may go."""
    from roadstead.cli import precedents_tables as tables
    from roadstead.cli.precedents_words import WORDS
    from roadstead.report.charts import localisation

    words = WORDS[language]
    placed = found.china[0]
    paths = [
        localisation.Path(
            tables.place(home.home, world, language),
            [(one.year, one.share) for one in home.points],
            [(one.year, one.share) for one in home.rough],
            home.fitted.curve.at,
        )
        for home in found.homes
    ]
    start = placed.level.year
    ahead = [(year, *placed.ahead_of(year, found.homes)) for year in range(start, found.china[0].ahead[-1].year + 1)]
    fan = localisation.Fan(tables.place(placed.level.home, world, language), placed.level.share, ahead)
    localisation.write(path, words["chart"], paths, fan, localisation.Labels(words["chart rough"], words["chart axis"]))
