"""A tariff download of WITS fills a folder of own rules: what the packaged ones lack, and nothing they know."""

from __future__ import annotations

import csv
from datetime import date
from zipfile import ZipFile

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.duty import Shipment, settle
from roadstead.trade.tariff_download import fill, read
from roadstead.world import reference

HEADER = (
    "NomenCode,Reporter_ISO_N,Year,ProductCode,Partner,Sum_Of_Rates,Min_Rate,Max_Rate,SimpleAverage,TotalNoOfLines,"
    "Nbr_Pref_Lines,Nbr_MFN_Lines,Nbr_NA_Lines,EstCode"
)
ICELAND = """\
H5,352,2020,870322,000,20,0,20,10,2,0,2,0,
H5,352,2020,870323,000,13,13,13,13,1,0,1,0,
H5,352,2020,870380,000,0,0,0,0,1,0,1,0,
H5,352,2023,870323,000,15,15,15,15,1,0,1,0,
H5,352,2023,870323,156,5,5,5,5,1,1,0,0,
H5,352,2023,870829,000,7,0,14,7,2,0,1,1,
H5,352,2023,870899,000,3,3,3,3,1,0,1,0,
H5,352,2023,010121,000,0,0,0,0,1,0,1,0,
H5,352,2023,850760,000,,,,,1,0,0,1,
H5,352,2023,850760,A12,2,2,2,2,1,1,0,0,
"""
EUROPE = """\
H5,918,2023,870323,000,9.5,9.5,9.5,9.5,1,0,1,0,
H5,918,2023,870323,410,0,0,0,0,1,1,0,0,
H5,918,2023,870829,410,0,0,0,0,1,1,0,0,
"""


@pytest.fixture
def download(tmp_path):
    def write(body, name="JobID-1.CSV"):
        path = tmp_path / name
        path.write_text(f"{HEADER}\n{body}", encoding="utf-8")
        return path

    return write


PLACES = {place.m49: place.place_id for place in reference.load().gazetteer.places.values() if place.m49}


@pytest.fixture
def filled(tmp_path):
    """What a download fills, in a folder of own rules."""

    def convert(path):
        lines, left_out = read(path, PLACES)
        found = fill(lines, rulebook.load(), "WITS")
        folder = tmp_path / "rules"
        folder.mkdir()
        with (folder / "measures.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, [*found.rows[0], "source"])
            writer.writeheader()
            writer.writerows(row | {"source": "wits"} for row in found.rows)
        return folder, found, left_out

    return convert


def quoted(folder, origin, product, powertrain, on, facts=None):
    law = rulebook.load(None, folder)
    shipment = Shipment("ISL", origin, product, powertrain, "", date.fromisoformat(on), facts or {})
    return settle(law, shipment, 20_000.0, {"USD": 1.0}).duty_rate(20_000.0)


def test_what_the_rules_lack_is_filled(download, filled):
    folder, found, left_out = filled(download(ICELAND))
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2021-05-01") == pytest.approx(0.13)
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2023-05-01") == pytest.approx(0.15)
    assert quoted(folder, "CHN", "CAR_CBU", "BEV", "2026-05-01") == 0.0
    assert quoted(folder, "JPN", "PARTS", "BEV", "2023-05-01") == pytest.approx(0.07)
    assert left_out == {
        "no rate that is a share of the value": 1,
        "reporter or partner is a group or no known place": 1,
    }
    parts = next(row for row in found.rows if row["products"] == "PARTS")
    assert parts["note"] == (
        "dearest average of 2 subheadings (870829); national lines from 0.0% to 14.0%; "
        "1 lines with specific duties are not in the average"
    )
    assert parts["confidence"] == "low"


def test_a_preference_asks_for_origin(download, filled):
    folder, _, _ = filled(download(ICELAND))
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2024-05-01") == pytest.approx(0.15)
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2024-05-01", {"qualifies.CN-ISL": True}) == pytest.approx(0.05)


def test_what_the_rules_know_stands_and_the_difference_is_told(download):
    found = fill(read(download(EUROPE), PLACES)[0], rulebook.load(), "WITS")
    assert [row["measure"] for row in found.rows] == ["WITS-EU27-KOR-PARTS-ALL-2023"]
    assert found.rows[0]["requires"] == "AGREEMENT"
    assert found.differs == ("EU27 CAR_CBU ICE 2023: 10.0% at hand, 9.5% in the download",)


def test_the_archive_is_read_as_it_comes(download, tmp_path):
    archive = tmp_path / "3001_1.zip"
    with ZipFile(archive, "w") as handle:
        handle.write(download(ICELAND), "JobID-1.CSV")
    assert read(archive, PLACES) == read(download(ICELAND), PLACES)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("NomenCode,Year\nH5,2023\n", "RS-T102"),
        (f"{HEADER}\nH5,352,2023,870323,000,1,1,1,ten,1,0,1,0,\n", "RS-T107"),
        (f"{HEADER}\nH5,352,2023,870323,000,1,1,1,nan,1,0,1,0,\n", "RS-T107"),
        (f"{HEADER}\nH5,352,2023,870323,000,1,-1,1,1,1,0,1,0,\n", "RS-T107"),
    ],
    ids=["columns", "number", "no number", "negative"],
)
def test_what_is_no_download_is_refused(tmp_path, body, code):
    path = tmp_path / "download.csv"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(RoadsteadError) as caught:
        read(path, PLACES)
    assert caught.value.faults[0].code == code
