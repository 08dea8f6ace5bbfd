"""The formats of `roadstead import`: whose data, where to get it, under which licence, and who reads it."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roadstead.study.folders import FACTS, RULES
from roadstead.study.shelf import SAME, Place
from roadstead.terms.errors import Fault, raise_if_any
from roadstead.terms.tables import read_table
from roadstead.trade import rulebook, tariff_download, wto_tariffs
from roadstead.trade.schemas import MEASURES
from roadstead.world import schemas
from roadstead.world.imports import baci, comtrade, oica, templates, worldbank
from roadstead.world.imports.areas import OWN
from roadstead.world.imports.taken import Taken

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from roadstead.terms.tables import Schema
    from roadstead.trade.tariff_download import TariffLine
    from roadstead.world.reference import World


@dataclass(frozen=True, slots=True)
class Asked:
    """What files are imported into, and what is known of them beside.

    Attributes
    ----------
    case
        Folder of the case.
    world
        The reference world with the case's own facts.
    imported
        Sources of earlier imports.
    whole
        The file was asked for every subheading of cars.
    prefer
        Counts of sales are to be used in place of the packaged ones of the same vehicles.
    """

    case: Path
    world: World
    imported: frozenset[str]
    whole: bool = False
    prefer: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """One publisher's data, or a template of a table.

    Attributes
    ----------
    licence
        Empty where whoever hands the file in has to say it.
    """

    name: str
    title: str
    what: str
    url: str
    licence: str
    read: Callable[[Sequence[Path], Asked], Taken]
    tables: tuple[Place, ...]


def _facts(*names: str) -> tuple[Place, ...]:
    known = {schema.name: schema for schema in schemas.ALL}
    return tuple(Place(known[name], FACTS) for name in names)


def _template(schema: Schema) -> Format:
    same = SAME.get(schema.name, schema.key)
    return Format(
        name=schema.name,
        title="",
        what=f"a template: {schema.description}",
        url="",
        licence="",
        read=lambda paths, asked: templates.read(paths, schema, asked.world.gazetteer, same),
        tables=_facts(schema.name),
    )


def _oica(paths: Sequence[Path], asked: Asked) -> Taken:
    known = [row for row in asked.world.tables["sales"] if row["source"] not in asked.imported]
    return oica.read(paths, asked.world.gazetteer, known, prefer=asked.prefer)


def _wits(paths: Sequence[Path], asked: Asked) -> Taken:
    places = _numeric(asked.world)
    lines, left_out = _of_cars([(path, *tariff_download.read(path, places)) for path in paths])
    return _tariffs(lines, left_out, asked, ("WITS", "SimpleAverage, percent"))


def _wto(paths: Sequence[Path], asked: Asked) -> Taken:
    places = _numeric(asked.world)
    lines, left_out = _of_cars([(path, *wto_tariffs.read(path, places)) for path in paths])
    return _tariffs(
        lines, left_out, asked, ("WTO", f"Value of {wto_tariffs.MFN} and {wto_tariffs.PREFERENCE}, percent")
    )


def _of_cars(
    found: Sequence[tuple[Path, Sequence[TariffLine], Mapping[str, int]]],
) -> tuple[list[TariffLine], Counter[str]]:
    """Lines of all files, and what was left out of them; a file that says nothing of cars or parts is a fault."""
    expected = "a download with lines of headings 8703 or 8708"
    raise_if_any(
        Fault(path.name, "RS-W316", "no line is of cars or of their parts", expected)
        for path, lines, left_out in found
        if not lines and not left_out
    )
    counted = sum((Counter(left_out) for _, _, left_out in found), Counter[str]())
    return [line for _, lines, _ in found for line in lines], counted


def _numeric(world: World) -> dict[str, str]:
    return {place.m49: place.place_id for place in world.gazetteer.places.values() if place.m49} | OWN


def _tariffs(lines: Sequence[TariffLine], left_out: Counter[str], asked: Asked, told: tuple[str, str]) -> Taken:
    """What the rules at hand lack; rows of earlier imports are none of the rules at hand."""
    publisher, columns = told
    with tempfile.TemporaryDirectory() as folder:
        filled = tariff_download.fill(lines, rulebook.load(None, _by_hand(asked, Path(folder))), publisher)
    years = sorted({line.year for line in lines})
    differs = tuple(f"the rules at hand stand: {line}" for line in filled.differs)
    edition = f"years {years[0]} to {years[-1]}" if years else ""
    return Taken({MEASURES.name: filled.rows}, edition, columns, left_out, differs)


def _by_hand(asked: Asked, folder: Path) -> Path | None:
    """The case's own rules as a person wrote them."""
    rules = asked.case / RULES
    if not rules.is_dir():
        return None
    for path in rules.glob("*.csv"):
        shutil.copy(path, folder / path.name)
    measures = folder / f"{MEASURES.name}.csv"
    if measures.exists():
        kept = {row.line for row in read_table(measures, MEASURES) if row["source"] in asked.imported}
        lines = measures.read_text(encoding="utf-8-sig").splitlines(keepends=True)
        measures.write_text(
            "".join(line for number, line in enumerate(lines, 1) if number not in kept), encoding="utf-8"
        )
    return folder


PUBLISHED = (
    Format(
        name="comtrade",
        title="UN Comtrade",
        what="trade in cars by reporter, partner and powertrain, in cars and US$; CSV or the API's JSON",
        url="https://comtradeplus.un.org/",
        licence="UN Comtrade: internal use; no re-dissemination without written permission of the UN Statistics Division",
        read=lambda paths, asked: comtrade.read(paths, asked.world.gazetteer, whole=asked.whole),
        tables=_facts("exports", "parts_trade"),
    ),
    Format(
        name="baci",
        title="CEPII, BACI",
        what="trade in cars by exporter, importer and powertrain, in US$, reconciled; CSV of a year",
        url="https://www.cepii.fr/CEPII/en/bdd_modele/bdd_modele_item.asp?id=37",
        licence="Etalab Open Licence 2.0",
        read=lambda paths, asked: baci.read(paths, asked.world.gazetteer, whole=asked.whole),
        tables=_facts("exports", "parts_trade"),
    ),
    Format(
        name="worldbank",
        title="World Bank, World Development Indicators",
        what="population, income per head and exchange rates; the API's JSON or CSV, DataBank, wbgapi",
        url="https://data.worldbank.org/",
        licence="CC BY 4.0",
        read=lambda paths, asked: worldbank.read(paths, asked.world),
        tables=_facts("incomes", "economies"),
    ),
    Format(
        name="oica",
        title="OICA",
        what="sales or production by country and year; one workbook a table",
        url="https://www.oica.net/",
        licence="OICA: all rights reserved; commercial use is paid for",
        read=_oica,
        tables=_facts("sales", "overseas_production"),
    ),
    Format(
        name="wits",
        title="World Integrated Trade Solution, UNCTAD TRAINS tariff data",
        what="MFN and preference rates by HS subheading, where the packaged rules have none; bulk download, CSV or ZIP",
        url="https://wits.worldbank.org/",
        licence="WITS: terms of use of WITS and of UNCTAD TRAINS, after registration",
        read=_wits,
        tables=(Place(MEASURES, RULES),),
    ),
    Format(
        name="wto",
        title="World Trade Organization, tariff data",
        what="MFN and preference rates by HS subheading, where the packaged rules have none; CSV of the data portal or its API",
        url="https://data.wto.org/",
        licence="WTO: personal or classroom use, citation in full; not for profit; no re-dissemination without approval",
        read=_wto,
        tables=(Place(MEASURES, RULES),),
    ),
)
FORMATS = {one.name: one for one in (*PUBLISHED, *map(_template, templates.TABLES.values()))}
"""Every format by name."""
