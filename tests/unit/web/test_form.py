"""What a person fills in, as what-if patches; and that each thing a form offers is one a plan takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import FormData

from roadstead.study.api import read_case
from roadstead.study.levers import levers
from roadstead.study.patched import patched
from roadstead.terms.errors import RoadsteadError
from roadstead.web import queue
from roadstead.web.form import wish_of
from roadstead.web.queue import State

if TYPE_CHECKING:
    from pathlib import Path

    from desks import Visitor

    from roadstead.study.spec import Study
    from roadstead.web.settings import Desk


def test_a_form_becomes_patches_in_the_order_of_the_command_line():
    form = FormData(
        [
            ("case", "starter"),
            ("rate EU27/EU27-001", "12.5"),
            ("since EU27/EU27-001", "2030"),
            ("rate GBR/GBR-001", ""),
            ("since GBR/GBR-001", "2031"),
            ("share case/tree/nodes/walls/probability", "70"),
            ("change lines/izmir/open_cost", "-10"),
            ("pin izmir", "open 2029"),
            ("pin styria", ""),
            ("event demand_slow", "2032"),
            ("scenario", "high_walls"),
            ("patches", " figures/case/fill=0.8 \n\nsuez_opens 2030\n"),
            ("gap", "2"),
            ("language", "zh"),
        ]
    )
    wish = wish_of(form, "en")
    assert wish.patches == (
        "high_walls",
        "demand_slow 2032",
        "EU27/EU27-001=0.125@2030",
        "case/tree/nodes/walls/probability=0.7",
        "lines/izmir/open_cost=x0.9",
        "pins/izmir=open 2029",
        "figures/case/fill=0.8",
        "suez_opens 2030",
    )
    assert (wish.case, wish.gap, wish.seconds, wish.language) == ("starter", 0.02, None, "zh")


def test_everything_that_is_no_number_is_told_at_once():
    form = FormData([("rate EU27/EU27-001", "ten"), ("gap", "nan"), ("seconds", "1e999")])
    with pytest.raises(RoadsteadError) as refused:
        wish_of(form, "en")
    assert [(fault.code, fault.where) for fault in refused.value.faults] == [
        ("RS-B809", "gap"),
        ("RS-B809", "EU27/EU27-001"),
        ("RS-B809", "seconds"),
    ]


def test_every_lever_of_a_case_is_a_patch_that_it_takes(starter_study: Study, starter: Path):
    found = levers(starter_study)
    at_once = [f"{lever.selector}={lever.value}" for lever in (*found.duties, *found.chances)]
    at_once += [f"{lever.selector}=x1.1" for _, group in found.costs for lever in group]
    at_once += [f"pins/{wish.what}=never" for wish in found.wishes]
    assert len(at_once) > 30
    with patched(starter, at_once) as folder:
        again = read_case(folder)
    assert {pin.what: pin.do for pin in again.pins} == {wish.what: "never" for wish in found.wishes}
    was, now = starter_study.carmaker, again.carmaker
    assert {name: line.module_cost / was.lines[name].module_cost for name, line in now.lines.items()} == pytest.approx(
        dict.fromkeys(was.lines, 1.1)
    )
    for event in found.events[:2]:
        assert event.first <= 2029 <= event.last
        with patched(starter, (f"{event.event} 2029",)):
            pass


def test_duties_are_those_of_the_first_day_and_named_once(starter_study: Study):
    found = {lever.selector: lever for lever in levers(starter_study).duties}
    assert len(found) == len(levers(starter_study).duties)
    # Regulation (EU) 2024/2754: all other companies pay 35.3 % beside the 10 % of the tariff, on battery-electric cars alone.
    duty = found["EU27/EU27-028"]
    assert (duty.what, duty.value, duty.powertrains) == ("COUNTERVAILING", pytest.approx(0.353), ("BEV",))
    assert found["EU27/EU27-001"].value == pytest.approx(0.10)
    # Decision 10436: 30 %, of a plug-in hybrid at least 7,000 US$.
    assert [one.joined for one in found.values() if one.joined] == [(8500.0, "higher"), (7000.0, "higher")]


def test_a_form_is_shown_filled_in_sent_and_queued(owner: Visitor, desk: Desk):
    shown = owner.get("/cases/starter?patch=figures/case/fill%3D0.8")
    assert shown.status_code == 200
    assert "figures/case/fill=0.8</textarea>" in shown.text
    answer = owner.post("/plans", **{"case": "starter", "rate GBR/GBR-001": "20", "since GBR/GBR-001": "2030"})
    assert answer.status_code == 303
    [plan] = queue.listed(desk.engine)
    assert answer.headers["location"] == f"/plans/{plan.plan_id}"
    assert (plan.wish.patches, plan.person, plan.state) == (("GBR/GBR-001=0.2@2030",), "owner", State.WAITING)
    page = owner.get(f"/plans/{plan.plan_id}").text
    assert "GBR/GBR-001=0.2@2030" in page
    assert owner.post(f"/plans/{plan.plan_id}/stop", how="early").status_code == 303
    assert queue.planning(desk.engine, plan.plan_id).state == State.DROPPED


HOSTILE = "<script>alert(1)</script>"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rate EU27/EU27-001": "900"}, "RS-S733"),
        ({"patches": f"figures/{HOSTILE}=1"}, "RS-S731"),
        ({"patches": "figures/case/fill=!!python/object:os.system"}, "RS-S733"),
        ({"patches": "pins/izmir=open 2029 {a: 1}"}, "RS-S733"),
        ({"scenario": "/etc/hostname.yaml"}, "RS-S736"),
        ({"patches": "../../secrets.yml"}, "RS-S736"),
        ({"share case/tree/nodes/walls/probability": "70"}, "RS-S610"),
        ({"gap": "250"}, "RS-T109"),
    ],
)
def test_what_cannot_be_planned_comes_back_filled_in(owner: Visitor, desk: Desk, fields: dict[str, str], code: str):
    answer = owner.post("/plans", case="starter", **fields)
    assert answer.status_code == 422
    assert code in answer.text
    assert HOSTILE not in answer.text
    assert 'class="levers"' in answer.text
    assert queue.listed(desk.engine) == ()
    assert not list(desk.workplace.own.glob("waiting/*"))


def test_a_case_with_faults_shows_them(owner: Visitor, desk: Desk):
    (desk.workplace.folder / "broken").mkdir()
    (desk.workplace.folder / "broken" / "case.yaml").write_text("name: [", encoding="utf-8")
    answer = owner.get("/cases/broken")
    assert answer.status_code == 422
    assert "case.yaml" in answer.text
