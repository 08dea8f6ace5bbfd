"""`roadstead backtest`: would it have been right? The planner's own parts held against what came."""

from typing import Annotated, Literal

from cyclopts import App, Group, Parameter

from roadstead.cli.backtest_japan import japan
from roadstead.cli.printing import answers, print_json

Language = Literal["en", "zh"]


def build(default: Parameter, group: Group) -> App:
    """The command, and a back-test under it each."""
    app = App(
        name="backtest",
        help="Would it have been right? Hold the planner against what came; forecasts of the outlook: `outlook backtest`.",
        group=group,
        default_parameter=default,
    )
    app.command(walls)
    app.command(japan)
    return app


def walls(
    *,
    known: Annotated[int, Parameter(help="Year at whose end chances are counted.")] = 2021,
    language: Language = "en",
    json: bool = False,
) -> None:
    """Chances of walls, bans and openings as counted at the end of a year, against what came since: Brier scores.

    Parameters
    ----------
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.cli import walls_tables as tables
    from roadstead.study.back_tests import backtest_walls

    found = backtest_walls(known)
    if json:
        print_json(tables.as_json(found))
        return
    console = answers()
    for block in tables.blocks(found, language):
        console.print(block, soft_wrap=isinstance(block, str))
