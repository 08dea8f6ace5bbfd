"""Bad rows: each gets one clear line with its place, what was expected, and a code."""

from __future__ import annotations

import pytest


def says(fault, where, code, *words):
    assert fault.where == where
    assert fault.code == code
    for word in words:
        assert word in str(fault)


def test_an_unknown_country(case):
    where = case.set("lines.csv", ("izmir",), "place", "Turkeye")
    says(case.fault(), where, "RS-W301", "'Turkeye' is no country", "did you mean TUR")


def test_an_unknown_country_in_the_list_of_markets(case):
    where = case.set("markets.csv", ("THA",), "market", "THX")
    says(case.fault(), where, "RS-W301", "'THX'", "ISO 3166-1 alpha-3")


def test_a_country_under_two_names(case):
    line = case.add("markets.csv", market="Germany", entered="yes", chinese_rivals="0.03")
    says(case.fault(), f"markets.csv:{line}:1 (market)", "RS-T104", "`Germany` is `DEU` of line 2")


def test_norway_may_be_written_no_in_a_table(case):
    case.set("lines.csv", ("styria",), "serves", "GBR|NO")
    from roadstead.study.spec import read_study

    assert read_study(case.folder).carmaker.lines["styria"].serves == ("GBR", "NOR")


@pytest.mark.parametrize(
    ("code", "kept"),
    [("8507.6", "8507.60"), ("30389", "030389"), ("8.70380E+05", "8703.80")],
    ids=["tail", "head", "E"],
)
def test_an_hs_code_that_lost_its_zero(case, code, kept):
    where = case.set("rules/measures.csv", ("TUR-502",), "hs", code)
    says(case.fault(), f"rules/{where.removeprefix('rules/')}", "RS-T108", repr(code), "as text with every zero kept")


@pytest.mark.parametrize("code", ["850760", "8507.60", "8507.60.00", "8703.80|8507.60", "ex 8703 80 10 (TARIC)", ""])
def test_whole_hs_codes_pass(case, code):
    case.set("rules/measures.csv", ("TUR-502",), "hs", code)
    from roadstead.study.spec import read_study

    read_study(case.folder)


@pytest.mark.parametrize(
    ("table", "key", "column", "value", "meant"),
    [
        ("ambitions.csv", ("DEU", "BEV"), "share", "27", "write 0.27 for 27 %"),
        ("figures.csv", ("izmir", "local_content"), "value", "40", "write 0.4 for 40 %"),
        ("models.csv", ("city",), "transfer_margin", "25", "write 0.25 for 25 %"),
        ("rules/measures.csv", ("TUR-502",), "rate", "4.5", "write 0.045 for 4.5 %"),
    ],
    ids=["share", "figure", "margin", "duty"],
)
def test_a_percentage(case, table, key, column, value, meant):
    where = case.set(table, key, column, value)
    says(case.fault(), where, "RS-T109", f"{value} looks like a percentage", meant)


def test_a_percentage_with_its_sign(case):
    where = case.set("ambitions.csv", ("DEU", "BEV"), "share", "1.8 %")
    says(case.fault(), where, "RS-T107", "write 0.018 for 1.8%")


def test_a_number_with_separators(case):
    where = case.set("volumes.csv", ("THA", "BEV"), "sales", "8,000")
    says(case.fault(), where, "RS-T107", "write 8000, without separators")


@pytest.mark.parametrize(
    ("table", "key", "column"),
    [("figures.csv", ("home", "inland"), "value"), ("models.csv", ("city",), "ex_works")],
    ids=["figure", "model"],
)
def test_a_negative_cost(case, table, key, column):
    where = case.set(table, key, column, "-200")
    says(case.fault(), where, "RS-T110", "-200 is too small", "at least")


def test_an_empty_cost(case):
    where = case.set("figures.csv", ("styria", "fee"), "value", "")
    says(case.fault(), where, "RS-T105", "nothing stands here", "number")


def test_a_missing_cost_is_told_where_it_is_needed(case):
    case.drop("figures.csv", "styria", "fee")
    says(case.fault(), "lines.csv:4:1 (line)", "RS-S604", "styria has no figure `fee`", "paid per car", "contract")


def test_a_missing_cost_of_a_market(case):
    case.drop("figures.csv", "GBR", "entry_cost")
    says(case.fault(), "markets.csv:3:1 (market)", "RS-S604", "GBR has no figure `entry_cost`", "homologation")


def test_a_cost_that_nobody_has_is_one_fault(case):
    case.drop("figures.csv", "*", "delivery")
    says(case.fault(), "figures.csv:1:1", "RS-S604", "DEU, GBR, TUR, BRA and THA have no figure `delivery`")


def test_a_missing_figure_of_the_case(case):
    case.drop("figures.csv", "case", "speed")
    says(case.fault(), "figures.csv:1:1", "RS-S604", "case has no figure `speed`", "[knots]")


def test_a_misspelt_item(case):
    where = case.set("figures.csv", ("case", "speed"), "item", "sped")
    says(case.fault(), where, "RS-S605", "`sped` is no figure", "did you mean `speed`?")


def test_a_misspelt_subject(case):
    where = case.set("figures.csv", ("DEU", "after_sales"), "subject", "Germny")
    says(case.fault(), where, "RS-S606", "`Germny` is nobody", "a country")


def test_a_subject_may_be_a_name(case):
    case.set("figures.csv", ("DEU", "after_sales"), "subject", "Germany")
    from roadstead.study.spec import read_study

    assert read_study(case.folder).carmaker.channels["DEU"].after_sales == 2200


def test_a_unit_of_another_kind(case):
    where = case.set("figures.csv", ("case", "speed"), "unit", "km/h")
    says(case.fault(), where, "RS-S605", "`speed` in `km/h`", "unit `knots`")


def test_a_currency_nobody_quotes(case):
    where = case.set("prices.csv", ("DEU", "city"), "currency", "DEM")
    says(case.fault(), where, "RS-S605", "no exchange rate of `DEM`")


def test_capacity_without_lead_time(case):
    where = case.set("lines.csv", ("izmir",), "lead", "")
    says(case.fault(), where, "RS-S611", "`izmir` has capacity without a lead time", "for instance 2")


def test_a_running_line_that_grows_without_lead_time(case):
    where = case.set("lines.csv", ("bahia",), "lead", "")
    says(case.fault(), where, "RS-S611", "`bahia` has capacity without a lead time")


def test_an_unreadable_lead_time_is_one_fault(case):
    where = case.set("lines.csv", ("izmir",), "lead", "two")
    says(case.fault(), where, "RS-T107", "'two' is not a whole number")


def test_a_running_line_without_a_year(case):
    where = case.set("lines.csv", ("bahia",), "opens", "")
    says(case.fault(), where, "RS-S611", "`bahia` is operating but has no year")


def test_more_steps_than_there_can_be(case):
    where = case.set("lines.csv", ("bahia",), "modules_limit", "0.5")
    says(case.fault(), where, "RS-S611", "1 steps stand where at most 0.5 can be")


def test_a_possible_line_with_steps_that_stand(case):
    where = case.set("lines.csv", ("izmir",), "modules_now", "1")
    says(case.fault(), where, "RS-S611", "`izmir` is candidate, but 1 steps stand")


def test_a_site_with_no_market_data(case):
    where = case.set("lines.csv", ("styria",), "place", "MEX")
    case.set("lines.csv", ("styria",), "serves", "USA|CAN")
    case.set("figures.csv", ("AUT", "conversion"), "subject", "MEX")
    says(case.fault(), where, "RS-S612", "`styria` in Mexico can sell in no planned market", "markets.csv")


def test_a_market_without_history(case):
    line = case.add("markets.csv", market="LAO", entered="no", chinese_rivals="0.5")
    found = case.faults()
    assert {fault.code for fault in found} == {"RS-S612", "RS-S604"}
    assert any("no history of sales and NEV share of Laos" in str(fault) for fault in found)
    assert all(fault.where.startswith(f"markets.csv:{line}:") for fault in found)


def test_a_market_with_nothing_to_buy(case):
    case.drop("prices.csv", "THA", "city")
    says(case.fault(), "markets.csv:6:1 (market)", "RS-S612", "nothing is offered in Thailand")


def test_a_price_without_an_ambition(case):
    case.drop("ambitions.csv", "BRA", "PHEV")
    says(case.fault(), "prices.csv:9:2 (model)", "RS-S612", "`voyage` is priced in BRA", "no PHEV share")


def test_a_price_without_a_share(case):
    case.drop("mix.csv", "*", "voyage")
    found = case.faults()
    assert len(found) == 4
    assert {fault.code for fault in found} == {"RS-S612"}
    assert all("no share in mix.csv" in str(fault) for fault in found)


@pytest.mark.parametrize(("table", "column"), [("prices.csv", "model"), ("mix.csv", "model"), ("lines.csv", "models")])
def test_an_unknown_model(case, table, column):
    key = {"prices.csv": ("BRA", "city"), "mix.csv": ("*", "city"), "lines.csv": ("styria",)}[table]
    where = case.set(table, key, column, "citty")
    says(case.fault(), where, "RS-S606", "no model `citty`", "one of city, voyage")


def test_more_sold_than_was_bought(case):
    where = case.set("volumes.csv", ("THA", "BEV"), "sales", "800000")
    says(case.fault(), where, "RS-S613", "800,000 cars sold in THA", "sales of 2025")


def test_sold_where_the_brand_is_not(case):
    line = case.add("volumes.csv", market="GBR", powertrain="BEV", sales="500")
    says(case.fault(), f"volumes.csv:{line}:3 (sales)", "RS-S613", "500 cars sold in GBR, which is not entered")


def test_sold_without_a_model(case):
    line = case.add("volumes.csv", market="THA", powertrain="PHEV", sales="500")
    says(
        case.fault(), f"volumes.csv:{line}:3 (sales)", "RS-S613", "500 PHEV sold in THA, where no such model is priced"
    )


def test_entered_but_nothing_sold(case):
    case.drop("volumes.csv", "THA", "BEV")
    says(case.fault(), "markets.csv:6:2 (entered)", "RS-S613", "THA is entered, but nothing was sold there")


def test_a_source_that_is_not_listed(case):
    where = case.set("volumes.csv", ("THA", "BEV"), "source", "yearbook-2025")
    says(case.fault(), where, "RS-S607", "no source `yearbook-2025` is listed", "an id of sources.csv")


def test_a_source_of_own_law_that_is_not_listed(case):
    case.set("rules/measures.csv", ("TUR-502",), "source", "gazette")
    assert "no source `gazette` is listed" in str(case.fault())


def test_an_assumption_without_reasoning(case):
    where = case.set("volumes.csv", ("THA", "BEV"), "note", "")
    says(case.fault(), where, "RS-T111", "an assumption without reasoning", "why this figure")


def test_no_source_at_all(case):
    where = case.set("volumes.csv", ("THA", "BEV"), "source", "")
    says(case.fault(), where, "RS-T111", "no source is named", "assumption")


def test_a_row_that_stands_twice(case):
    line = case.add("volumes.csv", market="THA", powertrain="BEV", sales="100")
    says(case.fault(), f"volumes.csv:{line}:1 (market)", "RS-T104", "THA, BEV stands twice, first in line 8")


def test_a_figure_that_stands_twice_under_two_names(case):
    line = case.add("figures.csv", subject="Germany", item="after_sales", value="2000", unit="USD/car")
    says(
        case.fault(),
        f"figures.csv:{line}:1 (subject)",
        "RS-T104",
        "`after_sales` of DEU stands twice",
        "figures.csv:35:3",
    )


def test_a_comma_that_is_not_quoted(case):
    case.edit("volumes.csv", "made up: a young brand with fifty dealers", "made up: young, small")
    says(case.fault(), "volumes.csv:2:7", "RS-T103", "8 cells where the header has 7", "double quotes")


def test_a_column_under_another_name(case):
    case.edit("mix.csv", "market,model,share", "market,model,shares")
    found = case.faults()
    assert [(f.where, f.code) for f in found] == [("mix.csv:1:1", "RS-T102"), ("mix.csv:1:3", "RS-T102")]


def test_a_missing_table(case):
    case.path("mix.csv").unlink()
    says(case.fault(), "mix.csv", "RS-T101", "this file is missing", "divide among the model groups")


def test_an_empty_table(case):
    case.path("mix.csv").write_text("", encoding="utf-8")
    says(case.fault(), "mix.csv:1:1", "RS-T102", "this file is empty")


def test_a_table_in_another_encoding(case):
    text = case.path("models.csv").read_text(encoding="utf-8")
    case.path("models.csv").write_bytes(text.encode("gb18030"))
    says(case.fault(), "models.csv:1:1", "RS-T112", "UTF-8")


def test_own_facts_say_where_they_are_wrong(case):
    case.path("world").mkdir()
    header = "place,year,bev_share,source,as_of,confidence,note\n"
    case.path("world/nev_split.csv").write_text(f"{header}TUR,2025,80,assumption,2026,low,a guess\n", encoding="utf-8")
    says(case.fault(), "world/nev_split.csv:2:3 (bev_share)", "RS-T109", "80 looks like a percentage")


def test_own_law_of_no_country(case):
    where = case.set("rules/measures.csv", ("TUR-502",), "importer", "Turkey")
    says(case.faults()[-1], where, "RS-W301", "`Turkey` is no code", "TUR")


def test_a_site_without_rules_for_its_parts(case):
    own = case.path("rules/measures.csv")
    row = "TUR-501,TUR,*,BATTERY,8507.60,MFN,AD_VALOREM,0.027,CIF,BASE,,IN_FORCE,2060-01-01,no,assumption,2026-06,low,too late"
    own.write_text(own.read_text(encoding="utf-8").rstrip() + f"\n{row}\n", encoding="utf-8")
    found = case.faults()
    assert {(f.where, f.code) for f in found} == {("lines.csv:3:4 (place)", "RS-L211")}
    assert "BATTERY BEV from CHN into TUR" in str(found[0])


def test_a_site_without_a_way_to_it(case):
    case.drop("figures.csv", "CHN>AUT", "overland")
    says(case.fault(), "lines.csv:4:4 (place)", "RS-W303", "CHN to AUT: no way to ship a car is known", "overland")


def test_faults_of_several_tables_are_told_at_once(case):
    places = [
        case.set("ambitions.csv", ("DEU", "BEV"), "share", "2"),
        case.set("figures.csv", ("home", "inland"), "value", "-1"),
        case.set("lines.csv", ("izmir",), "lead", ""),
        case.set("models.csv", ("city",), "powertrain", "EV"),
        case.set("volumes.csv", ("THA", "BEV"), "source", "nowhere"),
    ]
    assert [fault.where for fault in case.faults()] == places
