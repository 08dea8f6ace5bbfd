"""How a car's origin is told: every test of the rule, and the cheapest way to meet it."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from roadstead.report.listing import number, percent, table
from roadstead.showing.telling import Telling, framed

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from roadstead.report.listing import Listing
    from roadstead.study.origins import Verdict
    from roadstead.trade.bill import Change, Tested

MET = {True: "met", False: "not met", None: "not known"}
QUALIFIES = {True: "qualifies", False: "does not qualify", None: "may qualify: not all that decides was declared"}


def verdict_told(found: Verdict) -> Telling:
    """A verdict in a notebook."""
    return Telling(verdict(found), islice(blocks(found), 1, None), lambda: by_test(found))


def verdict(found: Verdict) -> str:
    """Whether the car qualifies."""
    assessed = found.assessment
    if assessed.qualifies is None and not assessed.tests:
        return f"{assessed.agreement_id}: no rule of origin for such a car is in force on this day in the tables"
    return f"{assessed.agreement_id} on {found.on}: {QUALIFIES[assessed.qualifies]}"


def blocks(found: Verdict) -> Iterator[Listing | str]:
    """The verdict, its tests, what would have to be declared, and the cheapest change where sources were offered."""
    assessed = found.assessment
    yield verdict(found)
    if assessed.qualifies is None and not assessed.tests:
        return
    yield ""
    heads = ("rule", "counted by", ">reached", ">asked for", ">value short", "")
    yield table("", heads, map(_tested, assessed.tests))
    if assessed.missing:
        yield f"declare: {', '.join(f'--declared {name}=SHARE' for name in assessed.missing)}"
    if found.offered:
        yield ""
        yield _change(found.cheapest)


def by_test(found: Verdict) -> pl.DataFrame:
    """Tests, a row each."""
    rows = ((t.row_id, t.method, t.reached, t.least, t.gap_value, t.met) for t in found.assessment.tests)
    return framed("rule counted_by reached:number asked_for:number value_short:number met:yes", rows)


def _tested(test: Tested) -> tuple[str, ...]:
    reached = "" if test.reached is None else percent(test.reached, 1)
    short = number(test.gap_value) if test.gap_value else ""
    return (test.row_id, test.method, reached, percent(test.least, 1), short, MET[test.met])


def _change(change: Change | None) -> str:
    if change is None:
        return "no change of sourcing among the offers makes the car qualify on value"
    if not change.moves:
        return "value needs no change of sourcing"
    moves = "; ".join(f"{number(move.value)} of {move.group} to {move.place}" for move in change.moves)
    return f"cheapest change that qualifies on value: {moves}; it costs {number(change.cost)} a car"
