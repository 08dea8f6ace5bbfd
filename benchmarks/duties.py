"""Duties for a million shipments at once: the compiled tariff against a loop of the same engine, and against polars joins."""

from __future__ import annotations

import itertools
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from benchmarks.clock import Row, median_seconds, timed
from roadstead.trade.duty import Shipment, settle
from roadstead.trade.landed import Consignments, land
from roadstead.trade.schedule import Lane
from roadstead.trade.tariff import Schedules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from roadstead.terms.arrays import Floats
    from roadstead.trade.landed import Landed
    from roadstead.trade.rulebook import Rulebook
    from roadstead.trade.schedule import Dollars
    from roadstead.trade.tariff import Tariff
    from roadstead.world.reference import World

COUNT = 1_000_000
LOOPED = 5_000
"""Shipments that the loop works out; its time is told for as many as the tariff prices."""
SINGLES = 2_000
REPEATS = 7
FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)
ORIGINS = ("CHN", "DEU", "JPN", "KOR", "USA", "MEX", "THA", "TUR")
PRODUCTS = ("CAR_CBU", "KIT_CKD", "PARTS", "BATTERY")
POWERTRAINS = ("ICE", "HEV", "PHEV", "EREV", "BEV")
MAKERS = {"CHN": "BYD", "DEU": "Volkswagen", "USA": "Tesla"}


def every_lane(rules: Rulebook) -> list[Lane]:
    """All importers with measures of their own, from eight origins, by product and powertrain: a car of ordinary size."""
    found = []
    for importer, origin, product, powertrain in itertools.product(rules.measures, ORIGINS, PRODUCTS, POWERTRAINS):
        facts = {"engine_cm3": 0.0 if powertrain == "BEV" else 1_500.0, "mass_kg": 1_600.0, "power_kw": 110.0}
        found.append(Lane(importer, origin, product, powertrain, MAKERS.get(origin, ""), tuple(sorted(facts.items()))))
    return found


def consignments(tariff: Tariff, lanes: int, count: int) -> Consignments:
    """Shipments on lanes, days and at values drawn at random, none of which the law refuses."""
    answered = [i for i in range(lanes) if not tariff.is_refused[tariff.segment[tariff.stretch[i]]].any()]
    rng = np.random.default_rng(0)
    return Consignments(
        lane=np.asarray(answered)[rng.integers(0, len(answered), count)],
        day=rng.integers(FIRST.toordinal(), LAST.toordinal() + 1, count),
        transfer_price=rng.uniform(5_000.0, 60_000.0, count),
        freight=rng.uniform(500.0, 2_000.0, count),
        insurance_rate=np.full(count, 0.01),
        money_rate=np.full(count, 0.05),
        days=rng.uniform(20.0, 60.0, count),
        import_tax_rate=np.full(count, 0.1),
    )


def loop(
    rules: Rulebook, lanes: Sequence[Lane], goods: Consignments, landed: Landed, dollars: Dollars, count: int
) -> Floats:
    """Settle the law for one shipment after the other, and add up what its lines charge. Shape (count,)."""
    found = np.zeros(count)
    for i in range(count):
        lane, day = lanes[goods.lane[i]], date.fromordinal(int(goods.day[i]))
        facts = {"fob_value": float(goods.transfer_price[i]), **dict(lane.facts)}
        shipment = Shipment(lane.importer, lane.origin, lane.product, lane.powertrain, lane.firm, day, facts)
        stack = settle(rules, shipment, float(landed.customs_value[i]), dollars(day.year))
        found[i] = stack.amounts(np.asarray(landed.customs_value[i])).sum()
    return found


def as_frames(tariff: Tariff) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stretches by lane and first day, and the lines of every band of value, as tables to join."""
    lane, period = np.indices(tariff.stretch.shape)
    begins = tariff.first_day + np.searchsorted(tariff.period, np.arange(tariff.stretch.shape[1]))
    stretches = pl.DataFrame(
        {"lane": lane.ravel(), "day": begins[period.ravel()], "stretch": tariff.stretch.ravel()}
    ).unique(["lane", "stretch"], keep="first", maintain_order=True)
    rows = []
    for stretch, (first, bands) in enumerate(zip(tariff.segment, tariff.fob_bands, strict=True)):
        values = [0.0, *tariff.value_breaks[stretch][np.isfinite(tariff.value_breaks[stretch])], np.inf]
        fobs = [0.0, *tariff.fob_breaks[stretch][np.isfinite(tariff.fob_breaks[stretch])], np.inf]
        for (v, value), (f, fob) in itertools.product(
            enumerate(itertools.pairwise(values)), enumerate(itertools.pairwise(fobs))
        ):
            segment = first + v * bands + f
            stack = tariff.stacks[segment]
            for at in range(len(getattr(stack, "lines", ()))):
                charged = (tariff.rate[segment, at], tariff.least[segment, at], tariff.amount[segment, at])
                rows.append((stretch, *value, *fob, *charged))
    names = ["stretch", "value_from", "value_to", "fob_from", "fob_to", "rate", "least", "amount"]
    return stretches.sort("day"), pl.DataFrame(rows, schema=names, orient="row")


def joined(stretches: pl.DataFrame, lines: pl.DataFrame, quotes: pl.DataFrame) -> pl.DataFrame:
    """The line amounts by joins: the stretch last begun, its lines, those of the band, their amounts."""
    return (
        quotes.sort("day")
        .join_asof(stretches, on="day", by="lane", check_sortedness=False)
        .join(lines, on="stretch")
        .filter(
            pl.col("value").is_between("value_from", "value_to", closed="left")
            & pl.col("fob").is_between("fob_from", "fob_to", closed="left")
        )
        .with_columns(charge=pl.max_horizontal(pl.col("rate") * pl.col("value"), "least") + pl.col("amount"))
    )


def duties(rules: Rulebook, world: World) -> Iterator[Row]:
    """The compiled tariff, and both yardsticks beside it, on the same shipments."""
    rates = {year: world.dollars(year) for year in range(FIRST.year, LAST.year + 1)}
    lanes = every_lane(rules)

    def drawn() -> Schedules:
        schedules = Schedules(FIRST, LAST, rates.__getitem__)
        for lane in lanes:
            schedules.lane(rules, lane)
        return schedules

    seconds, schedules = timed(drawn)
    measures = sum(1 for _ in rules.every_measure())
    yield Row(
        "land: draw up", seconds, f"{len(schedules):,} lanes under {measures} measures, {FIRST.year} to {LAST.year}"
    )
    seconds, tariff = timed(lambda: schedules.tariff)
    yield Row("land: compile", seconds, f"{len(tariff.stacks):,} segments")
    goods = consignments(tariff, len(lanes), COUNT)
    landed = land(tariff, goods)
    ours = median_seconds(lambda: land(tariff, goods), REPEATS)
    yield Row(
        f"land: {COUNT:,} quotes", ours, f"{COUNT / ours / 1e6:.1f} million a second, value and day of each differ"
    )
    charged = landed.charges.sum(axis=1)
    seconds, found = timed(lambda: loop(rules, lanes, goods, landed, rates.__getitem__, LOOPED))
    np.testing.assert_allclose(found, charged[:LOOPED], rtol=1e-12)
    each = seconds / LOOPED
    yield Row(
        "land: quote by quote", each * COUNT, f"a loop of the same engine, {each * COUNT / ours:,.0f} times as long"
    )
    quotes = pl.DataFrame(
        {
            "quote": np.arange(COUNT),
            "lane": goods.lane,
            "day": goods.day,
            "value": landed.customs_value,
            "fob": goods.transfer_price,
        }
    )
    stretches, lines = as_frames(tariff)
    seconds = median_seconds(lambda: joined(stretches, lines, quotes), 3)
    theirs = joined(stretches, lines, quotes).group_by("quote").agg(pl.col("charge").sum()).sort("quote")
    told = np.zeros(COUNT)
    told[theirs["quote"].to_numpy()] = theirs["charge"].to_numpy()
    np.testing.assert_allclose(told, charged, rtol=1e-9, atol=1e-9)
    threads = f"{pl.thread_pool_size()} threads"
    yield Row(
        "land: polars joins", seconds, f"the same line amounts, {seconds / ours:.1f} times as long with {threads}"
    )
    one = Consignments(*(getattr(goods, name)[:1] for name in Consignments.__slots__))
    seconds = timed(lambda: [land(tariff, one) for _ in range(SINGLES)])[0] / SINGLES
    yield Row("land: one quote", seconds, f"{seconds * 1e6:.0f} microseconds")
