"""Measure the outlook again: every table of docs/outlook.md, and the picture of how reliable its quantiles are.

    python tools/outlook_report.py                                    prints what needs the packaged facts alone
    python tools/outlook_report.py --write                            puts it into docs
    python tools/outlook_report.py --monthly FILE --editions FILE     with months known, and on the IEA's own vintages

--monthly is Robbie Andrew's file of registrations by month and fuel; --editions the IEA's Global EV Data Explorer, editions
2022 to 2024 one below the other with a column ``edition``. A table whose file is not given stays as it was.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from build_docs import DOCS, grid
from marked_tables import put

from roadstead.outlook.adoption import draw_paths
from roadstead.outlook.automatic import MODELS, as_baseline
from roadstead.outlook.backtest import CORE as CORE_SHARE
from roadstead.outlook.backtest import OURS, backtest
from roadstead.outlook.baselines import SIMPLE, WALK
from roadstead.outlook.experience import learn
from roadstead.outlook.nowcast_backtest import nowcast
from roadstead.outlook.outside import published
from roadstead.outlook.outside_backtest import compare, mean_error
from roadstead.outlook.panels import every_run, packaged
from roadstead.outlook.policy import read_steps
from roadstead.outlook.projections import look_back_on, project
from roadstead.outlook.score import LEVELS, MEDIAN, reliability
from roadstead.outlook.size_backtest import size_backtest
from roadstead.report.charts import reliability as picture
from roadstead.world import reference
from roadstead.world.readers import iea, registrations

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from roadstead.outlook.backtest import BackTest
    from roadstead.outlook.baselines import Baseline
    from roadstead.outlook.outside_backtest import Compared
    from roadstead.world.panel import Panel
    from roadstead.world.reference import World

PAGE = DOCS / "outlook.md"
PICTURE = DOCS / "pictures" / "outlook-reliability.svg"
CONFIRMED, CHOSEN = tuple(range(2023, 2026)), tuple(range(2015, 2021))
"""Years that methods were confirmed on, and years they were chosen on."""
PART = "<!-- {name}: made by tools/outlook_report.py -->"
CORE = "markets from 0.5 %"
EDITIONS = (2022, 2023, 2024)


def by_group(found: BackTest) -> list[str]:
    """CRPS of every model by group, its ratio to the random walk's, and the bands of ours."""
    rows = []
    for name, mask in {**found.groups(), "fell off a cliff (known afterwards)": found.cliffs()}.items():
        walk, ours = found.scores(WALK, mask).crps, found.scores(OURS, mask)
        told = [f"{s:.2f} ({s / walk:.2f})" for s in (found.scores(m, mask).crps for m in found.quantiles)]
        errors = (f"{ours.mae:.1f}", f"{100 * ours.mdape:.0f} %", f"{ours.cover80:.2f}", f"{ours.cover90:.2f}")
        rows.append((name, str(ours.count), *told, *errors))
    return grid(("group", "n", *found.quantiles, "MAE", "MdAPE", "in 80 %", "in 90 %"), rows)


def by_horizon(found: BackTest) -> list[str]:
    """The same for markets from 0.5 %, by years ahead."""
    rows = []
    for horizon in range(1, 6):
        mask = found.groups()[CORE] & (found.horizon == horizon)
        walk, ours = found.scores(WALK, mask), found.scores(OURS, mask)
        told = (
            f"{ours.crps:.2f} ({ours.crps / walk.crps:.2f})",
            f"{walk.crps:.2f}",
            f"{ours.mae:.1f}",
            f"{walk.mae:.1f}",
        )
        rows.append((str(horizon), str(ours.count), *told, f"{ours.cover80:.2f}", f"{ours.cover90:.2f}"))
    header = ("years ahead", "n", "CRPS", "CRPS of the walk", "MAE", "MAE of the walk", "in 80 %", "in 90 %")
    return grid(header, rows)


def beside_published(panel: Panel, world: World) -> list[str]:
    """Errors for 2025 of the IEA's editions, by scenario and years ahead, and of ours made at the same time."""
    views = [v for v in published(world) if v.year == 2025 and v.publisher.startswith("IEA GEVO 202")]
    compared = [c for c in compare(panel, world, views) if c.horizon > 1]
    rows = []
    for scenario in ("STEPS", "APS"):
        mine = [c for c in compared if c.view.scenario == scenario]
        groups = {f"{scenario}, all": mine} | {
            f"{scenario}, {h} years ahead": [c for c in mine if c.horizon == h]
            for h in sorted({c.horizon for c in mine})
        }
        rows += [(name, str(len(group)), *_errors(group)) for name, group in groups.items()]
    header = ("scenario", "cells", "share: theirs", "share: ours", "cars: theirs", "cars: ours")
    return grid(header, rows)


def _errors(group: Sequence[Compared]) -> list[str]:
    share, cars = [c.actual_share for c in group], [c.actual_sales for c in group]
    told = (
        mean_error([c.view.share for c in group], share),
        mean_error([c.share for c in group], share),
        mean_error([c.view.sales for c in group], cars),
        mean_error([c.sales for c in group], cars),
    )
    return [f"{100 * error:.1f} %" for error in told]


def with_months(panel: Panel, world: World, monthly: Path) -> list[str]:
    """Errors of a year of which some months are known."""
    known = registrations.monthly(monthly, world.gazetteer)
    rows = []
    for months in (3, 6, 9):
        found = nowcast(panel, known, world.gazetteer, range(2019, 2026), months)
        for name, chosen in (("2019-22", found.year <= 2022), ("2023-25", found.year > 2022), ("all", found.year > 0)):
            scores = found.scores(chosen)
            alone, before = (100 * np.abs(t - found.actual)[chosen].mean() for t in (found.by_months, found.before))
            told = (
                f"{scores.mae:.2f}",
                f"{alone:.2f}",
                f"{before:.2f}",
                f"{scores.cover80:.2f}",
                f"{scores.cover90:.2f}",
            )
            rows.append((str(months), name, str(scores.count), *told))
    header = (
        "months known",
        "years",
        "n",
        "MAE",
        "MAE of the months alone",
        "MAE of the year before",
        "in 80 %",
        "in 90 %",
    )
    return grid(header, rows)


def on_vintages(panel: Panel, world: World, editions: Path) -> list[str]:
    """Errors of the share of 2025, fitted on the history that each edition itself told."""
    rows, told = [], []
    for edition in EDITIONS:
        ours = project(iea.history(editions, world.gazetteer, edition=edition), edition - 1, world.gazetteer)
        views = [
            v for v in published(world) if (v.publisher, v.scenario, v.year) == (f"IEA GEVO {edition}", "STEPS", 2025)
        ]
        for view in views:
            # The copy of 2023 rounds to whole percent: there is no history of India or the rest to fit on.
            if view.share is None or view.place not in ours.codes or (edition == 2023 and view.place in {"IND", "ROW"}):
                continue
            share = float(ours.share[ours.codes.index(view.place), 2025 - edition, MEDIAN])
            told.append((view.share, share, panel[view.place].at(2025)))
            rows.append((str(edition), view.place, *(f"{100 * s:.1f} %" for s in told[-1])))
    theirs, mine, actual = (list(column) for column in zip(*told, strict=True))
    errors = f"{100 * mean_error(theirs, actual):.1f} %", f"{100 * mean_error(mine, actual):.1f} %"
    rows.append(("mean error", f"{len(told)} cells", *errors, ""))
    return grid(("edition", "place", "STEPS", "ours", "came"), rows)


def sizes(panel: Panel, world: World) -> list[str]:
    """Errors of market size, ours and of the simple forecasts, by the years they were made in."""
    found = size_backtest(panel, world.gazetteer, range(2014, 2026))
    large = found.groups()["100,000 cars and more"]
    rows = []
    for first, last in ((2013, 2020), (2017, 2022), (2020, 2024)):
        made = found.made_in(first, last)
        for name, mask in ((f"{first} to {last}", made), (f"{first} to {last}, 100,000 cars and more", made & large)):
            ours = found.scores(OURS, mask)
            errors = [f"{100 * found.scores(model, mask).mape:.1f} %" for model in found.quantiles]
            rows.append((name, str(ours.count), *errors, f"{ours.cover80:.2f}", f"{ours.cover90:.2f}"))
    return grid(("made at the ends of", "n", *found.quantiles, "in 80 %", "in 90 %"), rows)


def with_policies(panel: Panel, world: World, plain: BackTest) -> list[str]:
    """What dated ends of subsidies change: ratio of our CRPS to the random walk's without them and with them."""
    steps = read_steps(world.tables["policy_steps"], world.gazetteer)
    moved = backtest(panel, world.gazetteer, CONFIRMED, past=look_back_on(panel, world.gazetteer, steps))
    groups = {**plain.groups(), "fell off a cliff (known afterwards)": plain.cliffs()}
    rows = []
    for name, mask in groups.items():
        walk = plain.scores(WALK, mask).crps
        ratios = [f"{found.scores(OURS, mask).crps / walk:.3f}" for found in (plain, moved)]
        rows.append((name, str(int(mask.sum())), *ratios))
    return grid(("group", "n", "without", "with ends of subsidies"), rows)


def beyond(panel: Panel, world: World) -> list[str]:
    """How often the truth lay below five levels six to ten years on, with what is known of errors today."""
    experience = learn(look_back_on(panel, world.gazetteer), 2025)
    rows = []
    for ahead in (6, 8, 10):
        ranks: list[float] = []
        for origin in range(2012, 2026 - ahead):
            known = {code: series.known(origin) for code, series in panel.items()}
            told = [r for r in every_run(known, world.gazetteer) if r.years[-1] == origin and len(r.years) >= 2]
            drawn = draw_paths(experience, told, origin + ahead, 1000, np.random.Generator(np.random.Philox(1)))
            for run, draws in zip(told, drawn, strict=True):
                came = panel[run.place].at(origin + ahead)
                if not run.is_aggregate and run.shares[-1] >= CORE_SHARE and np.isfinite(came):
                    ranks.append(float((draws[:, -1] < came).mean()))
        below = [f"{100 * np.mean(np.asarray(ranks) < level):.0f} %" for level in (0.1, 0.25, 0.5, 0.75, 0.9)]
        rows.append((str(ahead), str(len(ranks)), *below))
    return grid(("years ahead", "n", "below q10", "below q25", "below q50", "below q75", "below q90"), rows)


def draw(found: BackTest, path: Path) -> None:
    """How many actuals lay below each level of every model's quantiles."""
    rows = found.groups()[CORE]
    models = [
        picture.Reliability(name, int(rows.sum()), reliability(told, found.actual, rows).tolist())
        for name, told in found.quantiles.items()
    ]
    levels = LEVELS.tolist()
    title = "How reliable the quantiles were: markets from 0.5 %, targets 2023 to 2025"
    picture.drawn(title, levels, models).save(path)


def parts(monthly: Path | None, editions: Path | None, *, picture_to: Path | None) -> Mapping[str, list[str]]:
    """Every table by its name on the page."""
    world = reference.load()
    panel = packaged(world)
    automatic: dict[str, Baseline] = {name: as_baseline(name) for name in MODELS}
    confirmed = backtest(panel, world.gazetteer, CONFIRMED, {**SIMPLE, **automatic})
    if picture_to is not None:
        draw(confirmed, picture_to)
    found = {
        "groups, 2023 to 2025": by_group(confirmed),
        "groups, 2015 to 2020": by_group(backtest(panel, world.gazetteer, CHOSEN)),
        "horizons": by_horizon(confirmed),
        "published": beside_published(panel, world),
        "policies": with_policies(panel, world, confirmed),
        "beyond": beyond(panel, world),
        "sizes": sizes(panel, world),
    }
    if monthly is not None:
        found["months"] = with_months(panel, world, monthly)
    if editions is not None:
        found["vintages"] = on_vintages(panel, world, editions)
    return found


def main() -> None:
    """Measure, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/outlook.md")
    parser.add_argument("--monthly", type=Path, help="registrations by month and fuel")
    parser.add_argument("--editions", type=Path, help="the IEA's data explorer, editions 2022 to 2024")
    asked = parser.parse_args()
    if asked.write:
        PICTURE.parent.mkdir(exist_ok=True)
    found = parts(asked.monthly, asked.editions, picture_to=PICTURE if asked.write else None)
    page = PAGE.read_text(encoding="utf-8")
    for name, lines in found.items():
        page = put(page, PART.format(name=name), lines)
        if not asked.write:
            print(f"\n{name}\n", *lines, sep="\n")
    if asked.write:
        PAGE.write_text(page, encoding="utf-8")
        print(f"{len(found)} tables of {PAGE.name}, {PICTURE.name}")


if __name__ == "__main__":
    main()
