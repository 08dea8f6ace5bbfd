"""`roadstead claims`: a commentary's figures held against the reference world, each with a verdict by rule."""

from typing import Literal

from roadstead.cli.printing import answers, print_json


def claims(*wanted: str, language: Literal["en", "zh"] = "en", json: bool = False) -> None:
    """Hold a commentary's quantified claims against the packaged facts: the claim, our figure, why they differ, a verdict.

    Parameters
    ----------
    wanted
        Claims by id, told in full with every reading and source; none for all in one table.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.cli import claims_tables as tables
    from roadstead.study.claims import claims as held
    from roadstead.world import reference

    world = reference.load()
    found = held(world, wanted)
    if json:
        print_json([tables.as_json(claim, world) for claim in found])
        return
    console = answers()
    if wanted:
        for claim in found:
            for line in tables.in_full(claim, world, language):
                console.print(line, soft_wrap=True)
        return
    console.print(tables.listed(found, world, language))
    for line in tables.foot(found, language):
        console.print(line, soft_wrap=True)
