r"""Parts that kits and plants abroad draw from home and from where they stand.

.. math::
    X_{yhg} = \sum_{a\,:\,l(a)\in h} x_{ya}\, c_{y\,l(a)\,k(a)\,g}        \quad (P.3)\ \text{sent to country } h

x are the plan's flows, l and k the line and the model of an arc, c what one car takes from home of goods g at the home
gate. A car from home counts as a car, in the country that buys it; a car made abroad counts as what was sent for it, in the
country that makes it, wherever it is sold. So nothing counts twice: a kit counts once, as one of the parts, though customs
classify a car taken apart as the car it becomes. Source: Harmonized System 2022, General Interpretative Rule 2(a), and
headings 8703, 8507 and 8708.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.costs.circumstances import moments_of
from roadstead.futures.costs.gates import Gate, content_of
from roadstead.futures.costs.variants import with_content
from roadstead.playbook.parts_book import ExportYear, Shipped
from roadstead.playbook.quantiles import HIGH, LOW, quantile
from roadstead.playbook.reading import weight_by_year
from roadstead.terms.ids import Product

if TYPE_CHECKING:
    from roadstead.playbook.parts_book import Goods
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats

LEAST = 1.0
"""Cars a year from which a flow counts, as in the run folder's flows: less is what a solver leaves."""
GOODS: tuple[Goods, ...] = ("cars", "kits", "batteries", "parts")
PRODUCTS = (Product.CAR, Product.KIT_CKD, Product.BATTERY, Product.PARTS)
"""What crosses the border, in the order of GOODS."""
HEADINGS = ("8703", "8703", "8507", "8708")
"""Headings of the Harmonized System, in the order of GOODS."""
LOCAL_GROUPS = ("", "", "battery", "other")
"""Group of a bill of materials that is bought abroad in place of each of GOODS."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """What every line makes and what its cars take, by node-year.

    Attributes
    ----------
    made
        Cars by line and model. Shape (Y, L, K). [cars/year]
    home, ex_works
        Cars from home by market and model, and what one of them costs at the home gate. Shapes (Y, M, K), (Y, K). [cars/year], [money/car]
    sent, bought
        What one of them takes from home, and from where the line stands, in the order of GOODS; zero where none is made.
        Shape (Y, L, K, 4). [money/car]
    countries
        Markets and countries with lines, home left out, in order of their codes.
    sets
        Cars sent there, or cars the goods go into there. Shape (Y, H, 4). [cars/year]
    value
        Worth of the goods (P.3). Shape (Y, H, 4). [money/year]
    """

    made: Floats
    home: Floats
    ex_works: Floats
    sent: Floats
    bought: Floats
    countries: tuple[str, ...]
    sets: Floats
    value: Floats


def drawn(reading: Reading) -> Drawn:
    """Follow every flow of a car or more to the gate that finishes it."""
    p, ledger = reading.evaluation.prospect, reading.evaluation.ledger
    carmaker, lines, models = ledger.costing.carmaker, ledger.lines, p.labels.model
    flow = np.where(reading.plan.flows.flow >= LEAST, reading.plan.flows.flow, 0.0)
    made = np.zeros((p.node_years.count, len(lines), len(models)))
    home = np.zeros((p.node_years.count, len(p.labels.market), len(models)))
    for a, (m, k) in enumerate(p.labels.cell[c] for c in p.arcs.cell.tolist()):
        supply = int(p.arcs.supply[a])
        if supply:
            made[:, supply - 1, k] += flow[:, a]
        else:
            home[:, m, k] += flow[:, a]
    sent, bought, ex_works = _contents(reading, made, flow)
    abroad = {*p.labels.market, *(line.place for line in lines)} - {carmaker.home.place}
    countries = tuple(sorted(abroad))
    sets = np.zeros((p.node_years.count, len(countries), len(GOODS)))
    value = np.zeros_like(sets)
    for h, country in enumerate(countries):
        for m in (i for i, market in enumerate(p.labels.market) if market == country):
            sets[:, h, 0] += home[:, m].sum(-1)
            value[:, h, 0] += (home[:, m] * ex_works).sum(-1)
        for i in (i for i, line in enumerate(lines) if line.place == country):
            sets[:, h] += (made[:, i, :, None] * (sent[:, i] > 0)).sum(1)
            value[:, h] += (made[:, i, :, None] * sent[:, i]).sum(1)
    return Drawn(made, home, ex_works, sent, bought, countries, sets, value)


def _contents(reading: Reading, made: Floats, flow: Floats) -> tuple[Floats, Floats, Floats]:
    """What a car takes where it is made, by node-year, line and model, and what it costs at home, by node-year and model."""
    ledger, p = reading.evaluation.ledger, reading.evaluation.prospect
    carmaker = ledger.costing.carmaker
    years = p.node_years
    moments = moments_of(years, ledger.circumstances)
    sent, bought = np.zeros((*made.shape, len(GOODS))), np.zeros((*made.shape, len(GOODS)))
    ex_works = np.zeros((made.shape[0], made.shape[2]))
    variants, none = _by_regime(reading, flow), np.zeros(years.count)
    for k, model_id in enumerate(p.labels.model):
        model = carmaker.models[model_id]
        ex_works[:, k] = content_of(ledger.costing, Gate(None, model, moments)).sent[Product.CAR]
        for i in np.flatnonzero(made[:, :, k].any(0)).tolist():
            for regime, cars in variants[i, k].items():
                share = np.divide(cars, made[:, i, k], out=none.copy(), where=made[:, i, k] != 0.0)[:, None]
                takes = content_of(ledger.costing, Gate(with_content(ledger.lines[i], regime), model, moments))
                sent[:, i, k] += share * np.stack([takes.sent.get(product, none) for product in PRODUCTS], axis=1)
                bought[:, i, k] += share * np.stack([takes.local.get(group, none) for group in LOCAL_GROUPS], axis=1)
    return sent, bought, ex_works


def _by_regime(reading: Reading, flow: Floats) -> dict[tuple[int, int], dict[str, Floats]]:
    """Cars by line and model, and under them by the regime they are made under. Shapes (Y,). [cars/year]"""
    p = reading.evaluation.prospect
    found: dict[tuple[int, int], dict[str, Floats]] = {}
    for a, (_, k) in enumerate(p.labels.cell[c] for c in p.arcs.cell.tolist()):
        if supply := int(p.arcs.supply[a]):
            of = found.setdefault((supply - 1, k), {})
            of[p.arcs.regime[a]] = of.get(p.arcs.regime[a], np.zeros(len(flow))) + flow[:, a]
    return found


def export_years(reading: Reading, found: Drawn) -> tuple[ExportYear, ...]:
    """Exports from home by calendar year, to all countries."""
    value, sets = found.value.sum(1), found.sets.sum(1)
    cars, parts = value[:, 0], value[:, 1:].sum(-1)
    into = found.made[:, [line.place != _home(reading) for line in reading.evaluation.ledger.lines]].sum((1, 2))
    rows = []
    for year, w in zip(reading.years, weight_by_year(reading), strict=True):
        expected = w @ value
        rows.append(
            ExportYear(
                year=year,
                cars=float(w @ cars),
                cars_low=float(quantile(cars, w, LOW)),
                cars_high=float(quantile(cars, w, HIGH)),
                parts=float(w @ parts),
                parts_low=float(quantile(parts, w, LOW)),
                parts_high=float(quantile(parts, w, HIGH)),
                kits=float(expected[1]),
                batteries=float(expected[2]),
                other_parts=float(expected[3]),
                built_up=float(w @ sets[:, 0]),
                car_sets=float(w @ into),
                parts_ahead=float(w[(parts >= cars) & (parts > 0)].sum()),
            )
        )
    return tuple(rows)


def shipped(reading: Reading, found: Drawn) -> tuple[Shipped, ...]:
    """Exports from home by calendar year, country and goods, where there are any in some future."""
    rows = []
    for year, w in zip(reading.years, weight_by_year(reading), strict=True):
        value, sets = w @ found.value.reshape(len(w), -1), w @ found.sets.reshape(len(w), -1)
        low, high = (quantile(found.value, w, level).ravel() for level in (LOW, HIGH))
        for i in np.flatnonzero(sets).tolist():
            country, g = found.countries[i // len(GOODS)], i % len(GOODS)
            of = (year, country, reading.place(country), GOODS[g], HEADINGS[g])
            rows.append(Shipped(*of, float(sets[i]), float(value[i]), float(low[i]), float(high[i])))
    return tuple(rows)


def _home(reading: Reading) -> str:
    return reading.evaluation.ledger.costing.carmaker.home.place
