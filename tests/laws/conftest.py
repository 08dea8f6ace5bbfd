"""The law as packaged, and one line to ask it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from roadstead.trade import rulebook
from roadstead.trade.duty import Shipment, settle
from roadstead.world import reference


@dataclass(frozen=True)
class Asked:
    """A settled stack beside the value it was settled for."""

    stack: object
    value: float

    @property
    def rate(self) -> float:
        return self.stack.duty_rate(self.value)

    @property
    def measures(self) -> list[str]:
        return [line.measure.measure_id for line in self.stack.lines]

    @property
    def fee(self) -> float:
        return sum(float(line.amount(self.value)) for line in self.stack.lines if line.layer == "fee")


@pytest.fixture(scope="session")
def world():
    return reference.load()


@pytest.fixture(scope="session")
def rules():
    return rulebook.load()


@pytest.fixture(scope="session")
def dollars(world):
    return world.dollars(2025)


@pytest.fixture(scope="session")
def ask(rules, dollars):
    """Ask in one line: ``ask("EU27 CHN BEV", "2025-03-01", firm="BYD")``; facts by name in a mapping."""

    def ask(lane, on, facts=None, *, firm="", product="CAR_CBU", value=20_000.0, law=rules):
        importer, origin, powertrain = lane.split()
        shipment = Shipment(importer, origin, product, powertrain, firm, date.fromisoformat(on), facts or {})
        return Asked(settle(law, shipment, value, dollars), value)

    return ask
