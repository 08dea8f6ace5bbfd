"""The law by example: every case of tests/laws/cases, written for and by people who know customs, holds to the cent.

``tests/laws/cases/README.md`` says how a case is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from roadstead.terms.errors import RoadsteadError
from roadstead.trade.inquiry import Inquiry
from roadstead.trade.quote import quote

FOLDER = Path(__file__).parent / "cases"
ORDINARY_VALUE = 20_000.0
"""Customs value of a case that names none. [US$]"""
MUST = {"case", "from", "car", "on", "law"}
MAY = {
    "by",
    "product",
    "known_on",
    "value",
    "facts",
    "lines",
    "fees",
    "duty",
    "with_taxes",
    "missing",
    "read_in",
    "refused",
}
TERM = re.compile(r"(?P<rate>[\d.]+) ?%|(?P<currency>[A-Z]{3}) (?P<amount>[\d.]+)")
CENT = 0.005
WORKED = {f"W{number}" for number in range(1, 13)}


@dataclass(frozen=True)
class Case:
    importer: str
    told: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.importer} {self.told['case']}"


def read(path: Path) -> list[Case]:
    """The cases of one importer; a word that no case knows is refused, so that none is passed over."""
    page = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    assert page.keys() == {"importer", "cases"}, path.name
    for told in page["cases"]:
        where = f"{path.name}: {told.get('case')}"
        assert told.keys() >= MUST, f"{where} lacks {sorted(MUST - told.keys())}"
        assert told.keys() <= MUST | MAY, f"{where} says {sorted(told.keys() - MUST - MAY)}"
        expects = {"refused"} if "refused" in told else {"lines", "duty"}
        assert expects <= told.keys(), f"{where} expects nothing"
    return [Case(page["importer"], told) for told in page["cases"]]


CASES = [case for path in sorted(FOLDER.glob("*.yaml")) for case in read(path)]


def amount(text: str, value: float, dollars: dict[str, float]) -> float:
    """``10 % + USD 7000`` in US dollars: shares of the customs value, and amounts in any currency."""
    terms = [TERM.fullmatch(term.strip()) for term in str(text).split("+")]
    assert all(terms), f"{text!r} is no charge: write 10 %, USD 7000, or both with a +"
    return sum(
        float(term["rate"]) / 100 * value if term["rate"] else float(term["amount"]) * dollars[term["currency"]]
        for term in terms
    )


def ask(case: Case, world):
    told = case.told
    return quote(
        Inquiry(
            importer=case.importer,
            origin=told["from"],
            powertrain=told["car"],
            on=told["on"],
            value=float(told.get("value", ORDINARY_VALUE)),
            product=told.get("product", "car"),
            firm=told.get("by", ""),
            facts={
                name: fact if isinstance(fact, (bool, str)) else float(fact)
                for name, fact in told.get("facts", {}).items()
            },
            as_known_on=told.get("known_on"),
        ),
        world,
    )


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_case(case, world):
    told = case.told
    if "refused" in told:
        with pytest.raises(RoadsteadError) as caught:
            ask(case, world)
        assert told["refused"] in {fault.code for fault in caught.value.faults}
        return
    found = ask(case, world)
    dollars = world.dollars(found.on.year)

    def due(text: str) -> float:
        return amount(text, found.customs_value, dollars)

    for lines, expected in ((found.lines, told["lines"]), (found.fees, told.get("fees", {}))):
        assert {line.measure for line in lines} == set(expected)
        for line in lines:
            assert line.amount == pytest.approx(due(expected[line.measure]), abs=CENT), line.measure
    assert found.total_duty_amount == pytest.approx(due(told["duty"]), abs=CENT)
    if "with_taxes" in told:
        assert found.with_import_taxes_amount == pytest.approx(due(told["with_taxes"]), abs=CENT)
    assert set(told.get("missing", ())) <= {missing.name for missing in found.missing}


def test_every_importer_of_the_tables_has_a_case(rules):
    assert rules.measures.keys() - {case.importer for case in CASES} == set()


def test_there_are_cases_enough_and_the_twelve_worked_ones_among_them():
    assert len(CASES) >= 100
    assert {case.told["case"].split()[0] for case in CASES} & WORKED == WORKED


def test_a_case_has_a_name_of_its_own_and_cites_the_law():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert all(len(case.told["law"].split()) >= 3 for case in CASES), "a citation in words"


def test_total_of_a_case_is_the_sum_of_its_lines(world):
    """A slip of the pen in a case is found without asking the engine."""
    for case in CASES:
        if "lines" in case.told:
            value = float(case.told.get("value", ORDINARY_VALUE))
            dollars = world.dollars(2025)
            lines = sum(amount(text, value, dollars) for text in case.told["lines"].values())
            assert lines == pytest.approx(amount(case.told["duty"], value, dollars), abs=CENT), case.name


@pytest.mark.parametrize("slip", ["10", "ten %", "7000 USD", "10 % 5 %", "$ 7000"])
def test_a_charge_that_cannot_be_read_is_refused(slip):
    with pytest.raises(AssertionError, match="is no charge"):
        amount(slip, 1.0, {"USD": 1.0})


def test_a_case_with_a_misspelt_word_is_refused(tmp_path):
    page = tmp_path / "slip.yaml"
    page.write_text(
        "importer: JPN\ncases:\n- {case: a, from: CHN, car: BEV, on: 2025-01-01, law: x, lines: {}, duties: 0 %}\n",
        encoding="utf-8",
    )
    with pytest.raises(AssertionError, match="duties"):
        read(page)
