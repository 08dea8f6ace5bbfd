"""`claims` and `markets`: what a person and a program are told."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def width(line: str) -> int:
    """Columns a line takes on a terminal: Chinese takes two a character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def table(out: str) -> list[str]:
    """Lines above the foot."""
    return (
        out.split("\n37 claims", maxsplit=1)[0]
        .split("\n共37条", maxsplit=1)[0]
        .split("\n\n", maxsplit=1)[0]
        .splitlines()
    )


def test_claims_as_json_is_a_list_with_verdict_and_source(run):
    told = run("claims", "--json").json
    assert isinstance(told, list)
    assert len(told) == 37
    verdicts = {
        "holds",
        "holds with another definition",
        "depends on the source",
        "does not hold",
        "cannot be checked",
    }
    for claim in told:
        assert claim["verdict"] in verdicts
        assert isinstance(claim["source"], str)
        assert claim["source"]
        for reading in claim["readings"]:
            for figure in reading["figures"]:
                assert figure["rows"]
                assert not figure["decides"] or all(source["title"] for source in figure["sources"])
    japan = next(claim for claim in told if claim["claim"] == "C26")
    assert japan["low"] == pytest.approx(0.6605, abs=1e-4)
    assert "JAMA" in japan["source"]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("command", ["claims", "markets"])
def test_tables_fit_the_terminal(run, monkeypatch, command, columns, language):
    from roadstead.cli import printing

    monkeypatch.setattr(printing, "NARROWEST_FILE", columns)
    monkeypatch.setenv("COLUMNS", str(columns))
    said = run(command, "--language", language)
    assert said.status == 0
    lines = table(said.out)
    assert len(lines) > 37
    assert max(map(width, lines)) <= columns
    if columns == 80:
        # No column is squeezed until its words break letter by letter.
        assert len(lines) < 150


def test_a_claim_in_full_names_rows_and_documents(run):
    out = run("claims", "C26").out
    assert "as told: 79.8 %, not met" in out
    assert "denominator: 66.1 %, met" in out
    assert "overseas_production.csv:" in out
    assert "JAMA" in out
    assert "分母：66.1 %，符合" in run("claims", "C26", "--language", "zh").out


def test_figures_without_a_document_are_marked(run):
    assert "does not decide" in run("claims", "C15").out


def test_a_claim_that_is_none(run):
    said = run("claims", "C99", "--json")
    assert (said.status, said.codes) == (2, ["RS-W305"])
    assert said.json["faults"][0]["code"] == "RS-W305"


def test_markets_as_json_gives_every_column_its_source(run):
    told = run("markets", "--on", "2026-06-01", "--json").json
    assert told["weights"]["size"] == 6
    for market in told["markets"]:
        assert market["tier"] in {1, 2, 3}
        for cell in market["columns"].values():
            assert (cell["value"] is None) == bool(cell["missing"])
            assert cell["value"] is None or cell["source"] or cell["note"]
    transit = {market["market"] for market in told["markets"] if market["port_of_transit"]}
    assert transit == {"BEL", "ARE"}


def test_a_weight_moves_the_ranking(run):
    def place(*words: str) -> int:
        return run("markets", "THA", "--on", "2026-06-01", "--json", *words).json["markets"][0]["rank"]

    assert place("--weight", "growth=9") < place("--weight", "growth=0")


def test_markets_tell_ports_of_transit_and_what_is_left_out(run):
    out = run("markets", "--on", "2026-06-01").out
    assert "United Arab Emirates*" in " ".join(out.split())
    assert "* port of transit" in out
    assert "too little known to rank" in out
    assert "weight 6" in out


def test_a_market_in_full(run):
    out = run("markets", "Belgium", "--on", "2026-06-01").out
    assert "port of transit: serves the European Union" in out
    assert "risk: not known" in out
    assert "转运口岸" in run("markets", "BEL", "--language", "zh").out


def test_own_sales_of_none_rank_last_by_size_and_are_called_an_assumption(run, tmp_path: Path):
    rows = "place,year,scope,measure,value,preferred,source,as_of,confidence,note\nQAT,2024,LIGHT,SALES,0,yes,assumption,2025,low,tried\n"
    (tmp_path / "sales.csv").write_text(rows, encoding="utf-8")
    said = run("markets", "QAT", "--on", "2026-06-01", "--world", tmp_path)
    assert "m: 0 (2024): an assumption" in said.out
    assert "market_terms.csv" not in said.out
    assert "inf" not in said.out
    (told,) = run("markets", "QAT", "--on", "2026-06-01", "--world", tmp_path, "--json").json["markets"]
    assert 0.0 < told["score_low"] <= told["score"] <= told["score_high"]


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("--weight", "beauty=1", "--weight", "size=x"), ["RS-S751", "RS-S751"]),
        (("--on", "yesterday"), ["RS-L213"]),
        (("--powertrain", "steam"), ["RS-L208"]),
        (("Narnia", "China"), ["RS-W301", "RS-S752"]),
    ],
)
def test_markets_refuse_what_they_cannot_answer(run, words, codes):
    said = run("markets", *words)
    assert (said.status, sorted(said.codes)) == (2, sorted(codes))
    assert not said.out
