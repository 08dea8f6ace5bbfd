"""Imports into a case: provenance kept, nothing twice, nothing by halves, hand-written figures left alone, and the case then uses them."""

from __future__ import annotations

import csv
import hashlib
from datetime import date

import pytest

from roadstead.study.importing import Wish, import_files
from roadstead.study.spec import read_study
from roadstead.study.template import new_case
from roadstead.terms.errors import RoadsteadError
from roadstead.terms.tables import read_table
from roadstead.trade import rulebook
from roadstead.world import reference, schemas

DAY, LATER = date(2026, 11, 27), date(2026, 12, 24)
INCOMES = "place,year,population,gdp_per_head"
BANK = Wish(publisher="A statistical office", licence="public domain")


@pytest.fixture
def case(tmp_path):
    return tmp_path / "case"


@pytest.fixture
def file(tmp_path):
    def write(name, *lines):
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path

    return write


@pytest.fixture
def baci(file):
    """One year of BACI with a flow of battery cars."""

    def write(value, year=2023, version="202501"):
        return file(f"BACI_HS22_Y{year}_V{version}.csv", "t,i,j,k,v,q", f"{year},156,56,870380,{value},1")

    return write


def rows(case, table, folder="world"):
    with (case / folder / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def contents(case):
    return {path.relative_to(case): path.read_bytes() for path in case.rglob("*.csv")}


def test_rows_carry_their_source_and_the_import_is_kept(case, baci):
    path = baci(4_000_000)
    done = import_files("baci", [path], case, DAY)
    (row,) = rows(case, "exports")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert row["source"] == done.source == f"baci-hs22-version-202501-{digest[:8]}"
    assert (row["value"], row["unit"], row["as_of"], row["note"]) == ("4", "US$bn", "2025-01", "column v of HS 870380")
    (kept,) = rows(case, "imports")
    assert kept == {
        "source": done.source,
        "format": "baci",
        "files": path.name,
        "sha256": digest,
        "read_on": "2026-11-27",
        "edition": "HS22, version 202501",
        "licence": "Etalab Open Licence 2.0",
        "columns": "v, thousands of current US$",
    }
    (cited,) = rows(case, "sources")
    assert cited["title"] == f"CEPII, BACI, HS22, version 202501: {path.name}; Etalab Open Licence 2.0"
    world = reference.load(case / "world")
    assert world.sources[done.source].title == cited["title"]
    assert row["source"] in {found["source"] for found in world.tables["exports"]}


def test_the_same_file_again_changes_nothing(case, baci):
    import_files("baci", [baci(1000)], case, DAY)
    before = contents(case)
    again = import_files("baci", [baci(1000)], case, LATER)
    assert contents(case) == before
    assert (again.tables[0].rows, again.tables[0].replaced) == (1, 1)


@pytest.mark.parametrize("prefer", [False, True])
def test_what_an_import_brought_does_not_decide_what_the_next_one_does(case, file, prefer):
    """A country without sales takes the count as the one to use, and so it does when the file is read again."""
    title = "REGISTRATIONS OR SALES OF NEW VEHICLES - PASSENGER CARS,,"
    sheet = file("pc.csv", title, "REGIONS/COUNTRIES,2023,2024", "MALAWI,100,110", "FRANCE,1700000,1710000")
    import_files("oica", [sheet], case, DAY, Wish(prefer=prefer))
    before = contents(case)
    import_files("oica", [sheet], case, LATER, Wish(prefer=prefer))
    assert contents(case) == before
    used = {row["place"]: row["preferred"] for row in rows(case, "sales")}
    assert used == {"MWI": "yes", "FRA": "yes" if prefer else "no"}


def test_the_same_file_with_other_wishes_takes_the_place_of_what_it_brought(case, file):
    table = file("own.csv", INCOMES, "DEU,2024,84000000,55000", "FRA,2024,68000000,46000")
    for name in ("DEU", "FRA"):
        import_files("incomes", [table], case, DAY, Wish(only=(name,), publisher="A", licence="B"))
    assert [row["place"] for row in rows(case, "incomes")] == ["FRA"]


def test_a_later_edition_takes_the_place_of_an_earlier_one(case, baci):
    import_files("baci", [baci(1000, 2022)], case, DAY)
    import_files("baci", [baci(1000)], case, DAY)
    import_files("baci", [baci(2000, version="202601")], case, LATER)
    assert [(row["year"], row["value"]) for row in rows(case, "exports")] == [("2022", "0.001"), ("2023", "0.002")]
    assert len(rows(case, "imports")) == 3


def test_a_figure_written_by_hand_stands(case, file):
    template = file("own.csv", INCOMES, "DEU,2024,84000000,55000", "FRA,2024,68000000,46000")
    import_files("incomes", [template], case, DAY, BANK)
    own = case / "world" / "incomes.csv"
    text = own.read_text(encoding="utf-8").splitlines()
    hand = "DEU,2024,1,1,assumption,2024,low,my own guess"
    own.write_text("\n".join([text[0], hand, text[2]]) + "\n", encoding="utf-8")
    done = import_files("incomes", [template], case, DAY, BANK)
    assert (done.tables[0].rows, done.tables[0].kept) == (1, 1)
    assert {row["place"]: row["population"] for row in rows(case, "incomes")} == {"DEU": "1", "FRA": "68000000"}


def test_a_fault_leaves_everything_as_it_was(case, baci, file):
    import_files("baci", [baci(1000)], case, DAY)
    before = contents(case)
    good, bad = baci(5000), file("BACI_HS22_Y2022_V202501.csv", "t,i,j,k,v,q", "2022,156,56,870380,x,1")
    with pytest.raises(RoadsteadError):
        import_files("baci", [good, bad], case, DAY)
    assert contents(case) == before
    assert not list(case.glob(".import-*"))


def test_a_faulty_table_of_ones_own_is_told_and_nothing_is_written(case, file):
    table = case / "world" / "incomes.csv"
    table.parent.mkdir(parents=True)
    table.write_text(f"{INCOMES},source,as_of,confidence,note\nDEU,2024,1,1,assumption,2024,low,\n", encoding="utf-8")
    with pytest.raises(RoadsteadError) as caught:
        import_files("incomes", [file("own.csv", INCOMES, "FRA,2024,68000000,46000")], case, DAY, BANK)
    assert [(fault.where, fault.code) for fault in caught.value.faults] == [("world/incomes.csv:2:8 (note)", "RS-T111")]
    assert not (case / "world" / "imports.csv").exists()


def test_only_some_countries(case, file):
    table = file("own.csv", INCOMES, "DEU,2024,84000000,55000", "FRA,2024,68000000,46000")
    import_files("incomes", [table], case, DAY, Wish(only=("德国",), publisher="A", licence="B"))
    assert [row["place"] for row in rows(case, "incomes")] == ["DEU"]
    with pytest.raises(RoadsteadError, match="RS-W301"):
        import_files("incomes", [table], case, DAY, Wish(only=("Atlantis",), publisher="A", licence="B"))


def test_a_template_says_who_counts(case, file):
    table = file("own.csv", INCOMES, "DEU,2024,84000000,55000")
    with pytest.raises(RoadsteadError, match=r"--publisher, --licence missing.*RS-W327"):
        import_files("incomes", [table], case, DAY)
    bad = file("bad.csv", INCOMES, "DEU,2024,84000000,55000", "DEU,2025,-1,x")
    with pytest.raises(RoadsteadError) as caught:
        import_files("incomes", [bad], case, DAY)  # all at once: who counts, and what is wrong with the rows
    assert [fault.code for fault in caught.value.faults] == ["RS-W327", "RS-T110", "RS-T107"]
    done = import_files(
        "incomes", [table], case, DAY, Wish(publisher="Destatis", licence="dl-de/by-2-0", edition="2026")
    )
    assert done.title == "Destatis, 2026: own.csv; dl-de/by-2-0"


def test_own_places_are_known_to_the_import(case, file):
    (case / "world").mkdir(parents=True)
    (case / "world" / "places.csv").write_text(
        "place,iso2,m49,name,name_zh,kind,region,customs_territory,aliases\n"
        "DEU,DE,276,Germany,德国,territory,Europe,EU27,Teutonia\n",
        encoding="utf-8",
    )
    import_files("incomes", [file("own.csv", INCOMES, "Teutonia,2024,84000000,55000")], case, DAY, BANK)
    assert [row["place"] for row in rows(case, "incomes")] == ["DEU"]


def test_a_case_plans_with_what_was_imported(case, file):
    """The case's own facts, checked as any other: sources are known, and rows take the place of packaged ones."""
    new_case(case)
    import_files("incomes", [file("own.csv", INCOMES, "DEU,2024,84000000,55000")], case, DAY, BANK)
    study = read_study(case)
    (figure,) = [row for row in study.world.tables["incomes"] if (row["place"], row["year"]) == ("DEU", 2024)]
    assert (figure["population"], figure["gdp_per_head"]) == (84e6, 55_000.0)
    assert study.sources[figure["source"]].title.startswith("A statistical office")


WITS = (
    "NomenCode,Reporter_ISO_N,Year,ProductCode,Partner,Sum_Of_Rates,Min_Rate,Max_Rate,SimpleAverage,TotalNoOfLines,"
    "Nbr_Pref_Lines,Nbr_MFN_Lines,Nbr_NA_Lines,EstCode"
)


def test_tariffs_go_into_the_rules_of_the_case_once(case, file):
    new_case(case)
    download = file(
        "JobID.CSV", WITS, "H5,352,2023,870323,000,15,15,15,15,1,0,1,0,", "H5,352,2023,870380,000,0,0,0,0,1,0,1,0,"
    )
    done = import_files("wits", [download], case, DAY)
    before = contents(case)
    assert [put.path for put in done.tables] == ["rules/measures.csv"]
    measures = {row["measure"]: row for row in rows(case, "measures", "rules")}
    assert measures["WITS-ISL-CAR_CBU-ICE-2023"]["rate"] == "0.15"
    assert measures["WITS-ISL-CAR_CBU-ICE-2023"]["source"] == done.source
    assert len(rulebook.load(None, case / "rules").measures["ISL"]) == 2
    assert read_study(case).own_rules == case / "rules"
    again = import_files("wits", [download], case, LATER)
    assert contents(case) == before
    assert again.tables[0].rows == 2


def test_a_rate_of_ones_own_stands_against_a_download(case, file):
    line = "H5,352,2023,870323,000,{0},{0},{0},{0},1,0,1,0,"
    import_files("wits", [file("a.csv", WITS, line.format(15))], case, DAY)
    path = case / "rules" / "measures.csv"
    text = path.read_text(encoding="utf-8")
    (row,) = rows(case, "measures", "rules")
    path.write_text(text.replace(row["source"], "assumption"), encoding="utf-8")
    before = contents(case)
    done = import_files("wits", [file("b.csv", WITS, line.format(20))], case, DAY)
    assert contents(case) == before
    assert done.tables == ()
    assert done.notes == ("the rules at hand stand: ISL CAR_CBU ICE 2023: 15.0% at hand, 20.0% in the download",)


def test_no_such_format_and_no_file(case):
    for name, files, code in (("bacci", ["x"], "RS-W320"), ("baci", [], "RS-C701")):
        with pytest.raises(RoadsteadError) as caught:
            import_files(name, files, case, DAY)
        assert caught.value.faults[0].code == code


def test_sums_of_money_come_back_as_they_were_written(case, file):
    """No digit is lost between a file and the table it goes into."""
    values = (0.1, 1 / 3, 12345678.901, 4.56789012345e-5)
    lines = [
        f"{place},EXPORT,2024,PARTS,HS 8708,{value!r}"
        for place, value in zip(("DEU", "FRA", "ITA", "ESP"), values, strict=False)
    ]
    import_files("parts_trade", [file("own.csv", "place,flow,year,goods,definition,value", *lines)], case, DAY, BANK)
    found = read_table(case / "world" / "parts_trade.csv", schemas.PARTS_TRADE)
    assert [row["value"] for row in found] == pytest.approx(values, rel=1e-11)
