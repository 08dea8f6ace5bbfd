"""CEPII's BACI, one year of it: `BACI_HS22_Y2023_V202501.csv`, with the columns t,i,j,k,v,q and one line per flow.

t is the year, i and j are the codes of exporter and importer, k is the subheading of the Harmonized System as text of six digits, v
the value in thousands of current US$, q the weight in tonnes (NA where not known). Values are FOB and reconciled by CEPII from
what both sides declared; there is no number of cars, and none is worked out from weights. The file is streamed: twenty million
lines take a few hundred megabytes.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.evidence import Confidence
from roadstead.world.imports import goods
from roadstead.world.imports.areas import ITSELF, WORLD, areas, unplaced
from roadstead.world.imports.taken import Taken, name_of, rests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from roadstead.world.places import Gazetteer

HEADER = "t,i,j,k,v,q"
FILE = re.compile(r"BACI_HS(?P<edition>\d{2})_Y(?P<year>\d{4})_V(?P<version>\d{6}\w*)\.csv", re.IGNORECASE)
_NUMBER = r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
LINE = rf'^ *(\d{{4}}), *(\d{{1,3}}), *(\d{{1,3}}), *"?(\d{{6}})"?, *({_NUMBER}) *, *(?:NA|{_NUMBER})? *\r?$'
"""A line as CEPII writes it."""
OURS = r'^ *\d{4}, *\d{1,3}, *\d{1,3}, *"?(?:8703|8708|850760)'
FIELDS = ("t", "i", "j", "k", "v")
EXPECTED = (
    "year, exporter, importer, HS code of six digits with every zero kept, value in thousands of US$ with a point, "
    "tonnes or NA: 2023,156,643,870323,1000.5,240.1"
)
MOST = 1000
"""Faults told of one file; a file with more is one fault in all its lines."""
CENTURY = 1990
THOUSAND_IN_BILLION = 1e-6
DEFINITION = "BACI HS 8703"
COLUMNS = "v, thousands of current US$"


@dataclass(frozen=True, slots=True)
class _Name:
    """What the name of a file says."""

    edition: int
    year: int
    version: str

    @property
    def told(self) -> str:
        return f"HS{self.edition % 100:02d}, version {self.version}"

    @property
    def as_of(self) -> str:
        """Month of the version: 202501b is of January 2025."""
        return f"{self.version[:4]}-{self.version[4:6]}"


def read(paths: Sequence[Path], gazetteer: Gazetteer, *, whole: bool = False) -> Taken:
    """Exports of cars by exporter, importer and powertrain, and trade in cars, parts and batteries of every place, in US$.

    ``whole`` as for :func:`roadstead.world.imports.goods.told`, of parts as well.

    Raises
    ------
    RoadsteadError
        RS-W321 where a file is not named or headed as CEPII does, RS-W322 at every line that is none of BACI, RS-W316 where it
        holds nothing of cars, RS-W323 where two files are of one year or of two editions.
    """
    faults: list[Fault] = []
    names = [_named(path, faults) for path in paths]
    frames = [_lines(path, faults) for path in paths]
    raise_if_any(faults)
    known = [name for name in names if name is not None]
    _one_edition(paths, known)
    flows = [_numbers(path, name, frame, faults) for path, name, frame in zip(paths, known, frames, strict=True)]
    raise_if_any(faults)
    flow, left_out = _placed(pl.concat(flows), areas(gazetteer))
    if flow.is_empty():
        expected = "lines of cars (8703), parts (8708) or batteries (8507.60) between known countries"
        raise RoadsteadError(Fault(name_of(paths), "RS-W316", "no line is of cars, parts or batteries", expected))
    found = goods.told(set(flow["k"].unique()), known[0].edition, whole=whole)
    lacking = () if whole else _parts_lacking(flow, known[0].edition)
    exports = tuple(_exports(flow, found, known[0]))
    trade = tuple(_trade(flow, found, known[0], whole_parts=not lacking))
    notes = (*goods.left_untold(found), *lacking)
    return Taken({"exports": exports, "parts_trade": trade}, known[0].told, COLUMNS, left_out, notes)


def _named(path: Path, faults: list[Fault]) -> _Name | None:
    match = FILE.fullmatch(path.name)
    if match is None:
        message = "the name does not tell edition, year and version"
        faults.append(Fault(path.name, "RS-W321", message, "the name CEPII gave it: BACI_HS22_Y2023_V202501.csv"))
        return None
    short = int(match["edition"])
    edition = short + (1900 if short + 1900 >= CENTURY else 2000)
    if edition not in goods.EDITIONS.values():
        message = f"the edition of {edition} of the Harmonized System is not known here"
        faults.append(Fault(path.name, "RS-W321", message, f"one of {', '.join(map(str, goods.EDITIONS.values()))}"))
        return None
    return _Name(edition, int(match["year"]), match["version"])


def _lines(path: Path, faults: list[Fault]) -> pl.DataFrame:
    """Lines on cars, parts and batteries, with their numbers; a fault at every line of the file that is none of BACI."""
    empty = pl.DataFrame(schema={"number": pl.UInt32, "line": pl.String})
    try:
        with path.open("rb") as file:
            header = file.readline(4096).decode("utf-8-sig", errors="replace")
    except FileNotFoundError:
        faults.append(Fault(path.name, "RS-T101", "this file is missing", f"a file of BACI with the columns {HEADER}"))
        return empty
    if re.sub(r'[\s"]', "", header) != HEADER:
        message = f"the header is {header.strip()[:60]!r}"
        faults.append(Fault(f"{path.name}:1:1", "RS-W321", message, f"the columns {HEADER}, in this order"))
        return empty
    lines = pl.scan_lines(path, row_index_name="number", row_index_offset=1).filter(pl.col("number") > 1)
    line = pl.col("line")
    odd = lines.filter(~line.str.contains(LINE) & (line.str.strip_chars() != "")).head(MOST + 1)
    ours, wrong = pl.collect_all([lines.filter(line.str.contains(OURS)), odd], engine="streaming")
    faults += _wrong(path, wrong)
    return ours.filter(line.str.contains(LINE))


def _wrong(path: Path, wrong: pl.DataFrame) -> Iterator[Fault]:
    for told, (number, line) in enumerate(wrong.sort("number").iter_rows()):
        message = f"{line.strip()[:60]!r} is no line of BACI"
        if told == MOST:
            message = f"more than {MOST} lines are none of BACI; the first {MOST} are told"
        yield Fault(f"{path.name}:{number}:1", "RS-W322", message, EXPECTED)


def _numbers(path: Path, name: _Name, lines: pl.DataFrame, faults: list[Fault]) -> pl.DataFrame:
    """Flows by year, exporter, importer and code [thousands of US$]; a fault at a line of another year or told before."""
    cells = lines.with_columns(
        pl.col("line").str.extract(LINE, number).alias(field) for number, field in enumerate(FIELDS, 1)
    )
    flow = cells.with_columns(
        pl.col("t").cast(pl.Int64), pl.col("i", "j").str.strip_chars_start("0"), pl.col("v").cast(pl.Float64)
    )
    for number, year in flow.filter(pl.col("t") != name.year).select("number", "t").head(MOST).iter_rows():
        message = f"a flow of {year} in a file of {name.year}"
        faults.append(Fault(f"{path.name}:{number}:1", "RS-W322", message, f"the year {name.year}, as in its name"))
    first = flow.with_columns(first=pl.col("number").min().over("i", "j", "k"))
    for row in first.filter(pl.col("number") != pl.col("first")).head(MOST).iter_rows(named=True):
        message = f"{row['i']} to {row['j']}, {row['k']} stands twice, first in line {row['first']}"
        faults.append(Fault(f"{path.name}:{row['number']}:1", "RS-W323", message, "each flow once"))
    return flow.select(*FIELDS)


def _one_edition(paths: Sequence[Path], names: Sequence[_Name]) -> None:
    if len({name.told for name in names}) > 1:
        message = f"files of several editions: {'; '.join(dict.fromkeys(name.told for name in names))}"
        raise RoadsteadError(Fault(name_of(paths), "RS-W323", message, "one edition and version at a time"))
    if len({name.year for name in names}) < len(names):
        raise RoadsteadError(Fault(name_of(paths), "RS-W323", "two files of one year", "each year once"))


def _placed(flow: pl.DataFrame, places: Mapping[str, str]) -> tuple[pl.DataFrame, Counter[str]]:
    """Flows between known places; the others are counted by the code that is no country."""
    named = flow.with_columns(
        exporter=pl.col("i").replace_strict(places, default=None, return_dtype=pl.String),
        importer=pl.col("j").replace_strict(places, default=None, return_dtype=pl.String),
    )
    strange = pl.concat(
        [
            named.filter(pl.col("exporter").is_null()).select(code="i"),
            named.filter(pl.col("exporter").is_not_null() & pl.col("importer").is_null()).select(code="j"),
        ]
    )
    left_out: Counter[str] = Counter()
    if not strange.is_empty():
        left_out[unplaced(strange["code"])] = strange.height
    known = named.drop_nulls(["exporter", "importer"])
    apart = known.filter(pl.col("exporter") != pl.col("importer"))
    if apart.height < known.height:
        left_out[ITSELF] = known.height - apart.height
    return apart, left_out


def _exports(flow: pl.DataFrame, found: goods.Told, name: _Name) -> Iterator[dict[str, Any]]:
    """Rows of exports.csv."""
    for powertrain, codes in found.powertrains:
        summed = (
            flow.filter(pl.col("k").is_in(codes))
            .group_by("t", "exporter", "importer")
            .agg(pl.col("v").sum(), pl.col("k").unique().sort())
            .filter(pl.col("v") > 0)
            .sort("t", "exporter", "importer")
        )
        for year, exporter, importer, value, held in summed.iter_rows():
            yield {
                "origin": exporter,
                "destination": importer,
                "period": str(year),
                "year": year,
                "full_year": True,
                "powertrain": powertrain,
                "definition": DEFINITION,
                "value": value * THOUSAND_IN_BILLION,
                "unit": "US$bn",
                **rests(name.as_of, Confidence.MEDIUM, f"column v of HS {', '.join(held)}"),
            }


def _trade(flow: pl.DataFrame, found: goods.Told, name: _Name, *, whole_parts: bool) -> Iterator[dict[str, Any]]:
    """Rows of parts_trade.csv: every place, and the world as the sum of all flows between known places."""
    asked = {"CARS": (goods.CARS, goods.ALL in dict(found.powertrains)), "PARTS": (goods.PARTS, whole_parts)}
    for kind, (code, whole) in (asked | {"BATTERIES": (goods.BATTERIES, True)}).items():
        those = flow.filter(pl.col("k").str.starts_with(code))
        for direction, side in (("EXPORT", "exporter"), ("IMPORT", "importer")):
            if not whole:
                continue
            by_place = those.group_by("t", place=side).agg(pl.col("v").sum())
            world = those.group_by("t").agg(pl.col("v").sum()).select("t", pl.lit(WORLD).alias("place"), "v")
            for year, place, value in pl.concat([by_place, world]).sort("t", "place").iter_rows():
                yield {
                    "place": place,
                    "flow": direction,
                    "year": year,
                    "goods": kind,
                    "definition": f"BACI HS {code}",
                    "value": value * THOUSAND_IN_BILLION,
                    **rests(name.as_of, Confidence.MEDIUM, f"column v, all of HS {code}, FOB"),
                }


def _parts_lacking(flow: pl.DataFrame, edition: int) -> tuple[str, ...]:
    """Why trade in parts is left out; nothing where the file has all of it, or none."""
    codes = set(flow.filter(pl.col("k").str.starts_with(goods.PARTS))["k"].unique())
    lacking = [code for code in goods.PARTS_CODES if code not in codes]
    if not codes or not lacking or edition < goods.PARTS_SINCE:
        return ()
    return (f"parts are left out: the file has no line of {', '.join(lacking)}",)
