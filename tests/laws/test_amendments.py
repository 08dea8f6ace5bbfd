"""Reform as amendment of rows: each verb, what it reaches, what it leaves, and that it never does nothing."""

from __future__ import annotations

from datetime import date

import pytest

from roadstead.terms.errors import NotExpressibleError, RoadsteadError
from roadstead.trade.amendment import Amendment, amend

CLOSE = 1e-12
CHINA, ELECTRIC, CARS = frozenset({"CHN"}), frozenset({"BEV"}), frozenset({"CAR_CBU"})


def law(rules, action, importer, on="2028-01-01", **what):
    return amend(rules, [(Amendment(action, importer, "reform", **what), date.fromisoformat(on))])


def test_end(rules, ask):
    free = law(rules, "end", "EU27", kind="COUNTERVAILING", origins=CHINA)
    assert ask("EU27 CHN BEV", "2027-12-31", firm="BYD", law=free).rate == pytest.approx(0.27, abs=CLOSE)
    assert ask("EU27 CHN BEV", "2028-01-01", firm="BYD", law=free).rate == pytest.approx(0.10, abs=CLOSE)


def test_end_one_row_by_its_id(rules, ask):
    open_canada = law(rules, "end", "CAN", measure_id="CAN-006")
    assert ask("CAN CHN BEV", "2028-01-01", {"in_quota": False}, law=open_canada).rate == pytest.approx(
        0.061, abs=CLOSE
    )


def test_prolong_past_the_last_day(rules, ask):
    longer = law(rules, "prolong", "EU27", "2029-01-01", kind="COUNTERVAILING", origins=CHINA)
    assert ask("EU27 CHN BEV", "2034-01-01", firm="BYD", law=longer).rate == pytest.approx(0.27, abs=CLOSE)
    assert ask("EU27 CHN BEV", "2034-01-01", firm="XPeng", law=longer).rate == pytest.approx(0.307, abs=CLOSE)


def test_prolong_what_ended_the_day_before(rules, ask):
    """Russia's fees of 2026, prolonged on the first day of 2027, take the place of the row that says they are unknown."""
    longer = law(rules, "prolong", "RUS", "2027-01-01", kind="RECYCLING_FEE")
    before = ask("RUS CHN BEV", "2026-12-31", {"power_kw": 150.0}).fee
    assert ask("RUS CHN BEV", "2027-07-01", {"power_kw": 150.0}, law=longer).fee == pytest.approx(before, rel=1e-12)
    with pytest.raises(RoadsteadError, match="RS-L205"):
        law(rules, "prolong", "RUS", "2027-01-02", kind="RECYCLING_FEE")


def test_set_a_rate_from_a_day_on(rules, ask):
    lower = law(rules, "set", "MEX", measure_id="MEX-005", rate=0.20)
    assert ask("MEX CHN BEV", "2027-12-31", law=lower).rate == pytest.approx(0.50, abs=CLOSE)
    found = ask("MEX CHN BEV", "2028-01-01", law=lower)
    assert found.rate == pytest.approx(0.20, abs=CLOSE)
    (line,) = found.stack.lines
    assert line.measure.measure_id == "MEX-005*"
    assert line.measure.evidence.is_assumption
    assert line.measure.evidence.note == "event reform"


def test_set_reaches_only_what_it_names(rules, ask):
    """The row splits: by powertrain, by origin, by product."""
    split = law(rules, "set", "MEX", measure_id="MEX-005", powertrains=ELECTRIC, origins=CHINA, rate=0.0)
    rates = {
        lane: ask(f"MEX {lane}", "2028-01-01", law=split).rate for lane in ("CHN BEV", "CHN PHEV", "IND BEV", "IND ICE")
    }
    assert rates == pytest.approx({"CHN BEV": 0.0, "CHN PHEV": 0.5, "IND BEV": 0.5, "IND ICE": 0.5}, abs=CLOSE)
    kits = law(rules, "set", "BRA", kind="MFN", products=frozenset({"KIT_CKD"}), rate=0.16)
    assert ask("BRA CHN BEV", "2028-01-01", product="KIT_CKD", law=kits).rate == pytest.approx(0.16, abs=CLOSE)
    assert ask("BRA CHN BEV", "2028-01-01", product="KIT_SKD", law=kits).rate == pytest.approx(0.35, abs=CLOSE)
    assert ask("BRA CHN BEV", "2028-01-01", law=kits).rate == pytest.approx(0.35, abs=CLOSE)


def test_set_what_begins_later_from_its_own_first_day(rules, ask):
    later = law(rules, "set", "CAN", "2026-10-01", measure_id="CAN-008", rate=0.03)
    assert ask("CAN CHN BEV", "2027-02-28", {"in_quota": True}, law=later).rate == pytest.approx(0.061, abs=CLOSE)
    assert ask("CAN CHN BEV", "2027-03-01", {"in_quota": True}, law=later).rate == pytest.approx(0.03, abs=CLOSE)


def test_set_the_ceiling_of_a_top_up(rules, ask):
    raised = law(rules, "set", "USA", measure_id="USA-024", rate=0.25)
    assert ask("USA JPN ICE", "2028-01-01", law=raised).rate == pytest.approx(0.25, abs=CLOSE)


def test_an_amount_per_car_has_no_rate_to_set(rules):
    with pytest.raises(RoadsteadError) as caught:
        law(rules, "set", "UZB", measure_id="UZB-008", rate=0.10)
    assert caught.value.faults[0].code == "RS-L209"


@pytest.mark.parametrize("action", ["set", "add"])
def test_a_change_of_rate_names_the_rate(rules, action):
    with pytest.raises(RoadsteadError) as caught:
        law(rules, action, "MEX", kind="MFN")
    assert caught.value.faults[0].code == "RS-L209"


def test_add_on_top(rules, ask):
    wall = law(rules, "add", "EU27", origins=CHINA, powertrains=frozenset({"PHEV", "EREV"}), products=CARS, rate=0.17)
    assert ask("EU27 CHN PHEV", "2028-01-01", firm="BYD", law=wall).rate == pytest.approx(0.27, abs=CLOSE)
    assert ask("EU27 CHN EREV", "2028-01-01", firm="BYD", law=wall).rate == pytest.approx(0.44, abs=CLOSE)
    assert ask("EU27 CHN BEV", "2028-01-01", firm="BYD", law=wall).rate == pytest.approx(0.27, abs=CLOSE)
    assert ask("EU27 JPN PHEV", "2028-01-01", law=wall).rate == pytest.approx(0.10, abs=CLOSE)
    assert ask("EU27 CHN PHEV", "2027-12-31", firm="BYD", law=wall).rate == pytest.approx(0.10, abs=CLOSE)


def test_lift_a_prohibition(rules):
    lifted = law(rules, "lift", "USA")
    running = [n for n in lifted.non_tariff if n.importer == "USA" and n.acts and n.span.covers(date(2031, 1, 1))]
    assert not running
    assert any(n.acts and n.span.covers(date(2027, 12, 31)) for n in lifted.non_tariff if n.importer == "USA")


def test_enact_a_bill(rules, ask):
    enacted = law(rules, "enact", "ZAF", measure_id="ZAF-003")
    assert ask("ZAF CHN BEV", "2027-12-31", law=enacted).rate == pytest.approx(0.25, abs=CLOSE)
    assert ask("ZAF CHN BEV", "2028-01-01", law=enacted).rate == pytest.approx(0.50, abs=CLOSE)


def test_enact_a_bill_without_a_rate_says_so(rules, ask):
    enacted = law(rules, "enact", "EU27", measure_id="EU27-030")
    with pytest.raises(NotExpressibleError, match="not expressible yet: EU27-030"):
        ask("EU27 CHN PHEV", "2028-01-01", firm="BYD", law=enacted)


@pytest.mark.parametrize(
    ("action", "importer", "what"),
    [
        ("end", "EU27", {"kind": "ANTIDUMPING"}),
        ("end", "ATL", {}),
        ("end", "EU27", {"kind": "COUNTERVAILING", "origins": frozenset({"KOR"})}),
        ("prolong", "MEX", {"measure_id": "MEX-005"}),
        ("prolong", "MEX", {"measure_id": "MEX-005", "powertrains": ELECTRIC}),
        ("set", "MEX", {"measure_id": "MEX-999", "rate": 0.2}),
        ("set", "BRA", {"measure_id": "BRA-004", "rate": 0.2}),
        ("enact", "MEX", {"measure_id": "MEX-005"}),
        ("lift", "JPN", {}),
    ],
)
def test_a_change_that_changes_nothing_is_told(rules, action, importer, what):
    with pytest.raises(RoadsteadError) as caught:
        law(rules, action, importer, **what)
    (fault,) = caught.value.faults
    assert (fault.code, fault.where) == ("RS-L205", "event reform")
    assert "changes nothing" in fault.message


def test_amendments_follow_one_another_and_leave_the_law_they_start_from(rules, ask):
    steps = [
        (Amendment("set", "MEX", "first", measure_id="MEX-005", rate=0.30), date(2028, 1, 1)),
        (Amendment("set", "MEX", "second", kind="MFN", powertrains=ELECTRIC, rate=0.10), date(2029, 1, 1)),
    ]
    after = amend(rules, steps)
    rates = [ask(f"MEX CHN {p}", day, law=after).rate for day in ("2028-06-01", "2029-06-01") for p in ("BEV", "ICE")]
    assert rates == pytest.approx([0.30, 0.30, 0.10, 0.30], abs=CLOSE)
    assert after.state == ("first@2028-01-01", "second@2029-01-01")
    assert rules.state == ()
    assert ask("MEX CHN BEV", "2029-06-01").rate == pytest.approx(0.50, abs=CLOSE)


def test_rows_of_other_importers_stay_the_same_objects(rules):
    """Two circumstances with equal law for an importer can be told apart from unequal ones by identity."""
    after = law(rules, "end", "EU27", kind="COUNTERVAILING")
    assert after.measures["USA"] is rules.measures["USA"]
    assert after.measures["EU27"] is not rules.measures["EU27"]
