"""Cars by their codes in the Harmonized System: which subheadings are which powertrain, and what a set of codes can tell.

Heading 8703 is cars, used ones included, and so are kits classed as the car they make. Since the edition of 2017 (H5, HS17)
hybrids, plug-in hybrids and battery cars have subheadings of their own; before, hybrids stood among petrol and diesel cars and
battery cars among the others (8703.90), so that no powertrain can be told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

CARS, PARTS, BATTERIES = "8703", "8708", "850760"

BY_POWERTRAIN = {
    "ICE": ("870321", "870322", "870323", "870324", "870331", "870332", "870333"),
    "HEV": ("870340", "870350"),
    "PHEV": ("870360", "870370"),
    "BEV": ("870380",),
}
OTHER_CARS = ("870310", "870390")
"""Snow and golf vehicles, and cars of no drive named elsewhere: in the heading, in no powertrain."""
NEV = ("PHEV", "BEV")
ALL = "ALL"
CODES = {
    **BY_POWERTRAIN,
    "NEV": tuple(code for powertrain in NEV for code in BY_POWERTRAIN[powertrain]),
    ALL: (*OTHER_CARS, *(code for codes in BY_POWERTRAIN.values() for code in codes)),
}
"""Powertrain of exports.csv -> subheadings that make it up; for ALL, every subheading of the heading."""
FORMER_ALL = (*OTHER_CARS, *BY_POWERTRAIN["ICE"])
"""Subheadings of the heading before powertrains were told apart."""
PARTS_CODES = tuple(
    f"8708{last}" for last in ["10", "21", "29", "30", "40", "50", "70", "80", "91", "92", "93", "94", "95", "99"]
)
"""Subheadings of parts since the edition of 2007; that of 2022 adds windscreens (8708.22), taken out of 8708.29."""
PARTS_SINCE = 2007
ELECTRIC_SINCE = 2017
"""Edition of the Harmonized System from which powertrains have subheadings of their own."""
EDITIONS = {"H0": 1992, "H1": 1996, "H2": 2002, "H3": 2007, "H4": 2012, "H5": 2017, "H6": 2022}
"""Code of an edition of the Harmonized System at UN Comtrade -> its year."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a file with certain codes can tell of cars.

    Attributes
    ----------
    powertrains
        Each powertrain with the codes to be added up for it; ALL twice where the file has the heading beside every subheading,
        the heading first.
    untold
        Powertrain -> codes that the file lacks, of those it has some of; none for one that the edition cannot tell.
    """

    powertrains: tuple[tuple[str, tuple[str, ...]], ...]
    untold: Mapping[str, tuple[str, ...]]


def told(codes: AbstractSet[str], edition: int, *, whole: bool = False) -> Told:
    """Powertrains of which a file has every code: one with some of them was asked for part, and a part is no total.

    Parameters
    ----------
    codes
        Codes of the file, on any of its lines.
    edition
        Year of the edition of the Harmonized System.
    whole
        True where the file is known to have been asked for every subheading: one without a line has no trade.
    """
    heading = ((ALL, (CARS,)),) if CARS in codes else ()
    asked = CODES if edition >= ELECTRIC_SINCE else {ALL: FORMER_ALL}
    codes = codes | set(asked[ALL]) if whole else codes
    known = (*heading, *((name, wanted) for name, wanted in asked.items() if codes >= set(wanted)))
    has = {name for name, _ in known}
    some = {name: wanted for name, wanted in CODES.items() if name not in has and codes & set(wanted)}
    lacking = {name: tuple(code for code in wanted if code not in codes) for name, wanted in some.items()}
    return Told(known, {name: lacking[name] if name in asked else () for name in lacking})


def left_untold(found: Told) -> tuple[str, ...]:
    """Why powertrains are left out, in words."""
    return tuple(
        f"{name} is left out: the file has no line of {', '.join(lacking)}"
        if lacking
        else f"{name} is left out: this edition of the Harmonized System has no subheadings of its own for it"
        for name, lacking in found.untold.items()
    )
