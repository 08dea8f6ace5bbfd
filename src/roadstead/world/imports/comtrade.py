"""UN Comtrade as its API and its web page hand it out: CSV, or the JSON that comtradeapicall returns and saves.

What the format hides from a hasty reader, and what becomes of it here:

- A flow stands there many times over: in total and by second partner, mode of transport and customs procedure. Only totals are
  taken (partner2Code 0, motCode 0, customsCode C00).
- Annual lines carry refMonth 52, which is no month; the period alone is read: 2023, or 202311 on a monthly line.
- primaryValue is CIF on imports and FOB on exports, in current US$. Exports (X) contain re-exports (RX), which are not added again.
- qty is a number of cars only where qtyUnitCode is 5; and on the heading it is often missing where the subheadings have it.
- Codes of countries are the United Nations' own but for a few (USA 842, India 699); 0 is the world; groups have other codes.
- Cars are new and used alike, complete kits often among them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.evidence import Confidence
from roadstead.world.imports import goods
from roadstead.world.imports.areas import ITSELF, WORLD, WORLD_CODE, areas, unplaced
from roadstead.world.imports.taken import Taken, name_of, rests
from roadstead.world.readers.sheet import LINE, NOT_KNOWN, Sheet, Wanted, no_negatives, numbers, read_sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from roadstead.world.places import Gazetteer

NAMES = (
    *(
        "typeCode",
        "freqCode",
        "period",
        "reporterCode",
        "flowCode",
        "partnerCode",
        "partner2Code",
        "classificationCode",
    ),
    *("cmdCode", "customsCode", "motCode", "qtyUnitCode", "qty", "isQtyEstimated", "primaryValue"),
)
"""Columns read, as the API names them; the file holds more."""
COLUMNS = tuple(Wanted(name.casefold(), required=name != "isQtyEstimated") for name in NAMES)
CODES = (*(name.casefold() for name in NAMES if name.endswith("Code")), "period")
CARS_UNIT = "5"
"""Code of the quantity unit `number of items`."""
CAPS = (500, 100_000, 250_000)
"""Records that one call of the API returns at most: without a key, with one, with a paid one."""
EXPORTS, IMPORTS = "X", "M"
DEFINITIONS = {EXPORTS: "CUSTOMS HS 8703", IMPORTS: "IMPORTS HS 8703"}
FLOWS = {EXPORTS: "EXPORT", IMPORTS: "IMPORT"}
VALUED = {EXPORTS: "FOB", IMPORTS: "CIF"}
DOLLARS_IN_BILLION = 1e-9
ROUNDING = 1e-3
"""Partners may add up to this much more than the world before it is told."""
FLOW = ("period", "reporter", "flowcode", "partner")
"""Columns that name a flow of one code."""


def read(paths: Sequence[Path], gazetteer: Gazetteer, *, whole: bool = False) -> Taken:
    """Trade in cars by reporter, partner and powertrain, in cars and US$, and in cars, parts and batteries of every reporter.

    ``whole`` as for :func:`roadstead.world.imports.goods.told`.

    Raises
    ------
    RoadsteadError
        RS-T102 where columns are missing, RS-W321 for JSON of another shape, RS-W322 for a period that is none, RS-W323 where a
        flow stands twice, RS-W316 where nothing is of cars; and what is wrong with any number.
    """
    faults: list[Fault] = []
    left_out: Counter[str] = Counter()
    notes: list[str] = []
    frames = [_file(path, faults, left_out, notes) for path in paths]
    raise_if_any(faults)
    lines = _placed(pl.concat(frames), areas(gazetteer), left_out)
    _once(lines, faults)
    raise_if_any(faults)
    if lines.is_empty():
        expected = "totals (partner2Code 0, motCode 0, customsCode C00) of HS 8703, its subheadings, 8708 or 850760"
        raise RoadsteadError(Fault(name_of(paths), "RS-W316", "no line is of cars, parts or batteries", expected))
    notes += _too_much(lines)
    exports: list[dict[str, Any]] = []
    trade: list[dict[str, Any]] = []
    for (edition,), part in sorted(lines.group_by("edition"), key=lambda item: str(item[0])):
        found = goods.told(set(part["cmdcode"].unique()), goods.EDITIONS[str(edition)], whole=whole)
        notes += [note for note in goods.left_untold(found) if note not in notes]
        exports += _exports(part, found, left_out)
        trade += _trade(part, found)
    editions = ", ".join(sorted(lines["edition"].unique()))
    columns = "qty where qtyUnitCode is 5; primaryValue, current US$"
    return Taken({"exports": tuple(exports), "parts_trade": tuple(trade)}, editions, columns, left_out, tuple(notes))


def _file(path: Path, faults: list[Fault], left_out: Counter[str], notes: list[str]) -> pl.DataFrame:
    """Totals on cars, parts and batteries, with their place in words."""
    sheet = _json(path) if path.suffix.lower() == ".json" else read_sheet(path, COLUMNS, faults, western=True)
    if sheet.cells.height in CAPS:
        notes.append(
            f"{path.name} holds exactly {sheet.cells.height} records, as many as one call returns: more may have been cut off"
        )
    plain = [pl.col(name).str.strip_suffix(".0") for name in CODES]
    sheet = Sheet(sheet.file, sheet.cells.with_columns(plain), sheet.places, sheet.record)
    for reason, holds in _unwanted().items():
        fits = sheet.cells.select(holds).to_series()
        if fits.any():
            left_out[reason] += int(fits.sum())
            sheet = sheet.kept(~fits)
    value, quantity = (numbers(sheet, name, faults) for name in ("primaryvalue", "qty"))
    for name, read_as in (("primaryvalue", value), ("qty", quantity)):
        no_negatives(sheet, name, read_as, faults)
    faults += [
        Fault(sheet.where(line, "primaryvalue"), "RS-T105", "nothing stands here", "US$, current")
        for line in sheet.cells.filter(value.is_null() & pl.col("primaryvalue").str.to_lowercase().is_in(NOT_KNOWN))[
            LINE
        ]
    ]
    _check_periods(sheet, faults)
    return sheet.cells.select(
        *(name for name in CODES if name not in {"typecode", "customscode", "motcode", "partner2code"}),
        edition=pl.col("classificationcode"),
        value=value,
        quantity=quantity,
        estimated=pl.col("isqtyestimated").str.to_lowercase().is_in(["true", "1"]),
        where=pl.concat_str(
            pl.lit(f"{sheet.file}:{sheet.record + ' ' if sheet.record else ''}"), pl.col(LINE).cast(pl.String)
        ),
    )


def _unwanted() -> dict[str, pl.Expr]:
    """Lines that are not taken, by reason, in this order."""
    code = pl.col("cmdcode")
    cars = [goods.CARS, *goods.CODES[goods.ALL]]
    return {
        "services, or another classification than the Harmonized System": (pl.col("typecode") != "C")
        | ~pl.col("classificationcode").is_in(list(goods.EDITIONS)),
        "re-exports, re-imports and other flows than exports (X) and imports (M)": ~pl.col("flowcode").is_in(
            [EXPORTS, IMPORTS]
        ),
        "parts by subheading: the heading 8708 is read": code.str.starts_with(goods.PARTS) & (code != goods.PARTS),
        "other goods": ~code.is_in([*cars, goods.PARTS, goods.BATTERIES]),
        "parts of a total: by second partner": pl.col("partner2code") != "0",
        "parts of a total: by mode of transport": pl.col("motcode") != "0",
        "parts of a total: by customs procedure": pl.col("customscode") != "C00",
    }


def _json(path: Path) -> Sheet:
    """Records of the API's answer, of a list of records, or of a data frame saved by columns."""
    shapes = "the API's answer with `data`, or a data frame of comtradeapicall saved by to_json"
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise RoadsteadError(Fault(path.name, "RS-T101", "this file is missing", shapes)) from error
    except (ValueError, OSError) as error:
        raise RoadsteadError(Fault(path.name, "RS-T112", f"not readable as JSON: {error}", shapes)) from error
    if isinstance(content, dict) and content.get("error"):
        message = f"an answer of the API without data: {content['error']}"
        raise RoadsteadError(Fault(path.name, "RS-W321", message, "ask again; the answer must have `data`"))
    records = content.get("data") if isinstance(content, dict) and "data" in content else content
    if isinstance(records, dict) and all(isinstance(column, dict) for column in records.values()):
        # A data frame saved by columns: each column maps the number of a row to its cell.
        rows = dict.fromkeys(row for column in records.values() for row in column)
        records = [{name: column.get(row) for name, column in records.items()} for row in rows]
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise RoadsteadError(Fault(path.name, "RS-W321", "no records of UN Comtrade", shapes))
    held = {name.casefold() for record in records for name in record}
    missing = [name for name in NAMES if name.casefold() not in held and name != "isQtyEstimated"]
    if missing:
        raise RoadsteadError(
            [Fault(path.name, "RS-T102", f"the column `{name}` is missing", f"{', '.join(NAMES)}") for name in missing]
        )
    table = [{name.casefold(): cell for name, cell in record.items()} for record in records]
    cells = {
        want.name: pl.Series(want.name, [_text(record.get(want.name)) for record in table], pl.String)
        for want in COLUMNS
    }
    lines = pl.Series(LINE, range(1, len(table) + 1), pl.Int64)
    return Sheet(path.name, pl.DataFrame([lines, *cells.values()]), {}, "record")


def _text(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _check_periods(sheet: Sheet, faults: list[Fault]) -> None:
    """A year on an annual line, a year and month on a monthly one."""
    annual, period = pl.col("freqcode") == "A", pl.col("period")
    year = period.str.contains(r"^(19|20)\d{2}$")
    month = period.str.contains(r"^(19|20)\d{2}(0[1-9]|1[0-2])$")
    good = pl.when(annual).then(year).otherwise(month & (pl.col("freqcode") == "M"))
    for line, frequency, met in sheet.cells.filter(~good).select(LINE, "freqcode", "period").iter_rows():
        message = f"{met!r} is no period of frequency {frequency!r}"
        expected = "2023 where freqCode is A, 202311 where it is M"
        faults.append(Fault(sheet.where(line, "period"), "RS-W322", message, expected))


def _placed(lines: pl.DataFrame, places: Mapping[str, str], left_out: Counter[str]) -> pl.DataFrame:
    """Lines between known places; others are counted with the codes that are no country."""

    def place(column: str) -> pl.Expr:
        return pl.col(column).replace_strict({**places, WORLD_CODE: WORLD}, default=None, return_dtype=pl.String)

    named = lines.with_columns(reporter=place("reportercode"), partner=place("partnercode"))
    strange = {
        code
        for side, column in (("reporter", "reportercode"), ("partner", "partnercode"))
        for code in named.filter(pl.col(side).is_null())[column]
    }
    unknown = named.filter(pl.col("reporter").is_null() | pl.col("partner").is_null())
    if strange:
        left_out[unplaced(strange)] += unknown.height
    known = named.drop_nulls(["reporter", "partner"])
    itself = known.filter(pl.col("reporter") == pl.col("partner"))
    if itself.height:
        left_out[ITSELF] += itself.height
    return known.filter(pl.col("reporter") != pl.col("partner"))


def _once(lines: pl.DataFrame, faults: list[Fault]) -> None:
    first = lines.with_columns(first=pl.col("where").first().over([*FLOW, "cmdcode"]))
    for row in first.filter(pl.col("where") != pl.col("first")).iter_rows(named=True):
        message = (
            f"{row['reporter']} {row['flowcode']} {row['partner']} {row['cmdcode']} {row['period']} stands twice, "
            f"first in {row['first']}"
        )
        expected = "each flow once: one classification, one download, totals only"
        faults.append(Fault(row["where"], "RS-W323", message, expected))


def _too_much(lines: pl.DataFrame) -> list[str]:
    """Flows whose partners add up to more than the world they are part of."""
    flow = ["period", "reporter", "flowcode", "cmdcode"]
    world = pl.col("partner") == WORLD
    added = lines.group_by(flow).agg(
        pl.col("value").filter(world).sum().alias("whole"), pl.col("value").filter(~world).sum().alias("parts")
    )
    odd = added.filter((pl.col("whole") > 0) & (pl.col("parts") > pl.col("whole") * (1 + ROUNDING))).sort(flow)
    return [
        f"partners of {row['reporter']} {row['flowcode']} {row['cmdcode']} {row['period']} add up to more than its trade with the "
        f"world, {row['parts'] / row['whole']:.2f} times"
        for row in odd.iter_rows(named=True)
    ]


@dataclass(frozen=True, slots=True)
class _Sum:
    """A flow with its codes added up; ``counted`` where all of it is told in cars."""

    period: str
    reporter: str
    flowcode: str
    partner: str
    value: float
    quantity: float
    counted: bool
    estimated: bool
    codes: list[str]

    @property
    def cells(self) -> dict[str, Any]:
        """Where from, where to and when."""
        ways = (self.reporter, self.partner) if self.flowcode == EXPORTS else (self.partner, self.reporter)
        annual = len(self.period) == 4
        period = self.period if annual else f"{self.period[:4]}-{self.period[4:]}"
        return {
            "origin": ways[0],
            "destination": ways[1],
            "period": period,
            "year": int(self.period[:4]),
            "full_year": annual,
            "definition": DEFINITIONS[self.flowcode],
        }


def _summed(lines: pl.DataFrame, codes: Iterable[str]) -> Iterator[_Sum]:
    """Each flow with its codes added up."""
    grouped = (
        lines.filter(pl.col("cmdcode").is_in(list(codes)) & (pl.col("value") > 0))
        .group_by(FLOW)
        .agg(
            pl.col("value").sum(),
            pl.col("quantity").sum(),
            counted=((pl.col("qtyunitcode") == CARS_UNIT) & (pl.col("quantity") > 0)).fill_null(value=False).all(),
            estimated=pl.col("estimated").any(),
            codes=pl.col("cmdcode").unique().sort(),
        )
        .sort(FLOW)
    )
    for row in grouped.iter_rows(named=True):
        yield _Sum(**row)


def _exports(lines: pl.DataFrame, found: goods.Told, left_out: Counter[str]) -> Iterator[dict[str, Any]]:
    """Rows of exports.csv; of two ways to the same figure the first that tells it."""
    told: set[tuple[Any, ...]] = set()
    uncounted: set[tuple[Any, ...]] = set()
    for powertrain, codes in found.powertrains:
        for flow in _summed(lines, codes):
            cells, held = {**flow.cells, "powertrain": powertrain}, f"of HS {', '.join(flow.codes)}"
            figures = {
                "US$bn": (flow.value * DOLLARS_IN_BILLION, f"primaryValue, {VALUED[flow.flowcode]}, {held}", False),
                "vehicles": (flow.quantity, f"qty, number of cars, {held}", flow.estimated),
            }
            key = tuple(cells.values())
            if not flow.counted:
                del figures["vehicles"]
                uncounted.add((*key, "vehicles"))
            for unit, (value, note, estimated) in figures.items():
                if (*key, unit) not in told:
                    told.add((*key, unit))
                    guess = "estimated by the United Nations" if estimated else ""
                    sure = Confidence.MEDIUM if estimated else Confidence.HIGH
                    yield {**cells, "value": value, "unit": unit, **rests(cells["period"], sure, note, guess)}
    without = len(uncounted - told)
    if without:
        left_out["flows without a number of cars: another unit, or none (their value is taken)"] += without


def _trade(lines: pl.DataFrame, found: goods.Told) -> Iterator[dict[str, Any]]:
    """Rows of parts_trade.csv: what each reporter trades with the world in a year."""
    world = lines.filter((pl.col("partner") == WORLD) & (pl.col("period").str.len_chars() == 4))
    ways = [("CARS", goods.CARS, codes) for powertrain, codes in found.powertrains if powertrain == goods.ALL]
    ways += [("PARTS", goods.PARTS, (goods.PARTS,)), ("BATTERIES", goods.BATTERIES, (goods.BATTERIES,))]
    told: set[tuple[str, ...]] = set()
    for kind, code, codes in ways:
        for flow in _summed(world, codes):
            key = (flow.reporter, flow.flowcode, flow.period, kind)
            if key in told:
                continue
            told.add(key)
            yield {
                "place": flow.reporter,
                "flow": FLOWS[flow.flowcode],
                "year": int(flow.period),
                "goods": kind,
                "definition": f"HS {code}",
                "value": flow.value * DOLLARS_IN_BILLION,
                **rests(flow.period, Confidence.HIGH, f"primaryValue, {VALUED[flow.flowcode]}, partner 0"),
            }
