"""Words with one meaning: powertrains, entry modes, products."""

from __future__ import annotations

from enum import StrEnum

HOME = "CHN"
"""Home country of the first carmakers planned; a study names its own."""


class Powertrain(StrEnum):
    """What drives a car."""

    ICE = "ICE"
    HEV = "HEV"
    PHEV = "PHEV"
    EREV = "EREV"
    BEV = "BEV"
    FCEV = "FCEV"


NEV = frozenset({Powertrain.BEV, Powertrain.PHEV, Powertrain.EREV, Powertrain.FCEV})
"""New-energy vehicles as China counts them; agencies differ on FCEV."""


def powertrain_class(powertrain: Powertrain) -> Powertrain:
    """Whose market a powertrain shares, and how its sales are counted: range extenders go with plug-in hybrids."""
    if powertrain is Powertrain.BEV:
        return powertrain
    return Powertrain.PHEV if powertrain in NEV else powertrain


class EntryMode(StrEnum):
    """How cars reach a market."""

    EXPORT = "export"
    KIT = "kit"
    CONTRACT = "contract"
    LOCAL = "local"


class Product(StrEnum):
    """What crosses a border."""

    CAR = "CAR_CBU"
    KIT_CKD = "KIT_CKD"
    KIT_SKD = "KIT_SKD"
    PARTS = "PARTS"
    BATTERY = "BATTERY"
    LIGHT_TRUCK = "LIGHT_TRUCK"


PRODUCT_WORDS = {
    "car": Product.CAR,
    "kit": Product.KIT_CKD,
    "ckd": Product.KIT_CKD,
    "skd": Product.KIT_SKD,
    "parts": Product.PARTS,
    "battery": Product.BATTERY,
    "truck": Product.LIGHT_TRUCK,
}
"""Words a person may type for a product."""
