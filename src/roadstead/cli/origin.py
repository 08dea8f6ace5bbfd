"""`roadstead origin`: whether a car's bill of materials qualifies under an agreement, and the cheapest way there."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from roadstead.cli.printing import answers, number, percent, print_json, table

if TYPE_CHECKING:
    from roadstead.study.origins import Verdict
    from roadstead.trade.bill import Change, Tested

MET = {True: "met", False: "not met", None: "not known"}
QUALIFIES = {True: "qualifies", False: "does not qualify", None: "may qualify: not all that decides was declared"}


@dataclass(frozen=True, kw_only=True)
class Sourcing:
    """What a car is made of, and what could change, as typed."""

    part: Annotated[
        list[str],
        Parameter(
            help="GROUP:PLACE=VALUE, as often as needed: battery:CHN=6000. Groups: battery, powertrain, body, other, labour."
        ),
    ] = field(default_factory=list)
    profit: Annotated[float, Parameter(help="Price less net cost, in the money of the parts.")] = 0.0
    declared: Annotated[
        list[str], Parameter(help="NAME=SHARE, what value does not show: LVC=0.4, BATTERY_PACK.UNCHANGED=0.05.")
    ] = field(default_factory=list)
    offer: Annotated[
        list[str],
        Parameter(help="GROUP:PLACE=PREMIUM, a place that could make parts: battery:GBR=0.15 is 15 % dearer."),
    ] = field(default_factory=list)


def origin(
    agreement: str,
    /,
    *,
    powertrain: str,
    on: str,
    sourcing: Annotated[Sourcing | None, Parameter(name="*")] = None,
    json: bool = False,
) -> None:
    """Test whether a car qualifies under an agreement, and find the cheapest change of sourcing that would.

    Parameters
    ----------
    agreement
        Its id, as `roadstead rules list` has it: EU-UK-TCA, USMCA, ATIGA.
    powertrain
        ICE, HEV, PHEV, EREV or BEV.
    on
        Day of entry, YYYY-MM-DD.
    json
        Print JSON.
    """
    from roadstead.study import origins

    given = sourcing or Sourcing()
    found = origins.origin(
        agreement,
        powertrain,
        on,
        parts=given.part,
        profit=given.profit,
        declared=given.declared,
        offers=given.offer,
    )
    if json:
        print_json(found)
        return
    _print(found, offered=bool(given.offer))


def _print(found: "Verdict", *, offered: bool) -> None:
    console = answers()
    assessed = found.assessment
    if assessed.qualifies is None and not assessed.tests:
        console.print(
            f"{assessed.agreement_id}: no rule of origin for such a car is in force on this day in the tables"
        )
        return
    console.print(f"{assessed.agreement_id} on {found.on}: {QUALIFIES[assessed.qualifies]}")
    console.print()
    header = ("rule", "counted by", ">reached", ">asked for", ">value short", "")
    console.print(table("", header, [_tested(test) for test in assessed.tests]))
    if assessed.missing:
        console.print(f"declare: {', '.join(f'--declared {name}=SHARE' for name in assessed.missing)}", soft_wrap=True)
    if offered:
        console.print()
        console.print(_change(found.cheapest), soft_wrap=True)


def _tested(test: "Tested") -> tuple[str, ...]:
    reached = "" if test.reached is None else percent(test.reached, 1)
    short = number(test.gap_value) if test.gap_value else ""
    return (test.row_id, test.method, reached, percent(test.least, 1), short, MET[test.met])


def _change(change: "Change | None") -> str:
    if change is None:
        return "no change of sourcing among the offers makes the car qualify on value"
    if not change.moves:
        return "value needs no change of sourcing"
    moves = "; ".join(f"{number(move.value)} of {move.group} to {move.place}" for move in change.moves)
    return f"cheapest change that qualifies on value: {moves}; it costs {number(change.cost)} a car"
