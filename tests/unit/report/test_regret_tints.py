"""How dark regrets are tinted: by their share of the largest, in five steps and no more."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from roadstead.report.cells import Column, Table
from roadstead.report.regret import BEFORE, TINTS, levels


@given(st.lists(st.floats(0.0, 1e12), min_size=1, max_size=6))
@example([485835359.3459537, 0.0])  # five times it, by it, is more than five
def test_the_largest_is_darkest_and_nothing_is_left_plain(lost: list[float]):
    columns = tuple(Column(str(i), "money") for i in range(BEFORE + len(lost)))
    (tints,) = levels(Table("regret", columns, (("", None, None, *lost),)))
    most = max(lost)
    assert len(tints) == len(lost)
    for value, tint in zip(lost, tints, strict=True):
        assert 0 <= tint <= TINTS
        assert (tint == 0) == (value == 0.0 or value / most == 0.0)
        assert tint == TINTS or value < most or most == 0.0
