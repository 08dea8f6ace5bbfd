"""`roadstead watch`: a run's triggers on newer rules and facts."""

from datetime import date
from pathlib import Path
from typing import Literal

from roadstead.cli.printing import print_blocks, print_json


def watch(
    run: Path,
    /,
    *,
    as_of: date | None = None,
    rules: Path | None = None,
    world: Path | None = None,
    language: Literal["en", "zh"] = "en",
    json: bool = False,
) -> None:
    """Replay a run's triggers on newer rules and facts: which have fired, which are near, which cannot be seen yet.

    Parameters
    ----------
    run
        Run folder.
    as_of
        Day whose knowledge counts; that of the packaged rules by default.
    rules
        Folder of your own rules, in place of the `rules/` that the case brought.
    world
        Folder of your own facts, in place of the `world/` that the case brought.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.cli.progress import Watch
    from roadstead.report.words import Words
    from roadstead.showing import watched as tables
    from roadstead.study import foresight

    with Watch() as watched:
        found = foresight.watch(run, as_of, rules=rules, world=world, progress=watched)
    words = Words(language, found.currency)
    if json:
        print_json(tables.as_json(found, words))
    else:
        print_blocks(tables.blocks(found, words))
