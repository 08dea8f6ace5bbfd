"""What a price does to volume."""

from roadstead.demand.equilibrium import Priced, equilibrium_prices

__all__ = ["Priced", "equilibrium_prices"]
