"""`roadstead duty`: the twelve worked cases by command, citations, doubts, and every kind of bad input."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from roadstead.trade import rulebook

if TYPE_CHECKING:
    from pathlib import Path

# Case, importer, origin, powertrain, firm, day, value, facts, expected total (notes of the published arithmetic).
WORKED = [
    ("W1", "EU27", "CHN", "BEV", "BYD", "2025-03-01", 20000, [], 0.27),
    ("W2", "EU27", "CHN", "BEV", "Tesla", "2025-03-01", 20000, [], 0.178),
    ("W2", "EU27", "CHN", "BEV", "Tesla Shanghai", "2025-03-01", 20000, [], 0.178),
    ("W3", "EU27", "CHN", "PHEV", "BYD", "2025-03-01", 20000, [], 0.10),
    ("W4", "EU27", "CHN", "BEV", "VW Anhui", "2026-03-01", 20000, ["undertaking.EU_BEV=true", "model=Tavascan"], 0.10),
    (
        "W4 breached",
        "EU27",
        "CHN",
        "BEV",
        "VW Anhui",
        "2026-03-01",
        20000,
        ["undertaking.EU_BEV=false", "model=Tavascan"],
        0.307,
    ),
    ("W5", "USA", "CHN", "BEV", "", "2025-06-15", 20000, [], 1.475),
    ("W6", "USA", "CHN", "BEV", "", "2026-04-01", 20000, [], 1.275),
    ("W7", "USA", "JPN", "HEV", "", "2025-10-01", 20000, [], 0.15),
    ("W7 before", "USA", "JPN", "HEV", "", "2025-06-01", 20000, [], 0.275),
    ("W8", "USA", "MEX", "ICE", "", "2025-06-01", 20000, ["qualifies.USMCA=true", "content.USA=0.4"], 0.15),
    ("W9", "USA", "GBR", "ICE", "", "2026-02-01", 20000, ["in_quota=true"], 0.10),
    ("W9 over", "USA", "GBR", "ICE", "", "2026-02-01", 20000, ["in_quota=false"], 0.275),
    ("W10", "CAN", "CHN", "BEV", "", "2024-12-01", 20000, [], 1.061),
    ("W10 permit", "CAN", "CHN", "BEV", "", "2026-04-01", 20000, ["in_quota=true"], 0.061),
    ("W11", "TUR", "CHN", "ICE", "", "2024-08-01", 15000, ["certificate.TUR_INVESTMENT=false"], 0.10 + 7000 / 15000),
    ("W11 dearer", "TUR", "CHN", "ICE", "", "2024-08-01", 20000, ["certificate.TUR_INVESTMENT=false"], 0.50),
    ("W12", "MYS", "CHN", "BEV", "", "2026-02-01", 20000, ["qualifies.ACFTA=true"], 0.05),
    ("W12 no form", "MYS", "CHN", "BEV", "", "2026-02-01", 20000, ["qualifies.ACFTA=false"], 0.30),
]


def words(importer, origin, powertrain, firm, on, value, facts):
    asked = ["duty", "--importer", importer, "--origin", origin, "--product", "car", "--powertrain", powertrain]
    asked += ["--firm", firm] if firm else []
    asked += ["--on", on, "--value", value]
    for fact in facts:
        asked += ["--fact", fact]
    return asked


BYD = words("EU27", "CHN", "BEV", "BYD", "2025-03-01", 20000, [])


@pytest.mark.parametrize("case", WORKED, ids=[f"{case[0]} {case[4]}".strip() for case in WORKED])
def test_worked_case(case, run):
    said = run(*words(*case[1:8]), "--json")
    assert said.status == 0, said.err
    told = said.json
    assert told["total_duty_rate"] == pytest.approx(case[8], abs=1e-12)
    assert sum(line["effective_rate"] for line in told["lines"]) == pytest.approx(case[8], abs=1e-12)
    assert sum(line["amount"] for line in told["lines"]) == pytest.approx(case[8] * case[6], abs=1e-6)


def test_import_taxes_of_w12_stand_apart_and_cascade(run):
    told = run(*words("MYS", "CHN", "BEV", "", "2026-02-01", 20000, ["qualifies.ACFTA=true"]), "--json").json
    assert told["with_import_taxes_rate"] == pytest.approx(1.05 * 1.10 * 1.10 - 1, abs=1e-12)
    assert [tax["rate"] for tax in told["taxes"]] == [0.1, 0.1]
    assert [tax["amount"] for tax in told["taxes"]] == pytest.approx([2100.0, 2310.0])


def test_a_line_cites_its_law(run):
    lines = run(*BYD, "--json").json["lines"]
    assert [line["measure"] for line in lines] == ["EU27-001", "EU27-023"]
    cvd = lines[1]
    assert cvd["kind"] == "COUNTERVAILING"
    assert cvd["layer"] == "duty"
    assert (cvd["rate"], cvd["share"], cvd["amount"]) == (0.17, 1.0, pytest.approx(3400.0))
    assert "2024/2754" in cvd["instrument"]
    assert "2024/2754" in cvd["source"]["title"]
    assert cvd["source"]["url"].startswith("https://")
    assert (cvd["status"], cvd["effective_from"], cvd["effective_to"]) == ("IN_FORCE", "2024-10-30", "2029-10-29")
    assert cvd["confidence"] in {"high", "medium", "low"}
    assert cvd["as_of"]


def test_a_member_state_pays_its_union(run):
    told = run(*words("Germany", "CHN", "BEV", "BYD", "2025-03-01", 20000, []), "--json").json
    assert (told["importer"], told["place"], told["total_duty_rate"]) == ("EU27", "DEU", pytest.approx(0.27))
    assert [tax["tax"] for tax in told["taxes"]] == ["DEU-VAT"]
    assert told["taxes"][0]["amount"] is None, "the dealer's price is not known here"


def test_a_missing_fact_is_named_with_what_it_would_save(run):
    told = run(*words("MYS", "CHN", "BEV", "", "2026-02-01", 20000, []), "--json").json
    assert told["total_duty_rate"] == pytest.approx(0.30)
    missing = {entry["name"]: entry for entry in told["missing"]}
    assert missing["qualifies.ACFTA"]["saves_rate"] == pytest.approx(0.25)
    assert any("MYS-005" in decided for decided in missing["qualifies.ACFTA"]["decides"])


def test_without_a_firm_the_dearest_rate_holds_and_the_firm_is_asked_for(run):
    told = run(*words("EU27", "CHN", "BEV", "", "2025-03-01", 20000, []), "--json").json
    assert told["total_duty_rate"] == pytest.approx(0.453)
    assert "firm" in [entry["name"] for entry in told["missing"]]


def test_an_unknown_firm_is_said_to_pay_what_all_others_pay(run):
    told = run(*words("EU27", "CHN", "BEV", "BDY", "2025-03-01", 20000, []), "--json").json
    assert told["total_duty_rate"] == pytest.approx(0.453)
    assert any("did you mean byd" in remark for remark in told["remarks"])


def test_a_fact_that_changes_nothing_is_said_to(run):
    told = run(*BYD, "--fact", "qualifies.BYD=true", "--json").json
    assert any("qualifies.BYD" in remark for remark in told["remarks"])


def test_what_a_declared_fact_saves_is_told(run):
    facts = ["undertaking.EU_BEV=true", "model=Tavascan"]
    told = run(*words("EU27", "CHN", "BEV", "VW Anhui", "2026-03-01", 20000, facts), "--json").json
    declared = next(fact for fact in told["declared"] if fact["name"] != "model")
    assert (declared["name"], declared["value"], declared["matters"]) == ("undertaking.EU_BEV", True, True)
    assert declared["saves_rate"] == pytest.approx(0.207)


def test_rules_not_yet_published_do_not_count(run):
    told = run(*BYD, "--as-known-on", "2024-06-30", "--json").json
    assert told["total_duty_rate"] == pytest.approx(0.10)
    assert told["as_known_on"] == "2024-06-30"


def test_own_rules_take_the_place_of_packaged_ones(run, tmp_path: Path):
    header, *rows = (rulebook.data_folder() / "measures.csv").read_text(encoding="utf-8").splitlines()
    own = next(row for row in rows if row.startswith("EU27-023,")).replace("0.17", "0.05", 1)
    (tmp_path / "measures.csv").write_text(f"{header}\n{own}\n", encoding="utf-8")
    assert run(*BYD, "--rules", tmp_path, "--json").json["total_duty_rate"] == pytest.approx(0.15)


def test_a_folder_without_rules_is_refused(run, tmp_path: Path):
    said = run(*BYD, "--rules", tmp_path)
    assert (said.status, said.codes) == (2, ["RS-T101"])


def test_fees_are_no_duty(run):
    asked = words("RUS", "CHN", "PHEV", "BYD", "2026-02-01", 20000, ["power_kw=120", "engine_cm3=1500"])
    told = run(*asked, "--json").json
    assert told["total_duty_rate"] == pytest.approx(0.15)
    assert [fee["kind"] for fee in told["fees"]] == ["RECYCLING_FEE"]
    assert {line["layer"] for line in told["lines"]} == {"duty"}
    charged = told["customs_value"] + told["total_duty_amount"] + sum(fee["amount"] for fee in told["fees"])
    assert told["with_import_taxes_rate"] == pytest.approx(charged / told["customs_value"] - 1)


def test_a_prohibition_is_told_beside_the_duty(run):
    asked = words("USA", "CHN", "BEV", "", "2026-04-01", 20000, ["firm_nationality=China"])
    (rule,) = run(*asked, "--json").json["prohibitions"]
    assert rule["bars_firm"] is True
    assert rule["nationalities"] == ["CHN", "RUS"]


def test_a_ban_at_the_border_is_told_beside_what_would_be_charged(run):
    asked = words("UKR", "RUS", "BEV", "", "2026-04-01", 20000, [])
    (rule,) = run(*asked, "--json").json["prohibitions"]
    assert (rule["measure"], rule["bars_firm"], rule["nationalities"]) == ("UKR-005", True, [])
    assert "UKR-005 bars such cars" in run(*asked).out
    permit = words("CAN", "CHN", "BEV", "BYD", "2026-06-01", 20000, [])
    assert "CAN-901 may bar such cars" in run(*permit).out


def test_what_an_incentive_is_owed_for_is_told(run):
    asked = words("THA", "CHN", "BEV", "", "2025-06-01", 20000, ["programme.THA_EV35=true"])
    remarks = run(*asked, "--json").json["remarks"]
    assert "THA-EV35-1: for programme.THA_EV35, 2 made locally per car imported by 2026-12-31, or repay" in remarks
    assert not any(
        "THA-EV" in remark
        for remark in run(*words("THA", "CHN", "BEV", "", "2025-06-01", 20000, []), "--json").json["remarks"]
    )


def test_a_shape_not_expressible_names_the_fact_that_may_rule_it_out(run):
    said = run(*words("RUS", "CHN", "BEV", "BYD", "2026-03-01", 20000, []))
    assert (said.status, said.codes) == (2, ["RS-L210"])
    assert "not expressible yet: RUS-902" in said.err
    assert "power_kw" in said.err


def test_the_table_for_people_cites_every_line(run):
    said = run(*BYD)
    assert said.status == 0
    assert "duty: 27 % of the customs value, US$5,400" in said.out
    for measure, mark in (("EU27-001", "[1]"), ("EU27-023", "[2]")):
        row = next(line for line in said.out.splitlines() if line.startswith(measure))
        assert mark in row
    assert "https://" in said.out
    assert said.err == ""


def test_what_is_missing_is_in_the_table_for_people(run):
    said = run(*words("MYS", "CHN", "BEV", "", "2026-02-01", 20000, []))
    assert "qualifies.ACFTA=" in said.out
    assert "25 %" in said.out


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("--importer", "Narnia"), "RS-W301"),
        (("--importer", "WLD"), "RS-W301"),
        (("--origin", "C"), "RS-W301"),
        (("--powertrain", "steam"), "RS-L208"),
        (("--product", "boat"), "RS-L208"),
        (("--on", "2025-13-01"), "RS-L213"),
        (("--on", "1 March 2025"), "RS-L213"),
        (("--on", "1990-01-01"), "RS-L211"),
        (("--value", "-1"), "RS-L212"),
        (("--value", "nan"), "RS-L212"),
        (("--value", "0"), "RS-L212"),
        (("--value", "20,000"), "RS-C701"),
        (("--as-known-on", "soon"), "RS-L213"),
        (("--fact", "nonsense"), "RS-L202"),
        (("--fact", "colour=red"), "RS-L202"),
        (("--fact", "customs_value=3"), "RS-L202"),
        (("--fact", "in_quota=perhaps"), "RS-L203"),
        (("--fact", "power_kw=-5"), "RS-L203"),
        (("--fact", "power_kw=nan"), "RS-L203"),
        (("--fact", "content.USA=true"), "RS-L203"),
        (("--fact", "content.USA=40"), "RS-T109"),
        (("--fact", "fuel=coal"), "RS-L203"),
        (("--fact", "firm_nationality=NO"), None),
        (("--fact", "firm_nationality=Narnia"), "RS-W301"),
    ],
)
def test_bad_input(change, code, run):
    asked = [str(word) for word in BYD]
    if change[0] in asked:
        asked[asked.index(change[0]) + 1] = change[1]
    else:
        asked += change
    said = run(*asked)
    if code is None:
        assert said.status == 0, "NO is Norway, not a no"
        return
    assert (said.status, said.codes) == (2, [code]), said.err
    assert said.out == ""


def test_all_faults_at_once_as_lines_and_as_json(run):
    said = run(*words("Narnia", "CHN", "steam", "", "soon", -1, ["x=1", "in_quota=true", "in_quota=false"]), "--json")
    codes = [fault["code"] for fault in said.json["faults"]]
    assert sorted(codes) == ["RS-L202", "RS-L203", "RS-L208", "RS-L212", "RS-L213", "RS-W301"]
    assert said.codes == codes
    assert all(fault["where"] and fault["message"] and fault["expected"] for fault in said.json["faults"])


def test_one_own_table_is_enough(run, tmp_path: Path):
    shutil.copy(rulebook.data_folder() / "blocs.csv", tmp_path)
    assert run(*BYD, "--rules", tmp_path, "--json").json["total_duty_rate"] == pytest.approx(0.27)
