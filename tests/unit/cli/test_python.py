"""`import roadstead as rs`: the commands as functions, and rooms that keep being rooms."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

import roadstead as rs
from roadstead.study.api import effort_of
from roadstead.study.bundled import bundled

SHIPMENT = {"importer": "DEU", "origin": "CHN", "powertrain": "BEV", "on": date(2025, 3, 1), "value": 20000.0}


def test_duty_mirrors_the_command():
    quote = rs.duty(**SHIPMENT, firm="BYD")
    assert quote.total_duty_rate == pytest.approx(0.27)
    assert [line.measure for line in quote.lines] == ["EU27-001", "EU27-023"]
    assert quote.lines[1].cited.url.startswith("https://")
    assert quote.valuation == "CIF"


def test_a_quote_cannot_be_changed():
    quote = rs.duty(**SHIPMENT)
    with pytest.raises(AttributeError):
        quote.total_duty_rate = 0.0


def test_facts_are_plain_values():
    quote = rs.duty(
        importer="USA", origin="MEX", powertrain="ICE", on="2025-06-01", value=20000.0,
        facts={"qualifies.USMCA": True, "content.USA": 0.4},
    )  # fmt: skip
    assert quote.total_duty_rate == pytest.approx(0.15)


def test_faults_are_one_exception():
    with pytest.raises(rs.RoadsteadError) as met:
        rs.duty(importer="Narnia", origin="CHN", powertrain="BEV", on="soon", value=1.0)
    assert {fault.code for fault in met.value.faults} == {"RS-W301", "RS-L213"}
    assert all(isinstance(fault, rs.Fault) for fault in met.value.faults)


def test_outlook_takes_one_name_or_many():
    alone = rs.outlook("BRA", "2030", draws=200)
    several = rs.outlook(["MEX", "BRA"], range(2030, 2031), draws=200)
    assert alone.markets[0] == several.markets[1]


def test_world_tells_its_age():
    held = rs.world(date(2026, 7, 12))
    assert held.age_days == 10
    assert held.facts.markets["DEU"].sales


def test_rooms_named_like_functions_stay_rooms():
    code = (
        "import roadstead as rs, datetime\n"
        "assert rs.world(datetime.date(2026, 7, 12)).age_days == 10\n"
        "assert callable(rs.demand.equilibrium_prices)\n"
        "import roadstead.world.reference, roadstead.outlook.forecast\n"
        "from roadstead.world import reference\n"
        "assert rs.world.reference is reference and callable(rs.outlook)\n"
        "assert rs.world(datetime.date(2026, 7, 12)).age_days == 10\n"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_unknown_names_are_refused():
    with pytest.raises(AttributeError, match="no attribute 'tariffs'"):
        rs.tariffs  # noqa: B018
    assert set(rs.__all__) <= set(dir(rs))


def test_read_and_check_a_case():
    study = rs.read_case(bundled("starter"))
    found = rs.check(bundled("starter"))
    assert found.case == study.case.name
    assert [market.market for market in found.markets] == list(study.carmaker.channels)
    with pytest.raises(rs.RoadsteadError, match="RS-S601"):
        rs.read_case("no/such/case")


def test_effort_is_the_cases_own_unless_asked_otherwise():
    case = rs.read_case(bundled("starter")).case
    own = effort_of(case, None, None, 1)
    assert (own.gap, own.seconds, own.workers) == (case.effort.gap, case.effort.seconds, 1)
    asked = effort_of(case, 0.05, 7.0, 2)
    assert (asked.gap, asked.seconds, asked.workers) == (0.05, 7.0, 2)
    assert (asked.cluster, effort_of(case, cluster="local").cluster) == (None, "local")
    with pytest.raises(rs.RoadsteadError) as met:
        effort_of(case, 5.0, -1.0, 0)
    assert [fault.code for fault in met.value.faults] == ["RS-T109", "RS-S622", "RS-S622"]
