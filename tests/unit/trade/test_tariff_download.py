"""A tariff download of WITS fills a folder of own rules: what the packaged ones lack, and nothing they know."""

from __future__ import annotations

import csv
from datetime import date
from zipfile import ZipFile

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.duty import Shipment, settle
from roadstead.trade.tariff_download import convert, main

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


def quoted(folder, origin, product, powertrain, on, facts=None):
    law = rulebook.load(None, folder)
    shipment = Shipment("ISL", origin, product, powertrain, "", date.fromisoformat(on), facts or {})
    return settle(law, shipment, 20_000.0, {"USD": 1.0}).duty_rate(20_000.0)


def test_what_the_rules_lack_is_filled(download, tmp_path):
    folder = tmp_path / "rules"
    filled = convert(download(ICELAND), folder)
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2021-05-01") == pytest.approx(0.13)
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2023-05-01") == pytest.approx(0.15)
    assert quoted(folder, "CHN", "CAR_CBU", "BEV", "2026-05-01") == 0.0
    assert quoted(folder, "JPN", "PARTS", "BEV", "2023-05-01") == pytest.approx(0.07)
    assert filled.left_out == {
        "no rate that is a share of the value": 1,
        "reporter or partner is a group or no known place": 1,
    }
    with (folder / "measures.csv").open(encoding="utf-8") as handle:
        parts = next(row for row in csv.DictReader(handle) if row["products"] == "PARTS")
    assert parts["note"] == (
        "dearest average of 2 subheadings (870829); national lines from 0.0% to 14.0%; "
        "1 lines with specific duties are not in the average"
    )
    assert parts["confidence"] == "low"


def test_a_preference_asks_for_origin(download, tmp_path):
    folder = tmp_path / "rules"
    convert(download(ICELAND), folder)
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2024-05-01") == pytest.approx(0.15)
    assert quoted(folder, "CHN", "CAR_CBU", "ICE", "2024-05-01", {"qualifies.CN-ISL": True}) == pytest.approx(0.05)


def test_what_the_rules_know_stands_and_the_difference_is_told(download, tmp_path):
    filled = convert(download(EUROPE), tmp_path / "rules")
    assert [row["measure"] for row in filled.rows] == ["WITS-EU27-KOR-PARTS-ALL-2023"]
    assert filled.rows[0]["requires"] == "AGREEMENT"
    assert filled.differs == ("EU27 CAR_CBU ICE 2023: 10.0% at hand, 9.5% in the download",)


def test_a_second_download_adds_to_the_first(download, tmp_path):
    folder = tmp_path / "rules"
    first = convert(download(ICELAND), folder)
    again = convert(download(ICELAND), folder)
    assert first.rows
    assert again.rows == ()
    assert len(rulebook.load(None, folder).measures["ISL"]) == len(first.rows)


def test_the_archive_is_read_as_it_comes(download, tmp_path):
    archive = tmp_path / "3001_1.zip"
    with ZipFile(archive, "w") as handle:
        handle.write(download(ICELAND), "JobID-1.CSV")
    assert len(convert(archive, tmp_path / "zipped").rows) == len(convert(download(ICELAND), tmp_path / "plain").rows)


@pytest.mark.parametrize(
    ("body", "code"),
    [("NomenCode,Year\nH5,2023\n", "RS-T102"), (f"{HEADER}\nH5,352,2023,870323,000,x,x,x,ten,1,0,1,0,\n", "RS-T107")],
    ids=["columns", "number"],
)
def test_what_is_no_download_is_refused(tmp_path, body, code):
    path = tmp_path / "download.csv"
    path.write_text(body, encoding="utf-8")
    with pytest.raises(RoadsteadError) as caught:
        convert(path, tmp_path / "rules")
    assert caught.value.faults[0].code == code


def test_it_runs_as_a_command(download, tmp_path, capsys):
    assert main([str(download(ICELAND)), str(tmp_path / "rules")]) == 0
    told = capsys.readouterr().out
    assert "rows written to" in told
    assert "wits-trains" in told
    assert main([str(tmp_path / "nothing.csv"), str(tmp_path / "rules")]) == 1
    assert main([]) == 2
