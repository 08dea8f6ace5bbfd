"""`roadstead backtest japan`: three Japanese makers planned from what could be known at the end of 1981, beside what they did."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from roadstead.cli.printing import print_blocks, print_json

KEPT = "interrupted: with --out the plans made so far are kept, and the same command goes on from there"


def japan(
    *makers: Literal["honda", "nissan", "toyota"],
    corners: Annotated[bool, Parameter(help="Also every combination of the ends of what is assumed: minutes.")] = False,
    out: Annotated[Path | None, Parameter(help="Folder in which plans are kept, and found again.")] = None,
    language: Literal["en", "zh"] = "en",
    json: bool = False,
) -> None:
    """Would the plan have built in America? Honda, Nissan and Toyota from what was known in 1981, beside what they did.

    Parameters
    ----------
    makers
        Those to plan; all three where none is named.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.cli.interrupt import interruptible
    from roadstead.cli.progress import Watch
    from roadstead.showing import japan as tables
    from roadstead.study import workplace
    from roadstead.study.back_tests import backtest_japan

    def tidy() -> None:
        watch.__exit__(None, None, None)
        workplace.tidy()

    with Watch() as watch:
        found = interruptible(
            lambda: backtest_japan(corners=corners, makers=makers, out=out, progress=watch), tidy=tidy, message=KEPT
        )
    if json:
        print_json(tables.as_json(found))
        return
    print_blocks(tables.blocks(found, language))
