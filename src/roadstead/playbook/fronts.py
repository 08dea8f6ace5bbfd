"""The three fronts of the commentary: big markets, production overseas, electrification; beside Japan and Korea."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from roadstead.playbook.book import Name
from roadstead.playbook.fronts_book import Front
from roadstead.playbook.reading import MODES, cars, weight_by_year
from roadstead.terms.ids import NEV
from roadstead.world.overseas import Basis, overseas_shares

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roadstead.playbook.reading import Reading
    from roadstead.terms.arrays import Floats
    from roadstead.world.overseas import OverseasShare
    from roadstead.world.reference import World

PRECEDENTS = (
    ("JPN", "all Japanese makers", Name("Japan's makers", "日本车企")),
    ("KOR", "Hyundai+Kia", Name("Hyundai and Kia", "现代与起亚")),
)
OWN = "cars sold in the planned markets"
THEIRS = "overseas production plus exports"


def fronts(reading: Reading, who: Name, at: tuple[int, ...]) -> tuple[Front, ...]:
    """The plan's expected scores in some years, then the latest known of Japan and Korea."""
    ledger = reading.evaluation.ledger
    world = ledger.costing.world
    by_mode = np.einsum("ty,ymd->tmd", weight_by_year(reading), cars(reading))
    big = np.asarray([world.markets[m].is_large for m in ledger.selling.markets])
    own = []
    for year in at:
        row = by_mode[year - reading.tree.first_year]
        abroad = row[:, [MODES.index(m) for m in ("kit", "contract", "local")]]
        share = _share(row[big], row), _share(abroad, row), _nev(reading, year)
        own.append(Front(who, year, *share, OWN, "this plan", str(year)))
    return (*own, *precedents(world))


def _share(part: Floats, whole: Floats) -> float | None:
    """None where nothing is sold, as before a maker's first market is entered."""
    return float(part.sum() / whole.sum()) if whole.sum() else None


def _nev(reading: Reading, year: int) -> float | None:
    p, ledger = reading.evaluation.prospect, reading.evaluation.ledger
    models = ledger.costing.carmaker.models
    flow = weight_by_year(reading)[year - reading.tree.first_year] @ reading.plan.flows.flow
    nev = np.asarray([models[ledger.offers[c].model_id].powertrain in NEV for c in p.arcs.cell.tolist()])
    return _share(flow[nev], flow)


def precedents(world: World) -> tuple[Front, ...]:
    """Latest year in which a country's makers have both overseas production and exports on record."""
    found = []
    for home, name, last in latest_shares(world):
        source = world.sources[last.pair.abroad["source"]].title
        found.append(Front(name, last.year, None, last.share, None, THEIRS, source, home))
    return tuple(found)


def latest_shares(world: World) -> Iterator[tuple[str, Name, OverseasShare]]:
    """Home and name of those who went before, with the latest share that documents stand behind."""
    shares = overseas_shares(world.tables["overseas_production"])
    for home, firms, name in PRECEDENTS:
        theirs = [
            s for s in shares if (s.home, s.firms, s.basis) == (home, firms, Basis.FOREIGN_SALES) and s.is_sourced
        ]
        yield home, name, max(theirs, key=lambda s: s.year)
