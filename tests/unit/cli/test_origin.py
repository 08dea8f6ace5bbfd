"""`origin`: what a bill of materials reaches under an agreement, what must be declared, and the cheapest way to qualify."""

from __future__ import annotations

import pytest

import roadstead as rs

PARTS = ("battery:CHN=6000", "body:GBR=5000", "other:GBR=6000", "labour:GBR=1500")


def asked(agreement, powertrain, on, parts, *more):
    words = [agreement, "--powertrain", powertrain, "--on", on]
    for part in parts:
        words += ["--part", part]
    return ("origin", *words, *more)


def test_a_car_is_held_against_every_requirement(run):
    told = run(*asked("EU-UK-TCA", "BEV", "2027-06-01", PARTS, "--profit", 1500, "--json")).json
    value, pack = told["assessment"]["tests"]
    assert (value["method"], value["met"]) == ("MAXNOM", True)
    assert value["reached"] == pytest.approx(14000 / 20000)
    assert (pack["reached"], pack["met"]) == (0.0, None)
    assert told["assessment"]["missing"] == ["BATTERY_PACK.UNCHANGED"]
    assert told["cheapest"] is None


def test_what_would_decide_is_named_and_can_be_declared(run):
    said = run(*asked("EU-UK-TCA", "BEV", "2027-06-01", PARTS)).out
    assert "may qualify" in said
    assert "declare: --declared BATTERY_PACK.UNCHANGED=SHARE" in said
    declared = run(*asked("EU-UK-TCA", "BEV", "2027-06-01", PARTS, "--declared", "battery_pack.unchanged=0.05")).out
    assert "EU-UK-TCA on 2027-06-01: qualifies" in declared


def test_the_cheapest_change_is_told_with_its_cost(run):
    parts = ("battery:CHN=40", "other:THA=30", "body:CHN=30")
    offers = ("--offer", "battery:THA=0.30", "--offer", "body:Indonesia=0.10")
    said = run(*asked("ATIGA", "BEV", "2026-06-01", parts, *offers)).out
    assert "does not qualify" in said
    assert "of body to IDN" in said
    told = run(*asked("ATIGA", "BEV", "2026-06-01", parts, *offers, "--json")).json["cheapest"]
    (move,) = told["moves"]
    # x cars' worth of body moved at 10 % more: (30 + 1.1 x) / (100 + 0.1 x) = 0.4.
    assert move["value"] == pytest.approx(10 / 1.06)
    assert told["cost"] == pytest.approx(1 / 1.06)
    assert (
        "no change of sourcing among the offers"
        in run(*asked("ATIGA", "BEV", "2026-06-01", parts, "--offer", "body:KOR=0")).out
    )


def test_an_agreement_without_a_rule_in_force_says_so(run):
    assert "no rule of origin" in run(*asked("ATIGA", "BEV", "1999-06-01", PARTS)).out


def test_python_gives_the_same_values():
    found = rs.origin("EU-UK-TCA", "ICE", "2025-06-01", parts=["body:GBR=60", "other:CHN=40"])
    assert found.assessment.qualifies is True
    assert found.assessment.tests[0].reached == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (asked("NO-SUCH", "BEV", "2026-06-01", PARTS), ["RS-L282"]),
        (asked("ATIGA", "STEAM", "2026-06-01", PARTS), ["RS-C701"]),
        (asked("ATIGA", "BEV", "soon", PARTS), ["RS-L213"]),
        (asked("ATIGA", "BEV", "2026-06-01", ()), ["RS-C701"]),
        (asked("ATIGA", "BEV", "2026-06-01", ("wheels:CHN=5",)), ["RS-C701"]),
        (asked("ATIGA", "BEV", "2026-06-01", ("body:CHN=much",)), ["RS-C701"]),
        (asked("ATIGA", "BEV", "2026-06-01", ("body:Narnia=5",)), ["RS-W301"]),
        (asked("ATIGA", "BEV", "2026-06-01", ("body:CHN=-5",)), ["RS-L231"]),
        (asked("ATIGA", "BEV", "2026-06-01", PARTS, "--declared", "LVC=40"), ["RS-C701"]),
        (asked("ATIGA", "BEV", "2026-06-01", PARTS, "--offer", "labour:THA=0.1"), ["RS-C701"]),
        (asked("NO-SUCH", "STEAM", "soon", PARTS), ["RS-L213", "RS-C701", "RS-L282"]),
    ],
)
def test_what_cannot_be_answered_is_refused(run, words, codes):
    said = run(*words)
    assert said.status == 2
    assert said.codes == codes
