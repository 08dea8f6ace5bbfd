"""`roadstead outlook`: how many cars a market may buy, how many of them electric, and how such forecasts fared."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Group, Parameter

from roadstead.cli.printing import answers, chart_faults, print_blocks, print_json
from roadstead.showing import outlooks as tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.outlook.backtest import BackTest
    from roadstead.outlook.nowcast_backtest import Nowcasts
    from roadstead.outlook.outside_backtest import Compared
    from roadstead.outlook.projections import Projections
    from roadstead.outlook.size_backtest import SizeBackTest
    from roadstead.outlook.summary import Summary
    from roadstead.report.charts.fan import Fan

YEARS = "2026-2040"
"""Years told where none are named."""


def build(default: Parameter, group: Group) -> App:
    """The command, and the back-test of what it says."""
    app = App(
        name="outlook",
        help="Show how many cars markets may buy and how many of them electric; `outlook backtest` says how such forecasts fared.",
        group=group,
        default_parameter=default,
        help_format="plaintext",
    )
    app.default(outlook)
    app.command(backtest)
    return app


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What the outlook stands on, as typed."""

    view: Annotated[str, Parameter(help="A published projection to blend in: 'IEA GEVO 2025/STEPS'.")] = ""
    weight: Annotated[float, Parameter(help="What it weighs, from 0 to 1.")] = 0.5
    monthly: Annotated[
        Path | None, Parameter(help="Registrations by month and fuel (CSV): what the year under way already tells.")
    ] = None
    policies: Annotated[bool, Parameter(negative="", help="Let dated ends of subsidies move the forecasts.")] = False
    history: Annotated[
        Path | None,
        Parameter(
            help="Forecast the histories of a file instead, five years on; docs/outlook.md names the layouts read."
        ),
    ] = None
    chain: Annotated[Path | None, Parameter(help="Another file, to carry those histories on where they end.")] = None
    origin: Annotated[int | None, Parameter(help="Last year of the histories that may be used.")] = None
    out: Annotated[
        Path | None, Parameter(help="Write the quantiles of share, NEV sold and market size to a CSV file.")
    ] = None

    @property
    def is_of_a_file(self) -> bool:
        """Whether histories are forecast, rather than the packaged markets to 2040."""
        return any(given is not None for given in (self.history, self.chain, self.origin, self.out))


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How the future is drawn."""

    draws: Annotated[int, Parameter(help="Number of joint draws.")] = 2000
    seed: Annotated[int, Parameter(help="The same seed gives the same numbers.")] = 0


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a back-test takes as known beside histories."""

    monthly: Annotated[
        Path | None,
        Parameter(help="Registrations by month and fuel (CSV): target years are foreseen from months, too."),
    ] = None
    months: Annotated[int, Parameter(help="How many months of them are known.")] = 6
    policies: Annotated[bool, Parameter(negative="", help="Let dated ends of subsidies move our forecasts.")] = False


def outlook(
    *markets: str,
    years: str = "",
    ground: Annotated[Ground | None, Parameter(name="*")] = None,
    sampling: Annotated[Sampling | None, Parameter(name="*")] = None,
    chart: Path | None = None,
    json: bool = False,
) -> None:
    """Show the outlook of markets: new cars sold and NEV share, with their spans.

    Parameters
    ----------
    markets
        Countries by code or name; none for all with a history.
    years
        First and last year; 2026-2040 where none is named.
    chart
        Draw the NEV share as a fan: .svg, .png or .html.
    json
        Print JSON.
    """
    from roadstead.study import outlooks
    from roadstead.terms.errors import Fault, RoadsteadError

    given, draw = ground or Ground(), sampling or Sampling()
    _check(chart, draw)
    if given.is_of_a_file and years:
        message = "histories are forecast five years on, whichever years are named"
        raise RoadsteadError(Fault("--years", "RS-C701", message, "--history, --chain, --origin and --out without it"))
    beside = outlooks.outlook_beside(given.view, given.weight, monthly=given.monthly, policies=given.policies)
    if given.is_of_a_file:
        # Months of the reference world may lie after the histories of a file: only those that are named count.
        beside = replace(beside, months=beside.months if given.monthly is not None else {})
        found = outlooks.outlook_projections(
            given.history,
            given.origin,
            chain=given.chain,
            markets=markets,
            beside=beside,
            draws=draw.draws,
            seed=draw.seed,
        )
        _tell_projections(found, given, json=json)
        fans = tables.fans_of(found) if chart is not None else []
    else:
        summary = outlooks.outlook(markets, years or YEARS, beside=beside, draws=draw.draws, seed=draw.seed)
        _tell_summary(summary, json=json)
        fans = tables.fans_ahead(summary) if chart is not None else []
    if chart is not None:
        _draw(chart, fans, quiet=json)


def _tell_summary(found: "Summary", *, json: bool) -> None:
    if json:
        print_json(found)
        return
    print_blocks(tables.summary_blocks(found))


def _tell_projections(found: "Projections", given: Ground, *, json: bool) -> None:
    out = given.out
    if out is not None:
        from roadstead.outlook.forecast_file import write

        write(found, out)
    if json:
        print_json(tables.told(found))
        return
    console = answers()
    print_blocks(tables.projections_blocks(found))
    also = [name for name in ("monthly", "view") if getattr(given, name)]
    but = f", but for what --{' and --'.join(also)} told" if also else ""
    console.print(tables.MEDIANS + f"; nothing later than {found.origin} was used{but}")
    if out is not None:
        console.print(f"written to {out}", soft_wrap=True)


def _check(chart: Path | None, draw: Sampling) -> None:
    """What can be refused before anything is worked out."""
    from roadstead.outlook.summary import check_sampling
    from roadstead.terms.errors import Fault, raise_if_any

    faults: list[Fault] = []
    check_sampling(draw.draws, draw.seed, faults)
    raise_if_any([*faults, *chart_faults(chart)])


def _draw(chart: Path, fans: list["Fan"], *, quiet: bool) -> None:
    tables.fan_drawn(fans).save(chart)
    if quiet:
        return
    console = answers()
    if len(fans) > tables.DRAWN:
        console.print(
            f"only the first {tables.DRAWN} of {len(fans)} markets are drawn: name those wanted", soft_wrap=True
        )
    console.print(f"drawn: {chart}", soft_wrap=True)


def backtest(
    *,
    history: Path | None = None,
    targets: str = "2023-2025",
    automatic: bool = False,
    known: Annotated[Known | None, Parameter(name="*")] = None,
    sampling: Annotated[Sampling | None, Parameter(name="*")] = None,
    chart: Path | None = None,
    json: bool = False,
) -> None:
    """Hold forecasts made at the end of past years against what came, beside a random walk and other models.

    Parameters
    ----------
    history
        File of histories; the packaged ones where none is named.
    targets
        Years that were foreseen, for instance 2023-2025.
    automatic
        Also forecast with AutoARIMA, AutoETS and AutoTheta (pip install 'roadstead[baselines]').
    chart
        Draw how reliable all quantiles are: .svg, .png or .html.
    json
        Print JSON.
    """
    from roadstead.study import outlooks

    what, draw = known or Known(), sampling or Sampling()
    _check(chart, draw)
    found = outlooks.outlook_backtest(
        history, targets, automatic=automatic, policies=what.policies, draws=draw.draws, seed=draw.seed
    )
    published = outlooks.outlook_beside_published(history, targets, draws=draw.draws, seed=draw.seed)
    sizes = _sizes(history, targets, draw)
    nowcasts = None
    if what.monthly is not None:
        nowcasts = outlooks.outlook_nowcast(
            what.monthly, targets, history=history, months=what.months, draws=draw.draws, seed=draw.seed
        )
    if json:
        print_json(tables.scored(found, sizes, published, nowcasts))
    else:
        _tell_scores(found, sizes, published, nowcasts)
    if chart is not None:
        tables.reliability_drawn(found).save(chart)
        if not json:
            answers().print(f"drawn: {chart}", soft_wrap=True)


def _sizes(history: Path | None, targets: str, draw: Sampling) -> "SizeBackTest | None":
    """How market size was foreseen; None where a file tells too little of it, which leaves the shares to be judged."""
    from roadstead.study import outlooks
    from roadstead.terms.errors import RoadsteadError

    try:
        return outlooks.outlook_size_backtest(history, targets, draws=draw.draws, seed=draw.seed)
    except RoadsteadError as error:
        if [fault.code for fault in error.faults] == ["RS-O420"]:
            return None
        raise


def _tell_scores(
    found: "BackTest",
    sizes: "SizeBackTest | None",
    published: "Sequence[Compared]",
    nowcasts: "Nowcasts | None",
) -> None:
    console = answers()
    print_blocks(tables.backtest_blocks(found))
    console.print()
    if sizes is not None:
        console.print(tables.sizes(sizes))
        console.print("mean error of the size of markets over what was sold, one to five years ahead\n", soft_wrap=True)
    if published:
        console.print(tables.beside_published(published))
        console.print("mean error over what came, ours from the year before each was published\n", soft_wrap=True)
    if nowcasts is not None:
        console.print(tables.nowcast(nowcasts))
