"""Marks of the timeline, the tree and the volumes, and the duties that a car from home meets: numbers placed, not drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.futures.tree import node_probability
from roadstead.playbook.book import MarketRow, SiteYear, TimelineSpan, TreeNode, VolumeYear
from roadstead.playbook.decisions import decisions, sentence
from roadstead.playbook.quantiles import HIGH, LOW, quantile
from roadstead.playbook.reading import (
    MODES,
    capacity,
    cars,
    likely_path,
    output,
    path_weight,
    weight_by_year,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roadstead.futures.evaluate import Evaluation
    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats
    from roadstead.trade.landed import CostLine
    from roadstead.world.carmaker import Model


def main_mode(by_mode: Floats) -> str:
    """Mode of most cars; none where nothing is sold."""
    return MODES[int(by_mode.argmax())] if by_mode.sum() >= 1.0 else "none"


def duty_from_home(evaluation: Evaluation, market: str, model_id: str, node_year: int) -> float:
    """Duties on a car from home as a share of its price at the home gate; the first model offered where this one is not."""
    ledger = evaluation.ledger
    offered = [o.model_id for o in ledger.offers if o.market == market]
    model = model_id if model_id in offered else offered[0]
    wanted = next(
        a
        for a, key in enumerate(ledger.arcs)
        if key.line is None and not key.regime and ledger.offers[key.offer].market == market
        and ledger.offers[key.offer].model_id == model
    )  # fmt: skip
    return duty_share(ledger.costing.carmaker.models[model], ledger.waterfall(wanted, node_year))


def duty_share(model: Model, bars: Sequence[CostLine]) -> float:
    """Duties among a car's bars as a share of its price at the home gate."""
    duties = sum(bar.amount for bar in bars if bar.is_charge)
    gate = sum(bar.amount for bar in bars if bar.key == "ex_works")
    return float(duties / (gate * (1.0 + model.transfer_margin)))


def timeline(reading: Reading) -> tuple[TimelineSpan, ...]:
    """Main mode of every market in every year of the most likely future."""
    at = path_weight(reading, likely_path(reading.tree)).argmax(1)  # node-year of every year
    by_mode, node = cars(reading)[at], reading.evaluation.prospect.node_years.node[at]
    order = np.argsort(-by_mode.sum((0, 2)))
    markets = reading.evaluation.ledger.selling.markets
    found = []
    for m in order.tolist():
        for t, year in enumerate(reading.years):
            total = float(by_mode[t, m].sum())
            abroad = float(by_mode[t, m, 1:].sum())
            share = abroad / total if total >= 1.0 else 0.0
            of = reading.place(markets[m]), year, 1, main_mode(by_mode[t, m])
            found.append(TimelineSpan(*of, total, share, f"{markets[m]}/{year}@n{node[t]}"))
    return tuple(found)


def tree_nodes(reading: Reading) -> tuple[TreeNode, ...]:
    """Nodes of the tree with what fires and what is decided."""
    tree, grown = reading.tree, reading.evaluation.ledger.grown
    probability = node_probability(tree)
    every = decisions(reading)
    return tuple(
        TreeNode(
            node=n,
            parent=int(tree.parent[n]),
            name=reading.names.node(n),
            year=int(tree.start[n]),
            years=int(tree.years[n]),
            probability=float(probability[n]),
            fires=tuple(reading.names.event(event) for event in grown.begun(n)),
            decisions=tuple(sentence(reading, d) for d in every if d.node == n),
        )
        for n in range(tree.count)
    )


def volumes(reading: Reading) -> tuple[VolumeYear, ...]:
    """Expected cars by mode and year, with the 10-90 % span of the total over node-years."""
    weight, by_mode = weight_by_year(reading), cars(reading).sum(1)
    found = []
    for t, year in enumerate(reading.years):
        total = by_mode.sum(1)
        low, high = (float(quantile(total, weight[t], q)) for q in (LOW, HIGH))
        expected = weight[t] @ by_mode
        found += [VolumeYear(year, mode, float(expected[i]), low, high) for i, mode in enumerate(MODES)]
    return tuple(found)


def sites(reading: Reading) -> tuple[SiteYear, ...]:
    """Expected capacity and output of every line that ever has any."""
    weight, able, made = weight_by_year(reading), capacity(reading), output(reading)
    found = []
    for i, line in enumerate(reading.evaluation.ledger.lines):
        if not (weight @ able[:, i]).any():
            continue
        for t, year in enumerate(reading.years):
            found.append(
                SiteYear(
                    reading.names.line(line.line_id), line.mode.value, year,
                    float(weight[t] @ able[:, i]), float(weight[t] @ made[:, i]), f"{line.line_id}/{year}",
                )
            )  # fmt: skip
    return tuple(found)


def market_rows(reading: Reading, years: tuple[int, ...]) -> tuple[MarketRow, ...]:
    """Size, NEV share and cars by mode of every market in some years, in expectation."""
    selling = reading.evaluation.ledger.selling
    weight, by_mode = weight_by_year(reading), cars(reading)
    found = []
    for m, market in enumerate(selling.markets):
        for year in years:
            w = weight[year - reading.tree.first_year]
            size = float(w @ selling.market[:, m])
            nev = float(w @ (selling.market[:, m] * selling.nev_share[:, m])) / size
            modes = w @ by_mode[:, m]
            exported, kits, contract, local = modes.tolist()
            found.append(
                MarketRow(
                    reading.place(market),
                    year,
                    size,
                    nev,
                    float(modes.sum()),
                    exported,
                    kits,
                    contract,
                    local,
                    f"{market}/{year}",
                )
            )
    return tuple(found)
