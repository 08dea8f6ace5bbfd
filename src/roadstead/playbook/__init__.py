"""Do now, on trigger, later, with reasons."""
