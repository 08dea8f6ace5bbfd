"""Whatever stands in a file, an import answers with rows or with faults, and after faults nothing is there."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.study.importing import Wish, import_files
from roadstead.terms.errors import RoadsteadError

GOOD = {
    "baci": "t,i,j,k,v,q\n2023,156,56,870380,1,1\n",
    "comtrade": (
        "typeCode,freqCode,period,reporterCode,flowCode,partnerCode,partner2Code,classificationCode,cmdCode,customsCode,motCode,"
        "qtyUnitCode,qty,isQtyEstimated,primaryValue\nC,A,2023,156,X,0,0,H6,8703,C00,0,5,10,False,1000\n"
    ),
    "worldbank": "Country Name,Country Code,Indicator Name,Indicator Code,2023\nJapan,JPN,x,PA.NUS.FCRF,150\n",
    "oica": "REGISTRATIONS OR SALES OF NEW VEHICLES - PASSENGER CARS,\nREGIONS/COUNTRIES,2023\nJAPAN,3\n",
    "wits": (
        "NomenCode,Reporter_ISO_N,Year,ProductCode,Partner,Min_Rate,Max_Rate,SimpleAverage,TotalNoOfLines,Nbr_NA_Lines\n"
        "H5,352,2023,870323,000,15,15,15,1,0\n"
    ),
    "wto": (
        "Indicator Code,Reporting Economy Code,Partner Economy Code,Product/Sector Code,Year,Value\n"
        "HS_A_0010,352,,870323,2023,10\n"
    ),
    "sales": "place,year,scope,measure,value,preferred\nJPN,2023,PASSENGER,X,3,yes\n",
}
JUNK = ("", ",", "\x00", "é", "-1", "nan", "1e999", "9" * 30, '"', "\n", "{}", "[]", "[[1],[2]]")
ANSWERS = (
    *('[{"a":1},[]]', '{"data":3}', '{"data":{"a":{"0":1}}}', '[{"page":1},null]', '[{"page":"x","pages":"y"},[]]'),
    '[{"countryiso3code":"JPN","indicator":3,"country":4,"date":"2023","value":1}]',
    '[{"series":1,"economy":2,"time":3,"value":4}]',
)
WISH = Wish(publisher="A", licence="B")


def read(name, suffix, content):
    """Whether a file of such a content was put in, or what there is in it is told."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ("BACI_HS22_Y2023_V202501.csv" if name == "baci" else f"file{suffix}")
        path.write_bytes(content)
        case = Path(folder) / "case"
        try:
            done = import_files(name, [path], case, date(2026, 1, 1), WISH)
        except RoadsteadError:
            assert not case.exists()
            return False
        assert case.exists() == bool(done.tables)
        return bool(done.tables or done.left_out or done.notes)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_whole_is_read(name):
    assert read(name, ".csv", GOOD[name].encode())


@settings(max_examples=80)
@given(
    st.sampled_from(sorted(GOOD)),
    st.sampled_from([".csv", ".json", ".zip", ".xlsx"]),
    st.sampled_from(["utf-8", "utf-16", "cp1252"]),
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 5), st.sampled_from(JUNK)), min_size=1, max_size=4),
)
def test_damage_is_a_fault_or_no_matter(name, suffix, encoding, damage):
    text = GOOD[name]
    for at, length, junk in damage:
        text = text[: at % len(text)] + junk + text[at % len(text) + length :] if text else junk
    read(name, suffix, text.encode(encoding))


@pytest.mark.parametrize("name", ["wits", "worldbank"])
@pytest.mark.parametrize("spoilt", ["cut", "protected", "packed otherwise", "changed"])
def test_a_spoilt_zip_file_is_a_fault(name, spoilt):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("API_x.csv", GOOD[name])
    content = bytearray(packed.getvalue())
    assert read(name, ".zip", bytes(content))
    central = content.index(b"PK\x01\x02")
    if spoilt == "cut":
        del content[20:central]
    elif spoilt == "protected":
        content[6] = content[central + 8] = 1
    elif spoilt == "packed otherwise":
        content[8] = content[central + 10] = 99
    else:
        content[central // 2] ^= 255
    assert not read(name, ".zip", bytes(content))


def test_a_tariff_download_without_a_car_is_a_fault():
    assert not read("wits", ".csv", GOOD["wits"].replace("870323", "090111").encode())
    assert not read("wto", ".csv", GOOD["wto"].replace("870323", "090111").encode())


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("name", ["comtrade", "worldbank"])
def test_an_answer_of_another_shape_is_a_fault(name, answer):
    assert not read(name, ".json", answer.encode())
