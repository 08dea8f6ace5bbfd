"""How many cars, how many of them electric, and how sure we are."""
