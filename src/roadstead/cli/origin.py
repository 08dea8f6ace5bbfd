"""`roadstead origin`: whether a car's bill of materials qualifies under an agreement, and the cheapest way there."""

from dataclasses import dataclass, field
from typing import Annotated

from cyclopts import Parameter

from roadstead.cli.printing import print_blocks, print_json
from roadstead.showing.origins import blocks


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
    print_blocks(blocks(found))
