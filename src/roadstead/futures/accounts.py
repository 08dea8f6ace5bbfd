"""What links years and futures of a prospect: pledges, and tails of futures; and how what is left out is filled in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from roadstead.terms.arrays import must_be_array

if TYPE_CHECKING:
    from roadstead.terms.arrays import Floats, Ints


def none() -> Ints:
    """No entry: what is left out."""
    return np.zeros(0, dtype=np.int64)


def filled(part: object, **defaults: Floats | Ints) -> None:
    """Put in what was left out."""
    room = type(part).__name__.lower()
    for name, value in defaults.items():
        given = getattr(part, name)
        must_be_array(name if room == "prospect" else f"{room}.{name}", given)
        if not given.size:
            object.__setattr__(part, name, value)


@dataclass(frozen=True, slots=True)
class Pledges:
    """Accounts that link years: what is owed for what has been used, and what is left over for later.

    An account begins with nothing. Every year it is credited its grant and what one resource earns, and debited what another
    spends; its balance at the end of a node-year stays between a floor and a ceiling, beyond which it is lost. A quota whose
    rest carries over, cars that must be made for cars brought in, local content on average over years are such accounts.

    Attributes
    ----------
    earns, spends
        Resource whose use is credited, and the one whose use is debited; -1 for none. Shape (J,).
    earn_rate, spend_rate
        Units credited, and debited, by unit used. Shape (J,).
    carry
        Share of a balance that is left a year later; all of it where the balance may be less than nothing. Shape (J,).
    grant
        Credited every year. Shape (Y, J). [units/year]
    floor
        Least balance at the end of a node-year, below nothing where something may be owed. Shape (Y, J). [units]
    ceiling
        Largest balance; no limit where it is infinite. Shape (Y, J). [units]
    """

    earns: Ints = field(default_factory=none)
    spends: Ints = field(default_factory=none)
    earn_rate: Floats = field(default_factory=lambda: np.zeros(0))
    spend_rate: Floats = field(default_factory=lambda: np.zeros(0))
    carry: Floats = field(default_factory=lambda: np.zeros(0))
    grant: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    floor: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    ceiling: Floats = field(default_factory=lambda: np.zeros((0, 0)))


@dataclass(frozen=True, slots=True)
class Tails:
    """Tails of futures that are weighed beside the mean: the worst paths by NPV, and how much they count.

    Attributes
    ----------
    level
        Share of paths, by probability, that are the tail. Shape (E,). [fraction]
    weight
        What the mean over the tail counts; the mean over all paths counts the rest to one. Shape (E,). [fraction]
    """

    level: Floats = field(default_factory=lambda: np.zeros(0))
    weight: Floats = field(default_factory=lambda: np.zeros(0))
