"""The desks where things are looked up, and plans as they happen."""

from __future__ import annotations

import itertools
import json
import re
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from quick_cases import ask

from roadstead.report.words import Words
from roadstead.study.api import duty
from roadstead.study.outlooks import outlook
from roadstead.terms.errors import RoadsteadError
from roadstead.trade.inquiry import Inquiry
from roadstead.trade.quote import quote
from roadstead.web import queue
from roadstead.web.duty_desk import importers
from roadstead.web.queue import State, Wish
from roadstead.world import reference

if TYPE_CHECKING:
    from pathlib import Path

    from desks import Visitor

    from roadstead.web.settings import Desk

QUESTION = {
    "importer": "EU27", "origin": "CHN", "powertrain": "BEV", "product": "car", "value": "20000", "firm": "BYD",
    "on": "2025-03-01", "as_known_on": "",
}  # fmt: skip


def test_a_quote_is_answered_with_its_citations(owner: Visitor):
    shown = owner.get("/duty/quote", params=QUESTION).text
    told = duty(importer="EU27", origin="CHN", powertrain="BEV", on="2025-03-01", value=20000, firm="BYD")
    assert "27%" in shown
    assert "US$5,400" in shown
    assert len(told.lines) == 2
    assert all(line.cited.title.replace("&", "&amp;") in shown for line in told.lines)


def test_a_fact_that_is_declared_is_reckoned_with(owner: Visitor):
    asked = QUESTION | {"importer": "USA", "origin": "MEX", "on": "2026-07-01"}
    assert "qualifies.USMCA" in owner.get("/duty/quote", params=asked).text
    before = duty(importer="USA", origin="MEX", powertrain="BEV", on="2026-07-01", value=20000, firm="BYD")
    after = owner.get("/duty/quote", params=asked | {"fact qualifies.USMCA": "true"}).text
    assert f"{before.total_duty_rate:.1%}" not in after
    assert "selected>true" in after


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"importer": "Atlantis"}, "RS-"),
        ({"value": "many"}, "RS-B809"),
        ({"on": "soon"}, "RS-"),
        ({"fact x y": "1"}, "RS-"),
    ],
)
def test_a_question_that_cannot_be_answered_says_why(owner: Visitor, changed: dict[str, str], code: str):
    shown = owner.get("/duty/quote", params=QUESTION | changed)
    assert shown.status_code == 200
    assert code in shown.text
    assert 'class="faults"' in shown.text


def test_the_duty_page_speaks_chinese(owner: Visitor):
    shown = owner.get("/duty?lang=zh").text
    assert "反补贴税" in shown
    assert '<html lang="zh-Hans">' in shown
    assert "关税查询" in owner.get("/duty").text


def test_an_outlook_shows_its_fan_and_what_others_published(owner: Visitor):
    shown = owner.get("/outlook", params={"market": "CHN"})
    assert shown.status_code == 200
    assert "IEA GEVO" in shown.text
    picture = owner.get("/outlook/fan.svg", params={"market": "CHN"})
    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")
    chinese = owner.get("/outlook", params={"market": "CHN", "lang": "zh"}).text
    assert "lang=zh" in re.search(r'src="/outlook/fan.svg[^"]*"', chinese)[0]
    words = owner.get("/outlook/fan.svg", params={"market": "CHN", "lang": "zh"}).text
    assert "中位数" in words
    assert "预测起点" in words
    assert not re.findall(r"<text[^>]*>[^<]*[a-z]{3,}[^<]*</text>", words), "no English in a Chinese drawing"
    refused = owner.get("/outlook", params={"market": "<b>nowhere"})
    assert refused.status_code == 422
    assert "<b>nowhere" not in refused.text


def test_futures_show_chances_and_the_tree_of_a_case(owner: Visitor):
    shown = owner.get("/futures", params={"case": "starter"}).text
    assert "EU prolongs its duty on Chinese electric cars in 2029" in shown
    assert "EU price deal" in shown
    assert "eu_duty_prolonged" in shown
    assert owner.get("/futures", params={"case": "nowhere"}).status_code == 404


def test_runs_stand_side_by_side(owner: Visitor, desk: Desk, stored: Path):
    for name in ("a", "b"):
        shutil.copytree(stored, desk.workplace.runs_folder / name)
    shown = owner.get("/compare?run=a&run=b").text
    assert 'src="/compare/page?run=a&amp;run=b&amp;lang=en"' in shown
    page = owner.get("/compare/page?run=a&run=b&lang=zh")
    assert page.status_code == 200
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    assert '<html lang="zh-Hans">' in page.text
    assert owner.get("/compare/page?run=a").status_code == 422
    told = owner.get("/api/v1/comparison?run=a&run=b").json()
    assert [one["run"] for one in told["runs"]] == ["a", "b"]
    assert told["runs"][0]["npv"] == told["runs"][1]["npv"]


def test_runs_that_cannot_be_compared_are_told_on_the_page_and_not_in_a_frame(owner: Visitor, desk: Desk, stored: Path):
    for name in ("a", "b"):
        shutil.copytree(stored, desk.workplace.runs_folder / name)
    ask(desk.workplace.runs_folder / "b" / "inputs", {"price_year: 2025": "price_year: 2024"})
    shown = owner.get("/compare?run=a&run=b")
    assert shown.status_code == 422
    assert "RS-S743" in shown.text
    assert "<iframe" not in shown.text


def test_a_plan_is_told_as_it_happens_until_it_ends(owner: Visitor, desk: Desk):
    plan_id = queue.new_id()
    queue.ask(desk.engine, plan_id, "ann", Wish("starter"))
    queue.take(desk.engine, "worker")
    queue.tell(desk.engine, plan_id, "worker", "facts", {})
    queue.tell(desk.engine, plan_id, "worker", "flexibility", {"count": 3, "total": 17})
    heard: list[tuple[str, str]] = []
    # The client reads a whole answer, so the plan has to end for it: all that is told must be there by then.
    queue.end(desk.engine, plan_id, "worker", State.DONE, run="first")
    with owner.client.stream("GET", f"/plans/{plan_id}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        heard = re.findall(r"event: (\w+)\n((?:data: .*\n)+)\n", "".join(answer.iter_text()))
    assert [name for name, _ in heard] == ["progress", "ended"]
    assert "3 / 17" in heard[0][1]
    assert 'href="/runs/first"' in heard[0][1]
    programs = owner.get(f"/api/v1/plans/{plan_id}/events").text
    told = json.loads(re.findall(r"data: (\{.*\})", programs)[0])
    assert [one["stage"] for one in told["stages"]] == ["facts", "flexibility"]
    assert (told["state"], told["run"]) == ("done", "first")


def test_a_plan_nobody_asked_for_has_no_events(owner: Visitor):
    assert owner.get("/plans/nothing/events").status_code == 404
    assert owner.post("/plans/nothing/stop", how="early").status_code == 404


def test_a_list_of_plans_names_cases_and_results(owner: Visitor, desk: Desk):
    for _ in range(2):
        queue.ask(desk.engine, queue.new_id(), "<i>ann", Wish("starter", ("figures/case/fill=0.8",)))
    shown = owner.get("/plans").text
    assert shown.count("figures/case/fill=0.8") == 2
    assert "<i>ann" not in shown
    assert "<html" not in owner.get("/plans/rows").text


@pytest.mark.parametrize("path", ["/duty", "/duty/quote"])
@pytest.mark.parametrize("asked", ["x=1", "importer=EU27", "importer=EU27&origin=CHN&powertrain=BEV&value=20000"])
def test_a_question_about_duty_may_leave_fields_out(owner: Visitor, path: str, asked: str):
    answer = owner.get(f"{path}?{asked}")
    assert answer.status_code == 200
    assert ("US$9,060" in answer.text) == ("value" in asked)


def test_chinese_pages_leave_no_remark_in_english():
    """Of duties on cars from China into every importer of the law, and of every market's outlook."""
    world, words, left = reference.load(), Words("zh", "USD"), set()
    for (importer, _), powertrain in itertools.product(importers(), ("BEV", "PHEV")):
        with suppress(RoadsteadError):
            told = quote(Inquiry(importer, "CHN", powertrain, "2026-06-01", 20_000.0, firm="Unheard Of"), world)
            said = [
                *told.remarks,
                *(rule.title for rule in told.prohibitions),
                *(fact.meaning for fact in told.missing),
            ]
            left |= {*said, *(text for tax in told.taxes for text in (tax.name, tax.base))}
    market_notes = (one.note for one in outlook(sorted(world.markets), "2026", draws=100).markets)
    left |= {part for note in market_notes for part in note.split("; ") if part}
    assert len(left) > 30
    assert not [text for text in left if words.phrase(text) == text]
