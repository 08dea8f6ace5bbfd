"""From a dated rulebook to the charges on one car."""
