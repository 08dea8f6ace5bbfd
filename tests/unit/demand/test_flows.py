"""Car flows: the packaged estimate meets what it was fitted to, and a user's own table is read or refused."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from roadstead.demand.flows import (
    CAR_FLOWS,
    CAR_MARGINS,
    CAR_TRADE_PLACES,
    ESTIMATED,
    KNOWN_CAR_FLOWS,
    POWERTRAINS,
    data_folder,
    packaged_flows,
    read_flows,
)
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.evidence import ASSUMPTION
from roadstead.terms.tables import read_table
from roadstead.world import reference

if TYPE_CHECKING:
    from types import ModuleType

TOOLS = Path(__file__).parents[3] / "tools"


def rows(schema):
    return read_table(data_folder() / f"{schema.name}.csv", schema)


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(TOOLS)
    return import_module("car_flows")


def test_the_table_is_what_its_maker_makes(maker: ModuleType):
    assert (data_folder() / "car_flows.csv").read_text(encoding="utf-8") == maker.table()


def test_flows_meet_what_each_place_buys_and_ships():
    flows = packaged_flows("ALL")
    for row in rows(CAR_MARGINS):
        if row["powertrain"] != "ALL":
            continue
        if row["kind"] == "SALES":
            reached = flows.units[:, flows.importers.index(row["place"])].sum()
        else:
            i = flows.exporters.index(row["place"])
            reached = flows.units[i].sum() - flows.units[i, flows.importers.index(row["place"])]
        # Every lane is rounded to a car.
        assert reached == pytest.approx(row["value"], abs=len(flows.importers)), row["place"]


def test_electric_cars_meet_what_each_place_buys():
    flows = packaged_flows("BEV")
    for row in rows(CAR_MARGINS):
        if row["powertrain"] == "BEV" and row["kind"] == "SALES":
            reached = flows.units[:, flows.importers.index(row["place"])].sum()
            assert reached == pytest.approx(row["value"], abs=len(flows.exporters)), row["place"]


def test_counted_lanes_are_held_and_the_others_say_they_are_estimates():
    known = {(row["importer"], row["exporter"], row["powertrain"]): row for row in rows(KNOWN_CAR_FLOWS)}
    for row in rows(CAR_FLOWS):
        counted = known.get((row["importer"], row["exporter"], row["powertrain"]))
        if counted is None:
            assert (row["basis"], row["source"], str(row["confidence"])) == (ESTIMATED, ASSUMPTION, "low")
            assert row["importer"] != row["exporter"] or row["powertrain"] != "ALL"
        else:
            assert row["units"] == counted["units"]
            assert row["source"] == counted["source"]


def test_sales_are_those_of_the_reference_world():
    world = reference.load()
    sold = {(row["place"], row["scope"], row["value"]) for row in world.tables["sales"] if row["year"] == 2024}
    for row in rows(CAR_MARGINS):
        if row["powertrain"] == "ALL" and row["kind"] == "SALES" and row["note"].startswith("scope "):
            scope = row["note"].split()[1]
            assert (row["place"], scope, row["value"]) in sold, row.where("value")


def test_every_row_rests_on_something():
    for schema in (CAR_TRADE_PLACES, CAR_MARGINS, KNOWN_CAR_FLOWS):
        for row in rows(schema):
            assert row["source"] or "no source was located" in row["note"], row.where("source")
            assert row["source"] != ASSUMPTION or row["note"], row.where("note")


def test_places_are_customs_territories():
    gazetteer = reference.load().gazetteer
    places = {row["place"] for row in rows(CAR_TRADE_PLACES)}
    for place in places:
        assert gazetteer.territory(place) == place
    for powertrain in POWERTRAINS:
        flows = packaged_flows(powertrain)
        assert {*flows.exporters, *flows.importers} <= places


def test_fitting_keeps_the_proportions_of_a_table_that_fits(maker: ModuleType):
    rng = np.random.default_rng(0)
    prior = rng.uniform(0.5, 2.0, (4, 5))
    true = prior * rng.uniform(0.5, 2.0, (4, 1)) * rng.uniform(0.5, 2.0, 5)
    columns = true.sum(axis=0)
    columns[4] = np.nan
    found = maker.balanced(prior, true.sum(axis=1), columns)
    # Biproportional to the prior: every cross ratio is the prior's.
    cross = found[1:, 1:] * found[:1, :1] / (found[1:, :1] * found[:1, 1:])
    assert cross == pytest.approx(prior[1:, 1:] * prior[:1, :1] / (prior[1:, :1] * prior[:1, 1:]), rel=1e-6)
    assert found.sum(axis=1) == pytest.approx(true.sum(axis=1), rel=1e-6)
    assert found[:, :4].sum(axis=0) == pytest.approx(true[:, :4].sum(axis=0), rel=1e-6)


# --- a user's own table ----------------------------------------------------------------------------------------------


def written(folder: Path, text: str) -> Path:
    path = folder / "flows.csv"
    path.write_text(text, encoding="utf-8")
    return path


def refused(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(RoadsteadError) as caught:
        read_flows(path, reference.load().gazetteer)
    return [(fault.code, fault.where.split(" ")[0]) for fault in caught.value.faults]


def test_own_flows_are_read_by_name_or_code(tmp_path: Path):
    text = "importer,exporter,units\nGermany,CHN,30\nDEU,Deutschland,100\nFrance,China,20\n"
    flows = read_flows(written(tmp_path, text), reference.load().gazetteer)
    assert flows.exporters == ("CHN", "DEU")
    assert flows.importers == ("DEU", "FRA")
    assert flows.units.tolist() == [[30.0, 20.0], [100.0, 0.0]]
    assert flows.is_known.tolist() == [[True, True], [True, False]]
    assert flows.year is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "importer,exporter,units\nGermany,CHN,-5\nFRA,CHN,\n",
            [("RS-T110", "flows.csv:2:3"), ("RS-T105", "flows.csv:3:3")],
        ),
        ("importer,exporter,units\nAtlantis,CHN,5\n", [("RS-W301", "flows.csv:2:1")]),
        ("importer,exporter,units\nDEU,CHN,5\nGermany,China,6\n", [("RS-T104", "flows.csv:3:1")]),
        ("importer,exporter,units\nDEU,CHN,5\nDEU,CHN,6\n", [("RS-T104", "flows.csv:3:1")]),
        ("importer,exporter,units\nDEU,CHN,0\n", [("RS-D544", "flows.csv")]),
        ("importer,exporter\nDEU,CHN\n", [("RS-T102", "flows.csv:1:1")]),
        ("importer,exporter,units\nDEU,CHN,many\n", [("RS-T107", "flows.csv:2:3")]),
    ],
)
def test_bad_rows_are_told_where_they_stand(tmp_path: Path, text: str, expected: list[tuple[str, str]]):
    assert refused(written(tmp_path, text)) == expected


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    assert refused(tmp_path / "none.csv") == [("RS-T101", "none.csv")]
