"""What the back-test of makers assumes and tries at other values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumed:
    """What is tried at other values.

    Attributes
    ----------
    plug_in, petrol
        Share of all cars of its powertrain that the maker reaches in six years, in every market alike. [fraction]
    sheltered
        Most of a duty that prices in a market carry: beyond it, makers of the country set them. [fraction]
    """

    plug_in: float = 0.08
    petrol: float = 0.03
    sheltered: float = 0.25
