"""Twelve shipments whose duty is printed or adds up from printed parts; each a shape of rule that real law has."""

from __future__ import annotations

from datetime import date

import pytest

from roadstead.trade.taxes import cascade, taxes_in_force

EXACT = 1e-12
KEPT, BROKEN = ({"undertaking.EU_BEV": kept, "model": "Tavascan"} for kept in (True, False))
IN, OVER = {"in_quota": True}, {"in_quota": False}
FROM_MEXICO = {"qualifies.USMCA": True, "content.USA": 0.40}

CASES = [
    # id, lane, firm, day, customs value, facts, total, rows
    ("W1", "EU27 CHN BEV", "BYD", "2025-03-01", 20_000, {}, 0.10 + 0.17, "EU27-001 EU27-023"),
    ("W2", "EU27 CHN BEV", "Tesla", "2025-03-01", 20_000, {}, 0.10 + 0.078, "EU27-001 EU27-026"),
    ("W3", "EU27 CHN PHEV", "BYD", "2025-03-01", 20_000, {}, 0.10, "EU27-001"),
    ("W4", "EU27 CHN BEV", "VW Anhui", "2026-03-01", 20_000, KEPT, 0.10, "EU27-001"),
    ("W4 broken", "EU27 CHN BEV", "VW Anhui", "2026-03-01", 20_000, BROKEN, 0.10 + 0.207, "EU27-001 EU27-027"),
    ("W5", "USA CHN BEV", "BYD", "2025-06-15", 20_000, {}, 1.475, "USA-001 USA-011 USA-017 USA-019"),
    ("W6", "USA CHN BEV", "BYD", "2026-04-01", 20_000, {}, 1.275, "USA-001 USA-011 USA-019 USA-029"),
    ("W7", "USA JPN HEV", "Toyota", "2025-10-01", 20_000, {}, 0.15, "USA-001 USA-024"),
    ("W7 before", "USA JPN HEV", "Toyota", "2025-06-01", 20_000, {}, 0.275, "USA-001 USA-019"),
    ("W8", "USA MEX ICE", "Ford", "2025-06-01", 20_000, FROM_MEXICO, 0.15, "USA-008 USA-022"),
    ("W9", "USA GBR ICE", "Mini", "2026-02-01", 20_000, IN, 0.10, "USA-001 USA-023"),
    ("W9 over", "USA GBR ICE", "Mini", "2026-02-01", 20_000, OVER, 0.275, "USA-001 USA-019"),
    ("W10", "CAN CHN BEV", "BYD", "2024-12-01", 20_000, {}, 1.061, "CAN-001 CAN-006"),
    ("W10 permit", "CAN CHN BEV", "BYD", "2026-04-01", 20_000, IN, 0.061, "CAN-007"),
    ("W11", "TUR CHN ICE", "Chery", "2024-08-01", 15_000, {}, 0.10 + 7_000 / 15_000, "TUR-001 TUR-007"),
    ("W11 dearer car", "TUR CHN ICE", "Chery", "2024-08-01", 20_000, {}, 0.50, "TUR-001 TUR-007"),
    ("W12", "MYS CHN BEV", "BYD", "2026-02-01", 20_000, {"qualifies.ACFTA": True}, 0.05, "MYS-005"),
    ("W12 without Form E", "MYS CHN BEV", "BYD", "2026-02-01", 20_000, {}, 0.30, "MYS-004"),
]


@pytest.mark.parametrize(
    ("case", "lane", "firm", "on", "value", "facts", "total", "rows"), CASES, ids=[c[0] for c in CASES]
)
def test_duty_of_a_worked_case(ask, case, lane, firm, on, value, facts, total, rows):
    found = ask(lane, on, facts, firm=firm, value=float(value))
    assert found.rate == pytest.approx(total, abs=EXACT), case
    assert sorted(found.measures) == rows.split(), case


def test_vehicles_are_exempt_from_the_surcharge_of_section_122(ask):
    """W6: the row stands in the stack at nothing, so that nobody wonders where the surcharge went."""
    found = ask("USA CHN BEV", "2026-04-01")
    assert {ln.measure.measure_id: ln.rate for ln in found.stack.lines}["USA-029"] == 0.0


@pytest.mark.parametrize(("duty", "landed"), [(0.05, 0.2705), (0.30, 0.573)])
def test_malaysian_taxes_cascade_on_the_duty(rules, duty, landed):
    """W12: excise on value with duty, sales tax on both."""
    taxes = taxes_in_force(rules, "MYS", "BEV", "CBU", date(2026, 2, 1))
    assert (1 + duty) * (1 + cascade(taxes, "IMPORT")) - 1 == pytest.approx(landed, abs=EXACT)
