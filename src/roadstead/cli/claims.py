"""`roadstead claims`: a commentary's figures held against the reference world, each with a verdict by rule."""

from pathlib import Path
from typing import Literal

from roadstead.cli.printing import answers, print_json


def claims(*wanted: str, world: Path | None = None, language: Literal["en", "zh"] = "en", json: bool = False) -> None:
    """Hold a commentary's quantified claims against the packaged facts: the claim, our figure, why they differ, a verdict.

    Parameters
    ----------
    wanted
        Claims by id, told in full with every reading and source; none for all in one table.
    world
        Folder of your own facts, in the place of packaged ones: the `world/` of a case.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.showing import claims as tables
    from roadstead.study.claims import claims as held
    from roadstead.study.folders import world_with

    found = held(world_with(world), wanted)
    if json:
        print_json([tables.as_json(claim) for claim in found])
        return
    console = answers()
    if wanted:
        for claim in found:
            for line in tables.in_full(claim, language):
                console.print(line, soft_wrap=True)
        return
    console.print(tables.listed(found, language))
    for line in tables.foot(found, language):
        console.print(line, soft_wrap=True)
