"""UN Comtrade, CSV and JSON: totals only, cars only where they are counted, CIF and FOB apart, all faults at once."""

from __future__ import annotations

import json

import pytest

from roadstead.world.imports import goods
from roadstead.world.imports.comtrade import read

NAMES = [
    "typeCode",
    "freqCode",
    "refPeriodId",
    "refYear",
    "refMonth",
    "period",
    "reporterCode",
    "reporterISO",
    "reporterDesc",
    "flowCode",
    "flowDesc",
    "partnerCode",
    "partnerISO",
    "partnerDesc",
    "partner2Code",
    "partner2ISO",
    "partner2Desc",
    "classificationCode",
    "classificationSearchCode",
    "isOriginalClassification",
    "cmdCode",
    "cmdDesc",
    "aggrLevel",
    "isLeaf",
    "customsCode",
    "customsDesc",
    "mosCode",
    "motCode",
    "motDesc",
    "qtyUnitCode",
    "qtyUnitAbbr",
    "qty",
    "isQtyEstimated",
    "altQtyUnitCode",
    "altQtyUnitAbbr",
    "altQty",
    "isAltQtyEstimated",
    "netWgt",
    "isNetWgtEstimated",
    "grossWgt",
    "isGrossWgtEstimated",
    "cifvalue",
    "fobvalue",
    "primaryValue",
    "legacyEstimationFlag",
    "isReported",
    "isAggregate",
]
CHINA_2023 = {
    "typeCode": "C",
    "freqCode": "A",
    "refPeriodId": 20230101,
    "refYear": 2023,
    "refMonth": 52,
    "period": "2023",
    "reporterCode": 156,
    "flowCode": "X",
    "partnerCode": 0,
    "partner2Code": 0,
    "classificationCode": "H6",
    "classificationSearchCode": "HS",
    "isOriginalClassification": True,
    "cmdCode": "8703",
    "customsCode": "C00",
    "mosCode": "0",
    "motCode": 0,
    "qtyUnitCode": -1,
    "qty": 0.0,
    "isQtyEstimated": False,
    "altQtyUnitCode": -1,
    "altQty": 0.0,
    "isAltQtyEstimated": False,
    "isNetWgtEstimated": False,
    "grossWgt": 0.0,
    "isGrossWgtEstimated": False,
    "primaryValue": 1e9,
    "legacyEstimationFlag": 0,
    "isReported": True,
    "isAggregate": False,
}
"""A record as the API returns it without descriptions; what is not named is null."""


def record(**changed):
    return dict.fromkeys(NAMES) | CHINA_2023 | changed


def cars(code, qty, value=1e9, **changed):
    return record(cmdCode=code, qtyUnitCode=5, qtyUnitAbbr="u", qty=float(qty), primaryValue=value, **changed)


@pytest.fixture(params=["answer", "records", "columns", "csv"])
def saved(request, file):
    """The same records in every shape they come in: the API's answer, a data frame saved either way, a CSV."""

    def write(*records):
        if request.param == "csv":
            lines = [",".join("" if r[n] is None else str(r[n]) for n in NAMES) + "," for r in records]
            return file("c.csv", "\n".join((",".join(NAMES), *lines)), encoding="utf-8-sig")
        if request.param == "columns":
            columns = {n: {str(i): r[n] for i, r in enumerate(records)} for n in NAMES}
            return file("c.json", json.dumps(columns))
        if request.param == "records":
            return file("c.json", json.dumps(records))
        answer = {"elapsedTime": "0.31 secs", "count": len(records), "data": records, "error": ""}
        return file("c.json", json.dumps(answer))

    return write


@pytest.fixture
def answer(file):
    def write(*records, name="c.json"):
        return file(name, json.dumps({"elapsedTime": "0.1 secs", "count": len(records), "data": records, "error": ""}))

    return write


def figures(taken, table="exports"):
    """Rows in brief."""
    names = ("origin", "destination", "period", "powertrain", "unit")
    return {tuple(row[name] for name in names): row["value"] for row in taken.rows[table]}


def test_every_shape_reads_alike(saved, world):
    taken = read(
        [
            saved(
                cars("870380", 1_547_000, 34e9), cars("870380", 174_000, 4.3e9, partnerCode=56), record(cmdCode="8708")
            )
        ],
        world.gazetteer,
    )
    assert figures(taken) == pytest.approx(
        {
            ("CHN", "WLD", "2023", "BEV", "US$bn"): 34.0,
            ("CHN", "WLD", "2023", "BEV", "vehicles"): 1_547_000,
            ("CHN", "BEL", "2023", "BEV", "US$bn"): 4.3,
            ("CHN", "BEL", "2023", "BEV", "vehicles"): 174_000,
        }
    )
    (parts,) = taken.rows["parts_trade"]
    assert (parts["place"], parts["flow"], parts["year"], parts["goods"], parts["definition"], parts["value"]) == (
        "CHN", "EXPORT", 2023, "PARTS", "HS 8708", 1.0,
    )  # fmt: skip
    assert (parts["confidence"], parts["note"]) == ("high", "primaryValue, FOB, partner 0")


def test_only_totals_of_cars_are_taken_and_the_rest_is_counted(answer, world):
    taken = read(
        [
            answer(
                cars("870380", 100),
                cars("870380", 60, partner2Code=842),
                cars("870380", 70, motCode=2100),
                cars("870380", 80, customsCode="C04"),
                cars("870380", 90, flowCode="RX"),
                cars("870380", 30, typeCode="S"),
                cars("870380", 40, classificationCode="S4"),
                record(cmdCode="870829"),
                record(cmdCode="TOTAL"),
                cars("870380", 5, partnerCode=899),
                cars("870380", 5, partnerCode=156),
            )
        ],
        world.gazetteer,
    )
    assert figures(taken)[("CHN", "WLD", "2023", "BEV", "vehicles")] == 100
    assert len(figures(taken)) == 2
    assert taken.left_out == {
        "services, or another classification than the Harmonized System": 2,
        "re-exports, re-imports and other flows than exports (X) and imports (M)": 1,
        "parts by subheading: the heading 8708 is read": 1,
        "other goods": 1,
        "parts of a total: by second partner": 1,
        "parts of a total: by mode of transport": 1,
        "parts of a total: by customs procedure": 1,
        "one side is a group of countries or an area not specified (codes 899)": 1,
        "a country with itself: goods that came back": 1,
    }


def test_the_heading_gives_the_value_and_the_subheadings_the_number_of_cars(answer, world):
    every = [cars(code, 10, 1e6) for code in goods.CODES["ALL"]]
    taken = read([answer(record(primaryValue=20e6), *every)], world.gazetteer)
    found = figures(taken)
    assert found["CHN", "WLD", "2023", "ALL", "US$bn"] == pytest.approx(0.02)
    assert found["CHN", "WLD", "2023", "ALL", "vehicles"] == 10 * len(goods.CODES["ALL"])
    assert found["CHN", "WLD", "2023", "ICE", "vehicles"] == 70
    assert found["CHN", "WLD", "2023", "NEV", "vehicles"] == 30
    assert taken.notes == ()
    assert not [reason for reason in taken.left_out if "number of cars" in reason]


def test_a_sum_is_in_cars_only_where_all_of_it_is(answer, world):
    taken = read(
        [
            answer(
                cars("870360", 10),
                cars("870370", 5) | {"qtyUnitCode": 8},
                cars("870380", 0),
                cars("870380", 7, partnerCode=56),
            )
        ],
        world.gazetteer,
    )
    found = figures(taken)
    assert ("CHN", "WLD", "2023", "PHEV", "US$bn") in found
    assert {key for key in found if key[-1] == "vehicles"} == {
        ("CHN", "BEL", "2023", "BEV", "vehicles"),
        ("CHN", "BEL", "2023", "NEV", "vehicles"),
    }
    assert taken.left_out["flows without a number of cars: another unit, or none (their value is taken)"] == 3


def test_imports_are_the_other_side_of_the_lane_and_cif(answer, world):
    taken = read([answer(cars("870380", 9, 2e9, flowCode="M", reporterCode=842, partnerCode=156))], world.gazetteer)
    row = taken.rows["exports"][0]
    assert (row["origin"], row["destination"], row["definition"]) == ("CHN", "USA", "IMPORTS HS 8703")
    assert row["note"] == "primaryValue, CIF, of HS 870380"
    assert taken.rows["parts_trade"] == ()


def test_estimates_are_less_sure(answer, world):
    taken = read([answer(cars("870380", 9, isQtyEstimated=True))], world.gazetteer)
    sure = {row["unit"]: (row["confidence"], "estimated" in row["note"]) for row in taken.rows["exports"]}
    assert sure == {"US$bn": ("high", False), "vehicles": ("medium", True)}


def test_months_are_parts_of_a_year_and_52_is_none(answer, world):
    taken = read(
        [answer(cars("870380", 9, freqCode="M", period="202311", refMonth=11), cars("870380", 99))], world.gazetteer
    )
    periods = {(row["period"], row["year"], row["full_year"]) for row in taken.rows["exports"]}
    assert periods == {("2023-11", 2023, False), ("2023", 2023, True)}


def test_before_2017_only_the_heading_tells_cars(answer, world):
    old = {"classificationCode": "H4", "period": "2014"}
    taken = read([answer(record(**old), cars("870390", 5, **old))], world.gazetteer)
    assert {key[3] for key in figures(taken)} == {"ALL"}


def test_powertrains_asked_for_in_part_are_left_out_unless_the_rest_is_nothing(answer, world):
    path = answer(cars("870360", 4), cars("870380", 6))
    taken = read([path], world.gazetteer)
    assert {key[3] for key in figures(taken)} == {"BEV"}
    assert "NEV is left out: the file has no line of 870370" in taken.notes
    whole = read([path], world.gazetteer, whole=True)
    assert figures(whole)["CHN", "WLD", "2023", "NEV", "vehicles"] == 10


def test_an_answer_as_long_as_one_call_returns_is_told(answer, world):
    many = [cars("870380", 1, partnerCode=0)] + [record(cmdCode="TOTAL", partnerCode=i) for i in range(499)]
    (note,) = [note for note in read([answer(*many)], world.gazetteer).notes if "cut off" in note]
    assert note.startswith("c.json holds exactly 500 records")


def test_partners_that_add_up_to_more_than_the_world_are_told(answer, world):
    whole = [cars("870380", 9, 100.0), cars("870380", 5, 60.0, partnerCode=56)]
    assert not [
        n for n in read([answer(*whole, cars("870380", 4, 40.0, partnerCode=276))], world.gazetteer).notes if "add" in n
    ]
    (note,) = [
        n for n in read([answer(*whole, cars("870380", 4, 90.0, partnerCode=276))], world.gazetteer).notes if "add" in n
    ]
    assert note == "partners of CHN X 870380 2023 add up to more than its trade with the world, 1.50 times"


def test_every_fault_is_told_at_once_with_its_record(answer, world, refused):
    path = answer(
        cars("870380", 1) | {"qty": "12,5"},
        cars("870380", 1, partnerCode=56) | {"primaryValue": None},
        cars("870380", 1, partnerCode=276, period="202313", freqCode="M"),
        cars("870380", -1, partnerCode=380),
        cars("870380", 1, partnerCode=392, period="202301"),
    )
    assert refused(read, [path], world.gazetteer) == [
        ("c.json:record 1 (qty)", "RS-W315"),
        ("c.json:record 2 (primaryvalue)", "RS-T105"),
        ("c.json:record 3 (period)", "RS-W322"),
        ("c.json:record 4 (qty)", "RS-T110"),
        ("c.json:record 5 (period)", "RS-W322"),
    ]


def test_a_csv_tells_the_line_and_column(file, world, refused):
    bad = record(cmdCode="870380", qty="many", primaryValue="")
    lines = [",".join("" if r[n] is None else str(r[n]) for n in NAMES) for r in (cars("870380", 1), bad)]
    path = file("c.csv", "\n".join((",".join(NAMES), *lines)))
    assert refused(read, [path], world.gazetteer) == [
        (f"c.csv:3:{NAMES.index('qty') + 1} (qty)", "RS-T107"),
        (f"c.csv:3:{NAMES.index('primaryValue') + 1} (primaryvalue)", "RS-T105"),
    ]


def test_names_in_another_code_page_do_not_matter(file, world):
    line = ",".join("" if v is None else str(v) for v in (cars("870380", 1) | {"partnerDesc": "Türkiye"}).values())
    path = file("c.csv", "\n".join((",".join(NAMES), line)), encoding="cp1252")
    assert figures(read([path], world.gazetteer))["CHN", "WLD", "2023", "BEV", "vehicles"] == 1


@pytest.mark.parametrize(
    ("name", "text", "where", "code"),
    [
        ("c.json", "{", "c.json", "RS-T112"),
        ("c.json", '{"statusCode": 401}', "c.json", "RS-W321"),
        ("c.json", '{"data": [], "error": "Invalid period"}', "c.json", "RS-W321"),
        ("c.json", '[{"cmdCode": "8703"}]', "c.json", "RS-T102"),
        ("c.csv", "cmdCode;qty\n", "c.csv:1:1", "RS-T102"),
        ("c.json", json.dumps([record(cmdCode="TOTAL")]), "c.json", "RS-W316"),
        ("c.json", json.dumps([cars("870380", 1), cars("870380", 2)]), "c.json:record 2", "RS-W323"),
    ],
    ids=["no JSON", "a refusal", "an error", "columns", "separators", "no cars", "twice"],
)
def test_what_is_not_comtrade_is_refused(file, world, refused, name, text, where, code):
    assert set(refused(read, [file(name, text)], world.gazetteer)) == {(where, code)}


def test_a_missing_file_is_told(tmp_path, world, refused):
    assert refused(read, [tmp_path / "no.json"], world.gazetteer) == [("no.json", "RS-T101")]
    assert refused(read, [tmp_path / "no.csv"], world.gazetteer) == [("no.csv", "RS-T101")]
