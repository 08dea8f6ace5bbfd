"""What a price does to volume.

>>> from roadstead.demand import equilibrium_prices
>>> found = equilibrium_prices([30.0, 28.0], [0.1, 0.2], ["a", "b"], ["all", "all"], 0.2, 0.5, [[27.0, 25.0]])
>>> found.prices.shape
(1, 2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from roadstead.demand.choice import buyers_surplus, diversion_ratios
    from roadstead.demand.equilibrium import Priced, Products, equilibrium_prices, settle_products

__all__ = ["Priced", "Products", "buyers_surplus", "diversion_ratios", "equilibrium_prices", "settle_products"]


def __getattr__(name: str) -> Any:
    """Load what is asked for as it is asked for: importing the room alone costs next to nothing."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from roadstead.demand import choice, equilibrium

    return getattr(choice if hasattr(choice, name) else equilibrium, name)
