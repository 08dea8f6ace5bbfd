"""What every market buys, at which price, from whom."""
