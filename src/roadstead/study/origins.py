"""What a program may ask of origin: does a car qualify under an agreement, how far is it from it, what would get it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roadstead.terms.errors import Fault, RoadsteadError, raise_if_any
from roadstead.terms.showing import Shown
from roadstead.trade.bill import GROUPS, MATERIALS, Bill, Offer, assess, cheapest_change

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from roadstead.trade.bill import Assessment, Change
    from roadstead.world.places import Gazetteer


@dataclass(frozen=True, slots=True)
class Verdict(Shown):
    """A bill of materials under an agreement on a day.

    Attributes
    ----------
    cheapest
        The cheapest change of sourcing among the offers that meets every requirement on value; None where none does, or
        where none was offered.
    offered
        True where other sources were offered.
    """

    on: date
    assessment: Assessment
    cheapest: Change | None
    offered: bool


def origin(
    agreement: str,
    powertrain: str,
    on: date | str,
    *,
    parts: Sequence[str],
    profit: float = 0.0,
    declared: Sequence[str] = (),
    offers: Sequence[str] = (),
) -> Verdict:
    """Test a car's bill of materials under an agreement's rule of origin, and find the cheapest way to qualify.

    Parameters
    ----------
    parts
        Value by group and place, each ``GROUP:PLACE=VALUE``. [money/car]
    profit
        Price less net cost. [money/car]
    declared
        What value does not show, each ``NAME=SHARE``.
    offers
        Places that could make parts, each ``GROUP:PLACE=PREMIUM``. [fraction of the value moved]

    Raises
    ------
    RoadsteadError
        Every fault of what was asked: RS-C701 for words that cannot be read, RS-W301 for an unknown place, RS-L282 for an
        unknown agreement; RS-L231 for a bill that is none.
    """
    from roadstead.trade import rulebook
    from roadstead.trade.columns import POWERTRAINS
    from roadstead.trade.inquiry import read_day
    from roadstead.world import reference

    world = reference.load()
    law = rulebook.load()
    faults: list[Fault] = []
    day = read_day(on, "--on", faults)
    named = agreement.strip().upper()
    if named not in law.agreements:
        expected = f"one of {', '.join(sorted(law.agreements))}"
        faults.append(Fault("origin", "RS-L282", f"no agreement is called {agreement!r}", expected))
    drive = powertrain.strip().upper()
    if drive not in POWERTRAINS:
        faults.append(Fault("--powertrain", "RS-C701", f"{powertrain!r} is no powertrain", ", ".join(POWERTRAINS)))
    values = [_read(text, "--part", GROUPS, "battery:CHN=6000", world.gazetteer, faults) for text in parts]
    premiums = [_read(text, "--offer", MATERIALS, "battery:GBR=0.15", world.gazetteer, faults) for text in offers]
    shares = dict(_share(text, faults) for text in declared)
    if not parts:
        faults.append(Fault("--part", "RS-C701", "no part is told", "GROUP:PLACE=VALUE, for instance battery:CHN=6000"))
    raise_if_any(faults)
    if day is None:  # pragma: no cover - a day that cannot be read has been refused
        raise RoadsteadError(faults)
    bill = Bill(_by_group(values), profit)
    assessment = assess(law, named, drive, bill, day, shares)
    could = [Offer(group, place, premium) for group, place, premium in premiums]
    change = cheapest_change(law, named, drive, bill, could, day, shares) if could else None
    return Verdict(day, assessment, change, bool(could))


def _read(
    text: str, where: str, groups: Sequence[str], example: str, gazetteer: Gazetteer, faults: list[Fault]
) -> tuple[str, str, float]:
    """Group, place and number of ``GROUP:PLACE=NUMBER``; what is wrong is noted."""
    left, _, told = text.partition("=")
    group, _, name = left.partition(":")
    group, place, value = group.strip().lower(), gazetteer.find(name), _number(told)
    if group not in groups or value is None or not name.strip():
        expected = f"GROUP:PLACE=NUMBER with one of {', '.join(groups)}, for instance {example}"
        faults.append(Fault(where, "RS-C701", f"{text!r} cannot be read", expected))
    elif place is None:
        faults.append(gazetteer.fault(name, where))
    return group, place.place_id if place else "", value or 0.0


def _share(text: str, faults: list[Fault]) -> tuple[str, float]:
    name, _, told = text.partition("=")
    share = _number(told)
    if not name.strip() or share is None or not 0.0 <= share <= 1.0:
        expected = "NAME=SHARE with a share from 0 to 1, for instance LVC=0.4"
        faults.append(Fault("--declared", "RS-C701", f"{text!r} cannot be read", expected))
    return name.strip().upper(), share or 0.0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _by_group(values: Sequence[tuple[str, str, float]]) -> Mapping[str, Mapping[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for group, place, value in values:
        told = found.setdefault(group, {})
        told[place] = told.get(place, 0.0) + value
    return found
