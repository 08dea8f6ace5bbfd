"""A user's own estimates and terms set by events: which word counts where, and what cannot be is refused at its place."""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roadstead.demand.parameters import draw, parameters
from roadstead.playbook.tell import _changes
from roadstead.study.cover import evidence
from roadstead.study.preflight import check
from roadstead.study.spec import read_study
from roadstead.terms.errors import Fault, RoadsteadError

STARTER = Path(__file__).parents[3] / "cases" / "starter"
TABLE, YAML = "estimates.csv", "case.yaml"
OWN = parameters()["own_elasticity"]


def add(case, parameter="own_elasticity", estimate="-4.6", standard_error="0.3", **cells):
    """A row, an assumption; the place of a cell of it."""
    line = case.add(TABLE, parameter=parameter, estimate=estimate, standard_error=standard_error, **cells)
    header = case.table(TABLE)[0]
    return lambda column: f"{TABLE}:{line}:{header.index(column) + 1} ({column})"


def says(fault, where, code, *words):
    assert (fault.where, fault.code) == (where, code)
    for word in words:
        assert word in str(fault)


def read(case):
    return read_study(case.folder).conventions


# --- which word counts -----------------------------------------------------------------------------------------------


def test_without_estimates_all_is_packaged(case):
    case.path(TABLE).unlink()
    terms = read(case).demand.terms_of_demand("DEU", "BEV")
    assert {name: term.value for name, term in terms.items()} == {n: p.value for n, p in parameters().items()}
    assert {term.origin for term in terms.values()} == {"packaged"}
    assert terms["own_elasticity"].where == ""


def test_a_figure_of_the_case_goes_before_the_package(case):
    line = case.add("figures.csv", subject="case", item="own_elasticity", value="-7", unit="1")
    found = read(case).demand.of("own_elasticity", "DEU")
    assert (found.value, found.origin, found.where) == (-7.0, "figure", f"figures.csv:{line}:3 (value)")
    assert (found.low, found.high) == (-7.0, OWN.high)
    assert read(case).own_elasticity == -7.0


def test_the_narrowest_estimate_goes_first(case):
    case.add("figures.csv", subject="case", item="own_elasticity", value="-7", unit="1")
    at = {
        "-5.0": add(case, estimate="-5.0", market="*"),
        "-5.1": add(case, estimate="-5.1", market="*", powertrain="PHEV"),
        "-5.2": add(case, estimate="-5.2", market="Germany"),
        "-5.3": add(case, estimate="-5.3", market="DEU", powertrain="BEV"),
    }
    conventions = read(case)
    for market, powertrain, value in [
        ("DEU", "BEV", "-5.3"), ("DEU", "PHEV", "-5.2"), ("DEU", "", "-5.2"),
        ("BRA", "PHEV", "-5.1"), ("BRA", "BEV", "-5.0"), ("BRA", "", "-5.0"), ("", "", "-5.0"),
    ]:  # fmt: skip
        found = conventions.demand.of("own_elasticity", market, powertrain)
        assert (found.value, found.origin, found.where) == (float(value), "estimate", at[value]("estimate"))
    assert conventions.own_elasticity == -5.0
    assert conventions.pass_through == parameters()["pass_through"].value


def test_an_estimate_brings_its_range_and_can_be_drawn(case):
    add(case, estimate="-4.6", standard_error="0.25", market="BRA")
    here, there = (read(case).demand.of("own_elasticity", market) for market in ("BRA", "DEU"))
    assert (here.low, here.high) == pytest.approx((-4.6 - 1.96 * 0.25, -4.6 + 1.96 * 0.25))
    assert (there.low, there.high) == (OWN.low, OWN.high)
    found = draw({"own_elasticity": here}, 500, 1)["own_elasticity"]
    assert here.low <= found.min() < found.max() <= here.high


def test_an_estimate_stands_in_the_list_of_evidence(case):
    add(case, market="BRA", powertrain="BEV", note="pyblp, nested logit on registrations")
    rows = [row for row in evidence(read_study(case.folder)) if row.figure.startswith("estimates")]
    assert [(row.figure, row.value, row.note) for row in rows] == [
        ("estimates: own_elasticity BRA BEV", "-4.6", "pyblp, nested logit on registrations")
    ]


# --- what is refused -------------------------------------------------------------------------------------------------


def test_an_unknown_parameter(case):
    at = add(case, parameter="own_elastisity")
    says(case.fault(), at("parameter"), "RS-S631", "did you mean `own_elasticity`?")


def test_an_unknown_market(case):
    at = add(case, market="Brazzil")
    says(case.fault(), at("market"), "RS-W301", "did you mean BRA (Brazil)?")


def test_a_market_that_is_not_planned(case):
    at = add(case, market="FRA")
    says(case.fault(), at("market"), "RS-S606", "`FRA` is no planned market", "DEU, GBR, TUR, BRA, THA")


def test_an_unknown_powertrain(case):
    at = add(case, powertrain="EV")
    says(case.fault(), at("powertrain"), "RS-T106", "'EV'")


def test_a_negative_standard_error(case):
    at = add(case, standard_error="-0.3")
    says(case.fault(), at("standard_error"), "RS-T110", "-0.3 is too small")


@pytest.mark.parametrize("parameter", ["brand_elasticity", "own_elasticity_bev", "trade_elasticity_8703"])
def test_an_estimate_that_no_plan_reads(case, parameter):
    at = add(case, parameter=parameter, estimate=str(parameters()[parameter].value), standard_error="0.01")
    says(case.fault(), at("parameter"), "RS-S634", f"no plan reads `{parameter}`", "one of own_elasticity, ")


def test_only_own_elasticity_is_read_for_a_powertrain(case):
    at = add(case, parameter="market_elasticity", estimate="-0.8", standard_error="0.05", powertrain="BEV")
    says(case.fault(), at("powertrain"), "RS-S634", "read for a market, not for a powertrain")


def test_a_missing_standard_error(case):
    at = add(case, standard_error="")
    says(case.fault(), at("standard_error"), "RS-T105", "nothing stands here")


@pytest.mark.parametrize(
    ("parameter", "estimate"),
    [("own_elasticity", "4.6"), ("own_elasticity", "0"), ("market_elasticity", "0.9"), ("nest_correlation", "-0.1"),
     ("nest_correlation", "1.2"), ("rival_value", "1.2")],
)  # fmt: skip
def test_an_estimate_on_the_impossible_side(case, parameter, estimate):
    at = add(case, parameter=parameter, estimate=estimate, standard_error="0.01")
    says(case.fault(), at("estimate"), "RS-S632", f"{estimate} is no {parameter}", "a number from")


def test_an_estimate_that_cannot_be_told_from_the_impossible(case):
    at = add(case, parameter="nest_correlation", estimate="0.2", standard_error="0.2")
    says(case.fault(), at("standard_error"), "RS-S632", "from -0.192 to 0.592", "a number from 0 to 0.99")


def test_an_estimate_under_two_names(case):
    add(case, market="BRA")
    at = add(case, market="Brazil")
    says(case.fault(), at("market"), "RS-T104", "line 2 already")
    case.drop(TABLE, "own_elasticity", "Brazil")
    add(case, market="")
    at = add(case, market="*")
    says(case.fault(), at("market"), "RS-T104", "line 3 already")


def test_a_market_that_answers_more_than_a_model(case):
    at = add(case, parameter="market_elasticity", estimate="-4.2", standard_error="0.1", market="BRA")
    says(case.fault(), at("estimate"), "RS-D502", "-4.2 beside -4 of a model in BRA")


def test_an_estimate_that_rests_on_nothing(case):
    at = add(case, source="")
    says(case.fault(), at("source"), "RS-T111", "no source is named")


# --- terms set by events ---------------------------------------------------------------------------------------------


def with_terms(case, terms):
    case.edit(YAML, "    demand: slow", f"    demand: slow\n    terms: {terms}")


def test_an_event_sets_numbers_and_ends_of_ranges(case):
    with_terms(case, "{own_elasticity: -5, pass_through: low, entry_strength: high}")
    event = read_study(case.folder).events["demand_slow"]
    strong, weak = parameters()["entry_strength"], parameters()["pass_through"]
    assert event.terms == {"own_elasticity": -5.0, "pass_through": weak.low, "entry_strength": strong.high}
    assert _changes(event).endswith("own_elasticity -5; pass_through 0.2; entry_strength 0.9")


def test_an_end_is_that_of_the_estimate(case):
    add(case, parameter="own_elasticity", estimate="-4", standard_error="0.5")
    with_terms(case, "{own_elasticity: low}")
    assert read_study(case.folder).events["demand_slow"].terms == {"own_elasticity": pytest.approx(-4.98)}


def test_terms_alone_are_a_change(case):
    case.edit(YAML, "    demand: slow", "    terms: {own_elasticity: low}")
    assert read_study(case.folder).events["demand_slow"].terms


@pytest.mark.parametrize(
    ("terms", "code", "words"),
    [
        ("{own_elastisity: -5}", "RS-S631", "did you mean `own_elasticity`?"),
        ("{nest_correlation: 0.3}", "RS-S633", "one of own_elasticity, market_elasticity, pass_through"),
        ("{own_elasticity_bev: low}", "RS-S633", "not read at the nodes of a tree"),
        ("{own_elasticity: 5}", "RS-S632", "5 is no own_elasticity; a number from -20 to -1.01; or low or high"),
        ("{own_elasticity: lower}", "RS-S603", "'lower' does not fit; a number, or low or high"),
        ("{own_elasticity: true}", "RS-S603", "a number, or low or high"),
        ("{own_elasticity: .nan}", "RS-S603", "a number, or low or high"),
        ("{own_elasticity: -1" + 400 * "0" + "}", "RS-S603", "a number, or low or high"),
    ],
)
def test_terms_that_cannot_be(case, terms, code, words):
    with_terms(case, terms)
    fault = case.fault()
    line, _, column = case.line_of(YAML, f"terms: {terms}").partition(":")[2].partition(":")
    assert fault.where.startswith(f"{YAML}:{line}:"), fault
    assert int(fault.where.split(":")[2].split()[0]) > int(column)
    assert fault.code == code
    assert words in str(fault)


def test_terms_that_contradict_each_other_on_the_way(case):
    """Each may be; together, on a path that fires both, the market would answer more than a model."""
    case.edit(YAML, "    rests_on: made up for the tutorial; duties of this kind are prolonged more often than not",
              "    rests_on: made up\n    terms: {own_elasticity: -1.2}")  # fmt: skip
    with_terms(case, "{market_elasticity: low}")
    fault = case.fault()
    assert fault.code == "RS-D502"
    assert fault.where == case.line_of(YAML, "[demand_slow, turkey_relents]")
    assert "market elasticity -1.5 beside -1.2 of a model from `walls_slow` on" in str(fault)


# --- nothing of it is a traceback ------------------------------------------------------------------------------------

WORDS = [
    "",
    "*",
    "DEU",
    "Germany",
    "FRA",
    "BEV",
    "own_elasticity",
    "market_elasticity",
    "nan",
    "1e309",
    "-4",
    "0.3",
    "27%",
    "=1",
]
CELLS = st.lists(st.sampled_from(WORDS) | st.text(max_size=6), min_size=9, max_size=9)


@settings(max_examples=25)
@given(st.lists(CELLS, min_size=1, max_size=3))
def test_rows_of_anything(rows):
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "case"
        shutil.copytree(STARTER, copy)
        with (copy / TABLE).open("a", encoding="utf-8", errors="replace", newline="") as handle:
            csv.writer(handle, lineterminator="\n").writerows(rows)
        faults: tuple[Fault, ...] = ()
        try:
            read_study(copy)
        except RoadsteadError as error:
            faults = error.faults
    assert all(fault.where and fault.code and fault.message for fault in faults)


# --- what only shows as demand is put together -----------------------------------------------------------------------


def refused(case):
    """Faults of a case that reads well and cannot be, each told before anything is planned."""
    read_study(case.folder)
    with pytest.raises(RoadsteadError) as caught:
        check(case.folder)
    return caught.value.faults[0]


@pytest.mark.parametrize(("parameter", "estimate"), [("own_elasticity", "-1.05"), ("nest_correlation", "0.93")])
def test_an_estimate_that_demand_cannot_be_put_together_with(case, parameter, estimate):
    at = add(case, parameter=parameter, estimate=estimate, standard_error="0.01")
    says(refused(case), at("estimate"), "RS-D502", "in DEU, market elasticity -0.9")


def test_a_figure_that_demand_cannot_be_put_together_with(case):
    line = case.add("figures.csv", subject="case", item="own_elasticity", value="-1.05", unit="1")
    says(refused(case), f"figures.csv:{line}:3 (value)", "RS-D502", "in DEU, market elasticity -0.9 beside -1.05")


@pytest.mark.parametrize("terms", ["{own_elasticity: -1.02}", "{market_elasticity: -3.9}"])
def test_terms_that_demand_cannot_be_put_together_with(case, terms):
    with_terms(case, terms)
    line = case.line_of(YAML, f"terms: {terms}").split(":")[1]
    fault = refused(case)
    assert fault.where.startswith(f"{YAML}:{line}:"), fault
    assert fault.code == "RS-D502"


def test_a_least_price_where_no_market_is(case):
    case.edit(YAML, "    demand: slow", "    least_prices: [{importer: JPN, powertrains: [BEV], share: 1.0}]")
    fault = case.fault()
    assert fault.code == "RS-S612"
    assert "no planned market lies in JPN" in str(fault)
    assert "EU27" in str(fault)
