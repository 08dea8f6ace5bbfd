"""`roadstead backtest`: would it have been right? The planner's own parts held against what came."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Group, Parameter

from roadstead.cli.backtest_japan import japan
from roadstead.cli.printing import print_blocks, print_json, say
from roadstead.study.back_tests import KNOWN
from roadstead.study.makers.assumed import Assumed

Language = Literal["en", "zh"]
USUAL = Assumed()


@dataclass(frozen=True, kw_only=True)
class Assumptions:
    """What all makers are assumed to reach, as typed."""

    plug_in: Annotated[float, Parameter(help="Share of electric cars and plug-in hybrids that each reaches.")] = (
        USUAL.plug_in
    )
    petrol: Annotated[float, Parameter(help="Share of petrol cars that each reaches.")] = USUAL.petrol
    sheltered: Annotated[float, Parameter(help="Most of a duty that prices carry, of a car's value.")] = USUAL.sheltered


def build(default: Parameter, group: Group) -> App:
    """The command, and a back-test under it each."""
    app = App(
        name="backtest",
        help="Would it have been right? Hold the planner against what came; forecasts of the outlook: `outlook backtest`.",
        group=group,
        default_parameter=default,
    )
    app.command(walls)
    app.command(makers)
    app.command(japan)
    return app


def walls(
    *,
    known: Annotated[int, Parameter(help="Year at whose end chances are counted, from 2015.")] = KNOWN,
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
    from roadstead.showing import walls as tables
    from roadstead.study.back_tests import backtest_walls

    found = backtest_walls(known)
    if json:
        print_json(tables.as_json(found))
        return
    print_blocks(tables.blocks(found, language))


def makers(
    *names: str,
    known: Annotated[int, Parameter(help="Year at whose end makers are planned: 2021 or 2023.")] = KNOWN,
    assumptions: Annotated[Assumptions | None, Parameter(name="*")] = None,
    cases: Path | None = None,
    language: Language = "en",
    json: bool = False,
) -> None:
    """Where the planner would have built for Chinese makers at the end of a year, against the plants that came.

    Parameters
    ----------
    names
        BYD, Chery, GWM, SAIC or Geely; none for all. Each takes about half a minute.
    cases
        Keep the makers' cases in this folder.
    language
        en or zh.
    json
        Print JSON.
    """
    from roadstead.showing import makers as tables
    from roadstead.study.back_tests import backtest_makers

    given = assumptions or Assumptions()
    assumed = Assumed(given.plug_in, given.petrol, given.sheltered)
    words = tables.WORDS[language]
    found = backtest_makers(
        *names, known=known, assumed=assumed, cases=cases, tell=lambda name: say(words["planning"].format(name=name))
    )
    if json:
        print_json(tables.as_json(found))
        return
    print_blocks(tables.blocks(found, language))
