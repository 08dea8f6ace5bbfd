"""A tariff download of the WTO becomes the same lines that one of WITS does."""

from __future__ import annotations

import pytest

from roadstead.terms.errors import RoadsteadError
from roadstead.trade import rulebook
from roadstead.trade.tariff_download import fill
from roadstead.trade.wto_tariffs import read
from roadstead.world import reference

HEADER = (
    "Indicator Category,Indicator Code,Indicator,Reporting Economy Code,Reporting Economy ISO3A Code,Reporting Economy,"
    "Partner Economy Code,Partner Economy ISO3A Code,Partner Economy,Product/Sector Classification Code,"
    "Product/Sector Classification,Product/Sector Code,Product/Sector,Period Code,Period,Frequency Code,Frequency,Unit Code,Unit,"
    "Year,Value Flag Code,Value Flag,Text Value,Value"
)
PLACES = {place.m49: place.place_id for place in reference.load().gazetteer.places.values() if place.m49}


def line(indicator, value, code="870323", reporter="352", partner="", year=2023):
    name = {"HS_A_0010": "HS MFN - Simple average ad valorem duty"}.get(indicator, "another")
    return (
        f'Applied,{indicator},"{name}",{reporter},ISL,Iceland,{partner},,,HS,Harmonized System,{code},"Cars, new",A,Annual,A,'
        f"Annual,PCT,Percent,{year},,,,{value}"
    )


@pytest.fixture
def download(tmp_path):
    def write(*lines, header=HEADER, encoding="utf-8"):
        path = tmp_path / "WtoData.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding=encoding)
        return path

    return write


def test_averages_their_maximum_and_the_lines_behind_them_are_joined(download):
    path = download(
        line("HS_A_0010", 10),
        line("HS_A_0020", 20),
        line("HS_A_0040", 3),
        line("HS_A_0050", 1),
        line("HS_P_0070", 5, partner="156"),
    )
    lines, left_out = read(path, PLACES)
    mfn, preference = lines
    assert (mfn.importer, mfn.partner, mfn.product, mfn.powertrains) == ("ISL", "*", "CAR_CBU", "ICE")
    assert (mfn.average, mfn.least, mfn.most, mfn.lines, mfn.specific) == (0.1, None, 0.2, 3, 1)
    assert (preference.partner, preference.average) == ("CHN", 0.05)
    assert not left_out


def test_a_row_of_the_law_says_what_it_rests_on(download):
    lines, _ = read(download(line("HS_A_0010", 10), line("HS_A_0020", 20), line("HS_A_0010", 12, "870324")), PLACES)
    (row,) = fill(lines, rulebook.load(), "WTO").rows
    assert (row["measure"], row["rate"], row["kind"]) == ("WTO-ISL-CAR_CBU-ICE-2023", "0.12", "MFN")
    assert row["note"] == "dearest average of 2 subheadings (870324); national lines up to 20.0%"


def test_what_is_not_read_is_counted(download):
    path = download(
        line("HS_A_0010", 10),
        line("HS_A_0015", 11),
        line("HS_A_0010", 10, "8703"),
        line("HS_A_0010", 10, "010121"),
        line("HS_A_0010", 10, "870390", year=2012),
        line("HS_A_0010", ""),
        line("HS_P_0070", 0, partner="A12"),
        encoding="cp1252",
    )
    assert read(path, PLACES)[1] == {
        "other indicators": 1,
        "other goods, or not at six digits": 3,
        "no figure": 1,
        "reporter or partner is a group or no known place": 1,
    }


@pytest.mark.parametrize(
    ("lines", "header", "where", "code"),
    [
        ((line("HS_A_0010", "ten"),), HEADER, "WtoData.csv:2:24 (value)", "RS-T107"),
        ((line("HS_A_0010", -1),), HEADER, "WtoData.csv:2:24 (value)", "RS-T110"),
        ((line("HS_A_0010", 1, year="23"),), HEADER, "WtoData.csv:2:20 (year)", "RS-W314"),
        ((line("HS_A_0010", 1), line("HS_A_0010", 2)), HEADER, "WtoData.csv:3:24 (value)", "RS-W323"),
        ((line("HS_A_0020", 1),), HEADER, "WtoData.csv", "RS-W316"),
        ((), "Reporter;Year", "WtoData.csv:1:1", "RS-T102"),
    ],
)
def test_what_cannot_be_read_is_refused(download, lines, header, where, code):
    with pytest.raises(RoadsteadError) as caught:
        read(download(*lines, header=header), PLACES)
    assert (caught.value.faults[0].where, caught.value.faults[0].code) == (where, code)
