"""`divert`: tables, JSON, CSV and a picture of who loses and who gains."""

from __future__ import annotations

import csv
import io

import pytest

ASKED = ("divert", "EU27", "--origin", "CHN", "--points", "10", "--on", "2027-01-01")


def test_the_answer_says_how_unsure_it_is(run):
    said = run(*ASKED)
    assert said.status == 0
    assert "EU27: 10 points more duty on cars from CHN from 2027-01-01" in said.out
    for part in ("centre", "gained by makers in EU27", "buyers' surplus", "supply_elasticity: 10, from 1.5 to 30"):
        assert part in said.out
    assert "flows are those of 2024" in said.out


def test_json_and_csv_tell_the_same(run):
    told = run(*ASKED, "--json").json
    rows = list(csv.DictReader(io.StringIO(run(*ASKED, "--csv").out)))
    figures = {(row["table"], row["place"], row["figure"]): row for row in rows}
    lost = figures["importer", "EU27", "lost"]
    assert float(lost["centre"]) == pytest.approx(told["lost"]["centre"])
    assert float(lost["low"]) <= float(lost["centre"]) <= float(lost["high"])
    for lane in told["lanes"]:
        row = figures["lane", lane["exporter"], "change"]
        assert float(row["before"]) == pytest.approx(lane["before"])
        assert float(row["centre"]) == pytest.approx(lane["change"]["centre"])
    assert len(rows) == len(figures)


@pytest.mark.parametrize("ending", ["svg", "png", "html"])
def test_a_picture_is_drawn(run, tmp_path, ending):
    path = tmp_path / f"divert.{ending}"
    assert f"drawn: {path}" in run(*ASKED, "--chart", path).out
    assert path.stat().st_size > 2_000
    if ending == "svg":
        text = path.read_text(encoding="utf-8")
        assert "CHN" in text
        assert "NaN" not in text


def test_own_flows_and_their_faults(run, tmp_path):
    path = tmp_path / "flows.csv"
    path.write_text("importer,exporter,units\nEU27,CHN,50\nEU27,EU27,-1\n", encoding="utf-8")
    said = run(*ASKED, "--flows", path)
    assert said.status == 2
    assert said.codes == ["RS-T110"]
    assert "flows.csv:3:3" in said.err
    path.write_text("importer,exporter,units\nEU27,CHN,50\nEU27,EU27,200\nCHN,CHN,900\n", encoding="utf-8")
    said = run(*ASKED, "--flows", path, "--powertrain", "BEV", "--firm", "BYD")
    assert said.status == 0
    assert "27 % before, 37 % after" in said.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--json", "--csv"), "RS-C701"),
        (("--chart", "divert.txt"), "RS-C701"),
        (("--powertrain", "ICE"), "RS-C701"),
        (("--fact", "nonsense=true"), "RS-L202"),
    ],
)
def test_what_cannot_be_asked_is_refused(run, words, code):
    said = run(*ASKED, *words)
    assert said.status == 2
    assert code in said.codes or code in said.out
