"""How results show themselves: as listings for a terminal or a notebook, as tables of numbers, and as drawings."""
