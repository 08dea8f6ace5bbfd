"""What `roadstead outlook` prints: markets ahead, files forecast, and how forecasts fared."""

import re
from math import isfinite
from typing import TYPE_CHECKING, Any

from roadstead.report.listing import number, percent, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.outlook.backtest import BackTest
    from roadstead.outlook.nowcast_backtest import Nowcasts
    from roadstead.outlook.outside_backtest import Compared
    from roadstead.outlook.projections import Projections
    from roadstead.outlook.size_backtest import SizeBackTest
    from roadstead.outlook.summary import MarketOutlook, Spread, Summary
    from roadstead.report.charts.fan import Fan
    from roadstead.report.charts.files import Drawing
    from roadstead.report.charts.reliability import Reliability
    from roadstead.report.listing import Listing
    from roadstead.report.words import Words


HISTORY = 9
"""Years of history before a fan."""
DRAWN = 6
"""Markets a fan chart has room for."""


CLOSE_UP = 3
"""Up to so many markets are shown year by year; more of them in one table of a few years."""
MEDIANS = "medians with the 10 to 90 % span in brackets"


def summary_blocks(found: "Summary") -> "Iterator[Listing | str]":
    """Markets year by year, or a few years of many."""
    if len(found.markets) <= CLOSE_UP:
        for market in found.markets:
            yield close_up(market)
            yield ""
    else:
        yield together(found)
        yield ""
    for market in found.markets:
        if market.note:
            yield f"- {market.market}: {market.note}"
    yield f"{MEDIANS}; {found.draws} joint draws, seed {found.seed}"


def projections_blocks(found: "Projections") -> "Iterator[Listing | str]":
    """Shares of every market, what is thin about them, and which were left out."""
    yield projected(found)
    yield ""
    for code, notes in found.notes.items():
        if code in found.codes:
            yield f"- {code}: {'; '.join(notes)}"
    if found.left_out:
        missing = ", ".join(found.left_out)
        yield f"not forecast, since their share in {found.origin} and a year before is not known: {missing}"


def backtest_blocks(found: "BackTest") -> "Iterator[Listing | str]":
    """Scores by group, and what they are."""
    yield groups(found)
    first, last = int(found.target.min()), int(found.target.max())
    yield (
        f"CRPS of the NEV share in points, one to five years ahead, targets {first} to {last}; in brackets its ratio to the "
        "random walk's. A band of 80 % should hold 80 % of what came."
    )


def projected(found: "Projections") -> "Listing":
    """Shares year by year of a file's markets, and how many NEV are sold in the last."""
    from roadstead.outlook.score import MEDIAN, P10, P90

    rows = []
    for i, code in enumerate(found.codes):
        share, units = found.share[i], found.units[i]
        told = [f"{percent(q[MEDIAN], 1)} ({100 * q[P10]:.1f}-{100 * q[P90]:.1f})" for q in share]
        sold = number(float(units[-1, MEDIAN])) if isfinite(units[-1, MEDIAN]) else ""
        rows.append((code, *told, sold))
    years = [f">NEV {year}" for year in found.years.tolist()]
    return table("", ("", *years, f">sold {found.years[-1]}"), rows)


def groups(found: "BackTest") -> "Listing":
    """CRPS of every model by group, with the errors and bands of ours."""
    from roadstead.outlook.backtest import OURS
    from roadstead.outlook.baselines import WALK

    rows = []
    for name, mask in _named(found).items():
        if not mask.any():
            continue
        walk = found.scores(WALK, mask).crps
        scores = {model: found.scores(model, mask) for model in found.quantiles}
        told = [f"{score.crps:.2f} ({score.crps / walk:.2f})" for score in scores.values()]
        ours = scores[OURS]
        bands = (percent(ours.cover80, 0), percent(ours.cover90, 0))
        rows.append((name, str(int(mask.sum())), *told, f"{ours.mae:.1f}", *bands))
    models = [f">{model}" for model in found.quantiles]
    return table("", ("group", ">forecasts", *models, ">MAE", ">in 80 %", ">in 90 %"), rows)


def _named(found: "BackTest") -> dict[str, Any]:
    return {**found.groups(), "fell off a cliff (known afterwards)": found.cliffs()}


def reliable(found: "BackTest") -> tuple[list[float], list["Reliability"]]:
    """Levels, and what share of the actuals lay below each of every model's, over markets from 0.5 %."""
    from roadstead.outlook.score import LEVELS, reliability
    from roadstead.report.charts.reliability import Reliability

    rows = found.groups()["markets from 0.5 %"]
    models = [
        Reliability(model, int(rows.sum()), reliability(told, found.actual, rows).tolist())
        for model, told in found.quantiles.items()
    ]
    return LEVELS.tolist(), models


def reliability_drawn(found: "BackTest") -> "Drawing":
    """How reliable all quantiles were."""
    from roadstead.report.charts import reliability

    levels, models = reliable(found)
    return reliability.drawn("How reliable the quantiles were", levels, models)


def sizes(found: "SizeBackTest") -> "Listing":
    """Errors of market size of every model by group, and the bands of ours."""
    from roadstead.outlook.backtest import OURS

    rows = []
    for name, mask in found.groups().items():
        if mask.any():
            errors = [percent(found.scores(model, mask).mape, 1) for model in found.quantiles]
            ours = found.scores(OURS, mask)
            bands = (percent(ours.cover80, 0), percent(ours.cover90, 0))
            rows.append((name, str(ours.count), *errors, *bands))
    models = [f">{model}" for model in found.quantiles]
    return table("", ("market size", ">forecasts", *models, ">in 80 %", ">in 90 %"), rows)


def beside_published(compared: "Sequence[Compared]") -> "Listing":
    """Mean errors of published projections and of ours, by publisher and scenario."""
    rows = []
    for name, group in _by_publisher(compared).items():
        errors = _errors(group)
        told = [percent(value, 0) if value is not None else "" for value in errors.values()]
        rows.append((name, str(len(group)), *told))
    return table("", ("projection", ">cells", ">share, theirs", ">share, ours", ">cars, theirs", ">cars, ours"), rows)


def _by_publisher(compared: "Sequence[Compared]") -> dict[str, list["Compared"]]:
    found: dict[str, list[Compared]] = {}
    for one in compared:
        family = re.sub(r"\s*\d{4}.*", "", one.view.publisher)
        found.setdefault(f"{family} {one.view.scenario}", []).append(one)
    return found


def _errors(group: "Sequence[Compared]") -> dict[str, float | None]:
    from roadstead.outlook.outside_backtest import mean_error

    shares, sold = [c for c in group if c.view.share is not None], [c for c in group if c.view.sales is not None]
    actual, cars = [c.actual_share for c in shares], [c.actual_sales for c in sold]
    errors = {
        "share_theirs": mean_error([c.view.share for c in shares], actual),
        "share_ours": mean_error([c.share for c in shares], actual),
        "cars_theirs": mean_error([c.view.sales for c in sold], cars),
        "cars_ours": mean_error([c.sales for c in sold], cars),
    }
    return {name: value if isfinite(value) else None for name, value in errors.items()}


def nowcast(found: "Nowcasts") -> "Listing":
    """Errors with some months known, beside what the months alone say and the year before."""
    scores = found.scores()
    row = (
        f"{found.months} months known",
        str(scores.count),
        f"{scores.mae:.2f}",
        f"{found.error(found.by_months):.2f}",
        f"{found.error(found.before):.2f}",
        percent(scores.cover80, 0),
        percent(scores.cover90, 0),
    )
    columns = ("mean error in points", ">years", ">roadstead", ">months alone", ">year before", ">in 80 %", ">in 90 %")
    return table("", columns, [row])


def scored(
    found: "BackTest",
    sizes: "SizeBackTest | None",
    published: "Sequence[Compared]",
    nowcasts: "Nowcasts | None",
) -> dict[str, Any]:
    """Every score by group and model, and the reliability of all quantiles, for machines."""
    from dataclasses import asdict

    groups = {}
    for name, mask in _named(found).items():
        groups[name] = {model: asdict(found.scores(model, mask)) for model in found.quantiles} if mask.any() else None
    levels, models = reliable(found)
    told: dict[str, Any] = {
        "targets": sorted(set(found.target.tolist())),
        "groups": groups,
        "levels": levels,
        "share_below": {model.name: model.below for model in models},
        "published": {name: {"cells": len(g), **_errors(g)} for name, g in _by_publisher(published).items()},
    }
    if sizes is not None:
        told["market_size"] = {model: asdict(sizes.scores(model)) for model in sizes.quantiles}
    if nowcasts is not None:
        told["nowcast"] = {
            "months": nowcasts.months,
            "roadstead": asdict(nowcasts.scores()),
            "months_alone_mae": nowcasts.error(nowcasts.by_months),
            "year_before_mae": nowcasts.error(nowcasts.before),
        }
    return told


def told(found: "Projections") -> dict[str, Any]:
    """Quantiles of a file's markets, for machines."""
    from roadstead.outlook.score import LEVELS

    quantities = {"nev_share": found.share, "nev_sales": found.units, "sales": found.market}
    markets = {
        code: {name: values[i] for name, values in quantities.items()} | {"notes": found.notes.get(code, ())}
        for i, code in enumerate(found.codes)
    }
    return {
        "origin": found.origin,
        "years": found.years,
        "levels": LEVELS,
        "markets": markets,
        "left_out": found.left_out,
    }


def fans_of(found: "Projections") -> list["Fan"]:
    """Fans of a file's markets, with some years of history."""
    from roadstead.outlook.score import MEDIAN, P05, P10, P90, P95
    from roadstead.report.charts.fan import Fan, FanYear

    fans = []
    for i, known in enumerate(found.history):
        past = zip(known.years.tolist()[-HISTORY:], known.share.tolist()[-HISTORY:], strict=True)
        years = [FanYear(year, share if isfinite(share) else None) for year, share in past]
        told = found.share[i][:, [P05, P10, MEDIAN, P90, P95]].tolist()
        years += [FanYear(int(year), None, *row) for year, row in zip(found.years, told, strict=True)]
        fans.append(Fan(known.region, years))
    return fans


def fans_ahead(found: "Summary") -> list["Fan"]:
    """Fans of the outlook's markets, with some years of history."""
    from roadstead.report.charts.fan import Fan, FanYear

    fans = []
    for market in found.markets:
        known = [FanYear(year.year, year.nev_share) for year in market.history if year.nev_share is not None]
        ahead = [
            FanYear(year.year, None, s.p05, s.p10, s.p50, s.p90, s.p95)
            for year in market.ahead
            for s in (year.nev_share,)
        ]
        fans.append(Fan(market.name, known[-HISTORY:] + ahead))
    return fans


def fan_drawn(fans: "Sequence[Fan]", words: "Words | None" = None) -> "Drawing":
    """As many fans as there is room for, in English where no other words are wanted."""
    from roadstead.report.charts import fan

    told = words or fan.ENGLISH
    return fan.drawn(told.label("fan.title"), fans[:DRAWN], words=told)


def sales_drawn(found: "Summary") -> "Drawing":
    """New cars sold: known years and fans of those ahead."""
    from roadstead.report.charts import fan

    fans = [
        fan.Fan(
            market.name,
            [
                *[fan.FanYear(year.year, year.sales) for year in market.history if year.sales is not None][-HISTORY:],
                *(
                    fan.FanYear(y.year, None, s.p05, s.p10, s.p50, s.p90, s.p95)
                    for y in market.ahead
                    for s in (y.sales,)
                ),
            ],
        )
        for market in found.markets[:DRAWN]
    ]
    return fan.drawn("New cars sold a year", fans, "cars")


def close_up(market: "MarketOutlook") -> "Listing":
    """A market year by year."""
    rows = [
        (
            str(year.year),
            "" if year.sales is None else number(year.sales),
            "" if year.nev_share is None else percent(year.nev_share, 1),
            "known",
        )
        for year in market.history[-6:]
    ]
    rows += [
        (str(year.year), _cars(year.sales), _share(year.nev_share), _cars(year.nev_sales)) for year in market.ahead
    ]
    title = f"{market.market} {market.name}: {market.counts}"
    return table(title, ("year", ">new cars", ">NEV share", ">NEV sold"), rows)


def together(found: "Summary") -> "Listing":
    """Many markets, a few years of each."""
    ahead = found.markets[0].ahead
    shown = sorted({0, len(ahead) // 2, len(ahead) - 1})
    rows = []
    for market in found.markets:
        last = market.history[-1]
        sales = next((y.sales for y in reversed(market.history) if y.sales is not None), 0.0)
        share = next((y.nev_share for y in reversed(market.history) if y.nev_share is not None), 0.0)
        row = [market.market, market.name, str(last.year), number(sales), percent(share, 1)]
        for i in shown:
            row += [number(market.ahead[i].sales.p50), _share(market.ahead[i].nev_share)]
        rows.append(row)
    years = [column for i in shown for column in (f">cars {ahead[i].year}", f">NEV {ahead[i].year}")]
    return table("", ("", "market", "last", ">new cars", ">NEV", *years), rows)


def _cars(spread: "Spread") -> str:
    return f"{number(spread.p50)} ({number(spread.p10)} to {number(spread.p90)})"


def _share(spread: "Spread") -> str:
    return f"{percent(spread.p50, 0)} ({100 * spread.p10:.0f}-{100 * spread.p90:.0f})"
