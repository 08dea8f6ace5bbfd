"""Entry paths a case states, the analogues it names, and what is wrong with either."""

from __future__ import annotations

import pytest

from roadstead.study.entry_paths import entry_paths
from roadstead.study.spec import read_study
from roadstead.terms.ids import Powertrain

HEAD = "market,powertrain,years,low,middle,high,analogues,source,as_of,confidence,note\n"
WHY = "assumption,2026,low,for the test\n"


def says(fault, where, code, *words):
    assert fault.where == where
    assert fault.code == code
    for word in words:
        assert word in str(fault)


def write(case, *rows):
    case.path("entry_paths.csv").write_text(HEAD + "".join(f"{row},{WHY}" for row in rows), encoding="utf-8")


def test_without_a_table_every_analogue_speaks(case):
    found = entry_paths(read_study(case.folder))
    assert found.keys() == {("GBR", Powertrain.BEV), ("GBR", Powertrain.PHEV)}, "the one market not entered"
    for path in found.values():
        assert path.basis == "analogues"
        assert "BYD BRA" in path.analogues
        assert len(path.evidence) > 20


def test_a_path_of_its_own(case):
    write(case, "GBR,BEV,2,0.001,0.004,0.01,", "GBR,BEV,6,0.01,0.02,0.03,")
    found = entry_paths(read_study(case.folder))
    own = found["GBR", Powertrain.BEV]
    assert own.basis == "stated"
    assert [own.share(6.0, u) for u in (0.1, 0.5, 0.9)] == pytest.approx([0.01, 0.02, 0.03])
    assert found["GBR", Powertrain.PHEV].basis == "analogues"


def test_analogues_of_its_choice(case):
    write(case, "United Kingdom,BEV,,,,,BYD DEU|BYD ITA|BYD FRA|BYD ESP|BYD NOR")
    own = entry_paths(read_study(case.folder))["GBR", Powertrain.BEV]
    assert own.analogues == ("BYD DEU", "BYD ITA", "BYD FRA", "BYD ESP", "BYD NOR")
    assert own.share(6.0) == pytest.approx(0.02), "ambitions.csv says where it leads"


def test_too_few_analogues_leave_an_assumption(case):
    write(case, "GBR,BEV,,,,,BYD DEU|BYD ITA")
    own = entry_paths(read_study(case.folder))["GBR", Powertrain.BEV]
    assert own.basis == "assumption"
    assert own.evidence[0].is_assumption
    assert own.share(3.0) == pytest.approx(0.02 / 2)


def test_an_analogue_nobody_knows(case):
    write(case, "GBR,BEV,,,,,BYD DEU|BYD DNK")
    says(case.fault(), "entry_paths.csv:2:7 (analogues)", "RS-D551", "no entry `BYD DNK` is known", "one of MG GBR")


@pytest.mark.parametrize(
    ("rows", "where", "words"),
    [
        (("GBR,BEV,2,0.03,0.02,0.05,",), "entry_paths.csv:2:4 (low)", "low, middle and high in this order"),
        (("GBR,BEV,2,0,0.02,0.05,",), "entry_paths.csv:2:4 (low)", "above 0 and below 1"),
        (("GBR,BEV,2,,0.02,0.05,",), "entry_paths.csv:2:3 (years)", "together, or analogues"),
        (("DEU,BEV,2,0.01,0.02,0.05,",), "entry_paths.csv:2:2 (powertrain)", "BEV in DEU is no entry"),
        (("NOR,BEV,2,0.01,0.02,0.05,",), "entry_paths.csv:2:1 (market)", "`NOR` is no market that is planned"),
        (("GBR,BEV,2,0.01,0.02,0.05,BYD DEU",), "entry_paths.csv:2:7 (analogues)", "and a path of its own"),
        (
            ("GBR,BEV,,,,,BYD DEU", "GBR,BEV,3,0.01,0.02,0.05,"),
            "entry_paths.csv:2:7 (analogues)",
            "one row with analogues alone",
        ),
    ],
    ids=["order", "nothing", "half", "sold today", "not planned", "both at once", "both in two rows"],
)
def test_a_path_that_contradicts_itself_or_the_case(case, rows, where, words):
    write(case, *rows)
    says(case.fault(), where, "RS-S641", words)


def test_a_year_stands_once_whatever_its_market_is_called(case):
    write(case, "GBR,BEV,2,0.001,0.004,0.01,", "United Kingdom,BEV,2,0.01,0.02,0.03,")
    says(case.fault(), "entry_paths.csv:3:1 (market)", "RS-T104", "in line 2 already")


def test_nothing_sold_is_written_and_not_left_out(case):
    """A row with 0 is an entry; no row is a fault, with the place of the share it would grow to."""
    case.drop("volumes.csv", "TUR", "PHEV")
    says(
        case.fault(),
        "ambitions.csv:7:2 (powertrain)",
        "RS-S613",
        "how many PHEV were sold in TUR is not said",
        "0 where none",
    )
    case.add("volumes.csv", market="TUR", powertrain="PHEV", sales="0")
    found = entry_paths(read_study(case.folder))
    assert found["TUR", Powertrain.PHEV].share(20.0) == pytest.approx(0.1)


def test_a_step_of_a_network_needs_all_its_figures(case):
    case.drop("figures.csv", "*", "channel_module_fixed")
    fault = case.fault()
    assert fault.code == "RS-S604"
    assert "no figure `channel_module_fixed`" in str(fault)


def test_without_a_step_no_network_can_be_enlarged(case):
    for item in ("size", "cost", "fixed", "lead"):
        case.drop("figures.csv", "*", f"channel_module_{item}")
    channels = read_study(case.folder).carmaker.channels
    assert all(channel.module is None for channel in channels.values())
    assert {channel.growth for channel in channels.values()} == {0.092}


def test_a_network_may_grow_faster_in_one_market(case):
    case.add("figures.csv", subject="TUR", item="channel_growth", value="0.2", unit="1")
    channels = read_study(case.folder).carmaker.channels
    assert (channels["TUR"].growth, channels["DEU"].growth) == (0.2, 0.092)
    assert channels["GBR"].module is None, "a network that is only opened has no steps"
