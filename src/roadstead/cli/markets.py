"""`roadstead markets`: the world's markets ranked and tiered, with weights that anyone may change."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from roadstead.cli.printing import answers, print_json


def markets(
    *names: str,
    weight: Annotated[
        tuple[str, ...], Parameter(help="Weight of a column, for instance size=2; may be repeated.")
    ] = (),
    powertrain: str = "BEV",
    on: str = "",
    world: Path | None = None,
    language: Literal["en", "zh"] = "en",
    json: bool = False,
) -> None:
    """Rank and tier the world's markets for a Chinese exporter: size, growth, NEV share, openness, landed cost, risk, brands.

    Parameters
    ----------
    names
        Countries by code or name, told in full with every figure's source; none for all in one table.
    powertrain
        Of the car that the landed-cost gap is of.
    on
        Day whose law counts; today where none is named.
    world
        Folder of your own facts, in the place of packaged ones: the `world/` of a case.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.showing import markets as tables
    from roadstead.study.folders import world_with
    from roadstead.study.markets import of_names, rank_markets, read_day_or, read_weights

    known = world_with(world)
    day = read_day_or(on, date.today())  # noqa: DTZ011 - the day where the person sits
    found = rank_markets(known, day, weights=read_weights(weight), powertrain=powertrain)
    wanted = of_names(found, known, names)
    if json:
        print_json(tables.as_json(found, wanted))
        return
    console = answers()
    if names:
        for market in wanted:
            for line in tables.in_full(market, found, language):
                console.print(line, soft_wrap=True)
        return
    console.print(tables.listed(found, language))
    console.print()
    for line in tables.foot(found, known, language):
        console.print(line, soft_wrap=True)
