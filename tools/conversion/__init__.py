"""Parts of the conversion of collected figures into the reference world."""
